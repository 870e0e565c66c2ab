/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * BinHex 4.0 (RFC 1741, appendix A): six bits a character, repeated octets packed,
 * then a header, the file's two forks, and a sum behind each. Text before and
 * behind the colons is handed over as well.
 */
#include <string.h>

#include "base/buf.h"
#include "be.h"
#include "extract_priv.h"

enum { REPEAT = 0x90, STEP_BYTES = 1 << 16, HEADER_BYTES = 20, SUM_BYTES = 2, SUM_POLYNOMIAL = 0x1021 };

static struct span skip_blanks(struct span bytes)
{
    return span_slice(bytes, (size_t)(span_trim(bytes).ptr - bytes.ptr), bytes.len);
}

static enum recognition binhex_recognise(const struct extract_input *input)
{
    /* A part that is text was read as such, and the files in it are found by whoever reads mail. */
    return input->bytes.len > 0 && !span_starts_with(input->declared, SPAN("text/")) &&
                   span_starts_with(skip_blanks(input->bytes), SPAN("(This file must be converted"))
               ? RECOGNISE_MAGIC
               : RECOGNISE_NO;
}

/* Value of a character of the alphabet, or -1. */
static int value_of(char c)
{
    static const char alphabet[] = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);

    return at == NULL ? -1 : (int)(at - alphabet);
}

struct unpacker {
    struct sink *sink;
    struct buf *out;
    size_t allowed;             /* octets the budget has granted already */
    bool is_repeat;             /* the next octet says how often */
};

static bool put(struct unpacker *unpacker, char c, unsigned times)
{
    for (; unpacker->allowed < times; unpacker->allowed += STEP_BYTES)
        if (!sink_spend(unpacker->sink, STEP_BYTES))
            return false;
    unpacker->allowed -= times;
    for (unsigned i = 0; i < times; i++)
        buf_append_byte(unpacker->out, c);
    return !unpacker->out->failed;
}

/* An octet as it was packed: 0x90 N repeats the one before it N - 1 times more, 0x90 0 is 0x90 itself. */
static bool take(struct unpacker *unpacker, uint8_t octet)
{
    const struct buf *out = unpacker->out;

    if (!unpacker->is_repeat && octet == REPEAT) {
        unpacker->is_repeat = true;
        return true;
    }
    if (!unpacker->is_repeat)
        return put(unpacker, (char)octet, 1);
    unpacker->is_repeat = false;
    if (octet == 0)
        return put(unpacker, (char)REPEAT, 1);
    return out->len == 0 || put(unpacker, out->ptr[out->len - 1], octet - 1U);
}

/* The octets up to the closing colon; false when a character is none of the alphabet or there is no end. */
static bool unpack(struct span text, struct sink *sink, struct buf *out, struct span *rest_out)
{
    struct unpacker unpacker = { .sink = sink, .out = out };
    uint32_t bits = 0;
    unsigned count = 0;

    *rest_out = (struct span){ NULL, 0 };
    for (size_t i = 0; i < text.len; i++) {
        int value = value_of(text.ptr[i]);
        *rest_out = span_slice(text, i + 1, text.len);
        if (text.ptr[i] == ':')
            return true;
        if (text.ptr[i] == '\r' || text.ptr[i] == '\n' || text.ptr[i] == ' ' || text.ptr[i] == '\t')
            continue;
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            if (!take(&unpacker, (uint8_t)(bits >> count)))
                return false;
        }
    }
    return false;
}

/* Is the sum behind a section that of its octets, with the sum's own place as zeros? */
static bool is_sum(struct span section, struct span sum)
{
    uint32_t crc = 0;

    for (size_t i = 0; i < section.len + SUM_BYTES; i++) {
        uint8_t octet = i < section.len ? (uint8_t)section.ptr[i] : 0;
        for (int bit = 7; bit >= 0; bit--)
            crc = (crc << 1 | (octet >> bit & 1U)) ^ ((crc & 0x8000) != 0 ? 0x10000 | SUM_POLYNOMIAL : 0);
    }
    return sum.len == SUM_BYTES && crc == be_at(sum, 0, SUM_BYTES);
}

/* Cut a section and its sum off *rest; *fine_out turns false when it is short or its sum wrong. */
static struct span next_section(struct span *rest, size_t bytes, bool *fine_out)
{
    struct span section = span_slice(*rest, 0, bytes);

    *fine_out &= section.len == bytes && is_sum(section, span_slice(*rest, bytes, bytes + SUM_BYTES));
    *rest = span_slice(*rest, section.len + SUM_BYTES, rest->len);
    return section;
}

static void hand_over(struct sink *sink, struct span bytes, struct span name)
{
    struct nested nested = { .bytes = bytes, .name = name };

    if (bytes.len > 0)
        sink_nested(sink, &nested);
}

/* Length and name, version, type, creator, flags, lengths of both forks. */
static bool read_file(struct span rest, struct sink *sink)
{
    size_t name_bytes = be_at(rest, 0, 1);
    bool fine = true;
    struct span header = next_section(&rest, 1 + name_bytes + HEADER_BYTES - 1, &fine);
    struct span name = span_slice(header, 1, 1 + name_bytes);

    hand_over(sink, next_section(&rest, be_at(header, name_bytes + 12, 4), &fine), name);
    hand_over(sink, next_section(&rest, be_at(header, name_bytes + 16, 4), &fine), SPAN("(resource fork)"));
    return fine;
}

static enum extract_result binhex_read(const struct extract_input *input, struct sink *sink)
{
    struct span text = skip_blanks(input->bytes), rest;
    size_t colon = span_find_byte(text, ':');
    struct buf out;
    bool fine;

    buf_init(&out, 0);
    fine = unpack(span_slice(text, colon + 1, text.len), sink, &out, &rest);
    fine = read_file(buf_span(&out), sink) && fine;
    hand_over(sink, span_trim(span_slice(text, span_find_byte(text, ')') + 1, colon)), SPAN("(before)"));
    hand_over(sink, span_trim(rest), SPAN("(behind)"));
    buf_fini(&out);
    if (sink_spent(sink))
        return EXTRACT_STOPPED;
    if (!fine)
        sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, SPAN(""));
    return fine ? EXTRACT_OK : EXTRACT_PARTIAL;
}

const struct extractor extract_binhex = { .name = "binhex", .recognise = binhex_recognise, .read = binhex_read };
