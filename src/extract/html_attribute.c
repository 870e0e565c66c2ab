/* SPDX-License-Identifier: EUPL-1.2 */
/* What the attributes of a tag say: words, links, inner files and pages, properties, looks. */
#include "extract/data_uri.h"
#include "extract/html_entity.h"
#include "html_priv.h"

/* A file that travels inside the page. */
static void read_data_uri(struct html_reader *reader, struct span uri)
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

static void read_link(struct html_reader *reader, struct span value)
{
    struct span uri = span_trim(html_decoded(reader, value));

    if (data_uri_is(uri)) {
        read_data_uri(reader, uri);
        return;
    }
    if (span_starts_with_nocase(uri, SPAN("javascript:")))
        sink_active(reader->sink);
    gather_link(&reader->gather, uri);
}

/* A whole page in an attribute. */
static void read_inner_page(struct html_reader *reader, struct span value)
{
    struct span page = html_decoded(reader, value);
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

static void read_attribute(struct html_reader *reader, struct span name, struct span value)
{
    struct span text = span_trim(value);

    if (text.len == 0)
        return;
    if (is_one_of(name, shown_attributes)) {
        gather_line(&reader->gather, REGION_ALT, html_decoded(reader, text));
    } else if (is_one_of(name, link_attributes)) {
        read_link(reader, text);
    } else if (span_equals_nocase(name, SPAN("srcdoc"))) {
        read_inner_page(reader, value);
    } else if (span_equals_nocase(name, SPAN("style"))) {
        /* Words in a style stand in quotes or in a comment. */
        if (span_find_byte(text, '"') < text.len || span_find_byte(text, '\'') < text.len ||
            span_find_byte(text, '&') < text.len || span_find(text, SPAN("/*")) < text.len)
            gather_line(&reader->gather, REGION_CODE, html_decoded(reader, text));
    } else if (span_equals_nocase(name, SPAN("id")) || span_equals_nocase(name, SPAN("name"))) {
        gather_line(&reader->gather, REGION_NAME, html_decoded(reader, text));
    } else if (!is_one_of(name, plain_attributes)) {
        if (span_starts_with_nocase(name, SPAN("on")))
            sink_active(reader->sink);
        gather_line(&reader->gather, REGION_CODE, html_decoded(reader, text));
    }
}

void html_attributes_read(struct html_reader *reader, const struct html_token *token)
{
    struct span rest = token->attributes, name, value;

    while (html_attribute_next(&rest, &name, &value))
        read_attribute(reader, name, value);
}

void html_meta_read(struct html_reader *reader, const struct html_token *token)
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
    sink_property(reader->sink, PROPERTY_DOCUMENT, buf_span(&copy), html_decoded(reader, content));
    buf_fini(&copy);
}

void html_style_find(struct html_reader *reader, const struct html_token *token, struct html_style *style)
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
        html_style_declare(style, html_decoded(reader, declarations));
}
