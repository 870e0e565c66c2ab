/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "scan/match.h"

enum {
    PIECE_OCTETS = 512,     /* longer runs of single letters are looked at in pieces */
    LEAST_LETTERS = 4,      /* "e.g." and "a b c" are no hidden words */
    AROUND_HYPHEN = 64      /* octets on each side of a parted word that may belong to a marking */
};

/* A short text made from another, with the folded offset each octet came from, and what is met in it. */
struct piece {
    char text[PIECE_OCTETS];
    uint32_t origin[PIECE_OCTETS];
    size_t len;
    struct match_list found;
};

static void put(struct piece *piece, char c, size_t origin)
{
    if (piece->len == PIECE_OCTETS)
        return;
    piece->text[piece->len] = c;
    piece->origin[piece->len++] = (uint32_t)origin;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '|';
}

static bool may_part_letters(char c)
{
    return c == ' ' || c == '.' || c == '-' || c == '_' || c == '\n' || c == '*' || c == '/' ||
           c == ',';
}

/* Matches in piece that run over folded offset over (any, when it is SIZE_MAX), in the offsets of the text. */
static void match_piece(const struct trie *trie, struct piece *piece, enum match_mode mode,
                        size_t over, bool disguised, struct match_list *out)
{
    piece->found.count = 0;
    trie_match(trie, (struct span){ piece->text, piece->len }, mode, &piece->found);
    for (size_t i = 0; i < piece->found.count; i++) {
        struct match match = piece->found.items[i];

        match.from = piece->origin[match.from];
        match.to = piece->origin[match.to - 1] + 1;
        match.disguised = disguised;
        if (over == SIZE_MAX || (match.from < over && match.to > over))
            match_list_add(out, match);
    }
    out->failed |= piece->found.failed;
}

/* Does a letter stand alone at at, with the same separator as the run has behind it? */
static bool continues(struct span text, size_t at, char separator)
{
    return at + 1 < text.len && text.ptr[at] == separator && is_letter(text.ptr[at + 1]) &&
           (at + 2 >= text.len || !is_letter(text.ptr[at + 2]));
}

/* Between words the gap is wider than between letters: "N A T O   S E C R E T". */
static size_t narrowest_gap(const struct fold *fold, size_t from, size_t to)
{
    size_t narrowest = SIZE_MAX;

    for (size_t at = from; at + 2 <= to; at += 2) {
        size_t gap = fold_origin(fold, at + 2) - fold_origin(fold, at);
        narrowest = gap < narrowest ? gap : narrowest;
    }
    return narrowest;
}

/* The run of single letters that begins at from. Returns where its last letter stands. */
static size_t match_run(const struct trie *trie, const struct fold *fold, size_t from,
                        struct piece *piece, struct match_list *out)
{
    struct span text = buf_span(&fold->text);
    char separator = text.ptr[from + 1];
    size_t last = from, narrowest;

    while (continues(text, last + 1, separator) && last - from < 2 * (PIECE_OCTETS / 3))
        last += 2;
    if (last < from + 2 * (LEAST_LETTERS - 1))
        return last;
    piece->len = 0;
    narrowest = narrowest_gap(fold, from, last);
    for (size_t at = from; at <= last; at += 2) {
        put(piece, text.ptr[at], at);
        if (at < last && separator == ' ' &&
            fold_origin(fold, at + 2) - fold_origin(fold, at) > narrowest)
            put(piece, ' ', at + 1);
    }
    match_piece(trie, piece, MATCH_ANYWHERE, SIZE_MAX, true, out);
    return last;
}

/* A hyphen at a line end between letters: the text around it, without both. */
static void match_parted(const struct trie *trie, const struct fold *fold, size_t hyphen,
                         struct piece *piece, struct match_list *out)
{
    struct span text = buf_span(&fold->text);
    size_t from = hyphen > AROUND_HYPHEN ? hyphen - AROUND_HYPHEN : 0;
    size_t to = hyphen + 2 + AROUND_HYPHEN < text.len ? hyphen + 2 + AROUND_HYPHEN : text.len;

    piece->len = 0;
    for (size_t at = from; at < to; at++)
        if (at != hyphen && at != hyphen + 1)
            put(piece, text.ptr[at], at);
    match_piece(trie, piece, MATCH_WORDS, hyphen, false, out);
}

void match_rearranged(const struct trie *trie, const struct fold *fold, struct match_list *out)
{
    struct span text = buf_span(&fold->text);
    struct piece piece = { .len = 0 };

    for (size_t at = 1; at + 1 < text.len && !out->failed; at++) {
        char c = text.ptr[at];

        if (!may_part_letters(c) || !is_letter(text.ptr[at - 1]) || !is_letter(text.ptr[at + 1])) {
            if (c == '\n' && at >= 2 && text.ptr[at - 1] == '-' && is_letter(text.ptr[at - 2]) &&
                is_letter(text.ptr[at + 1]))
                match_parted(trie, fold, at - 1, &piece, out);
            continue;
        }
        if ((at >= 2 && is_letter(text.ptr[at - 2])) || !continues(text, at, c))
            continue;
        at = match_run(trie, fold, at - 1, &piece, out);
    }
    match_list_fini(&piece.found);
}
