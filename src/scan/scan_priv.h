/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SCAN_PRIV_H
#define SCAN_PRIV_H

/*
 * One message being read: what scan.c begins, message.c takes apart, walk.c
 * follows into documents and containers, and reading.h recognises.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "extract/extract.h"
#include "facts/facts.h"
#include "facts/plan.h"
#include "mail/header.h"
#include "scan/reading.h"
#include "scan/scan.h"

/* What this message may still cost. */
struct budget {
    const struct plan_limits *limits;
    uint64_t deadline_us;   /* monotonic */
    uint64_t tries_end_us;  /* from here on no further password is tried */
    uint64_t expanded;      /* octets decoded and unpacked so far */
    enum uninspectable spent; /* the limit that ended the walk, or UNINSPECTABLE_NONE */
    unsigned asked;         /* how often an extractor asked whether it may go on */
};

/* Messages with more alternatives say the same thing over and over. */
enum { ALTERNATIVES_MAX = 64, ALTERNATIVE_CHILDREN = 8 };

/* A multipart/alternative whose parts are compared once their labels are known. */
struct alternative {
    struct span where;
    struct span children[ALTERNATIVE_CHILDREN];
    size_t count;
};

struct alternatives {
    struct alternative *items;
    size_t count, capacity;
    unsigned met;           /* compared or not */
};

struct scan {
    const struct scan_plan *plan;
    struct facts *facts;    /* findings go here; its arena holds all that outlives a stream */
    struct reading *reading;
    struct budget budget;
    struct alternatives alternatives;
    const struct picture_reader *pictures;  /* NULL: nobody reads them */
    struct picture_budget picture_budget;
    uint32_t documents;     /* streams so far: each has its own number for reading.h */
    bool leaving;           /* an extractor was used that its process must not outlive */
};

/* --- budget.c ------------------------------------------------------------ */

void budget_begin(struct budget *budget, const struct plan_limits *limits, uint32_t time_ms);

/* Count octets about to be produced; false, and spent set, when they are too many. */
bool budget_spend(struct budget *budget, uint64_t bytes);

/* true once the time is over, whatever else has ended the walk. */
bool budget_is_late(const struct budget *budget);

/* Half of the time is for passwords at most, so that the rest of the message is read as well. */
bool budget_has_time_to_try(const struct budget *budget);

/* true once time or octets are used up. */
bool budget_is_spent(struct budget *budget);

/* The same, between two words of a document: looks at the clock now and then only. */
bool budget_seems_spent(struct budget *budget);

/* --- walk.c -------------------------------------------------------------- */

/* A run of octets with a place of its own: a decoded MIME leaf, an archive member, a bare file. */
struct stream {
    struct span bytes;      /* whole and decoded; borrowed for the time of the call */
    struct span where;      /* "2", "2!note.docx": borrowed */
    struct span name;       /* as given, decoded to UTF-8 if it can be; may be empty */
    struct span declared;   /* media type, lower case, no parameters; may be empty */
    struct span charset;    /* declared; may be empty */
    unsigned depth;         /* containers around it, the message itself being 0 */
    bool is_mime_part;      /* a message in it numbers its parts on: "2.1", not "2!1" */
    bool reread;            /* another reading of a part that is already listed: list no second part_fact */
    struct span signed_content; /* of a multipart/signed, where this is its signature; else NULL */
    bool is_whole_message;  /* with signed_content, or by itself */
};

/*
 * Read one stream by its content, with all that is in it: lists the part, feeds
 * the reading, follows containers. Budget and depth are watched here.
 */
void walk_stream(struct scan *scan, const struct stream *stream);

/* --- signature.c --------------------------------------------------------- */

/* Does this CMS message verify under the plan's authorities? content NULL: over what it holds itself. */
bool signature_holds(struct scan *scan, struct span octets, struct span content);

/* Note an ambiguity; where is copied. Past the plan's findings it is only counted. */
void walk_ambiguity(struct scan *scan, enum ambiguity kind, struct span where);

/* --- passage.c ----------------------------------------------------------- */

/*
 * Text of one stream on its way to reading_text(): joined over runs, handed over
 * when the place changes, cut with an overlap when it grows long.
 */
struct passages {
    struct scan *scan;
    struct span where;      /* of the stream */
    uint32_t document;
    enum source source;     /* SOURCE_TEXT but for octets no reader understood */
    struct buf text;        /* of the passage being gathered, clean or not */
    struct buf clean;       /* scratch */
    struct place place;     /* of the text gathered */
    struct span part;       /* place.part, in the arena */
    struct place next;      /* of the text to come */
    struct span next_part;
    unsigned look, next_look;
    uint32_t lines[REGION_LINK + 1];    /* of this part, handed over in each region so far */
    size_t seen_before;     /* octets at its front that the passage before had too */
    bool after_cr;          /* the text so far ended with CR: an LF behind it belongs to it */
    bool any;               /* a passage was handed over already */
};

void passages_begin(struct passages *passages, struct scan *scan, struct span where,
                    uint32_t document, enum source source);
void passages_place(struct passages *passages, const struct place *place);
void passages_look(struct passages *passages, unsigned look);
void passages_text(struct passages *passages, struct span text);
void passages_end(struct passages *passages);

/* --- picture.c ----------------------------------------------------------- */

/*
 * Have the words of a raster image, which stands at place in the stream at where,
 * read and looked through. false: it was not read, or not surely.
 */
bool picture_read(struct scan *scan, struct span image, struct span where, uint32_t document,
                  const struct place *place);

/* --- strings.c ----------------------------------------------------------- */

/* Octets no reader understands: runs of text in them, ASCII or UTF-16, are looked through all the same. */
void strings_read(struct scan *scan, struct span bytes, struct span where, uint32_t document);

/* --- kind.c --------------------------------------------------------------- */

/* Does the declared media type, or the extension of the name, promise another kind than was found? */
bool kind_type_differs(struct span detected, struct span media);
bool kind_name_differs(struct span detected, struct span name);

/* --- message.c ----------------------------------------------------------- */

/*
 * Is this stream an Internet message? By its first field, unless it is said to be
 * text: text that quotes a header is still text.
 */
bool message_looks_so(const struct stream *stream);

/*
 * Read an Internet message. prefix stands before the numbers of its parts and
 * before "header:": "" for the message itself, "2." for a message/rfc822 part 2,
 * "2!mail.eml!" for a member. depth as in struct stream.
 */
void message_read(struct scan *scan, struct span bytes, struct span prefix, unsigned depth);

/* --- alternative.c ------------------------------------------------------- */

/* The parts of a multipart/alternative that show the same text; all spans in the facts' arena. */
void alternative_note(struct scan *scan, struct span where, const struct span *children,
                      size_t count);

/* After reading_finish(): name those whose parts carry different labels. */
void alternative_judge(struct scan *scan);

/* --- senders.c ----------------------------------------------------------- */

/*
 * Who claims to have sent the message: sender facts of the top one (prefix is
 * empty), contacts of one inside. Names what makes readers differ about them.
 */
void senders_read(struct scan *scan, const struct header_block *header, struct span prefix);

/* Clean UTF-8 in the arena of facts, cut to max octets: what a fact may hold. */
struct span walk_keep_text(struct scan *scan, struct span text, size_t max);

#endif
