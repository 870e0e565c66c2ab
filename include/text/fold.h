/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

/*
 * Text as it is compared: what a person takes for the same letters becomes the
 * same octets, with a way back to where they stood.
 *
 * Dropped: default-ignorable and format characters, accents (UAX #44 Mn and Me,
 * but the vowel and voicing signs that make words in Indic scripts, Thai and
 * kana). Mapped: compatibility forms (NFKC), look-alikes of one ASCII letter or
 * digit (UTS #39), small capitals, case (full folding), dashes, slashes, colons,
 * quotes and middle dots to one of each, UTF-8 that was read as windows-1252, and
 * "\u00c8" escapes. White space becomes one space, or one "\n" where a line ended.
 * "0" and "o", "1", "i" and "l" stay apart here; who compares may take them as one.
 *
 * The table is made from ICU's data when the program is built (src/text/gen_fold.c).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

enum fold_mode {
    FOLD_LOOKALIKES = 1,    /* letters of any script that look like ASCII become ASCII */
    FOLD_KEEP_SCRIPTS       /* not those of Cyrillic, Greek and the like: for words in these scripts */
};

/* From this folded octet on, original offsets advance in step. */
struct fold_run {
    uint32_t folded, original;
};

/* A folded text and its map; reuse it to save allocations. */
struct fold {
    struct buf text;
    struct fold_run *runs;
    size_t run_count, run_capacity;
    uint32_t *disguises;        /* folded offsets where a disguise was undone, ascending */
    size_t disguise_count, disguise_capacity;
    size_t source_bytes;
    bool has_lookalikes;        /* FOLD_KEEP_SCRIPTS would give another text */
    bool has_override;          /* a right-to-left override (U+202E) was dropped */
};

enum { FOLD_MAX_BYTES = 1 << 30 };

void fold_init(struct fold *fold);
void fold_fini(struct fold *fold);

/*
 * Fold utf8 into fold->text, replacing what was there. Octets that are no UTF-8
 * are kept as they are. At most FOLD_MAX_BYTES; linear in time; false when it is
 * longer or memory ends (the text then holds a front part).
 */
bool fold_text(struct fold *fold, struct span utf8, enum fold_mode mode);

/* Offset in the original of the character that gave folded octet at; the whole length at the end. */
size_t fold_origin(const struct fold *fold, size_t at);

/* Was a disguise undone among the folded octets from (included) to to (excluded)? */
bool fold_has_disguise(const struct fold *fold, size_t from, size_t to);

#endif
