/* SPDX-License-Identifier: EUPL-1.2 */
/* What is allowed but likely not meant: rules that never fire, and doors left open. */
#include "conf_priv.h"

static bool is_unconditional(const struct rule *rule)
{
    return (rule->when & fact_bit(FACT_ALWAYS)) != 0 && rule->conditions.count == 0 &&
           rule->unless == 0 && rule->unless_conditions.count == 0;
}

/* Does a above, when it is met, leave nothing for b? Only the plain case is claimed. */
static bool covers(const struct rule *a, const struct rule *b)
{
    if (a->mode != RULE_ENFORCE || !action_is_final(a->action) || a->some == SOME_DROP ||
        a->conditions.count > 0 || a->unless != 0 || a->unless_conditions.count > 0)
        return false;
    if ((a->when & fact_bit(FACT_ALWAYS)) != 0)
        return true;
    return b->when != 0 && (b->when & ~a->when) == 0 && a->confidence <= b->confidence;
}

static const struct outline *rule_section(const struct build *build, size_t n)
{
    return build_section(build, SECTION_RULE, n);
}

/* Rules without conditions are few; each is held against those below it once. */
static void dead_rules(struct build *build)
{
    enum { MOST_COVERS = 64 };
    const struct policy *policy = build->policy;
    size_t covering[MOST_COVERS], count = 0;

    for (size_t i = 0; i < policy->rule_count; i++) {
        for (size_t n = 0; n < count; n++) {
            const struct rule *above = &policy->rules[covering[n]];
            if (policy->rules[i].mode == RULE_OBSERVE || !covers(above, &policy->rules[i]))
                continue;
            diagnose_warning(build->d, rule_section(build, i)->place,
                             "rule \"%.*s\" can never fire: rule \"%.*s\" at %.*s decides before it",
                             SPAN_ARG(policy->rules[i].name), SPAN_ARG(above->name),
                             SPAN_ARG(above->at));
            break;
        }
        if (count < MOST_COVERS && policy->rules[i].mode == RULE_ENFORCE &&
            action_is_final(policy->rules[i].action) && policy->rules[i].conditions.count == 0)
            covering[count++] = i;
    }
}

static fact_set enforced_facts(const struct policy *policy)
{
    fact_set facts = 0;

    for (size_t i = 0; i < policy->rule_count; i++)
        if (policy->rules[i].mode == RULE_ENFORCE && policy->rules[i].action != ACTION_ACCEPT &&
            action_is_final(policy->rules[i].action))
            facts |= policy->rules[i].when;
    return facts;
}

static bool destination_asks(const struct destination *destination)
{
    return destination->tls_minimum > 0 || destination->certificates.count > 0 ||
           destination->require_encrypted || destination->require_signed;
}

static void open_doors(struct build *build)
{
    const struct policy *policy = build->policy;
    fact_set facts = enforced_facts(policy);
    struct place top = build->outline->place;

    if (policy->rule_count == 0 || (facts & fact_bit(FACT_ALWAYS)) != 0)
        return;
    if (policy->senders.approved.count > 0 && (facts & fact_bit(FACT_SENDER_UNAPPROVED)) == 0)
        diagnose_warning(build->d, top,
                         "no enforced rule acts on sender-unapproved: the approved list binds nobody");
    if (policy->destination_count > 0 && (facts & fact_bit(FACT_LABEL_ABOVE_CEILING)) == 0)
        diagnose_warning(build->d, top,
                         "no enforced rule acts on label-above-ceiling: the ceilings bind nobody");
    for (size_t i = 0; i < policy->destination_count; i++)
        if ((facts & fact_bit(FACT_CHANNEL_UNMET)) == 0 && destination_asks(&policy->destinations[i]))
            diagnose_warning(build->d, build_section(build, SECTION_DESTINATION, i)->place,
                             "no enforced rule acts on channel-unmet: what \"%.*s\" requires binds nobody",
                             SPAN_ARG(policy->destinations[i].name));
    if ((facts & fact_bit(FACT_AMBIGUOUS)) == 0)
        diagnose_warning(build->d, top,
                         "no enforced rule acts on ambiguous: such messages are accepted");
    for (size_t i = 0; i < policy->rule_count; i++)
        if (policy->rules[i].mode == RULE_ENFORCE && policy->rules[i].action == ACTION_ACCEPT &&
            is_unconditional(&policy->rules[i]))
            diagnose_warning(build->d, rule_section(build, i)->place,
                             "rule \"%.*s\" accepts every message that gets here",
                             SPAN_ARG(policy->rules[i].name));
}

/* A recipient has one destination, the first: one behind "*" has none. */
static void dead_destinations(struct build *build)
{
    const struct policy *policy = build->policy;

    for (size_t i = 0; i + 1 < policy->destination_count; i++)
        if (policy->destinations[i].members.names.everything) {
            diagnose_warning(build->d, build_section(build, SECTION_DESTINATION, i + 1)->place,
                             "destination \"%.*s\" has no recipients: \"%.*s\" before it takes all",
                             SPAN_ARG(policy->destinations[i + 1].name),
                             SPAN_ARG(policy->destinations[i].name));
            return;
        }
}

/* A ceiling no label of the policy is above binds nothing; "any" says so itself. */
static void idle_ceilings(struct build *build)
{
    const struct policy *policy = build->policy;

    for (size_t i = 0; i < policy->destination_count; i++) {
        const struct destination *destination = &policy->destinations[i];
        bool binds = destination->ceiling.everything;
        for (size_t n = 0; n < policy->plan.label_count && !binds; n++)
            binds = ceiling_is_exceeded(policy, &destination->ceiling, (int32_t)n);
        if (!binds && policy->plan.label_count > 0)
            diagnose_warning(build->d, build_section(build, SECTION_DESTINATION, i)->place,
                             "ceiling %.*s of destination \"%.*s\" is above every label: it binds nothing",
                             SPAN_ARG(destination->ceiling.text), SPAN_ARG(destination->name));
        if (destination->ceiling.unknown_allowed && !destination->ceiling.everything)
            diagnose_warning(build->d, build_section(build, SECTION_DESTINATION, i)->place,
                             "unknown_label = allowed fails open: what no scheme knows goes to \"%.*s\"",
                             SPAN_ARG(destination->name));
    }
}

void lint(struct build *build)
{
    dead_rules(build);
    dead_destinations(build);
    open_doors(build);
    idle_ceilings(build);
    if (build->policy->mode == RULE_OBSERVE)
        diagnose_warning(build->d, outline_setting(build->outline, "mode")->place,
                         "mode = observe: every message is accepted as it is");
}
