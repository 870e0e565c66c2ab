/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Compact Font Format, as far as it names things: the charset (glyph to name or
 * CID) and the built-in encoding (code to glyph). Section numbers are of
 * Adobe technical note 5176.
 */
#include "be.h"
#include "pdf_program.h"

/* An INDEX (5): count, size of an offset, offsets from 1, data. */
struct index {
    struct span bytes;      /* from its first octet to the end of the program */
    size_t count, offset_bytes, end;
};

struct cff {
    struct pdf_file *file;
    struct pdf_program *program;
    struct span bytes;
    struct index strings;
    size_t charset, encoding, glyphs;   /* offsets; of CharStrings */
    size_t glyph_count;
};

static struct index read_index(struct span bytes, size_t at)
{
    struct index index = { .bytes = span_slice(bytes, at, bytes.len) };

    index.count = be16(index.bytes, 0);
    index.offset_bytes = be8(index.bytes, 2);
    index.end = at + 2;
    if (index.count > 0)
        index.end = at + 2 + (index.count + 1) * index.offset_bytes +
                    be_at(index.bytes, 3 + index.count * index.offset_bytes, index.offset_bytes);
    if (index.offset_bytes > 4 || index.end > bytes.len || index.end < at)
        index = (struct index){ .bytes = { "", 0 }, .end = bytes.len };
    return index;
}

static struct span index_item(const struct index *index, size_t item)
{
    size_t data = 2 + (index->count + 1) * index->offset_bytes, from, to;

    if (item >= index->count)
        return (struct span){ "", 0 };
    from = be_at(index->bytes, 3 + item * index->offset_bytes, index->offset_bytes);
    to = be_at(index->bytes, 3 + (item + 1) * index->offset_bytes, index->offset_bytes);
    return to < from ? (struct span){ "", 0 } : span_slice(index->bytes, data + from, data + to);
}

/* Take a number (4, table 3) off a DICT; reals are passed over and count as 0. */
static int32_t take_number(struct span dict, size_t *at)
{
    uint8_t first = be8(dict, (*at)++);

    if (first == 28) {
        *at += 2;
        return (int16_t)be16(dict, *at - 2);
    }
    if (first == 29) {
        *at += 4;
        return (int32_t)be32(dict, *at - 4);
    }
    if (first == 30) {
        while (*at < dict.len && (be8(dict, *at) & 15) != 15)
            ++*at;
        ++*at;
        return 0;
    }
    if (first >= 247)
        return first < 251 ? (first - 247) * 256 + be8(dict, (*at)++) + 108
                           : -(first - 251) * 256 - be8(dict, (*at)++) - 108;
    return first - 139;
}

/* The Top DICT (9): where things are. */
static void read_top(struct cff *cff, struct span dict)
{
    int32_t number = 0;

    for (size_t at = 0; at < dict.len;) {
        uint8_t first = be8(dict, at);
        size_t offset = number < 0 ? 0 : (size_t)number;

        if (first > 21) {
            number = take_number(dict, &at);
            continue;
        }
        at += first == 12 ? 2 : 1;
        if (first == 15)
            cff->charset = offset;
        else if (first == 16)
            cff->encoding = offset;
        else if (first == 17)
            cff->glyphs = offset;
        else if (first == 12 && be8(dict, at - 1) == 30)    /* ROS */
            cff->program->is_cid_keyed = true;
        number = 0;
    }
}

static void put_string(struct cff *cff, struct pdf_map *map, uint32_t code, size_t string)
{
    struct arena *arena = cff->file->arena;

    if (string >= PDF_CFF_STRINGS)
        pdf_map_put_name(map, arena, code, index_item(&cff->strings, string - PDF_CFF_STRINGS));
    else if (pdf_cff_strings[string] != 0)
        pdf_map_put(map, arena, code, pdf_cff_strings[string]);
}

/* What the charset says of a glyph: a string, or a CID. */
static void put_glyph(struct cff *cff, uint32_t glyph, uint16_t said)
{
    if (cff->program->is_cid_keyed)
        pdf_map_put(&cff->program->cids, cff->file->arena, said, glyph);
    else
        put_string(cff, &cff->program->glyphs, glyph, said);
}

/* Charsets (13). Of the predefined ones only ISOAdobe: it is the strings in their order. */
static void read_charset(struct cff *cff)
{
    struct span s = span_slice(cff->bytes, cff->charset, cff->bytes.len);
    size_t range_bytes = be8(s, 0) == 0 ? 2 : be8(s, 0) == 1 ? 3 : 4;
    uint32_t glyph = 1;

    if (cff->charset == 0) {
        for (; glyph < cff->glyph_count && glyph <= 228; glyph++)
            put_glyph(cff, glyph, (uint16_t)glyph);
        return;
    }
    if (cff->charset <= 2 || be8(s, 0) > 2)
        return;
    for (size_t at = 1; glyph < cff->glyph_count && at + range_bytes <= s.len; at += range_bytes) {
        uint32_t first = be16(s, at), more = be_at(s, at + 2, range_bytes - 2);

        for (uint32_t i = 0; i <= more && glyph < cff->glyph_count; i++)
            put_glyph(cff, glyph++, (uint16_t)(first + i));
    }
}

static void put_code(struct cff *cff, uint8_t code, uint32_t glyph)
{
    pdf_map_copy(&cff->program->codes, cff->file->arena, code, &cff->program->glyphs, glyph);
}

/* Encodings (12): codes of glyphs from the second on, then codes of names. */
static void read_encoding(struct cff *cff)
{
    struct span s = span_slice(cff->bytes, cff->encoding, cff->bytes.len);
    size_t count = be8(s, 1), at = 2, item_bytes = (be8(s, 0) & 0x7F) == 0 ? 1 : 2;
    uint32_t glyph = 1;

    if (cff->encoding == 0)
        for (unsigned code = 0; code < 256; code++)
            pdf_map_put(&cff->program->codes, cff->file->arena, code,
                        pdf_encoding_rune(PDF_ENCODING_STANDARD, (uint8_t)code));
    if (cff->encoding <= 1)
        return;
    for (size_t i = 0; i < count; i++, at += item_bytes) {
        uint8_t first = be8(s, at);
        unsigned more = item_bytes == 2 ? be8(s, at + 1) : 0;

        for (unsigned k = 0; k <= more; k++)
            put_code(cff, (uint8_t)(first + k), glyph++);
    }
    if ((be8(s, 0) & 0x80) == 0)
        return;
    count = be8(s, at++);
    for (size_t i = 0; i < count; i++, at += 3)
        put_string(cff, &cff->program->codes, be8(s, at), be16(s, at + 1));
}

void pdf_cff_read(struct pdf_file *file, struct span bytes, struct pdf_program *program)
{
    struct cff cff = { .file = file, .program = program, .bytes = bytes };
    struct index names = read_index(bytes, be8(bytes, 2));
    struct index tops = read_index(bytes, names.end), glyphs;

    cff.strings = read_index(bytes, tops.end);
    read_top(&cff, index_item(&tops, 0));
    if (cff.glyphs == 0)
        return;
    glyphs = read_index(bytes, cff.glyphs);
    cff.glyph_count = pdf_mappings_take(file, glyphs.count);
    read_charset(&cff);
    if (!program->is_cid_keyed)
        read_encoding(&cff);
}
