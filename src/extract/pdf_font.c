/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Fonts: what a character code shows, and how wide it is (ISO 32000-2, 9.5 to
 * 9.10). ToUnicode says it best, then the encoding and its glyph names, then
 * what the embedded program names (pdf_program.c).
 */
#include <string.h>

#include "base/utf8.h"
#include "pdf_priv.h"

enum { MAX_WIDTHS = 1 << 18, FLAG_SYMBOLIC = 4, FLAG_NONSYMBOLIC = 32 };     /* 9.8.2 */

/* Predefined CMaps whose codes are those of a charset (9.7.5.2), by the start of their name. */
static const struct { const char *cmap, *charset; } legacy[] = {
    { "GBK2K", "gb18030" },   { "GBKp", "GBK" },       { "GBK", "GBK" },         { "GBpc", "GB2312" },
    { "GB-EUC", "GB2312" },   { "B5pc", "Big5" },      { "HKscs-B5", "Big5-HKSCS" }, { "ETen", "Big5" },
    { "CNS-EUC", "EUC-TW" },  { "83pv-RKSJ", "Shift_JIS" }, { "90ms-RKSJ", "Shift_JIS" },
    { "90msp-RKSJ", "Shift_JIS" }, { "90pv-RKSJ", "Shift_JIS" }, { "Add-RKSJ", "Shift_JIS" },
    { "Ext-RKSJ", "Shift_JIS" },   { "EUC-", "EUC-JP" },     { "KSCms-UHC", "windows-949" },
    { "KSC-EUC", "EUC-KR" },  { "KSCpc-EUC", "EUC-KR" },
};

/* Helvetica's widths, 0x20 to 0x7E: what a standard font without widths is measured by. */
static const uint16_t helvetica[95] = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
};

double pdf_font_width(const struct pdf_font *font, uint32_t code)
{
    const float *page = code > 0xFFFF ? NULL : font->widths[code >> 8];
    float width = page == NULL ? -1 : page[code & 0xFF];

    return width < 0 ? font->default_width : width;
}

static void set_width(struct pdf_font *font, struct arena *arena, uint32_t code, double width)
{
    float **page;

    if (code > 0xFFFF)
        return;
    page = &font->widths[code >> 8];
    if (*page == NULL) {
        *page = arena_alloc(arena, 256 * sizeof **page);
        if (*page == NULL)
            return;
        for (size_t i = 0; i < 256; i++)
            (*page)[i] = -1;
    }
    (*page)[code & 0xFF] = (float)width;
}

static bool name_has(struct span name, const char *word)
{
    return span_find_nocase(name, span_of(word)) < name.len;
}

static void read_simple_widths(struct pdf_file *file, struct pdf_dict *dict, struct pdf_font *font)
{
    struct pdf_array *widths = pdf_get_array(file, dict, SPAN("Widths"));
    struct pdf_dict *descriptor = pdf_get_dict(file, dict, SPAN("FontDescriptor"));
    double first = pdf_get_number(file, dict, SPAN("FirstChar"), 0);
    struct span base = pdf_get_name(file, dict, SPAN("BaseFont"));
    bool is_fixed = name_has(base, "Courier");

    font->default_width = pdf_get_number(file, descriptor, SPAN("MissingWidth"), 0);
    if (widths == NULL) {
        font->default_width = is_fixed ? 600 : 556;
        for (uint32_t code = 0x20; code < 0x7F && !is_fixed; code++)
            set_width(font, file->arena, code, helvetica[code - 0x20] * (name_has(base, "Times") ? 0.92 : 1.0));
        return;
    }
    for (size_t i = 0; i < widths->count && i < 256; i++)
        if (first >= 0 && first + (double)i < 256)
            set_width(font, file->arena, (uint32_t)first + (uint32_t)i, pdf_number(pdf_at(file, widths, i), 0));
}

/* "W" of a composite font: c [w…] and c1 c2 w (9.7.4.3). */
static void read_composite_widths(struct pdf_file *file, struct pdf_dict *descendant, struct pdf_font *font)
{
    struct pdf_array *widths = pdf_get_array(file, descendant, SPAN("W"));
    size_t left = MAX_WIDTHS;

    font->default_width = pdf_get_number(file, descendant, SPAN("DW"), 1000);
    for (size_t i = 0; widths != NULL && i + 1 < widths->count;) {
        double first = pdf_number(pdf_at(file, widths, i), 0);
        struct pdf_value second = pdf_at(file, widths, i + 1);
        if (first < 0 || first > 0xFFFF)
            return;
        if (second.kind == PDF_ARRAY) {
            for (size_t k = 0; k < second.array->count && left > 0; k++, left--)
                set_width(font, file->arena, (uint32_t)first + (uint32_t)k,
                          pdf_number(pdf_at(file, second.array, k), 0));
            i += 2;
        } else {
            double last = pdf_number(second, 0), width = pdf_number(pdf_at(file, widths, i + 2), 0);
            for (uint32_t code = (uint32_t)first; (double)code <= last && code <= 0xFFFF && left > 0; code++, left--)
                set_width(font, file->arena, code, width);
            i += 3;
        }
    }
}

