/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef PROC_TEMPLATE_H
#define PROC_TEMPLATE_H

/*
 * The scanner template: one thread that loads every library once, then only
 * forks caged children ahead of need, sends their sockets to the safe side, and
 * kills the ones it is told to. It reads no message itself.
 *
 * What children do with a message is a parameter, so that the sandbox tests can
 * put something hostile in the scanner's place.
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "facts/plan.h"
#include "facts/revision.h"
#include "scan/scan.h"

struct template_work {
    /* Once, before the first child. The plan outlives all children. NULL: cannot work. */
    void *(*prepare)(const struct scan_plan *plan);
    /* In a caged child, for each message; as scanner_scan(). */
    bool (*scan)(void *prepared, const struct scan_job *job, struct facts *facts);
    /* The same for an order to edit; as revise_message(). */
    enum revise_result (*revise)(struct arena *arena, struct span message,
                                 const struct revision *revision, struct buf *message_out,
                                 size_t *body_at_out, struct span *type_out);
    /* And for the fields of its header; as revise_header(). */
    bool (*revise_header)(struct arena *arena, struct span message, const struct revision *revision,
                          struct buf *header_out, size_t *rest_at_out);
    const char *cannot;     /* why, in words, when prepare() returns NULL */
};

/*
 * Serve the safe side on fd until it goes away. Returns the program's exit
 * status. Takes the process over: standard streams, signals, rights.
 */
int template_run(int fd, const struct template_work *work);

/* A caged child's whole life on its socket: read up to reuse messages. cpu_seconds is its RLIMIT_CPU. */
void child_serve(int fd, const struct template_work *work, void *prepared,
                 const struct plan_limits *limits, uint32_t reuse, uint32_t cpu_seconds);

#endif
