/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Author, company and the like out of office documents: the one member that holds
 * them is written anew, stored, and every other octet of the archive stays. Only
 * archives that all readers take alike are touched: one directory, which lists the
 * members in the order they stand (APPNOTE.TXT 4.3); a signed document is not.
 */
#include <libdeflate.h>
#include <string.h>

#include "metadata.h"

enum {
    LOCAL_BYTES = 30,
    CENTRAL_BYTES = 46,
    END_BYTES = 22,
    MEMBERS = 20000,
    PROPERTIES_BYTES = 4 << 20, /* of one member with properties */
    FLAG_ENCRYPTED = 1 << 0,
    FLAG_DESCRIPTOR = 1 << 3,
    STORED = 0,
    DEFLATED = 8
};

/* Where programs keep what they know of the author, and the elements that say it. */
static const struct {
    struct span member;
    struct span elements[5];
} properties[] = {
    { { "docProps/core.xml", 17 },
      { { "creator", 7 }, { "lastModifiedBy", 14 }, { "description", 11 } } },
    { { "docProps/app.xml", 16 }, { { "Company", 7 }, { "Manager", 7 }, { "HyperlinkBase", 13 } } },
    { { "meta.xml", 8 },
      { { "creator", 7 }, { "initial-creator", 15 }, { "printed-by", 10 }, { "description", 11 } } },
};

enum { PROPERTIES = sizeof properties / sizeof *properties };

static uint32_t number(struct span s, size_t at, size_t octets)
{
    uint32_t value = 0;

    for (size_t i = octets; i-- > 0;)
        value = value << 8 | (unsigned char)s.ptr[at + i];
    return value;
}

static void put_number(char *to, uint32_t value, size_t octets)
{
    for (size_t i = 0; i < octets; i++, value >>= 8)
        to[i] = (char)(value & 0xFF);
}

/* The end record, which must be the archive's last octets; SIZE_MAX: there is none. */
static size_t find_end(struct span zip)
{
    size_t least = zip.len > END_BYTES + UINT16_MAX ? zip.len - END_BYTES - UINT16_MAX : 0;

    for (size_t at = zip.len < END_BYTES ? 0 : zip.len - END_BYTES + 1; at-- > least;)
        if (number(zip, at, 4) == 0x06054b50 && at + END_BYTES + number(zip, at + 20, 2) == zip.len)
            return at;
    return SIZE_MAX;
}

struct member {
    struct span central, name;
    size_t at, end;             /* local header, and what follows the member */
    uint32_t flags, method, crc, packed, unpacked;
};

/* The member whose central header stands at *at, which moves behind it. */
static bool read_member(struct span zip, size_t directory_end, size_t *at, struct member *out)
{
    size_t name, whole;

    if (directory_end - *at < CENTRAL_BYTES || number(zip, *at, 4) != 0x02014b50)
        return false;
    name = number(zip, *at + 28, 2);
    whole = CENTRAL_BYTES + name + number(zip, *at + 30, 2) + number(zip, *at + 32, 2);
    if (directory_end - *at < whole)
        return false;
    *out = (struct member){ .central = span_slice(zip, *at, *at + whole),
                            .name = span_slice(zip, *at + CENTRAL_BYTES, *at + CENTRAL_BYTES + name),
                            .at = number(zip, *at + 42, 4),
                            .flags = number(zip, *at + 8, 2),
                            .method = number(zip, *at + 10, 2),
                            .crc = number(zip, *at + 16, 4),
                            .packed = number(zip, *at + 20, 4),
                            .unpacked = number(zip, *at + 24, 4) };
    *at += whole;
    return true;
}

static bool is_signature(struct span name)
{
    return span_starts_with_nocase(name, SPAN("_xmlsignatures/")) ||
           (span_starts_with_nocase(name, SPAN("META-INF/")) &&
            span_ends_with_nocase(name, SPAN("signatures.xml")));
}

