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

/* Is this mailbox (normalised domain) on the approved list, by its domain alone? */
bool policy_sender_approved(const struct policy *policy, struct span address, struct span domain);

/* "fr:SECRET" for a finding's label; for LABEL_UNKNOWN an empty span. */
struct span policy_label_name(const struct policy *policy, int32_t label);

/* What the scanners are told. Lives as long as the policy. */
const struct scan_plan *policy_plan(const struct policy *policy);

#endif
