/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Glyphs elements of XPS pages (ECMA-388, 12.1): each shows some letters at a
 * place of its own, so that a line, even a word, may be many of them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "office_priv.h"

static const double space_em = 0.25;        /* a wider gap is a blank */
static const double overlap_em = 0.6;       /* further back is another line */
static const double usual_advance_em = 0.6;

static double number_of(struct xml *xml, const char *name, double otherwise)
{
    char digits[32];
    struct span value;
    double number;
    char *end;

    if (!xml_attribute(xml, name, &value) || value.len == 0 || value.len >= sizeof digits)
        return otherwise;
    memcpy(digits, value.ptr, value.len);
    digits[value.len] = '\0';
    number = strtod(digits, &end);
    return end != digits && isfinite(number) && fabs(number) < 1e6 ? number : otherwise;
}

/* How far the letters go, in em: advances of "glyph,advance;…" in hundredths (12.1.3), else a usual one. */
static double width_em(struct span indices, struct span text)
{
    double width = 0;
    struct span one;

    for (size_t i = 0; i < text.len; i++) {
        size_t comma;
        uint64_t advance;

        if (((unsigned char)text.ptr[i] & 0xC0) == 0x80)
            continue;
        if (!span_next(&indices, ';', &one))
            one = SPAN("");
        comma = span_find_byte(one, ',');
        one = span_slice(one, comma + 1, one.len);
        one = span_slice(one, 0, span_find_byte(one, ','));
        one = span_slice(one, 0, span_find_byte(one, '.'));
        width += span_to_u64(one, &advance) && advance < 10000 ? (double)advance / 100 : usual_advance_em;
    }
    return width;
}

void office_glyphs_show(struct office_glyphs *glyphs, const struct office_part *part, struct xml *xml,
                        enum region region)
{
    double x = number_of(xml, "OriginX", 0), y = number_of(xml, "OriginY", 0);
    double em = fmax(number_of(xml, "FontRenderingEmSize", 12), 0.1), gap = (x - glyphs->end) / em;
    struct span text, indices;

    xml_attribute(xml, "UnicodeString", &text);
    if (span_starts_with(text, SPAN("{}")))     /* escape of a text that begins with a brace */
        text = span_slice(text, 2, text.len);
    if (text.len == 0)
        return;
    xml_attribute(xml, "Indices", &indices);
    if (!glyphs->any || fabs(y - glyphs->y) > em / 2 || gap < -overlap_em)
        gather_break(part->gather, region);
    else if (gap > space_em)
        gather_text(part->gather, region, 0, SPAN(" "));
    gather_text(part->gather, region, 0, text);
    glyphs->any = true;
    glyphs->y = y;
    glyphs->end = x + width_em(indices, text) * em;
}
