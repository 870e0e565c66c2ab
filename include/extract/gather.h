/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_GATHER_H
#define EXTRACT_GATHER_H

/*
 * The text of one part of a document, sorted into its regions.
 *
 * Formats mix what belongs apart: a comment stands in the middle of a sentence,
 * a tracked deletion inside a word. A gather keeps a run of text for each region
 * while the part is read, so that visible words stay whole, and hands the
 * regions to the sink one after the other: body first.
 *
 * Memory: for each region at most GATHER_FLUSH_BYTES and one line more; a longer
 * one is handed over in pieces, cut where a line ends.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "extract/extract.h"

enum { GATHER_FLUSH_BYTES = 64 << 10, GATHER_REGIONS = REGION_LINK + 1 };

struct gather_region {
    struct buf text;
    struct buf looks;           /* of struct gather_look, where the look changes */
    unsigned look;
};

struct gather {
    struct sink *sink;
    struct place place;         /* region is set at hand-over */
    struct gather_region regions[GATHER_REGIONS];
    uint32_t open_lines;        /* bit n: region n has a line without its end */
    uint32_t filled;            /* bit n: region n has text */
};

void gather_init(struct gather *gather, struct sink *sink);

/* Hands over what is left. */
void gather_fini(struct gather *gather);

/* What follows is of another part, page or sheet. part is borrowed until the next call. */
void gather_part(struct gather *gather, struct span part, enum place_unit unit, uint32_t number);

/* Continue the line of that region. look as sink_look(). */
void gather_text(struct gather *gather, enum region region, unsigned look, struct span utf8);

/* End the line of that region, or of all of them; nothing where no line was begun. */
void gather_break(struct gather *gather, enum region region);
void gather_break_all(struct gather *gather);

/* A value that stands for itself: on a line of its own. Empty ones are left out. */
void gather_line(struct gather *gather, enum region region, struct span utf8);

/* The target of a link: as it is, and with its percent escapes undone when it has any. */
void gather_link(struct gather *gather, struct span uri);

/* Hand over everything gathered so far. */
void gather_flush(struct gather *gather);

#endif
