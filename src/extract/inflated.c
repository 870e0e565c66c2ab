/* SPDX-License-Identifier: EUPL-1.2 */
#include "inflated.h"

#include <zlib.h>

enum { CHUNK_BYTES = 1 << 16 };

/* How zlib is told what to expect. */
static int window_of(enum inflated_frame frame)
{
    switch (frame) {
    case INFLATED_ZLIB: break;
    case INFLATED_GZIP: return 16 + MAX_WBITS;
    case INFLATED_BARE: return -MAX_WBITS;
    }
    return MAX_WBITS;
}

size_t inflated_append(struct sink *sink, struct span in, enum inflated_frame frame, struct buf *out)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)in.ptr, .avail_in = (uInt)in.len };
    int status = Z_OK;
    size_t used;

    if (in.len > UINT32_MAX || inflateInit2(&z, window_of(frame)) != Z_OK)
        return 0;
    while (status == Z_OK) {
        char *room = buf_reserve(out, CHUNK_BYTES);
        if (room == NULL)
            break;
        z.next_out = (Bytef *)room;
        z.avail_out = CHUNK_BYTES;
        status = inflate(&z, Z_NO_FLUSH);
        if (!sink_spend(sink, CHUNK_BYTES - z.avail_out)) {
            status = Z_MEM_ERROR;
            break;
        }
        out->len += CHUNK_BYTES - z.avail_out;
    }
    used = in.len - z.avail_in;
    inflateEnd(&z);
    return status == Z_STREAM_END ? used : 0;
}
