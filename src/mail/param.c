/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/param.h"

#include <stdint.h>
#include <string.h>

#include "mail_priv.h"

static void call(struct param_parser *parser, enum ambiguity kind)
{
    ambiguity_set_add(parser->seen, kind);
}

/* Where the parameter or value ends: the next ";" outside of quotes and comments. */
static size_t segment_length(struct param_parser *parser, struct span s)
{
    bool quoted = false;
    size_t depth = 0;

    if (parser->unclosed)
        return span_find_byte(s, ';');
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '\\' && (quoted || depth > 0))
            i++;
        else if (c == '"' && depth == 0)
            quoted = !quoted;
        else if (c == '(' && !quoted)
            depth++;
        else if (c == ')' && !quoted && depth > 0)
            depth--;
        else if (c == ';' && !quoted && depth == 0)
            return i;
    }
    parser->unclosed = quoted || depth > 0;
    return parser->unclosed ? span_find_byte(s, ';') : s.len;
}

/* Text with comments, line ends and outer blanks left out; arena only where something was. */
static struct span without_comments(struct param_parser *parser, struct span text)
{
    struct lexer lexer = { .rest = text, .specials = lex_mime_specials };
    struct token token;
    struct span kept;
    char *out;
    size_t len = 0;

    text = span_trim(text);
    if (span_find_byte(text, '(') == text.len && span_find_byte(text, '\n') == text.len)
        return text;
    out = arena_alloc(parser->arena, text.len + 1);
    if (out == NULL)
        return text;
    for (token = lex_next(&lexer); token.kind != LEX_END; token = lex_next(&lexer)) {
        if (token.kind == LEX_COMMENT)
            continue;
        if (token.spaced && len > 0 && token.kind != LEX_SPECIAL)
            out[len++] = ' ';
        memcpy(out + len, token.raw.ptr, token.raw.len);
        len += token.raw.len;
    }
    kept = (struct span){ out, len };
    return span_trim(kept);
}

/* A quoted string's content, without the backslashes that escape and the line ends of folds. */
static struct span unquote(struct param_parser *parser, struct span text, bool *had_pairs)
{
    char *out;
    size_t len = 0;

    *had_pairs = span_find_byte(text, '\\') < text.len;
    if (!*had_pairs && span_find_byte(text, '\n') == text.len)
        return text;
    out = arena_alloc(parser->arena, text.len + 1);
    if (out == NULL)
        return text;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\r' || text.ptr[i] == '\n')
            continue;
        if (text.ptr[i] == '\\' && i + 1 < text.len)
            i++;
        out[len++] = text.ptr[i];
    }
    return (struct span){ out, len };
}

/* Name, then perhaps "*" and a number, then perhaps "*". */
static void split_name(struct param_written *item)
{
    struct span name = item->name;
    size_t star = span_find_byte(name, '*');
    uint64_t number;
    struct span tail;

    item->piece = -1;
    if (star == name.len)
        return;
    item->name = span_slice(name, 0, star);
    tail = span_slice(name, star + 1, name.len);
    if (tail.len == 0) {
        item->extended = true;
        return;
    }
    if (tail.ptr[tail.len - 1] == '*') {
        item->extended = true;
        tail.len--;
    }
    /* A number nobody could have meant makes a piece that is never found: named as missing. */
    item->piece = span_to_u64(tail, &number) && number < PARAM_PIECE_MAX ? (int)number : PARAM_PIECE_MAX;
}

static struct param_written *add_written(struct param_parser *parser, struct span name, struct span value)
{
    struct param_written *item;

    if (parser->count == PARAM_MAX) {
        call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        return NULL;
    }
    item = &parser->items[parser->count++];
    *item = (struct param_written){ .name = name, .value = value };
    split_name(item);
    return item;
}

