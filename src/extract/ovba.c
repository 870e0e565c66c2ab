/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Source text of VBA modules: a compressed container ([MS-OVBA] 2.4.1) that
 * begins somewhere in the module's stream. Each begins with "Attribut", stored
 * as eight literals, which is how it is found.
 */
#include "base/buf.h"
#include "le.h"
#include "ole_priv.h"

enum { CHUNK_BYTES = 4096, MAX_SOURCE_BYTES = 16 << 20 };

/* One copy token: how far back and how many, by how much of the chunk is there already. */
static bool copy_back(struct buf *out, size_t chunk_start, uint16_t token)
{
    size_t done = out->len - chunk_start, bits = 4, back, count;

    while (((size_t)1 << bits) < done)
        bits++;
    back = (size_t)(token >> (16 - bits)) + 1;
    count = (size_t)(token & (0xFFFFU >> bits)) + 3;
    if (back > done || done + count > CHUNK_BYTES)
        return false;
    for (size_t i = 0; i < count; i++)
        buf_append_byte(out, out->ptr[out->len - back]);
    return !out->failed;
}

static bool unpack_chunk(struct span chunk, struct buf *out)
{
    size_t start = out->len, at = 0;

    while (at < chunk.len) {
        uint8_t flags = le8(chunk, at++);
        for (int bit = 0; bit < 8 && at < chunk.len; bit++) {
            if ((flags >> bit & 1) == 0) {
                buf_append_byte(out, chunk.ptr[at++]);
            } else {
                if (!copy_back(out, start, le16(chunk, at)))
                    return false;
                at += 2;
            }
        }
    }
    return true;
}

void ovba_read(struct span stream, struct sink *sink)
{
    size_t found = span_find(stream, (struct span){ "\0Attribut", 9 });
    struct span packed;
    struct buf source;
    size_t at = 1;

    if (found >= stream.len || found < 3 || stream.ptr[found - 3] != 1)
        return;
    packed = span_slice(stream, found - 3, stream.len);
    buf_init(&source, MAX_SOURCE_BYTES);
    while (at + 2 < packed.len && sink_spend(sink, CHUNK_BYTES)) {
        uint16_t header = le16(packed, at);
        struct span chunk = span_slice(packed, at + 2, at + (header & 0xFFFU) + 3);
        if ((header & 0x7000) != 0x3000 || ((header & 0x8000) != 0 && !unpack_chunk(chunk, &source)))
            break;
        if ((header & 0x8000) == 0)
            buf_append(&source, chunk);
        at += (header & 0xFFFU) + 3;
    }
    sink_active(sink);
    ole_line(sink, REGION_CODE, UNIT_NONE, 0, buf_span(&source));
    buf_fini(&source);
}
