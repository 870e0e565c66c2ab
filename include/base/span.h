/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

/*
 * A borrowed view of octets: where they begin and how many there are.
 *
 * A span owns nothing and is not NUL-terminated; it is valid as long as the
 * bytes it looks at. The empty span may have a null pointer. Comparisons called
 * "nocase" fold ASCII letters only, as RFC 5321 (2.4) and RFC 5322 want.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
    const char *ptr;
    size_t len;
};

/* A span over a string literal, and the two arguments of a "%.*s". */
#define SPAN(literal) ((struct span){ "" literal, sizeof(literal) - 1 })
#define SPAN_ARG(s)   (int)(s).len, (s).ptr

/* Over a NUL-terminated string; NULL gives the empty span. */
struct span span_of(const char *cstr);

bool span_equals(struct span a, struct span b);
bool span_equals_nocase(struct span a, struct span b);
bool span_starts_with(struct span s, struct span prefix);
bool span_starts_with_nocase(struct span s, struct span prefix);
bool span_ends_with_nocase(struct span s, struct span suffix);

/* Like memcmp(), the shorter first among equals: for sorting and searching. */
int span_compare(struct span a, struct span b);

/* Index of the first octet or sequence sought, or s.len when it is not there. */
size_t span_find_byte(struct span s, char c);
size_t span_find(struct span s, struct span sought);
size_t span_find_nocase(struct span s, struct span sought);

/* The octets from index from (included) to to (excluded), both cut to s.len. Inline: every reader lives by it. */
static inline struct span span_slice(struct span s, size_t from, size_t to)
{
    to = to < s.len ? to : s.len;
    from = from < to ? from : to;
    return (struct span){ from == 0 ? s.ptr : s.ptr + from, to - from };
}

/* Without the ASCII white space (SP, HT, CR, LF, FF, VT) at both ends. */
struct span span_trim(struct span s);

/*
 * Cut the next piece up to sep (excluded) off the front of *rest.
 * Returns false when *rest was used up; a last piece without sep is returned.
 */
bool span_next(struct span *rest, char sep, struct span *piece_out);

/* Whole span as a decimal number without sign; false on anything else or overflow. */
bool span_to_u64(struct span s, uint64_t *value_out);

#endif
