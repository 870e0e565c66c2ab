/* SPDX-License-Identifier: EUPL-1.2 */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "extract/zip_layout.h"
#include "raw_stream.h"
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
    struct archive *archive;
    struct archive_entry *entry;
    struct buf rebuilt;
    bool whole;

    /* As a stream of its own, since there the library bounds its memory. */
    if (member->method == ZIP_METHOD_XZ)
        return raw_stream_append(sink, member->data, RAW_XZ, room);
    archive = archive_read_new();
    if (archive == NULL)
        abort();                /* the cage counts it as a crash: never as read */
    sink_leave(sink);
    buf_init(&rebuilt, 0);
    rebuild(member, &rebuilt);
    archive_read_support_format_zip_streamable(archive);
    whole = archive_read_open_memory(archive, rebuilt.ptr, rebuilt.len) == ARCHIVE_OK &&
            archive_read_next_header(archive, &entry) >= ARCHIVE_WARN && raw_stream_copy(sink, archive, room);
    archive_read_free(archive);
    buf_fini(&rebuilt);
    return whole;
}
