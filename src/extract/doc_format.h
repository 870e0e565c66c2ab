/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_DOC_FORMAT_H
#define EXTRACT_DOC_FORMAT_H

/*
 * Character formatting of a Word 97 document, as far as it changes what a
 * reader sees: hidden, deleted but tracked, shown in capitals ([MS-DOC] 2.4.6.2,
 * 2.9.32, 2.6.1). Formatting that comes from a style is not followed.
 */
#include <stdbool.h>

#include "base/span.h"

enum { DOC_HIDDEN = 1, DOC_DELETED = 2, DOC_CAPITALS = 4 };

struct doc_format {
    struct span main, pages;    /* the stream; the table of formatting pages, may be empty */
    uint64_t until;             /* flags hold for octets before that offset */
    unsigned flags;
};

/* pages: PlcBteChpx, offsets and then page numbers. */
void doc_format_init(struct doc_format *format, struct span main, struct span pages);

/* A set of the above for the character at that offset of the stream. */
unsigned doc_format_at(struct doc_format *format, uint64_t offset);

#endif
