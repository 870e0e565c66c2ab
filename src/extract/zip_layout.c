/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/zip_layout.h"

#include <zlib.h>

#include "extract/zip.h"

/* Past this a stream of unknown length counts as all that follows. */
enum { BLIND_INFLATE_BYTES = 256 << 20 };

static uint64_t number(struct span s, size_t at, size_t octets)
{
    uint64_t value = 0;

    if (at > s.len || octets > s.len - at)
        return 0;
    for (size_t i = octets; i > 0; i--)
        value = value << 8 | (unsigned char)s.ptr[at + i - 1];
    return value;
}

uint16_t zip_u16(struct span s, size_t at)
{
    return (uint16_t)number(s, at, 2);
}

uint32_t zip_u32(struct span s, size_t at)
{
    return (uint32_t)number(s, at, 4);
}

uint64_t zip_u64(struct span s, size_t at)
{
    return number(s, at, 8);
}

bool zip_is_record(struct span s, enum zip_record kind)
{
    size_t bytes = 4;

    switch (kind) {
    case ZIP_LOCAL:
        bytes = ZIP_LOCAL_BYTES;
        break;
    case ZIP_CENTRAL:
        bytes = ZIP_CENTRAL_BYTES;
        break;
    case ZIP_END:
        bytes = ZIP_END_BYTES;
        break;
    case ZIP_LOCATOR64:
        bytes = ZIP_LOCATOR64_BYTES;
        break;
    case ZIP_END64:
        bytes = ZIP_END64_BYTES;
        break;
    case ZIP_DESCRIPTOR:
        break;
    }
    return s.len >= bytes && zip_u32(s, 0) == (uint32_t)kind;
}

void zip_widen_sizes(struct span extra, uint64_t *unpacked, uint64_t *packed, uint64_t *offset)
{
    uint64_t *const fields[] = { unpacked, packed, offset };

    while (extra.len >= 4) {
        size_t bytes = zip_u16(extra, 2), at = 4;

        if (zip_u16(extra, 0) == 1) {
            struct span field = span_slice(extra, 0, 4 + bytes);

            for (size_t i = 0; i < 3 && at + 8 <= field.len; i++)
                if (*fields[i] == UINT32_MAX) {
                    *fields[i] = zip_u64(field, at);
                    at += 8;
                }
            return;
        }
        extra = span_slice(extra, 4 + bytes, extra.len);
    }
}

/* Inflate into nowhere, only to learn where the stream ends. */
static size_t deflated_bytes(struct span data)
{
    unsigned char nowhere[16384];
    z_stream stream = { .next_in = (z_const Bytef *)data.ptr, .avail_in = (uInt)(data.len & UINT32_MAX) };
    size_t taken = data.len;
    int result = Z_OK;

    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return data.len;
    while (result == Z_OK) {
        stream.next_out = nowhere;
        stream.avail_out = sizeof nowhere;
        result = inflate(&stream, Z_NO_FLUSH);
        if (stream.total_out > BLIND_INFLATE_BYTES)
            break;
    }
    if (result == Z_STREAM_END)
        taken = stream.total_in;
    inflateEnd(&stream);
    return taken;
}

size_t zip_packed_bytes(const struct zip_member *member)
{
    struct span data = member->data;
    size_t at = 0;

    if (member->method == ZIP_METHOD_DEFLATED && (member->flags & ZIP_FLAG_ENCRYPTED) == 0)
        return deflated_bytes(data);
    while (at < data.len) {
        struct span rest;

        at += span_find(span_slice(data, at, data.len), SPAN("PK"));
        rest = span_slice(data, at, data.len);
        if (zip_is_record(rest, ZIP_DESCRIPTOR) || zip_is_record(rest, ZIP_LOCAL) ||
            zip_is_record(rest, ZIP_CENTRAL))
            return at;
        at += at < data.len ? 2 : 0;
    }
    return data.len;
}
