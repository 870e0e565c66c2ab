/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>
#include <zlib.h>

#include "zip_builder.h"

static void put(struct buf *buf, uint64_t value, size_t octets)
{
    for (size_t i = 0; i < octets; i++)
        buf_append_byte(buf, (char)(value >> (8 * i)));
}

void zip_builder_init(struct zip_builder *builder)
{
    *builder = (struct zip_builder){ 0 };
    buf_init(&builder->bytes, 0);
    buf_init(&builder->directory, 0);
}

void zip_builder_fini(struct zip_builder *builder)
{
    buf_fini(&builder->bytes);
    buf_fini(&builder->directory);
}

/* Version, flags, method, time, date, CRC, sizes, length of the name, no extra field. */
static void put_common(struct buf *buf, uint16_t flags, uint32_t crc, size_t bytes, size_t claimed, size_t name_bytes)
{
    put(buf, 20, 2);
    put(buf, flags, 2);
    put(buf, 0, 2);
    put(buf, 0, 4);
    put(buf, crc, 4);
    put(buf, bytes, 4);
    put(buf, claimed, 4);
    put(buf, name_bytes, 2);
    put(buf, 0, 2);
}

void zip_builder_add(struct zip_builder *builder, const char *name, struct span content, unsigned lies)
{
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)content.ptr, (uInt)content.len);
    size_t offset = builder->bytes.len;
    const char *local_name = (lies & ZIP_LOCAL_NAME) != 0 ? "other" : name;
    bool later = (lies & ZIP_WITH_DESCRIPTOR) != 0;
    size_t local_bytes = later ? 0 : content.len - ((lies & ZIP_LOCAL_SIZE) != 0);
    uint16_t flags = later ? 8 : 0;

    if ((lies & ZIP_ONLY_LISTED) == 0) {
        buf_append(&builder->bytes, SPAN("PK\3\4"));
        put_common(&builder->bytes, flags | ((lies & ZIP_LOCAL_ENCRYPTED) != 0), later ? 0 : crc, local_bytes,
                   local_bytes, strlen(local_name));
        buf_append(&builder->bytes, span_of(local_name));
        buf_append(&builder->bytes, content);
        if (later) {
            buf_append(&builder->bytes, SPAN("PK\7\10"));
            put(&builder->bytes, crc, 4);
            put(&builder->bytes, content.len, 4);
            put(&builder->bytes, content.len, 4);
        }
    }
    if ((lies & ZIP_NOT_LISTED) != 0)
        return;
    buf_append(&builder->directory, SPAN("PK\1\2"));
    put(&builder->directory, 20, 2);
    put_common(&builder->directory, flags | ((lies & ZIP_CENTRAL_ENCRYPTED) != 0), crc, content.len, content.len,
               strlen(name));
    put(&builder->directory, 0, 2 + 2 + 2);     /* comment, disk, internal attributes */
    put(&builder->directory, 0, 4);
    put(&builder->directory, offset, 4);
    buf_append(&builder->directory, span_of(name));
    builder->entries++;
}

struct span zip_builder_finish(struct zip_builder *builder, const char *comment)
{
    size_t start = builder->bytes.len;

    buf_append(&builder->bytes, buf_span(&builder->directory));
    buf_append(&builder->bytes, SPAN("PK\5\6"));
    put(&builder->bytes, 0, 4);
    put(&builder->bytes, builder->entries, 2);
    put(&builder->bytes, builder->entries, 2);
    put(&builder->bytes, builder->directory.len, 4);
    put(&builder->bytes, start, 4);
    put(&builder->bytes, strlen(comment), 2);
    buf_append(&builder->bytes, span_of(comment));
    buf_clear(&builder->directory);
    builder->entries = 0;
    return buf_span(&builder->bytes);
}
