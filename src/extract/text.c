/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Plain text in any charset, and everything written as such: CSV, JSON, Markdown,
 * TeX, program source, logs.
 *
 * The charset declared, the one the octets show, and the plain guess (UTF-8 where
 * valid, else windows-1252) may differ: then the text is read under each, because
 * a mail reader may believe any of them. JSON and program source write characters
 * as \uXXXX; where there are any, the text is read once more with them undone.
 */
#include <string.h>

#include "base/utf8.h"
#include "extract_priv.h"
#include "text/charset.h"

enum {
    CONTROLS_IN = 256,      /* text has less than one control octet in so many */
    SAMPLE_BYTES = 4096,
    BLOCK_BYTES = 64        /* counted at a time, in a loop that compilers turn into vectors */
};

/* Octets that no text holds: all controls but white space, BEL, BS, ESC and the old end-of-file mark. */
static unsigned char is_control(unsigned char c)
{
    const unsigned char low = c < 0x20, white = (unsigned char)(c - 0x07) < 7;

    return (unsigned char)(low & !white & (c != 0x1B) & (c != 0x1A));
}

static bool is_mostly_text(struct span bytes)
{
    size_t controls = 0, at = 0;

    for (; bytes.len - at >= BLOCK_BYTES; at += BLOCK_BYTES) {
        unsigned char block[BLOCK_BYTES], found = 0;

        memcpy(block, bytes.ptr + at, sizeof block);
        for (size_t i = 0; i < BLOCK_BYTES; i++)
            found = (unsigned char)(found + is_control(block[i]));
        controls += found;
    }
    for (; at < bytes.len; at++)
        controls += is_control((unsigned char)bytes.ptr[at]);
    return controls * CONTROLS_IN < bytes.len || controls == 0;
}

static bool is_wide(struct span charset)
{
    return span_starts_with_nocase(charset, SPAN("utf-16")) ||
           span_starts_with_nocase(charset, SPAN("utf-32"));
}

static enum recognition text_recognise(const struct extract_input *input)
{
    const struct span sample = span_slice(input->bytes, 0, SAMPLE_BYTES);

    if (input->bytes.len == 0)
        return RECOGNISE_NO;
    /* Without one tag it is still a page to a mail reader: entities and spaces are undone. */
    if (span_starts_with(input->declared, SPAN("text/html")))
        return RECOGNISE_WEAK;
    if ((is_mostly_text(sample) && is_mostly_text(input->bytes)) ||
        is_wide(charset_detect(input->bytes)))
        return RECOGNISE_LOOKS;
    return span_starts_with(input->declared, SPAN("text/")) ? RECOGNISE_WEAK : RECOGNISE_NO;
}

/* --- one charset at a time ------------------------------------------------ */

struct text_reading {
    struct sink *sink;
    const struct extract_input *input;
    struct buf shown;       /* what was handed over first, where that was a copy */
    struct buf other;       /* scratch: the same octets under another charset */
    bool binary;            /* under no charset so far was it mostly text */
};

/* Charsets in which octets below 128 are ASCII, whatever stands around them. */
static bool extends_ascii(struct span charset)
{
    static const struct span fronts[] = { SPAN("us-ascii"), SPAN("utf-8"), SPAN("iso-8859-"),
                                          SPAN("windows-125"), SPAN("koi8-") };

    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++)
        if (span_starts_with_nocase(charset, fronts[i]))
            return true;
    return charset.len == 0;
}

/* true when no reader could take the octets for anything but ASCII. */
static bool is_plain_ascii(const struct extract_input *input)
{
    const struct span bytes = input->bytes;

    return extends_ascii(span_trim(input->charset)) && utf8_ascii_run(bytes) == bytes.len &&
           span_find_byte(bytes, '\0') == bytes.len && span_find_byte(bytes, 0x1B) == bytes.len &&
           !span_starts_with(bytes, SPAN("+/v")); /* the mark of UTF-7 */
}

static void show(struct text_reading *reading, struct span utf8)
{
    if (is_mostly_text(utf8))
        reading->binary = false;
    sink_text(reading->sink, utf8);
}

/* What charset_decode() makes of the whole, unless it was shown before. */
static enum charset_result show_under(struct text_reading *reading, struct span charset)
{
    struct buf *out = reading->shown.len == 0 ? &reading->shown : &reading->other;
    enum charset_result result;

    buf_clear(out);
    result = charset_decode(charset, reading->input->bytes, out);
    if (result == CHARSET_UNKNOWN)
        return result;
    if (out->failed) {
        sink_uninspectable(reading->sink, UNINSPECTABLE_TOO_LARGE, SPAN(""));
        return CHARSET_OK;
    }
    if (out == &reading->other && span_equals(buf_span(&reading->shown), buf_span(out)))
        return result;
    /* Another reading begins on a line of its own; the first one must keep its line numbers. */
    if (out == &reading->other)
        sink_text(reading->sink, SPAN("\n"));
    show(reading, buf_span(out));
    return result;
}

