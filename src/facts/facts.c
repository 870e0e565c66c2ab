/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/facts.h"

struct facts *facts_new(struct arena *arena)
{
    struct facts *facts = arena_alloc(arena, sizeof *facts);

    if (facts == NULL)
        return NULL;
    facts->arena = arena;
    facts->scan_failure = UNINSPECTABLE_NONE;
    return facts;
}

/* A new item at the end of a list: all lists of struct facts have this one form. */
static void *add(struct arena *arena, void **items, size_t *count, size_t *capacity, size_t bytes)
{
    void *moved = arena_grow(arena, *items, *count, capacity, bytes);

    if (moved == NULL)
        return NULL;
    *items = moved;
    return (char *)moved + (*count)++ * bytes;
}

struct sender_fact *facts_add_sender(struct facts *facts)
{
    return add(facts->arena, (void **)&facts->senders.items, &facts->senders.count,
               &facts->senders.capacity, sizeof *facts->senders.items);
}

struct recipient_fact *facts_add_recipient(struct facts *facts)
{
    return add(facts->arena, (void **)&facts->recipients.items, &facts->recipients.count,
               &facts->recipients.capacity, sizeof *facts->recipients.items);
}

struct header_fact *facts_add_header(struct facts *facts)
{
    return add(facts->arena, (void **)&facts->headers.items, &facts->headers.count,
               &facts->headers.capacity, sizeof *facts->headers.items);
}

struct label_fact *facts_add_label(struct facts *facts)
{
    return add(facts->arena, (void **)&facts->labels.items, &facts->labels.count,
               &facts->labels.capacity, sizeof *facts->labels.items);
}

struct contact_fact *facts_add_contact(struct facts *facts)
{
    return add(facts->arena, (void **)&facts->contacts.items, &facts->contacts.count,
               &facts->contacts.capacity, sizeof *facts->contacts.items);
}

struct part_fact *facts_add_part(struct facts *facts)
{
    struct part_fact *part = add(facts->arena, (void **)&facts->parts.items, &facts->parts.count,
                                 &facts->parts.capacity, sizeof *facts->parts.items);

    if (part != NULL)
        part->reason = UNINSPECTABLE_NONE;
    return part;
}

struct ambiguity_fact *facts_add_ambiguity(struct facts *facts)
{
    return add(facts->arena, (void **)&facts->ambiguities.items, &facts->ambiguities.count,
               &facts->ambiguities.capacity, sizeof *facts->ambiguities.items);
}

struct signature_fact *facts_add_signature(struct facts *facts)
{
    return add(facts->arena, (void **)&facts->signatures.items, &facts->signatures.count,
               &facts->signatures.capacity, sizeof *facts->signatures.items);
}

struct use_fact *facts_add_use(struct facts *facts)
{
    return add(facts->arena, (void **)&facts->uses.items, &facts->uses.count,
               &facts->uses.capacity, sizeof *facts->uses.items);
}

void facts_drop_content(struct facts *facts)
{
    size_t envelope = facts->senders.count > 0 ? 1 : 0;

    facts->senders.count = envelope;
    facts->subject = facts->message_id = (struct span){ NULL, 0 };
    facts->headers.count = facts->labels.count = facts->contacts.count = 0;
    facts->parts.count = facts->ambiguities.count = facts->signatures.count = 0;
    facts->scan_failure = UNINSPECTABLE_NONE;
    facts->scanned = false;
    facts->dropped_findings = 0;
    facts->scan_us = 0;
    facts->cost = (struct reading_cost){ 0 };
}

bool facts_has_header(const struct facts *facts, struct span name)
{
    for (size_t i = 0; i < facts->headers.count; i++)
        if (span_equals_nocase(facts->headers.items[i].name, name))
            return true;
    return false;
}
