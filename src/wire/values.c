/* SPDX-License-Identifier: EUPL-1.2 */
/* Typed values in a message: the half of wire.h that touches no socket. */
#include <string.h>

#include "base/utf8.h"
#include "wire/wire.h"

static void put(struct buf *out, const void *value, size_t bytes)
{
    buf_append(out, (struct span){ value, bytes });
}

void wire_put_u8(struct buf *out, uint8_t value)
{
    put(out, &value, sizeof value);
}

void wire_put_u32(struct buf *out, uint32_t value)
{
    put(out, &value, sizeof value);
}

void wire_put_u64(struct buf *out, uint64_t value)
{
    put(out, &value, sizeof value);
}

void wire_put_span(struct buf *out, struct span value)
{
    if (value.len > UINT32_MAX) {
        out->failed = true;
        return;
    }
    wire_put_u32(out, (uint32_t)value.len);
    buf_append(out, value);
}

struct wire_in wire_in_of(struct span bytes)
{
    return (struct wire_in){ .rest = bytes };
}

static bool take(struct wire_in *in, void *value, size_t bytes)
{
    if (in->failed || bytes > in->rest.len) {
        in->failed = true;
        return false;
    }
    memcpy(value, in->rest.ptr, bytes);
    in->rest = span_slice(in->rest, bytes, in->rest.len);
    return true;
}

uint8_t wire_get_u8(struct wire_in *in)
{
    uint8_t value;

    return take(in, &value, sizeof value) ? value : 0;
}

uint32_t wire_get_u32(struct wire_in *in)
{
    uint32_t value;

    return take(in, &value, sizeof value) ? value : 0;
}

uint64_t wire_get_u64(struct wire_in *in)
{
    uint64_t value;

    return take(in, &value, sizeof value) ? value : 0;
}

bool wire_get_bool(struct wire_in *in)
{
    uint8_t value = wire_get_u8(in);

    if (value > 1)
        in->failed = true;
    return value == 1;
}

uint32_t wire_get_range(struct wire_in *in, uint32_t lowest, uint32_t highest)
{
    uint32_t value = wire_get_u32(in);

    if (!in->failed && value >= lowest && value <= highest)
        return value;
    in->failed = true;
    return lowest;
}

struct span wire_get_span(struct wire_in *in, size_t max)
{
    size_t len = wire_get_u32(in);
    struct span value;

    if (in->failed || len > max || len > in->rest.len) {
        in->failed = true;
        return (struct span){ NULL, 0 };
    }
    value = span_slice(in->rest, 0, len);
    in->rest = span_slice(in->rest, len, in->rest.len);
    return value;
}

struct span wire_get_text(struct wire_in *in, size_t max)
{
    struct span value = wire_get_span(in, max);

    if (utf8_is_valid(value))
        return value;
    in->failed = true;
    return (struct span){ NULL, 0 };
}

size_t wire_get_count(struct wire_in *in, size_t max, size_t item_bytes)
{
    size_t count = wire_get_u32(in);

    if (!in->failed && count <= max && count <= in->rest.len / item_bytes)
        return count;
    in->failed = true;
    return 0;
}

bool wire_is_done(const struct wire_in *in)
{
    return !in->failed && in->rest.len == 0;
}
