/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_HTML_ENTITY_H
#define EXTRACT_HTML_ENTITY_H

/*
 * Character references of HTML: "&eacute;", "&eacute", "&#233;", "&#xE9;"
 * (WHATWG HTML, 13.2.5.72 to 84), with the references old pages write without
 * their semicolon and the windows-1252 numbers they use.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

/*
 * Decode the reference at the start of s, which is an "&". Appends its one or two
 * characters and returns how many octets of s it took; 0 and nothing appended
 * when it is no reference. in_attribute: "&copy=1" in a URL is none.
 */
size_t html_entity_next(struct span s, bool in_attribute, struct buf *out);

/* Append s with its references decoded; NUL octets are left out. */
void html_entity_decode(struct span s, bool in_attribute, struct buf *out);

/* The row of the table in html_entity_table.c, sorted by name; bare: also without ";". */
struct html_entity {
    char name[32];
    bool bare;
    uint32_t first, second;     /* second is 0 for most */
};

extern const struct html_entity html_entities[];
extern const size_t html_entity_count;

#endif
