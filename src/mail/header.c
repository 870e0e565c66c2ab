/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/header.h"

#include <string.h>

#include "base/utf8.h"
#include "mail/encoded_word.h"

/* Reading state of one block. */
struct reader {
    struct arena *arena;
    struct span octets;
    enum line_ends ends;
    struct header_block *out;
    size_t at;              /* start of the line that is next */
    size_t soft_end;        /* where some readers end the header; 0: nowhere yet */
    bool softly_ended, field_behind_junk, junk;
};

/* One line: text without its end, and the index behind its end. */
struct line {
    struct span text;
    size_t next;
    bool odd_end;           /* not the line end the block is written with */
    bool has_end;
};

enum line_ends line_ends_of(struct span octets)
{
    size_t first = span_find_byte(octets, '\n');

    return first < octets.len && (first == 0 || octets.ptr[first - 1] != '\r') ? LINE_ENDS_LF
                                                                             : LINE_ENDS_CRLF;
}

static struct line read_line(const struct reader *reader, size_t at)
{
    struct span rest = span_slice(reader->octets, at, reader->octets.len);
    size_t end = span_find_byte(rest, '\n');
    struct line line = { .next = at + end, .has_end = end < rest.len };
    bool crlf = line.has_end && end > 0 && rest.ptr[end - 1] == '\r';

    line.next += line.has_end;
    line.text = span_slice(rest, 0, end - crlf);
    line.odd_end = line.has_end && crlf != (reader->ends == LINE_ENDS_CRLF);
    return line;
}

