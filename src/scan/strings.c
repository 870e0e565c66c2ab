/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Octets that no reader understands may still hold words: runs of printable
 * ASCII, also with a zero octet beside each (UTF-16 either way round), of at
 * least RUN_CHARS are looked through, each run a line of its own.
 *
 * Accents do not end a run: up to two octets above 127 (one of Latin-1, two of
 * UTF-8) belong to it when letters stand on both sides. Two passes, and sixty-four
 * octets at a time where there is only noise.
 */
#include <endian.h>
#include <string.h>

#include "scan_priv.h"

enum { RUN_CHARS = 6, STRETCH_BYTES = 1 << 20 };

static bool is_printable(char c)
{
    return (c >= ' ' && c <= '~') || c == '\t';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_high(char c)
{
    return (unsigned char)c >= 0x80;
}

/* --- one octet a character ------------------------------------------------- */

/* A bit for each of eight octets, the first the lowest: is it from " " to "~"? */
static uint64_t printable_of_eight(const char *at)
{
    const uint64_t all = 0x0101010101010101U;
    uint64_t eight, low;

    memcpy(&eight, at, sizeof eight);
    eight = le64toh(eight);
    low = eight & 0x7F * all;
    /* The top bit of each octet: at least 0x20, not 0x7F, not above 0x7F. */
    eight = (low + 0x60 * all) & ~(low + all) & ~eight & 0x80 * all;
    return eight * 0x0002040810204081U >> 56;
}

/* The start of the next RUN_CHARS printable octets in a row from at, or bytes.len. */
static size_t next_seed(struct span bytes, size_t at)
{
    enum { WINDOW = 64 };

    for (; bytes.len - at >= WINDOW; at += WINDOW - RUN_CHARS + 1) {
        uint64_t mask = 0;

        for (size_t i = 0; i < WINDOW; i += 8)
            mask |= printable_of_eight(bytes.ptr + at + i) << i;
        mask &= mask >> 1 & mask >> 2;
        mask &= mask >> 3;
        if (mask != 0)
            return at + (size_t)__builtin_ctzll(mask);
    }
    for (size_t run = 0; at < bytes.len; at++) {
        run = is_printable(bytes.ptr[at]) ? run + 1 : 0;
        if (run == RUN_CHARS)
            return at + 1 - RUN_CHARS;
    }
    return bytes.len;
}

/* Up to two high octets at at with a letter behind them: how many, else 0. */
static size_t accent_forward(struct span bytes, size_t at)
{
    for (size_t n = 1; n <= 2 && at + n < bytes.len && is_high(bytes.ptr[at + n - 1]); n++)
        if (is_letter(bytes.ptr[at + n]))
            return n;
    return 0;
}

static size_t run_end(struct span bytes, size_t at)
{
    while (at < bytes.len) {
        if (is_printable(bytes.ptr[at])) {
            at++;
            continue;
        }
        if (!is_letter(bytes.ptr[at - 1]) || accent_forward(bytes, at) == 0)
            return at;
        at += accent_forward(bytes, at);
    }
    return at;
}

/* Back from a seed, not before floor: letters and one accented octet or two ahead of it. */
static size_t run_start(struct span bytes, size_t at, size_t floor)
{
    for (;;) {
        size_t high = 0;

        while (at > floor && is_printable(bytes.ptr[at - 1]))
            at--;
        while (high < 2 && at - high > floor && is_high(bytes.ptr[at - high - 1]))
            high++;
        if (high == 0 || at == bytes.len || !is_letter(bytes.ptr[at]) || at - high == floor ||
            !is_letter(bytes.ptr[at - high - 1]))
            return at;
        at -= high;
    }
}

static size_t narrow_stretch(struct passages *passages, struct span bytes, size_t at, size_t stop)
{
    size_t floor = at;

    while (at < stop) {
        size_t seed = next_seed(span_slice(bytes, 0, stop + RUN_CHARS), at), end;

        if (seed >= stop)
            return stop;
        end = run_end(bytes, seed + RUN_CHARS);
        passages_text(passages, span_slice(bytes, run_start(bytes, seed, floor), end));
        passages_text(passages, SPAN("\n"));
        at = floor = end;
    }
    return at;
}

/* --- two octets a character ------------------------------------------------ */

/* A character of ASCII or Latin-1 whose low octet is c. */
static bool is_wide_letter(char c)
{
    return is_printable(c) || (unsigned char)c >= 0xA0;
}

/* The end of the run of pairs that begins at at, the zero octet of each at offset high. */
static size_t wide_run(struct span bytes, size_t at, size_t high)
{
    while (at + 1 < bytes.len && bytes.ptr[at + high] == '\0' &&
           is_wide_letter(bytes.ptr[at + 1 - high]))
        at += 2;
    return at;
}

static void wide_text(struct passages *passages, struct span bytes, size_t low)
{
    char narrow[512];
    size_t used = 0;

    for (size_t i = low; i < bytes.len; i += 2) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        if (c < 0x80) {
            narrow[used++] = (char)c;
        } else { /* U+00A0 to U+00FF */
            narrow[used++] = (char)(0xC0 | c >> 6);
            narrow[used++] = (char)(0x80 | (c & 0x3F));
        }
        if (used > sizeof narrow - 2) {
            passages_text(passages, (struct span){ narrow, used });
            used = 0;
        }
    }
    passages_text(passages, (struct span){ narrow, used });
    passages_text(passages, SPAN("\n"));
}

