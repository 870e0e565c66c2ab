/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Base64 (RFC 2045, 6.8): a fast path for whole quanta of four clean characters of long texts,
 * and a slow one around line ends, padding and junk.
 */
#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "mail_priv.h"

/* Values of the alphabet stand above VALUE_ONE; zero, the rest of the table, is junk. */
enum { VALUE_JUNK, VALUE_BLANK, VALUE_PAD, VALUE_ONE = 64 };

static const uint8_t values[256] = {
    [' '] = VALUE_BLANK, ['\t'] = VALUE_BLANK, ['\r'] = VALUE_BLANK, ['\n'] = VALUE_BLANK,
    ['='] = VALUE_PAD,
    ['A'] = 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84,
    85, 86, 87, 88, 89,
    ['a'] = 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108,
    109, 110, 111, 112, 113, 114, 115,
    ['0'] = 116, 117, 118, 119, 120, 121, 122, 123, 124, 125,
    ['+'] = 126, ['/'] = 127,
};

/*
 * What each octet gives at each of the four places of a quantum, so that three ORs
 * join it; JUNK for what is no character. Made anew for each text: 4 KB of table cost
 * less than keeping one somewhere, and texts too short for that go the slow way.
 */
enum { PLACES = 4, OCTETS = 256, WORTH_BYTES = 2048 };

/* What text must begin with to be taken for base64 unasked. */
enum { BARE_LINES = 3, BARE_WIDTH = 60 };

#define QUANTUM_JUNK UINT32_C(0x80000000)

struct quanta {
    uint32_t at[PLACES][OCTETS];
};

static void quanta_init(struct quanta *quanta)
{
    for (unsigned octet = 0; octet < OCTETS; octet++)
        for (unsigned place = 0; place < PLACES; place++)
            quanta->at[place][octet] = values[octet] < VALUE_ONE
                                           ? QUANTUM_JUNK
                                           : (values[octet] - (uint32_t)VALUE_ONE) << (18 - 6 * place);
}

static uint32_t join(const struct quanta *quanta, const uint8_t *in)
{
    return quanta->at[0][in[0]] | quanta->at[1][in[1]] | quanta->at[2][in[2]] | quanta->at[3][in[3]];
}

/* Behind what is decoded, for the wide store. */
enum { SLACK_BYTES = 8 };

/* What is left of a quantum between two characters of the slow path. */
struct quantum {
    uint32_t bits;
    unsigned count;         /* characters in bits: 0 to 3 */
    unsigned pads;          /* "=" met since the last character */
    bool ended;             /* a padded quantum is complete */
};

/* Six octets of two quanta by one store of eight: those too many are written over, or lie in the slack. */
static void put(uint8_t *to, uint32_t first, uint32_t second)
{
    const uint64_t octets = htobe64((uint64_t)first << 40 | (uint64_t)second << 16);

    memcpy(to, &octets, sizeof octets);
}

/* As many quanta as stand without interruption; returns the characters used. */
static size_t decode_run(const struct quanta *quanta, const uint8_t *in, size_t len, uint8_t **out)
{
    size_t at = 0;

    for (; len - at >= 8; at += 8, *out += 6) {
        const uint32_t first = join(quanta, in + at), second = join(quanta, in + at + 4);

        if ((first & QUANTUM_JUNK) != 0)
            return at;
        if ((second & QUANTUM_JUNK) != 0) {
            put(*out, first, 0);
            *out += 3;
            return at + 4;
        }
        put(*out, first, second);
    }
    return at;
}

/* Write what a quantum of two or three characters holds; a single character holds no octet. */
static void flush(struct quantum *quantum, uint8_t **out)
{
    if (quantum->count >= 2)
        *(*out)++ = (uint8_t)(quantum->bits >> (quantum->count * 6 - 8));
    if (quantum->count == 3)
        *(*out)++ = (uint8_t)(quantum->bits >> 2);
    *quantum = (struct quantum){ 0 };
}

