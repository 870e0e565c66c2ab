/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/utf8.h"

#include <endian.h>
#include <string.h>

size_t utf8_next(struct span s, uint32_t *rune_out)
{
    unsigned char first = (unsigned char)s.ptr[0];
    uint32_t rune, least;
    size_t len;

    if (first < 0x80) {
        *rune_out = first;
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        len = 2, rune = first & 0x1FU, least = 0x80;
    } else if ((first & 0xF0) == 0xE0) {
        len = 3, rune = first & 0x0FU, least = 0x800;
    } else if (first >= 0xF0 && first <= 0xF4) {
        len = 4, rune = first & 0x07U, least = 0x10000;
    } else {
        *rune_out = UTF8_INVALID;
        return 1;
    }
    if (s.len < len) {
        *rune_out = UTF8_INVALID;
        return 1;
    }
    for (size_t i = 1; i < len; i++) {
        unsigned char next = (unsigned char)s.ptr[i];
        if ((next & 0xC0) != 0x80) {
            *rune_out = UTF8_INVALID;
            return 1;
        }
        rune = rune << 6 | (next & 0x3FU);
    }
    if (rune < least || rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) {
        *rune_out = UTF8_INVALID;
        return 1;
    }
    *rune_out = rune;
    return len;
}

size_t utf8_ascii_run(struct span s)
{
    size_t at = 0;

    for (; s.len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t eight;

        memcpy(&eight, s.ptr + at, sizeof eight);
        eight = le64toh(eight) & 0x8080808080808080U;
        if (eight != 0)
            return at + (size_t)__builtin_ctzll(eight) / 8;
    }
    while (at < s.len && (unsigned char)s.ptr[at] < 0x80)
        at++;
    return at;
}

bool utf8_is_valid(struct span s)
{
    for (size_t at = utf8_ascii_run(s); at < s.len; at += utf8_ascii_run(span_slice(s, at, s.len))) {
        const unsigned char *octets = (const unsigned char *)s.ptr + at;
        uint32_t rune = 0;

        if (octets[0] >= 0xC2 && octets[0] <= 0xDF && s.len - at > 1 && (octets[1] & 0xC0) == 0x80)
            at += 2;
        else
            at += utf8_next(span_slice(s, at, s.len), &rune);
        if (rune == UTF8_INVALID)
            return false;
    }
    return true;
}

bool utf8_append_clean(struct buf *out, struct span s)
{
    while (s.len > 0) {
        size_t used = utf8_ascii_run(s);
        uint32_t rune = 0;

        if (used == 0)
            used = utf8_next(s, &rune);
        if (rune == UTF8_INVALID)
            buf_append_rune(out, 0xFFFD);
        else
            buf_append(out, span_slice(s, 0, used));
        s = span_slice(s, used, s.len);
    }
    return !out->failed;
}

struct span utf8_cut(struct span s, size_t max)
{
    if (s.len <= max)
        return s;
    while (max > 0 && ((unsigned char)s.ptr[max] & 0xC0) == 0x80)
        max--;
    return span_slice(s, 0, max);
}
