/* SPDX-License-Identifier: EUPL-1.2 */
/* Facts about parts, contacts, ambiguities and signatures. */
#include "policy_priv.h"

static enum truth not_found(const struct judgement *j)
{
    return j->whole ? TRUTH_NO : TRUTH_UNKNOWN;
}

static bool part_shows(const struct part_fact *part, enum fact fact)
{
    if (fact == FACT_UNINSPECTABLE)
        return part->reason != UNINSPECTABLE_NONE;
    if (fact == FACT_ENCRYPTED)
        return part->reason == UNINSPECTABLE_ENCRYPTED || part->opened;
    if (fact == FACT_TYPE_MISMATCH)
        return part->mismatch;
    return part->active;
}

static void say_part(struct judgement *j, struct reasons *reasons, enum fact fact,
                     const struct part_fact *part)
{
    const char *reason = uninspectable_name(part->reason);
    struct span name = part->name.len > 0 ? part->name : SPAN("no name");

    if (fact == FACT_TYPE_MISMATCH)
        reasons_add(j, reasons, fact, "%.*s (%.*s) at %.*s is %.*s", SPAN_ARG(name),
                    SPAN_ARG(part->declared), SPAN_ARG(part->where), SPAN_ARG(part->detected));
    else if (fact == FACT_ACTIVE_CONTENT)
        reasons_add(j, reasons, fact, "%.*s at %.*s carries macros or scripts", SPAN_ARG(name),
                    SPAN_ARG(part->where));
    else if (fact == FACT_ENCRYPTED && part->opened)
        reasons_add(j, reasons, fact, "%.*s at %.*s: encrypted, opened with a password of the policy",
                    SPAN_ARG(name), SPAN_ARG(part->where));
    else
        reasons_add(j, reasons, fact, "%.*s at %.*s: %s", SPAN_ARG(name), SPAN_ARG(part->where),
                    reason == NULL ? "not read" : reason);
    reasons_keep(&reasons->where, part->where);
    reasons_keep(&reasons->uninspectable, span_of(reason));
}

/* A scanner that failed leaves the whole message unread; that is a part of its own, without name. */
static bool whole_message_unread(struct judgement *j, enum fact fact, struct reasons *reasons)
{
    const char *reason;

    if (fact != FACT_UNINSPECTABLE || j->facts->scan_failure == UNINSPECTABLE_NONE)
        return false;
    reason = uninspectable_name(j->facts->scan_failure);
    reasons_add(j, reasons, fact, "the message: %s", reason == NULL ? "not read" : reason);
    reasons_keep(&reasons->uninspectable, span_of(reason));
    return true;
}

static enum truth parts_show(struct judgement *j, size_t rule, enum fact fact,
                             const struct selection *selection, struct reasons *reasons)
{
    const struct exception *exception = excuse_message(j, rule, fact);
    bool unread = fact == FACT_UNINSPECTABLE || fact == FACT_ENCRYPTED;
    enum truth truth = not_found(j);

    if (selection->parts == NULL && exception == NULL && whole_message_unread(j, fact, reasons))
        truth = TRUTH_YES;
    for (size_t i = 0; i < j->facts->parts.count; i++) {
        const struct part_fact *part = &j->facts->parts.items[i];
        if (!is_selected(selection->parts, i) || !part_shows(part, fact))
            continue;
        if (unread && reasons->speaks)
            j->answered[i] = true;
        if (exception != NULL) {
            reasons_excuse(j, reasons, exception);
            continue;
        }
        say_part(j, reasons, fact, part);
        truth = TRUTH_YES;
    }
    return truth;
}

static enum truth ambiguities_show(struct judgement *j, size_t rule,
                                   const struct selection *selection, struct reasons *reasons)
{
    const struct exception *exception = excuse_message(j, rule, FACT_AMBIGUOUS);
    enum truth truth = not_found(j);

    for (size_t i = 0; i < j->facts->ambiguities.count; i++) {
        const struct ambiguity_fact *ambiguity = &j->facts->ambiguities.items[i];
        const char *name = ambiguity_name(ambiguity->kind);
        if (!is_selected(selection->ambiguities, i))
            continue;
        if (exception != NULL) {
            reasons_excuse(j, reasons, exception);
            continue;
        }
        reasons_add(j, reasons, FACT_AMBIGUOUS, "%s at %.*s", name == NULL ? "unknown kind" : name,
                    SPAN_ARG(ambiguity->where));
        reasons_keep(&reasons->ambiguity, span_of(name));
        reasons_keep(&reasons->where, ambiguity->where);
        truth = TRUTH_YES;
    }
    return truth;
}

static enum truth contacts_show(struct judgement *j, enum fact fact,
                                const struct selection *selection, struct reasons *reasons)
{
    enum truth truth = not_found(j);

    for (size_t i = 0; i < j->facts->contacts.count; i++) {
        const struct contact_fact *contact = &j->facts->contacts.items[i];
        bool shows = fact == FACT_OBFUSCATED
                         ? contact->obfuscated
                         : !policy_sender_approved(j->policy, contact->address, contact->domain);
        if (!is_selected(selection->contacts, i) || !shows)
            continue;
        reasons_add(j, reasons, fact, "%.*s at %.*s %s", SPAN_ARG(contact->address),
                    SPAN_ARG(contact->where),
                    fact == FACT_OBFUSCATED ? "was disguised" : "is not on the approved list");
        reasons_keep(&reasons->contact, contact->address);
        reasons_keep(&reasons->where, contact->where);
        truth = TRUTH_YES;
    }
    return truth;
}

/* One over a part alone, or one nobody approved, says nothing about the message. */
static enum truth signatures_show(struct judgement *j, enum fact fact,
                                  const struct selection *selection, struct reasons *reasons)
{
    enum truth truth = not_found(j);

    for (size_t i = 0; i < j->facts->signatures.count; i++) {
        const struct signature_fact *signature = &j->facts->signatures.items[i];
        if (!is_selected(selection->signatures, i) ||
            (fact == FACT_SIGNED_APPROVED && !(signature->verified && signature->covers_message)))
            continue;
        reasons_add(j, reasons, fact, "%.*s at %.*s%s%.*s", SPAN_ARG(signature->kind),
                    SPAN_ARG(signature->where), signature->signer.len > 0 ? " by " : "",
                    SPAN_ARG(signature->signer));
        reasons_keep(&reasons->where, signature->where);
        truth = TRUTH_YES;
    }
    return truth;
}

enum truth evidence_content(struct judgement *j, size_t rule, enum fact fact,
                            const struct selection *selection, struct reasons *reasons)
{
    if (fact == FACT_AMBIGUOUS)
        return ambiguities_show(j, rule, selection, reasons);
    if (fact == FACT_CONTACT_UNAPPROVED || fact == FACT_OBFUSCATED)
        return contacts_show(j, fact, selection, reasons);
    if (fact == FACT_SIGNED || fact == FACT_SIGNED_APPROVED)
        return signatures_show(j, fact, selection, reasons);
    return parts_show(j, rule, fact, selection, reasons);
}