/* All members, each ending where the next begins; 0: not an archive we would touch. */
static size_t list_members(struct arena *arena, struct span zip, struct member **members_out)
{
    size_t end = find_end(zip), count, at, directory;
    struct member *members;

    if (end == SIZE_MAX)
        return 0;
    count = number(zip, end + 10, 2);
    directory = number(zip, end + 16, 4);
    members = count > MEMBERS ? NULL : arena_alloc(arena, (count + 1) * sizeof *members);
    if (members == NULL || number(zip, end + 4, 4) != 0 || number(zip, end + 8, 2) != count ||
        directory > end || number(zip, end + 12, 4) != end - directory)
        return 0;
    at = directory;
    for (size_t i = 0; i < count; i++) {
        if (!read_member(zip, end, &at, &members[i]) || members[i].at >= directory ||
            (i == 0 ? members[i].at != 0 : members[i].at <= members[i - 1].at))
            return 0;
        if (i > 0)
            members[i - 1].end = members[i].at;
        members[i].end = directory;
    }
    *members_out = members;
    return at == end ? count : 0;
}

static bool unpack(struct span zip, const struct member *member, struct buf *out)
{
    struct libdeflate_decompressor *tool;
    size_t begin;
    char *room;
    bool good;

    if (member->end - member->at < LOCAL_BYTES || number(zip, member->at, 4) != 0x04034b50 ||
        (member->flags & FLAG_ENCRYPTED) != 0 || member->unpacked > PROPERTIES_BYTES)
        return false;
    begin = member->at + LOCAL_BYTES + number(zip, member->at + 26, 2) + number(zip, member->at + 28, 2);
    if (begin > member->end || member->packed > member->end - begin)
        return false;
    if (member->method == STORED && member->packed == member->unpacked)
        return buf_append(out, span_slice(zip, begin, begin + member->packed));
    room = buf_reserve(out, member->unpacked + 1);
    tool = member->method == DEFLATED ? libdeflate_alloc_decompressor() : NULL;
    if (room == NULL || tool == NULL)
        return false;
    good = libdeflate_deflate_decompress(tool, zip.ptr + begin, member->packed, room, member->unpacked,
                                         NULL) == LIBDEFLATE_SUCCESS;
    libdeflate_free_decompressor(tool);
    out->len += good ? member->unpacked : 0;
    return good && libdeflate_crc32(0, out->ptr, out->len) == member->crc;
}

static bool is_listed(struct span element, const struct span *elements)
{
    size_t colon = span_find_byte(element, ':');
    struct span local = colon == element.len ? element : span_slice(element, colon + 1, element.len);

    for (size_t i = 0; i < 5 && elements[i].len > 0; i++)
        if (span_equals(local, elements[i]))
            return true;
    return false;
}

/* Length of the name that begins behind "<". */
static size_t name_length(struct span tag)
{
    size_t len = 0;

    while (len < tag.len && (unsigned char)tag.ptr[len] > ' ' && tag.ptr[len] != '>' && tag.ptr[len] != '/')
        len++;
    return len;
}

/*
 * The XML without the text of these elements. Only plain documents: with a document
 * type, a comment, a CDATA section or another encoding it is false.
 */
static bool blank_elements(struct span xml, const struct span *elements, struct buf *out)
{
    if (xml.len == 0 || span_find(xml, SPAN("<!")) < xml.len ||
        (xml.ptr[0] != '<' && !span_starts_with(xml, SPAN("\xEF\xBB\xBF<"))))
        return false;
    while (xml.len > 0) {
        size_t open = span_find_byte(xml, '<'), close;
        struct span tag = span_slice(xml, open + 1, xml.len), name, rest;

        close = span_find_byte(tag, '>');
        name = span_slice(tag, 0, name_length(tag));
        rest = span_slice(tag, close + 1, tag.len);
        buf_append(out, span_slice(xml, 0, open + 1 + close + 1));
        xml = rest;
        if (close == 0 || close >= tag.len || !is_listed(name, elements) || tag.ptr[close - 1] == '/')
            continue;
        xml = span_slice(rest, span_find_byte(rest, '<'), rest.len);
        if (!span_starts_with(xml, SPAN("</")) ||
            !span_starts_with(span_slice(xml, 2, xml.len), name))
            return false;
    }
    return !out->failed;
}

