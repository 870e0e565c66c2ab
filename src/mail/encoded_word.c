/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/encoded_word.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "mail_priv.h"
#include "text/charset.h"

/* One "=?charset*language?encoding?text?=" of a field. */
struct word {
    struct span charset, text;
    char encoding;          /* 'b' or 'q' */
    size_t length;          /* of all of it */
};

enum found { FOUND_NONE, FOUND_WORD, FOUND_MALFORMED };

/* Decoding state of one field. */
struct field {
    struct buf out;
    struct buf octets;      /* of the words since the last other text, not yet UTF-8 */
    struct span charset;    /* theirs */
    struct ambiguity_set *seen;
};

static bool is_token_char(char c)
{
    return c > ' ' && c < 0x7F && strchr("()<>@,;:\"/[]?=", c) == NULL;
}

static size_t token_length(struct span s)
{
    size_t len = 0;

    while (len < s.len && is_token_char(s.ptr[len]))
        len++;
    return len;
}

/* Read the word that "=?" at the front of s begins. */
static enum found read_word(struct span s, struct word *word)
{
    struct span rest = span_slice(s, 2, s.len);
    size_t len = token_length(rest), end;

    if (len == 0 || len + 3 > rest.len || rest.ptr[len] != '?' || rest.ptr[len + 2] != '?')
        return FOUND_NONE;
    word->charset = span_slice(rest, 0, len);
    word->charset.len = span_find_byte(word->charset, '*');
    word->encoding = (char)(rest.ptr[len + 1] | 0x20);
    rest = span_slice(rest, len + 3, rest.len);
    end = span_find(rest, SPAN("?="));
    word->text = span_slice(rest, 0, end);
    word->length = (size_t)(rest.ptr - s.ptr) + end + 2;
    if (end == rest.len || (word->encoding != 'b' && word->encoding != 'q'))
        return FOUND_MALFORMED;
    return FOUND_WORD;
}

static void odd(struct field *field)
{
    ambiguity_set_add(field->seen, AMBIGUITY_HEADER_ENCODED_WORD);
}

/* Turn the waiting octets into UTF-8. */
static void flush_words(struct field *field)
{
    if (field->octets.len == 0)
        return;
    switch (charset_decode(field->charset, buf_span(&field->octets), &field->out)) {
    case CHARSET_OK:
        break;
    case CHARSET_SUBSTITUTED:
        odd(field);
        break;
    case CHARSET_UNKNOWN:
        odd(field);
        charset_decode((struct span){ NULL, 0 }, buf_span(&field->octets), &field->out);
        break;
    }
    buf_clear(&field->octets);
}

/* Does a character lie over the end of what is decoded so far? Only UTF-8 tells cheaply. */
static bool is_split(struct span charset, struct span octets)
{
    return span_equals_nocase(charset, SPAN("utf-8")) && !utf8_is_valid(octets);
}

static void take_word(struct field *field, const struct word *word)
{
    struct ambiguity_set inner = { 0 };
    size_t before;

    if (!span_equals_nocase(word->charset, field->charset))
        flush_words(field);
    field->charset = word->charset;
    before = field->octets.len;
    if (word->encoding == 'b')
        base64_decode(READING_TOLERANT, word->text, &field->octets, &inner);
    else
        transfer_decode_q(word->text, &field->octets, &inner);
    if (transfer_needs_more(TRANSFER_BASE64, &inner) ||
        transfer_needs_more(TRANSFER_QUOTED_PRINTABLE, &inner) ||
        span_find_byte(word->text, ' ') < word->text.len ||
        is_split(word->charset, span_slice(buf_span(&field->octets), before, field->octets.len)))
        odd(field);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Text outside of words: raw octets to UTF-8, folds and control octets to a space. */
static void take_plain(struct field *field, struct span text)
{
    flush_words(field);
    while (text.len > 0) {
        size_t len = 0;

        while (len < text.len && ((unsigned char)text.ptr[len] >= 0x20 || text.ptr[len] == '\t') &&
               text.ptr[len] != 0x7F)
            len++;
        charset_decode((struct span){ NULL, 0 }, span_slice(text, 0, len), &field->out);
        if (len < text.len && text.ptr[len] != '\r' && text.ptr[len] != '\n')
            buf_append_byte(&field->out, ' ');
        text = span_slice(text, len + 1, text.len);
    }
}

/* May this octet touch a word and every reader still decode it? */
static bool may_touch(char c)
{
    return is_blank(c) || strchr("()\"<>,;:[]", c) != NULL;
}

/* A word stands at index at of text: is it set off from what is around it? */
static bool is_set_off(struct span text, size_t at, size_t length)
{
    return (at == 0 || may_touch(text.ptr[at - 1])) &&
           (at + length >= text.len || may_touch(text.ptr[at + length]));
}

static bool all_blank(struct span text)
{
    return span_trim(text).len == 0;
}

static void decode(struct field *field, struct span text)
{
    size_t plain = 0;       /* where the text not yet taken begins */
    bool after_word = false;

    for (size_t at = 0; at < text.len;) {
        struct word word = { 0 };
        enum found found;

        at += span_find(span_slice(text, at, text.len), SPAN("=?"));
        if (at >= text.len)
            break;
        found = read_word(span_slice(text, at, text.len), &word);
        if (found != FOUND_WORD) {
            if (found == FOUND_MALFORMED)
                odd(field);
            /* Behind a word that does not end there is no other end either: one look is enough. */
            at += found == FOUND_MALFORMED ? word.length : 2;
            continue;
        }
        if (!is_set_off(text, at, word.length))
            odd(field);
        if (!after_word || !all_blank(span_slice(text, plain, at)))
            take_plain(field, span_slice(text, plain, at));
        take_word(field, &word);
        after_word = true;
        at += word.length;
        plain = at;
    }
    take_plain(field, span_slice(text, plain, text.len));
}

/* Controls that came out of a word would end a line or a name for the next reader. */
static void blank_controls(struct buf *out)
{
    for (size_t i = 0; i < out->len; i++)
        if (((unsigned char)out->ptr[i] < 0x20 && out->ptr[i] != '\t') || out->ptr[i] == 0x7F)
            out->ptr[i] = ' ';
}

bool encoded_word_present(struct span text)
{
    return span_find(text, SPAN("=?")) < text.len;
}

static bool is_plain_ascii(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || (unsigned char)text.ptr[i] >= 0x7F)
            return false;
    return !encoded_word_present(text);
}

struct span encoded_word_decode(struct arena *arena, struct span text, struct ambiguity_set *seen)
{
    struct field field = { .seen = seen };
    struct span decoded;

    if (is_plain_ascii(text))
        return text.ptr == NULL ? SPAN("") : text;
    /* Decoded text is at most three octets for one, and windows-1252 or a 16-bit charset get there. */
    buf_init(&field.out, text.len * 6 + 16);
    buf_init(&field.octets, text.len + 16);
    decode(&field, text);
    flush_words(&field);
    blank_controls(&field.out);
    decoded = arena_copy(arena, buf_span(&field.out));
    buf_fini(&field.out);
    buf_fini(&field.octets);
    return decoded;
}
