/* SPDX-License-Identifier: EUPL-1.2 */
#include "doc_format.h"

#include "le.h"

enum { PAGE_BYTES = 512, SPRM_DELETED = 0x0800, SPRM_HIDDEN = 0x083C, SPRM_CAPITALS = 0x083B, SPRM_SMALL_CAPITALS = 0x083A };

void doc_format_init(struct doc_format *format, struct span main, struct span pages)
{
    *format = (struct doc_format){ .main = main, .pages = pages };
}

/* Octets of a property's operand, by the kind in its upper bits ([MS-DOC] 2.2.5.1). */
static size_t operand_bytes(uint16_t sprm, struct span rest)
{
    static const uint8_t sizes[8] = { 1, 1, 2, 4, 2, 2, 0, 3 };
    unsigned kind = sprm >> 13;

    return kind == 6 ? 1 + (size_t)le8(rest, 2) : sizes[kind];
}

/* 0 and 1 say it; with bit 7 it is what the style says, or the reverse (0x81). */
static bool is_on(uint8_t operand)
{
    return operand == 1 || operand == 0x81;
}

static unsigned read_properties(struct span properties)
{
    unsigned flags = 0;

    for (size_t at = 0; at + 3 <= properties.len;) {
        struct span rest = span_slice(properties, at, properties.len);
        uint16_t sprm = le16(rest, 0);
        unsigned flag = sprm == SPRM_DELETED                                     ? DOC_DELETED
                        : sprm == SPRM_HIDDEN                                      ? DOC_HIDDEN
                        : sprm == SPRM_CAPITALS || sprm == SPRM_SMALL_CAPITALS ? DOC_CAPITALS
                                                                               : 0;

        if (is_on(le8(rest, 2)))
            flags |= flag;
        else
            flags &= ~flag;
        at += 2 + operand_bytes(sprm, rest);
    }
    return flags;
}

/* The last of count ascending numbers that is not above offset; count when all are. */
static size_t find(struct span numbers, size_t count, uint64_t offset)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (le32(numbers, 4 * middle) <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? count : low - 1;
}

/* A formatting page (ChpxFkp): runs of offsets, for each where its properties lie. */
static void read_page(struct doc_format *format, struct span page, uint64_t offset)
{
    size_t count = le8(page, PAGE_BYTES - 1), run = find(page, count, offset), place;

    if (run >= count || le32(page, 4 * run + 4) <= offset)
        return;
    format->until = le32(page, 4 * run + 4);
    place = 2 * (size_t)le8(page, 4 * (count + 1) + run);
    if (place != 0)
        format->flags = read_properties(span_slice(page, place + 1, place + 1 + le8(page, place)));
}

unsigned doc_format_at(struct doc_format *format, uint64_t offset)
{
    size_t count = format->pages.len < 12 ? 0 : (format->pages.len - 4) / 8, run;
    uint64_t page;

    if (offset < format->until)
        return format->flags;
    format->flags = 0;
    format->until = offset + 1;
    run = find(format->pages, count, offset);
    if (run >= count)
        return 0;
    page = (uint64_t)(le32(format->pages, 4 * (count + 1) + 4 * run) & 0x3FFFFF) * PAGE_BYTES;
    if (page + PAGE_BYTES <= format->main.len)
        read_page(format, span_slice(format->main, page, page + PAGE_BYTES), offset);
    return format->flags;
}
