/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "extract/data_uri.h"
#include "extract/gather.h"
#include "extract/html_charset.h"
#include "extract/html_entity.h"
#include "extract/html_style.h"
#include "extract/html_token.h"
#include "extract_priv.h"
#include "text/charset.h"

/* Elements deeper than this are read, but no longer change how text counts. */
enum { OPEN_MAX = 256, NAME_BUCKETS = 64 };

struct open_element {
    uint32_t name_hash;
    enum html_tag tag;
    bool hidden, quoted, preformatted;
    bool own_line;              /* the line ends before and behind it */
    enum html_case letter_case;
    enum html_shade color, background;
};

struct reader {
    struct sink *sink;
    struct gather gather;
    struct html_sheet sheet;
    struct buf scratch;
    struct open_element open[OPEN_MAX];
    size_t depth;
    uint32_t open_by_name[NAME_BUCKETS];
    bool space_pending;         /* white space met, written once a word follows */
    bool odd_comment, malformed;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static uint32_t hash_name(struct span name)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)(name.ptr[i] | 0x20)) * 16777619u;
    return hash;
}

static const struct open_element *top(const struct reader *reader)
{
    static const struct open_element root = { .tag = HTML_OTHER };

    return reader->depth == 0 ? &root : &reader->open[reader->depth - 1];
}

static enum region visible_region(const struct reader *reader)
{
    const struct open_element *element = top(reader);
    bool white = element->color == SHADE_WHITE && element->background != SHADE_OTHER;

    if (element->hidden || white)
        return REGION_HIDDEN;
    if (element->tag == HTML_TITLE)
        return REGION_TITLE;
    return element->tag == HTML_TEXTAREA ? REGION_FIELD : REGION_BODY;
}

static unsigned look_of(const struct reader *reader)
{
    const struct open_element *element = top(reader);

    return (element->letter_case == CASE_CAPITALS ? LOOK_CAPITALS : 0u) |
           (element->quoted ? LOOK_QUOTED : 0u);
}

static void break_line(struct reader *reader)
{
    gather_break_all(&reader->gather);
    reader->space_pending = false;
}

/* Neither white space nor the start of a reference. */
static bool is_word(char c)
{
    return (unsigned char)c > ' ' && c != '&';
}

/* Entities decoded, NUL dropped, white space squeezed to one blank between words. */
static void squeeze(struct reader *reader, struct span text, bool raw, enum region region)
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
            reader->space_pending |= is_space(text.ptr[i++]);
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

static void put_text(struct reader *reader, struct span text, bool raw, enum region region, unsigned look)
{
    buf_clear(&reader->scratch);
    squeeze(reader, text, raw, region);
    gather_text(&reader->gather, region, look, buf_span(&reader->scratch));
}

/* Text whose line ends stand. */
static void put_lines(struct reader *reader, struct span text, bool raw, enum region region, unsigned look)
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

static struct span decoded(struct reader *reader, struct span value)
{
    buf_clear(&reader->scratch);
    html_entity_decode(value, true, &reader->scratch);
    return buf_span(&reader->scratch);
}

/* A file that travels inside the page. */
static void read_data_uri(struct reader *reader, struct span uri)
{
    struct nested nested = { 0 };
    struct buf bytes;

    if (!sink_spend(reader->sink, uri.len))
        return;
    buf_init(&bytes, 0);
    if (data_uri_decode(uri, &nested.declared, &bytes) && bytes.len > 0) {
        nested.bytes = buf_span(&bytes);
        sink_nested(reader->sink, &nested);
    }
    buf_fini(&bytes);
}

static void read_link(struct reader *reader, struct span value)
{
    struct span uri = span_trim(decoded(reader, value));

    if (data_uri_is(uri)) {
        read_data_uri(reader, uri);
        return;
    }
    if (span_starts_with_nocase(uri, SPAN("javascript:")))
        sink_active(reader->sink);
    gather_link(&reader->gather, uri);
}

/* A whole page in an attribute. */
static void read_inner_page(struct reader *reader, struct span value)
{
    struct span page = decoded(reader, value);
    struct nested nested = { .bytes = page, .declared = SPAN("text/html"), .charset = SPAN("utf-8") };

    if (page.len != 0 && sink_spend(reader->sink, page.len))
        sink_nested(reader->sink, &nested);
}

static bool is_one_of(struct span name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (span_equals_nocase(name, span_of(*names)))
            return true;
    return false;
}

/* Numbers, colours and names of looks: no place for words of a person. */
static const char *const plain_attributes[] = {
    "class", "width", "height", "align", "valign", "border", "cellpadding", "cellspacing",
    "bgcolor", "color", "colspan", "rowspan", "dir", "lang", "xml:lang", "size", "face", "target",
    "type", "rel", "http-equiv", "role", "hspace", "vspace", "nowrap", "link", "vlink", "xmlns", NULL };
