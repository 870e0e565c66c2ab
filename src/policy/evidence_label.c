/* SPDX-License-Identifier: EUPL-1.2 */
/* Facts about labels: against the ceilings, against each other, and their absence. */
#include "policy_priv.h"

static bool counts(const struct judgement *j, size_t rule, const struct selection *selection,
                   size_t i)
{
    return is_selected(selection->labels, i) &&
           j->facts->labels.items[i].confidence >= j->policy->rules[rule].confidence;
}

/* "fr:SECRET", or the marking as met when no scheme knows it. */
static struct span shown_name(const struct judgement *j, const struct label_fact *label)
{
    struct span name = policy_label_name(j->policy, label->label);

    return name.len > 0 ? name : label->text;
}

static void say(struct judgement *j, struct reasons *reasons, enum fact fact,
                const struct label_fact *label, const char *words)
{
    struct span name = shown_name(j, label);

    reasons_add(j, reasons, fact, "%.*s (%s, %s) at %.*s%s", SPAN_ARG(name),
                source_name(label->source), confidence_name(label->confidence),
                SPAN_ARG(label->where), words);
    reasons_keep(&reasons->label, name);
    reasons_keep(&reasons->where, label->where);
}

static const struct destination *destination_at(const struct judgement *j, size_t recipient)
{
    int32_t d = recipient < j->facts->recipients.count ? j->destinations[recipient] : j->nowhere;

    return d == POLICY_NONE ? NULL : &j->policy->destinations[d];
}

static bool is_above(const struct judgement *j, const struct label_fact *label,
                     const struct destination *to)
{
    if (to == NULL)
        return true;
    if (label_is_caveat(j->policy, label->label) && release_reaches(j->policy, label, to))
        return to->ceiling.never != NULL && to->ceiling.never[label->label];
    return ceiling_is_exceeded(j->policy, &to->ceiling, label->label);
}

static void say_above(struct judgement *j, struct reasons *reasons, const struct label_fact *label,
                      const struct destination *to, size_t recipient)
{
    struct span name = shown_name(j, label), address = SPAN("a recipient nobody named");
    struct span ceiling = to == NULL || to->ceiling.text.len == 0 ? SPAN("none") : to->ceiling.text;

    if (recipient < j->facts->recipients.count)
        address = j->facts->recipients.items[recipient].address;
    if (label_is_caveat(j->policy, label->label))
        reasons_add(j, reasons, FACT_LABEL_ABOVE_CEILING,
                    "%.*s \"%.*s\" (%s, %s) at %.*s does not let %s%.*s%s have it, for %.*s",
                    SPAN_ARG(name), SPAN_ARG(label->text), source_name(label->source),
                    confidence_name(label->confidence), SPAN_ARG(label->where),
                    to == NULL ? "" : "\"",
                    SPAN_ARG(to == NULL ? SPAN("recipients in no destination") : to->name),
                    to == NULL ? "" : "\"", SPAN_ARG(address));
    else
        reasons_add(j, reasons, FACT_LABEL_ABOVE_CEILING,
                "%.*s (%s, %s) at %.*s is above %.*s, the ceiling of %s%.*s%s for %.*s",
                SPAN_ARG(name), source_name(label->source), confidence_name(label->confidence),
                SPAN_ARG(label->where), SPAN_ARG(ceiling), to == NULL ? "" : "\"",
                SPAN_ARG(to == NULL ? SPAN("recipients in no destination") : to->name),
                to == NULL ? "" : "\"", SPAN_ARG(address));
    reasons_keep(&reasons->label, name);
    reasons_keep(&reasons->where, label->where);
    reasons_keep(&reasons->ceiling, ceiling);
    reasons_keep(&reasons->destination, to == NULL ? SPAN("-") : to->name);
    reasons_recipient(j, reasons, recipient);
}

static bool label_is_above(struct judgement *j, size_t rule, const struct label_fact *label,
                           size_t recipient, struct reasons *reasons)
{
    const struct destination *to = destination_at(j, recipient);
    const struct exception *exception;

    if (!is_above(j, label, to))
        return false;
    exception = excuse_label(j, rule, label->label, recipient);
    if (exception != NULL)
        reasons_excuse(j, reasons, exception);
    else
        say_above(j, reasons, label, to, recipient);
    return exception == NULL;
}

