/* SPDX-License-Identifier: EUPL-1.2 */
#include "cage/cage.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cage_priv.h"
#include "wire/job.h"
#include "wire/plan.h"
#include "wire/report.h"

enum {
    DEFAULT_REUSE = 1000,
    GRACE_US = 1000000, /* for a child to say itself that its time is over */
    TICK_US = 1000000,
    FRESH_TRIES = 8     /* children found dead before they had the message */
};

unsigned cage_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    return count < 1 ? 1 : count > 64 ? 64 : (unsigned)count;
}

int cage_find_program(const char *name, char *path_out, size_t size, struct err *err)
{
    const size_t name_bytes = strlen(name) + 1;
    ssize_t len = readlink("/proc/self/exe", path_out, size - 1);
    char *slash;

    if (len > 0) {
        path_out[len] = '\0';
        slash = strrchr(path_out, '/');
        if (slash != NULL && (size_t)(slash + 1 - path_out) + name_bytes <= size) {
            memcpy(slash + 1, name, name_bytes);
            if (access(path_out, X_OK) == 0)
                return 0;
        }
    }
    if ((size_t)snprintf(path_out, size, "%s/%s", PKGLIBEXECDIR, name) < size &&
        access(path_out, X_OK) == 0)
        return 0;
    err_set(err, "no %s beside this program or in %s", name, PKGLIBEXECDIR);
    return -1;
}

/* The order every template of this cage begins with. As many wait as may work, so that none is waited for. */
static int encode_start(struct cage *cage, const struct scan_plan *plan,
                        const struct cage_options *options, struct err *err)
{
    struct template_start start = { .reuse = options->reuse > 0 ? options->reuse : DEFAULT_REUSE };
    struct buf encoded;

    cage->children = options->children > 0 ? options->children : cage_processors();
    if (cage->children > TEMPLATE_MAX_CHILDREN / 2)
        cage->children = TEMPLATE_MAX_CHILDREN / 2;
    start.children = 2 * cage->children;
    buf_init(&encoded, WIRE_MESSAGE_BYTES);
    plan_encode(plan, &encoded);
    start.plan = buf_span(&encoded);
    template_put_start(&cage->start, &start);
    if (encoded.failed || cage->start.failed)
        err_set(err, "the scan plan is too large to send");
    buf_fini(&encoded);
    return encoded.failed || cage->start.failed ? -1 : 0;
}

static struct cage *new_cage(const struct scan_plan *plan, const struct cage_options *options,
                             struct err *err)
{
    static const struct cage_options defaults;
    struct cage *cage = calloc(1, sizeof *cage);

    if (cage == NULL) {
        err_set(err, "no memory");
        return NULL;
    }
    cage->template_fd = cage->stop_fd = -1;
    cage->label_count = plan->label_count;
    cage->limits = plan->limits;
    pthread_mutex_init(&cage->lock, NULL);
    buf_init(&cage->start, WIRE_MESSAGE_BYTES);
    cage->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (cage->stop_fd < 0)
        err_set(err, "eventfd: %s", strerror(errno));
    if (cage->stop_fd < 0 ||
        encode_start(cage, plan, options == NULL ? &defaults : options, err) != 0)
        cage_free(&cage);
    return cage;
}

struct cage *cage_attach(int fd, const struct scan_plan *plan, const struct cage_options *options,
                         struct err *err)
{
    struct cage *cage = new_cage(plan, options, err);
    int failed;

    if (cage == NULL) {
        close(fd);
        return NULL;
    }
    cage->template_fd = fd;
    if (keeper_begin(cage, err) != 0) {
        cage_free(&cage);
        return NULL;
    }
    failed = pthread_create(&cage->keeper, NULL, keeper_run, cage);
    if (failed != 0) {
        err_set(err, "cannot start a thread: %s", strerror(failed));
        cage_free(&cage);
        return NULL;
    }
    cage->has_keeper = true;
    return cage;
}

const char *cage_missing(const struct cage *cage)
{
    return cage->missing.text;
}

void cage_free(struct cage **cage)
{
    struct cage *old = *cage;

    if (old == NULL)
        return;
    cage_free(&old->ocr);
    if (old->has_keeper) {
        const uint64_t one = 1;
        pthread_mutex_lock(&old->lock);
        old->stopping = true;
        pthread_mutex_unlock(&old->lock);
        while (write(old->stop_fd, &one, sizeof one) < 0 && errno == EINTR)
            ;
        pthread_join(old->keeper, NULL);
    }
    pool_drop(old);
    if (old->template_fd >= 0)
        close(old->template_fd);
    if (old->stop_fd >= 0)
        close(old->stop_fd);
    buf_fini(&old->start);
    pthread_mutex_destroy(&old->lock);
    free(old);
    *cage = NULL;
}

/* A message on its way. */
struct errand {
    struct cage *cage;
    struct job job;
    int message_fd;
    uint64_t deadline_us;   /* of the child's own clock; a grace later it is killed */
    struct cage_wait wait;
};

/* Get a child that takes the message. Returns -1 with err when there is none. */
static int hand_over(struct errand *errand, struct child *child_out, struct err *err)
{
    for (int i = 0; i < FRESH_TRIES; i++) {
        enum wire_result sent;
        uint64_t now;
        struct buf order;

        if (pool_acquire(errand->cage, errand->deadline_us, &errand->wait, child_out, err) != 0)
            return -1;
        now = clock_monotonic_us();
        errand->job.time_ms =
            now < errand->deadline_us ? (uint32_t)((errand->deadline_us - now) / 1000) + 1 : 1;
        buf_init(&order, 0);
        job_encode(&errand->job, &order);
        sent = wire_send(child_out->fd, buf_span(&order), &errand->message_fd, 1,
                         errand->deadline_us + GRACE_US);
        buf_fini(&order);
        if (sent == WIRE_OK)
            return 0;
        pool_release(errand->cage, child_out, POOL_KILL);
    }
    err_set(err, "scanner children die before they are given anything");
    return -1;
}

