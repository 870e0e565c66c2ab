/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef MAIL_PARAM_H
#define MAIL_PARAM_H

/*
 * "value; name=value; …" of Content-Type, Content-Disposition and
 * Content-Transfer-Encoding (RFC 2045, 5.1; RFC 2183; RFC 2231).
 *
 * Every value that some reader would take for a parameter is kept: plain,
 * extended (name*=charset'language'text), continued (name*0, name*1…), decoded
 * as encoded words, cut where a comment or a blank stands. A caller judges them all.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "facts/ambiguity.h"

/* Parameters of one field that are looked at; a field with more is malformed. */
enum { PARAM_MAX = 128 };

struct param {
    struct span name;       /* without "*" and number, as written */
    struct span value;      /* UTF-8 for what RFC 2231 or RFC 2047 encoded, else the octets that stood there */
};

struct param_field {
    struct span value;      /* before the first ";", comments and blanks left out */
    struct span naive_value;/* the same with comments left in; equals value when there are none */
    struct param *items;    /* in the order most readers prefer them */
    size_t count, capacity;
};

/* Parse a field body, folded or not. seen may be NULL. */
void param_parse(struct arena *arena, struct span body, struct param_field *out,
                 struct ambiguity_set *seen);

/* The next value of that name (any case) at or behind *index, which moves past it; false: no more. */
bool param_next(const struct param_field *field, struct span name, size_t *index,
                struct span *value_out);

#endif
