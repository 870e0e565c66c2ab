/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef READING_PRIV_H
#define READING_PRIV_H

/*
 * The inside of a reading: candidates gathered from text (reading.c), properties
 * (property.c), header fields (header.c) and label stores (store_*.c), weighed and
 * written to facts at the end (findings.c).
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "facts/facts.h"
#include "scan/confidence.h"
#include "scan/match.h"
#include "scan/reading.h"
#include "text/fold.h"

enum {
    MARKING_BYTES = 128,    /* of a marking in a report */
    KEPT_ALIKE = 4,         /* findings of one label, document and confidence; more say nothing new */
    STORE_LABELS = 16       /* labels one identifier may stand for */
};

/* A label seen, before all is known that decides how much it says. */
struct candidate {
    int32_t label;
    int confidence;             /* as it stands */
    int confidence_at_end;      /* when its passage turns out to be the last of the body */
    enum source source;
    uint32_t document, passage; /* passage: serial number, 0 for none */
    uint32_t number, line;      /* of the page; in the original */
    struct span where, text;    /* in the arena */
    bool isolated, portion, short_mark;
    bool obfuscated, quoted;
    bool listed;                /* one of several levels in a row: speaks about them */
};

/* What a whole document says about the markings in it. */
struct document {
    uint32_t pages;             /* highest number of a unit */
    uint32_t portions;
    uint32_t last_body;         /* serial number of its last passage of body text */
    bool company;
};

/* One label in one document, of one source, disguised or not. */
struct tally {
    uint32_t document;
    int32_t label;
    unsigned variant;
    uint32_t last_page, pages;  /* with the label alone on a line */
    unsigned kept[CONFIDENCE_CERTAIN + 1];
    bool used;
};

struct reading {
    const struct matcher *matcher;
    struct facts *facts;
    struct fold fold;
    struct match_list matches;
    uint32_t passages;          /* handed in so far */
    int surest;                 /* highest confidence since somebody set it to CONFIDENCE_NONE */
    struct candidate *candidates;
    size_t candidate_count, candidate_capacity;
    struct document *documents; /* by number */
    size_t document_count, document_capacity;
    struct tally *tallies;      /* open hash, a power of two */
    size_t tally_count, tally_size;
    uint64_t *contacts_seen;    /* hashes of addresses and their documents */
    size_t contact_count;
    bool spelled_contacts;      /* the passage has words for "@" or "." in it */
    uint64_t dropped;
};

/* --- sightings.c ----------------------------------------------------------- */

/* Find the marks in a passage and keep a candidate for each. */
void sightings_read(struct reading *reading, const struct passage *passage);

/* The passage's where with its spot: "#page=3", or the line when it has lines. In the arena. */
struct span reading_place(struct reading *reading, const struct passage *passage, uint32_t line);

/* --- filename.c ------------------------------------------------------------ */

/* The words of a file name, without folders and extension: "NoteDR.v2.docx" gives "Note DR_v2". False when there are none. */
bool filename_words(struct span name, struct buf *out);

/* --- findings.c ---------------------------------------------------------- */

/* The document's record, or NULL when the arena is full. */
struct document *findings_document(struct reading *reading, uint32_t number);

/* Would findings_add() keep it? Asked before its where and text are made, which it does not look at. */
bool findings_wants(struct reading *reading, const struct candidate *candidate);

/* Keep a candidate unless enough like it are kept. Returns its index, or SIZE_MAX. */
size_t findings_add(struct reading *reading, const struct candidate *candidate);

/* The label stood alone on a line of this page. */
void findings_note_page(struct reading *reading, uint32_t document, int32_t label, uint32_t page);

void findings_finish(struct reading *reading);

/* --- store.c: what all label stores share ---------------------------------- */

/* Where a store was met and how sure it makes. */
struct store_place {
    struct span where;
    uint32_t document;
    enum source source;
};

/*
 * A machine-readable label: report the labels with identifier kind:value, certain.
 * With none, look for markings in shown (what a person is shown for it); when there
 * is no such marking either, report LABEL_UNKNOWN with shown, or value, as text.
 */
void store_label(struct reading *reading, const struct store_place *place, struct span kind,
                 struct span value, struct span shown);

/* As store_label(), but says nothing where nothing is known. Returns whether it did. */
bool store_label_known(struct reading *reading, const struct store_place *place, struct span kind,
                       struct span value);

/* Display text of a label: markings in it count as they do in a page header. False when there are none. */
bool store_marking(struct reading *reading, const struct store_place *place, struct span text);

#endif
