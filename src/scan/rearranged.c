/* SPDX-License-Identifier: EUPL-1.2 */
#include <endian.h>
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

/* A bit for each of the eight octets at at, the first the lowest: is it a letter? */
static unsigned letters_of_eight(const char *at)
{
    const uint64_t all = 0x0101010101010101U;
    uint64_t eight, low, letters;

    memcpy(&eight, at, sizeof eight);
    eight = le64toh(eight);
    low = eight & 0x7F * all;
    /* The top bit of each octet: from "a" to "|" but not "{", or from "0" to "9", and not above 0x7F. */
    letters = (low + (0x80 - 'a') * all) & ~(low + (0x80 - '}') * all) & ((low ^ '{' * all) + 0x7F * all);
    letters |= (low + (0x80 - '0') * all) & ~(low + (0x80 - ':') * all);
    letters &= ~eight & 0x80 * all;
    return (unsigned)(letters * 0x0002040810204081U >> 56);
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

/* A letter behind an octet that is none: is it one of a run of letters set apart, or goes a word on there? Where to go on. */
static size_t match_behind(const struct trie *trie, const struct fold *fold, size_t letter, bool lone,
                           struct piece *piece, struct match_list *out)
{
    struct span text = buf_span(&fold->text);
    size_t gap = letter - 1;

    if (lone && may_part_letters(text.ptr[gap]) && continues(text, gap, text.ptr[gap]))
        return match_run(trie, fold, gap - 1, piece, out) + 1;
    if (!lone && text.ptr[gap] == '\n' && text.ptr[gap - 1] == '-')
        match_parted(trie, fold, gap - 1, piece, out);
    return letter + 1;
}

/*
 * Eight octets at a time, with what the eight before them were: of interest is a
 * letter behind a gap of one octet and a lone letter, or behind a word and a gap of two.
 */
void match_rearranged(const struct trie *trie, const struct fold *fold, struct match_list *out)
{
    struct span text = buf_span(&fold->text);
    unsigned letters = 0;
    struct piece piece;
    size_t free_from = 0;

    piece.found = (struct match_list){ NULL, 0, 0, false };
    for (size_t at = 0; at < text.len && !out->failed; at += 8) {
        char last[8] = { 0 };
        unsigned lone, parted;

        if (text.len - at < 8)
            memcpy(last, text.ptr + at, text.len - at);
        letters = letters >> 8 | letters_of_eight(text.len - at < 8 ? last : text.ptr + at) << 8;
        parted = letters & ~(letters << 1) & 0xFF00;
        lone = parted & letters << 2 & ~(letters << 3);
        parted &= ~(letters << 2) & letters << 3;
        for (unsigned found = lone | parted; found != 0; found &= found - 1) {
            size_t letter = at + (size_t)__builtin_ctz(found) - 8;

            if (letter >= free_from)
                free_from = match_behind(trie, fold, letter, (lone & found & -found) != 0, &piece, out);
        }
    }
    match_list_fini(&piece.found);
}
