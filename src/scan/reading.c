/* SPDX-License-Identifier: EUPL-1.2 */
#include "scan/reading.h"

#include <stdlib.h>

struct matcher {
    const struct scan_plan *plan;
};

struct reading {
    const struct matcher *matcher;
    struct facts *facts;
};

struct matcher *matcher_new(const struct scan_plan *plan, struct span *missed_out)
{
    struct matcher *matcher = calloc(1, sizeof *matcher);

    *missed_out = (struct span){ NULL, 0 };
    if (matcher != NULL)
        matcher->plan = plan;
    return matcher;
}

void matcher_free(struct matcher **matcher)
{
    free(*matcher);
    *matcher = NULL;
}

struct reading *reading_new(const struct matcher *matcher, struct facts *facts)
{
    struct reading *reading = arena_alloc(facts->arena, sizeof *reading);

    if (reading == NULL)
        return NULL;
    reading->matcher = matcher;
    reading->facts = facts;
    return reading;
}

static void look(struct reading *reading, struct span text, size_t seen, struct span where,
                 enum source source)
{
    const struct scan_plan *plan = reading->matcher->plan;

    for (size_t i = 0; i < plan->label_count; i++)
        for (size_t j = 0; j < plan->labels[i].marks.count; j++) {
            struct span mark = plan->labels[i].marks.items[j];
            struct label_fact *fact;
            if (mark.len == 0 || span_find_nocase(text, mark) == text.len ||
                span_find_nocase(text, mark) + mark.len <= seen ||
                reading->facts->labels.count >= plan->limits.findings)
                continue;
            fact = facts_add_label(reading->facts);
            if (fact == NULL)
                return;
            *fact = (struct label_fact){ .label = (int32_t)i,
                                         .confidence = CONFIDENCE_LIKELY,
                                         .source = source,
                                         .where = arena_copy(reading->facts->arena, where),
                                         .text = arena_copy(reading->facts->arena, mark) };
        }
}

void reading_text(struct reading *reading, const struct passage *passage)
{
    look(reading, passage->text, passage->seen_before, passage->where, passage->source);
}

void reading_property(struct reading *reading, struct span where, uint32_t document,
                      enum property_kind kind, struct span name, struct span value)
{
    (void)document, (void)kind, (void)name;
    look(reading, value, 0, where, SOURCE_METADATA);
}

void reading_header(struct reading *reading, struct span where, uint32_t document,
                    struct span name, struct span value, struct span raw_value)
{
    (void)document, (void)name, (void)raw_value;
    look(reading, value, 0, where, SOURCE_HEADER);
}

void reading_filename(struct reading *reading, struct span where, uint32_t document,
                      struct span name)
{
    (void)document;
    look(reading, name, 0, where, SOURCE_FILENAME);
}

void reading_finish(struct reading *reading)
{
    (void)reading;
}
