/* SPDX-License-Identifier: EUPL-1.2 */
/* PDF octets to tokens and values (ISO 32000-2, 7.2 and 7.3), as leniently as viewers are. */
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "pdf_priv.h"

enum { SORT_FROM = 24 };    /* entries from which a dictionary is searched by halves */

enum char_class { REGULAR = 0, SPACE, DELIMITER };

static const uint8_t classes[256] = {
    [0] = SPACE, ['\t'] = SPACE, ['\n'] = SPACE, ['\f'] = SPACE, ['\r'] = SPACE, [' '] = SPACE,
    ['('] = DELIMITER, [')'] = DELIMITER, ['<'] = DELIMITER, ['>'] = DELIMITER, ['['] = DELIMITER,
    [']'] = DELIMITER, ['{'] = DELIMITER, ['}'] = DELIMITER, ['/'] = DELIMITER, ['%'] = DELIMITER,
};

bool pdf_is_space(char c)
{
    return classes[(uint8_t)c] == SPACE;
}

bool pdf_is_delimiter(char c)
{
    return classes[(uint8_t)c] == DELIMITER;
}

void pdf_lexer_init(struct pdf_lexer *lexer, struct span bytes, struct arena *arena)
{
    const char *start = bytes.ptr == NULL ? "" : bytes.ptr;

    *lexer = (struct pdf_lexer){ .start = start, .at = start, .end = start + bytes.len, .arena = arena };
}

static void skip_space(struct pdf_lexer *lexer)
{
    const char *at = lexer->at;

    while (at < lexer->end) {
        if (classes[(uint8_t)*at] == SPACE) {
            at++;
        } else if (*at == '%') {
            while (at < lexer->end && *at != '\n' && *at != '\r')
                at++;
        } else {
            break;
        }
    }
    lexer->at = at;
}

static void set_string(struct pdf_lexer *lexer, struct pdf_token *token, struct span bytes)
{
    if (lexer->crypt != NULL)
        bytes = pdf_crypt_string(lexer->crypt, lexer->arena, lexer->number, lexer->generation, bytes);
    token->kind = PDF_TOKEN_VALUE;
    token->value = (struct pdf_value){ .kind = PDF_STRING, .bytes = bytes };
}

/* One escape behind its backslash; returns the octet, or -1 when it stands for nothing. */
static int read_escape(const char **at, const char *end)
{
    int c = (uint8_t)*(*at)++;

    switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'b': return '\b';
    case 'f': return '\f';
    case '\n': return -1;
    case '\r':
        if (*at < end && **at == '\n')
            ++*at;
        return -1;
    }
    if (c < '0' || c > '7')
        return c;
    c -= '0';
    for (int i = 0; i < 2 && *at < end && **at >= '0' && **at <= '7'; i++)
        c = c * 8 + (*(*at)++ - '0');
    return c & 0xFF;
}

static struct span unescape(struct pdf_lexer *lexer, struct span raw)
{
    char *out = arena_alloc(lexer->arena, raw.len + 1);
    const char *at = raw.ptr, *end = raw.ptr + raw.len;
    size_t len = 0;

    if (out == NULL)
        return (struct span){ "", 0 };
    while (at < end) {
        int c = (uint8_t)*at++;
        if (c == '\\' && at < end)
            c = read_escape(&at, end);
        if (c >= 0)
            out[len++] = (char)c;
    }
    return (struct span){ out, len };
}

static void read_literal(struct pdf_lexer *lexer, struct pdf_token *token)
{
    const char *start = ++lexer->at, *at = start;
    size_t depth = 1;
    bool has_escape = false;
    struct span raw;

    for (; at < lexer->end; at++) {
        if (*at == '\\') {
            has_escape = true;
            if (at + 1 < lexer->end)
                at++;
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')' && --depth == 0) {
            break;
        }
    }
    raw = (struct span){ start, (size_t)(at - start) };
    lexer->at = at < lexer->end ? at + 1 : at;
    set_string(lexer, token, has_escape ? unescape(lexer, raw) : raw);
}

