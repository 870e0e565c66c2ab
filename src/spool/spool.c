/* SPDX-License-Identifier: EUPL-1.2 */
#include "spool/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

/* Header fields come one by one; this many octets of them make one system call. */
enum { GATHER_BYTES = 8192 };

struct spool {
    struct spool_limits limits;
    int fd;                 /* read and write */
    int sealed_fd;          /* of a file, once sealed: read only */
    bool in_file;
    bool too_large;
    uint64_t size;          /* stored and gathered */
    size_t gathered;
    char gather[GATHER_BYTES];
};

struct spool *spool_new(const struct spool_limits *limits, struct err *err)
{
    struct spool *spool = malloc(sizeof *spool);

    if (spool == NULL) {
        err_set(err, "no memory for a message");
        return NULL;
    }
    spool->limits = *limits;
    spool->sealed_fd = -1;
    spool->in_file = spool->too_large = false;
    spool->size = 0;
    spool->gathered = 0;
    spool->fd = memfd_create("message", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (spool->fd < 0) {
        err_set(err, "memory descriptor: %s", strerror(errno));
        free(spool);
        return NULL;
    }
    return spool;
}

void spool_free(struct spool **spool)
{
    if (*spool == NULL)
        return;
    if ((*spool)->sealed_fd >= 0)
        close((*spool)->sealed_fd);
    close((*spool)->fd);
    free(*spool);
    *spool = NULL;
}

static int write_all(int fd, struct iovec *pieces, int count, struct err *err)
{
    while (count > 0) {
        ssize_t written = writev(fd, pieces, count);

        if (written < 0) {
            if (errno == EINTR)
                continue;
            err_set(err, "storing a message: %s", strerror(errno));
            return -1;
        }
        while (count > 0 && (size_t)written >= pieces->iov_len) {
            written -= (ssize_t)pieces->iov_len;
            pieces++;
            count--;
        }
        if (count > 0) {
            pieces->iov_base = (char *)pieces->iov_base + written;
            pieces->iov_len -= (size_t)written;
        }
    }
    return 0;
}

/* Copy what memory holds so far to a file that never has a name. */
static int move_to_file(struct spool *spool, struct err *err)
{
    int file = openat(spool->limits.directory_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    off_t from = 0, end = lseek(spool->fd, 0, SEEK_CUR);

    if (file < 0) {
        err_set(err, "spool directory: %s", strerror(errno));
        return -1;
    }
    while (from < end) {
        ssize_t copied = sendfile(file, spool->fd, &from, (size_t)(end - from));

        if (copied <= 0 && errno != EINTR) {
            err_set(err, "spool file: %s", copied == 0 ? "cut short" : strerror(errno));
            close(file);
            return -1;
        }
    }
    close(spool->fd);
    spool->fd = file;
    spool->in_file = true;
    return 0;
}

/* Write what was gathered and then octets, in one call. */
static int flush(struct spool *spool, struct span octets, struct err *err)
{
    struct iovec pieces[2] = { { spool->gather, spool->gathered },
                               { (void *)(uintptr_t)octets.ptr, octets.len } };

    if (!spool->in_file && spool->limits.directory_fd >= 0 &&
        spool->size > spool->limits.memory_bytes && move_to_file(spool, err) < 0)
        return -1;
    if (write_all(spool->fd, pieces, 2, err) < 0)
        return -1;
    spool->gathered = 0;
    return 0;
}

enum spool_result spool_append(struct spool *spool, struct span octets, struct err *err)
{
    if (spool->too_large)
        return SPOOL_TOO_LARGE;
    if (spool->limits.message_bytes != 0 &&
        octets.len > spool->limits.message_bytes - spool->size) {
        spool->too_large = true;
        return SPOOL_TOO_LARGE;
    }
    spool->size += octets.len;
    if (octets.len <= GATHER_BYTES - spool->gathered) {
        if (octets.len > 0)
            memcpy(spool->gather + spool->gathered, octets.ptr, octets.len);
        spool->gathered += octets.len;
        return SPOOL_OK;
    }
    return flush(spool, octets, err) < 0 ? SPOOL_FAILED : SPOOL_OK;
}

/* A second descriptor of the same file without the right to write: a file on disk cannot be sealed. */
static int reopen_read_only(int fd, struct err *err)
{
    char path[32];
    int read_only;

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    read_only = open(path, O_RDONLY | O_CLOEXEC);
    if (read_only < 0)
        err_set(err, "opening a spooled message for reading: %s", strerror(errno));
    return read_only;
}

int spool_seal(struct spool *spool, uint64_t *size_out, struct err *err)
{
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

    if (flush(spool, (struct span){ NULL, 0 }, err) < 0)
        return -1;
    *size_out = spool->size;
    if (spool->in_file) {
        spool->sealed_fd = reopen_read_only(spool->fd, err);
        return spool->sealed_fd;
    }
    if (fcntl(spool->fd, F_ADD_SEALS, seals) < 0) {
        err_set(err, "sealing a message: %s", strerror(errno));
        return -1;
    }
    return spool->fd;
}

uint64_t spool_size(const struct spool *spool)
{
    return spool->size;
}
