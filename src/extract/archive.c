/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Archives and compressed files that libarchive reads, formats and filters each
 * enabled by name: nothing that starts a program. zip and gzip have readers of
 * their own, since what two readers would see differs there.
 *
 * Gaps, each told: later volumes, methods libarchive lacks, and encrypted members:
 * of these formats it decrypts none, passwords or not.
 */
#include <locale.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/buf.h"
#include "extract_priv.h"
#include "seen.h"

enum { MAX_MEMBERS = 1000000, MAX_RETRIES = 16, STUB_BYTES = 4 << 20, TAR_BLOCK = 512, TAR_SUM_AT = 148 };

/* Signature, where it stands, and what it is. is_stream: one compressed file, no members. */
struct kind {
    const char *name;
    size_t offset, len;
    const char *magic;
    bool is_stream;
};

static const struct kind kinds[] = {
    { "7z", 0, 6, "7z\xBC\xAF\x27\x1C", false },
    { "rar", 0, 7, "Rar!\x1A\x07\x00", false },
    { "rar", 0, 8, "Rar!\x1A\x07\x01\x00", false },
    { "cab", 0, 8, "MSCF\0\0\0\0", false },
    { "xar", 0, 4, "xar!", false },
    { "ar", 0, 8, "!<arch>\n", false },
    { "rpm", 0, 4, "\xED\xAB\xEE\xDB", false },
    { "cpio", 0, 6, "070701", false },
    { "cpio", 0, 6, "070702", false },
    { "cpio", 0, 6, "070707", false },
    { "cpio", 0, 2, "\xC7\x71", false },
    { "tar", 257, 5, "ustar", false },
    { "tar", 0, 0, "", false },         /* before POSIX: by the sum in its header */
    { "iso", 32769, 5, "CD001", false },
    { "lha", 2, 3, "-lh", false },
    { "bzip2", 0, 3, "BZh", true },
    { "xz", 0, 6, "\xFD" "7zXZ\0", true },
    { "zstd", 0, 4, "\x28\xB5\x2F\xFD", true },
    { "lz4", 0, 4, "\x04\x22\x4D\x18", true },
    { "compress", 0, 2, "\x1F\x9D", true },
    { "lzip", 0, 4, "LZIP", true },
    { "lzma", 0, 3, "\x5D\0\0", true },
};

static uint64_t octal(struct span field)
{
    uint64_t value = 0;

    for (size_t i = 0; i < field.len; i++)
        if (field.ptr[i] >= '0' && field.ptr[i] <= '7')
            value = value << 3 | (uint64_t)(field.ptr[i] - '0');
    return value;
}

/* Is the sum in the header that of its octets, itself counted as blanks? */
static bool has_tar_sum(struct span bytes)
{
    uint64_t sum = 8 * ' ';

    if (bytes.len < TAR_BLOCK || bytes.ptr[0] == '\0')
        return false;
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += i >= TAR_SUM_AT && i < TAR_SUM_AT + 8 ? 0 : (uint8_t)bytes.ptr[i];
    return octal(span_slice(bytes, TAR_SUM_AT, TAR_SUM_AT + 8)) == sum;
}

/* Signatures of two or three octets need a second look. */
static bool is_plausible(const struct kind *kind, struct span bytes)
{
    const uint8_t *b = (const uint8_t *)bytes.ptr;

    if (kind->len == 0)
        return has_tar_sum(bytes);
    if (strcmp(kind->name, "lha") == 0)
        return bytes.len > 20 && b[6] == '-';
    if (strcmp(kind->name, "bzip2") == 0)
        return bytes.len > 10 && b[3] >= '1' && b[3] <= '9' && (b[4] == 0x31 || b[4] == 0x17);
    if (strcmp(kind->name, "lzma") == 0)
        return bytes.len > 13 && b[12] <= 1 + (b[5] == 0xFF ? 0xFF : 0) && (b[4] < 0x10) &&
               ((b[5] == 0xFF && b[12] == 0xFF) || (b[11] == 0 && b[12] == 0));
    if (kind->len == 2 && strcmp(kind->name, "cpio") == 0)
        return bytes.len > 26 && b[20] < 16;
    if (strcmp(kind->name, "compress") == 0)
        return bytes.len > 3 && (b[2] & 0x1F) >= 9 && (b[2] & 0x1F) <= 16;
    return true;
}

static const struct kind *find_kind(struct span bytes)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct span at = span_slice(bytes, kinds[i].offset, kinds[i].offset + kinds[i].len);
        if (span_equals(at, (struct span){ kinds[i].magic, kinds[i].len }) && is_plausible(&kinds[i], bytes))
            return &kinds[i];
    }
    return NULL;
}

