/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vCard (RFC 6350, RFC 2426, 2.1) and iCalendar (RFC 5545): unfolded lines as
 * text, CLASS as a property, attached octets as nested files.
 */
#include "base/buf.h"
#include "base/hex.h"
#include "extract/data_uri.h"
#include "extract_priv.h"
#include "text/charset.h"

enum { MAX_LINE_BYTES = 64 << 20 };

struct card {
    struct sink *sink;
    struct span charset;
    struct buf line;            /* unfolded */
};

static enum recognition card_recognise(const struct extract_input *input)
{
    struct span head = span_trim(span_slice(input->bytes, 0, 64));

    if (span_starts_with(head, SPAN("\xEF\xBB\xBF")))
        head = span_slice(head, 3, head.len);
    return span_starts_with_nocase(head, SPAN("BEGIN:VCARD")) || span_starts_with_nocase(head, SPAN("BEGIN:VCALENDAR"))
               ? RECOGNISE_MAGIC
               : RECOGNISE_NO;
}

/* Where the value begins: behind the first colon outside of quotes. */
static size_t find_value(struct span line)
{
    bool is_quoted = false;

    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '"')
            is_quoted = !is_quoted;
        else if (line.ptr[i] == ':' && !is_quoted)
            return i;
    }
    return line.len;
}

static bool has_parameter(struct span head, struct span word)
{
    return span_find_nocase(head, word) < head.len;
}

static void emit_base64(struct card *card, struct span value)
{
    struct nested nested;
    struct buf out;

    buf_init(&out, MAX_LINE_BYTES);
    data_uri_base64(value, &out);
    nested = (struct nested){ .bytes = buf_span(&out) };
    if (out.len > 0)
        sink_nested(card->sink, &nested);
    buf_fini(&out);
}

/* "=XX" of vCard 2.1, and the backslash escapes of the later ones. */
static void unescape(struct span value, bool is_quoted_printable, struct buf *out)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (is_quoted_printable && c == '=' && i + 2 < value.len && hex_digit(value.ptr[i + 1]) >= 0 &&
            hex_digit(value.ptr[i + 2]) >= 0) {
            buf_append_byte(out, (char)(hex_digit(value.ptr[i + 1]) << 4 | hex_digit(value.ptr[i + 2])));
            i += 2;
        } else if (c == '\\' && i + 1 < value.len) {
            c = value.ptr[++i];
            buf_append_byte(out, c == 'n' || c == 'N' ? '\n' : c);
        } else {
            buf_append_byte(out, c);
        }
    }
}

static void read_line(struct card *card, struct span line)
{
    size_t colon = find_value(line);
    struct span head = span_slice(line, 0, colon), value = span_slice(line, colon + 1, line.len);
    struct span name = span_slice(head, 0, span_find_byte(head, ';'));
    struct place place = { .region = REGION_BODY, .unit = UNIT_NONE };
    struct buf raw, text;

    if (span_equals_nocase(name, SPAN("BEGIN")) || span_equals_nocase(name, SPAN("END")))
        return;
    if (has_parameter(head, SPAN("BASE64")) || has_parameter(head, SPAN("ENCODING=B"))) {
        emit_base64(card, value);
        return;
    }
    if (span_starts_with_nocase(value, SPAN("data:")) && span_find(value, SPAN(";base64,")) < value.len) {
        emit_base64(card, span_slice(value, span_find(value, SPAN(";base64,")) + 8, value.len));
        return;
    }
    buf_init(&raw, MAX_LINE_BYTES);
    buf_init(&text, 0);
    unescape(value, has_parameter(head, SPAN("QUOTED-PRINTABLE")), &raw);
    if (charset_decode(card->charset, buf_span(&raw), &text) == CHARSET_UNKNOWN)
        charset_decode(SPAN(""), buf_span(&raw), &text);
    if (span_equals_nocase(name, SPAN("CLASS"))) {
        sink_property(card->sink, PROPERTY_LABEL_ID, SPAN("ical"), buf_span(&text));
    } else if (span_starts_with_nocase(name, SPAN("X-"))) {
        sink_property(card->sink, PROPERTY_CUSTOM, name, buf_span(&text));
    } else if (text.len > 0) {
        if (span_equals_nocase(name, SPAN("SUMMARY")))
            place.region = REGION_TITLE;
        sink_place(card->sink, &place);
        sink_text(card->sink, buf_span(&text));
        sink_text(card->sink, SPAN("\n"));
    }
    buf_fini(&raw);
    buf_fini(&text);
}

/* A line that begins with a blank goes on with the one before (RFC 5545, 3.1). */
static bool is_continued(struct span rest, struct span line)
{
    struct span head = span_slice(line, 0, 200);
    bool is_soft = line.len > 0 && line.ptr[line.len - 1] == '=' &&
                   span_find_nocase(head, SPAN("QUOTED-PRINTABLE")) < head.len;

    return is_soft || (rest.len > 0 && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t'));
}

static enum extract_result card_read(const struct extract_input *input, struct sink *sink)
{
    struct card card = { .sink = sink, .charset = input->charset };
    struct span rest = input->bytes, piece;
    struct span first = span_slice(rest, 0, span_find_byte(rest, '\n'));
    bool has_calendar = span_find_nocase(first, SPAN("VCALENDAR")) < first.len;

    sink_detected(sink, has_calendar ? SPAN("calendar") : SPAN("vcard"));
    buf_init(&card.line, MAX_LINE_BYTES);
    while (span_next(&rest, '\n', &piece) && !sink_spent(sink)) {
        if (piece.len > 0 && piece.ptr[piece.len - 1] == '\r')
            piece.len--;
        if (card.line.len > 0 && piece.len > 0 && (piece.ptr[0] == ' ' || piece.ptr[0] == '\t'))
            piece = span_slice(piece, 1, piece.len);
        buf_append(&card.line, piece);
        if (is_continued(rest, buf_span(&card.line))) {
            if (card.line.len > 0 && card.line.ptr[card.line.len - 1] == '=')
                card.line.len--;
            continue;
        }
        read_line(&card, buf_span(&card.line));
        buf_clear(&card.line);
    }
    if (card.line.len > 0)
        read_line(&card, buf_span(&card.line));
    buf_fini(&card.line);
    return sink_spent(sink) ? EXTRACT_STOPPED : EXTRACT_OK;
}

const struct extractor extract_card = { .name = "vcard", .recognise = card_recognise, .read = card_read };
