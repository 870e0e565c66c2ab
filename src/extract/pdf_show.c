/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Strings of a content stream to runs of text where they stand on the page
 * (ISO 32000-2, 9.4). Nothing is painted.
 */
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "pdf_interpreter.h"
#include "text/charset.h"

static const float smallest_legible = 0.9F;   /* points: smaller is hidden */

enum { REPLACEMENT = 0xFFFD, PICTOGRAMS_IN_A_ROW = 3 };

/* No text, or one that only says so. */
static bool is_nameless(uint32_t rune)
{
    return !pdf_rune_is_text(rune) || rune == REPLACEMENT;
}

static void append_rune_of(struct pdf_interpreter *in, struct pdf_font *font, uint32_t code)
{
    uint32_t rune = pdf_map_get(&font->map, code);

    if (rune == PDF_RUNE_NONE && font->is_utf16 && code != 0)
        rune = code;
    if (rune == PDF_RUNE_NONE || rune == REPLACEMENT)
        rune = pdf_font_ask(in->file, font, code);
    if (is_nameless(rune)) {
        in->page->unmapped += code != 0;
        return;
    }
    if ((rune & PDF_RUNE_STRING) == 0 && (rune & PDF_RUNE_GUESS) != 0) {
        in->page->unmapped++;
        rune &= ~PDF_RUNE_GUESS;
    }
    if ((rune & PDF_RUNE_STRING) != 0) {
        uint32_t index = rune & ~PDF_RUNE_STRING;
        if (index < font->map.string_count)
            buf_append(&in->page->text, font->map.strings[index]);
    } else if (rune < 0x80) {
        struct buf *text = &in->page->text;
        if (text->len < text->capacity)     /* nearly every glyph comes this way */
            text->ptr[text->len++] = rune < 0x20 ? ' ' : (char)rune;
        else
            buf_append_byte(text, rune < 0x20 ? ' ' : (char)rune);
    } else {
        buf_append_rune(&in->page->text, rune);
    }
}

static size_t take_code(const struct pdf_font *font, struct span s, size_t at, uint32_t *code_out)
{
    size_t width = font->width;

    if (width == 0)
        width = font->map.code_bytes[(uint8_t)s.ptr[at]] == 0 ? 1 : font->map.code_bytes[(uint8_t)s.ptr[at]];
    if (width > s.len - at)
        width = s.len - at;
    *code_out = 0;
    for (size_t i = 0; i < width; i++)
        *code_out = *code_out << 8 | (uint8_t)s.ptr[at + i];
    return width;
}

/* Append what a string shows; returns how far it moves, in text space. */
static double append_string(struct pdf_interpreter *in, struct span s)
{
    struct pdf_state *state = &in->state;
    struct pdf_font *font = state->font;
    unsigned unmapped = in->page->unmapped;
    double moved = 0;

    if (font->charset.len > 0)
        charset_decode(font->charset, s, &in->page->text);
    for (size_t at = 0; at < s.len;) {
        uint32_t code;
        size_t width = take_code(font, s, at, &code);
        if (font->charset.len == 0)
            append_rune_of(in, font, code);
        moved += pdf_font_width(font, code) * font->glyph_scale * state->size + state->char_space;
        if (width == 1 && code == ' ')
            moved += state->word_space;
        at += width;
    }
    /* Bullets and ticks stand alone; a row of them may be a word whatever the font is called. */
    if (font->is_symbols && in->page->unmapped - unmapped <= PICTOGRAMS_IN_A_ROW)
        in->page->unmapped = unmapped;
    return moved * state->scale;
}

/* No part of it inside of what a reader shows? */
static bool is_off_page(const struct pdf_page *page, double x, double y, double to_x, double to_y)
{
    return (x < page->box[0] && to_x < page->box[0]) || (x > page->box[2] && to_x > page->box[2]) ||
           (y < page->box[1] && to_y < page->box[1]) || (y > page->box[3] && to_y > page->box[3]);
}

/* Where the next glyph goes, in the terms of what a reader sees. */
struct pen {
    double place[6];            /* of one em */
    double length, unit;        /* along the text: of one em, of one unit of text space */
    struct pdf_run at;
};

static void aim(const struct pdf_interpreter *in, struct pen *pen)
{
    const struct pdf_state *state = &in->state;
    double step[6] = { state->size * state->scale, 0, 0, state->size, 0, state->rise };
    double whole[6], *place = pen->place;

    pdf_multiply(in->tm, state->ctm, whole);
    pdf_multiply(step, whole, place);
    pen->at = (struct pdf_run){ .region = in->hidden > 0 ? REGION_HIDDEN : in->region };
    pen->length = sqrt(place[0] * place[0] + place[1] * place[1]);
    pen->unit = sqrt(whole[0] * whole[0] + whole[1] * whole[1]);
    if (!(pen->length > 1e-6) || !isfinite(place[4]) || !isfinite(place[5]) || pen->length > 1e6) {
        memcpy(place, (const double[6]){ 1, 0, 0, 1, 0, 0 }, sizeof pen->place);
        pen->length = 1;
        pen->unit = 0;
        pen->at.region = REGION_HIDDEN;
    }
    pen->at.size = (float)fmin(sqrt(place[2] * place[2] + place[3] * place[3]), 1e6);
    pen->at.angle = place[1] == 0 ? (place[0] < 0 ? 180 : 0) : (int16_t)lround(atan2(place[1], place[0]) * 57.29578);
    pen->at.along = (float)((place[4] * place[0] + place[5] * place[1]) / pen->length);
    pen->at.across = (float)((place[5] * place[0] - place[4] * place[1]) / pen->length);
    pen->at.is_invisible = state->mode == 3;
}

/* Show one string that begins shift behind the pen, in text space; returns how far it moves. */
static double show_piece(struct pdf_interpreter *in, const struct pen *pen, double shift, struct span s)
{
    struct pdf_run at = pen->at, *run;
    double x = pen->place[0] / pen->length * pen->unit, y = pen->place[1] / pen->length * pen->unit, moved;

    at.along += (float)(shift * pen->unit);
    run = pdf_page_begin(in->page, &at);
    if (run == NULL)
        return 0;
    moved = append_string(in, s);
    pdf_page_end(in->page, run, (double)at.along + moved * pen->unit);
    if (run->region != REGION_HIDDEN &&
        (at.size < smallest_legible ||
         is_off_page(in->page, pen->place[4] + shift * x, pen->place[5] + shift * y,
                     pen->place[4] + (shift + moved) * x, pen->place[5] + (shift + moved) * y)))
        run->region = REGION_HIDDEN;
    return moved;
}

static void move(struct pdf_interpreter *in, double by)
{
    in->tm[4] += by * in->tm[0];
    in->tm[5] += by * in->tm[1];
}

void pdf_show(struct pdf_interpreter *in, struct span s)
{
    struct pen pen;

    if (in->state.font == NULL || s.len == 0)
        return;
    aim(in, &pen);
    move(in, show_piece(in, &pen, 0, s));
}

void pdf_show_array(struct pdf_interpreter *in)
{
    double thousandth = in->state.size * in->state.scale / 1000, shift = 0;
    struct pen pen;

    if (in->state.font == NULL)
        return;
    aim(in, &pen);
    for (size_t i = 0; i < in->element_count; i++) {
        struct pdf_value *element = &in->reader->elements[i];
        if (element->kind != PDF_STRING)
            shift -= pdf_number(*element, 0) * thousandth;
        else if (element->bytes.len > 0)
            shift += show_piece(in, &pen, shift, element->bytes);
    }
    move(in, shift);
}
