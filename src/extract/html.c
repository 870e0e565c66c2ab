/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "extract/html_charset.h"
#include "extract_priv.h"
#include "html_priv.h"
#include "text/charset.h"

/* Text without its tags, from where a browser shows nothing: comments, iframes, dead tags. */
static void read_unseen(struct html_reader *reader, struct span text)
{
    struct html_tokenizer tokenizer;
    struct html_token token;

    html_tokenizer_init(&tokenizer, text);
    tokenizer.flat = true;
    gather_break(&reader->gather, REGION_HIDDEN);
    while (!sink_spent(reader->sink) && html_next(&tokenizer, &token) != HTML_END_OF_INPUT) {
        if (token.kind == HTML_TEXT || token.kind == HTML_COMMENT)
            html_put_text(reader, token.text, false, REGION_HIDDEN, 0);
        if (token.kind == HTML_START_TAG)
            html_attributes_read(reader, &token);
        if (token.tag == HTML_BLOCK || token.tag == HTML_PARAGRAPH || token.tag == HTML_LINE)
            gather_break(&reader->gather, REGION_HIDDEN);
    }
    gather_break(&reader->gather, REGION_HIDDEN);
    reader->space_pending = false;
}

static void read_comment(struct html_reader *reader, const struct html_token *token)
{
    bool space = reader->space_pending;

    if (token->odd && token->raw)
        reader->malformed = true;
    else if (token->odd)
        reader->odd_comment = true;
    if (span_trim(token->text).len > 0)
        read_unseen(reader, token->text);
    reader->space_pending = space;
}

static void read_text(struct html_reader *reader, const struct html_token *token)
{
    const struct html_element *element = html_top(reader);
    enum region region = html_visible_region(reader);

    switch (element->tag) {
    case HTML_STYLE:
        html_sheet_add(&reader->sheet, token->text);
        gather_line(&reader->gather, REGION_CODE, token->text);
        break;
    case HTML_SCRIPT:
        sink_active(reader->sink);
        gather_line(&reader->gather, REGION_CODE, token->text);
        if (span_find_byte(token->text, '<') < token->text.len)
            read_unseen(reader, token->text);
        break;
    case HTML_RAW:
        read_unseen(reader, token->text);
        break;
    case HTML_PRE:
    case HTML_XMP:
    case HTML_PLAINTEXT:
    case HTML_TEXTAREA:
        html_put_lines(reader, token->text, token->raw, region, html_look(reader));
        break;
    case HTML_OTHER:
    case HTML_BLOCK:
    case HTML_PARAGRAPH:
    case HTML_LINE:
    case HTML_VOID:
    case HTML_META:
    case HTML_ANCHOR:
    case HTML_QUOTE:
    case HTML_TITLE:
    case HTML_TEMPLATE:
    case HTML_FOREIGN:
    case HTML_FONT:
    case HTML_BODY:
        if (element->preformatted)
            html_put_lines(reader, token->text, token->raw, region, html_look(reader));
        else
            html_put_text(reader, token->text, token->raw, region, html_look(reader));
        break;
    }
}

static void read_start_tag(struct html_reader *reader, const struct html_token *token)
{
    struct html_style style = { 0 };
    bool block = html_breaks_line(token->tag);

    if (token->attributes.len != 0 || reader->sheet.count != 0)
        html_style_find(reader, token, &style);
    if (token->attributes.len != 0)
        html_attributes_read(reader, token);
    if (token->tag == HTML_META)
        html_meta_read(reader, token);
    if (block && reader->depth > 0 && html_top(reader)->tag == HTML_PARAGRAPH)
        html_close_top(reader);
    if (html_is_own_line(token->tag, &style))
        html_break_line(reader);
    if (token->tag != HTML_LINE && token->tag != HTML_VOID && token->tag != HTML_META &&
        !(token->self_closing && token->tag == HTML_FOREIGN))
        html_open(reader, token, &style);
}

static void read_end_tag(struct html_reader *reader, const struct html_token *token)
{
    if (!html_close(reader, token->name) && html_breaks_line(token->tag))
        html_break_line(reader);     /* "</br>" and "</p>" break a line by themselves */
}

