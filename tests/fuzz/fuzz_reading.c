/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Recognition: the first octet picks how the text comes in (body, header field, file
 * name, property), the rest is the text. Findings must be clean, short and in place.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "scan/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct span marks[] = {
    { "SECRET", 6 }, { "TRÈS SECRET", 12 },        { "DIFFUSION RESTREINTE", 20 }, { "TLP:RED", 7 },
    { "機密", 6 },   { "VS-NUR FÜR DEN DIENST", 22 }, { "СЕКРЕТНО", 16 },
};
static struct span short_marks[] = { { "DR", 2 }, { "S", 1 }, { "CUI", 3 } };
static struct span identifiers[] = { { "oid:1.3.26.1.3.1:4", 18 }, { "pspf:SECRET", 11 } };
static struct label_def labels[] = {
    { .scheme = { "a", 1 }, .name = { "ALL", 3 }, .rank = 1, .level = 1, .strength = LABEL_STRONG,
      .marks = { marks, sizeof marks / sizeof marks[0], 0 } },
    { .scheme = { "a", 1 }, .name = { "SHORT", 5 }, .rank = 2, .level = 2, .strength = LABEL_WEAK,
      .short_marks = { short_marks, 3, 0 }, .identifiers = { identifiers, 2, 0 } },
};
static struct scan_plan plan = { .labels = labels, .label_count = 2 };

static void feed(struct reading *reading, uint8_t way, struct span text)
{
    struct passage passage = { .text = text,
                               .where = SPAN("1"),
                               .document = 1,
                               .region = (enum region)(1 + way % REGION_LINK),
                               .source = SOURCE_TEXT,
                               .unit = way & 32 ? UNIT_PAGE : UNIT_NONE,
                               .number = way & 32 ? 1 : 0,
                               .first_line = 1,
                               .seen_before = text.len / 8,
                               .look = way & 64 ? LOOK_CAPITALS : 0,
                               .is_first = true,
                               .is_last = way & 16 };
    size_t end = span_find_byte(text, '\n');
    struct span name = span_slice(text, 0, end), value = span_slice(text, end + 1, text.len);

    switch (way % 8) {
    case 0: reading_header(reading, SPAN("header:X"), 1, name, value, value); break;
    case 1: reading_filename(reading, SPAN("2"), 1, text); break;
    case 2:
        reading_property(reading, SPAN("3"), 1, (enum property_kind)(1 + way / 8 % 3), name, value);
        break;
    default:    /* an octet, not an enum: all others are text */
        reading_text(reading, &passage);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct matcher *matcher;
    struct arena *arena = arena_new(64 << 20);
    struct facts *facts = facts_new(arena);
    struct reading *reading;
    struct span missed;
    struct buf text;

    plan.limits = plan_default_limits;
    if (matcher == NULL)
        matcher = matcher_new(&plan, &missed);
    assert(matcher != NULL && size <= SIZE_MAX / 4);
    reading = reading_new(matcher, facts);
    buf_init(&text, 0);
    if (size > 0) {
        utf8_append_clean(&text, (struct span){ (const char *)bytes + 1, size - 1 });
        feed(reading, bytes[0], buf_span(&text));
    }
    buf_fini(&text);
    reading_finish(reading);
    for (size_t i = 0; i < facts->labels.count; i++) {
        const struct label_fact *fact = &facts->labels.items[i];

        assert(fact->label >= LABEL_UNKNOWN && fact->label < (int32_t)plan.label_count);
        assert(confidence_name(fact->confidence) != NULL && source_name(fact->source) != NULL);
        assert(fact->text.len <= 128 && utf8_is_valid(fact->text) && fact->where.len > 0);
    }
    for (size_t i = 0; i < facts->contacts.count; i++)
        assert(facts->contacts.items[i].domain.len > 0);
    arena_free(&arena);
    return 0;
}
