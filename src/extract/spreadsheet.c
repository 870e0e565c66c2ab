/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/spreadsheet.h"

#include <stdlib.h>

#include "extract/xml.h"

void shared_strings_init(struct shared_strings *strings)
{
    *strings = (struct shared_strings){ .arena = arena_new(0) };
    if (strings->arena == NULL)
        abort();                /* the cage counts it as a crash: never as read */
    buf_init(&strings->text, 0);
}

void shared_strings_fini(struct shared_strings *strings)
{
    arena_free(&strings->arena);
    buf_fini(&strings->text);
}

static void begin_string(struct shared_strings *strings)
{
    struct shared_string *grown = arena_grow(strings->arena, strings->items, strings->count, &strings->capacity,
                                             sizeof *grown);

    if (grown == NULL)
        abort();
    strings->items = grown;
    strings->items[strings->count++] = (struct shared_string){ .start = strings->text.len };
}

static void end_string(struct shared_strings *strings)
{
    struct shared_string *string = &strings->items[strings->count - 1];

    string->bytes = strings->text.len - string->start;
}

void shared_strings_read(struct shared_strings *strings, struct span part)
{
    bool inside = false, in_text = false;
    size_t reading_aid = 0;     /* depth of <rPh>, how the text is pronounced */
    enum xml_kind kind;
    struct xml xml;

    xml_init(&xml, part);
    while ((kind = xml_next(&xml)) != XML_END_OF_INPUT) {
        if (kind == XML_START && span_equals(xml.local, SPAN("si"))) {
            begin_string(strings);
            inside = true;
        } else if (kind == XML_START && span_equals(xml.local, SPAN("rPh"))) {
            reading_aid = xml.depth;
        } else if (kind == XML_START) {
            in_text = span_equals(xml.local, SPAN("t"));
        } else if (kind == XML_END && span_equals(xml.local, SPAN("si")) && inside) {
            inside = false;
            end_string(strings);
        } else if (kind == XML_END) {
            in_text = false;
            if (xml.depth == reading_aid)
                reading_aid = 0;
        } else if (kind == XML_TEXT && inside && in_text && reading_aid == 0) {
            buf_append(&strings->text, xml.text);
        }
    }
    if (inside)
        end_string(strings);
    xml_fini(&xml);
}

static void show(struct shared_strings *strings, struct shared_string *string, struct gather *gather,
                 enum region region)
{
    string->last_sheet = strings->sheet;
    gather_line(gather, region, span_slice(buf_span(&strings->text), string->start, string->start + string->bytes));
}

void shared_strings_show(struct shared_strings *strings, struct span number, struct gather *gather,
                         enum region region)
{
    uint64_t index;

    if (!span_to_u64(span_trim(number), &index) || index >= strings->count ||
        strings->items[index].last_sheet == strings->sheet)
        return;
    show(strings, &strings->items[index], gather, region);
}

void shared_strings_show_rest(struct shared_strings *strings, struct gather *gather)
{
    for (size_t i = 0; i < strings->count; i++)
        if (strings->items[i].last_sheet == 0)
            show(strings, &strings->items[i], gather, REGION_HIDDEN);
}

/* Take the code behind an "&" (18.3.1.39 of ISO/IEC 29500-1) off the front of s. */
static struct span skip_code(struct span s)
{
    size_t i = 1;

    if (s.ptr[0] == '"')
        return span_slice(s, 2 + span_find_byte(span_slice(s, 1, s.len), '"'), s.len);
    if (s.ptr[0] == 'K')
        return span_slice(s, 7, s.len);
    if (s.ptr[0] >= '0' && s.ptr[0] <= '9')
        while (i < s.len && i < 3 && s.ptr[i] >= '0' && s.ptr[i] <= '9')
            i++;
    return span_slice(s, i, s.len);
}

void office_page_text(struct gather *gather, enum region region, struct span codes)
{
    while (codes.len > 0) {
        size_t plain = span_find_byte(codes, '&');
        char code;

        gather_text(gather, region, 0, span_slice(codes, 0, plain));
        codes = span_slice(codes, plain + 1, codes.len);
        if (codes.len == 0)
            break;
        code = codes.ptr[0];
        if (code == '&')
            gather_text(gather, region, 0, SPAN("&"));
        if (code == 'L' || code == 'C' || code == 'R')
            gather_break(gather, region);
        codes = skip_code(codes);
    }
    gather_break(gather, region);
}
