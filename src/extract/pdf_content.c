/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Content streams (ISO 32000-2, 8, 9 and 14.6): only what moves or shows text,
 * calls forms, marks content, or draws an image. Nothing is painted.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pdf_interpreter.h"

enum { SCRATCH_RESET_BYTES = 1 << 18, FORM_WORK = 64 };

void pdf_multiply(const double *m, const double *n, double *out)
{
    double r[6] = {
        m[0] * n[0] + m[1] * n[2],        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4], m[4] * n[1] + m[5] * n[3] + n[5],
    };

    memcpy(out, r, sizeof r);
}

static double operand(const struct pdf_interpreter *in, size_t index)
{
    return index < in->operand_count ? pdf_number(in->operands[index], 0) : 0;
}

struct span pdf_operand_bytes(const struct pdf_interpreter *in, size_t index, enum pdf_kind kind)
{
    if (index >= in->operand_count || in->operands[index].kind != kind)
        return (struct span){ "", 0 };
    return in->operands[index].bytes;
}

struct pdf_value pdf_resource(struct pdf_interpreter *in, struct span category, struct span name)
{
    return pdf_get(in->file, pdf_get_dict(in->file, in->resources, category), name);
}

static void next_line(struct pdf_interpreter *in, double x, double y)
{
    in->line[4] += x * in->line[0] + y * in->line[2];
    in->line[5] += x * in->line[1] + y * in->line[3];
    memcpy(in->tm, in->line, sizeof in->tm);
}

static void set_font(struct pdf_interpreter *in)
{
    struct pdf_value font = pdf_resource(in, SPAN("Font"), pdf_operand_bytes(in, 0, PDF_NAME));

    in->state.font = pdf_font_get(in->file, pdf_dict_of(font));
    if (in->state.font == NULL) {       /* as viewers do: some standard font */
        if (in->reader->plain_font == NULL)
            in->reader->plain_font = arena_alloc(in->file->arena, sizeof *in->reader->plain_font);
        in->state.font = pdf_font_get(in->file, in->reader->plain_font);
    }
    in->state.size = operand(in, 1);
}

static void set_graphics(struct pdf_interpreter *in)
{
    struct pdf_dict *dict = pdf_dict_of(pdf_resource(in, SPAN("ExtGState"), pdf_operand_bytes(in, 0, PDF_NAME)));
    struct pdf_array *font = pdf_get_array(in->file, dict, SPAN("Font"));

    if (font != NULL) {
        in->state.font = pdf_font_get(in->file, pdf_dict_of(pdf_at(in->file, font, 0)));
        in->state.size = pdf_number(pdf_at(in->file, font, 1), in->state.size);
    }
}

static void save(struct pdf_interpreter *in)
{
    if (in->depth < PDF_MAX_STATES)
        in->saved[in->depth++] = in->state;
    else
        in->over_depth++;
}

static void restore(struct pdf_interpreter *in)
{
    if (in->over_depth > 0)
        in->over_depth--;
    else if (in->depth > 0)
        in->state = in->saved[--in->depth];
}

static void interpret(struct pdf_interpreter *in, struct span content);

/* Run a form with its own matrix and resources; everything else goes on from here. */
static void run_form(struct pdf_interpreter *outer, struct pdf_dict *form)
{
    struct pdf_file *file = outer->file;
    struct pdf_array *matrix = pdf_get_array(file, form, SPAN("Matrix"));
    struct pdf_dict *resources = pdf_get_dict(file, form, SPAN("Resources"));
    struct pdf_interpreter *in;
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
        abort();                /* the cage counts it as a crash: never as read */
    *in = (struct pdf_interpreter){ .reader = outer->reader, .file = file, .page = outer->page,
                                .resources = resources == NULL ? outer->resources : resources,
                                .state = outer->state, .hidden = outer->hidden, .region = outer->region,
                                .form_depth = outer->form_depth + 1 };
    if (matrix != NULL && matrix->count >= 6) {
        for (size_t i = 0; i < 6; i++)
            own[i] = pdf_number(pdf_at(file, matrix, i), 0);
        pdf_multiply(own, outer->state.ctm, in->state.ctm);
    }
    interpret(in, pdf_stream_bytes(file, form));
    free(in);
}

