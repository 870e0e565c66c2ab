/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/zip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/utf8.h"
#include "extract/zip_layout.h"
#include "text/charset.h"

/* What the end record says, and where it stands. */
struct end_record {
    size_t at;
    uint64_t entries, directory_bytes, directory_offset;
    size_t comment_bytes;
};

/* Octets of the archive that are accounted for. */
struct claim {
    size_t from, to;
};

struct claims {
    struct claim *items;
    size_t count, capacity;
};

static void claim(struct zip *zip, struct claims *claims, size_t from, size_t to)
{
    struct claim *grown;

    if (from >= to)
        return;
    grown = arena_grow(zip->arena, claims->items, claims->count, &claims->capacity, sizeof *grown);
    if (grown == NULL)
        return;
    claims->items = grown;
    claims->items[claims->count++] = (struct claim){ from, to };
}

static struct zip_member *add_member(struct zip *zip, const struct zip_member *member)
{
    struct zip_member *grown;

    if (zip->count == ZIP_MEMBERS_MAX)
        return NULL;
    grown = arena_grow(zip->arena, zip->members, zip->count, &zip->capacity, sizeof *grown);
    if (grown == NULL)
        return NULL;
    zip->members = grown;
    zip->members[zip->count] = *member;
    return &zip->members[zip->count++];
}

/* APPNOTE 4.6.9 and appendix D: UTF-8 by flag or by looks, else code page 437. */
static struct span readable_name(struct zip *zip, struct span stored, uint16_t flags)
{
    struct span name = stored;
    struct buf utf8;

    if (!utf8_is_valid(stored)) {
        buf_init(&utf8, 0);
        if ((flags & ZIP_FLAG_UTF8) != 0 || charset_decode(SPAN("ibm437"), stored, &utf8) == CHARSET_UNKNOWN)
            utf8_append_clean(&utf8, stored);
        name = arena_copy(zip->arena, buf_span(&utf8));
        buf_fini(&utf8);
    }
    return name;
}

static bool is_unsafe_name(struct span name)
{
    struct span rest = name, piece;

    if (span_find_byte(name, '\0') < name.len || span_starts_with(name, SPAN("/")) ||
        (name.len > 1 && name.ptr[1] == ':'))
        return true;
    while (span_next(&rest, '/', &piece))
        if (span_equals(piece, SPAN("..")))
            return true;
    return false;
}

/* The last end record whose comment fits; false when there is none. */
static bool find_end(struct span bytes, struct end_record *end)
{
    size_t lowest = bytes.len > ZIP_END_BYTES + 0xFFFF ? bytes.len - ZIP_END_BYTES - 0xFFFF : 0;

    for (size_t at = bytes.len < ZIP_END_BYTES ? 0 : bytes.len - ZIP_END_BYTES + 1; at > lowest; at--) {
        const char *mark = memrchr(bytes.ptr + lowest, 'P', at - lowest);
        struct span record;

        if (mark == NULL)
            return false;
        at = (size_t)(mark - bytes.ptr) + 1;
        record = span_slice(bytes, at - 1, bytes.len);
        if (!zip_is_record(record, ZIP_END))
            continue;
        *end = (struct end_record){ .at = at - 1,
                                    .entries = zip_u16(record, 10),
                                    .directory_bytes = zip_u32(record, 12),
                                    .directory_offset = zip_u32(record, 16),
                                    .comment_bytes = zip_u16(record, 20) };
        if (end->comment_bytes <= record.len - ZIP_END_BYTES)
            return true;
    }
    return false;
}

bool zip_closes(struct span bytes)
{
    struct end_record end;

    return find_end(bytes, &end) && end.at + ZIP_END_BYTES + end.comment_bytes == bytes.len;
}

