/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Content streams (ISO 32000-2, 8, 9 and 14.6): only what moves or shows text,
 * calls forms, marks content, or draws an image. Nothing is painted.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "pdf_priv.h"
#include "text/charset.h"

static const float smallest_legible = 0.9F;   /* points: smaller is hidden */

enum { MAX_OPERANDS = 32, MAX_MARKS = 64, SCRATCH_RESET_BYTES = 1 << 18, FORM_WORK = 64, LETTER_BYTES = 4 };

struct state {
    double ctm[6];
    double char_space, word_space, scale, leading, size, rise;
    struct pdf_font *font;
    int mode;
};

/* What BDC or BMC changed, for its EMC. */
struct mark {
    uint8_t region;
    bool hides;
    bool has_actual;
    uint32_t actual, actual_len;    /* in page->aside */
    unsigned unmapped;
};

struct interpreter {
    struct pdf_reader *reader;
    struct pdf_file *file;
    struct pdf_page *page;
    struct pdf_dict *resources;
    struct pdf_lexer lexer;
    struct state state, saved[PDF_MAX_STATES];
    unsigned depth, over_depth;
    double tm[6], line[6];
    struct pdf_value operands[MAX_OPERANDS];
    size_t operand_count, element_count;
    bool in_array;
    struct mark marks[MAX_MARKS];
    unsigned mark_depth, over_marks;
    unsigned hidden;
    uint8_t region;
    unsigned form_depth;
};

static void multiply(const double *m, const double *n, double *out)
{
    double r[6] = {
        m[0] * n[0] + m[1] * n[2],        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4], m[4] * n[1] + m[5] * n[3] + n[5],
    };

    memcpy(out, r, sizeof r);
}

static double operand(const struct interpreter *in, size_t index)
{
    return index < in->operand_count ? pdf_number(in->operands[index], 0) : 0;
}

static struct span operand_bytes(const struct interpreter *in, size_t index, enum pdf_kind kind)
{
    if (index >= in->operand_count || in->operands[index].kind != kind)
        return (struct span){ "", 0 };
    return in->operands[index].bytes;
}

/* Something in the named category of the resources. */
static struct pdf_value resource(struct interpreter *in, struct span category, struct span name)
{
    return pdf_get(in->file, pdf_get_dict(in->file, in->resources, category), name);
}

