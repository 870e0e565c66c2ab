/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef MAIL_ENCODED_WORD_H
#define MAIL_ENCODED_WORD_H

/* Encoded words in header fields (RFC 2047, with the language of RFC 2231, 5). */
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
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

/*
 * Append text as encoded words: UTF-8 in base64, whole characters, words of at most
 * 75 octets and lines of at most 76 (RFC 2047, 2), broken by "\n ". column: octets that
 * stand on the line already, at most 52 or the first line grows longer.
 */
void encoded_word_append(struct span text, size_t column, struct buf *out);

/*
 * Append text as an unstructured field holds it: from the first to the last of its
 * words that are not ASCII, or that a reader would decode, as encoded words; the
 * others as they are, folded before a blank where a line grows past 76 octets.
 */
void encoded_word_append_field(struct span text, size_t column, struct buf *out);

/*
 * Append the value of a field as it may stand in a message: folds ("\n" before a blank) stay,
 * other control octets become blanks; what is not ASCII as encoded_word_append_field() has it,
 * or as it is where the mail system takes UTF-8 (RFC 6532).
 */
void encoded_word_append_value(struct span value, size_t column, bool as_utf8, struct buf *out);

/* Is there anything in it that some reader would decode? */
bool encoded_word_present(struct span text);

#endif
