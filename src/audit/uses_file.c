/* SPDX-License-Identifier: EUPL-1.2 */
/* The counts on disk: NAME.uses, and the records behind it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/uses.h"
#include "audit_priv.h"

enum { NAME_BYTES = 4096, USES_FILE_MODE = 0640 };

/* 1: read; 0: no such file; -1: err. */
static int read_counts(int directory_fd, const char *name, struct buf *text, struct err *err)
{
    int fd = openat(directory_fd, name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : 1;
    int problem = errno;
    char *room;

    if (fd < 0 && problem == ENOENT)
        return 0;
    while (n > 0 && (room = buf_reserve(text, 65536)) != NULL) {
        n = read(fd, room, 65536);
        problem = errno;
        text->len += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    if (n == 0)
        return 1;
    err_set(err, "%s: %s", name, text->failed ? "too large" : strerror(problem));
    return -1;
}

/* Does the line stand behind that record? One without a number is no record, and counts nothing. */
static bool is_behind(struct span line, uint64_t sequence)
{
    struct chain_line parsed;

    return chain_line_parse(line, &parsed) && parsed.sequence > sequence;
}

static int count_behind(FILE *file, uint64_t sequence, struct uses *uses)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    int status = 0;

    while (status == 0 && (len = getline(&line, &size, file)) > 0) {
        struct span text = { line, (size_t)len - (line[len - 1] == '\n') };
        if (span_find(text, SPAN("\"exceptions\":[\"")) < text.len && is_behind(text, sequence))
            status = uses_note_record(uses, text);
    }
    free(line);
    return status == 0 && !ferror(file) ? 0 : -1;
}

static int load_records(int directory_fd, const char *name, uint64_t sequence, struct uses *uses,
                        struct err *err)
{
    int fd = openat(directory_fd, name, O_RDONLY | O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    int status = 0;

    if (file == NULL && errno == ENOENT)
        return 0;
    if (file == NULL || count_behind(file, sequence, uses) != 0) {
        err_set(err, "%s: %s", name, strerror(errno));
        status = -1;
    }
    if (file != NULL)
        fclose(file);
    else if (fd >= 0)
        close(fd);
    return status;
}

int uses_load(int directory_fd, const char *name, struct uses *uses, struct err *err)
{
    char counts[NAME_BYTES];
    uint64_t sequence = 0;
    struct buf text;
    int found;

    snprintf(counts, sizeof counts, "%s.uses", name);
    buf_init(&text, USES_FILE_BYTES);
    found = read_counts(directory_fd, counts, &text, err);
    if (found == 1 && uses_decode(uses, buf_span(&text), &sequence) != 0) {
        err_set(err, "%s: damaged; remove it to count anew from %s", counts, name);
        found = -1;
    }
    buf_fini(&text);
    return found < 0 ? -1 : load_records(directory_fd, name, sequence, uses, err);
}

int uses_save(int directory_fd, const char *name, const struct uses *uses, uint64_t sequence,
              struct err *err)
{
    char counts[NAME_BYTES], new[NAME_BYTES];
    int fd = -1, status = -1;
    struct buf text;

    snprintf(counts, sizeof counts, "%s.uses", name);
    snprintf(new, sizeof new, "%s.uses.new", name);
    buf_init(&text, USES_FILE_BYTES);
    if (uses_encode(uses, sequence, &text) == 0)
        fd = openat(directory_fd, new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, USES_FILE_MODE);
    if (fd >= 0 && write(fd, text.ptr, text.len) == (ssize_t)text.len && fdatasync(fd) == 0 &&
        renameat(directory_fd, new, directory_fd, counts) == 0)
        status = 0;
    else
        err_set(err, "%s: %s", counts, strerror(errno));
    if (fd >= 0)
        close(fd);
    buf_fini(&text);
    return status;
}
