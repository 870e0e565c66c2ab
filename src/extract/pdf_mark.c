/* SPDX-License-Identifier: EUPL-1.2 */
/* Marked content: replacement texts, artifacts, layers (ISO 32000-2, 14.6, 14.8, 14.9). */
#include "pdf_interpreter.h"

enum { LETTER_BYTES = 4 };

/* A line beside the page: alternative and replacement texts (14.9). */
static void put_aside(struct pdf_interpreter *in, struct pdf_value value, struct pdf_mark *mark)
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

void pdf_mark_begin(struct pdf_interpreter *in, bool has_properties)
{
    struct span tag = pdf_operand_bytes(in, 0, PDF_NAME);
    struct pdf_mark mark = { .region = in->region, .unmapped = in->page->unmapped };
    struct pdf_dict *properties = NULL;

    if (in->mark_depth >= PDF_MAX_MARKS) {
        in->over_marks++;
        return;
    }
    if (has_properties && in->operand_count >= 2)
        properties = in->operands[1].kind == PDF_NAME
                         ? pdf_dict_of(pdf_resource(in, SPAN("Properties"), in->operands[1].bytes))
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

void pdf_mark_end(struct pdf_interpreter *in)
{
    struct pdf_mark *mark;

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