/* Readers agree on what is valid UTF-8 and declared as something that UTF-8 or ASCII text is too. */
static bool conflicts(struct span declared, struct span detected)
{
    if (declared.len == 0 || detected.len == 0 || span_equals_nocase(declared, detected))
        return false;
    if (is_wide(declared) && is_wide(detected))
        return false;
    return is_wide(declared) || is_wide(detected) || span_equals(detected, SPAN("utf-7"));
}

static void show_all(struct text_reading *reading)
{
    const struct span declared = span_trim(reading->input->charset);
    const struct span detected = charset_detect(reading->input->bytes);
    enum charset_result result = CHARSET_UNKNOWN;

    if (declared.len > 0) {
        result = show_under(reading, declared);
        if (result == CHARSET_UNKNOWN)
            sink_ambiguity(reading->sink, AMBIGUITY_CHARSET_UNKNOWN, SPAN(""));
    }
    if (detected.len > 0) {
        if (conflicts(declared, detected))
            sink_ambiguity(reading->sink, AMBIGUITY_CHARSET_CONFLICT, SPAN(""));
        if (show_under(reading, detected) == CHARSET_OK && result == CHARSET_SUBSTITUTED)
            result = CHARSET_OK; /* mislabelled, but whole */
    }
    if (declared.len == 0 || result != CHARSET_OK)
        show_under(reading, SPAN(""));
    if (result == CHARSET_SUBSTITUTED)
        sink_ambiguity(reading->sink, AMBIGUITY_CHARSET_MALFORMED, SPAN(""));
}

/* --- \uXXXX ---------------------------------------------------------------- */

/* Four hexadecimal digits, or UINT32_MAX. */
static uint32_t four_digits(struct span s)
{
    uint32_t value = 0;

    if (s.len < 4)
        return UINT32_MAX;
    for (size_t i = 0; i < 4; i++) {
        char c = s.ptr[i];
        if (c >= '0' && c <= '9')
            value = value << 4 | (uint32_t)(c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            value = value << 4 | ((uint32_t)(c | 0x20) - 'a' + 10);
        else
            return UINT32_MAX;
    }
    return value;
}

/* The escape at the start of s ("\u00C9", a surrogate pair, "\n"): its length, 0 when it is none. */
static size_t escape_at(struct span s, uint32_t *rune_out)
{
    uint32_t high, low;

    if (s.len >= 2 && (s.ptr[1] == 'n' || s.ptr[1] == 't')) {
        *rune_out = s.ptr[1] == 'n' ? '\n' : '\t';
        return 2;
    }
    if (s.len < 6 || s.ptr[1] != 'u')
        return 0;
    high = four_digits(span_slice(s, 2, 6));
    if (high == UINT32_MAX)
        return 0;
    *rune_out = high;
    if (high < 0xD800 || high > 0xDBFF || !span_starts_with(span_slice(s, 6, 8), SPAN("\\u")))
        return 6;
    low = four_digits(span_slice(s, 8, 12));
    if (low < 0xDC00 || low > 0xDFFF)
        return 6;
    *rune_out = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    return 12;
}

static void show_unescaped(struct text_reading *reading, struct span text)
{
    buf_clear(&reading->other);
    while (text.len > 0) {
        size_t at = span_find_byte(text, '\\'), used;
        uint32_t rune = 0;

        buf_append(&reading->other, span_slice(text, 0, at));
        text = span_slice(text, at, text.len);
        if (text.len == 0)
            break;
        used = escape_at(text, &rune);
        if (used > 0)
            buf_append_rune(&reading->other, rune);
        else
            buf_append(&reading->other, span_slice(text, 0, used = text.len > 1 ? 2 : 1));
        text = span_slice(text, used, text.len);
    }
    sink_text(reading->sink, SPAN("\n"));
    sink_text(reading->sink, buf_span(&reading->other));
}

/* --------------------------------------------------------------------------- */

static enum extract_result text_read(const struct extract_input *input, struct sink *sink)
{
    struct text_reading reading = { .sink = sink, .input = input, .binary = true };
    struct span text = input->bytes;

    buf_init(&reading.shown, 0);
    buf_init(&reading.other, 0);
    if (is_plain_ascii(input)) {
        show(&reading, input->bytes);
    } else {
        show_all(&reading);
        text = buf_span(&reading.shown);
    }
    if (span_find(text, SPAN("\\u")) < text.len)
        show_unescaped(&reading, text);
    buf_fini(&reading.other);
    buf_fini(&reading.shown);
    if (!reading.binary)
        return EXTRACT_OK;
    /* Declared as text, and it is not: what else it may be nobody can say. */
    sink_uninspectable(sink, UNINSPECTABLE_UNSUPPORTED, SPAN(""));
    return EXTRACT_PARTIAL;
}

/* Last in the table: whatever has a reader of its own is not read as mere text. */
const struct extractor extract_text = {
    .name = "text",
    .recognise = text_recognise,
    .read = text_read,
};
