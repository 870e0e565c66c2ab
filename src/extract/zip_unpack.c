/* SPDX-License-Identifier: EUPL-1.2 */
#include <archive.h>
#include <archive_entry.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "extract/zip.h"
#include "extract/zip_layout.h"

#include "cipher.h"

/* How far one step of unpacking goes before the budget is asked again. */
enum { STEP_BYTES = 256 * 1024, LZMA_DICTIONARY_MAX = 64 << 20 };

static void report_damage(const struct zip *zip, const struct zip_member *member)
{
    sink_uninspectable(zip->sink, UNINSPECTABLE_DAMAGED, member->name);
}

/* Deflate cannot do better than 1032 to 1; a larger claim is a lie. */
static bool is_plausible(const struct zip_member *member)
{
    return member->size_known && member->unpacked_bytes != 0 &&
           member->unpacked_bytes <= (uint64_t)member->data.len * 1032 + 64;
}

/* The fast way, for a member that is as large as it claims; else nothing is changed. */
static bool inflate_at_once(const struct zip *zip, const struct zip_member *member, struct buf *room)
{
    struct libdeflate_decompressor *decompressor;
    size_t taken = 0, made = 0, claimed = (size_t)member->unpacked_bytes;
    enum libdeflate_result result;
    char *to;

    if (!is_plausible(member) || !sink_spend(zip->sink, claimed) || (to = buf_reserve(room, claimed)) == NULL)
        return false;
    decompressor = libdeflate_alloc_decompressor();
    if (decompressor == NULL)
        return false;
    result = libdeflate_deflate_decompress_ex(decompressor, member->data.ptr, member->data.len, to, claimed,
                                              &taken, &made);
    libdeflate_free_decompressor(decompressor);
    if (result != LIBDEFLATE_SUCCESS || taken != member->data.len)
        return false;
    room->len = made;
    return true;
}

/* One step of room, if the budget has it. */
static char *next_room(const struct zip *zip, struct buf *room)
{
    return sink_spend(zip->sink, STEP_BYTES) ? buf_reserve(room, STEP_BYTES) : NULL;
}

/* Step by step, whatever size the headers claim, as far as the data is whole. */
static bool inflate_by_steps(const struct zip *zip, const struct zip_member *member, struct buf *room)
{
    z_stream stream = { .next_in = (z_const Bytef *)member->data.ptr };
    size_t left = member->data.len;
    int result = Z_OK;

    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return false;
    while (result == Z_OK) {
        size_t step = STEP_BYTES;
        char *to = next_room(zip, room);

        if (to == NULL)
            break;
        for (stream.next_out = (Bytef *)to; step > 0 && result == Z_OK;) {
            uInt in = left > UINT32_MAX ? UINT32_MAX : (uInt)left;
            uInt out = step > UINT32_MAX ? UINT32_MAX : (uInt)step;

            stream.avail_in = in;
            stream.avail_out = out;
            result = inflate(&stream, Z_NO_FLUSH);
            left -= in - stream.avail_in;
            step -= out - stream.avail_out;
            room->len += out - stream.avail_out;
        }
    }
    inflateEnd(&stream);
    if (result == Z_STREAM_END && left > 0) {
        struct nested rest = { .bytes = span_slice(member->data, member->data.len - left, member->data.len),
                               .name = SPAN("(behind the compressed data)") };

        sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_TRAILING_DATA, member->name);
        sink_nested(zip->sink, &rest);
    }
    if (result != Z_STREAM_END && !sink_spent(zip->sink))
        report_damage(zip, member);
    return room->len > 0;
}

static void put_u32(char *to, uint64_t value)
{
    for (size_t i = 0; i < 4; i++)
        to[i] = (char)(value >> (8 * i));
}

/*
 * An archive of this one member, for a reader that wants a whole one: the sizes
 * in the header, and behind the data too where the flags promise them, since the
 * password check of old encryption goes by that flag (APPNOTE 6.1.6).
 */
static void rebuild(const struct zip_member *member, struct buf *out)
{
    /* libarchive wants 24 octets behind the data, as if the descriptor were a 64-bit one. */
    char header[ZIP_LOCAL_BYTES], descriptor[24] = "PK\7\10";

    memcpy(header, member->local_header.ptr, sizeof header);
    put_u32(header + 14, member->crc);
    put_u32(header + 18, member->data.len);
    put_u32(header + 22, member->unpacked_bytes);
    memcpy(descriptor + 4, header + 14, 12);
    buf_append(out, (struct span){ header, sizeof header });
    buf_append(out, span_slice(member->local_header, ZIP_LOCAL_BYTES, member->local_header.len));
    buf_append(out, member->data);
    if ((member->flags & ZIP_FLAG_DESCRIPTOR) != 0)
        buf_append(out, (struct span){ descriptor, sizeof descriptor });
}

/* Read the only member of archive into room. Returns libarchive's last word. */
static int copy_data(const struct zip *zip, struct archive *archive, struct buf *room)
{
    const void *block;
    size_t bytes;
    int64_t offset;
    int result;

    while ((result = archive_read_data_block(archive, &block, &bytes, &offset)) == ARCHIVE_OK) {
        if (!sink_spend(zip->sink, bytes))
            return ARCHIVE_OK;
        buf_append(room, (struct span){ block, bytes });
    }
    return result;
}

