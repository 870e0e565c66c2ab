/* SPDX-License-Identifier: EUPL-1.2 */
#include "form.h"

#include <string.h>

#include "base/utf8.h"

enum { EDGE_OCTETS = 16 };  /* decoration beside a marking alone on its line */

size_t form_end_of_lines(struct span text, unsigned count)
{
    struct span rest = text;
    size_t at = 0;

    while (count > 0 && rest.len > 0) {
        size_t end = span_find_byte(rest, '\n');

        if (span_trim(span_slice(rest, 0, end)).len > 0)
            count--;
        at += end < rest.len ? end + 1 : end;
        rest = span_slice(text, at, text.len);
    }
    return at;
}

size_t form_start_of_last_lines(struct span text, unsigned count)
{
    size_t at = text.len;

    while (count > 0 && at > 0) {
        const char *newline = at < 2 ? NULL : memrchr(text.ptr, '\n', at - 1);
        size_t start = newline == NULL ? 0 : (size_t)(newline - text.ptr) + 1;

        if (span_trim(span_slice(text, start, at)).len > 0)
            count--;
        at = start;
    }
    return at;
}

static bool is_separator(char c)
{
    return c == ' ' || c == '\n' || c == '-' || c == '_' || c == ':' || c == '/';
}

bool form_same_letters(struct span a, struct span b)
{
    size_t i = 0, k = 0;

    for (;;) {
        while (i < a.len && is_separator(a.ptr[i]))
            i++;
        while (k < b.len && is_separator(b.ptr[k]))
            k++;
        if (i == a.len || k == b.len)
            return i == a.len && k == b.len;
        if (a.ptr[i++] != b.ptr[k++])
            return false;
    }
}

static bool is_ascii_alnum(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
}

/* Do two texts as written have the same ASCII letters and digits, in the same case? */
static bool same_spelling(struct span a, struct span b)
{
    size_t i = 0, k = 0, same = 0;

    for (;; same++) {
        while (i < a.len && !is_ascii_alnum(a.ptr[i]))
            i++;
        while (k < b.len && !is_ascii_alnum(b.ptr[k]))
            k++;
        if (i == a.len || k == b.len)
            return i == a.len && k == b.len && same > 0;
        if (a.ptr[i++] != b.ptr[k++])
            return false;
    }
}

/* Greek, Cyrillic or Armenian letters, which have two cases? */
static bool has_cased_script(struct span text)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t rune;

        at += utf8_next(span_slice(text, at, text.len), &rune);
        if (rune >= 0x370 && rune < 0x590)
            return true;
    }
    return false;
}

void form_read(struct span original, const struct mark *mark, unsigned look,
                      struct sighting *out)
{
    bool lower = false, upper = false, first = true;

    for (size_t i = 0; i < original.len; i++) {
        char c = original.ptr[i];

        if (c >= 'A' && c <= 'Z') {
            out->title_case |= first;
            upper = true;
            first = false;
        } else if (c >= 'a' && c <= 'z') {
            lower = true;
            first = false;
        }
    }
    /* Without Latin letters, the last tells: small ones of other scripts are what folding left alone. */
    if (!upper && !lower && original.len > 1)
        lower = has_cased_script(original) &&
                span_ends_with_nocase(out->mark, span_slice(original, original.len - 2, original.len));
    out->capitals = !lower || (look & LOOK_CAPITALS) != 0 ||
                    (upper && same_spelling(original, mark->written));
}

bool form_is_as_written(struct span original, const struct mark *mark, unsigned look)
{
    return same_spelling(original, mark->written) || span_equals(original, mark->written) ||
           ((look & LOOK_CAPITALS) != 0 && span_equals_nocase(original, mark->written));
}

bool form_in_quotes(struct span folded, const struct match *match)
{
    char before = match->from > 0 ? folded.ptr[match->from - 1] : '\0';
    char after = match->to < folded.len ? folded.ptr[match->to] : '\0';

    if (before == ' ' && match->from > 1)   /* « SECRET » */
        before = folded.ptr[match->from - 2] == '"' ? '"' : ' ';
    return (before == '"' || before == '\'') && (after == '"' || after == '\'' || after == ' ');
}

bool form_is_quoted_line(struct span text, size_t at)
{
    const char *newline = at == 0 ? NULL : memrchr(text.ptr, '\n', at);
    size_t from = newline == NULL ? 0 : (size_t)(newline - text.ptr) + 1;

    while (from < at && (text.ptr[from] == ' ' || text.ptr[from] == '\t'))
        from++;
    return from < at && text.ptr[from] == '>';
}

bool form_has_latin_letter(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((text.ptr[i] | 0x20) >= 'a' && (text.ptr[i] | 0x20) <= 'z')
            return true;
    return false;
}

bool form_stands_out(struct span folded, const struct match *match)
{
    size_t from = match->from, to = match->to;

    while (from > 0 && match->from - from < EDGE_OCTETS && folded.ptr[from - 1] != '\n' &&
           folded.ptr[from - 1] != ':' && !is_ascii_alnum(folded.ptr[from - 1]))
        from--;
    while (to < folded.len && to - match->to < EDGE_OCTETS && folded.ptr[to] != '\n' &&
           !is_ascii_alnum(folded.ptr[to]))
        to++;
    return (from == 0 || folded.ptr[from - 1] == '\n' || folded.ptr[from - 1] == ':') &&
           (to == folded.len || folded.ptr[to] == '\n');
}
