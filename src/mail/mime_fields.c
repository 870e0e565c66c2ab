/* SPDX-License-Identifier: EUPL-1.2 */
/* The Content-* fields of a part, under every reading of them. */
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "mail/param.h"
#include "mail_priv.h"
#include "text/charset.h"

/* More fields of one name than this say nothing new; they are named as duplicates all the same. */
enum { SAME_NAME_MAX = 8 };

struct fields {
    struct arena *arena;
    struct mime_part *part;
    struct span first_disposition_name, first_type_name;
    bool odd_names;         /* a parameter that may hold a name was ambiguous */
};

static void call(struct fields *fields, enum ambiguity kind)
{
    ambiguity_set_add(&fields->part->seen, kind);
}

/* Append to a list of readings unless it is there. */
static void add_reading(struct span *items, size_t *count, struct span value)
{
    for (size_t i = 0; i < *count; i++)
        if (span_equals(items[i], value))
            return;
    if (*count < MIME_READINGS)
        items[(*count)++] = value;
}

static void add_encoding(struct mime_part *part, enum transfer_encoding encoding)
{
    for (size_t i = 0; i < part->encoding_count; i++)
        if (part->encodings[i] == encoding)
            return;
    if (part->encoding_count < MIME_ENCODINGS)
        part->encodings[part->encoding_count++] = encoding;
}

static struct span lower_case(struct arena *arena, struct span text)
{
    struct span copy = arena_copy(arena, text);

    for (size_t i = 0; copy.ptr != NULL && i < copy.len; i++)
        if (copy.ptr[i] >= 'A' && copy.ptr[i] <= 'Z')
            ((char *)copy.ptr)[i] |= 0x20;
    return copy;
}

/* type "/" subtype, and nothing else. */
static bool is_media_type(struct span value)
{
    struct lexer lexer = { .rest = value, .specials = lex_mime_specials };
    struct token type = lex_next(&lexer), slash = lex_next(&lexer), subtype = lex_next(&lexer);

    return type.kind == LEX_ATOM && slash.kind == LEX_SPECIAL && slash.text.ptr[0] == '/' &&
           subtype.kind == LEX_ATOM && !slash.spaced && !subtype.spaced &&
           lex_next(&lexer).kind == LEX_END;
}

/* File names come as octets of any charset; from here on they are text. */
static struct span clean_name(struct arena *arena, struct span name)
{
    struct span clean;
    struct buf utf8;

    if (utf8_is_valid(name))
        return name;
    buf_init(&utf8, name.len * 3 + 16);
    charset_decode((struct span){ NULL, 0 }, name, &utf8);
    clean = arena_copy(arena, buf_span(&utf8));
    buf_fini(&utf8);
    return clean;
}

static void add_names(struct fields *fields, const struct param_field *field, struct span key,
                      struct span *first)
{
    struct mime_part *part = fields->part;
    struct span value;
    size_t index = 0;

    while (param_next(field, key, &index, &value)) {
        struct span name = clean_name(fields->arena, value);
        if (first->ptr == NULL)
            *first = name;
        add_reading(part->names, &part->name_count, name);
    }
}

static void add_boundary(struct fields *fields, struct span boundary)
{
    struct mime_part *part = fields->part;

    if (!boundary_is_usual(boundary))
        call(fields, AMBIGUITY_BOUNDARY_MALFORMED);
    if (boundary.len == 0)
        return;
    add_reading(part->boundaries, &part->boundary_count, boundary);
    if (boundary.ptr[boundary.len - 1] == ' ')
        add_reading(part->boundaries, &part->boundary_count, span_trim(boundary));
}

/* Ambiguities of parameters that hold names count only if the names then differ. */
static bool has_odd_parameters(const struct ambiguity_set *seen)
{
    return ambiguity_set_has(seen, AMBIGUITY_PARAMETER_DUPLICATE) ||
           ambiguity_set_has(seen, AMBIGUITY_PARAMETER_MALFORMED) ||
           ambiguity_set_has(seen, AMBIGUITY_PARAMETER_CONTINUATION) ||
           ambiguity_set_has(seen, AMBIGUITY_PARAMETER_ENCODED_WORD);
}

static void take_parameters(struct fields *fields, const struct param_field *field)
{
    struct mime_part *part = fields->part;
    struct span value;
    size_t index = 0, boundaries = part->boundary_count;

    while (param_next(field, SPAN("charset"), &index, &value))
        add_reading(part->charsets, &part->charset_count, value);
    index = 0;
    while (param_next(field, SPAN("boundary"), &index, &value))
        add_boundary(fields, value);
    if (part->boundary_count > boundaries + 1)
        call(fields, AMBIGUITY_BOUNDARY_MALFORMED);
    add_names(fields, field, SPAN("name"), &fields->first_type_name);
}

static void take_type(struct fields *fields, const struct header_field *header)
{
    struct mime_part *part = fields->part;
    struct ambiguity_set seen = { 0 };
    struct param_field field;
    struct span type;

    param_parse(fields->arena, header->value, &field, &seen);
    fields->odd_names |= has_odd_parameters(&seen);
    ambiguity_set_merge(&part->seen, &seen);
    type = lower_case(fields->arena, field.value);
    if (is_media_type(type)) {
        add_reading(part->types, &part->type_count, type);
        if (field.naive_value.len != field.value.len) {
            /* A comment in it: who knows no comments knows no such type. */
            call(fields, AMBIGUITY_CONTENT_TYPE_MALFORMED);
            add_reading(part->types, &part->type_count, SPAN("text/plain"));
        }
    } else if (span_equals(type, SPAN("text"))) {
        /* What mailers older than MIME wrote, and all take for what it is. */
        add_reading(part->types, &part->type_count, SPAN("text/plain"));
    } else {
        call(fields, AMBIGUITY_CONTENT_TYPE_MALFORMED);
        if (span_starts_with(type, SPAN("multipart")))
            add_reading(part->types, &part->type_count, SPAN("multipart/mixed"));
        add_reading(part->types, &part->type_count, SPAN("text/plain"));
    }
    take_parameters(fields, &field);
}

