/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

/* UTF-8 (RFC 3629) one code point at a time, strict: no overlong form, no surrogate. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

#define UTF8_INVALID UINT32_MAX

/*
 * Decode the code point at the start of s, which must not be empty. Returns how
 * many octets it takes (1 to 4); on a malformed sequence 1, and UTF8_INVALID.
 */
size_t utf8_next(struct span s, uint32_t *rune_out);

bool utf8_is_valid(struct span s);

/* How many octets at the start of s are ASCII: looked at eight at a time. */
size_t utf8_ascii_run(struct span s);

/* Append s, each octet that is no part of UTF-8 replaced by U+FFFD. */
bool utf8_append_clean(struct buf *out, struct span s);

/* The longest front part of s of at most max octets that cuts no sequence in two. */
struct span utf8_cut(struct span s, size_t max);

#endif
