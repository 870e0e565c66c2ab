/* SPDX-License-Identifier: EUPL-1.2 */
/* One rule against one message: conditions, "unless", then the facts of "when". */
#include "policy_priv.h"

static enum truth worse(enum truth a, enum truth b)
{
    return a > b ? a : b;
}

static enum truth always(struct judgement *j, struct reasons *reasons)
{
    reasons_add(j, reasons, FACT_ALWAYS, "every message");
    return TRUTH_YES;
}

static enum truth undecided(struct judgement *j, struct reasons *reasons)
{
    if (j->whole)
        return TRUTH_NO;
    reasons_add(j, reasons, FACT_UNDECIDED, "the content was not read to its end (%s)",
                failure_name(judgement_failure(j)));
    return TRUTH_YES;
}

static enum truth evidence(struct judgement *j, size_t rule, enum fact fact,
                           const struct selection *selection, struct reasons *reasons)
{
    switch (fact) {
    case FACT_SENDER_UNAPPROVED:
    case FACT_SENDER_MALFORMED:
    case FACT_SENDER_LOOKALIKE:
    case FACT_SENDER_NEAR_MISS:
    case FACT_SERVER_UNAPPROVED:
    case FACT_LOGIN_MISMATCH:
    case FACT_NO_LOGIN:
    case FACT_NULL_SENDER:
    case FACT_RECIPIENT_MALFORMED:
    case FACT_RECIPIENT_NEAR_MISS:
    case FACT_NO_TLS:
    case FACT_CHANNEL_UNMET: return evidence_sender(j, rule, fact, selection, reasons);
    case FACT_LABEL_ABOVE_CEILING:
    case FACT_LABELLED:
    case FACT_LABEL_MISSING:
    case FACT_LABEL_UNKNOWN:
    case FACT_LABEL_DISAGREEMENT:
    case FACT_LABEL_DOWNGRADE:
    case FACT_LABEL_DROPPED: return evidence_label(j, rule, fact, selection, reasons);
    case FACT_OBFUSCATED:
        return worse(evidence_label(j, rule, fact, selection, reasons),
                     evidence_content(j, rule, fact, selection, reasons));
    case FACT_UNINSPECTABLE:
    case FACT_ENCRYPTED:
    case FACT_AMBIGUOUS:
    case FACT_CONTACT_UNAPPROVED:
    case FACT_TYPE_MISMATCH:
    case FACT_ACTIVE_CONTENT:
    case FACT_SIGNED:
    case FACT_SIGNED_APPROVED: return evidence_content(j, rule, fact, selection, reasons);
    case FACT_UNDECIDED: return undecided(j, reasons);
    case FACT_ALWAYS: return always(j, reasons);
    case FACT_COUNT: break;
    }
    return TRUTH_UNKNOWN;
}

/* Of these facts an exception excuses one thing at a time: evidence_*.c asks it. */
static bool is_excused_singly(enum fact fact)
{
    const fact_set singly =
        fact_bit(FACT_SENDER_UNAPPROVED) | fact_bit(FACT_SENDER_MALFORMED) |
        fact_bit(FACT_SENDER_LOOKALIKE) | fact_bit(FACT_SENDER_NEAR_MISS) |
        fact_bit(FACT_SERVER_UNAPPROVED) | fact_bit(FACT_LOGIN_MISMATCH) |
        fact_bit(FACT_NULL_SENDER) | fact_bit(FACT_LABEL_ABOVE_CEILING) |
        fact_bit(FACT_UNINSPECTABLE) | fact_bit(FACT_ENCRYPTED) | fact_bit(FACT_AMBIGUOUS);

    return (singly & fact_bit(fact)) != 0;
}

static enum truth evidence_unless_excused(struct judgement *j, size_t rule, enum fact fact,
                                          const struct selection *selection,
                                          struct reasons *reasons)
{
    const struct exception *exception =
        is_excused_singly(fact) ? NULL : excuse_message(j, rule, fact);
    struct reasons unheard = { 0 };

