/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Deflate64: as RFC 1951, but distances reach 64 KiB back (codes 30 and 31) and
 * the last length code carries 16 bits. Windows packs large folders with it, and
 * neither zlib nor libarchive reads it.
 */
#include <string.h>

#include "zip_methods.h"

enum {
    CODE_BITS = 15, LITERALS = 288, DISTANCES = 32, LENGTH_CODES = 29, FIRST_LENGTH = 257, END_OF_BLOCK = 256,
    ORDER_CODES = 19, STEP_BYTES = 64 * 1024, BROKEN = -1
};

struct bits {
    struct span in;
    size_t at;
    uint32_t held;
    unsigned count;
    bool ended;                 /* more was asked for than there is */
};

/* A canonical code: how many words of each length, and the symbols in the order of their words. */
struct code {
    uint16_t counts[CODE_BITS + 1];
    uint16_t symbols[LITERALS];
};

struct inflate64 {
    struct bits bits;
    struct sink *sink;
    struct buf *room;
    size_t allowed;             /* octets the budget has granted already */
    struct code literals, distances;
};

static uint32_t take(struct bits *bits, unsigned count)
{
    uint32_t value;

    while (bits->count < count) {
        uint32_t octet = bits->at < bits->in.len ? (uint8_t)bits->in.ptr[bits->at] : 0;
        bits->ended |= bits->at++ >= bits->in.len;
        bits->held |= octet << bits->count;
        bits->count += 8;
    }
    value = bits->held & ((1U << count) - 1);
    bits->held >>= count;
    bits->count -= count;
    return value;
}

/* false when the lengths promise more words than there are. */
static bool build(struct code *code, const uint8_t *lengths, size_t count)
{
    uint16_t next[CODE_BITS + 2] = { 0 };
    int32_t left = 1;

    memset(code, 0, sizeof *code);
    for (size_t i = 0; i < count; i++)
        code->counts[lengths[i]]++;
    code->counts[0] = 0;
    for (size_t length = 1; length <= CODE_BITS; length++) {
        left = 2 * left - code->counts[length];
        if (left < 0)
            return false;
        next[length + 1] = (uint16_t)(next[length] + code->counts[length]);
    }
    for (size_t i = 0; i < count; i++)
        if (lengths[i] > 0)
            code->symbols[next[lengths[i]]++] = (uint16_t)i;
    return true;
}

/* One bit after the other: words of each length are numbers in a row, behind those of the shorter ones. */
static int next_symbol(struct bits *bits, const struct code *code)
{
    uint32_t word = 0, first = 0, passed = 0;

    for (size_t length = 1; length <= CODE_BITS && !bits->ended; length++) {
        word = word << 1 | take(bits, 1);
        first <<= 1;
        if (word - first < code->counts[length])
            return code->symbols[passed + word - first];
        passed += code->counts[length];
        first += code->counts[length];
    }
    return BROKEN;
}

/* Room for that many octets more, granted in steps. */
static char *grant(struct inflate64 *z, size_t bytes)
{
    while (z->allowed < bytes) {
        if (!sink_spend(z->sink, STEP_BYTES))
            return NULL;
        z->allowed += STEP_BYTES;
    }
    z->allowed -= bytes;
    return buf_reserve(z->room, bytes);
}

static bool copy_match(struct inflate64 *z, size_t length, size_t distance)
{
    char *to = distance <= z->room->len ? grant(z, length) : NULL;

    if (to == NULL)
        return false;
    for (size_t i = 0; i < length; i++)
        to[i] = *(to + i - distance);
    z->room->len += length;
    return true;
}

static bool read_match(struct inflate64 *z, size_t code)
{
    static const uint16_t lengths[LENGTH_CODES] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59,
                                                    67, 83, 99, 115, 131, 163, 195, 227, 3 };
    static const uint8_t more_bits[LENGTH_CODES] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4,
                                                     5, 5, 5, 5, 16 };
    size_t length, distance;
    int symbol;

    if (code >= LENGTH_CODES)
        return false;
    length = lengths[code] + take(&z->bits, more_bits[code]);
    symbol = next_symbol(&z->bits, &z->distances);
    if (symbol < 0)
        return false;
    /* Two codes for each power of two, from the fifth on. */
    if (symbol < 4) {
        distance = (size_t)symbol + 1;
    } else {
        unsigned extra = (unsigned)symbol / 2 - 1;
        distance = ((2 + ((size_t)symbol & 1)) << extra) + 1 + take(&z->bits, extra);
    }
    return !z->bits.ended && copy_match(z, length, distance);
}