static void do_object(struct pdf_interpreter *in)
{
    struct pdf_dict *object = pdf_dict_of(pdf_resource(in, SPAN("XObject"), pdf_operand_bytes(in, 0, PDF_NAME)));
    struct pdf_dict *layer = pdf_get_dict(in->file, object, SPAN("OC"));
    bool hides = layer != NULL && pdf_layer_is_hidden(in->reader, layer);

    if (object == NULL)
        return;
    if (span_equals(pdf_get_name(in->file, object, SPAN("Subtype")), SPAN("Image"))) {
        object->is_read = true;
        if (in->page->images < PDF_MAX_PICTURES)
            in->page->pictures[in->page->images] = object;
        in->page->images++;
        return;
    }
    in->hidden += hides;
    run_form(in, object);
    in->hidden -= hides;
}

/* "BI … ID octets EI": skip the octets. */
static void skip_inline_image(struct pdf_interpreter *in)
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

static void set_matrix(struct pdf_interpreter *in)
{
    for (size_t i = 0; i < 6; i++)
        in->line[i] = operand(in, i);
    memcpy(in->tm, in->line, sizeof in->tm);
}

static void concatenate(struct pdf_interpreter *in)
{
    double matrix[6];

    for (size_t i = 0; i < 6; i++)
        matrix[i] = operand(in, i);
    pdf_multiply(matrix, in->state.ctm, in->state.ctm);
}

static void begin_text(struct pdf_interpreter *in)
{
    static const double identity[6] = { 1, 0, 0, 1, 0, 0 };

    memcpy(in->tm, identity, sizeof in->tm);
    memcpy(in->line, identity, sizeof in->line);
}

/* Up to three characters of an operator in one number, to switch over. */
#define OP1(a)       ((uint32_t)(a))
#define OP2(a, b)    ((uint32_t)(a) | (uint32_t)(b) << 8)
#define OP3(a, b, c) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16)

static void operate(struct pdf_interpreter *in, uint32_t op)
{
    struct pdf_state *state = &in->state;
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
    case OP2('T', 'j'): pdf_show(in, pdf_operand_bytes(in, last, PDF_STRING)); break;
    case OP2('T', 'J'): pdf_show_array(in); break;
    case OP1('\''):
        next_line(in, 0, -state->leading);
        pdf_show(in, pdf_operand_bytes(in, last, PDF_STRING));
        break;
    case OP1('"'):
        state->word_space = operand(in, 0);
        state->char_space = operand(in, 1);
        next_line(in, 0, -state->leading);
        pdf_show(in, pdf_operand_bytes(in, 2, PDF_STRING));
        break;
    case OP2('D', 'o'): do_object(in); break;
    case OP2('B', 'I'): skip_inline_image(in); break;
    case OP1('l'):
    case OP1('c'):
    case OP1('v'):
    case OP1('y'): in->page->strokes++; break;
    case OP3('B', 'M', 'C'): pdf_mark_begin(in, false); break;
    case OP3('B', 'D', 'C'): pdf_mark_begin(in, true); break;
    case OP3('E', 'M', 'C'): pdf_mark_end(in); break;
    }
}

static void push(struct pdf_interpreter *in, struct pdf_value value)
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
    } else if (in->operand_count < PDF_MAX_OPERANDS) {
        in->operands[in->operand_count++] = value;
    }
}

static void take_operator(struct pdf_interpreter *in, struct span word)
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

static void interpret(struct pdf_interpreter *in, struct span content)
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

static void start(struct pdf_interpreter *in, struct pdf_reader *reader, struct pdf_page *page,
                  struct pdf_dict *resources)
{
    *in = (struct pdf_interpreter){ .reader = reader, .file = &reader->file, .page = page, .resources = resources,
                                .state = { .scale = 1 } };
    memcpy(in->state.ctm, page->base, sizeof in->state.ctm);
}

void pdf_content_run(struct pdf_reader *reader, struct pdf_page *page, struct span content,
                     struct pdf_dict *resources)
{
    struct pdf_interpreter *in = calloc(1, sizeof *in);

    if (in == NULL)
        abort();
    start(in, reader, page, resources);
    interpret(in, content);
    free(in);
}

void pdf_content_form(struct pdf_reader *reader, struct pdf_page *page, struct pdf_dict *form)
{
    struct pdf_interpreter *in = calloc(1, sizeof *in);

    if (in == NULL)
        abort();
    start(in, reader, page, NULL);
    run_form(in, form);
    free(in);
}
