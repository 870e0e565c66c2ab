/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "base/utf8.h"
#include "reading_priv.h"

enum {
    FIRST_TALLIES = 64,
    CANDIDATES_PER_FINDING = 4, /* kept before weighing, for each finding the plan allows */
    LEAST_PORTIONS = 3,         /* fewer paragraph marks may be anything in parentheses */
    PAGES = 0                   /* the variant of a tally that counts pages over all sources */
};

struct document *findings_document(struct reading *reading, uint32_t number)
{
    while (reading->document_count <= number) {
        struct document *grown = arena_grow(reading->facts->arena, reading->documents,
                                            reading->document_count, &reading->document_capacity,
                                            sizeof *grown);
        if (grown == NULL)
            return NULL;
        reading->documents = grown;
        reading->document_count++;
    }
    return &reading->documents[number];
}

static struct tally *find_tally(struct tally *tallies, size_t size, uint32_t document, int32_t label,
                                unsigned variant)
{
    uint64_t hash = (((uint64_t)document << 32 | (uint32_t)label) ^ (uint64_t)variant << 24) *
                    UINT64_C(0x9E3779B97F4A7C15);

    for (size_t at = hash >> 32 & (size - 1);; at = (at + 1) & (size - 1)) {
        struct tally *tally = &tallies[at];

        if (!tally->used || (tally->document == document && tally->label == label &&
                             tally->variant == variant))
            return tally;
    }
}

static bool grow_tallies(struct reading *reading)
{
    size_t size = reading->tally_size == 0 ? FIRST_TALLIES : reading->tally_size * 2;
    struct tally *tallies = arena_alloc(reading->facts->arena, size * sizeof *tallies);

    if (tallies == NULL)
        return false;
    for (size_t i = 0; i < reading->tally_size; i++) {
        const struct tally *old = &reading->tallies[i];
        if (old->used)
            *find_tally(tallies, size, old->document, old->label, old->variant) = *old;
    }
    reading->tallies = tallies;
    reading->tally_size = size;
    return true;
}

/* NULL when the arena is full. */
static struct tally *tally_of(struct reading *reading, uint32_t document, int32_t label,
                              unsigned variant)
{
    struct tally *tally;

    if (reading->tally_count * 2 >= reading->tally_size && !grow_tallies(reading))
        return NULL;
    tally = find_tally(reading->tallies, reading->tally_size, document, label, variant);
    if (!tally->used) {
        *tally = (struct tally){
            .document = document, .label = label, .variant = variant, .used = true
        };
        reading->tally_count++;
    }
    return tally;
}

void findings_note_page(struct reading *reading, uint32_t document, int32_t label, uint32_t page)
{
    struct tally *tally = tally_of(reading, document, label, PAGES);

    if (tally == NULL || page == 0 || tally->last_page == page)
        return;
    tally->last_page = page;
    tally->pages++;
}

static struct tally *tally_for(struct reading *reading, const struct candidate *candidate)
{
    unsigned variant = 1U + (unsigned)candidate->source * 2 + (candidate->obfuscated ? 1U : 0U);

    return tally_of(reading, candidate->document, candidate->label, variant);
}

static bool lists_nations(const struct reading *reading, int32_t label)
{
    return label != LABEL_UNKNOWN && matcher_plan(reading->matcher)->labels[label].lists_nations;
}

bool findings_wants(struct reading *reading, const struct candidate *candidate)
{
    const struct tally *tally = tally_for(reading, candidate);
    unsigned most = lists_nations(reading, candidate->label) ? KEPT_LISTS : KEPT_ALIKE;
    bool wanted = tally != NULL && (tally->kept[candidate->confidence] < most ||
                                    tally->kept[candidate->confidence_at_end] < most);

    if (!wanted && most == KEPT_LISTS)
        reading->dropped++;
    return wanted;
}

bool findings_has(const struct reading *reading, const struct candidate *candidate, struct span text)
{
    for (size_t i = 0; i < reading->candidate_count; i++) {
        const struct candidate *kept = &reading->candidates[i];

        if (kept->label == candidate->label && kept->document == candidate->document &&
            kept->source == candidate->source && kept->obfuscated == candidate->obfuscated &&
            kept->confidence >= candidate->confidence &&
            kept->confidence_at_end >= candidate->confidence_at_end && span_equals(kept->text, text))
            return true;
    }
    return false;
}

