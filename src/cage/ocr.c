/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A second look at messages that hold pictures, by children that read them. What
 * the first look found stands: the second can only add what it saw in pictures,
 * and say of an image-only part that it was read, so that a child taken over by a
 * picture hides nothing that stands elsewhere in the message.
 */
#include <string.h>

#include "cage_priv.h"

int cage_attach_ocr(struct cage *cage, int fd, const struct scan_plan *plan, struct err *err)
{
    const unsigned processors = cage_processors();
    /* It lasts seconds and takes a processor whole: half of them stay free for messages without pictures. */
    const struct cage_options options = { .children = processors < 2 ? 1 : processors / 2, .reuse = 1 };
    struct scan_plan own = *plan;

    own.limits.time_ms = plan->ocr.time_ms;
    cage->ocr = cage_attach(fd, &own, &options, err);
    return cage->ocr == NULL ? -1 : 0;
}

bool ocr_is_needed(const struct facts *facts)
{
    for (size_t i = 0; facts->scanned && i < facts->parts.count; i++)
        if (facts->parts.items[i].reason == UNINSPECTABLE_IMAGE_ONLY)
            return true;
    return false;
}

static void add_labels(struct facts *facts, const struct facts *seen, size_t limit)
{
    for (size_t i = 0; i < seen->labels.count; i++) {
        struct label_fact *fact;

        if (seen->labels.items[i].source != SOURCE_IMAGE)
            continue;
        fact = facts->labels.count < limit ? facts_add_label(facts) : NULL;
        if (fact != NULL)
            *fact = seen->labels.items[i];
        else
            facts->dropped_findings++;
    }
}

static bool has_contact(const struct facts *facts, const struct contact_fact *contact)
{
    for (size_t i = 0; i < facts->contacts.count; i++)
        if (span_equals(facts->contacts.items[i].address, contact->address) &&
            span_equals(facts->contacts.items[i].where, contact->where))
            return true;
    return false;
}

static void add_contacts(struct facts *facts, const struct facts *seen, size_t limit)
{
    for (size_t i = 0; i < seen->contacts.count; i++) {
        struct contact_fact *fact;

        if (has_contact(facts, &seen->contacts.items[i]))
            continue;
        fact = facts->contacts.count < limit ? facts_add_contact(facts) : NULL;
        if (fact != NULL)
            *fact = seen->contacts.items[i];
        else
            facts->dropped_findings++;
    }
}

/* The same part in the other list, which is in the same order, from *from on; NULL: not there. */
static const struct part_fact *find_part(const struct facts *seen, const struct part_fact *part,
                                         size_t *from)
{
    for (size_t i = *from; i < seen->parts.count; i++) {
        const struct part_fact *other = &seen->parts.items[i];

        if (span_equals(other->where, part->where) && span_equals(other->name, part->name) &&
            memcmp(other->sha256, part->sha256, sizeof part->sha256) == 0) {
            *from = i + 1;
            return other;
        }
    }
    return NULL;
}

/*
 * What became of each picture. A page that was read is no part any more, so one
 * missing from a second look that came to its end was read; from one that did not,
 * it has the reason of that.
 */
static void settle_parts(struct facts *facts, const struct facts *seen)
{
    size_t kept = 0, from = 0;

    for (size_t i = 0; i < facts->parts.count; i++) {
        struct part_fact part = facts->parts.items[i];

        if (part.reason == UNINSPECTABLE_IMAGE_ONLY) {
            const struct part_fact *other =
                seen->scanned ? find_part(seen, &part, &from) : NULL;

            if (other == NULL && seen->scanned && seen->scan_failure == UNINSPECTABLE_NONE)
                continue;
            part.reason = other != NULL && (other->reason != UNINSPECTABLE_IMAGE_ONLY ||
                                            seen->scan_failure == UNINSPECTABLE_NONE)
                              ? other->reason
                              : seen->scan_failure;
        }
        facts->parts.items[kept++] = part;
    }
    facts->parts.count = kept;
}

void ocr_merge(struct facts *facts, const struct facts *seen, const struct plan_limits *limits)
{
    if (seen->scanned) {
        add_labels(facts, seen, limits->findings);
        add_contacts(facts, seen, limits->findings);
        if (seen->dropped_findings > facts->dropped_findings)
            facts->dropped_findings = seen->dropped_findings;
        facts->scan_us += seen->scan_us;
    }
    settle_parts(facts, seen);
    if (arena_is_full(facts->arena) && facts->scan_failure == UNINSPECTABLE_NONE)
        facts->scan_failure = UNINSPECTABLE_TOO_LARGE;
}
