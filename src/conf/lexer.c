/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The tokens of libconfuse's syntax, with their lines, and with a word for what
 * is wrong where libconfuse would only stop. Two things it does are refused here:
 * replacing "${NAME}" from the environment, since a policy means the same in every
 * process, and escapes beyond the few that people use.
 */
#include <string.h>

#include "base/buf.h"
#include "conf_priv.h"

void lexer_init(struct lexer *lexer, struct arena *arena, struct span text)
{
    /* A byte order mark is what some editors leave. */
    size_t start = span_starts_with(text, SPAN("\xEF\xBB\xBF")) ? 3 : 0;

    *lexer = (struct lexer){ .arena = arena, .text = text, .position = start, .line = 1 };
}

bool token_is_text(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_STRING;
}

static char peek(const struct lexer *lexer, size_t ahead)
{
    size_t i = lexer->position + ahead;

    return i < lexer->text.len ? lexer->text.ptr[i] : '\0';
}

static bool at_end(const struct lexer *lexer)
{
    return lexer->position >= lexer->text.len;
}

static void step(struct lexer *lexer)
{
    if (peek(lexer, 0) == '\n')
        lexer->line++;
    lexer->position++;
}

static void skip_line(struct lexer *lexer)
{
    while (!at_end(lexer) && peek(lexer, 0) != '\n')
        step(lexer);
}

/* False when the comment does not end. */
static bool skip_comment(struct lexer *lexer)
{
    lexer->position += 2;
    while (!at_end(lexer)) {
        if (peek(lexer, 0) == '*' && peek(lexer, 1) == '/') {
            lexer->position += 2;
            return true;
        }
        step(lexer);
    }
    return false;
}

static bool skip_blank(struct lexer *lexer)
{
    while (!at_end(lexer)) {
        char c = peek(lexer, 0);
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            step(lexer);
        } else if (c == '#' || (c == '/' && peek(lexer, 1) == '/')) {
            skip_line(lexer);
        } else if (c == '/' && peek(lexer, 1) == '*') {
            if (!skip_comment(lexer))
                return false;
        } else {
            return true;
        }
    }
    return true;
}

static bool is_word_byte(char c)
{
    return (unsigned char)c > ' ' && c != 0x7F && strchr("#\"'={}()+,*", c) == NULL;
}

static enum token_kind punctuation(char c)
{
    switch (c) {
    case '{': return TOKEN_OPEN;
    case '}': return TOKEN_CLOSE;
    case '(': return TOKEN_PAREN_OPEN;
    case ')': return TOKEN_PAREN_CLOSE;
    case '=': return TOKEN_EQUALS;
    case ',': return TOKEN_COMMA;
    }
    return TOKEN_BAD;
}

static struct span decode_double(struct lexer *lexer, struct span raw, const char **wrong)
{
    struct buf out;
    struct span value;

    buf_init(&out, 0);
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];
        if (c == '$' && i + 1 < raw.len && raw.ptr[i + 1] == '{')
            *wrong = "\"${\" would be replaced from the environment; write \"\\${\"";
        if (c == '\\' && i + 1 < raw.len) {
            c = raw.ptr[++i];
            if (c == 'n' || c == 't')
                c = c == 'n' ? '\n' : '\t';
            else if (c == '\n')
                continue;
            else if (strchr("\\\"$'/", c) == NULL)
                *wrong = "escape not known; accepted: \\\\ \\\" \\n \\t \\$, or write the text "
                         "between single quotes, where \\ stands for itself";
        }
        buf_append_byte(&out, c);
    }
    value = arena_copy(lexer->arena, buf_span(&out));
    buf_fini(&out);
    return value;
}

static struct span decode_single(struct lexer *lexer, struct span raw)
{
    struct buf out;
    struct span value;

    buf_init(&out, 0);
    for (size_t i = 0; i < raw.len; i++) {
        char next = i + 1 < raw.len ? raw.ptr[i + 1] : '\0';
        if (raw.ptr[i] == '\\' && (next == '\\' || next == '\''))
            i++;
        else if (raw.ptr[i] == '\\' && next == '\n') {
            i++;
            continue;
        }
        buf_append_byte(&out, raw.ptr[i]);
    }
    value = arena_copy(lexer->arena, buf_span(&out));
    buf_fini(&out);
    return value;
}

static struct token quoted(struct lexer *lexer, char quote)
{
    struct token token = { .kind = TOKEN_STRING, .line = lexer->line };
    size_t start = lexer->position;
    const char *wrong = NULL;

    step(lexer);
    while (!at_end(lexer) && peek(lexer, 0) != quote) {
        if (peek(lexer, 0) == '\\')
            step(lexer);
        if (!at_end(lexer))
            step(lexer);
    }
    if (at_end(lexer)) {
        token.kind = TOKEN_BAD;
        token.value = SPAN("text in quotes does not end");
        lexer->position = lexer->text.len;
        return token;
    }
    step(lexer);
    token.raw = span_slice(lexer->text, start, lexer->position);
    token.value = span_slice(token.raw, 1, token.raw.len - 1);
    token.value = quote == '"' ? decode_double(lexer, token.value, &wrong)
                               : decode_single(lexer, token.value);
    if (wrong != NULL) {
        token.kind = TOKEN_BAD;
        token.value = span_of(wrong);
    }
    return token;
}

static struct token bare(struct lexer *lexer)
{
    struct token token = { .kind = TOKEN_WORD, .line = lexer->line };
    size_t start = lexer->position;

    while (!at_end(lexer) && is_word_byte(peek(lexer, 0)))
        step(lexer);
    token.raw = token.value = span_slice(lexer->text, start, lexer->position);
    if (token.raw.len == 0) {
        step(lexer);
        token.kind = TOKEN_BAD;
        token.raw = span_slice(lexer->text, start, lexer->position);
        token.value = arena_printf(lexer->arena, "unexpected character \"%.*s\"; put text in quotes",
                                   (unsigned char)token.raw.ptr[0] >= ' ' ? 1 : 0, token.raw.ptr);
    } else if (span_find(token.raw, SPAN("$")) < token.raw.len) {
        token.kind = TOKEN_BAD;
        token.value = SPAN("\"$\" outside quotes; put the text in single quotes");
    }
    return token;
}

struct token lexer_next(struct lexer *lexer)
{
    struct token token = { .kind = TOKEN_END };
    char c;

    if (!skip_blank(lexer)) {
        lexer->position = lexer->text.len;
        token.kind = TOKEN_BAD;
        token.line = lexer->line;
        token.value = SPAN("comment does not end");
        return token;
    }
    token.line = lexer->line;
    if (at_end(lexer))
        return token;
    c = peek(lexer, 0);
    if (c == '"' || c == '\'')
        return quoted(lexer, c);
    token.kind = punctuation(c);
    token.raw = span_slice(lexer->text, lexer->position, lexer->position + 1);
    if (c == '+' && peek(lexer, 1) == '=') {
        token.kind = TOKEN_APPENDS;
        token.raw = span_slice(lexer->text, lexer->position, lexer->position + 2);
    }
    if (token.kind == TOKEN_BAD)
        return bare(lexer);
    lexer->position += token.raw.len;
    return token;
}
