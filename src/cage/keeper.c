/* SPDX-License-Identifier: EUPL-1.2 */
/* The safe side of the template: start it, hear it. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cage_priv.h"

enum {
    TEMPLATE_FD = 3,            /* where a template finds its socket */
    START_US = 60 * 1000000     /* for loading libraries and compiling a large plan */
};

/* Signals as a new program expects them, whatever the calling thread blocks. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    return posix_spawnattr_setsigmask(attributes, &none) != 0 ||
           posix_spawnattr_setsigdefault(attributes, &all) != 0 ||
           posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

int cage_spawn(const char *path, struct err *err)
{
    char *const argv[] = { (char *)(uintptr_t)path, NULL };    /* it only reads */
    char *const environment[] = { NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int fds[2], failed;
    pid_t pid;

    if (wire_pair(fds, err) != 0)
        return -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    failed = set_attributes(&attributes);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, fds[1], TEMPLATE_FD);
    if (failed == 0)
        failed = posix_spawn(&pid, path, &actions, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    if (failed != 0) {
        close(fds[0]);
        err_set(err, "cannot start %s: %s", path, strerror(failed));
        return -1;
    }
    return fds[0];
}

int keeper_begin(struct cage *cage, struct err *err)
{
    const uint64_t deadline = clock_monotonic_us() + START_US;
    struct wire_in in;
    struct buf news;
    struct span text;
    int result = -1;

    buf_init(&news, 0);
    if (wire_send(cage->template_fd, buf_span(&cage->start), NULL, 0, deadline) != WIRE_OK ||
        wire_receive(cage->template_fd, &news, TEMPLATE_TEXT_BYTES * 2, NULL, NULL, deadline) != WIRE_OK) {
        err_set(err, "the scanner template ended before it was ready");
    } else {
        in = wire_in_of(buf_span(&news));
        result = wire_get_u8(&in) == NEWS_READY ? 0 : -1;
        text = wire_get_text(&in, TEMPLATE_TEXT_BYTES);
        if (result == 0) {
            err_set(&cage->missing, "%.*s", SPAN_ARG(text));
        } else {
            err_set(err, "scanner template: %.*s", SPAN_ARG(text));
        }
    }
    buf_fini(&news);
    return result;
}

/* One message of the template's; false when it has ended. */
static bool hear(struct cage *cage, struct buf *news)
{
    struct child child = { .fd = -1 };
    size_t fds = 1;
    struct wire_in in;

    switch (wire_receive(cage->template_fd, news, TEMPLATE_TEXT_BYTES * 2, &child.fd, &fds,
                         WIRE_NO_WAIT)) {
    case WIRE_OK: break;
    case WIRE_AGAIN: return true;
    case WIRE_CLOSED:
    case WIRE_TIMEOUT:
    case WIRE_BROKEN: return false;
    }
    in = wire_in_of(buf_span(news));
    if (wire_get_u8(&in) == NEWS_CHILD && fds == 1) {
        child.id = wire_get_u64(&in);
        pthread_mutex_lock(&cage->lock);
        pool_add(cage, &child);
        pthread_mutex_unlock(&cage->lock);
        return true;
    }
    if (fds == 1)
        close(child.fd);
    return false;
}

static void forget_template(struct cage *cage)
{
    pthread_mutex_lock(&cage->lock);
    pool_drop(cage);
    close(cage->template_fd);
    cage->template_fd = -1;
    err_set(&cage->why, "the scanner template has ended");
    cage->dead = true;
    pool_wake(cage);
    pthread_mutex_unlock(&cage->lock);
}

void *keeper_run(void *data)
{
    struct cage *cage = data;
    struct buf news;

    buf_init(&news, 0);
    for (;;) {
        struct pollfd fds[] = { { .fd = cage->stop_fd, .events = POLLIN },
                                { .fd = cage->template_fd, .events = POLLIN } };
        int ready = poll(fds, 2, -1);

        if (ready > 0 && fds[0].revents != 0)
            break;
        if (ready > 0 && fds[1].revents != 0 && !hear(cage, &news))
            forget_template(cage);
    }
    buf_fini(&news);
    return NULL;
}
