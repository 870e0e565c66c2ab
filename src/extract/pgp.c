/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * OpenPGP (RFC 9580) as it meets a reader: clear-signed text is text, an armoured
 * or binary message is encrypted, keys and signatures say nothing. Text around an
 * armour counts too.
 */
#include "base/buf.h"
#include "extract_priv.h"
#include "text/charset.h"

enum { HEAD_BYTES = 1 << 16 };

/* Packet tags (RFC 9580, 5): what an OpenPGP stream begins with. */
enum { TAG_SIGNATURE = 2, TAG_ONE_PASS = 4, TAG_COMPRESSED = 8 };

static int packet_tag(uint8_t first)
{
    if ((first & 0x80) == 0)
        return -1;
    return (first & 0x40) != 0 ? first & 0x3F : first >> 2 & 0xF;
}

static bool is_binary_message(const struct extract_input *input)
{
    uint8_t first = input->bytes.len > 16 ? (uint8_t)input->bytes.ptr[0] : 0;

    /* A public-key session key of version 3, or a password's of version 4. */
    return (first == 0x85 && (uint8_t)input->bytes.ptr[3] == 3 && (uint8_t)input->bytes.ptr[1] < 4) ||
           (first == 0x84 && (uint8_t)input->bytes.ptr[2] == 3) ||
           (first == 0xC1 && (uint8_t)input->bytes.ptr[3] == 3) ||
           (first == 0x8C && (uint8_t)input->bytes.ptr[2] == 4) ||
           (first == 0xC3 && (uint8_t)input->bytes.ptr[2] == 4);
}

static bool is_named(const struct extract_input *input)
{
    return span_ends_with_nocase(input->name, SPAN(".gpg")) || span_ends_with_nocase(input->name, SPAN(".pgp"));
}

static enum recognition pgp_recognise(const struct extract_input *input)
{
    struct span head = span_slice(input->bytes, 0, HEAD_BYTES);
    size_t at = span_find(head, SPAN("-----BEGIN PGP "));

    if (at < head.len && (at == 0 || head.ptr[at - 1] == '\n'))
        return RECOGNISE_MAGIC;
    if (is_binary_message(input))
        return RECOGNISE_LOOKS;
    return is_named(input) && input->bytes.len > 0 && packet_tag((uint8_t)input->bytes.ptr[0]) > 0 ? RECOGNISE_WEAK
                                                                                             : RECOGNISE_NO;
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

/* Where in the text we are. */
enum section { SECTION_TEXT = 1, SECTION_SIGNED_HEADER, SECTION_SIGNED, SECTION_ARMOUR };

static enum section begin(struct sink *sink, struct span line, bool *is_sealed)
{
    if (span_starts_with(line, SPAN("-----BEGIN PGP SIGNED MESSAGE-----"))) {
        sink_signature(sink, SPAN("pgp"), SPAN(""));
        return SECTION_SIGNED_HEADER;
    }
    if (span_starts_with(line, SPAN("-----BEGIN PGP MESSAGE"))) {
        if (!*is_sealed)
            sink_uninspectable(sink, UNINSPECTABLE_ENCRYPTED, SPAN("pgp message"));
        *is_sealed = true;
    }
    return SECTION_ARMOUR;
}

static bool read_text(const struct extract_input *input, struct sink *sink)
{
    struct place place = { .region = REGION_BODY, .unit = UNIT_NONE };
    enum section section = SECTION_TEXT;
    struct span rest = input->bytes, line;
    bool is_sealed = false;

    sink_place(sink, &place);
    while (span_next(&rest, '\n', &line) && !sink_spent(sink)) {
        if (span_starts_with(line, SPAN("-----BEGIN PGP "))) {
            section = begin(sink, line, &is_sealed);
        } else if (span_starts_with(line, SPAN("-----END PGP "))) {
            section = SECTION_TEXT;
        } else if (section == SECTION_SIGNED_HEADER) {
            if (span_trim(line).len == 0)
                section = SECTION_SIGNED;
        } else if (section != SECTION_ARMOUR) {
            if (section == SECTION_SIGNED && span_starts_with(line, SPAN("- ")))
                line = span_slice(line, 2, line.len);
            put_line(sink, input->charset, line);
        }
    }
    return !is_sealed;
}

static enum extract_result pgp_read(const struct extract_input *input, struct sink *sink)
{
    int tag = input->bytes.len > 0 ? packet_tag((uint8_t)input->bytes.ptr[0]) : -1;

    if (span_find(span_slice(input->bytes, 0, HEAD_BYTES), SPAN("-----BEGIN PGP ")) <
        span_slice(input->bytes, 0, HEAD_BYTES).len)
        return read_text(input, sink) ? EXTRACT_OK : EXTRACT_PARTIAL;
    if (tag == TAG_SIGNATURE) {
        sink_signature(sink, SPAN("pgp"), SPAN(""));
        return EXTRACT_OK;
    }
    if (tag == TAG_ONE_PASS || tag == TAG_COMPRESSED)
        sink_uninspectable(sink, UNINSPECTABLE_UNSUPPORTED, SPAN("pgp signed or compressed message"));
    else
        sink_uninspectable(sink, UNINSPECTABLE_ENCRYPTED, SPAN("pgp message"));
    return EXTRACT_FAILED;
}

const struct extractor extract_pgp = { .name = "pgp", .recognise = pgp_recognise, .read = pgp_read };
