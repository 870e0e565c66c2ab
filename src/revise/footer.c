/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A footer at the end of a text, laid out as that text is: plain lines of at most
 * 78 columns, flowed ones where the part says format=flowed (RFC 3676), or HTML,
 * which can say everything in ASCII.
 */
#include "base/utf8.h"
#include "revise_priv.h"
#include "text/charset.h"

enum { LINE_COLUMNS = 76 };     /* and up to two blanks, where a line flows on */

/* Where to break: behind the last blank that leaves the line short enough; text.len: nowhere. */
static size_t break_place(struct span text)
{
    size_t columns = 0, place = 0, at = 0;

    while (at < text.len && (columns < LINE_COLUMNS || place == 0)) {
        uint32_t rune;

        if (text.ptr[at] == ' ')
            place = at + 1;
        at += utf8_next(span_slice(text, at, text.len), &rune);
        columns++;
    }
    return at == text.len && columns <= LINE_COLUMNS ? text.len : place == 0 ? text.len : place;
}

/* RFC 3676, 4.4: what a flowed line may not begin with gets a blank, which readers take off. */
static bool needs_stuffing(struct span line)
{
    return span_starts_with(line, SPAN(" ")) || span_starts_with(line, SPAN(">")) ||
           span_starts_with(line, SPAN("From "));
}

static struct span without_blanks(struct span line)
{
    while (line.len > 0 && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t'))
        line.len--;
    return line;
}

/* One line of the operator's footer as one or more lines of the text. */
static void lay_line(const struct text_edit *edit, struct span line, struct buf *out)
{
    const bool separator = span_equals(line, SPAN("-- "));
    size_t end;

    line = separator ? line : without_blanks(line);
    do {
        struct span piece;

        end = break_place(line);
        piece = span_slice(line, 0, end);
        line = span_slice(line, end, line.len);
        if (edit->flowed && needs_stuffing(piece))
            buf_append_byte(out, ' ');
        buf_append(out, separator ? piece : without_blanks(piece));
        if (edit->flowed && line.len > 0)
            buf_append(out, edit->delete_space ? SPAN("  ") : SPAN(" "));
        buf_append(out, edit->line_end);
    } while (line.len > 0);
}

static void lay_html(const struct text_edit *edit, struct span footer, struct buf *out)
{
    while (footer.len > 0) {
        uint32_t rune;
        size_t used = utf8_next(footer, &rune);

        if (rune == '\n')
            buf_append(out, edit->line_end);
        else if (rune < 0x80)
            buf_append(out, span_slice(footer, 0, used));
        else
            buf_printf(out, "&#%u;", (unsigned)rune);
        footer = span_slice(footer, used, footer.len);
    }
    if (out->len > 0 && out->ptr[out->len - 1] != '\n')
        buf_append(out, edit->line_end);
}

/* The footer as the text's octets have it. false: its charset has no place for a character. */
static bool lay_out(const struct text_edit *edit, struct buf *out)
{
    struct span rest = edit->revision->footer_text, line;
    struct buf lines;
    bool good;

    if (edit->html) {
        lay_html(edit, edit->revision->footer_html, out);
        return !out->failed;
    }
    buf_init(&lines, REVISION_BYTES * 4);
    while (span_next(&rest, '\n', &line))
        lay_line(edit, line, &lines);
    good = !lines.failed && charset_encode(edit->charset, buf_span(&lines), out);
    buf_fini(&lines);
    return good;
}

/* Where a footer goes: before the last "</body>", or at the end. */
static size_t footer_place(const struct text_edit *edit, struct span text)
{
    size_t place = text.len, at = 0;

    while (edit->html && at < text.len) {
        at += span_find_nocase(span_slice(text, at, text.len), SPAN("</body"));
        if (at < text.len)
            place = at;
        at++;
    }
    return place;
}

/* Would the last line of the text go on in the next one (RFC 3676, 4.1)? */
static bool flows_on(struct span text)
{
    size_t begin;

    while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
        text.len--;
    if (text.len == 0 || text.ptr[text.len - 1] != ' ')
        return false;
    for (begin = text.len; begin > 0 && text.ptr[begin - 1] != '\n';)
        begin--;
    return !span_equals(span_slice(text, begin, text.len), SPAN("-- "));
}

static bool ends_with(struct span text, struct span end)
{
    return text.len >= end.len && span_equals(span_slice(text, text.len - end.len, text.len), end);
}

static bool join(const struct text_edit *edit, struct span text, size_t place, struct span footer,
                 struct buf *out)
{
    struct span before = span_slice(text, 0, place);

    buf_append(out, before);
    if (place > 0 && text.ptr[place - 1] != '\n')
        buf_append(out, edit->line_end);
    if (edit->flowed && !edit->html && flows_on(before))
        buf_append(out, edit->line_end);
    buf_append(out, footer);
    return buf_append(out, span_slice(text, place, text.len));
}

enum revise_result footer_add(const struct text_edit *edit, struct buf *text)
{
    enum revise_result result = REVISE_IMPOSSIBLE;
    struct buf footer, joined;
    size_t place = footer_place(edit, buf_span(text));

    buf_init(&footer, text->limit);
    buf_init(&joined, text->limit);
    if (!lay_out(edit, &footer)) {
        result = REVISE_IMPOSSIBLE;
    } else if (ends_with(span_trim(span_slice(buf_span(text), 0, place)), span_trim(buf_span(&footer)))) {
        result = REVISE_UNCHANGED;
    } else if (join(edit, buf_span(text), place, buf_span(&footer), &joined)) {
        buf_clear(text);
        result = buf_append(text, buf_span(&joined)) ? REVISE_DONE : REVISE_IMPOSSIBLE;
    }
    buf_fini(&footer);
    buf_fini(&joined);
    return result;
}