static void call(struct reader *reader, enum ambiguity kind)
{
    ambiguity_set_add(&reader->out->seen, kind);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The length of the field name at the start of line (RFC 5322, 2.2); 0 when it is no field. */
static size_t name_length(struct span line, bool *spaced_out)
{
    size_t len = 0, colon;

    while (len < line.len && line.ptr[len] > ' ' && line.ptr[len] < 0x7F && line.ptr[len] != ':')
        len++;
    colon = len;
    while (colon < line.len && is_blank(line.ptr[colon]))
        colon++;
    *spaced_out = colon > len;
    return colon < line.len && line.ptr[colon] == ':' ? len : 0;
}

static void end_softly(struct reader *reader, size_t at)
{
    if (reader->softly_ended)
        return;
    reader->softly_ended = true;
    reader->soft_end = at;
}

/* Fields whose grammar has no place for octets outside of UTF-8. */
static bool is_structured(struct span name)
{
    static const struct span names[] = {
        SPAN("From"), SPAN("Sender"), SPAN("Reply-To"), SPAN("Resent-From"), SPAN("Resent-Sender"),
        SPAN("Message-ID"), SPAN("Date"), SPAN("MIME-Version"), SPAN("Content-Transfer-Encoding"),
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (span_equals_nocase(name, names[i]))
            return true;
    return false;
}

static void add_field(struct reader *reader, struct span name, struct span value, struct span raw,
                      bool stray)
{
    struct header_block *out = reader->out;
    struct header_field *fields = arena_grow(reader->arena, out->fields, out->count,
                                             &out->capacity, sizeof *fields);

    if (fields == NULL)
        return;
    if (value.len > HEADER_FIELD_BYTES) {
        call(reader, AMBIGUITY_HEADER_TOO_LONG);
        value.len = HEADER_FIELD_BYTES;
    }
    out->fields = fields;
    fields[out->count++] = (struct header_field){ name, value, raw, stray };
    if (is_structured(name) && !utf8_is_valid(value))
        call(reader, AMBIGUITY_HEADER_8BIT);
}

/* For readers that end a line at a lone CR, what follows it may be a field of its own. */
static void add_fields_behind_cr(struct reader *reader, struct span value)
{
    struct span rest = value, piece;

    if (!span_next(&rest, '\r', &piece))
        return;
    while (reader->out->count < HEADER_FIELDS && span_next(&rest, '\r', &piece)) {
        bool spaced;
        size_t len;

        if (piece.len > 0 && piece.ptr[0] == '\n')
            continue;
        call(reader, AMBIGUITY_HEADER_BARE_CR);
        len = name_length(piece, &spaced);
        if (len > 0)
            add_field(reader, span_slice(piece, 0, len),
                      span_slice(piece, span_find_byte(piece, ':') + 1, piece.len), piece, true);
    }
    if (value.ptr[value.len - 1] == '\r')
        call(reader, AMBIGUITY_HEADER_BARE_CR);
}

/* The continuation lines behind the field's first line: returns the index behind the last. */
static size_t read_folds(struct reader *reader, size_t at, size_t *value_end)
{
    while (at < reader->octets.len && is_blank(reader->octets.ptr[at])) {
        struct line line = read_line(reader, at);

        if (line.odd_end)
            call(reader, AMBIGUITY_HEADER_BARE_LF);
        if (span_trim(line.text).len == 0) {
            call(reader, AMBIGUITY_HEADER_EMPTY_FOLD);
            end_softly(reader, line.next);
        }
        *value_end = at + line.text.len;
        at = line.next;
    }
    return at;
}

static void read_field(struct reader *reader, const struct line *first, size_t name_len)
{
    size_t start = reader->at, value_start, value_end = start + first->text.len;
    bool stray = reader->softly_ended;
    struct span value;

    value_start = start + span_find_byte(first->text, ':') + 1;
    reader->at = read_folds(reader, first->next, &value_end);
    value = span_slice(reader->octets, value_start, value_end);
    if (value.len > 0 && memchr(value.ptr, '\0', value.len) != NULL)
        call(reader, AMBIGUITY_HEADER_NUL);
    add_field(reader, span_slice(first->text, 0, name_len), value,
              span_slice(reader->octets, start, reader->at), stray);
    if (value.len > 0 && memchr(value.ptr, '\r', value.len) != NULL)
        add_fields_behind_cr(reader, value);
    reader->field_behind_junk |= reader->junk;
}

/* A line that is neither field nor fold: servers end the header here, many readers pass it over. */
static void read_junk(struct reader *reader, const struct line *line)
{
    if (memchr(line->text.ptr, '\0', line->text.len) != NULL)
        call(reader, AMBIGUITY_HEADER_NUL);
    if (memchr(line->text.ptr, '\r', line->text.len) != NULL) {
        call(reader, AMBIGUITY_HEADER_BARE_CR);
        add_fields_behind_cr(reader, line->text);
    }
    reader->junk = true;
    end_softly(reader, reader->at);
    reader->at = line->next;
}

/* One line's worth. false at the end of the block. */
static bool read_next(struct reader *reader)
{
    struct line line = read_line(reader, reader->at);
    bool spaced;
    size_t name_len;

    if (line.odd_end)
        call(reader, AMBIGUITY_HEADER_BARE_LF);
    if (line.text.len == 0) {
        if (!line.has_end)
            return false;
        reader->out->has_separator = true;
        if (!line.odd_end || reader->ends == LINE_ENDS_LF) {
            reader->at = line.next;
            return false;
        }
        /* Lone LFs: an empty line for some only. */
        end_softly(reader, line.next);
        reader->at = line.next;
        return true;
    }
    name_len = name_length(line.text, &spaced);
    if (name_len == 0) {
        read_junk(reader, &line);
        return true;
    }
    if (spaced)
        call(reader, AMBIGUITY_HEADER_SPACE_BEFORE_COLON);
    read_field(reader, &line, name_len);
    return true;
}

/* Where the content begins, for either kind of reader, and what the junk on the way was. */
static void settle_end(struct reader *reader)
{
    struct header_block *out = reader->out;
    struct span octets = reader->octets;

    out->body = span_slice(octets, reader->at, octets.len);
    if (reader->softly_ended && reader->soft_end < reader->at)
        out->second_body = span_slice(octets, reader->soft_end, octets.len);
    if (reader->junk)
        call(reader, reader->field_behind_junk ? AMBIGUITY_HEADER_MALFORMED
                                               : AMBIGUITY_HEADER_NO_SEPARATOR);
}

void header_parse(struct arena *arena, struct span octets, enum line_ends ends, bool is_top,
                  struct header_block *out)
{
    struct reader reader = { .arena = arena, .octets = octets, .ends = ends, .out = out };

    *out = (struct header_block){ 0 };
    if (is_top && span_starts_with(octets, SPAN("From "))) {
        struct line first = read_line(&reader, 0);
        bool spaced;
        if (name_length(first.text, &spaced) == 0)
            reader.at = first.next;
    }
    while (reader.at < octets.len) {
        if (reader.at > HEADER_BLOCK_BYTES || out->count >= HEADER_FIELDS || arena_is_full(arena)) {
            call(&reader, AMBIGUITY_HEADER_TOO_LONG);
            break;
        }
        if (!read_next(&reader))
            break;
    }
    settle_end(&reader);
}

const struct header_field *header_next(const struct header_block *block, struct span name,
                                       const struct header_field *after)
{
    for (size_t i = after == NULL ? 0 : (size_t)(after - block->fields) + 1; i < block->count; i++)
        if (span_equals_nocase(block->fields[i].name, name))
            return &block->fields[i];
    return NULL;
}

struct span header_decode(struct arena *arena, const struct header_field *field,
                          struct ambiguity_set *seen)
{
    return span_trim(encoded_word_decode(arena, field->value, seen));
}
