/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/policy.h"

#include <string.h>

#include "policy/decide.h"

const char *failure_name(enum failure failure)
{
    switch (failure) {
    case FAILURE_SCANNER_CRASHED: return "scanner_crashed";
    case FAILURE_SCANNER_TIMEOUT: return "scanner_timeout";
    case FAILURE_MESSAGE_TOO_LARGE: return "message_too_large";
    case FAILURE_FACTS_FULL: return "facts_full";
    case FAILURE_NOT_SCANNED: return "not_scanned";
    case FAILURE_UNINSPECTABLE: return "uninspectable";
    case FAILURE_POLICY: return "policy";
    case FAILURE_AUDIT: return "audit";
    case FAILURE_COUNT: break;
    }
    return NULL;
}

void policy_init(struct policy *policy, struct arena *arena)
{
    memset(policy, 0, sizeof *policy);
    policy->arena = arena;
    policy->mode = RULE_ENFORCE;
    policy->plan.limits = plan_default_limits;
    policy->senders.null_approved = true;
    policy->languages = 1U << LANGUAGE_FR | 1U << LANGUAGE_EN;
    for (size_t i = 0; i < FAILURE_COUNT; i++)
        policy->failures[i] = ACTION_TEMPFAIL;
    policy->broken_signatures = BROKEN_KEEP;
}

bool exception_is_limited(const struct exception *exception)
{
    return exception->uses > 0 || exception->uses_a_day > 0;
}

bool policy_limits_uses(const struct policy *policy)
{
    for (size_t i = 0; i < policy->exception_count; i++)
        if (exception_is_limited(&policy->exceptions[i]))
            return true;
    return false;
}

bool policy_sender_approved(const struct policy *policy, struct span address, struct span domain)
{
    return domain.len > 0 && nameset_has_address(&policy->senders.approved, address, domain);
}

struct span policy_label_name(const struct policy *policy, int32_t label)
{
    if (label < 0 || (size_t)label >= policy->plan.label_count)
        return (struct span){ NULL, 0 };
    return policy->label_names[label];
}

const struct scan_plan *policy_plan(const struct policy *policy)
{
    return &policy->plan;
}
