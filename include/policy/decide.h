/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

/*
 * The pure core: facts and policy in, verdict out. No input, no output, no
 * clock (the time is facts->received_us), no log; the same always gives the same.
 */
#include "base/arena.h"
#include "facts/facts.h"
#include "facts/verdict.h"

struct policy;

enum decide_detail {
    DECIDE_MET = 1,     /* list the rules that were met */
    DECIDE_ALL          /* list every rule, with why it was not met */
};

/* The verdict lives in arena. If the arena fills, the verdict is tempfail: it fails closed. */
void policy_decide(const struct policy *policy, const struct facts *facts,
                   enum decide_detail detail, struct arena *arena, struct verdict *verdict_out);

/* What can keep a message from being decided. */
enum failure {
    FAILURE_SCANNER_CRASHED = 1,
    FAILURE_SCANNER_TIMEOUT,
    FAILURE_MESSAGE_TOO_LARGE,
    FAILURE_FACTS_FULL,         /* more findings than are kept */
    FAILURE_NOT_SCANNED,        /* no scanner at all, or the content is not there yet */
    FAILURE_UNINSPECTABLE,      /* a part could not be read and no rule decided */
    FAILURE_POLICY,             /* the judgement itself met a limit */
    FAILURE_AUDIT,              /* no record could be written */
    FAILURE_COUNT
};

const char *failure_name(enum failure failure);

/*
 * The verdict of the failure settings when something outside the judgement went
 * wrong: FAILURE_AUDIT, FAILURE_NOT_SCANNED… (policy/policy.h). As above otherwise.
 */
void policy_decide_failure(const struct policy *policy, const struct facts *facts,
                           enum failure failure, struct arena *arena, struct verdict *verdict_out);

/*
 * What the policy wants to become of DKIM and ARC signatures that the verdict's edits
 * break: nothing, their fields deleted by further edits, or the message held instead.
 * policy_decide() does so for a verdict without edits in the body; with them it is for
 * who finds out whether they are made (review/review.h). false when the arena is full.
 */
bool policy_settle_signatures(const struct policy *policy, const struct facts *facts,
                              struct arena *arena, struct verdict *verdict);

/* Is this mailbox (normalised domain) on the approved list, by its domain alone? */
bool policy_sender_approved(const struct policy *policy, struct span address, struct span domain);

/* "fr:SECRET" for a finding's label; for LABEL_UNKNOWN an empty span. */
struct span policy_label_name(const struct policy *policy, int32_t label);

/* What the scanners are told. Lives as long as the policy. */
const struct scan_plan *policy_plan(const struct policy *policy);

#endif