    if (exception == NULL)
        return evidence(j, rule, fact, selection, reasons);
    if (evidence(j, rule, fact, selection, &unheard) == TRUTH_YES)
        reasons_excuse(j, reasons, exception);
    return TRUTH_NO;
}

typedef enum truth evidence_fn(struct judgement *j, size_t rule, enum fact fact,
                               const struct selection *selection, struct reasons *reasons);

/* The facts are alternatives; all that hold are told. */
static enum truth any_fact(struct judgement *j, size_t rule, fact_set set, evidence_fn *ask,
                           const struct selection *selection, struct reasons *reasons)
{
    enum truth truth = TRUTH_NO;

    set &= j->possible;
    for (enum fact fact = 1; fact < FACT_COUNT; fact++)
        if ((set & fact_bit(fact)) != 0)
            truth = worse(truth, ask(j, rule, fact, selection, reasons));
    return truth;
}

/* Is the rule about what parts bring? Then the one that "unless" names is let off, and no other with it. */
static bool is_about_parts(const struct rule *rule)
{
    const fact_set brought = fact_bit(FACT_LABEL_ABOVE_CEILING) | fact_bit(FACT_LABELLED) |
                             fact_bit(FACT_LABEL_UNKNOWN) | fact_bit(FACT_UNINSPECTABLE) |
                             fact_bit(FACT_ENCRYPTED) | fact_bit(FACT_ACTIVE_CONTENT);

    return rule->when != 0 && (rule->when & ~brought) == 0;
}

static bool lets_off_parts(const struct rule *rule)
{
    for (size_t i = 0; i < rule->unless_conditions.count; i++)
        if (condition_is_of_part(&rule->unless_conditions.items[i]))
            return is_about_parts(rule);
    return false;
}

/* Anything else listed there excuses the message from this rule. */
static enum truth unless_holds(struct judgement *j, size_t rule)
{
    const struct rule *self = &j->policy->rules[rule];
    const struct selection everything = { 0 };
    struct reasons unheard = { 0 };
    enum truth truth = any_fact(j, rule, self->unless, evidence, &everything, &unheard);

    for (size_t i = 0; i < self->unless_conditions.count && truth != TRUTH_YES; i++)
        if (!is_about_parts(self) || !condition_is_of_part(&self->unless_conditions.items[i]))
            truth = worse(truth, condition_holds(j, &self->unless_conditions.items[i]));
    return truth;
}

/* Where a rule names recipients, it is about these alone. */
static void keep_recipients(struct judgement *j, const struct selection *selection,
                            struct reasons *reasons)
{
    if (selection->recipients == NULL || reasons->recipients != NULL)
        return;
    for (size_t i = 0; i < j->facts->recipients.count; i++)
        if (selection->recipients[i])
            reasons_recipient(j, reasons, i);
}

enum truth rule_holds(struct judgement *j, size_t rule, struct reasons *reasons)
{
    const struct rule *self = &j->policy->rules[rule];
    struct selection selection = { 0 };
    enum truth conditions, facts, unless;

    if (self->when != 0 && (self->when & j->possible) == 0)
        return TRUTH_NO;
    conditions = conditions_select(j, self, &selection, &reasons->failed);
    if (conditions == TRUTH_NO)
        return TRUTH_NO;
    unless = unless_holds(j, rule);
    reasons->excepted = unless == TRUTH_YES;
    if (reasons->excepted)
        return TRUTH_NO;
    if (lets_off_parts(self) && !conditions_take_out(j, &self->unless_conditions, &selection))
        return TRUTH_UNKNOWN;
    reasons->speaks = true;
    facts = any_fact(j, rule, self->when == 0 ? fact_bit(FACT_ALWAYS) : self->when,
                     evidence_unless_excused, &selection, reasons);
    if (facts == TRUTH_NO)
        return TRUTH_NO;
    if (conditions != TRUTH_YES || facts != TRUTH_YES || unless == TRUTH_UNKNOWN)
        return TRUTH_UNKNOWN;
    keep_recipients(j, &selection, reasons);
    exceptions_say_spent(j, rule, reasons);
    return TRUTH_YES;
}
