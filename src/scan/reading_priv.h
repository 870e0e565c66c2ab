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
    KEPT_LISTS = 64,        /* where each may name other nations; more count as dropped */
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

/* How often a label was met in the passage at hand. */
struct met {
    uint32_t passage, count;
};

struct reading {
    const struct matcher *matcher;
    struct facts *facts;
    struct fold fold;
    struct match_list matches;
    uint32_t passages;          /* handed in so far */
    struct met *met;            /* one for each label of the plan, made at the first match */
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
    struct msip_label *msip;    /* store_msip.c */
    size_t msip_count, msip_capacity;
    struct msip_tenant *tenants;
    size_t tenant_count, tenant_capacity;
    struct sisl_pieces *sisl;   /* store_sisl.c */
};

/* --- sightings.c ----------------------------------------------------------- */

/* Find the marks in a passage and keep a candidate for each. */
void sightings_read(struct reading *reading, const struct passage *passage);

/* --- sight.c --------------------------------------------------------------- */

/* The passage's where with its spot: "#page=3", "#sheet=2,hidden", or the line when it has lines. In the arena. */
struct span reading_place(struct reading *reading, const struct passage *passage, uint32_t line);

/* --- filename.c ------------------------------------------------------------ */

/*
 * The words of a file name, without folders and extension: "NoteDR.v2.docx" gives
 * "NoteDR_v2", or "Note DR_v2" when capitals begin words. False when there are none.
 */
bool filename_words(struct span name, bool split_capitals, struct buf *out);

/* --- findings.c ---------------------------------------------------------- */

/* The document's record, or NULL when the arena is full. */
struct document *findings_document(struct reading *reading, uint32_t number);

/* Would findings_add() keep it? Asked before its where and text are made, which it does not look at. */
bool findings_wants(struct reading *reading, const struct candidate *candidate);

/* Is a finding kept that says the same, as sure, with this text? Portions repeat one list of nations for ever. */
bool findings_has(const struct reading *reading, const struct candidate *candidate, struct span text);

/* Keep a candidate unless enough like it are kept. Returns its index, or SIZE_MAX. */
size_t findings_add(struct reading *reading, const struct candidate *candidate);

/* The label stood alone on a line of this page. */
void findings_note_page(struct reading *reading, uint32_t document, int32_t label, uint32_t page);

void findings_finish(struct reading *reading);

/* --- store.c: what all label stores share ---------------------------------- */

/* Where a store was met. */
struct store_place {
    struct span where;
    uint32_t document;
    enum source source;
    bool stale;         /* another store of the document says this one no longer counts */
};

/* Report the labels with identifier kind:value, certain (stale: possible). False when there are none. */
bool store_identified(struct reading *reading, const struct store_place *place, struct span kind,
                      struct span value);

/* Display text of a label: markings in it count as on a stamp. False when none was likely. */
bool store_marking(struct reading *reading, const struct store_place *place, struct span text);

/* Labelled, level unknown: text is what the label calls itself. */
void store_unknown(struct reading *reading, const struct store_place *place, struct span text);

/* All three in this order, shown being the display text (may be empty). */
void store_label(struct reading *reading, const struct store_place *place, struct span kind,
                 struct span value, struct span shown);

/* --- the stores, one a file -------------------------------------------------- */

/* X-Protective-Marking and its form in a subject (PSPF Email Protective Marking Standard). */
void store_pspf(struct reading *reading, const struct store_place *place, struct span value);
bool store_pspf_subject(struct reading *reading, const struct store_place *place, struct span subject);

/* SIO-Label and SIO-Label-History (RFC 7444); value may be folded. */
void store_sio_label(struct reading *reading, const struct store_place *place, struct span value);

/* "MSIP_Label_GUID_Attribute": true when name is one. Judged when all attributes are known. */
bool store_msip_property(struct reading *reading, const struct store_place *place, struct span name,
                         struct span value);
void store_msip_header(struct reading *reading, const struct store_place *place, struct span value);
void store_msip_finish(struct reading *reading);

/* LabelInfo says that there is no label of this tenant: its properties in the document are stale. */
void store_msip_tenant(struct reading *reading, const struct store_place *place, struct span site);

/* LabelInfo, STANAG 4774 and 4778, sisl, security labels of XMPP, display markings. */
void store_xml(struct reading *reading, const struct store_place *place, struct span xml);

/* ESSSecurityLabel (RFC 2634, 3.2) and X.411 labels, BER. */
void store_ess(struct reading *reading, const struct store_place *place, struct span ber);

/* x-titus-metadata-40: base64 of JSON. */
void store_titus(struct reading *reading, const struct store_place *place, struct span value);

/* bjDocumentLabelXML, -0, -1…: true when name is one. Judged when all pieces are in. */
bool store_sisl_piece(struct reading *reading, const struct store_place *place, struct span name,
                      struct span value);
void store_sisl_finish(struct reading *reading);

/* Is this the name of a property or field that holds a classification (in any organisation's words)? */
bool store_is_classification_key(struct span name);

#endif
