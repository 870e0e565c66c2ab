/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CAGE_PRIV_H
#define CAGE_PRIV_H

/*
 * The pool behind cage.h: children that wait for a message, callers that wait for
 * a child, in the order they came, and a keeper thread that hears the template.
 */
#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "cage/cage.h"
#include "cage/template.h"

struct child {
    uint64_t id;        /* the template's name for it */
    int fd;
};

/* A caller that waits, on its own stack. */
struct waiter {
    pthread_cond_t turn;
    bool served;
    struct child child;
    struct waiter *next;
};

struct cage {
    /* Set once. */
    struct buf start;       /* the order the template begins with */
    size_t label_count;
    struct plan_limits limits;
    unsigned children;      /* at work at once */
    struct err missing;     /* what the template's sandbox lacks */
    struct cage *ocr;       /* of those who read pictures; NULL: nobody does */
    int stop_fd;            /* readable once the keeper is to end */
    pthread_t keeper;
    bool has_keeper;

    /* Under lock. */
    pthread_mutex_t lock;
    int template_fd;        /* -1 once it has ended */
    struct child idle[TEMPLATE_MAX_CHILDREN];
    unsigned idle_count, at_work;
    struct waiter *first, *last;
    bool stopping;
    bool dead;              /* no template any more; why says the reason */
    struct err why;

    uint64_t next_job;      /* atomic */
};

/* --- pool.c --------------------------------------------------------------- */

/*
 * A child to work with, waiting at most until deadline_us and calling wait's tick
 * each second. Returns 0; -1 with err when there is none.
 */
int pool_acquire(struct cage *cage, uint64_t deadline_us, const struct cage_wait *wait,
                 struct child *child_out, struct err *err);

/* Done with it: back to the pool, or, when it is not to be used again, closed (and killed). */
enum pool_end { POOL_REUSE = 1, POOL_LEAVING, POOL_KILL };
void pool_release(struct cage *cage, const struct child *child, enum pool_end end);

/* A new child of the template's. Under lock. */
void pool_add(struct cage *cage, const struct child *child);

/* The template is gone, its children with it. Under lock. */
void pool_drop(struct cage *cage);

/* Wake all who wait, because dead or stopping is set. Under lock. */
void pool_wake(struct cage *cage);

/* --- cage.c --------------------------------------------------------------- */

/* How many processors there are, 64 at most. */
unsigned cage_processors(void);

/* --- ocr.c ---------------------------------------------------------------- */

/* Has a scanner left pictures unread? */
bool ocr_is_needed(const struct facts *facts);

/* Add what a second look, by a reader of pictures, saw in them; seen may not be scanned. In the same arena. */
void ocr_merge(struct facts *facts, const struct facts *seen, const struct plan_limits *limits);

/* --- keeper.c ------------------------------------------------------------- */

/* Send the start order and hear that the template is ready, and what its sandbox lacks. -1: err. */
int keeper_begin(struct cage *cage, struct err *err);

/* The thread: takes new children in, until the template ends. */
void *keeper_run(void *cage);

#endif
