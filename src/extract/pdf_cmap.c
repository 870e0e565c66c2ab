/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Character maps: code to Unicode, from a ToUnicode program (ISO 32000-2, 9.10.3),
 * code lengths and CIDs from an embedded CMap (9.7.5). Only the few operators that
 * matter are read; the program is never run.
 */
#include <string.h>

#include "base/utf8.h"
#include "pdf_priv.h"

enum { MAX_MAPPINGS = 1 << 18, MAX_DOCUMENT_MAPPINGS = 1 << 22, MAX_STRING_RUNES = 64 };

bool pdf_map_put(struct pdf_map *map, struct arena *arena, uint32_t code, uint32_t rune)
{
    uint32_t **page;

    if (code > 0xFFFF)
        return false;
    page = &map->pages[code >> 8];
    if (*page == NULL) {
        *page = arena_alloc(arena, 256 * sizeof **page);
        if (*page == NULL)
            return false;
        memset(*page, 0xFF, 256 * sizeof **page);
    }
    (*page)[code & 0xFF] = rune;
    return true;
}

uint32_t pdf_map_get(const struct pdf_map *map, uint32_t code)
{
    const uint32_t *page = code > 0xFFFF ? NULL : map->pages[code >> 8];

    return page == NULL ? PDF_RUNE_NONE : page[code & 0xFF];
}

/* Text of more than one character: how a map holds it. */
static uint32_t keep_string(struct pdf_map *map, struct arena *arena, struct span utf8)
{
    struct span *moved = arena_grow(arena, map->strings, map->string_count, &map->string_capacity, sizeof *moved);

    if (moved == NULL)
        return PDF_RUNE_NONE;
    map->strings = moved;
    map->strings[map->string_count] = arena_copy(arena, utf8);
    return PDF_RUNE_STRING | (uint32_t)map->string_count++;
}

void pdf_map_put_name(struct pdf_map *map, struct arena *arena, uint32_t code, struct span name)
{
    uint32_t rune = PDF_RUNE_NAMELESS;
    struct buf text;

    buf_init(&text, 0);
    if (pdf_glyph_text(name, &text) && utf8_next(buf_span(&text), &rune) != text.len)
        rune = keep_string(map, arena, buf_span(&text));
    pdf_map_put(map, arena, code, rune);
    buf_fini(&text);
}

void pdf_map_copy(struct pdf_map *map, struct arena *arena, uint32_t code, const struct pdf_map *from,
                  uint32_t from_code)
{
    uint32_t rune = pdf_map_get(from, from_code);

    if (pdf_rune_is_text(rune) && (rune & PDF_RUNE_STRING) != 0)
        rune = keep_string(map, arena, from->strings[rune & ~PDF_RUNE_STRING]);
    pdf_map_put(map, arena, code, rune);
}

static uint32_t code_of(struct span bytes)
{
    uint32_t code = 0;

    for (size_t i = 0; i < bytes.len && i < 4; i++)
        code = code << 8 | (uint8_t)bytes.ptr[i];
    return code;
}

static uint32_t utf16_unit(struct span s, size_t at)
{
    return (uint32_t)(uint8_t)s.ptr[at] << 8 | (uint8_t)s.ptr[at + 1];
}

/* One rune directly, several as a string of the map. extra is added to the last. */
static uint32_t target_of(struct pdf_map *map, struct arena *arena, struct span utf16, uint32_t extra)
{
    uint32_t runes[MAX_STRING_RUNES];
    size_t count = 0;
    struct buf text;
    uint32_t rune;

    if (utf16.len == 1)
        return (uint8_t)utf16.ptr[0] + extra;
    for (size_t at = 0; at + 1 < utf16.len && count < MAX_STRING_RUNES; at += 2) {
        uint32_t unit = utf16_unit(utf16, at);
        if (unit >= 0xD800 && unit < 0xDC00 && at + 3 < utf16.len) {
            uint32_t low = utf16_unit(utf16, at + 2);
            if (low >= 0xDC00 && low < 0xE000) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                at += 2;
            }
        }
        runes[count++] = unit;
    }
    if (count == 0)
        return PDF_RUNE_NONE;
    runes[count - 1] += extra;
    if (count == 1)
        return runes[0] == 0 ? PDF_RUNE_NONE : runes[0];
    buf_init(&text, 0);
    for (size_t i = 0; i < count; i++)
        buf_append_rune(&text, runes[i]);
    rune = keep_string(map, arena, buf_span(&text));
    buf_fini(&text);
    return rune;
}