/* Take the 64-bit values (4.3.14) when a locator stands before the end record. Returns where they begin. */
static size_t widen_end(struct span bytes, struct end_record *end)
{
    struct span locator, record;
    size_t at;

    if (end->at < ZIP_LOCATOR64_BYTES)
        return end->at;
    locator = span_slice(bytes, end->at - ZIP_LOCATOR64_BYTES, end->at);
    if (!zip_is_record(locator, ZIP_LOCATOR64))
        return end->at;
    at = end->at - ZIP_LOCATOR64_BYTES;
    if (at < ZIP_END64_BYTES)
        return at;
    record = span_slice(bytes, at - ZIP_END64_BYTES, at);
    if (!zip_is_record(record, ZIP_END64))
        return at;
    end->entries = zip_u64(record, 32);
    end->directory_bytes = zip_u64(record, 40);
    end->directory_offset = zip_u64(record, 48);
    return at - ZIP_END64_BYTES;
}

/* Read one record of the directory; returns its length, 0 at the end. */
static size_t read_central(struct zip *zip, struct span record, struct zip_member *member, uint64_t *offset_out)
{
    size_t name_bytes, extra_bytes, comment_bytes, total;
    uint64_t packed;

    if (!zip_is_record(record, ZIP_CENTRAL))
        return 0;
    name_bytes = zip_u16(record, 28);
    extra_bytes = zip_u16(record, 30);
    comment_bytes = zip_u16(record, 32);
    total = ZIP_CENTRAL_BYTES + name_bytes + extra_bytes + comment_bytes;
    if (total > record.len)
        return 0;
    *member = (struct zip_member){ .flags = zip_u16(record, 8), .method = zip_u16(record, 10),
                                   .crc = zip_u32(record, 16), .unpacked_bytes = zip_u32(record, 24),
                                   .size_known = true };
    packed = zip_u32(record, 20);
    *offset_out = zip_u32(record, 42);
    member->central_header = span_slice(record, 0, total);
    member->stored_name = span_slice(record, ZIP_CENTRAL_BYTES, ZIP_CENTRAL_BYTES + name_bytes);
    member->comment = span_slice(record, total - comment_bytes, total);
    zip_widen_sizes(span_slice(record, ZIP_CENTRAL_BYTES + name_bytes, total - comment_bytes),
                    &member->unpacked_bytes, &packed, offset_out);
    member->name = readable_name(zip, member->stored_name, member->flags);
    member->data.len = packed > zip->bytes.len ? zip->bytes.len : (size_t)packed;
    return total;
}

/* Read the local header at this place; sizes as it claims them, data cut to what is there. */
static bool read_local(struct zip *zip, size_t at, struct zip_member *member)
{
    struct span record = span_slice(zip->bytes, at, zip->bytes.len);
    size_t name_bytes, extra_bytes, header;
    uint64_t packed, no_offset = 0;

    if (!zip_is_record(record, ZIP_LOCAL))
        return false;
    name_bytes = zip_u16(record, 26);
    extra_bytes = zip_u16(record, 28);
    header = ZIP_LOCAL_BYTES + name_bytes + extra_bytes;
    if (header > record.len)
        return false;
    *member = (struct zip_member){ .flags = zip_u16(record, 6), .method = zip_u16(record, 8),
                                   .crc = zip_u32(record, 14), .unpacked_bytes = zip_u32(record, 22) };
    packed = zip_u32(record, 18);
    zip_widen_sizes(span_slice(record, ZIP_LOCAL_BYTES + name_bytes, header), &member->unpacked_bytes, &packed,
                    &no_offset);
    member->size_known = (member->flags & ZIP_FLAG_DESCRIPTOR) == 0 || packed != 0;
    member->local_header = span_slice(record, 0, header);
    member->stored_name = span_slice(record, ZIP_LOCAL_BYTES, ZIP_LOCAL_BYTES + name_bytes);
    member->name = readable_name(zip, member->stored_name, member->flags);
    member->data = span_slice(record, header, record.len);
    if (member->size_known && packed < member->data.len)
        member->data.len = (size_t)packed;
    return true;
}

