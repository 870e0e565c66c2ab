/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SCAN_MATCH_H
#define SCAN_MATCH_H

/*
 * Where the marks of all labels stand in folded text (text/fold.h), whatever
 * their number: a trie over symbols, walked from the places where a word begins.
 * Most places are left after one look at two symbols, so ordinary text costs the
 * same with ten marks and with ten thousand.
 *
 * A symbol is an octet, but white space, "-", "_", ":" and "/" are one symbol, and
 * a run of them counts once: "VS - NfD", "VS_NfD" and "TLP: RED" match "VS-NfD"
 * and "TLP:RED". "0" and "o" are one symbol, and so are "1", "i", "l" and "|".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "facts/plan.h"
#include "scan/reading.h"
#include "text/fold.h"

enum mark_kind {
    MARK_WORDS = 1,     /* a marking as written */
    MARK_SHORT,         /* an abbreviation */
    MARK_UNSPACED,      /* a marking without the gaps between its words */
    MARK_NEGATIVE,      /* words that are none, though a marking is in them: "secret médical" */
    MARK_COMPANY,       /* words that stand near markings: "declassify on" */
    MARK_CONTACT        /* words for "@" and "." in addresses: "arobase" */
};

enum { MARK_NO_LABEL = -1 };

/* One way to write a label. */
struct mark {
    int32_t label;          /* index into the plan, or MARK_NO_LABEL */
    enum mark_kind kind;
    struct span written;    /* as the scheme has it */
    struct span folded;
    struct span symbols;
    bool several_words;
    bool is_scripted;       /* made of look-alikes: in its own script it is another mark's to find */
    bool may_be_glued;      /* so long that it counts inside other letters too: "xDIFFUSION RESTREINTE" */
};

/* A mark met: octets from (included) to to (excluded) of the folded text. */
struct match {
    uint32_t from, to;
    uint32_t mark;
    bool glued;             /* letters stand right beside it */
    bool disguised;         /* only read after letters were moved together or turned round */
};

struct match_list {
    struct match *items;
    size_t count, capacity;
    bool failed;            /* memory ended, or more than MATCH_MAX */
};

enum { MATCH_MAX = 1 << 20 };

void match_list_fini(struct match_list *list);
bool match_list_add(struct match_list *list, struct match match);

struct trie;

/* Built over symbols of marks; keeps a pointer to marks. NULL without memory. */
struct trie *trie_new(const struct mark *marks, size_t count);
void trie_free(struct trie **trie);

/* Symbols of a folded text in out (as long as the text): its form in the trie. Returns how many. */
size_t trie_symbols(struct span folded, char *out);

/* Where a mark may stand: as words of their own, or anywhere (in letters that were moved together). */
enum match_mode { MATCH_WORDS = 1, MATCH_ANYWHERE };

/* Append every match in folded, by beginning. */
void trie_match(const struct trie *trie, struct span folded, enum match_mode mode,
                struct match_list *out);

/*
 * Append what is only read after undoing a typographer's or a hider's work:
 * letters set apart ("S E C R E T", "S.E.C.R.E.T"), and words parted at the end of
 * a line ("CONFIDEN-\nTIEL"). Linear in the text.
 */
void match_rearranged(const struct trie *trie, const struct fold *fold, struct match_list *out);

/* Is there no word running over this place in folded text? */
bool trie_is_boundary(struct span folded, size_t at);

/* What a matcher (scan/reading.h) holds. */
const struct trie *matcher_trie(const struct matcher *matcher);
const struct mark *matcher_mark(const struct matcher *matcher, uint32_t index);
const struct scan_plan *matcher_plan(const struct matcher *matcher);

/* Some mark is in a script that FOLD_LOOKALIKES would take letters from. */
bool matcher_needs_scripts(const struct matcher *matcher);

/*
 * Labels with the identifier "kind:value" (vaguemestre-labels(5)), compared folded
 * and without white space. Returns how many there are in all; at most max go to out.
 */
size_t matcher_identify(const struct matcher *matcher, struct span kind, struct span value,
                        int32_t *out, size_t max);

#endif
