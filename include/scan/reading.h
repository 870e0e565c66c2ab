/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SCAN_READING_H
#define SCAN_READING_H

/*
 * Recognition: text, properties, header fields and file names in; labels and
 * contact addresses out. The walk (scan/walk.c) says what stands where, this half
 * says what it means.
 *
 * A reading collects all candidates of one message and gives them their
 * confidence only at the end, because repetition over pages, company and
 * disagreement are seen only then (facts/labels.md, D).
 */
#include <stdbool.h>

#include "extract/extract.h"
#include "facts/facts.h"
#include "facts/plan.h"

/* The plan compiled: folded marks in one automaton, identifiers in a hash. Shared by all readings. */
struct matcher;

/*
 * Every mark is searched for in its own folded text as it is built; NULL and the
 * first label that would not be found in *missed_out when recognition is broken.
 */
struct matcher *matcher_new(const struct scan_plan *plan, struct span *missed_out);
void matcher_free(struct matcher **matcher);

struct reading;

/* Findings go to facts, at most plan limits findings of each kind. Lives in facts->arena. */
struct reading *reading_new(const struct matcher *matcher, struct facts *facts);

/*
 * A stretch of text from one place of one stream: a mail body, a paragraph list
 * of a page, a sheet, a page header. Lines end in "\n". Pieces of one document
 * share document, so that repetition over its pages can be seen.
 */
struct passage {
    struct span text;           /* UTF-8, clean */
    struct span where;          /* of the stream and part, without a spot: "2!note.docx!word/header1.xml" */
    uint32_t document;          /* counts streams of the message from 1 */
    enum region region;
    enum source source;         /* SOURCE_TEXT, SOURCE_HIDDEN, SOURCE_SUBJECT, SOURCE_FILENAME… */
    enum place_unit unit;
    uint32_t number;
    uint32_t first_line;        /* line number in the stream of the first line, 0 when lines mean nothing */
    size_t seen_before;         /* octets at its front that the passage before ended with: a mark inside them is known */
    unsigned look;              /* enum text_look for all of it */
    bool is_first, is_last;     /* first and last passage of its document: top and bottom count as marking places */
};

void reading_text(struct reading *reading, const struct passage *passage);

/* A document property or an embedded label; kind, name, value as in sink_property(). */
void reading_property(struct reading *reading, struct span where, uint32_t document,
                      enum property_kind kind, struct span name, struct span value);

/* A header field of a message, value decoded and unfolded, and as it stood. Label headers are known by name. */
void reading_header(struct reading *reading, struct span where, uint32_t document,
                    struct span name, struct span value, struct span raw_value);

/* The name of an attachment or member. */
void reading_filename(struct reading *reading, struct span where, uint32_t document, struct span name);

/* Weigh all candidates and write labels and contacts to facts. Call once. */
void reading_finish(struct reading *reading);

#endif
