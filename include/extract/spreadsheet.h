/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_SPREADSHEET_H
#define EXTRACT_SPREADSHEET_H

/*
 * The texts that all sheets of a workbook share (ISO/IEC 29500-1, 18.4): a cell
 * holds only a number. Each text is handed out once for each sheet that shows it,
 * however many cells do, so that a small file cannot grow without end.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "extract/gather.h"

struct shared_string {
    size_t start, bytes;        /* in text */
    uint32_t last_sheet;        /* 0: no sheet has shown it */
};

struct shared_strings {
    struct buf text;
    struct shared_string *items;
    size_t count, capacity;
    struct arena *arena;
    uint32_t sheet;             /* whose cells are being read, from 1 */
};

void shared_strings_init(struct shared_strings *strings);
void shared_strings_fini(struct shared_strings *strings);

/* Read the part whose root is <sst>. */
void shared_strings_read(struct shared_strings *strings, struct span part);

/* The text of that number, as written in a cell, goes to region as a line of its own. */
void shared_strings_show(struct shared_strings *strings, struct span number, struct gather *gather,
                         enum region region);

/* Those no sheet has shown: hidden. */
void shared_strings_show_rest(struct shared_strings *strings, struct gather *gather);

/* Text of a sheet's page header without its codes ("&L&\"Arial\"&8SECRET"), sections as lines. */
void office_page_text(struct gather *gather, enum region region, struct span codes);

#endif