static enum pdf_encoding base_encoding(struct pdf_file *file, struct pdf_value encoding, struct span base_font,
                                       struct span subtype)
{
    struct span name = encoding.kind == PDF_NAME
                           ? encoding.bytes
                           : pdf_get_name(file, pdf_dict_of(encoding), SPAN("BaseEncoding"));

    if (span_equals(name, SPAN("WinAnsiEncoding")))
        return PDF_ENCODING_WINANSI;
    if (span_equals(name, SPAN("MacRomanEncoding")))
        return PDF_ENCODING_MACROMAN;
    if (span_equals(name, SPAN("StandardEncoding")))
        return PDF_ENCODING_STANDARD;
    if (name_has(base_font, "Symbol"))
        return PDF_ENCODING_SYMBOL;
    return span_equals(subtype, SPAN("TrueType")) ? PDF_ENCODING_WINANSI : PDF_ENCODING_STANDARD;
}

/*
 * Bitmap fonts of TeX name each glyph after its code ("a65"). Its usual encodings, OT1 and T1,
 * agree on letters and digits, and have their ligatures and accents in places of their own.
 */
static uint32_t tex_rune(struct span name, uint32_t code)
{
    static const uint16_t ligatures[] = { 0xFB00, 0xFB01, 0xFB02, 0xFB03, 0xFB04 };
    uint64_t number;

    if (name.len < 2 || !span_to_u64(span_slice(name, 1, name.len), &number) || number != code)
        return PDF_RUNE_NONE;
    if (code >= 11 && code <= 15)
        return ligatures[code - 11];
    if (code >= 27 && code <= 31)
        return ligatures[code - 27];
    if (code == 0xD7 || code == 0xF7)
        return code == 0xD7 ? 0x152 : 0x153;
    return (code > 0x20 && code < 0x7F) || (code >= 0xC0 && code < 0xFF && code != 0xDF) ? code : PDF_RUNE_NONE;
}

static void read_differences(struct pdf_file *file, struct pdf_font *font, struct pdf_array *differences,
                             bool is_type3)
{
    double code = 0;

    for (size_t i = 0; differences != NULL && i < differences->count; i++) {
        struct pdf_value item = pdf_at(file, differences, i);
        if (item.kind != PDF_NAME || code < 0 || code >= 256)
            code = pdf_number(item, code);
        else if (is_type3 && tex_rune(item.bytes, (uint32_t)code) != PDF_RUNE_NONE)
            pdf_map_put(&font->map, file->arena, (uint32_t)code, tex_rune(item.bytes, (uint32_t)code));
        else
            pdf_map_put_name(&font->map, file->arena, (uint32_t)code, item.bytes);
        code += item.kind == PDF_NAME;
    }
}

static bool is_embedded(struct pdf_file *file, struct pdf_dict *descriptor)
{
    return pdf_get_dict(file, descriptor, SPAN("FontFile")) != NULL ||
           pdf_get_dict(file, descriptor, SPAN("FontFile2")) != NULL ||
           pdf_get_dict(file, descriptor, SPAN("FontFile3")) != NULL;
}

/* Does only the embedded program say what codes show (9.6.5.2, 9.6.5.4)? */
static bool has_own_encoding(struct pdf_file *file, struct pdf_value encoding, struct pdf_dict *descriptor)
{
    unsigned flags = (unsigned)pdf_get_number(file, descriptor, SPAN("Flags"), FLAG_SYMBOLIC);
    bool is_said = encoding.kind == PDF_NAME ||
                   (encoding.kind == PDF_DICT && pdf_dict_raw(encoding.dict, SPAN("BaseEncoding")).kind != PDF_NULL);

    return !is_said && is_embedded(file, descriptor) &&
           ((flags & FLAG_NONSYMBOLIC) == 0 || pdf_get_dict(file, descriptor, SPAN("FontFile2")) == NULL);
}

