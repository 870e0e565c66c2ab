/* SPDX-License-Identifier: EUPL-1.2 */
/* Embedded font programs: opened when a code without text is first shown. */
#include "pdf_program.h"

#include "be.h"

enum { TYPE1_CLEAR_BYTES = 65536, ASCII_CIDS = 95 };

/* The built-in encoding of a Type 1 program stands in its clear part: "dup 12 /fi put". */
static void read_type1(struct pdf_file *file, struct span bytes, struct pdf_program *program)
{
    struct span text = span_slice(bytes, 0, TYPE1_CLEAR_BYTES);
    struct pdf_lexer lexer;
    struct pdf_token token, code, name;
    size_t at = span_find(text, SPAN("/Encoding"));

    pdf_lexer_init(&lexer, span_slice(text, at, text.len), file->arena);
    do {
        pdf_lexer_next(&lexer, &token);
        if (token.kind != PDF_TOKEN_WORD)
            continue;
        if (span_equals(token.word, SPAN("StandardEncoding")))
            for (unsigned i = 0; i < 256; i++)
                pdf_map_put(&program->codes, file->arena, i, pdf_encoding_rune(PDF_ENCODING_STANDARD, (uint8_t)i));
        if (span_equals(token.word, SPAN("def")) || span_equals(token.word, SPAN("readonly")))
            return;
        if (!span_equals(token.word, SPAN("dup")))
            continue;
        pdf_lexer_next(&lexer, &code);
        pdf_lexer_next(&lexer, &name);
        if (code.kind == PDF_TOKEN_VALUE && code.value.kind == PDF_INTEGER && code.value.integer >= 0 &&
            code.value.integer < 256 && name.kind == PDF_TOKEN_VALUE && name.value.kind == PDF_NAME)
            pdf_map_put_name(&program->codes, file->arena, (uint32_t)code.value.integer, name.value.bytes);
    } while (token.kind != PDF_TOKEN_END);
}

/* By its first octets: writers mix up the keys. */
static void read_program(struct pdf_file *file, struct span bytes, struct pdf_program *program)
{
    uint32_t head = be32(bytes, 0);

    if (head == 0x00010000 || span_starts_with(bytes, SPAN("OTTO")) || span_starts_with(bytes, SPAN("true")))
        pdf_truetype_read(file, bytes, program);
    else if (span_starts_with(bytes, SPAN("%!")) || (head >> 16) == 0x8001)
        read_type1(file, bytes, program);
    else if (head >> 24 == 1)
        pdf_cff_read(file, bytes, program);
}

static struct pdf_program *open_program(struct pdf_file *file, const struct pdf_dict *descriptor)
{
    static const char *const keys[] = { "FontFile", "FontFile2", "FontFile3" };
    struct pdf_program *program = arena_alloc(file->arena, sizeof *program);

    for (size_t i = 0; program != NULL && i < sizeof keys / sizeof *keys; i++) {
        struct pdf_dict *stream = pdf_get_dict(file, descriptor, span_of(keys[i]));

        if (stream != NULL)
            read_program(file, pdf_stream_bytes(file, stream), program);
    }
    return program;
}

/* The glyph of a CID (9.7.4.2 and 9.7.4.3); 0 none. */
static uint32_t glyph_of(const struct pdf_font *font, uint32_t cid)
{
    if (font->cid_glyphs.len > 0)
        return be16(font->cid_glyphs, 2 * (size_t)cid);
    if (font->program->is_cid_keyed)
        cid = pdf_map_get(&font->program->cids, cid);
    return cid;
}

static void ask_composite(struct pdf_file *file, struct pdf_font *font, uint32_t code)
{
    uint32_t cid = font->is_identity ? code : pdf_map_get(&font->cids, code);

    if (font->program != NULL && cid != PDF_RUNE_NONE)
        pdf_map_copy(&font->map, file->arena, code, &font->program->glyphs, glyph_of(font, cid));
    if (font->has_ascii_cids && cid >= 1 && cid <= ASCII_CIDS && !pdf_rune_is_text(pdf_map_get(&font->map, code)))
        pdf_map_put(&font->map, file->arena, code, cid + 0x1F);
}

static void ask_simple(struct pdf_file *file, struct pdf_font *font, uint32_t code)
{
    uint32_t guess;

    if (font->program != NULL)
        pdf_map_copy(&font->map, file->arena, code, &font->program->codes, code);
    if (font->guess == 0 || pdf_rune_is_text(pdf_map_get(&font->map, code)))
        return;
    guess = pdf_encoding_rune(font->guess, (uint8_t)code);
    if (pdf_rune_is_text(guess))
        pdf_map_put(&font->map, file->arena, code, guess == ' ' ? guess : guess | PDF_RUNE_GUESS);
}

uint32_t pdf_font_ask(struct pdf_file *file, struct pdf_font *font, uint32_t code)
{
    if (!font->is_asked && font->descriptor != NULL)
        font->program = open_program(file, font->descriptor);
    font->is_asked = true;
    if (font->is_composite)
        ask_composite(file, font, code);
    else if (code < 256)
        ask_simple(file, font, code);
    return pdf_map_get(&font->map, code);
}
