/* SPDX-License-Identifier: EUPL-1.2 */
#include "scan/confidence.h"

#include <string.h>

#include "scan/phrases.h"

/* What a side of the line is to the marking. */
enum rest {
    REST_EMPTY = 1,     /* nothing, decoration, numbers, parts of markings */
    REST_KEY,           /* before it: "classification:" */
    REST_DELIMITED,     /* words, parted from it by a dash, bar or the like */
    REST_WORDS          /* running text */
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool has_digit_only(struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] < '0' || word.ptr[i] > '9')
            return false;
    return true;
}

static bool is_listed(const char *const *list, struct span word)
{
    for (; *list != NULL; list++)
        if (span_equals(span_of(*list), word))
            return true;
    return false;
}

/* Cut the next run of word characters off the front of *rest; false when there is none. */
static bool next_word(struct span *rest, struct span *word_out)
{
    size_t from = 0, to;

    while (from < rest->len && !is_word(rest->ptr[from]))
        from++;
    for (to = from; to < rest->len && is_word(rest->ptr[to]);)
        to++;
    *word_out = span_slice(*rest, from, to);
    *rest = span_slice(*rest, to, rest->len);
    return word_out->len > 0;
}

/* "rel to usa, gbr": names follow to the end. */
static bool is_release(struct span rest)
{
    while (rest.len > 0 && !is_word(rest.ptr[0]))
        rest = span_slice(rest, 1, rest.len);
    for (const char *const *phrase = phrases_release; *phrase != NULL; phrase++)
        if (span_starts_with(rest, span_of(*phrase)))
            return rest.len <= 120;
    return false;
}

static bool only_qualifiers(struct span rest)
{
    struct span word;

    for (;;) {
        if (is_release(rest))
            return true;
        if (!next_word(&rest, &word))
            return true;
        if (!has_digit_only(word) && !phrases_is_qualifier(word))
            return false;
    }
}

/* "re: ", "tr: " and the like before a subject. */
static struct span without_reply_marks(struct span before)
{
    static const char *const marks[] = { "re", "fwd", "fw", "tr", "wg", "aw", "rv", "sv", "i", NULL };

    for (int i = 0; i < 8; i++) {
        struct span rest = before, word;

        if (!next_word(&rest, &word) || !is_listed(marks, word))
            return before;
        rest = span_trim(rest);
        if (rest.len == 0 || rest.ptr[0] != ':')
            return before;
        before = span_slice(rest, 1, rest.len);
    }
    return before;
}

/* Is the last thing before it a key and ":" or "="? */
static bool ends_with_key(struct span before)
{
    struct span text = span_trim(before);
    size_t from;

    while (text.len > 0 && (text.ptr[text.len - 1] == '"' || text.ptr[text.len - 1] == '*' ||
                            text.ptr[text.len - 1] == '['))
        text = span_trim(span_slice(text, 0, text.len - 1));
    if (text.len == 0 || (text.ptr[text.len - 1] != ':' && text.ptr[text.len - 1] != '='))
        return false;
    text = span_trim(span_slice(text, 0, text.len - 1));
    while (text.len > 0 && (text.ptr[text.len - 1] == '*' || text.ptr[text.len - 1] == '"'))
        text = span_slice(text, 0, text.len - 1);
    for (from = text.len; from > 0 && (is_word(text.ptr[from - 1]) || text.ptr[from - 1] == ' ' ||
                                       text.ptr[from - 1] == '-');)
        from--;
    text = span_trim(span_slice(text, from, text.len));
    for (;;) {
        size_t space = span_find_byte(text, ' ');

        if (phrases_is_key(text))
            return true;
        if (space == text.len)
            return false;
        text = span_slice(text, space + 1, text.len);
    }
}

static char last_char(struct span text)
{
    text = span_trim(text);
    return text.len == 0 ? '\0' : text.ptr[text.len - 1];
}

static char first_char(struct span text)
{
    text = span_trim(text);
    return text.len == 0 ? '\0' : text.ptr[0];
}

static bool parts(char c)
{
    return c != '\0' && strchr("-:|/;[](){}<>*#~+=_", c) != NULL;
}

static enum rest rest_before(const struct sighting *s)
{
    struct span before = s->source == SOURCE_SUBJECT ? without_reply_marks(s->before) : s->before;

    if (only_qualifiers(before))
        return REST_EMPTY;
    if (ends_with_key(before))
        return REST_KEY;
    return parts(last_char(before)) ? REST_DELIMITED : REST_WORDS;
}

static enum rest rest_after(const struct sighting *s)
{
    if (only_qualifiers(s->after))
        return REST_EMPTY;
    return parts(first_char(s->after)) ? REST_DELIMITED : REST_WORDS;
}

