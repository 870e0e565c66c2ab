/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/param.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "mail/encoded_word.h"
#include "mail/header.h"
#include "mail_priv.h"
#include "text/charset.h"

/* RFC 2231 numbers its pieces from 0 without leading zeros; nobody writes more than this. */
enum { PIECE_MAX = PARAM_MAX };

/* One "name=value" as it stands. */
struct written {
    struct span name;       /* without what RFC 2231 adds */
    struct span value;
    int piece;              /* number behind "*", -1 for none */
    bool extended;          /* "*" at the end */
    bool used;              /* joined into a value already */
};

struct parser {
    struct arena *arena;
    struct param_field *out;
    struct ambiguity_set *seen;
    struct written items[PARAM_MAX];
    size_t count;
    bool unclosed;          /* a quote or comment never closes: from here on every ";" counts */
};

static void call(struct parser *parser, enum ambiguity kind)
{
    ambiguity_set_add(parser->seen, kind);
}

static void add_value(struct parser *parser, struct span name, struct span value)
{
    struct param_field *out = parser->out;
    struct param *items;

    for (size_t i = 0; i < out->count; i++)
        if (span_equals_nocase(out->items[i].name, name) && span_equals(out->items[i].value, value))
            return;
    items = arena_grow(parser->arena, out->items, out->count, &out->capacity, sizeof *items);
    if (items == NULL)
        return;
    out->items = items;
    items[out->count++] = (struct param){ name, value };
}

/* Where the parameter or value ends: the next ";" outside of quotes and comments. */
static size_t segment_length(struct parser *parser, struct span s)
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
static struct span without_comments(struct parser *parser, struct span text)
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

/* A quoted string's content; raw_out keeps the backslashes, as readers of DOS paths do. */
static struct span unquote(struct parser *parser, struct span text, bool *had_pairs)
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
static void split_name(struct written *item)
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
    item->piece = span_to_u64(tail, &number) && number < PIECE_MAX ? (int)number : PIECE_MAX;
}

static struct written *add_written(struct parser *parser, struct span name, struct span value)
{
    struct written *item;

    if (parser->count == PARAM_MAX) {
        call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        return NULL;
    }
    item = &parser->items[parser->count++];
    *item = (struct written){ .name = name, .value = value };
    split_name(item);
    return item;
}

/* A value in quotes, and what may stand around them. */
static void take_quoted(struct parser *parser, struct span name, struct span value)
{
    struct lexer lexer = { .rest = value, .specials = lex_mime_specials };
    struct token token = lex_next(&lexer), after = lex_next(&lexer);
    bool had_pairs;
    struct span text = unquote(parser, token.text, &had_pairs);
    struct written *item = add_written(parser, name, text);

    if (item == NULL)
        return;
    while (after.kind == LEX_COMMENT)
        after = lex_next(&lexer);
    if (token.open || after.kind != LEX_END) {
        call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        add_value(parser, item->name, value);
    }
    if (had_pairs)
        add_value(parser, item->name, token.text);
}

