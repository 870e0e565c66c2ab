/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TEXT_CHARSET_H
#define TEXT_CHARSET_H

/*
 * Octets in any charset to UTF-8, by ICU's tables (UTF-8, ASCII, ISO-8859-1 and
 * windows-1252 by our own fast path). Names as mail uses them (IANA, their
 * aliases, and the common wrong ones: "x-sjis", "cp-850", "unicode-1-1-utf-7").
 * Never opens a file once charset_prepare() has run.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

enum charset_result {
    CHARSET_OK = 1,
    CHARSET_SUBSTITUTED,    /* some octets are not of that charset: U+FFFD stands for them */
    CHARSET_UNKNOWN         /* no such charset; nothing was appended */
};

/* Load every table that is ever needed, before the cage closes. */
void charset_prepare(void);

bool charset_is_known(struct span name);

/* Append bytes as UTF-8. An empty name means UTF-8 where it is valid, else windows-1252. */
enum charset_result charset_decode(struct span name, struct span bytes, struct buf *utf8_out);

/*
 * Append UTF-8 text in a charset, for a text that stays in the charset it came in.
 * false, with nothing certain appended: the charset is unknown or has no place for
 * one of the characters; an empty name has ASCII only.
 */
bool charset_encode(struct span name, struct span utf8, struct buf *out);

/*
 * What the octets themselves say: a byte order mark, or the pattern of UTF-16/32
 * without one, or valid UTF-8 with at least one multi-octet character, or an
 * ISO-2022 escape. Empty when they say nothing. A span over static text.
 */
struct span charset_detect(struct span bytes);

#endif
