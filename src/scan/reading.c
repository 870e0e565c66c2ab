/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A reading from its beginning to its end. What each kind of evidence means stands
 * in sightings.c (text), property.c and header.c; findings.c weighs at the end.
 */
#include "scan/reading.h"

#include <string.h>

#include "reading_priv.h"
#include "scan/contact.h"

struct reading *reading_new(const struct matcher *matcher, struct facts *facts)
{
    struct reading *reading = arena_alloc(facts->arena, sizeof *reading);

    if (reading == NULL)
        return NULL;
    reading->matcher = matcher;
    reading->facts = facts;
    fold_init(&reading->fold);
    return reading;
}

void reading_text(struct reading *reading, const struct passage *passage)
{
    struct passage told = *passage;
    struct document *document = findings_document(reading, passage->document);

    reading->passages++;
    if (document != NULL && passage->region == REGION_BODY && passage->unit == UNIT_NONE) {
        /* The first of the body is what a reader begins with, whatever headers came before. */
        told.is_first = document->last_body == 0 && passage->seen_before == 0;
        document->last_body = reading->passages;
    }
    if (document != NULL && passage->number > document->pages)
        document->pages = passage->number;
    reading->spelled_contacts = false;
    sightings_read(reading, &told);
    contact_find(reading, &told);
}

void reading_filename(struct reading *reading, struct span where, uint32_t document,
                      struct span name)
{
    struct buf words;
    struct passage passage = { .where = where,
                               .document = document,
                               .region = REGION_NAME,
                               .source = SOURCE_FILENAME,
                               .unit = UNIT_NONE };

    buf_init(&words, 0);
    reading->surest = CONFIDENCE_NONE;
    /* As it is, and only then with capitals beginning words: "VS-NfD" must stay whole. */
    for (int split = 0; split <= 1 && reading->surest == CONFIDENCE_NONE; split++) {
        buf_clear(&words);
        if (!filename_words(name, split == 1, &words))
            break;
        passage.text = buf_span(&words);
        sightings_read(reading, &passage);
    }
    buf_fini(&words);
}

void reading_finish(struct reading *reading)
{
    store_msip_finish(reading);
    store_sisl_finish(reading);
    findings_finish(reading);
    fold_fini(&reading->fold);
    match_list_fini(&reading->matches);
}