/*
 * The run whose first zero octet is at zero goes out as text; returns where to go
 * on. With the low octet first the run begins one octet earlier. The other way
 * round, the octet ahead may look like a letter by chance: then both readings go.
 */
static size_t wide_at(struct passages *passages, struct span bytes, size_t zero, size_t floor)
{
    const bool led = zero > floor && is_wide_letter(bytes.ptr[zero - 1]);
    const size_t little = led ? wide_run(bytes, zero - 1, 1) : zero;
    const size_t big = wide_run(bytes, zero, 0);

    if (led && (little - (zero - 1)) / 2 >= RUN_CHARS)
        wide_text(passages, span_slice(bytes, zero - 1, little), 0);
    if (big > little && (big - zero) / 2 >= RUN_CHARS)
        wide_text(passages, span_slice(bytes, zero, big), 1);
    if (big > little + 1 || little > zero + 1)
        return big > little ? big : little;
    return zero + 1;
}

static size_t wide_stretch(struct passages *passages, struct span bytes, size_t at, size_t stop)
{
    /* The stretch before may have ended between the two octets of a character. */
    size_t floor = at > 0 ? at - 1 : 0;

    while (at < stop) {
        const char *zero = memchr(bytes.ptr + at, '\0', stop - at);

        if (zero == NULL)
            return stop;
        at = (size_t)(zero - bytes.ptr);
        if (at + 1 < bytes.len && bytes.ptr[at + 1] == '\0') {
            at++; /* within zeros there is nothing; only the last may begin a run */
            continue;
        }
        at = wide_at(passages, bytes, at, floor);
        floor = at;
    }
    return at;
}

/* ----------------------------------------------------------------------------- */

void strings_read(struct scan *scan, struct span bytes, struct span where, uint32_t document)
{
    const struct place place = { .region = REGION_CODE, .unit = UNIT_NONE };
    struct passages passages;
    size_t narrow = 0, wide = 0;

    passages_begin(&passages, scan, where, document, SOURCE_HIDDEN);
    passages_place(&passages, &place);
    for (size_t stop = 0; stop < bytes.len && !budget_is_late(&scan->budget);) {
        stop = bytes.len - stop > STRETCH_BYTES ? stop + STRETCH_BYTES : bytes.len;
        if (narrow < stop)
            narrow = narrow_stretch(&passages, bytes, narrow, stop);
        if (wide < stop)
            wide = wide_stretch(&passages, bytes, wide, stop);
    }
    passages_end(&passages);
}
