/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/gather.h"

#include <string.h>

#include "extract/data_uri.h"

struct gather_look {
    size_t at;                  /* offset into the region's text */
    unsigned look;
};

void gather_init(struct gather *gather, struct sink *sink)
{
    memset(gather, 0, sizeof *gather);
    gather->sink = sink;
    gather->place = (struct place){ .unit = UNIT_NONE };
    for (size_t i = 0; i < GATHER_REGIONS; i++) {
        buf_init(&gather->regions[i].text, 0);
        buf_init(&gather->regions[i].looks, 0);
    }
}

void gather_fini(struct gather *gather)
{
    gather_flush(gather);
    for (size_t i = 0; i < GATHER_REGIONS; i++) {
        buf_fini(&gather->regions[i].text);
        buf_fini(&gather->regions[i].looks);
    }
}

void gather_part(struct gather *gather, struct span part, enum place_unit unit, uint32_t number)
{
    gather_flush(gather);
    gather->place = (struct place){ .part = part, .unit = unit, .number = number };
}

static void set_look(struct gather_region *region, unsigned look)
{
    struct gather_look change = { region->text.len, look };

    if (region->look == look)
        return;
    region->look = look;
    buf_append(&region->looks, (struct span){ (const char *)&change, sizeof change });
}

void gather_text(struct gather *gather, enum region region, unsigned look, struct span utf8)
{
    struct gather_region *to = &gather->regions[region];

    if (utf8.len == 0)
        return;
    set_look(to, look);
    buf_append(&to->text, utf8);
    gather->filled |= 1u << region;
    gather->open_lines |= 1u << region;
}

/* The text between two changes of look, then the next. */
static void hand_over(struct gather *gather, struct gather_region *region)
{
    struct span text = buf_span(&region->text), looks = buf_span(&region->looks);
    size_t done = 0;

    for (size_t i = 0; i + sizeof(struct gather_look) <= looks.len; i += sizeof(struct gather_look)) {
        struct gather_look change;

        memcpy(&change, looks.ptr + i, sizeof change);
        if (change.at > done)
            sink_text(gather->sink, span_slice(text, done, change.at));
        sink_look(gather->sink, change.look);
        done = change.at;
    }
    if (text.len > done)
        sink_text(gather->sink, span_slice(text, done, text.len));
}

static void flush_region(struct gather *gather, enum region which)
{
    struct gather_region *region = &gather->regions[which];

    gather->filled &= ~(1u << which);
    gather->place.region = which;
    sink_place(gather->sink, &gather->place);
    hand_over(gather, region);
    if (region->text.failed)
        sink_uninspectable(gather->sink, UNINSPECTABLE_TOO_LARGE, gather->place.part);
    buf_clear(&region->text);
    buf_clear(&region->looks);
    region->look = 0;
}

void gather_break(struct gather *gather, enum region region)
{
    if ((gather->open_lines & 1u << region) == 0)
        return;
    buf_append_byte(&gather->regions[region].text, '\n');
    gather->open_lines &= ~(1u << region);
    if (gather->regions[region].text.len > GATHER_FLUSH_BYTES)
        flush_region(gather, region);
}

void gather_break_all(struct gather *gather)
{
    for (int region = REGION_BODY; gather->open_lines != 0 && region < GATHER_REGIONS; region++)
        gather_break(gather, (enum region)region);
}

void gather_line(struct gather *gather, enum region region, struct span utf8)
{
    utf8 = span_trim(utf8);
    if (utf8.len == 0)
        return;
    gather_break(gather, region);
    gather_text(gather, region, 0, utf8);
    gather_break(gather, region);
}

void gather_link(struct gather *gather, struct span uri)
{
    struct buf plain;

    gather_line(gather, REGION_LINK, uri);
    if (span_find_byte(uri, '%') == uri.len)
        return;
    buf_init(&plain, 0);
    data_uri_percent(uri, &plain);
    if (!span_equals(buf_span(&plain), uri))
        gather_line(gather, REGION_LINK, buf_span(&plain));
    buf_fini(&plain);
}

void gather_flush(struct gather *gather)
{
    for (int region = REGION_BODY; gather->filled != 0 && region < GATHER_REGIONS; region++)
        if ((gather->filled & 1u << region) != 0)
            flush_region(gather, (enum region)region);
    gather->open_lines = 0;
}
