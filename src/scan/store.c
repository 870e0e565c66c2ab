/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/utf8.h"
#include "reading_priv.h"

enum { KEY_BYTES = 256 };

static void add(struct reading *reading, const struct store_place *place, int32_t label,
                struct span text)
{
    int confidence = place->stale ? CONFIDENCE_POSSIBLE : CONFIDENCE_CERTAIN;
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

bool store_identified(struct reading *reading, const struct store_place *place, struct span kind,
                      struct span value)
{
    int32_t labels[STORE_LABELS];
    size_t count = matcher_identify(reading->matcher, kind, value, labels, STORE_LABELS);

    for (size_t i = 0; i < count && i < STORE_LABELS; i++)
        add(reading, place, labels[i], value);
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

void store_unknown(struct reading *reading, const struct store_place *place, struct span text)
{
    add(reading, place, LABEL_UNKNOWN, span_trim(text).len > 0 ? text : SPAN("unknown label"));
}

void store_label(struct reading *reading, const struct store_place *place, struct span kind,
                 struct span value, struct span shown)
{
    bool known = store_identified(reading, place, kind, value);

    if (shown.len > 0)
        known |= store_marking(reading, place, shown);
    if (!known)
        store_unknown(reading, place, shown.len > 0 ? shown : value);
}

/* Is word at the end of key, as a word of its own? */
static bool ends_with_word(struct span key, struct span word)
{
    if (!span_ends_with_nocase(key, word))
        return false;
    return key.len == word.len || !((key.ptr[key.len - word.len - 1] | 0x20) >= 'a' &&
                                    (key.ptr[key.len - word.len - 1] | 0x20) <= 'z');
}

bool store_is_classification_key(struct span name)
{
    /* Long ones count glued to an organisation's name too: "ExampleCorpClassification". */
    static const char *const endings[] = { "classification", "classifie",     "classifi\u00E9",
                                           "sensitivity",    "confidentiality", "confidentialite",
                                           "confidentialit\u00E9", "sensibilite", "sensibilit\u00E9",
                                           "protectivemarking", "protective-marking",
                                           "protective_marking", "protective marking",
                                           "security-label", "securitylabel", "security_label",
                                           "security label", "securitymarking", "security-marking",
                                           "vertraulichkeit", "einstufung", "classificationlabel" };
    static const char *const words[] = { "niveau", "mention", "tlp", "marking", "label" };

    if (name.len > KEY_BYTES)
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (span_ends_with_nocase(name, span_of(endings[i])))
            return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (ends_with_word(name, span_of(words[i])))
            return true;
    return span_starts_with_nocase(name, SPAN("niveau")) ||
           span_starts_with_nocase(name, SPAN("mention")) ||
           span_starts_with_nocase(name, SPAN("securityclass"));
}