/* The bracket it stands in with nothing but parts of markings, or NUL. */
static char bracket_around(const struct sighting *s)
{
    static const char open[] = "[({<", close[] = "])}>";
    char before = last_char(s->before);
    const char *kind = before == '\0' ? NULL : strchr(open, before);
    size_t end;

    if (kind == NULL)
        return '\0';
    end = span_find_byte(s->after, close[kind - open]);
    return end < s->after.len && only_qualifiers(span_slice(s->after, 0, end)) ? before : '\0';
}

/* A form's box that nobody has ticked. */
static bool has_empty_box(struct span before)
{
    static const char *const boxes[] = { "☐", "□", "❏", "❐", "▢", "[ ]", "( )", "[]" };
    struct span text = span_trim(before);

    for (size_t i = 0; i < sizeof boxes / sizeof boxes[0]; i++)
        if (span_ends_with_nocase(text, span_of(boxes[i])))
            return true;
    return false;
}

static bool is_address_like(const struct sighting *s)
{
    struct span before = s->before;
    size_t from = before.len;

    while (from > 0 && before.ptr[from - 1] != ' ')
        from--;
    before = span_slice(before, from, before.len);
    return span_find(before, SPAN("://")) < before.len || span_starts_with(before, SPAN("www.")) ||
           (before.len > 1 && before.ptr[0] == '/' && before.ptr[1] != '/');
}

static bool is_marking_region(enum region region)
{
    return region == REGION_HEADER || region == REGION_FOOTER || region == REGION_WATERMARK ||
           region == REGION_STAMP;
}

/* "SECRET//NOFORN": what follows "//" begins with a part of a marking. */
static bool has_grammar(const struct sighting *s)
{
    struct span rest = s->after, word;

    if (span_find(s->mark, SPAN("//")) < s->mark.len)
        return true;
    return span_starts_with(rest, SPAN("//")) &&
           (is_release(rest) || (next_word(&rest, &word) && phrases_is_qualifier(word)));
}

static int weigh_strong_in_region(const struct sighting *s, enum rest before, enum rest after,
                                  bool isolated)
{
    bool drawn = s->region == REGION_WATERMARK || s->region == REGION_STAMP;

    if (isolated)
        return s->capitals || s->several_words || drawn ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    if (before == REST_KEY)
        return s->capitals ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    if (before == REST_WORDS || after == REST_WORDS)
        return s->capitals && (before == REST_EMPTY || after == REST_EMPTY) ? CONFIDENCE_LIKELY
                                                                            : CONFIDENCE_POSSIBLE;
    if (s->capitals)
        return CONFIDENCE_CERTAIN;
    return s->several_words && s->title_case ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
}

/* Alone on its line, key or not. */
static int weigh_strong_isolated(const struct sighting *s, enum rest before)
{
    if (before == REST_KEY)
        return s->capitals || (s->several_words && s->title_case) ? CONFIDENCE_CERTAIN
                                                                  : CONFIDENCE_LIKELY;
    if (s->capitals)
        return s->placed ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    if (s->several_words)
        return s->placed || s->title_case ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    return s->placed && s->title_case ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
}

static int weigh_strong_in_text(const struct sighting *s, enum rest before, enum rest after)
{
    bool at_edge = before == REST_EMPTY || after == REST_EMPTY;

    if (before == REST_KEY && s->capitals)
        return CONFIDENCE_LIKELY;
    if (s->capitals && has_grammar(s))
        return CONFIDENCE_LIKELY;
    if (s->placed && s->capitals && at_edge &&
        (bracket_around(s) != '\0' || before == REST_DELIMITED || after == REST_DELIMITED))
        return CONFIDENCE_LIKELY;
    return CONFIDENCE_POSSIBLE;
}

static int weigh_strong_subject(const struct sighting *s, enum rest before, enum rest after,
                                bool isolated)
{
    char bracket = bracket_around(s);
    bool at_edge = before == REST_EMPTY || after == REST_EMPTY;

    if (isolated && (s->capitals || (s->several_words && s->title_case) || before == REST_KEY))
        return CONFIDENCE_CERTAIN;
    if (bracket == '[' && at_edge)
        return CONFIDENCE_CERTAIN;
    if (bracket != '\0' || (isolated && s->several_words))
        return CONFIDENCE_LIKELY;
    if (before == REST_KEY || (s->capitals && has_grammar(s)))
        return CONFIDENCE_LIKELY;
    if (s->capitals && at_edge &&
        (before == REST_DELIMITED || after == REST_DELIMITED || s->several_words))
        return CONFIDENCE_LIKELY;
    return CONFIDENCE_POSSIBLE;
}

