/* SPDX-License-Identifier: EUPL-1.2 */
#include "raw_stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

bool raw_stream_copy(struct sink *sink, struct archive *archive, struct buf *out)
{
    const void *block;
    int64_t offset;
    size_t bytes;
    int result;

    while ((result = archive_read_data_block(archive, &block, &bytes, &offset)) == ARCHIVE_OK)
        if (!sink_spend(sink, bytes) || !buf_append(out, (struct span){ block, bytes }))
            return false;
    return result == ARCHIVE_EOF;
}

bool raw_stream_append(struct sink *sink, struct span in, enum raw_filter filter, struct buf *out)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    bool whole;

    if (archive == NULL)
        abort();                /* the cage counts it as a crash: never as read */
    sink_leave(sink);
    archive_read_support_format_raw(archive);
    switch (filter) {
    case RAW_BZIP2: archive_read_support_filter_bzip2(archive); break;
    case RAW_XZ: archive_read_support_filter_xz(archive); break;
    }
    whole = archive_read_open_memory(archive, in.ptr, in.len) == ARCHIVE_OK && archive_filter_count(archive) > 1 &&
            archive_read_next_header(archive, &entry) >= ARCHIVE_WARN && raw_stream_copy(sink, archive, out);
    archive_read_free(archive);
    return whole;
}