/* Archives behind a program that unpacks them. */
static size_t find_behind_stub(struct span bytes)
{
    struct span head = span_slice(bytes, 0, STUB_BYTES);
    size_t best = head.len;

    if (!span_starts_with(bytes, SPAN("MZ")) && !span_starts_with(bytes, SPAN("\x7F" "ELF")))
        return bytes.len;
    for (size_t i = 0; i < 4; i++) {
        size_t at = span_find(head, (struct span){ kinds[i].magic, kinds[i].len });
        best = at < best ? at : best;
    }
    return best < head.len ? best : bytes.len;
}

static enum recognition archive_recognise(const struct extract_input *input)
{
    const struct kind *kind = find_kind(input->bytes);

    if (kind != NULL)
        return kind->len >= 3 ? RECOGNISE_MAGIC : RECOGNISE_LOOKS;
    return find_behind_stub(input->bytes) < input->bytes.len ? RECOGNISE_MAGIC : RECOGNISE_NO;
}

static void archive_prepare(void)
{
    /* Else names outside of ASCII come as NULL, and with them a warning. */
    setlocale(LC_CTYPE, "C.UTF-8");
}

static struct archive *open_archive(struct span bytes, struct sink *sink, bool is_stream)
{
    struct archive *a = archive_read_new();

    if (a == NULL)
        return NULL;
    sink_leave(sink);
    if (is_stream) {
        archive_read_support_format_raw(a);
    } else {
        archive_read_support_format_7zip(a);
        archive_read_support_format_ar(a);
        archive_read_support_format_cab(a);
        archive_read_support_format_cpio(a);
        archive_read_support_format_gnutar(a);
        archive_read_support_format_iso9660(a);
        archive_read_support_format_lha(a);
        archive_read_support_format_rar(a);
        archive_read_support_format_rar5(a);
        archive_read_support_format_tar(a);
        archive_read_support_format_xar(a);
        archive_read_support_filter_rpm(a);
    }
    archive_read_support_filter_bzip2(a);
    archive_read_support_filter_compress(a);
    archive_read_support_filter_gzip(a);
    archive_read_support_filter_lz4(a);
    archive_read_support_filter_lzip(a);
    archive_read_support_filter_lzma(a);
    archive_read_support_filter_xz(a);
    archive_read_support_filter_zstd(a);
    archive_read_set_format_option(a, "tar", "read_concatenated_archives", "1");
    if (archive_read_open_memory(a, bytes.ptr, bytes.len) == ARCHIVE_OK)
        return a;
    archive_read_free(a);
    return NULL;
}

/* What an error is, from what the library says: it has no codes for it. */
static enum uninspectable reason_of(struct archive *a)
{
    const char *text = archive_error_string(a);
    struct span words = span_of(text);

    if (span_find_nocase(words, SPAN("encrypt")) < words.len ||
        span_find_nocase(words, SPAN("passphrase")) < words.len ||
        (archive_format(a) != 0 && archive_read_has_encrypted_entries(a) == 1))
        return UNINSPECTABLE_ENCRYPTED;
    if (span_find_nocase(words, SPAN("unsupported")) < words.len ||
        span_find_nocase(words, SPAN("not supported")) < words.len ||
        span_find_nocase(words, SPAN("volume")) < words.len)
        return UNINSPECTABLE_UNSUPPORTED;
    return UNINSPECTABLE_DAMAGED;
}

struct walk {
    struct archive *archive;
    struct sink *sink;
    struct seen names;
    const struct kind *kind;
    struct span outer;          /* name of the archive itself */
    bool is_partial;
};

static struct span member_name(const struct walk *walk, struct archive_entry *entry)
{
    const char *name = archive_entry_pathname_utf8(entry);

    if (walk->kind->is_stream) {
        struct span outer = walk->outer;
        for (size_t at = outer.len; at-- > 1;)
            if (outer.ptr[at] == '.')
                return span_slice(outer, 0, at);
        return outer;
    }
    return span_of(name != NULL ? name : archive_entry_pathname(entry));
}

static void check_name(struct walk *walk, struct span name)
{
    if (name.len > 0 && (name.ptr[0] == '/' || name.ptr[0] == '\\' || span_starts_with(name, SPAN("../")) ||
                         span_find(name, SPAN("/../")) < name.len || span_find(name, SPAN("..\\")) < name.len))
        sink_ambiguity(walk->sink, AMBIGUITY_ARCHIVE_NAME, name);
    if (!seen_add(&walk->names, name) && name.len > 0)
        sink_ambiguity(walk->sink, AMBIGUITY_ARCHIVE_DUPLICATE_MEMBER, name);
}

static bool read_data(struct walk *walk, struct buf *out)
{
    for (;;) {
        const void *block;
        size_t len;
        la_int64_t offset;
        int status = archive_read_data_block(walk->archive, &block, &len, &offset);
        if (status == ARCHIVE_EOF)
            return true;
        if (status < ARCHIVE_WARN || offset < 0)
            return false;
        if (!sink_spend(walk->sink, len) || !buf_append(out, (struct span){ block, len }))
            return false;
    }
}

