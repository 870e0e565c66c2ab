/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * OpenPGP (RFC 9580) as it meets a reader: clear-signed text is text, what is only
 * signed or packed is opened, what is encrypted is told, in armour or without.
 * Text around an armour counts too.
 */
#include "base/buf.h"
#include "extract/data_uri.h"
#include "extract_priv.h"
#include "pgp_packets.h"
#include "text/charset.h"

enum { HEAD_BYTES = 1 << 16, CRC_START = 0xB704CE, CRC_POLYNOMIAL = 0x1864CFB, CRC_BITS = 24 };

static bool has_armour(struct span bytes)
{
    struct span head = span_slice(bytes, 0, HEAD_BYTES);
    size_t at = span_find(head, SPAN("-----BEGIN PGP "));

    return at < head.len && (at == 0 || head.ptr[at - 1] == '\n');
}

static enum recognition pgp_recognise(const struct extract_input *input)
{
    if (has_armour(input->bytes))
        return RECOGNISE_MAGIC;
    return pgp_packets_look_so(input->bytes) ? RECOGNISE_LOOKS : RECOGNISE_NO;
}

static void put_line(struct sink *sink, struct span charset, struct span line)
{
    struct buf text;

    buf_init(&text, 0);
    if (charset_decode(charset, line, &text) == CHARSET_UNKNOWN)
        charset_decode(SPAN(""), line, &text);
    sink_text(sink, buf_span(&text));
    sink_text(sink, SPAN("\n"));
    buf_fini(&text);
}

/* The sum an armour may end with (RFC 9580, 6.1). */
static uint32_t sum_of(struct span bytes)
{
    uint32_t crc = CRC_START;

    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= (uint32_t)(uint8_t)bytes.ptr[i] << 16;
        for (int bit = 0; bit < 8; bit++) {
            crc <<= 1;
            if (crc >> CRC_BITS != 0)
                crc ^= CRC_POLYNOMIAL;
        }
    }
    return crc;
}

/* "=XXXX" on a line of its own. No sum at all is fine, as it is for the standard. */
static bool has_wrong_sum(struct span line, struct span bytes)
{
    struct buf sum;
    bool wrong;

    buf_init(&sum, 0);
    data_uri_base64(span_slice(line, 1, line.len), &sum);
    wrong = sum.len != 3 || sum_of(bytes) != ((uint32_t)(uint8_t)sum.ptr[0] << 16 | (uint32_t)(uint8_t)sum.ptr[1] << 8 |
                                              (uint8_t)sum.ptr[2]);
    buf_fini(&sum);
    return wrong;
}

/* Where in the text we are. */
enum section { SECTION_TEXT = 1, SECTION_SIGNED_HEADER, SECTION_SIGNED, SECTION_ARMOUR_HEADER, SECTION_ARMOUR };

struct reader {
    struct sink *sink;
    struct span charset;
    enum section section;
    struct buf armour;          /* base64 so far */
    struct span sum;            /* the line with it, or empty */
    bool signature_is_told;     /* that of clear-signed text, before its armour */
    bool is_partial;
};

static void begin(struct reader *reader, struct span line)
{
    buf_clear(&reader->armour);
    reader->sum = SPAN("");
    reader->section = SECTION_ARMOUR_HEADER;
    if (!span_starts_with(line, SPAN("-----BEGIN PGP SIGNED MESSAGE-----")))
        return;
    sink_signature(reader->sink, SPAN("pgp"), SPAN(""));
    reader->signature_is_told = true;
    reader->section = SECTION_SIGNED_HEADER;
}

/* An armour is over, by its last line or by the end of the text. */
static void finish(struct reader *reader, struct span line)
{
    bool is_told = reader->signature_is_told && span_starts_with(line, SPAN("-----END PGP SIGNATURE"));
    struct buf bytes;

    if (reader->section != SECTION_ARMOUR && reader->section != SECTION_ARMOUR_HEADER)
        return;
    buf_init(&bytes, 0);
    data_uri_base64(buf_span(&reader->armour), &bytes);
    if (bytes.len == 0 || (reader->sum.len > 0 && has_wrong_sum(reader->sum, buf_span(&bytes)))) {
        sink_uninspectable(reader->sink, UNINSPECTABLE_DAMAGED, SPAN("pgp armour"));
        reader->is_partial = true;
    }
    if (!is_told && bytes.len > 0)
        reader->is_partial |= pgp_packets_read(buf_span(&bytes), reader->sink) != EXTRACT_OK;
    reader->signature_is_told = false;
    reader->section = SECTION_TEXT;
    buf_fini(&bytes);
}

static void read_line(struct reader *reader, struct span line)
{
    struct span trimmed = span_trim(line);

    switch (reader->section) {
    case SECTION_SIGNED_HEADER:
        if (trimmed.len == 0)
            reader->section = SECTION_SIGNED;
        break;
    case SECTION_ARMOUR_HEADER:
        if (trimmed.len == 0 || span_find(line, SPAN(": ")) == line.len)
            reader->section = SECTION_ARMOUR;
        if (trimmed.len == 0 || reader->section == SECTION_ARMOUR_HEADER)
            break;
        buf_append(&reader->armour, trimmed);
        break;
    case SECTION_ARMOUR:
        if (span_starts_with(trimmed, SPAN("=")) && trimmed.len == 5)
            reader->sum = trimmed;
        else
            buf_append(&reader->armour, trimmed);
        break;
    case SECTION_SIGNED:
        /* Dashes at the beginning of lines are escaped (7.2). */
        put_line(reader->sink, reader->charset,
                 span_starts_with(line, SPAN("- ")) ? span_slice(line, 2, line.len) : line);
        break;
    case SECTION_TEXT: put_line(reader->sink, reader->charset, line); break;
    }
}

static enum extract_result read_text(const struct extract_input *input, struct sink *sink)
{
    struct reader reader = { .sink = sink, .charset = input->charset, .section = SECTION_TEXT };
    struct place place = { .region = REGION_BODY, .unit = UNIT_NONE };
    struct span rest = input->bytes, line;

    buf_init(&reader.armour, 0);
    sink_place(sink, &place);
    while (span_next(&rest, '\n', &line) && !sink_spent(sink)) {
        if (span_starts_with(line, SPAN("-----BEGIN PGP "))) {
            finish(&reader, SPAN(""));
            begin(&reader, line);
        } else if (span_starts_with(line, SPAN("-----END PGP "))) {
            finish(&reader, line);
            sink_place(sink, &place);
        } else {
            read_line(&reader, line);
        }
    }
    finish(&reader, SPAN(""));
    buf_fini(&reader.armour);
    if (sink_spent(sink))
        return EXTRACT_STOPPED;
    return reader.is_partial ? EXTRACT_PARTIAL : EXTRACT_OK;
}

static enum extract_result pgp_read(const struct extract_input *input, struct sink *sink)
{
    return has_armour(input->bytes) ? read_text(input, sink) : pgp_packets_read(input->bytes, sink);
}

const struct extractor extract_pgp = { .name = "pgp", .recognise = pgp_recognise, .read = pgp_read };
