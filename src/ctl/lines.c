/* SPDX-License-Identifier: EUPL-1.2 */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "audit/chain.h"
#include "records.h"

enum { BLOCK_BYTES = 256 << 10 };

struct line_reader {
    struct archive *archive;
    struct span block;      /* of libarchive's, not yet used up */
    struct buf line;        /* a line that began in an earlier block */
    bool ended, whole;
};

static bool open_source(struct archive *archive, const char *path, struct span octets)
{
    if (path == NULL)
        return archive_read_open_memory(archive, octets.ptr, octets.len) == ARCHIVE_OK;
    return archive_read_open_filename(archive, strcmp(path, "-") == 0 ? NULL : path,
                                      BLOCK_BYTES) == ARCHIVE_OK;
}

static struct line_reader *reader_open(const char *path, struct span octets, struct err *err)
{
    struct line_reader *reader = calloc(1, sizeof *reader);
    struct archive_entry *entry;
    int first;

    if (reader == NULL || (reader->archive = archive_read_new()) == NULL) {
        free(reader);
        err_set(err, "no memory");
        return NULL;
    }
    buf_init(&reader->line, CHAIN_RECORD_BYTES + 1);
    archive_read_support_filter_gzip(reader->archive);
    archive_read_support_filter_bzip2(reader->archive);
    archive_read_support_filter_xz(reader->archive);
    archive_read_support_filter_zstd(reader->archive);
    archive_read_support_format_raw(reader->archive);
    archive_read_support_format_empty(reader->archive);
    first = open_source(reader->archive, path, octets)
                ? archive_read_next_header(reader->archive, &entry)
                : ARCHIVE_FATAL;
    if (first != ARCHIVE_OK && first != ARCHIVE_EOF) {
        err_set(err, "%s", strerror(archive_errno(reader->archive)));
        line_reader_close(&reader);
        return NULL;
    }
    reader->ended = first == ARCHIVE_EOF;
    return reader;
}

struct line_reader *line_reader_open(const char *path, struct err *err)
{
    return reader_open(path, (struct span){ 0 }, err);
}

struct line_reader *line_reader_open_memory(struct span octets, struct err *err)
{
    return reader_open(NULL, octets, err);
}

void line_reader_close(struct line_reader **reader)
{
    if (*reader == NULL)
        return;
    archive_read_free((*reader)->archive);
    buf_fini(&(*reader)->line);
    free(*reader);
    *reader = NULL;
}

/* 1 with a new block, 0 at the end, -1 and err. */
static int next_block(struct line_reader *reader, struct err *err)
{
    const void *bytes;
    size_t size = 0;
    la_int64_t offset;
    int result = ARCHIVE_EOF;

    while (!reader->ended && size == 0) {
        result = archive_read_data_block(reader->archive, &bytes, &size, &offset);
        reader->ended = result != ARCHIVE_OK;
    }
    if (size == 0 && result == ARCHIVE_EOF)
        return 0;
    if (size == 0) {
        err_set(err, "%s", archive_error_string(reader->archive));
        return -1;
    }
    reader->block = (struct span){ bytes, size };
    return 1;
}

/* Keep what fits under the cap; the rest of an endless line is dropped as it comes. */
static void keep(struct line_reader *reader, struct span piece)
{
    size_t room = CHAIN_RECORD_BYTES + 1 - reader->line.len;

    buf_append(&reader->line, span_slice(piece, 0, room));
}

int line_reader_next(struct line_reader *reader, struct span *line_out, struct err *err)
{
    buf_clear(&reader->line);
    for (;;) {
        size_t end = span_find_byte(reader->block, '\n');
        bool found = end < reader->block.len;
        struct span piece = span_slice(reader->block, 0, end);
        int more;

        reader->block = span_slice(reader->block, end + found, reader->block.len);
        reader->whole = found;
        if (found && reader->line.len == 0) {
            *line_out = span_slice(piece, 0, CHAIN_RECORD_BYTES + 1);
            return 1;
        }
        keep(reader, piece);
        if (reader->line.failed) {
            err_set(err, "no memory");
            return -1;
        }
        if (found || (more = next_block(reader, err)) == 0) {
            *line_out = buf_span(&reader->line);
            return found || line_out->len > 0;
        }
        if (more < 0)
            return -1;
    }
}

bool line_reader_is_whole(const struct line_reader *reader)
{
    return reader->whole;
}