/* Whether two readers, one for each header, would see the same member. */
static bool headers_agree(const struct zip_member *central, const struct zip_member *local)
{
    bool sizes_later = (local->flags & ZIP_FLAG_DESCRIPTOR) != 0;

    if (!span_equals(central->stored_name, local->stored_name) || central->method != local->method ||
        ((central->flags ^ local->flags) & ZIP_FLAG_ENCRYPTED) != 0)
        return false;
    if (sizes_later && (local->crc == 0 || local->crc == central->crc) &&
        (!local->size_known || local->data.len == central->data.len))
        return true;
    return local->crc == central->crc && local->data.len == central->data.len &&
           local->unpacked_bytes == central->unpacked_bytes;
}

/* How many octets the data descriptor behind the data takes (4.3.9); its signature is optional. */
static size_t descriptor_bytes(struct span behind, const struct zip_member *member)
{
    size_t skip = zip_is_record(behind, ZIP_DESCRIPTOR) ? 4 : 0;

    if ((member->flags & ZIP_FLAG_DESCRIPTOR) == 0)
        return 0;
    behind = span_slice(behind, skip, behind.len);
    if (behind.len >= 20 && zip_u64(behind, 4) == member->data.len &&
        zip_u64(behind, 12) == member->unpacked_bytes)
        return skip + 20;
    if (behind.len >= 12 && zip_u32(behind, 4) == (uint32_t)member->data.len)
        return skip + 12;
    return skip;
}

static void claim_member(struct zip *zip, struct claims *claims, const struct zip_member *member)
{
    size_t from = (size_t)(member->local_header.ptr - zip->bytes.ptr);
    size_t to = (size_t)(member->data.ptr - zip->bytes.ptr) + member->data.len;

    to += descriptor_bytes(span_slice(zip->bytes, to, zip->bytes.len), member);
    claim(zip, claims, from, to);
}

/* One record of the directory and the local header it points to. */
static void join_headers(struct zip *zip, struct claims *claims, struct zip_member *central, uint64_t offset)
{
    struct zip_member local;
    struct span data;

    if (is_unsafe_name(central->stored_name))
        sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_NAME, central->name);
    if (offset > zip->bytes.len - zip->base || !read_local(zip, zip->base + (size_t)offset, &local)) {
        sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_HIDDEN_MEMBER, central->name);
        sink_uninspectable(zip->sink, UNINSPECTABLE_DAMAGED, central->name);
        return;
    }
    data = (struct span){ local.data.ptr, zip->bytes.len - (size_t)(local.data.ptr - zip->bytes.ptr) };
    if (central->data.len < data.len)
        data.len = central->data.len;
    else if (central->data.len > data.len)
        sink_uninspectable(zip->sink, UNINSPECTABLE_DAMAGED, central->name);
    central->data = data;
    central->local_header = local.local_header;
    central->is_folder = data.len == 0 && span_ends_with_nocase(central->name, SPAN("/"));
    add_member(zip, central);
    claim_member(zip, claims, central);
    if (headers_agree(central, &local))
        return;
    sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_HEADER_CONFLICT, central->name);
    local.data.len = local.size_known ? local.data.len : data.len;
    add_member(zip, &local);
    claim_member(zip, claims, &local);
}

/* All records from the start of the directory on. Returns where they stop. */
static size_t read_directory(struct zip *zip, struct claims *claims, size_t at, size_t to)
{
    struct zip_member member;
    uint64_t offset;
    size_t bytes;

    while ((bytes = read_central(zip, span_slice(zip->bytes, at, to), &member, &offset)) != 0) {
        if (zip->count == ZIP_MEMBERS_MAX) {
            sink_uninspectable(zip->sink, UNINSPECTABLE_TOO_MANY, SPAN(""));
            return to;
        }
        join_headers(zip, claims, &member, offset);
        at += bytes;
    }
    return at;
}

static int by_place(const void *a, const void *b)
{
    const struct claim *left = a, *right = b;

    return left->from < right->from ? -1 : left->from > right->from;
}