static int weigh_strong_filename(const struct sighting *s, enum rest before, enum rest after,
                                 bool isolated)
{
    bool at_edge = before == REST_EMPTY || after == REST_EMPTY;

    if (isolated)
        return s->capitals || s->several_words ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
    return s->capitals && (at_edge || bracket_around(s) != '\0') ? CONFIDENCE_LIKELY
                                                                 : CONFIDENCE_POSSIBLE;
}

/* Everyday words: never certain, and only in a marking's own place. */
static int weigh_weak(const struct sighting *s, enum rest before, bool isolated)
{
    if (s->source == SOURCE_SUBJECT || s->source == SOURCE_FILENAME)
        return bracket_around(s) == '[' || (isolated && before == REST_KEY) ? CONFIDENCE_LIKELY
                                                                            : CONFIDENCE_POSSIBLE;
    if (!isolated)
        return CONFIDENCE_POSSIBLE;
    if (before == REST_KEY || is_marking_region(s->region) || s->source == SOURCE_METADATA)
        return CONFIDENCE_LIKELY;
    return s->placed && s->capitals && s->several_words ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
}

static int weigh_strong(const struct sighting *s, enum rest before, enum rest after, bool isolated)
{
    if (s->source == SOURCE_SUBJECT)
        return weigh_strong_subject(s, before, after, isolated);
    if (s->source == SOURCE_FILENAME)
        return weigh_strong_filename(s, before, after, isolated);
    if (s->region == REGION_CODE || s->region == REGION_LINK)
        return CONFIDENCE_POSSIBLE;
    if (is_marking_region(s->region))
        return weigh_strong_in_region(s, before, after, isolated);
    return isolated ? weigh_strong_isolated(s, before) : weigh_strong_in_text(s, before, after);
}

/* A single letter is nothing without company: list letters, shirt sizes, "(C)" for copyright. */
static int weigh_short_placed(const struct sighting *s, enum rest before, bool isolated)
{
    bool letter = s->mark.len < 2;

    if (before == REST_KEY)
        return isolated && !letter ? CONFIDENCE_CERTAIN
               : isolated          ? CONFIDENCE_LIKELY
                                   : CONFIDENCE_POSSIBLE;
    if (has_grammar(s))
        return isolated && !letter && (s->placed || is_marking_region(s->region))
                   ? CONFIDENCE_CERTAIN
                   : CONFIDENCE_LIKELY;
    if (isolated && !letter && is_marking_region(s->region))
        return CONFIDENCE_LIKELY;
    if (isolated && s->mark.len > 2 && s->placed)
        return CONFIDENCE_LIKELY;
    return CONFIDENCE_NONE;
}

static int weigh_short(const struct sighting *s, enum rest before, enum rest after, bool isolated,
                       bool *portion)
{
    char bracket = bracket_around(s);
    bool letter = s->mark.len < 2;
    int placed;

    if (!s->capitals)
        return CONFIDENCE_NONE;
    if (s->source == SOURCE_SUBJECT && bracket != '\0' && !letter)
        return bracket == '[' ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
    if (s->source == SOURCE_FILENAME) {
        if (letter || before == REST_WORDS || (after == REST_WORDS && bracket == '\0'))
            return CONFIDENCE_NONE;
        return before == REST_EMPTY || after == REST_EMPTY || bracket != '\0' ? CONFIDENCE_LIKELY
                                                                              : CONFIDENCE_POSSIBLE;
    }
    placed = weigh_short_placed(s, before, isolated);
    if (placed != CONFIDENCE_NONE || bracket == '\0')
        return placed;
    *portion = bracket == '(' && before == REST_EMPTY;
    if (letter)
        return *portion ? CONFIDENCE_POSSIBLE : CONFIDENCE_NONE;
    return bracket == '[' && (before == REST_EMPTY || after == REST_EMPTY) ? CONFIDENCE_LIKELY
                                                                           : CONFIDENCE_POSSIBLE;
}

struct weight confidence_weigh(const struct sighting *s)
{
    enum rest before = rest_before(s), after = rest_after(s);
    struct weight weight = { .confidence = CONFIDENCE_POSSIBLE };
    bool against = s->contained || s->in_quotes || has_empty_box(s->before) || is_address_like(s);

    weight.isolated = !against && (before == REST_EMPTY || before == REST_KEY) && after == REST_EMPTY;
    if (s->is_short)
        weight.confidence = weigh_short(s, before, after, weight.isolated, &weight.portion);
    else if (against)
        weight.confidence = CONFIDENCE_POSSIBLE;
    else if (s->strength == LABEL_WEAK)
        weight.confidence = weigh_weak(s, before, weight.isolated);
    else
        weight.confidence = weigh_strong(s, before, after, weight.isolated);
    if (against && weight.confidence > CONFIDENCE_POSSIBLE)
        weight.confidence = CONFIDENCE_POSSIBLE;
    return weight;
}
