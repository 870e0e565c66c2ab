/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy_priv.h"

static bool is_known(const struct policy *policy, int32_t label)
{
    return label >= 0 && (size_t)label < policy->plan.label_count;
}

/* The label a ceiling sets for the scheme of this one, or POLICY_NONE. */
static int32_t own_limit(const struct policy *policy, const struct ceiling *ceiling, int32_t label)
{
    return ceiling->by_scheme == NULL ? POLICY_NONE
                                      : ceiling->by_scheme[policy->label_scheme[label]];
}

static bool names_caveat(const struct ceiling *ceiling, int32_t label)
{
    return ceiling->caveats != NULL && ceiling->caveats[label];
}

/*
 * Inside a scheme ranks decide. Across schemes the common scale does, and what is
 * not on that scale cannot be compared, so it counts as above. Caveats have no rank:
 * those the ceiling names pass.
 */
bool ceiling_is_exceeded(const struct policy *policy, const struct ceiling *ceiling, int32_t label)
{
    int32_t limit;

    if (ceiling->never != NULL && is_known(policy, label) && ceiling->never[label])
        return true;
    if (ceiling->everything)
        return false;
    if (!is_known(policy, label))
        return !ceiling->unknown_allowed;
    if (label_is_caveat(policy, label))
        return !names_caveat(ceiling, label);
    limit = own_limit(policy, ceiling, label);
    if (limit != POLICY_NONE)
        return policy->plan.labels[label].rank > policy->plan.labels[limit].rank;
    if (policy->plan.labels[label].level < 0 || ceiling->level < 0)
        return true;
    return policy->plan.labels[label].level > ceiling->level;
}

/* Is the label at or above the floor? What cannot be compared counts as above here too. */
bool ceiling_is_reached(const struct policy *policy, const struct ceiling *floor, int32_t label)
{
    int32_t limit;

    if (!is_known(policy, label))
        return !floor->unknown_allowed;
    if (label_is_caveat(policy, label))
        return names_caveat(floor, label);
    limit = own_limit(policy, floor, label);
    if (limit != POLICY_NONE)
        return policy->plan.labels[label].rank >= policy->plan.labels[limit].rank;
    if (floor->level < 0)
        return false;
    return policy->plan.labels[label].level >= floor->level;
}

/* In file order the first destination that lists the recipient is its destination. */
int32_t destination_of(const struct policy *policy, struct span address, struct span domain)
{
    for (size_t i = 0; i < policy->destination_count; i++)
        if (address_set_match(&policy->destinations[i].members, address, domain) == PATTERN_YES)
            return (int32_t)i;
    return POLICY_NONE;
}

/* Is one of them above, below or equal to the other? Caveats are off every scale. */
bool label_is_comparable(const struct policy *policy, int32_t a, int32_t b)
{
    const struct label_def *labels = policy->plan.labels;

    return is_known(policy, a) && is_known(policy, b) && !label_is_caveat(policy, a) &&
           !label_is_caveat(policy, b) &&
           (policy->label_scheme[a] == policy->label_scheme[b] ||
            (labels[a].level >= 0 && labels[b].level >= 0));
}

/* Below, at or above 0 as a is below, equal to or above b; 0 too when nobody can compare them. */
int label_compare(const struct policy *policy, int32_t a, int32_t b)
{
    const struct label_def *labels = policy->plan.labels;

    if (!label_is_comparable(policy, a, b))
        return 0;
    if (policy->label_scheme[a] == policy->label_scheme[b])
        return (labels[a].rank > labels[b].rank) - (labels[a].rank < labels[b].rank);
    return (labels[a].level > labels[b].level) - (labels[a].level < labels[b].level);
}