static void put_target(struct pdf_map *map, struct arena *arena, uint32_t code, struct pdf_value value,
                       uint32_t extra)
{
    if (value.kind == PDF_STRING)
        pdf_map_put(map, arena, code, target_of(map, arena, value.bytes, extra));
    else if (value.kind == PDF_NAME)
        pdf_map_put_name(map, arena, code, value.bytes);
    else if (value.kind == PDF_INTEGER && value.integer >= 0 && value.integer <= 0xFFFF)
        pdf_map_put(map, arena, code, (uint32_t)value.integer + extra);
}

/* Values up to the word that ends the block, three (ranges) or two at a time. */
static void read_block(struct pdf_lexer *lexer, struct pdf_map *map, bool is_range, unsigned *left)
{
    for (;;) {
        struct pdf_token token;
        struct pdf_value low, high, to;
        uint32_t first, last;

        pdf_lexer_next(lexer, &token);
        if (token.kind != PDF_TOKEN_VALUE || token.value.kind != PDF_STRING || *left == 0)
            return;
        low = high = token.value;
        if (is_range && (!pdf_parse_value(lexer, &high) || high.kind != PDF_STRING))
            return;
        if (!pdf_parse_value(lexer, &to))
            return;
        first = code_of(low.bytes);
        last = code_of(high.bytes);
        if (last > 0xFFFF)
            last = 0xFFFF;
        for (uint32_t code = first; code <= last && *left > 0; code++, --*left) {
            uint32_t step = code - first;
            if (to.kind != PDF_ARRAY)
                put_target(map, lexer->arena, code, to, step);
            else if (step < to.array->count)
                put_target(map, lexer->arena, code, to.array->items[step], 0);
        }
    }
}

static void read_codespace(struct pdf_lexer *lexer, struct pdf_map *map)
{
    for (;;) {
        struct pdf_token token;
        struct pdf_value high;

        pdf_lexer_next(lexer, &token);
        if (token.kind != PDF_TOKEN_VALUE || token.value.kind != PDF_STRING ||
            !pdf_parse_value(lexer, &high) || high.kind != PDF_STRING)
            return;
        if (token.value.bytes.len == 0 || token.value.bytes.len > 4 || high.bytes.len == 0)
            continue;
        for (unsigned c = (uint8_t)token.value.bytes.ptr[0]; c <= (uint8_t)high.bytes.ptr[0]; c++)
            map->code_bytes[c] = (uint8_t)token.value.bytes.len;
    }
}

size_t pdf_mappings_take(struct pdf_file *file, size_t wanted)
{
    size_t left = MAX_DOCUMENT_MAPPINGS - file->mappings;

    file->is_short |= wanted > left;
    if (wanted > left)
        wanted = left;
    file->mappings += (unsigned)wanted;
    return wanted;
}

void pdf_cmap_parse(struct pdf_file *file, struct span program, struct pdf_map *map, struct pdf_map *cids)
{
    struct pdf_lexer lexer;
    struct pdf_token token;
    unsigned left = MAX_DOCUMENT_MAPPINGS - file->mappings < MAX_MAPPINGS ? MAX_DOCUMENT_MAPPINGS - file->mappings
                                                                        : MAX_MAPPINGS;
    unsigned start = left;

    pdf_lexer_init(&lexer, program, file->arena);
    for (;;) {
        pdf_lexer_next(&lexer, &token);
        if (token.kind == PDF_TOKEN_END || left == 0 || arena_is_full(file->arena))
            break;
        if (token.kind != PDF_TOKEN_WORD)
            continue;
        if (span_equals(token.word, SPAN("beginbfchar")))
            read_block(&lexer, map, false, &left);
        else if (span_equals(token.word, SPAN("beginbfrange")))
            read_block(&lexer, map, true, &left);
        else if (span_equals(token.word, SPAN("begincidchar")) && cids != NULL)
            read_block(&lexer, cids, false, &left);
        else if (span_equals(token.word, SPAN("begincidrange")) && cids != NULL)
            read_block(&lexer, cids, true, &left);
        else if (span_equals(token.word, SPAN("begincodespacerange")))
            read_codespace(&lexer, map);
    }
    file->mappings += start - left;
    file->is_short |= left == 0;
}
