/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Labels that contradict each other. Those of one document are held together, and
 * those of one message: its header fields, its signature, its subject, its own text.
 *
 * Machine-readable labels speak for the whole, each by itself. A subject, and the text
 * a person sees, may bear marks of several levels (portions): their highest speaks.
 */
#include "policy_priv.h"

static bool counts(const struct judgement *j, size_t rule, const struct selection *selection,
                   size_t i)
{
    const struct label_fact *label = &j->facts->labels.items[i];

    return is_selected(selection->labels, i) && !label->quoted && label->label != LABEL_UNKNOWN &&
           !label_is_caveat(j->policy, label->label) &&
           label->confidence >= j->policy->rules[rule].confidence;
}

static bool is_machine_readable(const struct label_fact *label)
{
    return label->source == SOURCE_METADATA || label->source == SOURCE_HEADER ||
           label->source == SOURCE_SIGNATURE;
}

static bool is_of_message(const struct label_fact *label)
{
    return label->source == SOURCE_HEADER || label->source == SOURCE_SUBJECT ||
           label->source == SOURCE_SIGNATURE;
}

/* A message inside is a part by its place; what it holds is "2.1", or "2!1" in a container. */
static bool is_inside(struct span where, struct span message)
{
    return span_starts_with(where, message) && where.len > message.len &&
           (message.len == 0 || where.ptr[message.len] == '.' || where.ptr[message.len] == '!');
}

/* The part of the message inside that holds the place; empty for the message itself. */
static struct span message_around(const struct judgement *j, struct span where)
{
    struct span around = SPAN("");

    for (size_t i = 0; i < j->facts->parts.count; i++) {
        const struct part_fact *part = &j->facts->parts.items[i];

        if (span_equals(part->detected, SPAN("message")) && part->where.len > around.len &&
            is_inside(where, part->where))
            around = part->where;
    }
    return around;
}

static const struct part_fact *innermost_part(const struct judgement *j, struct span where)
{
    const struct part_fact *owner = NULL;

    for (size_t i = 0; i < j->facts->parts.count; i++) {
        const struct part_fact *part = &j->facts->parts.items[i];
        if ((owner == NULL || part->where.len > owner->where.len) &&
            place_is_within(where, part->where))
            owner = part;
    }
    return owner;
}

/* Text without a name is what the message says; anything else is what it carries. */
static bool is_body(const struct part_fact *part)
{
    return part->name.len == 0 && (span_equals(part->detected, SPAN("text")) ||
                                   span_equals(part->detected, SPAN("html")));
}

/* Whose label it is: a part, or a message by the part that holds it (empty for the one at hand). */
static struct span owner_of(const struct judgement *j, const struct label_fact *label)
{
    const struct part_fact *part = innermost_part(j, label->where);

    /* An opaque signature wraps the message it speaks of, which is its only member. */
    if (label->source == SOURCE_SIGNATURE && part != NULL &&
        span_equals(part->detected, SPAN("p7m")))
        return arena_printf(j->arena, "%.*s!1", SPAN_ARG(part->where));
    if (is_of_message(label) || part == NULL || is_body(part))
        return message_around(j, label->where);
    return part->where;
}

/* Does something else in the message bear the same level? Then its label speaks of that. */
static bool is_borne_inside(const struct judgement *j, const struct span *owners, size_t label)
{
    const struct label_fact *labels = j->facts->labels.items;

    for (size_t i = 0; i < j->facts->labels.count; i++)
        if (owners[i].ptr != NULL && !span_equals(owners[i], owners[label]) &&
            is_inside(labels[i].where, owners[label]) &&
            label_is_comparable(j->policy, labels[i].label, labels[label].label) &&
            label_compare(j->policy, labels[i].label, labels[label].label) == 0)
            return true;
    return false;
}

/*
 * The highest of the subject's marks, or of the visible ones, that can be compared with
 * the label; none of the other machine-readable ones. SIZE_MAX: there is none.
 */
static size_t highest_mark(const struct judgement *j, const struct span *owners, size_t label,
                           bool of_subject)
{
    const struct label_fact *labels = j->facts->labels.items;
    size_t highest = SIZE_MAX;

    for (size_t i = 0; i < j->facts->labels.count; i++)
        if (owners[i].ptr != NULL && !is_machine_readable(&labels[i]) &&
            (labels[i].source == SOURCE_SUBJECT) == of_subject &&
            span_equals(owners[i], owners[label]) &&
            label_is_comparable(j->policy, labels[i].label, labels[label].label) &&
            (highest == SIZE_MAX ||
             label_compare(j->policy, labels[i].label, labels[highest].label) > 0))
            highest = i;
    return highest;
}

static bool differs(const struct judgement *j, size_t a, size_t b)
{
    const struct label_fact *labels = j->facts->labels.items;

    return b != SIZE_MAX && label_compare(j->policy, labels[a].label, labels[b].label) != 0;
}

/* What contradicts this machine-readable label; SIZE_MAX: nothing. Of two such, the first tells it. */
static size_t contradiction(const struct judgement *j, const struct span *owners, size_t label)
{
    const struct label_fact *labels = j->facts->labels.items;
    size_t mark;

    for (size_t i = label + 1; i < j->facts->labels.count; i++)
        if (owners[i].ptr != NULL && is_machine_readable(&labels[i]) &&
            span_equals(owners[i], owners[label]) && differs(j, label, i))
            return i;
    mark = highest_mark(j, owners, label, true);
    if (differs(j, label, mark))
        return mark;
    mark = highest_mark(j, owners, label, false);
    if (!differs(j, label, mark) ||
        (is_of_message(&labels[label]) &&
         label_compare(j->policy, labels[mark].label, labels[label].label) < 0 &&
         is_borne_inside(j, owners, label)))
        return SIZE_MAX;
    return mark;
}

enum truth labels_disagree(struct judgement *j, size_t rule, const struct selection *selection,
                           struct reasons *reasons)
{
    const struct label_fact *labels = j->facts->labels.items;
    size_t count = j->facts->labels.count;
    struct span *owners = arena_alloc(j->arena, (count + 1) * sizeof *owners);
    enum truth truth = j->whole ? TRUTH_NO : TRUTH_UNKNOWN;

    if (owners == NULL)
        return TRUTH_UNKNOWN;
    for (size_t i = 0; i < count; i++)
        owners[i] = counts(j, rule, selection, i) ? owner_of(j, &labels[i]) : (struct span){ 0 };
    for (size_t i = 0; i < count; i++) {
        size_t other = owners[i].ptr != NULL && is_machine_readable(&labels[i])
                           ? contradiction(j, owners, i)
                           : SIZE_MAX;
        struct span one, two;

        if (other == SIZE_MAX)
            continue;
        one = policy_label_name(j->policy, labels[i].label);
        two = policy_label_name(j->policy, labels[other].label);
        reasons_add(j, reasons, FACT_LABEL_DISAGREEMENT, "%.*s (%s) at %.*s, but %.*s (%s) at %.*s",
                    SPAN_ARG(one), source_name(labels[i].source), SPAN_ARG(labels[i].where),
                    SPAN_ARG(two), source_name(labels[other].source),
                    SPAN_ARG(labels[other].where));
        reasons_keep(&reasons->label,
                     label_compare(j->policy, labels[i].label, labels[other].label) > 0 ? one : two);
        reasons_keep(&reasons->where, labels[i].where);
        truth = TRUTH_YES;
    }
    return truth;
}
