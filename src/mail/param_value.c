/* SPDX-License-Identifier: EUPL-1.2 */
/* The values of parameters: RFC 2231's pieces and charsets, encoded words, and what readers make of two forms of one value. */
#include "base/buf.h"
#include "mail/encoded_word.h"
#include "mail/header.h"
#include "mail_priv.h"
#include "text/charset.h"

static void call(struct param_parser *parser, enum ambiguity kind)
{
    ambiguity_set_add(parser->seen, kind);
}

void param_add_value(struct param_parser *parser, struct span name, struct span value)
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

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void append_percent(struct param_parser *parser, struct span text, struct buf *out)
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
static struct span cut_charset(struct param_parser *parser, struct span *value)
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
static void add_decoded(struct param_parser *parser, struct span name, struct span charset,
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
    param_add_value(parser, name, arena_copy(parser->arena, buf_span(&utf8)));
    buf_fini(&utf8);
}

static struct param_written *find_piece(struct param_parser *parser, struct span name, int piece, size_t *where)
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
static void join_pieces(struct param_parser *parser, struct span name)
{
    struct span charset = { NULL, 0 };
    size_t last = 0, where = 0;
    struct param_written *item;
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

static void resolve_encoded(struct param_parser *parser)
{
    for (size_t i = 0; i < parser->count; i++) {
        struct param_written *item = &parser->items[i];
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
            param_add_value(parser, parser->items[i].name, parser->items[i].value);
        }
}

static bool is_file_name(struct span name)
{
    return span_equals_nocase(name, SPAN("filename")) || span_equals_nocase(name, SPAN("name"));
}

/* Encoded words have no place in parameters (RFC 2047, 5), yet every reader decodes them in file names. */
static void add_plain(struct param_parser *parser, const struct param_written *item)
{
    struct ambiguity_set inner = { 0 };
    struct span decoded;

    if (encoded_word_present(item->value)) {
        decoded = encoded_word_decode(parser->arena, item->value, &inner);
        if (!span_equals(decoded, item->value)) {
            param_add_value(parser, item->name, decoded);
            if (!is_file_name(item->name))
                call(parser, AMBIGUITY_PARAMETER_ENCODED_WORD);
        }
        if (ambiguity_set_has(&inner, AMBIGUITY_HEADER_ENCODED_WORD))
            call(parser, AMBIGUITY_PARAMETER_ENCODED_WORD);
    }
    param_add_value(parser, item->name, item->value);
}

/* Plain values, and what is wrong between values of one name. */
static void resolve_plain(struct param_parser *parser)
{
    for (size_t i = 0; i < parser->count; i++) {
        struct param_written *item = &parser->items[i];

        if (item->piece >= 0 || item->extended)
            continue;
        for (size_t j = 0; j < parser->count; j++) {
            const struct param_written *other = &parser->items[j];
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
static void judge_both_forms(struct param_parser *parser)
{
    for (size_t i = 0; i < parser->count; i++) {
        const struct param_written *item = &parser->items[i];
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

void param_resolve(struct param_parser *parser)
{
    resolve_encoded(parser);
    resolve_plain(parser);
    judge_both_forms(parser);
}
