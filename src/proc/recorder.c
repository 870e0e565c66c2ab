/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Many threads hand in records; one thread for each connection to the audit
 * writer takes the answers in and wakes whoever waits for them.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "audit/uses.h"
#include "base/clock.h"
#include "proc_priv.h"
#include "wire/wire.h"

enum { WAIT_SECONDS = 10 };

struct waiter {
    struct waiter *next;
    uint64_t number;
    uint64_t sequence;      /* of the record in the chain */
    bool answered;
    pthread_cond_t turn;    /* answered: each its own, so that an answer wakes nobody else */
    char problem[256];      /* empty: on disk */
};

struct recorder {
    pthread_mutex_t mutex;
    int fd;                 /* -1: no writer */
    uint64_t connection;    /* counts connections: an old reader must not close the new one */
    uint64_t next_number;
    struct waiter *waiting;
    struct usage *usage;
};

/* What a reader thread needs; it frees it. */
struct reader {
    struct recorder *recorder;
    int fd;
    uint64_t connection;
};

struct recorder *recorder_new(struct usage *usage)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);

    if (recorder == NULL)
        return NULL;
    pthread_mutex_init(&recorder->mutex, NULL);
    recorder->fd = -1;
    recorder->usage = usage;
    recorder->next_number = 1;
    return recorder;
}

/* With the mutex held. */
static void answer(struct waiter *waiter, uint64_t sequence, const char *problem, size_t length)
{
    waiter->sequence = sequence;
    if (length >= sizeof waiter->problem)
        length = sizeof waiter->problem - 1;
    memcpy(waiter->problem, problem, length);
    waiter->problem[length] = '\0';
    waiter->answered = true;
    pthread_cond_signal(&waiter->turn);
}

static void fail_all(struct recorder *recorder)
{
    static const char gone[] = "the audit writer has ended";

    for (struct waiter *w = recorder->waiting; w != NULL; w = w->next)
        if (!w->answered)
            answer(w, 0, gone, sizeof gone - 1);
}

static bool take_answer(struct recorder *recorder, struct span octets)
{
    struct wire_in in = wire_in_of(octets);
    const uint64_t number = wire_get_u64(&in);
    const uint64_t sequence = wire_get_u64(&in);
    const struct span text = wire_get_text(&in, USES_FILE_BYTES);

    if (!wire_is_done(&in))
        return false;
    if (number == 0)
        return usage_take_counts(recorder->usage, text) == 0;
    pthread_mutex_lock(&recorder->mutex);
    for (struct waiter *w = recorder->waiting; w != NULL; w = w->next)
        if (w->number == number)
            answer(w, sequence, text.len == 0 ? "" : text.ptr, text.len);
    pthread_mutex_unlock(&recorder->mutex);
    return true;
}

static void *read_answers(void *data)
{
    struct reader reader = *(struct reader *)data;
    struct recorder *recorder = reader.recorder;
    struct buf octets;

    free(data);
    buf_init(&octets, 0);
    while (wire_receive(reader.fd, &octets, USES_FILE_BYTES + 64, NULL, NULL, WIRE_FOREVER) == WIRE_OK)
        if (!take_answer(recorder, buf_span(&octets)))
            break;
    buf_fini(&octets);
    pthread_mutex_lock(&recorder->mutex);
    if (recorder->connection == reader.connection) {
        recorder->fd = -1;
        fail_all(recorder);
    }
    close(reader.fd);
    pthread_mutex_unlock(&recorder->mutex);
    return NULL;
}

int recorder_connect(struct recorder *recorder, int fd, struct err *err)
{
    struct reader *reader = malloc(sizeof *reader);
    pthread_t thread;

    pthread_mutex_lock(&recorder->mutex);
    if (recorder->fd >= 0)
        shutdown(recorder->fd, SHUT_RDWR);  /* its reader wakes and closes it */
    fail_all(recorder);
    recorder->connection++;
    recorder->fd = fd;
    if (reader != NULL)
        *reader = (struct reader){ recorder, fd, recorder->connection };
    if (reader == NULL || pthread_create(&thread, NULL, read_answers, reader) != 0) {
        free(reader);
        close(fd);
        recorder->fd = -1;
        pthread_mutex_unlock(&recorder->mutex);
        err_set(err, "no thread for the audit writer's answers");
        return -1;
    }
    pthread_detach(thread);
    pthread_mutex_unlock(&recorder->mutex);
    return 0;
}

/* With the mutex held, so that packets of two records never mix. */
static int send_record(struct recorder *recorder, uint64_t number, struct span record, struct err *err)
{
    const uint64_t deadline_us = clock_monotonic_us() + WAIT_SECONDS * UINT64_C(1000000);
    enum wire_result result = WIRE_CLOSED;
    struct buf octets;

    if (recorder->fd < 0) {
        err_set(err, "no audit writer is running");
        return -1;
    }
    buf_init(&octets, 0);
    wire_put_u64(&octets, number);
    wire_put_span(&octets, record);
    if (!octets.failed)
        result = wire_send(recorder->fd, buf_span(&octets), NULL, 0, deadline_us);
    buf_fini(&octets);
    if (result == WIRE_OK)
        return 0;
    /* Half a record may have gone out: this connection is of no more use. */
    shutdown(recorder->fd, SHUT_RDWR);
    err_set(err, "the audit writer does not take records");
    return -1;
}

static void forget(struct recorder *recorder, const struct waiter *waiter)
{
    for (struct waiter **link = &recorder->waiting; *link != NULL; link = &(*link)->next) {
        if (*link == waiter) {
            *link = waiter->next;
            return;
        }
    }
}

int recorder_write(struct recorder *recorder, struct span record, uint64_t *sequence_out, struct err *err)
{
    struct waiter waiter = { .turn = PTHREAD_COND_INITIALIZER };
    struct timespec until;
    int status;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_SECONDS;
    pthread_mutex_lock(&recorder->mutex);
    waiter.number = recorder->next_number++;
    waiter.next = recorder->waiting;
    /* cppcheck-suppress autoVariables; forget() takes it out before this returns */
    recorder->waiting = &waiter;
    status = send_record(recorder, waiter.number, record, err);
    while (status == 0 && !waiter.answered) {
        if (pthread_cond_clockwait(&waiter.turn, &recorder->mutex, CLOCK_MONOTONIC, &until) != 0 &&
            !waiter.answered) {
            err_set(err, "the audit writer does not answer");
            status = -1;
        }
    }
    forget(recorder, &waiter);
    pthread_mutex_unlock(&recorder->mutex);
    pthread_cond_destroy(&waiter.turn);
    *sequence_out = waiter.sequence;
    if (status == 0 && waiter.problem[0] != '\0') {
        err_set(err, "%s", waiter.problem);
        return -1;
    }
    return status;
}

int recorder_post(struct recorder *recorder, struct span record, struct err *err)
{
    int status;

    pthread_mutex_lock(&recorder->mutex);
    status = send_record(recorder, 0, record, err);
    pthread_mutex_unlock(&recorder->mutex);
    return status;
}