static void read_hex(struct pdf_lexer *lexer, struct pdf_token *token)
{
    const char *start = ++lexer->at;
    const char *close = memchr(start, '>', (size_t)(lexer->end - start));
    const char *end = close == NULL ? lexer->end : close;
    char *out = arena_alloc(lexer->arena, (size_t)(end - start) / 2 + 1);
    size_t len = 0;
    int high = -1;

    for (const char *at = start; out != NULL && at < end; at++) {
        int digit = hex_digit(*at);
        if (digit < 0)
            continue;
        if (high < 0) {
            high = digit;
        } else {
            out[len++] = (char)(high << 4 | digit);
            high = -1;
        }
    }
    if (high >= 0 && out != NULL)
        out[len++] = (char)(high << 4);
    lexer->at = close == NULL ? lexer->end : close + 1;
    set_string(lexer, token, (struct span){ out == NULL ? "" : out, len });
}

static void read_name(struct pdf_lexer *lexer, struct pdf_token *token)
{
    const char *start = ++lexer->at, *at = start;
    bool has_escape = false;
    struct span name;

    for (; at < lexer->end && classes[(uint8_t)*at] == REGULAR; at++)
        has_escape |= *at == '#';
    lexer->at = at;
    name = (struct span){ start, (size_t)(at - start) };
    if (has_escape) {
        char *out = arena_alloc(lexer->arena, name.len + 1);
        size_t len = 0;
        for (size_t i = 0; out != NULL && i < name.len; i++) {
            if (name.ptr[i] == '#' && i + 2 < name.len && hex_digit(name.ptr[i + 1]) >= 0 &&
                hex_digit(name.ptr[i + 2]) >= 0) {
                out[len++] = (char)(hex_digit(name.ptr[i + 1]) << 4 | hex_digit(name.ptr[i + 2]));
                i += 2;
            } else {
                out[len++] = name.ptr[i];
            }
        }
        name = (struct span){ out == NULL ? "" : out, len };
    }
    token->kind = PDF_TOKEN_VALUE;
    token->value = (struct pdf_value){ .kind = PDF_NAME, .bytes = name };
}