/* Until the child answers or has ended; false when its time is over. */
static bool await_answer(const struct errand *errand, int fd)
{
    const uint64_t end_us = errand->deadline_us + GRACE_US;

    for (;;) {
        struct pollfd one = { .fd = fd, .events = POLLIN };
        uint64_t now = clock_monotonic_us();
        uint64_t wait_us = now >= end_us ? 0 : end_us - now;
        int ready;

        if (wait_us > TICK_US)
            wait_us = TICK_US;
        ready = poll(&one, 1, (int)((wait_us + 999) / 1000));
        if (ready > 0)
            return true;
        if (clock_monotonic_us() >= end_us)
            return false;
        if (ready == 0 && errand->wait.tick != NULL)
            errand->wait.tick(errand->wait.tick_data);
    }
}

static enum pool_end take_report(const struct errand *errand, int fd, struct facts *facts)
{
    enum wire_result result = WIRE_TIMEOUT;
    bool leaving = false;
    struct buf report;

    buf_init(&report, 0);
    if (await_answer(errand, fd))
        result = wire_receive(fd, &report, REPORT_BYTES, NULL, NULL,
                              errand->deadline_us + 2 * GRACE_US);
    if (result == WIRE_OK &&
        report_decode(buf_span(&report), errand->job.id, errand->cage->label_count,
                      &errand->cage->limits, facts, &leaving) != 0)
        result = WIRE_BROKEN;
    buf_fini(&report);
    if (result == WIRE_OK)
        return leaving ? POOL_LEAVING : POOL_REUSE;
    facts->scan_failure =
        result == WIRE_TIMEOUT ? UNINSPECTABLE_TIMEOUT : UNINSPECTABLE_CRASHED;
    return POOL_KILL;
}

static struct errand errand_of(struct cage *cage, int message_fd, uint64_t size,
                               enum scan_kind kind, const struct cage_wait *wait)
{
    struct errand errand = { .cage = cage,
                             .job = { .id = __atomic_add_fetch(&cage->next_job, 1, __ATOMIC_RELAXED),
                                      .kind = kind,
                                      .size = size },
                             .message_fd = message_fd,
                             .deadline_us = clock_monotonic_us() +
                                            (uint64_t)cage->limits.time_ms * 1000 };

    if (wait != NULL)
        errand.wait = *wait;
    if (errand.wait.deadline_us != 0 && errand.wait.deadline_us < errand.deadline_us)
        errand.deadline_us = errand.wait.deadline_us;
    return errand;
}

/* One child's look at a message: as cage_scan(), pictures apart. */
static int look(struct cage *cage, int message_fd, uint64_t size, enum scan_kind kind,
                struct span name, const struct cage_wait *wait, struct facts *facts,
                struct err *err)
{
    struct errand errand = errand_of(cage, message_fd, size, kind, wait);
    struct child child;

    errand.job.name = name;
    facts->scanned = false;
    facts->scan_failure = UNINSPECTABLE_CRASHED;
    if (hand_over(&errand, &child, err) != 0)
        return -1;
    pool_release(cage, &child, take_report(&errand, child.fd, facts));
    return 0;
}

int cage_scan(struct cage *cage, int message_fd, uint64_t size, enum scan_kind kind,
              struct span name, const struct cage_wait *wait, struct facts *facts,
              struct err *err)
{
    struct facts *seen;

    if (look(cage, message_fd, size, kind, name, wait, facts, err) != 0)
        return -1;
    if (cage->ocr == NULL || !ocr_is_needed(facts) || (seen = facts_new(facts->arena)) == NULL)
        return 0;
    if (look(cage->ocr, message_fd, size, kind, name, wait, seen, err) != 0)
        seen->scan_failure = UNINSPECTABLE_TIMEOUT; /* no reader became free in time */
    ocr_merge(facts, seen, &cage->limits);
    return 0;
}

int cage_revise(struct cage *cage, int message_fd, uint64_t size, const struct revision *revision,
                const struct cage_wait *wait, struct buf *answer, struct revised *revised_out,
                struct err *err)
{
    struct errand errand = errand_of(cage, message_fd, size, SCAN_REVISION, wait);
    enum pool_end end = POOL_KILL;
    bool leaving = false;
    struct child child;
    struct buf order;
    int status;

    buf_init(&order, 0);
    revision_encode(revision, &order);
    errand.job.revision = buf_span(&order);
    if (order.failed)
        err_set(err, "more to edit than one order holds");
    status = order.failed ? -1 : hand_over(&errand, &child, err);
    buf_fini(&order);
    if (status != 0)
        return -1;
    if (await_answer(&errand, child.fd) &&
        wire_receive(child.fd, answer, WIRE_MESSAGE_BYTES, NULL, NULL,
                     errand.deadline_us + 2 * GRACE_US) == WIRE_OK &&
        revised_decode(buf_span(answer), errand.job.id, revised_out, &leaving))
        end = leaving ? POOL_LEAVING : POOL_REUSE;
    else
        err_set(err, "a scanner did not edit the message");
    pool_release(cage, &child, end);
    return end == POOL_KILL ? -1 : 0;
}
