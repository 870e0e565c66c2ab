/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_OFFICE_PRIV_H
#define EXTRACT_OFFICE_PRIV_H

/*
 * What the reader of office XML is made of.
 *
 *   office_text.c    elements to lines of text in their regions
 *   office_words.c   element names to rows of a vocabulary
 *   office_styles.c  styles that hide text or show it in capitals
 *   office_values.c  attributes, and files inside the XML
 *   office_glyphs.c  letters that XPS puts one by one
 */
#include "extract/office_text.h"

/* A vocabulary, ready for look-up. */
struct office_index {
    const struct office_word *words;
    uint16_t rows_from[257];    /* where the names begin with that octet */
};

void office_index_init(struct office_index *index, const struct office_vocabulary *vocabulary);

/* The row of an element's local name, or NULL. */
const struct office_word *office_index_find(const struct office_index *index, struct span name);

/* The style of that name, or NULL. styles may be NULL. */
const struct office_style *office_style_find(const struct office_styles *styles, struct span name);

/* Does the value of an on-off property switch it off? */
bool office_is_off(struct span value);

/*
 * The attributes of the element xml stands at: those with words go to region, a
 * line each, or with region 0 to the one their name says; links and "data:" files too.
 */
void office_values_read(const struct office_part *part, struct xml *xml, enum region region);

/* Where the last Glyphs element ended, in the units of the page. */
struct office_glyphs {
    double y, end;
    bool any;
};

/* The text of the Glyphs element xml stands at: goes on with the line, after a blank, or begins one. */
void office_glyphs_show(struct office_glyphs *glyphs, const struct office_part *part, struct xml *xml,
                        enum region region);

/* A file that travels inside the XML as base64 text. */
void office_binary_read(struct sink *sink, struct span text);

#endif
