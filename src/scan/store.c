/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/utf8.h"
#include "reading_priv.h"

static void add(struct reading *reading, const struct store_place *place, int32_t label,
                int confidence, struct span text)
{
    struct candidate candidate = { .label = label,
                                   .confidence = confidence,
                                   .confidence_at_end = confidence,
                                   .source = place->source,
                                   .document = place->document };
    struct buf clean;

    if (!findings_wants(reading, &candidate))
        return;
    buf_init(&clean, 0);
    utf8_append_clean(&clean, span_slice(span_trim(text), 0, 2 * MARKING_BYTES));
    for (size_t i = 0; i < clean.len; i++)
        if ((unsigned char)clean.ptr[i] < ' ')
            clean.ptr[i] = ' ';
    candidate.where = arena_copy(reading->facts->arena, place->where);
    candidate.text = arena_copy(reading->facts->arena, utf8_cut(buf_span(&clean), MARKING_BYTES));
    buf_fini(&clean);
    (void)findings_add(reading, &candidate);
}

bool store_label_known(struct reading *reading, const struct store_place *place, struct span kind,
                       struct span value)
{
    int32_t labels[STORE_LABELS];
    size_t count = matcher_identify(reading->matcher, kind, value, labels, STORE_LABELS);

    for (size_t i = 0; i < count && i < STORE_LABELS; i++)
        add(reading, place, labels[i], CONFIDENCE_CERTAIN, value);
    return count > 0;
}

bool store_marking(struct reading *reading, const struct store_place *place, struct span text)
{
    struct passage passage = { .text = text,
                               .where = place->where,
                               .document = place->document,
                               .region = REGION_STAMP,
                               .source = place->source,
                               .unit = UNIT_NONE };

    reading->surest = CONFIDENCE_NONE;
    sightings_read(reading, &passage);
    return reading->surest >= CONFIDENCE_LIKELY;
}

void store_label(struct reading *reading, const struct store_place *place, struct span kind,
                 struct span value, struct span shown)
{
    if (store_label_known(reading, place, kind, value))
        return;
    if (shown.len > 0 && store_marking(reading, place, shown))
        return;
    add(reading, place, LABEL_UNKNOWN, CONFIDENCE_CERTAIN, shown.len > 0 ? shown : value);
}
