/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail_priv.h"

const struct span lex_address_specials = SPAN("()<>@,;:\\\".[]");
const struct span lex_mime_specials = SPAN("()<>@,;:\\\"/[]?=");

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7F;
}

/* The length of white space at the front: blanks, and line ends that a blank follows (a fold). */
static size_t blank_length(struct span s)
{
    size_t at = 0;

    for (;;) {
        size_t line_end = at;
        if (at < s.len && (s.ptr[at] == ' ' || s.ptr[at] == '\t')) {
            at++;
            continue;
        }
        if (line_end < s.len && s.ptr[line_end] == '\r')
            line_end++;
        if (line_end >= s.len || s.ptr[line_end] != '\n')
            return at;
        /* A line end at the very end of the field is its own, not a control octet in it. */
        if (line_end + 1 < s.len && s.ptr[line_end + 1] != ' ' && s.ptr[line_end + 1] != '\t')
            return at;
        at = line_end + 1;
    }
}

/* Index behind the quote, bracket or parenthesis that closes the one at s.ptr[0]; s.len + 1 when none does. */
static size_t closing(struct span s, char opening, char ending)
{
    size_t depth = 1;

    for (size_t at = 1; at < s.len; at++) {
        if (s.ptr[at] == '\\')
            at++;
        else if (s.ptr[at] == ending && --depth == 0)
            return at + 1;
        else if (s.ptr[at] == opening && opening != ending)
            depth++;
    }
    return s.len + 1;
}

static struct token enclosed(struct lexer *lexer, enum lexeme kind, size_t end)
{
    struct token token = { .kind = kind, .open = end > lexer->rest.len };

    token.raw = span_slice(lexer->rest, 0, end);
    token.text = span_slice(lexer->rest, 1, token.open ? lexer->rest.len : end - 1);
    return token;
}

static bool ends_atom(const struct lexer *lexer, char c)
{
    return c == ' ' || is_control(c) || c == '\t' ||
           span_find_byte(lexer->specials, c) < lexer->specials.len;
}

static struct token token_here(struct lexer *lexer)
{
    struct span rest = lexer->rest;
    struct token token = { .kind = LEX_ATOM };
    size_t len = 1;

    switch (rest.ptr[0]) {
    case '"':
        return enclosed(lexer, LEX_QUOTED, closing(rest, '"', '"'));
    case '(':
        return enclosed(lexer, LEX_COMMENT, closing(rest, '(', ')'));
    case '[':
        if (!lexer->literals)
            break;
        token = enclosed(lexer, LEX_LITERAL, closing(rest, '[', ']'));
        token.text = token.raw;
        return token;
    }
    if (is_control(rest.ptr[0]))
        token.kind = LEX_CONTROL;
    else if (ends_atom(lexer, rest.ptr[0]))
        token.kind = LEX_SPECIAL;
    else
        while (len < rest.len && !ends_atom(lexer, rest.ptr[len]))
            len++;
    token.text = token.raw = span_slice(rest, 0, len);
    return token;
}

struct token lex_next(struct lexer *lexer)
{
    size_t blank = blank_length(lexer->rest);
    struct token token = { .kind = LEX_END };

    lexer->rest = span_slice(lexer->rest, blank, lexer->rest.len);
    if (lexer->rest.len > 0)
        token = token_here(lexer);
    token.spaced = blank > 0;
    lexer->rest = span_slice(lexer->rest, token.raw.len, lexer->rest.len);
    return token;
}
