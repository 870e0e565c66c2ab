/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SCAN_SIGHT_H
#define SCAN_SIGHT_H

/* One mark where it stands in a passage: its line, its place, its weight, the candidate it makes. */
#include "reading_priv.h"

/* A passage being looked at. */
struct sight {
    struct reading *reading;
    const struct passage *passage;
    const struct match_list *matches;
    size_t top_end, bottom_from;    /* original offsets of the marking places */
    size_t line_from, line_to;      /* in folded text */
    size_t counted;                 /* lines are counted up to here */
    uint32_t line;
    bool disguised;                 /* the whole text was turned round */
    bool scripts_only;              /* second look: only marks in other scripts */
};

/* Is the passage one page, sheet or slide of several? */
bool sight_is_paged(const struct passage *passage);

/* Everything there is to say about match number index here; contained: it is part of a longer marking. */
void sight_look_at(struct sight *sight, size_t index, bool contained);

#endif