/* A number, or false and nothing taken. Viewers take "--5" and "5-3" for 5. */
static bool read_number(struct pdf_lexer *lexer, struct pdf_token *token)
{
    const char *at = lexer->at;
    bool negative = false, has_digit = false, is_real = false;
    double value = 0, unit = 1;
    int64_t whole = 0;

    while (at < lexer->end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    for (; at < lexer->end; at++) {
        if (*at >= '0' && *at <= '9') {
            has_digit = true;
            if (is_real) {
                unit /= 10;
                value += (*at - '0') * unit;
            } else if (whole < INT64_MAX / 10 - 10) {
                whole = whole * 10 + (*at - '0');
            }
        } else if (*at == '.' && !is_real) {
            is_real = true;
        } else if (*at != '-' || !has_digit) {
            break;
        }
    }
    if ((!has_digit && !is_real) || (at < lexer->end && classes[(uint8_t)*at] == REGULAR))
        return false;
    lexer->at = at;
    token->kind = PDF_TOKEN_VALUE;
    if (is_real)
        token->value = (struct pdf_value){ .kind = PDF_REAL,
                                           .real = ((double)whole + value) * (negative ? -1 : 1) };
    else
        token->value = (struct pdf_value){ .kind = PDF_INTEGER, .integer = negative ? -whole : whole };
    return true;
}

static void read_word(struct pdf_lexer *lexer, struct pdf_token *token)
{
    const char *start = lexer->at, *at = start;

    while (at < lexer->end && classes[(uint8_t)*at] == REGULAR)
        at++;
    if (at == start)
        at++;               /* a stray delimiter is a word of its own */
    lexer->at = at;
    token->word = (struct span){ start, (size_t)(at - start) };
    token->kind = PDF_TOKEN_WORD;
    if (span_equals(token->word, SPAN("true")) || span_equals(token->word, SPAN("false"))) {
        token->kind = PDF_TOKEN_VALUE;
        token->value = (struct pdf_value){ .kind = PDF_BOOL, .yes = *start == 't' };
    } else if (span_equals(token->word, SPAN("null"))) {
        token->kind = PDF_TOKEN_VALUE;
        token->value = (struct pdf_value){ .kind = PDF_NULL };
    }
}

static bool take_pair(struct pdf_lexer *lexer, char c)
{
    if (lexer->end - lexer->at < 2 || lexer->at[0] != c || lexer->at[1] != c)
        return false;
    lexer->at += 2;
    return true;
}

void pdf_lexer_next(struct pdf_lexer *lexer, struct pdf_token *token)
{
    char c;

    skip_space(lexer);
    if (lexer->at >= lexer->end) {
        token->kind = PDF_TOKEN_END;
        return;
    }
    c = *lexer->at;
    if (((c >= '0' && c <= '9') || c == '-' || c == '.' || c == '+') && read_number(lexer, token))
        return;
    if (c == '(') {
        read_literal(lexer, token);
    } else if (c == '/') {
        read_name(lexer, token);
    } else if (c == '[') {
        lexer->at++;
        token->kind = PDF_TOKEN_ARRAY;
    } else if (c == ']') {
        lexer->at++;
        token->kind = PDF_TOKEN_ARRAY_END;
    } else if (take_pair(lexer, '<')) {
        token->kind = PDF_TOKEN_DICT;
    } else if (c == '<') {
        read_hex(lexer, token);
    } else if (take_pair(lexer, '>')) {
        token->kind = PDF_TOKEN_DICT_END;
    } else {
        read_word(lexer, token);
    }
}

static bool parse_nested(struct pdf_lexer *lexer, const struct pdf_token *token, unsigned depth,
                         struct pdf_value *out);

/* "N G R" behind the integer N: a reference, else N alone and the lexer where it was. */
static void parse_reference(struct pdf_lexer *lexer, struct pdf_value *value)
{
    const char *back = lexer->at;
    struct pdf_token token;
    int64_t generation;

    if (value->integer < 0 || value->integer > UINT32_MAX || back >= lexer->end || !pdf_is_space(*back))
        return;
    skip_space(lexer);
    if (lexer->at < lexer->end && *lexer->at >= '0' && *lexer->at <= '9') {
        pdf_lexer_next(lexer, &token);
        if (token.kind == PDF_TOKEN_VALUE && token.value.kind == PDF_INTEGER) {
            generation = token.value.integer;
            skip_space(lexer);
            if (lexer->at < lexer->end && *lexer->at == 'R' &&
                (lexer->at + 1 == lexer->end || classes[(uint8_t)lexer->at[1]] != REGULAR)) {
                lexer->at++;
                *value = (struct pdf_value){ .kind = PDF_REF,
                                             .ref = { (uint32_t)value->integer, (uint32_t)generation } };
                return;
            }
        }
    }
    lexer->at = back;
}

static bool parse_array(struct pdf_lexer *lexer, unsigned depth, struct pdf_value *out)
{
    struct pdf_array *array = arena_alloc(lexer->arena, sizeof *array);
    struct pdf_token token;

    if (array == NULL)
        return false;
    *out = (struct pdf_value){ .kind = PDF_ARRAY, .array = array };
    for (;;) {
        struct pdf_value *moved, value;
        pdf_lexer_next(lexer, &token);
        if (token.kind == PDF_TOKEN_ARRAY_END || token.kind == PDF_TOKEN_END)
            return true;
        if (token.kind == PDF_TOKEN_DICT_END || token.kind == PDF_TOKEN_WORD) {
            if (token.kind == PDF_TOKEN_WORD && span_equals(token.word, SPAN("endobj")))
                return true;
            continue;
        }
        if (!parse_nested(lexer, &token, depth + 1, &value))
            return false;
        moved = arena_grow(lexer->arena, array->items, array->count, &array->capacity,
                           sizeof *array->items);
        if (moved == NULL)
            return false;
        array->items = moved;
        array->items[array->count++] = value;
    }
}

static int compare_entries(const void *left, const void *right)
{
    const struct pdf_entry *a = left, *b = right;
    int order = span_compare(a->key, b->key);

    return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

static bool parse_dict(struct pdf_lexer *lexer, unsigned depth, struct pdf_value *out)
{
    struct pdf_dict *dict = arena_alloc(lexer->arena, sizeof *dict);
    struct pdf_token token;

    if (dict == NULL)
        return false;
    *out = (struct pdf_value){ .kind = PDF_DICT, .dict = dict };
    for (;;) {
        struct pdf_entry *moved, entry;
        pdf_lexer_next(lexer, &token);
        if (token.kind == PDF_TOKEN_DICT_END || token.kind == PDF_TOKEN_END)
            break;
        if (token.kind == PDF_TOKEN_WORD && (span_equals(token.word, SPAN("endobj")) ||
                                             span_equals(token.word, SPAN("stream")))) {
            lexer->at = token.word.ptr;
            break;
        }
        if (token.kind != PDF_TOKEN_VALUE || token.value.kind != PDF_NAME)
            continue;
        entry = (struct pdf_entry){ .key = token.value.bytes, .order = (uint32_t)dict->count };
        pdf_lexer_next(lexer, &token);
        if (token.kind == PDF_TOKEN_DICT_END || token.kind == PDF_TOKEN_END)
            break;
        if (token.kind == PDF_TOKEN_WORD || token.kind == PDF_TOKEN_ARRAY_END)
            continue;
        if (!parse_nested(lexer, &token, depth + 1, &entry.value))
            return false;
        moved = arena_grow(lexer->arena, dict->entries, dict->count, &dict->capacity,
                           sizeof *dict->entries);
        if (moved == NULL)
            return false;
        dict->entries = moved;
        dict->entries[dict->count++] = entry;
    }
    if (dict->count >= SORT_FROM)
        qsort(dict->entries, dict->count, sizeof *dict->entries, compare_entries);
    return true;
}

static bool parse_nested(struct pdf_lexer *lexer, const struct pdf_token *token, unsigned depth,
                         struct pdf_value *out)
{
    *out = (struct pdf_value){ .kind = PDF_NULL };
    if (depth > PDF_MAX_DEPTH)
        return false;
    if (token->kind == PDF_TOKEN_ARRAY)
        return parse_array(lexer, depth, out);
    if (token->kind == PDF_TOKEN_DICT)
        return parse_dict(lexer, depth, out);
    if (token->kind != PDF_TOKEN_VALUE)
        return false;
    *out = token->value;
    if (out->kind == PDF_INTEGER)
        parse_reference(lexer, out);
    return true;
}

bool pdf_parse_rest(struct pdf_lexer *lexer, const struct pdf_token *open, struct pdf_value *out)
{
    return parse_nested(lexer, open, 0, out);
}

bool pdf_parse_value(struct pdf_lexer *lexer, struct pdf_value *out)
{
    struct pdf_token token;

    pdf_lexer_next(lexer, &token);
    return parse_nested(lexer, &token, 0, out);
}

struct pdf_value pdf_dict_raw(const struct pdf_dict *dict, struct span key)
{
    static const struct pdf_value nothing = { .kind = PDF_NULL };
    size_t low = 0, high;

    if (dict == NULL)
        return nothing;
    high = dict->count;
    if (high < SORT_FROM) {
        for (size_t i = 0; i < high; i++)
            if (span_equals(dict->entries[i].key, key))
                return dict->entries[i].value;
        return nothing;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (span_compare(dict->entries[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < dict->count && span_equals(dict->entries[low].key, key) ? dict->entries[low].value
                                                                        : nothing;
}