static bool try_password(const struct zip *zip, struct span rebuilt, struct span password, struct buf *room)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    struct buf phrase;
    int result = ARCHIVE_FATAL;

    if (archive == NULL)
        abort();                /* the cage counts it as a crash: never as read */
    sink_leave(zip->sink);
    buf_clear(room);
    buf_init(&phrase, 0);
    buf_append(&phrase, password);
    archive_read_support_format_zip_streamable(archive);
    if (password.len > 0 && buf_append_byte(&phrase, '\0'))
        archive_read_add_passphrase(archive, phrase.ptr);
    if (archive_read_open_memory(archive, rebuilt.ptr, rebuilt.len) == ARCHIVE_OK &&
        archive_read_next_header(archive, &entry) >= ARCHIVE_WARN)
        result = copy_data(zip, archive, room);
    archive_read_free(archive);
    buf_fini(&phrase);
    return result == ARCHIVE_EOF || (result == ARCHIVE_OK && room->len > 0);
}

/* What libarchive may be asked for. Others, and dictionaries too large for the cage, are not unpacked. */
static bool is_supported(const struct zip_member *member)
{
    switch (member->method) {
    case ZIP_METHOD_STORED:
    case ZIP_METHOD_DEFLATED:
    case ZIP_METHOD_BZIP2:
    case ZIP_METHOD_ZSTD:
    case ZIP_METHOD_PPMD:
    case ZIP_METHOD_AES:
        return true;
    case ZIP_METHOD_LZMA:
        /* Version, length of the properties, their first octet, then the dictionary (5.8.8). */
        return zip_u32(member->data, 5) <= LZMA_DICTIONARY_MAX;
    default:
        return false;
    }
}

/* The policy's passwords, each as UTF-8 and as older programs write it. */
static bool try_passwords(const struct zip *zip, struct span rebuilt, struct buf *room)
{
    struct span password;
    bool opens = false;
    struct buf latin1;

    buf_init(&latin1, 0);
    for (size_t i = 0; !opens && !sink_spent(zip->sink) && (password = sink_password(zip->sink, i)).len > 0; i++) {
        buf_clear(&latin1);
        opens = try_password(zip, rebuilt, password, room) ||
                (cipher_latin1(password, &latin1) && try_password(zip, rebuilt, buf_span(&latin1), room));
    }
    buf_fini(&latin1);
    if (opens)
        sink_opened(zip->sink);
    return opens;
}

/* Methods other than the two common ones, and encrypted members. */
static bool unpack_by_library(const struct zip *zip, const struct zip_member *member, struct buf *room)
{
    bool encrypted = (member->flags & ZIP_FLAG_ENCRYPTED) != 0;
    enum uninspectable reason = encrypted ? UNINSPECTABLE_ENCRYPTED : UNINSPECTABLE_UNSUPPORTED;
    struct buf rebuilt;
    bool done = false;

    if (is_supported(member)) {
        buf_init(&rebuilt, 0);
        rebuild(member, &rebuilt);
        done = encrypted ? try_passwords(zip, buf_span(&rebuilt), room)
                         : try_password(zip, buf_span(&rebuilt), SPAN(""), room);
        buf_fini(&rebuilt);
    }
    if (!done && !sink_spent(zip->sink))
        sink_uninspectable(zip->sink, reason, member->name);
    return done;
}

/* What came out against what the headers promised. */
static void check_content(const struct zip *zip, const struct zip_member *member, struct span content)
{
    if (member->size_known && content.len != member->unpacked_bytes)
        sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_HEADER_CONFLICT, member->name);
    if (!member->size_known || (member->flags & ZIP_FLAG_ENCRYPTED) != 0)
        return;
    if (libdeflate_crc32(0, content.ptr, content.len) != member->crc)
        report_damage(zip, member);
}

static bool unpack(const struct zip *zip, const struct zip_member *member, struct buf *room)
{
    if (member->method == ZIP_METHOD_DEFLATED && (member->flags & ZIP_FLAG_ENCRYPTED) == 0)
        return inflate_at_once(zip, member, room) || (!sink_spent(zip->sink) && inflate_by_steps(zip, member, room));
    return unpack_by_library(zip, member, room);
}

bool zip_unpack(const struct zip *zip, const struct zip_member *member, struct buf *room, struct span *out)
{
    buf_clear(room);
    *out = (struct span){ NULL, 0 };
    if (member->data.len == 0)
        return false;
    if (member->method == ZIP_METHOD_STORED && (member->flags & ZIP_FLAG_ENCRYPTED) == 0) {
        if (!sink_spend(zip->sink, member->data.len))
            return false;
        *out = member->data;
    } else {
        if (!unpack(zip, member, room))
            return false;
        *out = buf_span(room);
    }
    if (!sink_spent(zip->sink))
        check_content(zip, member, *out);
    return out->len > 0;
}
