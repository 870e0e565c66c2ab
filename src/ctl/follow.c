/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit/chain.h"
#include "records.h"

enum { READ_BYTES = 64 << 10, POLL_MS = 200 };

struct follower {
    const char *path;
    const struct record_filter *filter;
    record_visit *visit;
    void *data;
    struct buf line;
    size_t bad_lines;
};

/* What the writer has added since; false when visit has seen enough. */
static bool follow_octets(struct follower *follower, struct span octets)
{
    while (octets.len > 0) {
        size_t end = span_find_byte(octets, '\n');

        if (!buf_append(&follower->line, span_slice(octets, 0, end)))
            buf_clear(&follower->line);
        octets = span_slice(octets, end, octets.len);
        if (octets.len == 0)
            return true;
        octets = span_slice(octets, 1, octets.len);
        if (!record_line_visit(buf_span(&follower->line), follower->filter, follower->visit,
                               follower->data, &follower->bad_lines))
            return false;
        buf_clear(&follower->line);
    }
    return true;
}

/* Up to the present end of the file. 1 to go on, 0 enough was seen, -1 with errno. */
static int follow_to_end(struct follower *follower, int fd)
{
    char block[READ_BYTES];
    ssize_t got;

    while ((got = read(fd, block, sizeof block)) != 0) {
        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0 && !follow_octets(follower, (struct span){ block, (size_t)got }))
            return 0;
    }
    return 1;
}

/* Has the name gone to a new file? */
static bool is_replaced(const char *path, int fd)
{
    struct stat named, opened;

    return stat(path, &named) == 0 && fstat(fd, &opened) == 0 &&
           (named.st_ino != opened.st_ino || named.st_dev != opened.st_dev);
}

static int follow_file(struct follower *follower, int fd)
{
    static const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
    int more;

    while ((more = follow_to_end(follower, fd)) == 1) {
        /* Ask first, read once more then: what was written before the rename is not lost. */
        bool replaced = is_replaced(follower->path, fd);

        if (fflush(stdout) != 0)
            return 0;
        if (replaced)
            return follow_to_end(follower, fd);
        nanosleep(&pause, NULL);
    }
    return more;
}

int records_follow(const char *path, const struct record_filter *filter, record_visit *visit,
                   void *data)
{
    struct follower follower = { .path = path, .filter = filter, .visit = visit, .data = data };
    int more = 1;

    buf_init(&follower.line, CHAIN_RECORD_BYTES);
    while (more == 1) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        more = fd < 0 ? -1 : follow_file(&follower, fd);
        if (more < 0)
            complain("%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
    }
    buf_fini(&follower.line);
    return more;
}
