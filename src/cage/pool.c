/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cage_priv.h"

enum { TICK_US = 1000000 };

/* Hand waiting children to waiting callers, first come first served. */
static void dispatch(struct cage *cage)
{
    while (cage->first != NULL && cage->idle_count > 0 && cage->at_work < cage->children) {
        struct waiter *waiter = cage->first;

        cage->first = waiter->next;
        if (cage->first == NULL)
            cage->last = NULL;
        waiter->child = cage->idle[--cage->idle_count];
        waiter->served = true;
        cage->at_work++;
        pthread_cond_signal(&waiter->turn);
    }
}

static void join(struct cage *cage, struct waiter *waiter)
{
    if (cage->last == NULL)
        cage->first = waiter;
    else
        cage->last->next = waiter;
    cage->last = waiter;
}

static void leave(struct cage *cage, struct waiter *waiter)
{
    struct waiter *before = NULL;

    for (struct waiter *w = cage->first; w != NULL; before = w, w = w->next) {
        if (w != waiter)
            continue;
        if (before == NULL)
            cage->first = w->next;
        else
            before->next = w->next;
        if (cage->last == w)
            cage->last = before;
        return;
    }
}

static void wait_a_while(struct cage *cage, struct waiter *waiter, uint64_t until_us)
{
    const struct timespec until = { .tv_sec = (time_t)(until_us / 1000000),
                                    .tv_nsec = (long)(until_us % 1000000 * 1000) };

    pthread_cond_clockwait(&waiter->turn, &cage->lock, CLOCK_MONOTONIC, &until);
}

int pool_acquire(struct cage *cage, uint64_t deadline_us, const struct cage_wait *wait,
                 struct child *child_out, struct err *err)
{
    struct waiter waiter = { .turn = PTHREAD_COND_INITIALIZER };
    uint64_t now = clock_monotonic_us();
    uint64_t next_tick = now + TICK_US;

    pthread_mutex_lock(&cage->lock);
    join(cage, &waiter);
    dispatch(cage);
    while (!waiter.served && !cage->dead && !cage->stopping && now < deadline_us) {
        wait_a_while(cage, &waiter, next_tick < deadline_us ? next_tick : deadline_us);
        now = clock_monotonic_us();
        if (waiter.served || wait->tick == NULL || now < next_tick)
            continue;
        next_tick = now + TICK_US;
        pthread_mutex_unlock(&cage->lock);
        wait->tick(wait->tick_data);
        pthread_mutex_lock(&cage->lock);
    }
    if (!waiter.served) {
        leave(cage, &waiter);
        err_set(err, "%s", cage->dead ? cage->why.text : "no scanner became free in time");
    }
    pthread_mutex_unlock(&cage->lock);
    pthread_cond_destroy(&waiter.turn);
    if (!waiter.served)
        return -1;
    *child_out = waiter.child;
    return 0;
}

static void order_kill(const struct cage *cage, uint64_t id)
{
    struct buf order;

    buf_init(&order, 0);
    wire_put_u8(&order, ORDER_KILL);
    wire_put_u64(&order, id);
    /* A template that does not take it has died, and its children with it. */
    wire_send(cage->template_fd, buf_span(&order), NULL, 0, clock_monotonic_us() + 1000000);
    buf_fini(&order);
}

void pool_release(struct cage *cage, const struct child *child, enum pool_end end)
{
    pthread_mutex_lock(&cage->lock);
    cage->at_work--;
    switch (end) {
    case POOL_REUSE: pool_add(cage, child); break;
    case POOL_KILL:
        if (cage->template_fd >= 0)
            order_kill(cage, child->id);
        close(child->fd);
        break;
    case POOL_LEAVING: close(child->fd); break;
    }
    dispatch(cage);
    pthread_mutex_unlock(&cage->lock);
}

void pool_add(struct cage *cage, const struct child *child)
{
    if (cage->idle_count == TEMPLATE_MAX_CHILDREN) {
        close(child->fd);
        return;
    }
    cage->idle[cage->idle_count++] = *child;
    dispatch(cage);
}

void pool_drop(struct cage *cage)
{
    while (cage->idle_count > 0)
        close(cage->idle[--cage->idle_count].fd);
}

void pool_wake(struct cage *cage)
{
    for (struct waiter *waiter = cage->first; waiter != NULL; waiter = waiter->next)
        pthread_cond_signal(&waiter->turn);
}
