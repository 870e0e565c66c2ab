/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Header fields that a rewrite removes: all of a name, or single ones by their
 * value. Single ones are told by their number among the fields of that name, the
 * last first: to delete the third moves no first and no second.
 */
#include <string.h>

#include "policy_priv.h"

static bool fits(const struct field_removal *removal, const struct header_fact *field)
{
    /* What cannot be told counts as one to remove. */
    return pattern_match(&removal->name, field->name) != PATTERN_NO &&
           (removal->any_value || pattern_match(&removal->value, field->value) != PATTERN_NO);
}

/* Which of the fields of its name is it? From 1. */
static uint64_t number_of(const struct facts *facts, size_t i)
{
    uint64_t number = 1;

    for (size_t n = 0; n < i; n++)
        number += span_equals_nocase(facts->headers.items[n].name, facts->headers.items[i].name);
    return number;
}

/* An edit before which a deletion of that number belongs; *there_out: it is in the list already, or covered. */
static size_t place_for(const struct verdict *verdict, struct span name, uint64_t number, bool *there_out)
{
    *there_out = false;
    for (size_t i = 0; i < verdict->edit_count; i++) {
        const struct edit *edit = &verdict->edits[i];
        uint64_t other = 0;

        if (!span_equals_nocase(edit->name, name) ||
            (edit->kind != EDIT_HEADER_DELETE && edit->kind != EDIT_HEADER_SET))
            continue;
        *there_out = edit->kind == EDIT_HEADER_SET || edit->value.len == 0 ||
                     (span_to_u64(edit->value, &other) && other == number);
        if (*there_out || other < number)
            return i;
    }
    return verdict->edit_count;
}

static int remove_one(struct judgement *j, const struct rule *rule, size_t i, struct verdict *verdict)
{
    const struct header_fact *field = &j->facts->headers.items[i];
    uint64_t number = number_of(j->facts, i);
    bool there;
    size_t place = place_for(verdict, field->name, number, &there);
    struct edit last;

    if (there)
        return 0;
    if (effects_add(j, verdict, EDIT_HEADER_DELETE, rule, field->name,
                    arena_printf(j->arena, "%llu", (unsigned long long)number)) != 0)
        return -1;
    last = verdict->edits[verdict->edit_count - 1];
    memmove(&verdict->edits[place + 1], &verdict->edits[place],
            (verdict->edit_count - 1 - place) * sizeof last);
    verdict->edits[place] = last;
    return 0;
}

static int remove_all(struct judgement *j, const struct rule *rule, struct span name,
                      struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->edit_count; i++)
        if (verdict->edits[i].kind == EDIT_HEADER_DELETE && verdict->edits[i].value.len == 0 &&
            span_equals_nocase(verdict->edits[i].name, name))
            return 0;
    return effects_add(j, verdict, EDIT_HEADER_DELETE, rule, name, SPAN(""));
}

int fieldcut_apply(struct judgement *j, const struct rule *rule, struct verdict *verdict)
{
    const bool all_known = j->facts->scanned && j->facts->headers.count < FACTS_HEADERS_MAX;

    for (size_t n = 0; n < rule->removal_count; n++) {
        const struct field_removal *removal = &rule->removals[n];
        /* Where not all fields are known, a name alone will do; which others to remove cannot be told. */
        if (!all_known && (!removal->any_value || removal->name.kind != PATTERN_EQUAL ||
                           remove_all(j, rule, removal->name.text, verdict) != 0))
            return -1;
        for (size_t i = j->facts->headers.count; i-- > 0;) {
            const struct header_fact *field = &j->facts->headers.items[i];
            if (fits(removal, field) &&
                (removal->any_value ? remove_all(j, rule, field->name, verdict)
                                    : remove_one(j, rule, i, verdict)) != 0)
                return -1;
        }
    }
    return 0;
}
