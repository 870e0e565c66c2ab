/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef MAIL_ENCODED_WORD_H
#define MAIL_ENCODED_WORD_H

/* Encoded words in header fields (RFC 2047, with the language of RFC 2231, 5). */
#include <stdbool.h>

#include "base/arena.h"
#include "base/span.h"
#include "facts/ambiguity.h"

/*
 * A field body, or a piece of one, as a reader shows it: folds become a space,
 * encoded words their text, adjacent ones joined (octets first, where they share
 * a charset); control octets become spaces; the rest is cleaned to UTF-8 (raw
 * 8-bit octets that are not are taken for windows-1252). In arena; a null
 * pointer only when it is full.
 *
 * seen (may be NULL) gets AMBIGUITY_HEADER_ENCODED_WORD where readers differ: a
 * word cut short, glued to other text, with blanks inside, in an unknown charset
 * or encoding, or a character split over two words.
 */
struct span encoded_word_decode(struct arena *arena, struct span text, struct ambiguity_set *seen);

/* Is there anything in it that some reader would decode? */
bool encoded_word_present(struct span text);

#endif
