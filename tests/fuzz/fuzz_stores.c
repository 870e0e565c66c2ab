/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Label stores: the first octet picks the store (SIO-Label, X-Protective-Marking,
 * msip_labels, XML, DER, sisl, Titus, XIMF), the rest is what it holds.
 */
#include <assert.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "scan/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct span marks[] = { { "SECRET", 6 }, { "NATO CONFIDENTIAL", 17 } };
static struct span identifiers[] = {
    { "oid:1.3.26.1.3.1:3", 18 }, { "pspf:SECRET", 11 }, { "4774:NATO:SECRET", 16 }
};
static struct label_def labels[] = {
    { .scheme = { "a", 1 }, .name = { "ALL", 3 }, .rank = 1, .level = 1, .strength = LABEL_STRONG,
      .marks = { marks, 2, 0 }, .identifiers = { identifiers, 3, 0 } },
};
static struct scan_plan plan = { .labels = labels, .label_count = 1 };

static const char *const fields[] = { "SIO-Label", "X-Protective-Marking", "msip_labels",
                                      "x-bjprotectivemarking", "x-titus-metadata-40", "X-X411",
                                      "X-XIMF-Security-Classification", "Subject" };
enum { FIELDS = sizeof fields / sizeof fields[0] };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct matcher *matcher;
    struct arena *arena = arena_new(64 << 20);
    struct facts *facts = facts_new(arena);
    struct reading *reading;
    struct span missed, value = { (const char *)bytes, size };
    unsigned way;

    plan.limits = plan_default_limits;
    if (matcher == NULL)
        matcher = matcher_new(&plan, &missed);
    assert(matcher != NULL);
    reading = reading_new(matcher, facts);
    way = size > 0 ? bytes[0] % (FIELDS + 2U) : 0;
    value = span_slice(value, 1, value.len);
    if (way == FIELDS)
        reading_property(reading, SPAN("1"), 1, PROPERTY_LABEL_DER, SPAN(""), value);
    else if (way == FIELDS + 1)
        reading_property(reading, SPAN("1"), 1, PROPERTY_LABEL_XML, SPAN("x"), value);
    else
        reading_header(reading, SPAN("header:X"), 1, span_of(fields[way]), value, value);
    reading_finish(reading);
    for (size_t i = 0; i < facts->labels.count; i++)
        assert(facts->labels.items[i].text.len <= 128 &&
               utf8_is_valid(facts->labels.items[i].text));
    arena_free(&arena);
    return 0;
}
