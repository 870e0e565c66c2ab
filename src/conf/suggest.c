/* SPDX-License-Identifier: EUPL-1.2 */
/* "Did you mean": the nearest of some words by Damerau-Levenshtein distance (restricted). */
#include "conf_priv.h"

enum { MAX_WORD_BYTES = 63 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static char lower(char c)
{
    if (c == '_')
        return '-';
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static unsigned distance(struct span a, struct span b)
{
    unsigned rows[3][MAX_WORD_BYTES + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];

    for (unsigned n = 0; n <= b.len; n++)
        above[n] = n;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned *spare = before;
        row[0] = (unsigned)i;
        for (size_t n = 1; n <= b.len; n++) {
            unsigned cost = lower(a.ptr[i - 1]) != lower(b.ptr[n - 1]);
            row[n] = least(least(above[n] + 1, row[n - 1] + 1), above[n - 1] + cost);
            if (i > 1 && n > 1 && lower(a.ptr[i - 1]) == lower(b.ptr[n - 2]) &&
                lower(a.ptr[i - 2]) == lower(b.ptr[n - 1]))
                row[n] = least(row[n], before[n - 2] + 1);
        }
        before = above;
        above = row;
        row = spare;
    }
    return above[b.len];
}

void suggestion_begin(struct suggestion *suggestion, struct span written)
{
    *suggestion = (struct suggestion){ .written = written, .distance = UINT32_MAX };
}

void suggestion_offer(struct suggestion *suggestion, struct span word)
{
    unsigned far = (unsigned)(word.len < 4 ? 1 : word.len < 8 ? 2 : 3);
    unsigned n;

    if (word.len == 0 || word.len > MAX_WORD_BYTES || suggestion->written.len > MAX_WORD_BYTES)
        return;
    n = distance(suggestion->written, word);
    if (n <= far && n < suggestion->distance) {
        suggestion->distance = n;
        suggestion->best = word;
    }
}

struct span suggestion_words(struct arena *arena, const struct suggestion *suggestion)
{
    if (suggestion->best.len == 0)
        return SPAN("");
    return arena_printf(arena, "; did you mean \"%.*s\"?", SPAN_ARG(suggestion->best));
}
