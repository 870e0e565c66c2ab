/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy_priv.h"

/* Facts that the scan decides, in whole or in part: unknown until it is whole. */
static const enum fact content_facts[] = {
    FACT_SENDER_UNAPPROVED,  FACT_SENDER_MALFORMED,  FACT_SENDER_LOOKALIKE,   FACT_SENDER_NEAR_MISS,
    FACT_SERVER_UNAPPROVED,  FACT_LOGIN_MISMATCH,    FACT_LABEL_ABOVE_CEILING, FACT_LABELLED,
    FACT_LABEL_MISSING,      FACT_LABEL_UNKNOWN,     FACT_LABEL_DISAGREEMENT, FACT_LABEL_DOWNGRADE,
    FACT_LABEL_DROPPED,      FACT_SIGNED_APPROVED,
    FACT_OBFUSCATED,         FACT_UNINSPECTABLE,     FACT_ENCRYPTED,          FACT_AMBIGUOUS,
    FACT_CONTACT_UNAPPROVED, FACT_TYPE_MISMATCH,     FACT_ACTIVE_CONTENT,     FACT_SIGNED,
};

static fact_set facts_of_senders(const struct judgement *j)
{
    fact_set possible = 0;

    for (size_t i = 0; i < j->facts->senders.count; i++) {
        unsigned marks = j->sender_marks[i];
        if ((marks & (SENDER_NOT_APPROVED | SENDER_WRONG_SERVER)) != 0)
            possible |= fact_bit(FACT_SENDER_UNAPPROVED);
        if ((marks & SENDER_WRONG_SERVER) != 0)
            possible |= fact_bit(FACT_SERVER_UNAPPROVED);
        if ((marks & SENDER_WRONG_LOGIN) != 0)
            possible |= fact_bit(FACT_LOGIN_MISMATCH);
        if ((marks & SENDER_LOOKALIKE) != 0)
            possible |= fact_bit(FACT_SENDER_LOOKALIKE);
        if ((marks & SENDER_NOT_APPROVED) != 0)
            possible |= fact_bit(FACT_SENDER_NEAR_MISS);
        if (j->facts->senders.items[i].malformed)
            possible |= fact_bit(FACT_SENDER_MALFORMED);
        if (j->facts->senders.items[i].null_sender)
            possible |= fact_bit(FACT_NULL_SENDER);
    }
    return possible;
}

/* A superset of the facts that hold, from what is cheap to see. */
static fact_set facts_in_sight(const struct judgement *j)
{
    const struct facts *facts = j->facts;
    fact_set possible = fact_bit(FACT_ALWAYS) | fact_bit(FACT_LABEL_MISSING) |
                        fact_bit(FACT_NO_TLS) | fact_bit(FACT_CHANNEL_UNMET) | fact_bit(FACT_NO_LOGIN) |
                        fact_bit(FACT_RECIPIENT_MALFORMED) | fact_bit(FACT_RECIPIENT_NEAR_MISS) |
                        facts_of_senders(j);

    if (facts->labels.count > 0)
        possible |= fact_bit(FACT_LABEL_ABOVE_CEILING) | fact_bit(FACT_LABELLED) |
                    fact_bit(FACT_LABEL_UNKNOWN) | fact_bit(FACT_LABEL_DISAGREEMENT) |
                    fact_bit(FACT_LABEL_DOWNGRADE) | fact_bit(FACT_LABEL_DROPPED) |
                    fact_bit(FACT_OBFUSCATED);
    if (facts->contacts.count > 0)
        possible |= fact_bit(FACT_CONTACT_UNAPPROVED) | fact_bit(FACT_OBFUSCATED);
    if (facts->ambiguities.count > 0)
        possible |= fact_bit(FACT_AMBIGUOUS);
    if (facts->signatures.count > 0)
        possible |= fact_bit(FACT_SIGNED) | fact_bit(FACT_SIGNED_APPROVED);
    if (facts->parts.count > 0)
        possible |= fact_bit(FACT_UNINSPECTABLE) | fact_bit(FACT_ENCRYPTED) |
                    fact_bit(FACT_TYPE_MISMATCH) | fact_bit(FACT_ACTIVE_CONTENT);
    if (!j->whole) {
        possible |= fact_bit(FACT_UNDECIDED);
        for (size_t i = 0; i < sizeof content_facts / sizeof *content_facts; i++)
            possible |= fact_bit(content_facts[i]);
    }
    return possible;
}

/* An array for count items that is never NULL but when the arena is full. */
static void *array_of(struct arena *arena, size_t count, size_t item_bytes)
{
    return arena_alloc(arena, (count == 0 ? 1 : count) * item_bytes);
}

int judgement_init(struct judgement *j, const struct policy *policy, const struct facts *facts,
                   struct arena *arena)
{
    *j = (struct judgement){ .policy = policy, .facts = facts, .arena = arena };
    j->whole = facts->scanned && facts->scan_failure == UNINSPECTABLE_NONE &&
               facts->dropped_findings == 0;
    if (!network_parse(facts->session.client_address, &j->client))
        j->client.family = 0;
    j->sender_marks = array_of(arena, facts->senders.count, sizeof *j->sender_marks);
    j->destinations = array_of(arena, facts->recipients.count, sizeof *j->destinations);
    j->in_force = array_of(arena, policy->exception_count, sizeof *j->in_force);
    j->spent = array_of(arena, policy->exception_count, sizeof *j->spent);
    j->used = array_of(arena, policy->exception_count, sizeof *j->used);
    j->dropped = array_of(arena, facts->recipients.count, sizeof *j->dropped);
    j->answered = array_of(arena, facts->parts.count, sizeof *j->answered);
    if (j->sender_marks == NULL || j->destinations == NULL || j->in_force == NULL ||
        j->spent == NULL || j->used == NULL || j->dropped == NULL || j->answered == NULL)
        return -1;
    for (size_t i = 0; i < facts->senders.count; i++)
        j->sender_marks[i] = sender_judge(j, &facts->senders.items[i]);
    for (size_t i = 0; i < facts->recipients.count; i++)
        j->destinations[i] = destination_of(policy, facts->recipients.items[i].address,
                                            facts->recipients.items[i].domain);
    j->nowhere = destination_of(policy, SPAN(""), SPAN(""));
    for (size_t i = 0; i < policy->exception_count; i++) {
        if (exception_is_in_force(j, &policy->exceptions[i])) {
            j->spent[i] = exception_is_spent(j, &policy->exceptions[i]);
            j->in_force[i] = !j->spent[i];
        }
    }
    j->possible = facts_in_sight(j);
    return 0;
}

/* Why the judgement cannot be made from these facts. */
enum failure judgement_failure(const struct judgement *j)
{
    switch (j->facts->scan_failure) {
    case UNINSPECTABLE_TIMEOUT: return FAILURE_SCANNER_TIMEOUT;
    case UNINSPECTABLE_TOO_LARGE: return FAILURE_MESSAGE_TOO_LARGE;
    case UNINSPECTABLE_TOO_DEEP:
    case UNINSPECTABLE_TOO_MANY: return FAILURE_FACTS_FULL;
    case UNINSPECTABLE_CRASHED:
    case UNINSPECTABLE_ENCRYPTED:
    case UNINSPECTABLE_DAMAGED:
    case UNINSPECTABLE_UNSUPPORTED:
    case UNINSPECTABLE_IMAGE_ONLY: return FAILURE_SCANNER_CRASHED;
    case UNINSPECTABLE_NONE: break;
    }
    return j->facts->scanned ? FAILURE_FACTS_FULL : FAILURE_NOT_SCANNED;
}