/* The highest label is enough to judge a recipient by, but each is judged: excuses differ. */
static enum truth above_ceiling(struct judgement *j, size_t rule, const struct selection *selection,
                                struct reasons *reasons)
{
    enum truth truth = j->whole ? TRUTH_NO : TRUTH_UNKNOWN;
    size_t recipients = j->facts->recipients.count;

    for (size_t r = 0; r < (recipients == 0 ? 1 : recipients); r++) {
        if (recipients > 0 && !is_recipient(j, selection, r))
            continue;
        for (size_t i = 0; i < j->facts->labels.count; i++) {
            if (!counts(j, rule, selection, i) ||
                !label_is_above(j, rule, &j->facts->labels.items[i], r, reasons))
                continue;
            truth = TRUTH_YES;
            break;
        }
    }
    return truth;
}

static enum truth each_label(struct judgement *j, size_t rule, enum fact fact,
                             const struct selection *selection, struct reasons *reasons)
{
    enum truth truth = j->whole ? TRUTH_NO : TRUTH_UNKNOWN;

    for (size_t i = 0; i < j->facts->labels.count; i++) {
        const struct label_fact *label = &j->facts->labels.items[i];
        if (!counts(j, rule, selection, i))
            continue;
        if ((fact == FACT_LABEL_UNKNOWN && label->label != LABEL_UNKNOWN) ||
            (fact == FACT_OBFUSCATED && !label->obfuscated))
            continue;
        say(j, reasons, fact, label, fact == FACT_OBFUSCATED ? " was disguised" : "");
        truth = TRUTH_YES;
    }
    return truth;
}

/* A rule about documents asks for a label in each of them. */
static enum truth missing_in_parts(struct judgement *j, size_t rule,
                                   const struct selection *selection, struct reasons *reasons)
{
    enum truth truth = j->whole ? TRUTH_NO : TRUTH_UNKNOWN;

    for (size_t i = 0; i < j->facts->parts.count; i++) {
        const struct part_fact *part = &j->facts->parts.items[i];
        bool found = false;
        if (!selection->parts[i])
            continue;
        for (size_t n = 0; n < j->facts->labels.count && !found; n++)
            found = counts(j, rule, selection, n) &&
                    place_is_within(j->facts->labels.items[n].where, part->where);
        if (found || !j->whole)
            continue;
        reasons_add(j, reasons, FACT_LABEL_MISSING, "%.*s at %.*s bears no label",
                    SPAN_ARG(part->name.len > 0 ? part->name : part->detected),
                    SPAN_ARG(part->where));
        reasons_keep(&reasons->where, part->where);
        truth = TRUTH_YES;
    }
    return truth;
}

static enum truth missing(struct judgement *j, size_t rule, const struct selection *selection,
                          struct reasons *reasons)
{
    if (selection->parts != NULL)
        return missing_in_parts(j, rule, selection, reasons);
    for (size_t i = 0; i < j->facts->labels.count; i++)
        if (counts(j, rule, selection, i))
            return TRUTH_NO;
    if (!j->whole)
        return TRUTH_UNKNOWN;
    reasons_add(j, reasons, FACT_LABEL_MISSING, "no label of confidence %s or more was found",
                confidence_name(j->policy->rules[rule].confidence));
    return TRUTH_YES;
}

enum truth evidence_label(struct judgement *j, size_t rule, enum fact fact,
                          const struct selection *selection, struct reasons *reasons)
{
    if (fact == FACT_LABEL_ABOVE_CEILING)
        return above_ceiling(j, rule, selection, reasons);
    if (fact == FACT_LABEL_MISSING)
        return missing(j, rule, selection, reasons);
    if (fact == FACT_LABEL_DISAGREEMENT)
        return labels_disagree(j, rule, selection, reasons);
    if (fact == FACT_LABEL_DOWNGRADE)
        return labels_downgrade(j, rule, selection, reasons);
    if (fact == FACT_LABEL_DROPPED)
        return labels_dropped(j, rule, selection, reasons);
    return each_label(j, rule, fact, selection, reasons);
}
