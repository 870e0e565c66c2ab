/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Debian's libmilter serves all connections with a pool of threads. Its
 * controller hands each connection with something to read to "an idle worker" as
 * long as it counts one, but the count falls only when a worker wakes; of a burst
 * some connections then wait until some callback ends. A new event with no idle
 * worker left makes it start another thread, which drains one that waits. So while
 * a callback is slow we are that event: connect to our own socket and hang up.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc_priv.h"

enum { SLOW_US = 50000, TICK_US = 50000 };

struct kicker {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool asleep;            /* the thread waits for a first callback */
    struct kicker_entry *oldest, *newest;   /* callbacks at work */
    unsigned count;
    struct sockaddr_storage address;
    socklen_t address_bytes;
};

static void kick(const struct kicker *kicker)
{
    int fd = socket(kicker->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return;
    (void)connect(fd, (const struct sockaddr *)&kicker->address, kicker->address_bytes);
    close(fd);
}

static void sleep_a_tick(struct kicker *kicker)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_US * 1000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&kicker->wake, &kicker->mutex, &until);
}

/* Looks once a tick while there is work; fast callbacks never wake it up. */
static void *kick_while_slow(void *data)
{
    struct kicker *kicker = data;

    pthread_mutex_lock(&kicker->mutex);
    for (;;) {
        if (kicker->oldest == NULL) {
            kicker->asleep = true;
            pthread_cond_wait(&kicker->wake, &kicker->mutex);
        } else if (clock_monotonic_us() >= kicker->oldest->since_us + SLOW_US) {
            pthread_mutex_unlock(&kicker->mutex);
            kick(kicker);
            pthread_mutex_lock(&kicker->mutex);
        }
        sleep_a_tick(kicker);
    }
    return NULL;
}

struct kicker *kicker_new(int listen_fd, struct err *err)
{
    struct kicker *kicker = calloc(1, sizeof *kicker);
    pthread_condattr_t attributes;
    pthread_t thread;

    if (kicker == NULL) {
        err_set(err, "no memory");
        return NULL;
    }
    kicker->address_bytes = sizeof kicker->address;
    if (getsockname(listen_fd, (struct sockaddr *)&kicker->address, &kicker->address_bytes) < 0) {
        err_set(err, "own address: %s", strerror(errno));
        free(kicker);
        return NULL;
    }
    pthread_mutex_init(&kicker->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&kicker->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&thread, NULL, kick_while_slow, kicker) != 0) {
        err_set(err, "no thread");
        free(kicker);
        return NULL;
    }
    pthread_detach(thread);
    return kicker;
}

void kicker_enter(struct kicker *kicker, struct kicker_entry *entry)
{
    entry->since_us = clock_monotonic_us();
    entry->next = NULL;
    pthread_mutex_lock(&kicker->mutex);
    entry->previous = kicker->newest;
    if (kicker->newest != NULL)
        kicker->newest->next = entry;
    else
        kicker->oldest = entry;
    kicker->newest = entry;
    kicker->count++;
    if (kicker->asleep) {
        kicker->asleep = false;
        pthread_cond_signal(&kicker->wake);
    }
    pthread_mutex_unlock(&kicker->mutex);
}

void kicker_leave(struct kicker *kicker, struct kicker_entry *entry)
{
    pthread_mutex_lock(&kicker->mutex);
    if (entry->previous != NULL)
        entry->previous->next = entry->next;
    else
        kicker->oldest = entry->next;
    if (entry->next != NULL)
        entry->next->previous = entry->previous;
    else
        kicker->newest = entry->previous;
    kicker->count--;
    pthread_mutex_unlock(&kicker->mutex);
}

unsigned kicker_drain(struct kicker *kicker, uint32_t timeout_ms)
{
    const uint64_t end_us = clock_monotonic_us() + timeout_ms * UINT64_C(1000);
    const struct timespec pause = { .tv_nsec = 10000000 };
    unsigned left;

    for (;;) {
        pthread_mutex_lock(&kicker->mutex);
        left = kicker->count;
        pthread_mutex_unlock(&kicker->mutex);
        if (left == 0 || clock_monotonic_us() >= end_us)
            return left;
        nanosleep(&pause, NULL);
    }
}