static const char *const shown_attributes[] = {
    "alt", "title", "aria-label", "placeholder", "value", "label", "aria-description", "summary",
    "aria-roledescription", "aria-valuetext", "standby", "abbr", "prompt", "content", NULL };
static const char *const link_attributes[] = {
    "href", "src", "action", "data", "background", "cite", "poster", "formaction", "longdesc",
    "srcset", "xlink:href", "codebase", "usemap", "manifest", "ping", NULL };

static void read_attribute(struct reader *reader, struct span name, struct span value)
{
    struct span text = span_trim(value);

    if (text.len == 0)
        return;
    if (is_one_of(name, shown_attributes)) {
        gather_line(&reader->gather, REGION_ALT, decoded(reader, text));
    } else if (is_one_of(name, link_attributes)) {
        read_link(reader, text);
    } else if (span_equals_nocase(name, SPAN("srcdoc"))) {
        read_inner_page(reader, value);
    } else if (span_equals_nocase(name, SPAN("style"))) {
        /* Words in a style stand in quotes or in a comment. */
        if (span_find_byte(text, '"') < text.len || span_find_byte(text, '\'') < text.len ||
            span_find_byte(text, '&') < text.len || span_find(text, SPAN("/*")) < text.len)
            gather_line(&reader->gather, REGION_CODE, decoded(reader, text));
    } else if (span_equals_nocase(name, SPAN("id")) || span_equals_nocase(name, SPAN("name"))) {
        gather_line(&reader->gather, REGION_NAME, decoded(reader, text));
    } else if (!is_one_of(name, plain_attributes)) {
        if (span_starts_with_nocase(name, SPAN("on")))
            sink_active(reader->sink);
        gather_line(&reader->gather, REGION_CODE, decoded(reader, text));
    }
}

static void read_attributes(struct reader *reader, const struct html_token *token)
{
    struct span rest = token->attributes, name, value;

    while (html_attribute_next(&rest, &name, &value))
        read_attribute(reader, name, value);
}

/* <meta name="classification" content="…">: a property of the page. */
static void read_meta(struct reader *reader, const struct html_token *token)
{
    struct span name = { NULL, 0 }, content;
    struct buf copy;

    if (!html_attribute_find(token->attributes, SPAN("content"), &content))
        return;
    if (!html_attribute_find(token->attributes, SPAN("name"), &name) &&
        !html_attribute_find(token->attributes, SPAN("property"), &name) &&
        !html_attribute_find(token->attributes, SPAN("itemprop"), &name))
        return;
    buf_init(&copy, 0);
    html_entity_decode(name, true, &copy);
    sink_property(reader->sink, PROPERTY_DOCUMENT, buf_span(&copy), decoded(reader, content));
    buf_fini(&copy);
}

/* Text without its tags, from where a browser shows nothing: comments, iframes, dead tags. */
static void read_unseen(struct reader *reader, struct span text)
{
    struct html_tokenizer tokenizer;
    struct html_token token;

    html_tokenizer_init(&tokenizer, text);
    tokenizer.flat = true;
    gather_break(&reader->gather, REGION_HIDDEN);
    while (!sink_spent(reader->sink) && html_next(&tokenizer, &token) != HTML_END_OF_INPUT) {
        if (token.kind == HTML_TEXT || token.kind == HTML_COMMENT)
            put_text(reader, token.text, false, REGION_HIDDEN, 0);
        if (token.kind == HTML_START_TAG)
            read_attributes(reader, &token);
        if (token.tag == HTML_BLOCK || token.tag == HTML_PARAGRAPH || token.tag == HTML_LINE)
            gather_break(&reader->gather, REGION_HIDDEN);
    }
    gather_break(&reader->gather, REGION_HIDDEN);
    reader->space_pending = false;
}

static void read_comment(struct reader *reader, const struct html_token *token)
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

static void read_text(struct reader *reader, const struct html_token *token)
{
    const struct open_element *element = top(reader);
    enum region region = visible_region(reader);

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
        put_lines(reader, token->text, token->raw, region, look_of(reader));
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
            put_lines(reader, token->text, token->raw, region, look_of(reader));
        else
            put_text(reader, token->text, token->raw, region, look_of(reader));
        break;
    }
}

static bool breaks_line(enum html_tag tag)
{
    return tag == HTML_BLOCK || tag == HTML_PARAGRAPH || tag == HTML_LINE || tag == HTML_QUOTE ||
           tag == HTML_PRE || tag == HTML_TITLE || tag == HTML_TEXTAREA || tag == HTML_XMP ||
           tag == HTML_PLAINTEXT || tag == HTML_BODY;
}

