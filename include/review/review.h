/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef REVIEW_REVIEW_H
#define REVIEW_REVIEW_H

/*
 * Between a verdict and its action: when the verdict rewrites the message, have a caged
 * scanner edit it, and the result read and judged again, before anything leaves.
 * The daemon and "vaguemestre inspect" do it by this one function.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cage/cage.h"
#include "facts/facts.h"
#include "facts/verdict.h"
#include "policy/decide.h"

/* The message as it was judged. */
struct review_subject {
    struct cage *cage;
    const struct policy *policy;
    const struct facts *facts;
    int message_fd;             /* sealed */
    uint64_t size;
    struct cage_wait wait;      /* as in cage_scan() */
};

struct review {
    struct buf answer;          /* what body and type look into */
    bool edited;
    struct span body;           /* with edited: all that follows the header */
};

/*
 * Leaves a verdict that rewrites nothing as it is. One that rewrites fields of the header
 * only is judged again as they will be, and stays. Otherwise, when the edits
 * were made and what came out needs no more of them, review_out->edited is set, and
 * edits of Content-* fields are added where a message of one part became a notice.
 *
 * The verdict turns to quarantine when the body cannot be edited (signed,
 * encrypted, ambiguous: words in hold_reason), and to the policy's failure setting
 * when the result could not be read or is not what was wanted: err says what.
 * Everything lives in arena but the answer, which review_fini() ends.
 */
void review_verdict(const struct review_subject *subject, struct arena *arena,
                    struct verdict *verdict, struct review *review_out, struct err *err);
void review_fini(struct review *review);

#endif