static void take_disposition(struct fields *fields, const struct header_field *header)
{
    struct ambiguity_set seen = { 0 };
    struct param_field field;

    param_parse(fields->arena, header->value, &field, &seen);
    fields->odd_names |= has_odd_parameters(&seen);
    ambiguity_set_merge(&fields->part->seen, &seen);
    fields->part->attachment |= span_equals_nocase(field.value, SPAN("attachment"));
    add_names(fields, &field, SPAN("filename"), &fields->first_disposition_name);
}

/* The reading of an encoding nobody knows: as it stands, and as either that a program may guess. */
static void take_unknown_encoding(struct fields *fields)
{
    call(fields, AMBIGUITY_CONTENT_ENCODING_UNKNOWN);
    add_encoding(fields->part, TRANSFER_UNKNOWN);
    add_encoding(fields->part, TRANSFER_BASE64);
    add_encoding(fields->part, TRANSFER_QUOTED_PRINTABLE);
}

static void take_encoding(struct fields *fields, const struct header_field *header)
{
    struct param_field field;
    enum transfer_encoding encoding;

    param_parse(fields->arena, header->value, &field, NULL);
    encoding = transfer_from_name(field.value);
    if (encoding == TRANSFER_UNKNOWN) {
        take_unknown_encoding(fields);
        return;
    }
    add_encoding(fields->part, encoding);
    if (transfer_from_name(span_trim(header->value)) != encoding) {
        /* A comment or parameters beside the name: unknown to simpler readers. */
        call(fields, AMBIGUITY_CONTENT_ENCODING_UNKNOWN);
        add_encoding(fields->part, TRANSFER_UNKNOWN);
    }
}

/* Every field of a name to take; calls duplicate when two of them differ. */
static void for_each(struct fields *fields, struct span name,
                     void (*take)(struct fields *, const struct header_field *),
                     enum ambiguity duplicate)
{
    const struct header_block *block = &fields->part->header;
    const struct header_field *first = header_next(block, name, NULL), *field = first;

    for (size_t n = 0; field != NULL && n < SAME_NAME_MAX; n++) {
        if (field != first && !span_equals_nocase(span_trim(field->value), span_trim(first->value)))
            call(fields, duplicate);
        take(fields, field);
        field = header_next(block, name, field);
    }
    if (field != NULL)
        call(fields, duplicate);
}

static bool is_multipart(struct span type)
{
    return span_starts_with(type, SPAN("multipart/"));
}

/* Types under which RFC 2045 (6.4) allows no encoding. */
static bool is_composite(struct span type)
{
    return is_multipart(type) || span_equals(type, SPAN("message/rfc822")) ||
           span_equals(type, SPAN("message/partial")) ||
           span_equals(type, SPAN("message/external-body"));
}

static bool is_encoded(const struct mime_part *part)
{
    for (size_t i = 0; i < part->encoding_count; i++)
        if (part->encodings[i] != TRANSFER_IDENTITY)
            return true;
    return false;
}

static void judge_types(struct fields *fields)
{
    struct mime_part *part = fields->part;

    for (size_t i = 0; i < part->type_count; i++) {
        struct span type = part->types[i];
        if (is_composite(type) && is_encoded(part)) {
            call(fields, AMBIGUITY_CONTENT_ENCODING_COMPOSITE);
            add_encoding(part, TRANSFER_IDENTITY);
        }
        if (span_equals(type, SPAN("message/partial")) ||
            span_equals(type, SPAN("message/external-body")))
            call(fields, AMBIGUITY_MESSAGE_PARTIAL);
        if (is_multipart(type))
            part->shape = MIME_MULTIPART;
        else
            part->also_single = true;
    }
    if (part->shape != MIME_MULTIPART)
        part->also_single = false;
    if (part->shape == MIME_MULTIPART && part->boundary_count == 0)
        call(fields, AMBIGUITY_BOUNDARY_MISSING);
}

void mime_read_fields(struct arena *arena, struct mime_part *part, bool in_digest)
{
    struct fields fields = { .arena = arena, .part = part };

    part->shape = MIME_SINGLE;
    ambiguity_set_merge(&part->seen, &part->header.seen);
    for_each(&fields, SPAN("Content-Type"), take_type, AMBIGUITY_CONTENT_TYPE_DUPLICATE);
    for_each(&fields, SPAN("Content-Transfer-Encoding"), take_encoding,
             AMBIGUITY_CONTENT_ENCODING_DUPLICATE);
    for_each(&fields, SPAN("Content-Disposition"), take_disposition,
             AMBIGUITY_CONTENT_DISPOSITION_DUPLICATE);
    if (part->type_count == 0)
        add_reading(part->types, &part->type_count,
                    in_digest ? SPAN("message/rfc822") : SPAN("text/plain"));
    if (part->encoding_count == 0)
        add_encoding(part, TRANSFER_IDENTITY);
    judge_types(&fields);
    if (part->name_count > 1 &&
        (fields.odd_names ||
         (fields.first_type_name.ptr != NULL && fields.first_disposition_name.ptr != NULL &&
          !span_equals_nocase(fields.first_type_name, fields.first_disposition_name))))
        call(&fields, AMBIGUITY_FILENAME_CONFLICT);
}
