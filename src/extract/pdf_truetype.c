/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * TrueType and OpenType, as far as they name glyphs: "cmap" read backwards,
 * then "post", then a "CFF " table (ISO/IEC 14496-22).
 */
#include "be.h"
#include "pdf_program.h"

enum { MAX_TABLES = 64, MAX_SUBTABLES = 32, SYMBOL_CODES = 0xF000, POST_NAMES = 34 };

struct truetype {
    struct pdf_file *file;
    struct pdf_program *program;
    struct span bytes;
};

/* What a walk over a "cmap" subtable does with each of its pairs. */
typedef void (*pair_function)(struct truetype *font, uint32_t code, uint32_t glyph);

static struct span find_table(const struct truetype *font, struct span tag)
{
    size_t count = be16(font->bytes, 4);

    for (size_t i = 0; i < count && i < MAX_TABLES; i++) {
        size_t at = 12 + 16 * i, from = be32(font->bytes, at + 8);

        if (span_equals(span_slice(font->bytes, at, at + 4), tag))
            return span_slice(font->bytes, from, from + be32(font->bytes, at + 12));
    }
    return (struct span){ "", 0 };
}

/* Format 4: segments of 16-bit codes. */
static void walk_segments(struct truetype *font, struct span s, pair_function take)
{
    size_t segments = be16(s, 6) / 2, last_code = 14, first_code = 16 + 2 * segments;
    size_t deltas = first_code + 2 * segments, ranges = deltas + 2 * segments;

    for (size_t i = 0; i < segments && ranges + 2 * i + 2 <= s.len; i++) {
        uint32_t first = be16(s, first_code + 2 * i), last = be16(s, last_code + 2 * i);
        uint32_t range = be16(s, ranges + 2 * i), delta = be16(s, deltas + 2 * i);
        size_t more = first > last ? 0 : pdf_mappings_take(font->file, last - first + 1);

        for (uint32_t k = 0; k < more; k++) {
            uint32_t glyph = range == 0 ? first + k : be16(s, ranges + 2 * i + range + 2 * (size_t)k);

            if (range == 0 || glyph != 0)
                take(font, first + k, (glyph + delta) & 0xFFFF);
        }
    }
}

/* Format 12: groups of codes with glyphs in a row. */
static void walk_groups(struct truetype *font, struct span s, pair_function take)
{
    size_t count = be32(s, 12);

    for (size_t i = 0; i < count && 16 + 12 * i + 12 <= s.len; i++) {
        uint32_t first = be32(s, 16 + 12 * i), last = be32(s, 20 + 12 * i), glyph = be32(s, 24 + 12 * i);

        size_t more = first > last || last > 0x10FFFF ? 0 : pdf_mappings_take(font->file, last - first + 1);

        for (; more > 0 && glyph <= 0xFFFF; more--)
            take(font, first++, glyph++);
    }
}

static void walk_subtable(struct truetype *font, struct span s, pair_function take)
{
    size_t count;

    switch (be16(s, 0)) {
    case 0:
        for (uint32_t code = 0; code < 256; code++)
            take(font, code, be8(s, 6 + code));
        break;
    case 4:
        walk_segments(font, s, take);
        break;
    case 6:
        count = pdf_mappings_take(font->file, be16(s, 8));
        for (size_t i = 0; i < count; i++)
            take(font, be16(s, 6) + (uint32_t)i, be16(s, 10 + 2 * i));
        break;
    case 12:
        walk_groups(font, s, take);
        break;
    }
}

/* The lowest code of a glyph names it; codes for private use say nothing. */
static void name_glyph(struct truetype *font, uint32_t code, uint32_t glyph)
{
    bool is_private = code < 0x20 || (code >= 0xD800 && code < 0xF900) || code >= 0xF0000;

    if (glyph != 0 && !is_private && !pdf_rune_is_text(pdf_map_get(&font->program->glyphs, glyph)))
        pdf_map_put(&font->program->glyphs, font->file->arena, glyph, code);
}

