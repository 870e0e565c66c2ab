/* SPDX-License-Identifier: EUPL-1.2 */
#include "audit/chain.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_priv.h"

enum { CHAIN_FILE_MODE = 0640, PENDING_LIMIT_BYTES = 4 * CHAIN_RECORD_BYTES };

struct chain_writer {
    int directory_fd;
    char *name, *head_name;
    struct buf key;
    bool sync;
    int fd, head_fd;
    uint64_t safe_bytes, size_bytes; /* of the file: on disk, and written */
    struct chain_head committed;    /* what is on disk */
    struct chain_head written;      /* what is in the file */
    struct chain_head head;         /* what will be, once pending is */
    struct buf pending;
};

static bool read_at(int fd, char *bytes, size_t size, uint64_t offset)
{
    while (size > 0) {
        ssize_t got = pread(fd, bytes, size, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        size -= (size_t)got;
        offset += (uint64_t)got;
    }
    return true;
}

static bool write_all(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t put = write(fd, bytes.ptr, bytes.len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes = span_slice(bytes, (size_t)put, bytes.len);
    }
    return true;
}

/* The end of a file as the last writer left it. */
struct file_end {
    uint64_t whole_bytes;       /* up to and with the last newline */
    uint64_t torn_bytes;        /* behind it */
    struct chain_head head;     /* of the last whole line, zero when it is no record */
};

/* Take the last whole line out of tail, which ends where the file does and starts at its start or inside. */
static void find_last_line(struct span tail, struct span key, struct file_end *end)
{
    size_t stop = tail.len, start;
    struct chain_line line;

    while (stop > 0 && tail.ptr[stop - 1] != '\n')
        stop--;
    end->torn_bytes = tail.len - stop;
    if (stop == 0)
        return;
    for (start = stop - 1; start > 0 && tail.ptr[start - 1] != '\n';)
        start--;
    if (!chain_line_parse(span_slice(tail, start, stop - 1), &line) ||
        !chain_line_is_genuine(&line, key))
        return;
    end->head.sequence = line.sequence;
    memcpy(end->head.hash, line.hash, HASH_BYTES);
}

static int read_end(int fd, uint64_t size, struct span key, struct file_end *end, struct err *err)
{
    /* Room for a torn line and the whole one before it, each as long as a line may be. */
    size_t want = size < 2 * (CHAIN_RECORD_BYTES + 1) ? (size_t)size : 2 * (CHAIN_RECORD_BYTES + 1);
    char *tail = malloc(want + 1);

    *end = (struct file_end){ .whole_bytes = size };
    if (tail == NULL || !read_at(fd, tail, want, size - want)) {
        err_set(err, "cannot read its end: %s", strerror(errno));
        free(tail);
        return -1;
    }
    find_last_line((struct span){ tail, want }, key, end);
    end->whole_bytes = size - end->torn_bytes;
    free(tail);
    return 0;
}

static int open_file(const struct chain_writer *writer, uint64_t *size_out, struct err *err)
{
    int fd = openat(writer->directory_fd, writer->name,
                    O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, CHAIN_FILE_MODE);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        err_set(err, "%s: %s", writer->name, fd < 0 ? strerror(errno) : "is no plain file");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *size_out = (uint64_t)st.st_size;
    return fd;
}

/* Add a record of the chain's own. */
static int append_event(struct chain_writer *writer, int64_t now_us, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int append_event(struct chain_writer *writer, int64_t now_us, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return chain_line_append(&writer->pending, &writer->head, buf_span(&writer->key), span_of(text),
                             now_us);
}

/* Join the file to the chain whose head file said known, and say how in its first new record. */
static int join(struct chain_writer *writer, const struct chain_head *known, int64_t now_us,
                struct err *err)
{
    struct file_end end = { 0 };
    int appended = 0;

    if (writer->size_bytes > 0 &&
        read_end(writer->fd, writer->size_bytes, buf_span(&writer->key), &end, err) != 0)
        return -1;
    if (end.torn_bytes > 0) {
        if (ftruncate(writer->fd, (off_t)end.whole_bytes) != 0) {
            err_set(err, "cannot cut off a torn line: %s", strerror(errno));
            return -1;
        }
        writer->size_bytes = end.whole_bytes;
    }
    writer->safe_bytes = writer->size_bytes;
    writer->committed = known->sequence >= end.head.sequence ? *known : end.head;
    writer->written = writer->head = writer->committed;
    if (known->sequence == 0 && end.head.sequence == 0 && writer->size_bytes > 0)
        appended = append_event(writer, now_us, "{\"kind\":\"begins\",\"foreign_bytes\":%" PRIu64 "}",
                                writer->size_bytes);
    else if (writer->size_bytes == 0 && end.torn_bytes == 0)
        appended = append_event(writer, now_us, "{\"kind\":\"%s\"}",
                                known->sequence == 0 ? "begins" : "continues");
    else if (end.torn_bytes > 0 || known->sequence > end.head.sequence)
        appended = append_event(writer, now_us,
                                "{\"kind\":\"recovered\",\"torn_bytes\":%" PRIu64
                                ",\"last_in_file\":%" PRIu64 ",\"last_known\":%" PRIu64 "}",
                                end.torn_bytes, end.head.sequence, known->sequence);
    if (appended != 0) {
        err_set(err, "no memory");
        return -1;
    }
    return chain_commit(writer, err);
}

static int open_head(struct chain_writer *writer, struct chain_head *known_out, struct err *err)
{
    char text[CHAIN_HEAD_BYTES];

    writer->head_fd = openat(writer->directory_fd, writer->head_name,
                             O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, CHAIN_FILE_MODE);
    if (writer->head_fd < 0) {
        err_set(err, "%s: %s", writer->head_name, strerror(errno));
        return -1;
    }
    if (flock(writer->head_fd, LOCK_EX | LOCK_NB) != 0) {
        err_set(err, "%s: another writer is at work on this record", writer->name);
        return -1;
    }
    *known_out = (struct chain_head){ 0 };
    if (read_at(writer->head_fd, text, sizeof text, 0) &&
        chain_head_parse((struct span){ text, sizeof text }, buf_span(&writer->key), known_out) != 0)
        *known_out = (struct chain_head){ 0 };
    return 0;
}

struct chain_writer *chain_open(const struct chain_options *options, int64_t now_us,
                                struct err *err)
{
    struct chain_writer *writer = calloc(1, sizeof *writer);
    struct chain_head known;

    if (writer == NULL) {
        err_set(err, "no memory");
        return NULL;
    }
    *writer = (struct chain_writer){ .directory_fd = options->directory_fd, .sync = options->sync,
                                     .fd = -1, .head_fd = -1 };
    buf_init(&writer->key, CHAIN_KEY_MAX_BYTES);
    buf_init(&writer->pending, PENDING_LIMIT_BYTES);
    writer->name = strdup(options->name);
    if (writer->name == NULL || asprintf(&writer->head_name, "%s.head", options->name) < 0) {
        writer->head_name = NULL;
        err_set(err, "no memory");
        chain_close(&writer);
        return NULL;
    }
    if (options->key.len > 0 && !buf_append(&writer->key, options->key)) {
        err_set(err, "the key is longer than %d octets", CHAIN_KEY_MAX_BYTES);
        chain_close(&writer);
        return NULL;
    }
    if (open_head(writer, &known, err) != 0 ||
        (writer->fd = open_file(writer, &writer->size_bytes, err)) < 0 ||
        join(writer, &known, now_us, err) != 0) {
        chain_close(&writer);
        return NULL;
    }
    return writer;
}

void chain_close(struct chain_writer **writer)
{
    struct chain_writer *closing = *writer;

    if (closing == NULL)
        return;
    if (closing->fd >= 0)
        close(closing->fd);
    if (closing->head_fd >= 0)
        close(closing->head_fd);
    buf_fini(&closing->key);
    buf_fini(&closing->pending);
    free(closing->name);
    free(closing->head_name);
    free(closing);
    *writer = NULL;
}

/* Is text one JSON object on one line, with a kind, that does not speak for the chain? */
static bool is_record(struct span text)
{
    static const char *const reserved[] = { "seq", "time", "prev", "hash" };
    json_t *object;
    bool good;

    if (text.len < 2 || text.len > CHAIN_RECORD_BYTES / 2 || text.ptr[0] != '{' ||
        text.ptr[text.len - 1] != '}')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ')
            return false;
    object = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    good = json_is_string(json_object_get(object, "kind"));
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        good = good && json_object_get(object, reserved[i]) == NULL;
    json_decref(object);
    return good;
}

int chain_append(struct chain_writer *writer, struct span record, int64_t now_us,
                 uint64_t *sequence_out, struct err *err)
{
    size_t before = writer->pending.len;

    if (!is_record(record)) {
        err_set(err, "not a record: %zu octets", record.len);
        return -1;
    }
    if (chain_line_append(&writer->pending, &writer->head, buf_span(&writer->key), record,
                          now_us) != 0) {
        err_set(err, "no memory for a record of %zu octets", record.len);
        writer->pending.len = before;
        writer->pending.failed = false;
        return -1;
    }
    if (sequence_out != NULL)
        *sequence_out = writer->head.sequence;
    return 0;
}

static bool write_head(const struct chain_writer *writer)
{
    char text[CHAIN_HEAD_BYTES];

    return chain_head_encode(&writer->head, buf_span(&writer->key), text) == 0 &&
           pwrite(writer->head_fd, text, sizeof text, 0) == (ssize_t)sizeof text;
}

/* Back to what the file held before. */
static void take_back(struct chain_writer *writer, uint64_t size_bytes,
                      const struct chain_head *head, struct err *err)
{
    err_set(err, "%s: %s", writer->name, strerror(errno));
    /* Should this fail too, the half line is found torn by whoever opens the file next. */
    if (ftruncate(writer->fd, (off_t)size_bytes) != 0)
        err_context(err, "cannot take back what was half written (%s)", strerror(errno));
    writer->size_bytes = size_bytes;
    writer->written = writer->head = *head;
}

int chain_write(struct chain_writer *writer, struct err *err)
{
    const struct span bytes = buf_span(&writer->pending);
    const bool done = write_all(writer->fd, bytes);

    if (done) {
        writer->size_bytes += bytes.len;
        writer->written = writer->head;
    } else {
        const struct chain_head before = writer->written;

        take_back(writer, writer->size_bytes, &before, err);
    }
    buf_clear(&writer->pending);
    return done ? 0 : -1;
}

bool chain_is_safe(const struct chain_writer *writer)
{
    return writer->safe_bytes == writer->size_bytes;
}

int chain_commit(struct chain_writer *writer, struct err *err)
{
    const struct chain_head before = writer->committed;

    if (chain_write(writer, err) != 0)
        return -1;
    if (chain_is_safe(writer))
        return 0;
    /* The head comes last, so that it never knows of a record that is not safe. */
    if ((writer->sync && fdatasync(writer->fd) != 0) || !write_head(writer)) {
        take_back(writer, writer->safe_bytes, &before, err);
        return -1;
    }
    writer->safe_bytes = writer->size_bytes;
    writer->committed = writer->written;
    return 0;
}

int chain_reopen(struct chain_writer *writer, int64_t now_us, struct err *err)
{
    int old_fd = writer->fd;
    uint64_t old_size;
    struct chain_head known;

    if (chain_commit(writer, err) != 0)
        return -1;
    known = writer->committed;
    old_size = writer->size_bytes;
    writer->fd = open_file(writer, &writer->size_bytes, err);
    if (writer->fd < 0 || join(writer, &known, now_us, err) != 0) {
        if (writer->fd >= 0)
            close(writer->fd);
        writer->fd = old_fd;
        writer->size_bytes = old_size;
        writer->safe_bytes = old_size;
        writer->committed = writer->written = writer->head = known;
        buf_clear(&writer->pending);
        return -1;
    }
    close(old_fd);
    return 0;
}

bool chain_is_rotated(const struct chain_writer *writer)
{
    struct stat named, opened;

    return fstatat(writer->directory_fd, writer->name, &named, AT_SYMLINK_NOFOLLOW) != 0 ||
           fstat(writer->fd, &opened) != 0 || named.st_ino != opened.st_ino ||
           named.st_dev != opened.st_dev;
}

struct chain_head chain_writer_head(const struct chain_writer *writer)
{
    return writer->committed;
}