static void take_value(struct quantum *quantum, uint32_t value, uint8_t **out)
{
    quantum->bits = (quantum->bits << 6 | value) & 0xFFFFFF;
    if (++quantum->count < 4)
        return;
    *(*out)++ = (uint8_t)(quantum->bits >> 16);
    *(*out)++ = (uint8_t)(quantum->bits >> 8);
    *(*out)++ = (uint8_t)quantum->bits;
    quantum->count = 0;
    quantum->bits = 0;
}

/* One "=". false when this reading ends here. */
static bool take_pad(struct quantum *quantum, enum transfer_reading reading, uint8_t **out,
                     struct ambiguity_set *seen)
{
    if (reading == READING_THROUGH) {
        quantum->ended = true;
        return true;
    }
    if (quantum->count == 0 || quantum->count == 1) {
        /* More padding than a quantum takes, or padding of nothing. */
        ambiguity_set_add(seen, AMBIGUITY_BASE64_PADDING);
        flush(quantum, out);
        quantum->ended = true;
        return reading == READING_TOLERANT;
    }
    if (quantum->count + ++quantum->pads < 4)
        return true;
    flush(quantum, out);
    quantum->ended = true;
    return true;
}

/* One character of the slow path. false when this reading ends here. */
static bool take_char(struct quantum *quantum, uint8_t value, enum transfer_reading reading,
                      uint8_t **out, struct ambiguity_set *seen)
{
    switch (value) {
    case VALUE_BLANK:
        return true;
    case VALUE_PAD:
        return take_pad(quantum, reading, out, seen);
    case VALUE_JUNK:
        ambiguity_set_add(seen, AMBIGUITY_BASE64_JUNK);
        return reading != READING_STRICT;
    }
    if (quantum->ended || quantum->pads > 0) {
        /* Data behind padding. */
        ambiguity_set_add(seen, AMBIGUITY_BASE64_PADDING);
        if (reading == READING_STRICT)
            return false;
        if (reading == READING_TOLERANT)
            flush(quantum, out);
        quantum->ended = false;
    }
    take_value(quantum, value - VALUE_ONE, out);
    return true;
}

bool base64_decode(enum transfer_reading reading, struct span text, struct buf *out,
                   struct ambiguity_set *seen)
{
    const uint8_t *in = (const uint8_t *)text.ptr;
    uint8_t *room = (uint8_t *)buf_reserve(out, text.len / 4 * 3 + SLACK_BYTES);
    uint8_t *to = room;
    const bool is_long = text.len >= WORTH_BYTES;
    struct quantum quantum = { 0 };
    struct quanta quanta;

    if (room == NULL)
        return false;
    if (is_long)
        quanta_init(&quanta);
    for (size_t at = 0; at < text.len;) {
        if (is_long && quantum.count == 0 && !quantum.ended && quantum.pads == 0) {
            at += decode_run(&quanta, in + at, text.len - at, &to);
            if (at == text.len)
                break;
        }
        if (!take_char(&quantum, values[in[at++]], reading, &to, seen))
            break;
    }
    /* Padding missing at the end: every reader known gives the same octets, strict ones an error. */
    if (quantum.count > 0 && quantum.pads + quantum.count < 4)
        ambiguity_set_add(seen, AMBIGUITY_BASE64_PADDING);
    flush(&quantum, &to);
    out->len += (size_t)(to - room);
    return true;
}

bool transfer_is_bare_base64(struct span text)
{
    struct span line;
    size_t width = 0;

    text = span_trim(text);
    for (unsigned n = 0; n < BARE_LINES; n++) {
        if (!span_next(&text, '\n', &line))
            return false;
        line = span_trim(line);
        if (line.len < BARE_WIDTH || (n > 0 && line.len != width))
            return false;
        width = line.len;
        for (size_t i = 0; i < line.len; i++)
            if (values[(uint8_t)line.ptr[i]] < VALUE_ONE)
                return false;
    }
    return true;
}
