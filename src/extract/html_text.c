/* SPDX-License-Identifier: EUPL-1.2 */
/* Text of a page as a browser shows it: references resolved, white space squeezed or kept. */
#include "extract/html_entity.h"
#include "html_priv.h"

bool html_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

void html_break_line(struct html_reader *reader)
{
    gather_break_all(&reader->gather);
    reader->space_pending = false;
}

/* Neither white space nor the start of a reference. */
static bool is_word(char c)
{
    return (unsigned char)c > ' ' && c != '&';
}

static void squeeze(struct html_reader *reader, struct span text, bool raw, enum region region)
{
    struct buf *out = &reader->scratch;
    bool begun = (reader->gather.open_lines & 1u << region) != 0;
    size_t i = 0;

    while (i < text.len) {
        size_t plain = i, taken;

        while (i < text.len && (is_word(text.ptr[i]) ||
                                (text.ptr[i] == ' ' && i > plain && i + 1 < text.len && is_word(text.ptr[i + 1]))))
            i++;
        if (i > plain) {
            if (reader->space_pending && (begun || out->len > 0))
                buf_append_byte(out, ' ');
            reader->space_pending = false;
            buf_append(out, span_slice(text, plain, i));
        }
        if (i == text.len)
            break;
        if (text.ptr[i] != '&') {
            reader->space_pending |= html_is_space(text.ptr[i++]);
            continue;
        }
        if (reader->space_pending && (begun || out->len > 0))
            buf_append_byte(out, ' ');
        reader->space_pending = false;
        taken = raw ? 0 : html_entity_next(span_slice(text, i, text.len), false, out);
        if (taken == 0)
            buf_append_byte(out, '&');
        i += taken == 0 ? 1 : taken;
    }
}

void html_put_text(struct html_reader *reader, struct span text, bool raw, enum region region, unsigned look)
{
    buf_clear(&reader->scratch);
    squeeze(reader, text, raw, region);
    gather_text(&reader->gather, region, look, buf_span(&reader->scratch));
}

void html_put_lines(struct html_reader *reader, struct span text, bool raw, enum region region, unsigned look)
{
    struct span line, rest;

    buf_clear(&reader->scratch);
    if (raw)
        buf_append(&reader->scratch, text);
    else
        html_entity_decode(text, false, &reader->scratch);
    rest = buf_span(&reader->scratch);
    while (span_next(&rest, '\n', &line)) {
        gather_text(&reader->gather, region, look, line);
        if (rest.ptr != NULL && rest.ptr > line.ptr + line.len)
            gather_break(&reader->gather, region);
    }
}

struct span html_decoded(struct html_reader *reader, struct span value)
{
    buf_clear(&reader->scratch);
    html_entity_decode(value, true, &reader->scratch);
    return buf_span(&reader->scratch);
}
