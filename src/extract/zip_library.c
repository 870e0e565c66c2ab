/* SPDX-License-Identifier: EUPL-1.2 */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "extract/zip_layout.h"
#include "zip_methods.h"

enum { LZMA_DICTIONARY_MAX = 64 << 20, FLAG_LZMA_END = 1 << 1 };

static void put_u32(char *to, uint64_t value)
{
    for (size_t i = 0; i < 4; i++)
        to[i] = (char)(value >> (8 * i));
}

/* An archive of this one member, without a name worth one, for a reader that wants a whole one. */
static void rebuild(const struct zip_member *member, struct buf *out)
{
    char header[ZIP_LOCAL_BYTES + 1] = "PK\3\4\77";

    header[6] = (char)(member->flags & FLAG_LZMA_END);
    header[8] = (char)member->method;
    put_u32(header + 14, member->crc);
    put_u32(header + 18, member->data.len);
    put_u32(header + 22, member->unpacked_bytes);
    header[26] = 1;
    header[ZIP_LOCAL_BYTES] = 'm';
    buf_append(out, (struct span){ header, sizeof header });
    buf_append(out, member->data);
}

static struct archive *open_reader(struct sink *sink, const struct zip_member *member)
{
    struct archive *archive = archive_read_new();

    if (archive == NULL)
        abort();                /* the cage counts it as a crash: never as read */
    sink_leave(sink);
    /* XZ as a stream of its own, since there the library bounds its memory. */
    if (member->method == ZIP_METHOD_XZ) {
        archive_read_support_format_raw(archive);
        archive_read_support_filter_xz(archive);
    } else {
        archive_read_support_format_zip_streamable(archive);
    }
    return archive;
}

bool zip_library_knows(const struct zip_member *member)
{
    switch (member->method) {
    case ZIP_METHOD_BZIP2:
    case ZIP_METHOD_ZSTD:
    case ZIP_METHOD_PPMD:
    case ZIP_METHOD_XZ:
        return true;
    case ZIP_METHOD_LZMA:
        /* Version, length of the properties, their first octet, then the dictionary (5.8.8). */
        return zip_u32(member->data, 5) <= LZMA_DICTIONARY_MAX;
    default:
        return false;
    }
}

bool zip_unpack_by_library(struct sink *sink, const struct zip_member *member, struct buf *room)
{
    struct archive *archive = open_reader(sink, member);
    struct archive_entry *entry;
    int result = ARCHIVE_FATAL;
    const void *block;
    struct buf whole;
    int64_t offset;
    size_t bytes;

    buf_init(&whole, 0);
    if (member->method == ZIP_METHOD_XZ)
        buf_append(&whole, member->data);
    else
        rebuild(member, &whole);
    if (archive_read_open_memory(archive, whole.ptr, whole.len) == ARCHIVE_OK &&
        archive_read_next_header(archive, &entry) >= ARCHIVE_WARN)
        while ((result = archive_read_data_block(archive, &block, &bytes, &offset)) == ARCHIVE_OK &&
               sink_spend(sink, bytes) && buf_append(room, (struct span){ block, bytes }))
            ;
    archive_read_free(archive);
    buf_fini(&whole);
    return result == ARCHIVE_EOF;
}