static void style_of(struct reader *reader, const struct html_token *token, struct html_style *style)
{
    struct span rest = token->attributes, name, value, classes = { NULL, 0 }, id = { NULL, 0 };
    struct span declarations = { NULL, 0 };

    while (html_attribute_next(&rest, &name, &value)) {
        if (span_equals_nocase(name, SPAN("style")) && declarations.len == 0)
            declarations = value;
        else if (span_equals_nocase(name, SPAN("class")))
            classes = value;
        else if (span_equals_nocase(name, SPAN("id")))
            id = value;
        else if (span_equals_nocase(name, SPAN("hidden")))
            style->hidden = true;
        else if (span_equals_nocase(name, SPAN("bgcolor")))
            style->background = html_shade_of(value);
        else if (span_equals_nocase(name, SPAN("background")))
            style->background = SHADE_OTHER;
        else if (token->tag == HTML_FONT && span_equals_nocase(name, SPAN("color")))
            style->color = html_shade_of(value);
        else if (token->tag == HTML_BODY && span_equals_nocase(name, SPAN("text")))
            style->color = html_shade_of(value);
    }
    html_sheet_apply(&reader->sheet, token->name, classes, id, style);
    if (declarations.len != 0)
        html_style_declare(style, decoded(reader, declarations));
}

static void close_top(struct reader *reader)
{
    struct open_element *element = &reader->open[--reader->depth];

    reader->open_by_name[element->name_hash % NAME_BUCKETS]--;
    if (element->own_line)
        break_line(reader);
}

/* Close the innermost element of that name and all inside it; nothing when none is open. */
static bool close_named(struct reader *reader, uint32_t name_hash)
{
    size_t i = reader->depth;

    if (reader->open_by_name[name_hash % NAME_BUCKETS] == 0)
        return false;
    while (i > 0 && reader->open[i - 1].name_hash != name_hash)
        i--;
    if (i == 0)
        return false;
    while (reader->depth >= i)
        close_top(reader);
    return true;
}

static bool is_own_line(enum html_tag tag, const struct html_style *style)
{
    return style->display == DISPLAY_UNSET ? breaks_line(tag) : style->display == DISPLAY_BLOCK;
}

static void open_element(struct reader *reader, const struct html_token *token, const struct html_style *style)
{
    const struct open_element *parent = top(reader);
    struct open_element element = *parent;

    if (reader->depth == OPEN_MAX)
        return;
    element.tag = token->tag;
    element.name_hash = hash_name(token->name);
    element.hidden |= style->hidden || token->tag == HTML_TEMPLATE || token->tag == HTML_RAW;
    element.quoted |= token->tag == HTML_QUOTE;
    element.preformatted |= token->tag == HTML_PRE;
    element.own_line = is_own_line(token->tag, style);
    if (style->letter_case != CASE_UNSET)
        element.letter_case = style->letter_case;
    if (style->color != SHADE_UNSET)
        element.color = style->color;
    if (style->background != SHADE_UNSET)
        element.background = style->background;
    reader->open[reader->depth++] = element;
    reader->open_by_name[element.name_hash % NAME_BUCKETS]++;
}

static void read_start_tag(struct reader *reader, const struct html_token *token)
{
    struct html_style style = { 0 };
    bool block = breaks_line(token->tag);

    if (token->attributes.len != 0 || reader->sheet.count != 0)
        style_of(reader, token, &style);
    if (token->attributes.len != 0)
        read_attributes(reader, token);
    if (token->tag == HTML_META)
        read_meta(reader, token);
    if (block && reader->depth > 0 && top(reader)->tag == HTML_PARAGRAPH)
        close_top(reader);
    if (is_own_line(token->tag, &style))
        break_line(reader);
    if (token->tag != HTML_LINE && token->tag != HTML_VOID && token->tag != HTML_META &&
        !(token->self_closing && token->tag == HTML_FOREIGN))
        open_element(reader, token, &style);
}

static void read_end_tag(struct reader *reader, const struct html_token *token)
{
    if (!close_named(reader, hash_name(token->name)) && breaks_line(token->tag))
        break_line(reader);     /* "</br>" and "</p>" break a line by themselves */
}

static void read_page(struct reader *reader, struct span page)
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
    struct reader *reader = calloc(1, sizeof *reader);
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
        break_line(reader);
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
        if (bytes.ptr[i] != '\0' && (used > 0 || (!is_space(bytes.ptr[i]) && (unsigned char)bytes.ptr[i] < 0x80)))
            head[used++] = bytes.ptr[i];
    return used;
}

static enum recognition html_recognise(const struct extract_input *input)
{
    static const char *const starts[] = {
        "<!doctype html", "<html", "<head", "<body", "<title", "<meta", "<style", "<script", "<div", "<p>",
        "<p ", "<table", "<span", "<br", "<font", "<center", "<h1", "<h2", "<a href", "<b>", "<!--", NULL };
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