/* A local header in octets nothing claims: how many it takes, 0 when there is none. */
static size_t read_stray(struct zip *zip, size_t at, size_t to)
{
    struct zip_member member;

    if (!read_local(zip, at, &member))
        return 0;
    if (!member.size_known)
        member.data.len = zip_packed_bytes(&member);
    if (member.data.len > to - at)
        member.data.len = to - at;
    member.is_folder = member.data.len == 0 && span_ends_with_nocase(member.name, SPAN("/"));
    if (add_member(zip, &member) == NULL)
        sink_uninspectable(zip->sink, UNINSPECTABLE_TOO_MANY, member.name);
    return member.local_header.len + member.data.len +
           descriptor_bytes(span_slice(zip->bytes, at + member.local_header.len + member.data.len, to), &member);
}

struct sweep {
    bool stray, directory, octets;      /* what unclaimed octets held */
};

/* Look for members and directories in octets that nothing claims. */
static void sweep_gap(struct zip *zip, size_t from, size_t to, struct sweep *found)
{
    size_t at = from, plain = from;

    while (at < to && zip->count < ZIP_MEMBERS_MAX && !sink_spent(zip->sink)) {
        size_t bytes = 0;

        at += span_find(span_slice(zip->bytes, at, to), SPAN("PK"));
        if (at >= to)
            break;
        if (zip_is_record(span_slice(zip->bytes, at, to), ZIP_LOCAL)) {
            bytes = read_stray(zip, at, to);
            found->stray |= bytes != 0;
        } else if (zip_is_record(span_slice(zip->bytes, at, to), ZIP_CENTRAL) ||
                   zip_is_record(span_slice(zip->bytes, at, to), ZIP_END)) {
            found->directory = true;
            bytes = 4;
        }
        if (bytes != 0 && at > plain)
            found->octets = true;
        at += bytes == 0 ? 2 : bytes;
        plain = bytes == 0 ? plain : at;
    }
    for (; plain < to && !found->octets; plain++)
        found->octets = zip->bytes.ptr[plain] != '\0';
}

/* Octets that may stand before an archive: a program that unpacks it, or the mark of a split one. */
static bool is_honest_prefix(struct span prefix)
{
    return span_starts_with(prefix, SPAN("MZ")) || span_starts_with(prefix, SPAN("\x7f" "ELF")) ||
           span_starts_with(prefix, SPAN("#!")) ||
           (prefix.len == 4 && (span_equals(prefix, SPAN("PK00")) || span_equals(prefix, SPAN("PK\7\10"))));
}

static void report_gap(struct zip *zip, size_t from, size_t to, const struct sweep *found)
{
    struct span gap = span_slice(zip->bytes, from, to);
    struct nested nested = { .bytes = gap, .name = SPAN("(unclaimed octets)") };

    if (found->directory)
        sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_MULTIPLE_DIRECTORIES, SPAN(""));
    if (found->stray)
        sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_HIDDEN_MEMBER, SPAN(""));
    if (!found->octets || (from == 0 && is_honest_prefix(gap)))
        return;
    sink_ambiguity(zip->sink, from == 0 ? AMBIGUITY_ARCHIVE_PREFIXED_DATA : AMBIGUITY_ARCHIVE_TRAILING_DATA,
                   SPAN(""));
    if (!found->stray && !found->directory && sink_spend(zip->sink, gap.len))
        sink_nested(zip->sink, &nested);
}

static void sweep_all(struct zip *zip, struct claims *claims)
{
    size_t at = 0;

    if (claims->count > 0)
        qsort(claims->items, claims->count, sizeof claims->items[0], by_place);
    for (size_t i = 0; i <= claims->count; i++) {
        size_t next = i < claims->count ? claims->items[i].from : zip->bytes.len;

        if (next > at) {
            struct sweep found = { 0 };

            sweep_gap(zip, at, next, &found);
            report_gap(zip, at, next, &found);
        } else if (i < claims->count && next < at) {
            sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_HEADER_CONFLICT, SPAN(""));
        }
        if (i < claims->count && claims->items[i].to > at)
            at = claims->items[i].to;
    }
}