/* A value in quotes, and what may stand around them. */
static void take_quoted(struct param_parser *parser, struct span name, struct span value)
{
    struct lexer lexer = { .rest = value, .specials = lex_mime_specials };
    struct token token = lex_next(&lexer), after = lex_next(&lexer);
    bool had_pairs;
    struct span text = unquote(parser, token.text, &had_pairs);
    struct param_written *item = add_written(parser, name, text);

    if (item == NULL)
        return;
    while (after.kind == LEX_COMMENT)
        after = lex_next(&lexer);
    if (token.open || after.kind != LEX_END) {
        call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        param_add_value(parser, item->name, value);
    }
    if (had_pairs)
        param_add_value(parser, item->name, token.text);
}

/* A bare value: most readers take all of it, some only its first word, some leave comments in. */
static void take_bare(struct param_parser *parser, struct span name, struct span value)
{
    struct span clean = without_comments(parser, value);
    size_t blank = span_find_byte(clean, ' ');
    struct param_written *item = add_written(parser, name, clean);

    if (item == NULL)
        return;
    if (!span_equals(clean, value) && span_find_byte(value, '(') < value.len) {
        /* RFC 2045, 5.1, shows "charset=us-ascii (Plain text)", and old mailers wrote it; all read US-ASCII. */
        if (!span_equals_nocase(name, SPAN("charset")))
            call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        param_add_value(parser, item->name, value);
        param_add_value(parser, item->name, span_slice(value, 0, span_find_byte(value, '(')));
    }
    if (blank < clean.len || span_find_byte(clean, '"') < clean.len ||
        span_find_byte(clean, '\t') < clean.len) {
        call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        param_add_value(parser, item->name, span_slice(clean, 0, blank));
    }
}

static bool has_control(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char)text.ptr[i] < 0x20 && strchr("\t\r\n", text.ptr[i]) == NULL) ||
            text.ptr[i] == '\0' || text.ptr[i] == 0x7F)
            return true;
    return false;
}

static void take_segment(struct param_parser *parser, struct span segment)
{
    size_t equals = span_find_byte(segment, '=');
    struct span name = without_comments(parser, span_slice(segment, 0, equals));
    struct span value = span_trim(span_slice(segment, equals + 1, segment.len));

    if (span_trim(segment).len == 0)
        return;
    if (equals == segment.len || name.len == 0) {
        if (without_comments(parser, segment).len > 0)
            call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        return;
    }
    if (has_control(value)) {
        /* Readers in C end at a NUL; others drop what is no text. */
        call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        param_add_value(parser, name, span_slice(value, value.len > 0 && value.ptr[0] == '"',
                                           span_find_byte(value, '\0')));
    }
    while (value.len > 0 && value.ptr[0] == '(') {
        struct lexer lexer = { .rest = value, .specials = lex_mime_specials };
        lex_next(&lexer);
        call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        value = span_trim(lexer.rest);
    }
    if (value.len > 0 && value.ptr[0] == '"')
        take_quoted(parser, name, value);
    else
        take_bare(parser, name, value);
}

void param_parse(struct arena *arena, struct span body, struct param_field *out,
                 struct ambiguity_set *seen)
{
    struct param_parser parser = { .arena = arena, .out = out, .seen = seen };
    struct span rest = body;
    size_t end = segment_length(&parser, rest);

    *out = (struct param_field){ 0 };
    out->naive_value = span_trim(span_slice(rest, 0, end));
    out->value = without_comments(&parser, out->naive_value);
    rest = span_slice(rest, end + 1, rest.len);
    while (rest.len > 0) {
        end = segment_length(&parser, rest);
        take_segment(&parser, span_slice(rest, 0, end));
        rest = span_slice(rest, end + 1, rest.len);
    }
    param_resolve(&parser);
}

bool param_next(const struct param_field *field, struct span name, size_t *index,
                struct span *value_out)
{
    while (*index < field->count) {
        const struct param *param = &field->items[(*index)++];
        if (span_equals_nocase(param->name, name)) {
            *value_out = param->value;
            return true;
        }
    }
    return false;
}