static void read_member(struct walk *walk, struct archive_entry *entry)
{
    struct span name = member_name(walk, entry);
    struct place place = { .region = REGION_NAME, .unit = UNIT_NONE };
    const char *target = archive_entry_symlink(entry);
    struct nested nested;
    struct buf out;

    check_name(walk, name);
    if (target == NULL)
        target = archive_entry_hardlink(entry);
    if (archive_entry_filetype(entry) == AE_IFDIR || target != NULL) {
        sink_place(walk->sink, &place);
        sink_text(walk->sink, name);
        sink_text(walk->sink, SPAN("\n"));
        if (target != NULL)
            sink_text(walk->sink, span_of(target));
        return;
    }
    /* Its octets may come all the same, as they are. */
    if (archive_entry_is_data_encrypted(entry) == 1) {
        sink_uninspectable(walk->sink, UNINSPECTABLE_ENCRYPTED, name);
        walk->is_partial = true;
        return;
    }
    buf_init(&out, 0);
    if (!read_data(walk, &out) && !sink_spent(walk->sink)) {
        sink_uninspectable(walk->sink, reason_of(walk->archive), name);
        walk->is_partial = true;
    }
    nested = (struct nested){ .bytes = buf_span(&out), .name = name };
    if (out.len > 0)
        sink_nested(walk->sink, &nested);
    buf_fini(&out);
}

static enum extract_result read_members(struct walk *walk)
{
    size_t count = 0;

    for (unsigned retries = 0; count < MAX_MEMBERS && retries < MAX_RETRIES && !sink_spent(walk->sink);) {
        struct archive_entry *entry;
        int status = archive_read_next_header(walk->archive, &entry);
        if (status == ARCHIVE_EOF)
            return count == 0 || walk->is_partial ? EXTRACT_PARTIAL : EXTRACT_OK;
        if (status == ARCHIVE_RETRY) {
            retries++;
        } else if (status >= ARCHIVE_WARN) {
            count++;            /* a warning is not the end: a name it could not convert */
            read_member(walk, entry);
        } else {
            sink_uninspectable(walk->sink, reason_of(walk->archive), SPAN(""));
            if (status == ARCHIVE_FATAL)
                return count > 0 ? EXTRACT_PARTIAL : EXTRACT_FAILED;
            walk->is_partial = true;
            retries++;
        }
    }
    if (sink_spent(walk->sink))
        return EXTRACT_STOPPED;
    sink_uninspectable(walk->sink, UNINSPECTABLE_TOO_MANY, SPAN(""));
    return EXTRACT_PARTIAL;
}

/* Octets behind the end mark of a tar, where some readers stop and some go on. */
static bool has_tar_tail(struct span bytes)
{
    size_t at = 0;

    while (at + TAR_BLOCK <= bytes.len && bytes.ptr[at] != '\0') {
        uint64_t size = octal(span_slice(bytes, at + 124, at + 136));
        if (size > bytes.len - at)
            return false;
        at += TAR_BLOCK + ((size_t)size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    }
    for (; at < bytes.len; at++)
        if (bytes.ptr[at] != '\0')
            return true;
    return false;
}

static enum extract_result archive_read(const struct extract_input *input, struct sink *sink)
{
    struct span bytes = input->bytes;
    struct walk walk = { .sink = sink, .kind = find_kind(bytes), .outer = input->name };
    enum extract_result result;

    if (walk.kind == NULL) {
        bytes = span_slice(bytes, find_behind_stub(bytes), bytes.len);
        walk.kind = find_kind(bytes);
        sink_ambiguity(sink, AMBIGUITY_ARCHIVE_PREFIXED_DATA, SPAN(""));
        sink_active(sink);
    }
    if (walk.kind == NULL || (walk.archive = open_archive(bytes, sink, walk.kind->is_stream)) == NULL) {
        sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, SPAN(""));
        return EXTRACT_FAILED;
    }
    sink_detected(sink, span_of(walk.kind->name));
    if (strcmp(walk.kind->name, "tar") == 0 && has_tar_tail(bytes))
        sink_ambiguity(sink, AMBIGUITY_ARCHIVE_TRAILING_DATA, SPAN(""));
    result = read_members(&walk);
    if (result == EXTRACT_PARTIAL && walk.names.count == 0)
        sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, SPAN(""));
    archive_read_free(walk.archive);
    seen_fini(&walk.names);
    return result;
}

const struct extractor extract_archive = {
    .name = "archive", .recognise = archive_recognise, .read = archive_read, .verbatim = true,
    .prepare = archive_prepare,
};