static int by_name(const void *a, const void *b)
{
    const struct zip_member *const *left = a, *const *right = b;

    return span_compare((*left)->stored_name, (*right)->stored_name);
}

static void report_duplicates(struct zip *zip)
{
    const struct zip_member **sorted = arena_alloc(zip->arena, zip->count * sizeof *sorted);

    if (sorted == NULL || zip->count == 0)
        return;
    for (size_t i = 0; i < zip->count; i++)
        sorted[i] = &zip->members[i];
    qsort(sorted, zip->count, sizeof sorted[0], by_name);
    for (size_t i = 1; i < zip->count; i++)
        if (by_name(&sorted[i - 1], &sorted[i]) == 0 && !sorted[i]->is_folder) {
            sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_DUPLICATE_MEMBER, sorted[i]->name);
            return;
        }
}

/* The directory the end record names, from which all offsets count. */
static void read_by_directory(struct zip *zip, struct claims *claims)
{
    struct end_record end;
    size_t tail, start, stop;

    if (!find_end(zip->bytes, &end)) {
        sink_uninspectable(zip->sink, UNINSPECTABLE_DAMAGED, SPAN(""));
        return;
    }
    zip->comment = span_slice(zip->bytes, end.at + ZIP_END_BYTES, end.at + ZIP_END_BYTES + end.comment_bytes);
    tail = widen_end(zip->bytes, &end);
    start = end.directory_bytes <= tail ? tail - (size_t)end.directory_bytes : tail;
    if (end.directory_offset < start)
        zip->base = start - (size_t)end.directory_offset;
    if (end.directory_offset > start || (end.entries > 0 && !zip_is_record(span_slice(zip->bytes, start, tail), ZIP_CENTRAL)))
        sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_HEADER_CONFLICT, SPAN(""));
    /* Some writers count offsets from the start of the file though octets stand before. */
    if (zip->base != 0 && zip_is_record(span_slice(zip->bytes, start, tail), ZIP_CENTRAL) &&
        !zip_is_record(span_slice(zip->bytes, zip->base + zip_u32(span_slice(zip->bytes, start, tail), 42),
                                  zip->bytes.len), ZIP_LOCAL))
        zip->base = 0;
    stop = read_directory(zip, claims, start, tail);
    if (zip->count < end.entries && zip->count < ZIP_MEMBERS_MAX)
        sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_HEADER_CONFLICT, SPAN(""));
    claim(zip, claims, start, stop);
    claim(zip, claims, tail, end.at + ZIP_END_BYTES + end.comment_bytes);
}

bool zip_init(struct zip *zip, struct span bytes, struct sink *sink)
{
    struct claims claims = { 0 };

    *zip = (struct zip){ .sink = sink, .bytes = bytes, .arena = arena_new(0) };
    if (zip->arena == NULL)
        abort();                /* the cage counts it as a crash: never as read */
    read_by_directory(zip, &claims);
    sweep_all(zip, &claims);
    report_duplicates(zip);
    return zip->count > 0;
}

void zip_fini(struct zip *zip)
{
    arena_free(&zip->arena);
}

struct zip_member *zip_find(const struct zip *zip, struct span name)
{
    for (size_t i = 0; i < zip->count; i++)
        if (span_equals_nocase(zip->members[i].name, name))
            return &zip->members[i];
    return NULL;
}

bool zip_looks_like(struct span bytes)
{
    struct end_record end;

    if (zip_is_record(bytes, ZIP_LOCAL) || span_starts_with(bytes, SPAN("PK\5\6")))
        return true;
    if (span_starts_with(bytes, SPAN("PK00PK")) || span_starts_with(bytes, SPAN("PK\7\10PK")))
        return true;
    return find_end(bytes, &end) && end.entries > 0 && end.directory_bytes <= end.at &&
           zip_is_record(span_slice(bytes, end.at - (size_t)end.directory_bytes, end.at), ZIP_CENTRAL);
}