static void read_page(struct html_reader *reader, struct span page)
{
    struct html_tokenizer tokenizer;
    struct html_token token;

    html_tokenizer_init(&tokenizer, page);
    while (!sink_spent(reader->sink)) {
        switch (html_next(&tokenizer, &token)) {
        case HTML_END_OF_INPUT:
            return;
        case HTML_TEXT:
            read_text(reader, &token);
            break;
        case HTML_START_TAG:
            read_start_tag(reader, &token);
            break;
        case HTML_END_TAG:
            read_end_tag(reader, &token);
            break;
        case HTML_COMMENT:
            read_comment(reader, &token);
            break;
        }
    }
}

static enum extract_result html_read(const struct extract_input *input, struct sink *sink)
{
    struct html_charsets charsets;
    struct html_reader *reader = calloc(1, sizeof *reader);
    struct buf page;

    if (reader == NULL)
        abort();                /* the cage counts it as a crash: never as read */
    reader->sink = sink;
    buf_init(&page, 0);
    buf_init(&reader->scratch, 0);
    gather_init(&reader->gather, sink);
    html_charsets_find(input->bytes, input->charset, &charsets);
    for (size_t i = 0; i < charsets.count; i++) {
        buf_clear(&page);
        charset_decode(charsets.names[i], input->bytes, &page);
        reader->depth = reader->sheet.count = 0;
        memset(reader->open_by_name, 0, sizeof reader->open_by_name);
        read_page(reader, buf_span(&page));
        html_break_line(reader);
        gather_flush(&reader->gather);
    }
    if (charsets.conflict)
        sink_ambiguity(sink, AMBIGUITY_CHARSET_CONFLICT, SPAN(""));
    if (reader->odd_comment)
        sink_ambiguity(sink, AMBIGUITY_HTML_COMMENT, SPAN(""));
    if (reader->malformed)
        sink_ambiguity(sink, AMBIGUITY_HTML_MALFORMED, SPAN(""));
    gather_fini(&reader->gather);
    buf_fini(&reader->scratch);
    buf_fini(&page);
    free(reader);
    return sink_spent(sink) ? EXTRACT_STOPPED : EXTRACT_OK;
}

/* The first octets without the zeros of UTF-16 and what may stand before a page. */
static size_t plain_head(struct span bytes, char *head, size_t room)
{
    size_t used = 0;

    for (size_t i = 0; i < bytes.len && used < room; i++)
        if (bytes.ptr[i] != '\0' && (used > 0 || (!html_is_space(bytes.ptr[i]) && (unsigned char)bytes.ptr[i] < 0x80)))
            head[used++] = bytes.ptr[i];
    return used;
}

static enum recognition html_recognise(const struct extract_input *input)
{
    static const char *const starts[] = {
        "<!doctype html", "<html", "<head", "<body", "<title", "<meta", "<style", "<script", "<div", "<p>",
        "<p ", "<table", "<span", "<br", "<font", "<center", "<h1", "<h2", "<h3", "<h4", "<a href", "<b>", "<i>",
        "<u>", "<ul", "<ol", "<hr", "<img", "<pre", "<section", "<article", "<main", "<header", "<footer", "<nav",
        "<aside", "<figure", "<form", "<bdo", "<blockquote", "<strong", "<em>", "<!--", NULL };
    char head_octets[1024];
    struct span head = { head_octets, plain_head(input->bytes, head_octets, sizeof head_octets) };
    bool declared = span_starts_with(input->declared, SPAN("text/html")) ||
                    span_starts_with(input->declared, SPAN("application/xhtml"));

    for (size_t i = 0; starts[i] != NULL; i++)
        if (span_starts_with_nocase(head, span_of(starts[i])))
            return i == 0 || i == 1 ? RECOGNISE_MAGIC : RECOGNISE_LOOKS;
    if (span_find_nocase(head, SPAN("<html")) < head.len ||
        span_find_nocase(head, SPAN("<!doctype html")) < head.len)
        return RECOGNISE_LOOKS;
    if (declared)
        return span_find_byte(input->bytes, '<') < input->bytes.len ? RECOGNISE_LOOKS : RECOGNISE_WEAK;
    return span_ends_with_nocase(input->name, SPAN(".html")) || span_ends_with_nocase(input->name, SPAN(".htm"))
               ? RECOGNISE_WEAK
               : RECOGNISE_NO;
}

const struct extractor extract_html = { .name = "html", .recognise = html_recognise, .read = html_read };
