/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_HTML_CHARSET_H
#define EXTRACT_HTML_CHARSET_H

/*
 * Under which charsets a page may be read: what the message declares, what its
 * octets show (byte order mark, patterns), what the page says of itself.
 *
 * Gateways recode pages and leave <meta> as it was, so that two of the common
 * charsets stand side by side in much honest mail; they agree on the letters of
 * ASCII. A conflict is when one of the charsets reads those otherwise (UTF-7,
 * UTF-16, ISO-2022…): then two readers may see different words.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct html_charsets {
    struct span names[3];       /* distinct, the declared one first */
    size_t count;               /* 1 to 3 */
    bool conflict;
};

void html_charsets_find(struct span bytes, struct span declared, struct html_charsets *out);

/* What <meta> or the XML declaration says, as written; empty when nothing. A view into bytes. */
struct span html_charset_inside(struct span bytes);

#endif
