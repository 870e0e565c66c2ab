/* SPDX-License-Identifier: EUPL-1.2 */
/* Labels against each other: a message that wears less than what it carries or quotes. */
#include "policy_priv.h"

static bool counts(const struct judgement *j, size_t rule, const struct selection *selection,
                   size_t i)
{
    return is_selected(selection->labels, i) &&
           j->facts->labels.items[i].confidence >= j->policy->rules[rule].confidence;
}

bool place_is_within(struct span where, struct span part)
{
    return part.len > 0 && span_starts_with(where, part) &&
           (where.len == part.len || where.ptr[part.len] == '!' || where.ptr[part.len] == '#');
}

/* The message's own mark: its subject and its header fields. */
static bool is_own(const struct label_fact *label)
{
    return !label->quoted && span_starts_with(label->where, SPAN("header:"));
}

/* In the message's own text: a body part ("1", "1.2") that is no attachment, and nothing it quotes. */
static bool is_in_own_text(const struct judgement *j, const struct label_fact *label)
{
    size_t end = span_find_byte(label->where, '#');

    if (label->quoted || (label->source != SOURCE_TEXT && label->source != SOURCE_HIDDEN))
        return false;
    for (size_t i = 0; i < end; i++)
        if (label->where.ptr[i] != '.' && (label->where.ptr[i] < '0' || label->where.ptr[i] > '9'))
            return false;
    for (size_t i = 0; i < j->facts->parts.count; i++)
        if (span_equals(j->facts->parts.items[i].where, span_slice(label->where, 0, end)))
            return j->facts->parts.items[i].name.len == 0;
    return true;
}

/* Who bears a label: the header says it, the message's own text does, or something it quotes or carries. */
enum bearer { BEARER_HEADER = 1, BEARER_TEXT = 2, BEARER_CARRIED = 4 };

static enum bearer bearer_of(const struct judgement *j, const struct label_fact *label)
{
    return is_own(label) ? BEARER_HEADER : is_in_own_text(j, label) ? BEARER_TEXT : BEARER_CARRIED;
}

/* The highest label of these bearers, caveats apart; SIZE_MAX: none. */
static size_t highest_of(const struct judgement *j, size_t rule, const struct selection *selection,
                         unsigned bearers)
{
    const struct label_fact *labels = j->facts->labels.items;
    size_t highest = SIZE_MAX;

    for (size_t i = 0; i < j->facts->labels.count; i++)
        if (counts(j, rule, selection, i) && labels[i].label != LABEL_UNKNOWN &&
            !label_is_caveat(j->policy, labels[i].label) &&
            (bearer_of(j, &labels[i]) & bearers) != 0 &&
            (highest == SIZE_MAX ||
             label_compare(j->policy, labels[i].label, labels[highest].label) > 0))
            highest = i;
    return highest;
}

enum truth labels_downgrade(struct judgement *j, size_t rule, const struct selection *selection,
                            struct reasons *reasons)
{
    const struct label_fact *labels = j->facts->labels.items;
    size_t own = highest_of(j, rule, selection, BEARER_HEADER);
    size_t carried = highest_of(j, rule, selection, BEARER_TEXT | BEARER_CARRIED);
    struct span name;

    /* Where the header says nothing, its own text speaks for the message. */
    if (own == SIZE_MAX) {
        own = highest_of(j, rule, selection, BEARER_TEXT);
        carried = highest_of(j, rule, selection, BEARER_CARRIED);
    }
    if (own == SIZE_MAX || carried == SIZE_MAX ||
        label_compare(j->policy, labels[carried].label, labels[own].label) <= 0)
        return j->whole ? TRUTH_NO : TRUTH_UNKNOWN;
    name = policy_label_name(j->policy, labels[carried].label);
    reasons_add(j, reasons, FACT_LABEL_DOWNGRADE, "the message says %.*s, but %.*s is at %.*s",
                SPAN_ARG(policy_label_name(j->policy, labels[own].label)), SPAN_ARG(name),
                SPAN_ARG(labels[carried].where));
    reasons_keep(&reasons->label, name);
    reasons_keep(&reasons->where, labels[carried].where);
    return TRUTH_YES;
}

/* A label at the bottom of the common scale asks for nothing to be said. */
static bool asks_for_a_mark(const struct judgement *j, const struct label_fact *label)
{
    return label->label == LABEL_UNKNOWN || j->policy->plan.labels[label->label].level != 0;
}

enum truth labels_dropped(struct judgement *j, size_t rule, const struct selection *selection,
                          struct reasons *reasons)
{
    enum truth truth = j->whole ? TRUTH_NO : TRUTH_UNKNOWN;
    const struct label_fact *carried = NULL;

    for (size_t i = 0; i < j->facts->labels.count; i++) {
        const struct label_fact *label = &j->facts->labels.items[i];
        if (!counts(j, rule, selection, i))
            continue;
        if (is_own(label) || is_in_own_text(j, label))
            return TRUTH_NO;
        if (asks_for_a_mark(j, label) &&
            (carried == NULL || label_compare(j->policy, label->label, carried->label) > 0))
            carried = label;
    }
    if (carried == NULL || !j->whole)
        return truth;
    reasons_add(j, reasons, FACT_LABEL_DROPPED, "the message itself is unmarked, but %.*s is at %.*s",
                SPAN_ARG(carried->label == LABEL_UNKNOWN
                             ? carried->text
                             : policy_label_name(j->policy, carried->label)),
                SPAN_ARG(carried->where));
    reasons_keep(&reasons->label, policy_label_name(j->policy, carried->label));
    reasons_keep(&reasons->where, carried->where);
    return TRUTH_YES;
}