/* Symbol fonts hold the codes of simple fonts at F000 (ISO 32000-2, 9.6.5.4); others have them as they are. */
static void show_code(struct truetype *font, uint32_t code, uint32_t glyph)
{
    code = code >= SYMBOL_CODES ? code - SYMBOL_CODES : code;
    if (glyph != 0 && code < 256)
        pdf_map_copy(&font->program->codes, font->file->arena, code, &font->program->glyphs, glyph);
}

static struct span find_subtable(struct span cmap, uint32_t platform, uint32_t encoding)
{
    size_t count = be16(cmap, 2);

    for (size_t i = 0; i < count && i < MAX_SUBTABLES; i++)
        if (be16(cmap, 4 + 8 * i) == platform && be16(cmap, 6 + 8 * i) == encoding)
            return span_slice(cmap, be32(cmap, 8 + 8 * i), cmap.len);
    return (struct span){ "", 0 };
}

static void read_unicode(struct truetype *font, struct span cmap)
{
    static const struct { uint16_t platform, encoding; } unicode[] = {
        { 3, 10 }, { 0, 4 }, { 0, 6 }, { 3, 1 }, { 0, 3 }, { 0, 2 }, { 0, 1 }, { 0, 0 },
    };

    for (size_t i = 0; i < sizeof unicode / sizeof *unicode; i++) {
        struct span subtable = find_subtable(cmap, unicode[i].platform, unicode[i].encoding);

        if (subtable.len > 0)
            walk_subtable(font, subtable, name_glyph);
    }
}

/* Version 1 is the Macintosh order; version 2 a number in it, or a name of the table's own. */
static void read_post(struct truetype *font, struct span post)
{
    struct pdf_map *glyphs = &font->program->glyphs;
    struct arena *arena = font->file->arena;
    uint32_t version = be32(post, 0);
    size_t count = version == 0x10000 ? PDF_MAC_GLYPHS : version == 0x20000 ? be16(post, 32) : 0;
    size_t own_count = 0, own_capacity = 0;
    struct span *own = NULL, *moved;

    count = pdf_mappings_take(font->file, count);
    for (size_t at = POST_NAMES + 2 * count; version == 0x20000 && at < post.len && own_count < count;) {
        size_t length = be8(post, at);

        moved = arena_grow(arena, own, own_count, &own_capacity, sizeof *own);
        if (moved == NULL)
            return;
        own = moved;
        own[own_count++] = span_slice(post, at + 1, at + 1 + length);
        at += 1 + length;
    }
    for (uint32_t glyph = 1; glyph < count; glyph++) {
        size_t name = version == 0x10000 ? glyph : be16(post, POST_NAMES + 2 * (size_t)glyph);

        if (pdf_rune_is_text(pdf_map_get(glyphs, glyph)))
            continue;
        if (name >= PDF_MAC_GLYPHS && name - PDF_MAC_GLYPHS < own_count)
            pdf_map_put_name(glyphs, arena, glyph, own[name - PDF_MAC_GLYPHS]);
        else if (name < PDF_MAC_GLYPHS && pdf_mac_glyphs[name] != 0)
            pdf_map_put(glyphs, arena, glyph, pdf_mac_glyphs[name]);
    }
}

void pdf_truetype_read(struct pdf_file *file, struct span bytes, struct pdf_program *program)
{
    struct truetype font = { .file = file, .program = program, .bytes = bytes };
    struct span cff, cmap, symbols;

    cff = find_table(&font, SPAN("CFF "));
    cmap = find_table(&font, SPAN("cmap"));
    if (cff.len > 0)
        pdf_cff_read(file, cff, program);
    read_unicode(&font, cmap);
    read_post(&font, find_table(&font, SPAN("post")));
    symbols = find_subtable(cmap, 3, 0);
    walk_subtable(&font, symbols.len > 0 ? symbols : find_subtable(cmap, 1, 0), show_code);
}
