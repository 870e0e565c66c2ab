/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The text and the HTML of a multipart/alternative are shown to different readers
 * (RFC 2046, 5.1.4), so they should carry the same markings. Which they carry is
 * known only when everything is weighed.
 */
#include "scan_priv.h"

void alternative_note(struct scan *scan, struct span where, const struct span *children,
                      size_t count)
{
    struct alternatives *list = &scan->alternatives;
    struct alternative *items, *added;

    if (count < 2)
        return;
    items = arena_grow(scan->facts->arena, list->items, list->count, &list->capacity, sizeof *items);
    if (items == NULL)
        return;
    list->items = items;
    added = &items[list->count++];
    added->where = where;
    for (size_t i = 0; i < count && i < ALTERNATIVE_CHILDREN; i++)
        added->children[added->count++] = children[i];
}

/* Is a finding inside the part called child? "1.2" holds "1.2#line=3" and "1.2.1", not "1.21". */
static bool is_inside(struct span where, struct span child)
{
    return span_starts_with(where, child) &&
           (where.len == child.len || span_find_byte(SPAN(".!#"), where.ptr[child.len]) < 3);
}

static bool carries(const struct facts *facts, struct span child, int32_t label)
{
    for (size_t i = 0; i < facts->labels.count; i++)
        if (facts->labels.items[i].label == label && is_inside(facts->labels.items[i].where, child))
            return true;
    return false;
}

/* A marking that stands out in one child and is nowhere in another. */
static bool differs(const struct facts *facts, const struct alternative *alternative)
{
    for (size_t i = 0; i < facts->labels.count; i++) {
        const struct label_fact *fact = &facts->labels.items[i];
        bool inside = false, everywhere = true;

        if (fact->confidence == CONFIDENCE_POSSIBLE || fact->source != SOURCE_TEXT)
            continue;
        for (size_t c = 0; c < alternative->count; c++) {
            inside |= is_inside(fact->where, alternative->children[c]);
            everywhere = everywhere && carries(facts, alternative->children[c], fact->label);
        }
        if (inside && !everywhere)
            return true;
    }
    return false;
}

void alternative_judge(struct scan *scan)
{
    for (size_t i = 0; i < scan->alternatives.count; i++)
        if (differs(scan->facts, &scan->alternatives.items[i]))
            walk_ambiguity(scan, AMBIGUITY_ALTERNATIVE_CONFLICT, scan->alternatives.items[i].where);
}