size_t findings_add(struct reading *reading, const struct candidate *candidate)
{
    size_t limit = (size_t)matcher_plan(reading->matcher)->limits.findings * CANDIDATES_PER_FINDING;
    struct tally *tally = tally_for(reading, candidate);
    struct candidate *grown;

    if (!findings_wants(reading, candidate))
        return SIZE_MAX;
    if (reading->candidate_count >= limit) {
        reading->dropped++;
        return SIZE_MAX;
    }
    grown = arena_grow(reading->facts->arena, reading->candidates, reading->candidate_count,
                       &reading->candidate_capacity, sizeof *grown);
    if (grown == NULL)
        return SIZE_MAX;
    tally->kept[candidate->confidence]++;
    reading->candidates = grown;
    grown[reading->candidate_count] = *candidate;
    return reading->candidate_count++;
}

static struct span scheme_of(const struct reading *reading, int32_t label)
{
    return label == LABEL_UNKNOWN ? SPAN("") : matcher_plan(reading->matcher)->labels[label].scheme;
}

/* Is there a marking of this scheme in the document that stands as a banner does? */
static bool has_banner(const struct reading *reading, uint32_t document, struct span scheme)
{
    for (size_t i = 0; i < reading->candidate_count; i++) {
        const struct candidate *c = &reading->candidates[i];

        if (c->document == document && c->isolated && c->confidence >= CONFIDENCE_LIKELY &&
            span_equals(scheme_of(reading, c->label), scheme))
            return true;
    }
    return false;
}

static bool is_repeated(struct reading *reading, const struct candidate *c, uint32_t pages)
{
    const struct tally *tally = tally_of(reading, c->document, c->label, PAGES);

    return tally != NULL && tally->pages >= 2 && tally->pages * 2 >= pages;
}

/* What only the whole document can say: its end, its company, its repetitions, its paragraphs. */
static int settle(struct reading *reading, const struct candidate *c)
{
    const struct document *document = findings_document(reading, c->document);
    bool weak = c->label != LABEL_UNKNOWN &&
                matcher_plan(reading->matcher)->labels[c->label].strength == LABEL_WEAK;
    int confidence = c->confidence;

    if (document == NULL)
        return confidence;
    if (c->passage != 0 && c->passage == document->last_body && c->confidence_at_end > confidence)
        confidence = c->confidence_at_end;
    if (c->listed)
        return CONFIDENCE_POSSIBLE;
    if (c->isolated && !c->short_mark) {
        bool repeated = is_repeated(reading, c, document->pages);

        if (!weak && confidence == CONFIDENCE_LIKELY && (repeated || document->company))
            confidence = CONFIDENCE_CERTAIN;
        if (weak && confidence == CONFIDENCE_POSSIBLE && repeated)
            confidence = CONFIDENCE_LIKELY;
    }
    if (c->portion && confidence == CONFIDENCE_POSSIBLE && document->portions >= LEAST_PORTIONS &&
        (c->text.len > 3 || has_banner(reading, c->document, scheme_of(reading, c->label))))
        confidence = CONFIDENCE_LIKELY;
    if (c->quoted && confidence > CONFIDENCE_POSSIBLE)
        confidence--;
    return confidence;
}

static void emit(struct reading *reading, const struct candidate *c)
{
    struct facts *facts = reading->facts;
    struct label_fact *fact;

    if (facts->labels.count >= matcher_plan(reading->matcher)->limits.findings) {
        reading->dropped++;
        return;
    }
    fact = facts_add_label(facts);
    if (fact == NULL)
        return;
    *fact = (struct label_fact){ .label = c->label,
                                 .confidence = (enum confidence)c->confidence,
                                 .source = c->source,
                                 .where = c->where,
                                 .text = c->text,
                                 .obfuscated = c->obfuscated,
                                 .quoted = c->quoted };
}

/* Surest first, so that a limit on findings costs the least. */
void findings_finish(struct reading *reading)
{
    int *settled = arena_alloc(reading->facts->arena,
                               (reading->candidate_count + 1) * sizeof *settled);

    for (size_t i = 0; settled != NULL && i < reading->candidate_count; i++)
        settled[i] = settle(reading, &reading->candidates[i]);
    for (int tier = CONFIDENCE_CERTAIN; tier >= CONFIDENCE_POSSIBLE; tier--)
        for (size_t i = 0; i < reading->candidate_count; i++) {
            struct candidate *c = &reading->candidates[i];

            if ((settled == NULL ? c->confidence : settled[i]) != tier)
                continue;
            c->confidence = tier;
            emit(reading, c);
            if (settled != NULL)
                settled[i] = CONFIDENCE_NONE;
            else
                c->confidence = CONFIDENCE_NONE;
        }
    reading->facts->dropped_findings += reading->dropped;
}