static bool read_block(struct inflate64 *z)
{
    for (;;) {
        int symbol = next_symbol(&z->bits, &z->literals);
        char *to;

        if (symbol == END_OF_BLOCK)
            return true;
        if (symbol == BROKEN || sink_spent(z->sink))
            return false;
        if (symbol < END_OF_BLOCK) {
            if ((to = grant(z, 1)) == NULL)
                return false;
            *to = (char)symbol;
            z->room->len++;
        } else if (!read_match(z, (size_t)symbol - FIRST_LENGTH)) {
            return false;
        }
    }
}

static bool read_stored(struct inflate64 *z)
{
    size_t length, inverse;
    char *to;

    take(&z->bits, z->bits.count % 8);
    length = take(&z->bits, 16);
    inverse = take(&z->bits, 16);
    if (z->bits.ended || (length ^ inverse) != 0xFFFF || z->bits.in.len - z->bits.at < length ||
        (to = grant(z, length)) == NULL)
        return false;
    memcpy(to, z->bits.in.ptr + z->bits.at, length);
    z->room->len += length;
    z->bits.at += length;
    return true;
}

/* The lengths of both codes, themselves coded (RFC 1951, 3.2.7). */
static bool read_codes(struct inflate64 *z)
{
    static const uint8_t order[ORDER_CODES] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
    uint8_t lengths[LITERALS + DISTANCES] = { 0 };
    size_t literals = take(&z->bits, 5) + 257, distances = take(&z->bits, 5) + 1, given = take(&z->bits, 4) + 4;
    struct code code;

    for (size_t i = 0; i < given; i++)
        lengths[order[i]] = (uint8_t)take(&z->bits, 3);
    if (literals > LITERALS || !build(&code, lengths, ORDER_CODES))
        return false;
    memset(lengths, 0, sizeof lengths);
    for (size_t i = 0; i < literals + distances;) {
        int symbol = next_symbol(&z->bits, &code);
        size_t times = 1;
        uint8_t length = (uint8_t)symbol;

        if (symbol < 0 || (symbol == 16 && i == 0))
            return false;
        if (symbol >= 16) {
            length = symbol == 16 ? lengths[i - 1] : 0;
            times = symbol == 16 ? 3 + take(&z->bits, 2) : symbol == 17 ? 3 + take(&z->bits, 3) : 11 + take(&z->bits, 7);
        }
        if (times > literals + distances - i)
            return false;
        memset(lengths + i, length, times);
        i += times;
    }
    return build(&z->literals, lengths, literals) && build(&z->distances, lengths + literals, distances);
}

static bool use_fixed_codes(struct inflate64 *z)
{
    uint8_t lengths[LITERALS];

    memset(lengths, 8, 144);
    memset(lengths + 144, 9, 112);
    memset(lengths + 256, 7, 24);
    memset(lengths + 280, 8, 8);
    if (!build(&z->literals, lengths, LITERALS))
        return false;
    memset(lengths, 5, DISTANCES);
    return build(&z->distances, lengths, DISTANCES);
}

bool zip_inflate64(struct sink *sink, struct span packed, struct buf *room)
{
    struct inflate64 z = { .bits = { .in = packed }, .sink = sink, .room = room };
    bool is_last = false, fine = true;

    while (!is_last && fine && !sink_spent(sink)) {
        is_last = take(&z.bits, 1) == 1;
        switch (take(&z.bits, 2)) {
        case 0: fine = read_stored(&z); break;
        case 1: fine = use_fixed_codes(&z) && read_block(&z); break;
        case 2: fine = read_codes(&z) && read_block(&z); break;
        case 3: fine = false; break;
        }
        fine = fine && !z.bits.ended;
    }
    return is_last && fine;
}