static void append_rune_of(struct interpreter *in, const struct pdf_font *font, uint32_t code)
{
    uint32_t rune = pdf_map_get(&font->map, code);

    if (rune == PDF_RUNE_NONE && font->is_utf16 && code != 0)
        rune = code;
    if (rune == PDF_RUNE_NONE) {
        in->page->unmapped += !font->is_symbols && code != 0;
        return;
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
static double append_string(struct interpreter *in, struct span s)
{
    struct state *state = &in->state;
    const struct pdf_font *font = state->font;
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

static void aim(const struct interpreter *in, struct pen *pen)
{
    const struct state *state = &in->state;
    double step[6] = { state->size * state->scale, 0, 0, state->size, 0, state->rise };
    double whole[6], *place = pen->place;

    multiply(in->tm, state->ctm, whole);
    multiply(step, whole, place);
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
static double show_piece(struct interpreter *in, const struct pen *pen, double shift, struct span s)
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

static void move(struct interpreter *in, double by)
{
    in->tm[4] += by * in->tm[0];
    in->tm[5] += by * in->tm[1];
}

static void show(struct interpreter *in, struct span s)
{
    struct pen pen;

    if (in->state.font == NULL || s.len == 0)
        return;
    aim(in, &pen);
    move(in, show_piece(in, &pen, 0, s));
}

static void next_line(struct interpreter *in, double x, double y)
{
    in->line[4] += x * in->line[0] + y * in->line[2];
    in->line[5] += x * in->line[1] + y * in->line[3];
    memcpy(in->tm, in->line, sizeof in->tm);
}

static void show_array(struct interpreter *in)
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

static void set_font(struct interpreter *in)
{
    struct pdf_value font = resource(in, SPAN("Font"), operand_bytes(in, 0, PDF_NAME));

    in->state.font = pdf_font_get(in->file, pdf_dict_of(font));
    if (in->state.font == NULL) {       /* as viewers do: some standard font */
        if (in->reader->plain_font == NULL)
            in->reader->plain_font = arena_alloc(in->file->arena, sizeof *in->reader->plain_font);
        in->state.font = pdf_font_get(in->file, in->reader->plain_font);
    }
    in->state.size = operand(in, 1);
}

static void set_graphics(struct interpreter *in)
{
    struct pdf_dict *dict = pdf_dict_of(resource(in, SPAN("ExtGState"), operand_bytes(in, 0, PDF_NAME)));
    struct pdf_array *font = pdf_get_array(in->file, dict, SPAN("Font"));

    if (font != NULL) {
        in->state.font = pdf_font_get(in->file, pdf_dict_of(pdf_at(in->file, font, 0)));
        in->state.size = pdf_number(pdf_at(in->file, font, 1), in->state.size);
    }
}

static void save(struct interpreter *in)
{
    if (in->depth < PDF_MAX_STATES)
        in->saved[in->depth++] = in->state;
    else
        in->over_depth++;
}

static void restore(struct interpreter *in)
{
    if (in->over_depth > 0)
        in->over_depth--;
    else if (in->depth > 0)
        in->state = in->saved[--in->depth];
}

/* A line beside the page: alternative and replacement texts (14.9). */
static void put_aside(struct interpreter *in, struct pdf_value value, struct mark *mark)
{
    struct buf *aside = &in->page->aside;
    size_t from = aside->len;

    if (value.kind != PDF_STRING)
        return;
    pdf_append_text(aside, value.bytes);
    if (mark != NULL) {
        mark->has_actual = true;
        mark->actual = (uint32_t)from;
        mark->actual_len = (uint32_t)(aside->len - from);
    }
    /* Letters said one by one are one text; anything longer is a line. */
    if (mark == NULL || mark->actual_len > LETTER_BYTES)
        buf_append_byte(aside, '\n');
}

static uint8_t artifact_region(struct span subtype)
{
    if (span_equals(subtype, SPAN("Header")))
        return REGION_HEADER;
    if (span_equals(subtype, SPAN("Footer")))
        return REGION_FOOTER;
    return span_equals(subtype, SPAN("Watermark")) ? REGION_WATERMARK : 0;
}

static void begin_mark(struct interpreter *in, bool has_properties)
{
    struct span tag = operand_bytes(in, 0, PDF_NAME);
    struct mark mark = { .region = in->region, .unmapped = in->page->unmapped };
    struct pdf_dict *properties = NULL;

    if (in->mark_depth >= MAX_MARKS) {
        in->over_marks++;
        return;
    }
    if (has_properties && in->operand_count >= 2)
        properties = in->operands[1].kind == PDF_NAME
                         ? pdf_dict_of(resource(in, SPAN("Properties"), in->operands[1].bytes))
                         : pdf_dict_of(in->operands[1]);
    if (properties != NULL) {
        put_aside(in, pdf_get(in->file, properties, SPAN("ActualText")), &mark);
        put_aside(in, pdf_get(in->file, properties, SPAN("Alt")), NULL);
        put_aside(in, pdf_get(in->file, properties, SPAN("E")), NULL);
        if (span_equals(tag, SPAN("OC")) && pdf_layer_is_hidden(in->reader, properties))
            mark.hides = true;
        if (span_equals(tag, SPAN("Artifact")) && in->region == 0)
            in->region = artifact_region(pdf_get_name(in->file, properties, SPAN("Subtype")));
    }
    in->hidden += mark.hides;
    in->marks[in->mark_depth++] = mark;
}

static void end_mark(struct interpreter *in)
{
    struct mark *mark;

    if (in->over_marks > 0) {
        in->over_marks--;
        return;
    }
    if (in->mark_depth == 0)
        return;
    mark = &in->marks[--in->mark_depth];
    in->region = mark->region;
    in->hidden -= mark->hides;
    if (mark->has_actual && in->page->unmapped > mark->unmapped && in->page->run_count > 0) {
        /* Glyphs nobody can name, but the author said what they stand for. */
        struct pdf_run *last = &in->page->runs[in->page->run_count - 1];
        in->page->unmapped = mark->unmapped;
        buf_append(&in->page->text, span_slice(buf_span(&in->page->aside), mark->actual,
                                               mark->actual + mark->actual_len));
        last->text_len = (uint32_t)in->page->text.len - last->text;
    }
}

static void interpret(struct interpreter *in, struct span content);

/* Run a form with its own matrix and resources; everything else goes on from here. */
static void run_form(struct interpreter *outer, struct pdf_dict *form)
{
    struct pdf_file *file = outer->file;
    struct pdf_array *matrix = pdf_get_array(file, form, SPAN("Matrix"));
    struct pdf_dict *resources = pdf_get_dict(file, form, SPAN("Resources"));
    struct interpreter *in;
    double own[6];

    form->is_read = true;
    if (form->repeats_page != outer->page->serial) {
        form->repeats_page = outer->page->serial;
        form->repeats = 0;
    }
    if (form->repeats >= PDF_FORM_REPEATS)
        return;                 /* its text was read on this page already */
    form->repeats++;
    if (outer->form_depth >= PDF_MAX_FORM_DEPTH) {
        outer->reader->is_cut = true;
        return;
    }
    in = calloc(1, sizeof *in);
    if (in == NULL)
        return;
    *in = (struct interpreter){ .reader = outer->reader, .file = file, .page = outer->page,
                                .resources = resources == NULL ? outer->resources : resources,
                                .state = outer->state, .hidden = outer->hidden, .region = outer->region,
                                .form_depth = outer->form_depth + 1 };
    if (matrix != NULL && matrix->count >= 6) {
        for (size_t i = 0; i < 6; i++)
            own[i] = pdf_number(pdf_at(file, matrix, i), 0);
        multiply(own, outer->state.ctm, in->state.ctm);
    }
    interpret(in, pdf_stream_bytes(file, form));
    free(in);
}

static void do_object(struct interpreter *in)
{
    struct pdf_dict *object = pdf_dict_of(resource(in, SPAN("XObject"), operand_bytes(in, 0, PDF_NAME)));
    struct pdf_dict *layer = pdf_get_dict(in->file, object, SPAN("OC"));
    bool hides = layer != NULL && pdf_layer_is_hidden(in->reader, layer);

    if (object == NULL)
        return;
    if (span_equals(pdf_get_name(in->file, object, SPAN("Subtype")), SPAN("Image"))) {
        object->is_read = true;
        in->page->images++;
        return;
    }
    in->hidden += hides;
    run_form(in, object);
    in->hidden -= hides;
}

/* "BI … ID octets EI": skip the octets. */
static void skip_inline_image(struct interpreter *in)
{
    struct pdf_token token;
    struct span rest;

    in->page->images++;
    do {
        pdf_lexer_next(&in->lexer, &token);
        if (token.kind == PDF_TOKEN_END)
            return;
    } while (token.kind != PDF_TOKEN_WORD || !span_equals(token.word, SPAN("ID")));
    rest = (struct span){ in->lexer.at, (size_t)(in->lexer.end - in->lexer.at) };
    for (size_t at = 0;; at += 2) {
        at += span_find(span_slice(rest, at, rest.len), SPAN("EI"));
        if (at >= rest.len) {
            in->lexer.at = in->lexer.end;
            return;
        }
        if (at > 0 && pdf_is_space(rest.ptr[at - 1]) && (at + 2 == rest.len || pdf_is_space(rest.ptr[at + 2]))) {
            in->lexer.at = rest.ptr + at + 2;
            return;
        }
    }
}

static void set_matrix(struct interpreter *in)
{
    for (size_t i = 0; i < 6; i++)
        in->line[i] = operand(in, i);
    memcpy(in->tm, in->line, sizeof in->tm);
}

static void concatenate(struct interpreter *in)
{
    double matrix[6];

    for (size_t i = 0; i < 6; i++)
        matrix[i] = operand(in, i);
    multiply(matrix, in->state.ctm, in->state.ctm);
}

static void begin_text(struct interpreter *in)
{
    static const double identity[6] = { 1, 0, 0, 1, 0, 0 };

    memcpy(in->tm, identity, sizeof in->tm);
    memcpy(in->line, identity, sizeof in->line);
}

/* Up to three characters of an operator in one number, to switch over. */
#define OP1(a)       ((uint32_t)(a))
#define OP2(a, b)    ((uint32_t)(a) | (uint32_t)(b) << 8)
#define OP3(a, b, c) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16)

static void operate(struct interpreter *in, uint32_t op)
{
    struct state *state = &in->state;
    size_t last = in->operand_count - 1;

    switch (op) {
    case OP1('q'): save(in); break;
    case OP1('Q'): restore(in); break;
    case OP2('c', 'm'): concatenate(in); break;
    case OP2('g', 's'): set_graphics(in); break;
    case OP2('B', 'T'): begin_text(in); break;
    case OP2('T', 'f'): set_font(in); break;
    case OP2('T', 'c'): state->char_space = operand(in, 0); break;
    case OP2('T', 'w'): state->word_space = operand(in, 0); break;
    case OP2('T', 'z'): state->scale = operand(in, 0) / 100; break;
    case OP2('T', 'L'): state->leading = operand(in, 0); break;
    case OP2('T', 's'): state->rise = operand(in, 0); break;
    case OP2('T', 'r'): state->mode = (int)fmax(0, fmin(operand(in, 0), 7)); break;
    case OP2('T', 'd'): next_line(in, operand(in, 0), operand(in, 1)); break;
    case OP2('T', 'D'):
        state->leading = -operand(in, 1);
        next_line(in, operand(in, 0), operand(in, 1));
        break;
    case OP2('T', 'm'): set_matrix(in); break;
    case OP2('T', '*'): next_line(in, 0, -state->leading); break;
    case OP2('T', 'j'): show(in, operand_bytes(in, last, PDF_STRING)); break;
    case OP2('T', 'J'): show_array(in); break;
    case OP1('\''):
        next_line(in, 0, -state->leading);
        show(in, operand_bytes(in, last, PDF_STRING));
        break;
    case OP1('"'):
        state->word_space = operand(in, 0);
        state->char_space = operand(in, 1);
        next_line(in, 0, -state->leading);
        show(in, operand_bytes(in, 2, PDF_STRING));
        break;
    case OP2('D', 'o'): do_object(in); break;
    case OP2('B', 'I'): skip_inline_image(in); break;
    case OP3('B', 'M', 'C'): begin_mark(in, false); break;
    case OP3('B', 'D', 'C'): begin_mark(in, true); break;
    case OP3('E', 'M', 'C'): end_mark(in); break;
    }
}

static void push(struct interpreter *in, struct pdf_value value)
{
    struct pdf_value *moved;

    if (in->in_array && in->element_count < in->reader->element_capacity) {
        in->reader->elements[in->element_count++] = value;
    } else if (in->in_array) {
        moved = arena_grow(in->file->arena, in->reader->elements, in->element_count,
                           &in->reader->element_capacity, sizeof *moved);
        if (moved == NULL)
            return;
        in->reader->elements = moved;
        moved[in->element_count++] = value;
    } else if (in->operand_count < MAX_OPERANDS) {
        in->operands[in->operand_count++] = value;
    }
}

static void take_operator(struct interpreter *in, struct span word)
{
    uint32_t op = 0;

    if (word.len <= 3) {
        for (size_t i = 0; i < word.len; i++)
            op |= (uint32_t)(uint8_t)word.ptr[i] << (8 * i);
        operate(in, op);
    }
    in->operand_count = in->element_count = 0;
    in->in_array = false;
    if (arena_used_bytes(in->page->scratch) > SCRATCH_RESET_BYTES)
        arena_reset(in->page->scratch);
}

static void interpret(struct interpreter *in, struct span content)
{
    struct pdf_token token;
    unsigned until_check = 0;

    if (content.len + FORM_WORK > in->reader->work) {
        in->reader->is_cut = true;
        return;
    }
    in->reader->work -= content.len + FORM_WORK;
    begin_text(in);
    pdf_lexer_init(&in->lexer, content, in->page->scratch);
    for (;;) {
        struct pdf_value value;
        pdf_lexer_next(&in->lexer, &token);
        switch (token.kind) {
        case PDF_TOKEN_END:
            return;
        case PDF_TOKEN_VALUE:
            push(in, token.value);
            break;
        case PDF_TOKEN_ARRAY:
            in->in_array = true;
            in->element_count = 0;
            break;
        case PDF_TOKEN_ARRAY_END:
            in->in_array = false;
            break;
        case PDF_TOKEN_DICT:
            if (pdf_parse_rest(&in->lexer, &token, &value))
                push(in, value);
            break;
        case PDF_TOKEN_DICT_END:
            break;
        case PDF_TOKEN_WORD:
            take_operator(in, token.word);
            if (++until_check % 1024 == 0 && sink_spent(in->file->sink))
                return;
            break;
        }
    }
}

static void start(struct interpreter *in, struct pdf_reader *reader, struct pdf_page *page,
                  struct pdf_dict *resources)
{
    *in = (struct interpreter){ .reader = reader, .file = &reader->file, .page = page, .resources = resources,
                                .state = { .scale = 1 } };
    memcpy(in->state.ctm, page->base, sizeof in->state.ctm);
}

void pdf_content_run(struct pdf_reader *reader, struct pdf_page *page, struct span content,
                     struct pdf_dict *resources)
{
    struct interpreter *in = calloc(1, sizeof *in);

    if (in == NULL)
        return;
    start(in, reader, page, resources);
    interpret(in, content);
    free(in);
}

void pdf_content_form(struct pdf_reader *reader, struct pdf_page *page, struct pdf_dict *form)
{
    struct interpreter *in = calloc(1, sizeof *in);

    if (in == NULL)
        return;
    start(in, reader, page, NULL);
    run_form(in, form);
    free(in);
}