/* Local header and data of a member that is now these octets, unpacked. */
static void put_member(struct span zip, struct member *member, struct span octets, struct buf *out)
{
    struct span head = span_slice(zip, member->at, member->at + LOCAL_BYTES);
    char fixed[LOCAL_BYTES];

    member->flags &= ~(uint32_t)FLAG_DESCRIPTOR;
    member->method = STORED;
    member->crc = libdeflate_crc32(0, octets.ptr, octets.len);
    member->packed = member->unpacked = (uint32_t)octets.len;
    memcpy(fixed, head.ptr, sizeof fixed);
    put_number(fixed + 6, member->flags, 2);
    put_number(fixed + 8, member->method, 2);
    put_number(fixed + 14, member->crc, 4);
    put_number(fixed + 18, member->packed, 4);
    put_number(fixed + 22, member->unpacked, 4);
    put_number(fixed + 26, (uint32_t)member->name.len, 2);
    put_number(fixed + 28, 0, 2);
    buf_append(out, (struct span){ fixed, sizeof fixed });
    buf_append(out, member->name);
    buf_append(out, octets);
}

/* The directory again, with what changed of sizes and places. */
static void put_directory(struct span zip, const struct member *members, size_t count, struct buf *out)
{
    size_t directory = out->len, end = find_end(zip);
    char fixed[CENTRAL_BYTES], last[END_BYTES];

    for (size_t i = 0; i < count; i++) {
        memcpy(fixed, members[i].central.ptr, sizeof fixed);
        put_number(fixed + 8, members[i].flags, 2);
        put_number(fixed + 10, members[i].method, 2);
        put_number(fixed + 16, members[i].crc, 4);
        put_number(fixed + 20, members[i].packed, 4);
        put_number(fixed + 24, members[i].unpacked, 4);
        put_number(fixed + 42, (uint32_t)members[i].at, 4);
        buf_append(out, (struct span){ fixed, sizeof fixed });
        buf_append(out, span_slice(members[i].central, CENTRAL_BYTES, members[i].central.len));
    }
    memcpy(last, zip.ptr + end, sizeof last);
    put_number(last + 12, (uint32_t)(out->len - directory), 4);
    put_number(last + 16, (uint32_t)directory, 4);
    buf_append(out, (struct span){ last, sizeof last });
    buf_append(out, span_slice(zip, end + END_BYTES, zip.len));
}

/* One member into out: as it was, or without the elements its name calls for. */
static bool copy_member(struct span zip, struct member *member, struct buf *out)
{
    size_t kind = 0, at = out->len;
    struct buf xml, blank;
    bool good = true;

    while (kind < PROPERTIES && !span_equals(member->name, properties[kind].member))
        kind++;
    if (kind == PROPERTIES) {
        buf_append(out, span_slice(zip, member->at, member->end));
    } else {
        buf_init(&xml, PROPERTIES_BYTES + 1);
        buf_init(&blank, PROPERTIES_BYTES + 1);
        good = unpack(zip, member, &xml) &&
               blank_elements(buf_span(&xml), properties[kind].elements, &blank);
        if (good && span_equals(buf_span(&xml), buf_span(&blank)))
            buf_append(out, span_slice(zip, member->at, member->end));
        else if (good)
            put_member(zip, member, buf_span(&blank), out);
        buf_fini(&xml);
        buf_fini(&blank);
    }
    member->at = at;
    return good;
}

enum revise_result metadata_strip_zip(struct arena *arena, struct span zip, struct buf *out)
{
    struct member *members = NULL;
    size_t count = list_members(arena, zip, &members);

    if (count == 0)
        return REVISE_IMPOSSIBLE;
    for (size_t i = 0; i < count; i++)
        if (is_signature(members[i].name))
            return REVISE_PROTECTED;
    for (size_t i = 0; i < count; i++)
        if (!copy_member(zip, &members[i], out))
            return REVISE_IMPOSSIBLE;
    put_directory(zip, members, count, out);
    if (out->failed || out->len > UINT32_MAX)
        return REVISE_IMPOSSIBLE;
    return span_equals(buf_span(out), zip) ? REVISE_UNCHANGED : REVISE_DONE;
}
