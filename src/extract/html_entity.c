/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/html_entity.h"

#include <string.h>


enum { LONGEST_NAME = 31, LONGEST_BARE_NAME = 6 };

/* What the numbers 0x80 to 0x9F mean in old pages (13.2.5.84); 0: the number itself. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int digit_value(char c, unsigned base)
{
    int value = -1;

    if (c >= '0' && c <= '9')
        value = c - '0';
    else if (c >= 'a' && c <= 'f')
        value = c - 'a' + 10;
    else if (c >= 'A' && c <= 'F')
        value = c - 'A' + 10;
    return value < (int)base ? value : -1;
}

/* "#233;" or "#xE9;" behind the ampersand. */
static size_t numeric(struct span s, struct buf *out)
{
    bool hexadecimal = s.len > 2 && (s.ptr[2] == 'x' || s.ptr[2] == 'X');
    size_t start = hexadecimal ? 3 : 2, i = start;
    uint32_t rune = 0;
    int digit;

    while (i < s.len && (digit = digit_value(s.ptr[i], hexadecimal ? 16 : 10)) >= 0) {
        if (rune <= 0x10FFFF)
            rune = rune * (hexadecimal ? 16 : 10) + (uint32_t)digit;
        i++;
    }
    if (i == start)
        return 0;
    if (i < s.len && s.ptr[i] == ';')
        i++;
    if (rune >= 0x80 && rune <= 0x9F && windows_1252[rune - 0x80] != 0)
        rune = windows_1252[rune - 0x80];
    buf_append_rune(out, rune == 0 ? 0xFFFD : rune);
    return i;
}

static const struct html_entity *lookup(struct span name)
{
    size_t low = 0, high = html_entity_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct html_entity *entity = &html_entities[middle];
        int order = strncmp(name.ptr, entity->name, name.len);

        if (order == 0 && entity->name[name.len] == '\0')
            return entity;
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static size_t append(const struct html_entity *entity, size_t length, struct buf *out)
{
    buf_append_rune(out, entity->first);
    if (entity->second != 0)
        buf_append_rune(out, entity->second);
    return length;
}

static size_t named(struct span s, bool in_attribute, struct buf *out)
{
    const struct html_entity *entity;
    size_t run = 1;

    while (run < s.len && run <= LONGEST_NAME + 1 && is_alnum(s.ptr[run]))
        run++;
    if (run < s.len && s.ptr[run] == ';' && run - 1 <= LONGEST_NAME) {
        entity = lookup(span_slice(s, 1, run));
        if (entity != NULL)
            return append(entity, run + 1, out);
    }
    /* Without its semicolon the longest name that fits counts: "&notit;" is "¬it;". */
    for (size_t end = run < LONGEST_BARE_NAME + 1 ? run : LONGEST_BARE_NAME + 1; end > 2; end--) {
        entity = lookup(span_slice(s, 1, end));
        if (entity == NULL || !entity->bare)
            continue;
        if (in_attribute && end < s.len && (s.ptr[end] == '=' || is_alnum(s.ptr[end])))
            return 0;
        return append(entity, end, out);
    }
    return 0;
}

size_t html_entity_next(struct span s, bool in_attribute, struct buf *out)
{
    if (s.len < 3 || s.ptr[0] != '&')
        return 0;
    return s.ptr[1] == '#' ? numeric(s, out) : named(s, in_attribute, out);
}

void html_entity_decode(struct span s, bool in_attribute, struct buf *out)
{
    size_t i = 0;

    while (i < s.len) {
        size_t plain = i, taken = 0;

        while (i < s.len && s.ptr[i] != '&' && s.ptr[i] != '\0')
            i++;
        buf_append(out, span_slice(s, plain, i));
        if (i == s.len)
            break;
        if (s.ptr[i] == '&') {
            taken = html_entity_next(span_slice(s, i, s.len), in_attribute, out);
            if (taken == 0)
                buf_append_byte(out, '&');
        }
        i += taken == 0 ? 1 : taken;
    }
}