static void read_simple(struct pdf_file *file, struct pdf_dict *dict, struct pdf_font *font)
{
    struct span subtype = pdf_get_name(file, dict, SPAN("Subtype"));
    struct span base = pdf_get_name(file, dict, SPAN("BaseFont"));
    struct pdf_value encoding = pdf_get(file, dict, SPAN("Encoding"));
    struct pdf_dict *descriptor = pdf_get_dict(file, dict, SPAN("FontDescriptor"));
    struct pdf_array *matrix = pdf_get_array(file, dict, SPAN("FontMatrix"));

    font->width = 1;
    font->is_symbols = name_has(base, "Symbol") || name_has(base, "Dingbat") || name_has(base, "Wingding") ||
                       name_has(base, "Webding");
    font->descriptor = descriptor;
    if (!span_equals(subtype, SPAN("Type3"))) {
        enum pdf_encoding start = base_encoding(file, encoding, base, subtype);
        if (has_own_encoding(file, encoding, descriptor))
            font->guess = start;
        for (uint32_t code = 0; code < 256 && font->guess == 0; code++)
            pdf_map_put(&font->map, file->arena, code, pdf_encoding_rune(start, (uint8_t)code));
    } else {
        double scale = pdf_number(pdf_at(file, matrix, 0), 0.001);
        font->glyph_scale = scale > 0 ? scale : 0.001;
    }
    read_differences(file, font, pdf_get_array(file, pdf_dict_of(encoding), SPAN("Differences")),
                     span_equals(subtype, SPAN("Type3")));
    read_simple_widths(file, dict, font);
}

/* What leads from a CID to a glyph of the program, should that be asked (9.7.4). */
static void read_glyph_numbers(struct pdf_file *file, struct pdf_dict *descendant, struct pdf_font *font)
{
    static const char *const east_asian[] = { "Japan1", "GB1", "CNS1", "Korea1", "KR" };
    struct pdf_dict *system = pdf_get_dict(file, descendant, SPAN("CIDSystemInfo"));
    struct pdf_value ordering = pdf_get(file, system, SPAN("Ordering"));
    struct pdf_dict *glyphs = pdf_get_dict(file, descendant, SPAN("CIDToGIDMap"));

    font->is_composite = true;
    font->descriptor = pdf_get_dict(file, descendant, SPAN("FontDescriptor"));
    if (glyphs != NULL)
        font->cid_glyphs = pdf_stream_bytes(file, glyphs);
    for (size_t i = 0; i < sizeof east_asian / sizeof *east_asian; i++)
        font->has_ascii_cids |= ordering.kind == PDF_STRING && span_equals(ordering.bytes, span_of(east_asian[i]));
}

static void read_composite(struct pdf_file *file, struct pdf_dict *dict, struct pdf_font *font)
{
    struct pdf_value encoding = pdf_get(file, dict, SPAN("Encoding"));
    struct pdf_array *descendants = pdf_get_array(file, dict, SPAN("DescendantFonts"));
    struct span name = encoding.kind == PDF_NAME ? encoding.bytes : (struct span){ "", 0 };

    font->width = 2;
    font->is_identity = span_starts_with(name, SPAN("Identity"));
    read_composite_widths(file, pdf_dict_of(pdf_at(file, descendants, 0)), font);
    read_glyph_numbers(file, pdf_dict_of(pdf_at(file, descendants, 0)), font);
    if (encoding.kind == PDF_DICT) {
        pdf_cmap_parse(file, pdf_stream_bytes(file, encoding.dict), &font->map, &font->cids);
        for (unsigned i = 0; i < 256; i++)
            if (font->map.code_bytes[i] != 0 && font->map.code_bytes[i] != 2)
                font->width = 0;
    } else if (span_starts_with(name, SPAN("Uni"))) {
        font->is_utf16 = span_find(name, SPAN("UTF16")) < name.len || span_find(name, SPAN("UCS2")) < name.len;
        if (span_find(name, SPAN("UTF32")) < name.len)
            font->charset = SPAN("UTF-32BE");
        else if (span_find(name, SPAN("UTF8")) < name.len)
            font->charset = SPAN("UTF-8");
    }
    for (size_t i = 0; i < sizeof legacy / sizeof *legacy && font->charset.len == 0; i++)
        if (span_starts_with(name, span_of(legacy[i].cmap)))
            font->charset = span_of(legacy[i].charset);
}

struct pdf_font *pdf_font_get(struct pdf_file *file, struct pdf_dict *dict)
{
    struct pdf_font *font;
    struct pdf_value to_unicode;

    if (dict == NULL || dict->font != NULL)
        return dict == NULL ? NULL : dict->font;
    font = arena_alloc(file->arena, sizeof *font);
    if (font == NULL)
        return NULL;
    dict->font = font;
    font->glyph_scale = 0.001;
    if (span_equals(pdf_get_name(file, dict, SPAN("Subtype")), SPAN("Type0")))
        read_composite(file, dict, font);
    else
        read_simple(file, dict, font);
    to_unicode = pdf_get(file, dict, SPAN("ToUnicode"));
    if (to_unicode.kind == PDF_DICT) {
        struct pdf_map lengths = font->map;
        pdf_cmap_parse(file, pdf_stream_bytes(file, to_unicode.dict), &font->map, NULL);
        memcpy(font->map.code_bytes, lengths.code_bytes, sizeof lengths.code_bytes);
        if (font->map.pages[0] != NULL || font->map.pages[1] != NULL || font->map.string_count > 0)
            font->charset = (struct span){ "", 0 };     /* it says more than the predefined CMap */
    }
    return font;
}
