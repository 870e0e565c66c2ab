/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CAGE_CAGE_H
#define CAGE_CAGE_H

/*
 * The safe side of the scanners: hand a message to a caged child and get its
 * report back, whatever the child does. Used by the milter and by
 * "vaguemestre inspect" alike.
 *
 * A template process (vaguemestre-scanner) compiles the plan once and keeps caged
 * children ready; each child's socket comes over the template's. A child that
 * dies, hangs past its deadline, or answers what the protocol does not allow is
 * killed and replaced; the message gets scan_failure crashed or timeout.
 *
 * All functions but spawn, attach and free may be called from any thread. A cage
 * has a thread of its own: enter a sandbox before, or it stays outside.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "facts/facts.h"
#include "facts/plan.h"
#include "facts/revision.h"
#include "wire/revision.h"

struct cage;

struct cage_options {
    unsigned children;      /* at work at once; 0: one a processor */
    unsigned reuse;         /* messages a child may read before it is replaced; 0: 1000 */
};

#define CAGE_SCANNER "vaguemestre-scanner"
#define CAGE_OCR     "vaguemestre-ocr"

/*
 * Where one of these programs is: beside the running program, else where it was
 * installed. path_out gets a NUL-terminated path of at most size octets. -1: err.
 */
int cage_find_program(const char *name, char *path_out, size_t size, struct err *err);

/*
 * Start a template by path: our end of its socket, for cage_attach(). -1: err. It is
 * a child of this process and ends with that socket. Between the two calls is the
 * time to enter a sandbox that starts nothing.
 */
int cage_spawn(const char *path, struct err *err);

/*
 * Have the template at fd, owned from here on, prepare for a plan, and wait until it
 * is ready. The plan is only read during the call. Who started the template starts
 * the next one as well: without it every scan fails, and err says why.
 */
struct cage *cage_attach(int fd, const struct scan_plan *plan, const struct cage_options *options,
                         struct err *err);

/* What the kernel lacks for the sandbox of template and scanners ("Landlock"), for one log line; "": nothing. */
const char *cage_missing(const struct cage *cage);

/*
 * Have pictures read as well, under plan->ocr, by another template, whose socket fd
 * is (cage_spawn(), owned from here on): a message in which parts are left as
 * image-only goes on to it within cage_scan(). Labels and contacts it sees in
 * pictures are added, and parts it read lose their reason; when it dies or is late
 * they get that as their reason. To be called once, before the first message.
 * -1: err, and the cage is as before.
 */
int cage_attach_ocr(struct cage *cage, int fd, const struct scan_plan *plan, struct err *err);

/* Ends the templates and their children. Nobody may be inside cage_scan(). */
void cage_free(struct cage **cage);

/* How long a caller waits, and what it does meanwhile. NULL stands for one of zeros. */
struct cage_wait {
    uint64_t deadline_us;       /* of clock_monotonic_us(); 0: none but the plan's time_ms */
    void (*tick)(void *);       /* called about every second; may be NULL */
    void *tick_data;
};

/*
 * Have a message read. message_fd is a sealed or unlinked descriptor of size
 * octets, read from offset 0; it stays the caller's. Waits for a free child, and
 * for its answer, in all at most the plan's time_ms, and ocr.time_ms again where
 * pictures are read, and no longer than the caller's deadline (plus a second, for a
 * child to say what it had read by then).
 *
 * Always returns with facts->scanned true or facts->scan_failure set; -1 and err
 * only when no scanner could be had at all (then scan_failure is CRASHED, and it
 * says nothing about the message).
 */
int cage_scan(struct cage *cage, int message_fd, uint64_t size, enum scan_kind kind,
              struct span name, const struct cage_wait *wait, struct facts *facts,
              struct err *err);

/*
 * Have a message edited by a caged child, under the same deadline. answer keeps
 * the octets that revised_out looks into; the caller initialises and ends it.
 * Returns -1 and err when no child did it: crash, timeout, or an answer that is none.
 */
int cage_revise(struct cage *cage, int message_fd, uint64_t size, const struct revision *revision,
                const struct cage_wait *wait, struct buf *answer, struct revised *revised_out,
                struct err *err);

#endif