/* A bare value: most readers take all of it, some only its first word, some leave comments in. */
static void take_bare(struct parser *parser, struct span name, struct span value)
{
    struct span clean = without_comments(parser, value);
    size_t blank = span_find_byte(clean, ' ');
    struct written *item = add_written(parser, name, clean);

    if (item == NULL)
        return;
    if (!span_equals(clean, value) && span_find_byte(value, '(') < value.len) {
        call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        add_value(parser, item->name, value);
        add_value(parser, item->name, span_slice(value, 0, span_find_byte(value, '(')));
    }
    if (blank < clean.len || span_find_byte(clean, '"') < clean.len ||
        span_find_byte(clean, '\t') < clean.len) {
        call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        add_value(parser, item->name, span_slice(clean, 0, blank));
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

static void take_segment(struct parser *parser, struct span segment)
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
        add_value(parser, name, span_slice(value, value.len > 0 && value.ptr[0] == '"',
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

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void append_percent(struct parser *parser, struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        int high = i + 2 < text.len ? hex(text.ptr[i + 1]) : -1;
        int low = i + 2 < text.len ? hex(text.ptr[i + 2]) : -1;
        bool escape = text.ptr[i] == '%';

        if (escape && high >= 0 && low >= 0) {
            buf_append_byte(out, (char)(high << 4 | low));
            i += 2;
            continue;
        }
        if (escape)
            call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        buf_append_byte(out, text.ptr[i]);
    }
}

/* Cut "charset'language'" off the first piece of an extended value. */
static struct span cut_charset(struct parser *parser, struct span *value)
{
    size_t first = span_find_byte(*value, '\'');
    size_t second = first + 1 + span_find_byte(span_slice(*value, first + 1, value->len), '\'');
    struct span charset = span_slice(*value, 0, first);

    if (second >= value->len) {
        call(parser, AMBIGUITY_PARAMETER_MALFORMED);
        return (struct span){ NULL, 0 };
    }
    *value = span_slice(*value, second + 1, value->len);
    return charset;
}

/* The octets of an extended or continued value to UTF-8, and into the list. */
static void add_decoded(struct parser *parser, struct span name, struct span charset,
                        struct span octets)
{
    struct buf utf8;

    buf_init(&utf8, octets.len * 6 + 16);
    switch (charset_decode(charset, octets, &utf8)) {
    case CHARSET_OK:
        break;
    case CHARSET_SUBSTITUTED:
        call(parser, AMBIGUITY_CHARSET_MALFORMED);
        break;
    case CHARSET_UNKNOWN:
        call(parser, AMBIGUITY_CHARSET_UNKNOWN);
        charset_decode((struct span){ NULL, 0 }, octets, &utf8);
        break;
    }
    add_value(parser, name, arena_copy(parser->arena, buf_span(&utf8)));
    buf_fini(&utf8);
}

static struct written *find_piece(struct parser *parser, struct span name, int piece, size_t *where)
{
    for (size_t i = 0; i < parser->count; i++)
        if (parser->items[i].piece == piece && !parser->items[i].used &&
            span_equals_nocase(parser->items[i].name, name)) {
            *where = i;
            return &parser->items[i];
        }
    return NULL;
}

/* Join name*0, name*1… (RFC 2231, 3 and 4.1), in the order of their numbers. */
static void join_pieces(struct parser *parser, struct span name)
{
    struct span charset = { NULL, 0 };
    size_t last = 0, where = 0;
    struct written *item;
    struct buf octets;

    buf_init(&octets, HEADER_FIELD_BYTES);
    for (int piece = 0; (item = find_piece(parser, name, piece, &where)) != NULL; piece++) {
        struct span value = item->value;
        if (where < last)
            call(parser, AMBIGUITY_PARAMETER_CONTINUATION);
        last = where;
        item->used = true;
        if (item->extended && piece == 0)
            charset = cut_charset(parser, &value);
        if (item->extended)
            append_percent(parser, value, &octets);
        else
            buf_append(&octets, value);
    }
    add_decoded(parser, name, charset, buf_span(&octets));
    buf_fini(&octets);
}

static void resolve_encoded(struct parser *parser)
{
    for (size_t i = 0; i < parser->count; i++) {
        struct written *item = &parser->items[i];
        struct span value = item->value, charset;
        struct buf octets;

        if (item->piece == 0 && !item->used) {
            size_t index = 0;
            struct span earlier;
            /* A second beginning of the same value. */
            if (param_next(parser->out, item->name, &index, &earlier))
                call(parser, AMBIGUITY_PARAMETER_CONTINUATION);
            join_pieces(parser, item->name);
        }
        if (item->piece >= 0 || !item->extended)
            continue;
        buf_init(&octets, HEADER_FIELD_BYTES);
        charset = cut_charset(parser, &value);
        append_percent(parser, value, &octets);
        add_decoded(parser, item->name, charset, buf_span(&octets));
        buf_fini(&octets);
    }
    /* Pieces that nothing led to: a number is missing or comes twice. */
    for (size_t i = 0; i < parser->count; i++)
        if (parser->items[i].piece >= 0 && !parser->items[i].used) {
            call(parser, AMBIGUITY_PARAMETER_CONTINUATION);
            add_value(parser, parser->items[i].name, parser->items[i].value);
        }
}

static bool is_file_name(struct span name)
{
    return span_equals_nocase(name, SPAN("filename")) || span_equals_nocase(name, SPAN("name"));
}

/* Encoded words have no place in parameters (RFC 2047, 5), yet every reader decodes them in file names. */
static void add_plain(struct parser *parser, const struct written *item)
{
    struct ambiguity_set inner = { 0 };
    struct span decoded;

    if (encoded_word_present(item->value)) {
        decoded = encoded_word_decode(parser->arena, item->value, &inner);
        if (!span_equals(decoded, item->value)) {
            add_value(parser, item->name, decoded);
            if (!is_file_name(item->name))
                call(parser, AMBIGUITY_PARAMETER_ENCODED_WORD);
        }
        if (ambiguity_set_has(&inner, AMBIGUITY_HEADER_ENCODED_WORD))
            call(parser, AMBIGUITY_PARAMETER_ENCODED_WORD);
    }
    add_value(parser, item->name, item->value);
}

/* Plain values, and what is wrong between values of one name. */
static void resolve_plain(struct parser *parser)
{
    for (size_t i = 0; i < parser->count; i++) {
        struct written *item = &parser->items[i];

        if (item->piece >= 0 || item->extended)
            continue;
        for (size_t j = 0; j < parser->count; j++) {
            const struct written *other = &parser->items[j];
            if (j == i || !span_equals_nocase(other->name, item->name))
                continue;
            if (other->piece >= 0 || other->extended)
                item->used = true;
            else if (j < i && !span_equals_nocase(other->value, item->value))
                call(parser, AMBIGUITY_PARAMETER_DUPLICATE);
        }
        add_plain(parser, item);
    }
}

/* May plain be the ASCII stand-in that careful producers put beside the extended value? */
static bool is_stand_in(struct span plain, struct span extended)
{
    size_t at = 0;

    for (size_t i = 0; i < extended.len; i++) {
        if ((unsigned char)extended.ptr[i] >= 0x80)
            continue;
        while (at < plain.len && plain.ptr[at] != extended.ptr[i] &&
               (plain.ptr[at] == '_' || plain.ptr[at] == '?' || plain.ptr[at] == '-' ||
                (i > 0 && (unsigned char)extended.ptr[i - 1] >= 0x80)))
            at++;
        if (at == plain.len || plain.ptr[at] != extended.ptr[i])
            return false;
        at++;
    }
    return true;
}

/* A plain value beside an RFC 2231 one: harmless as long as it stands for the same. */
static void judge_both_forms(struct parser *parser)
{
    for (size_t i = 0; i < parser->count; i++) {
        const struct written *item = &parser->items[i];
        bool stands_in = false;

        if (item->piece >= 0 || item->extended || !item->used)
            continue;
        for (size_t k = 0; k < parser->out->count; k++)
            if (span_equals_nocase(parser->out->items[k].name, item->name)) {
                stands_in = is_stand_in(item->value, parser->out->items[k].value);
                break;
            }
        if (!stands_in)
            call(parser, AMBIGUITY_PARAMETER_CONTINUATION);
    }
}

void param_parse(struct arena *arena, struct span body, struct param_field *out,
                 struct ambiguity_set *seen)
{
    struct parser parser = { .arena = arena, .out = out, .seen = seen };
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
    resolve_encoded(&parser);
    resolve_plain(&parser);
    judge_both_forms(&parser);
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
