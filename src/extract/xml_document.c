/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>

#include "extract/package.h"
#include "extract_priv.h"

/*
 * A single XML file: flat OpenDocument, a flat Office package, Word 2003 XML,
 * SVG, a label of its own, or any other. XHTML is left to the reader of HTML.
 */

static const struct office_word svg_words[] = {
    { "a", OFFICE_STYLED, 0 },           { "desc", OFFICE_CAPTION, REGION_ALT },
    { "foreignObject", OFFICE_LINE, 0 }, { "image", OFFICE_DRAWN, 0 },
    { "metadata", OFFICE_REGION, REGION_HIDDEN }, { "path", OFFICE_DRAWN, 0 },
    { "script", OFFICE_INLINE_REGION, REGION_CODE }, { "style", OFFICE_INLINE_REGION, REGION_CODE },
    { "text", OFFICE_LINE, 0 },          { "textPath", OFFICE_STYLED, 0 },
    { "title", OFFICE_CAPTION, REGION_ALT }, { "tspan", OFFICE_STYLED, 0 },
};

static const struct office_vocabulary svg_vocabulary = { svg_words, sizeof svg_words / sizeof svg_words[0], true };

static const char *const flat_office_roots[] = { "package", "wordDocument", "document" };

static void read_as(struct package *package, const struct office_vocabulary *vocabulary, struct span content)
{
    struct office_part part = {
        .vocabulary = vocabulary, .styles = &package->styles, .gather = &package->gather,
        .sink = package->sink, .name = SPAN(""), .region = REGION_BODY,
    };

    office_styles_read(&package->styles, content);
    office_text_read(&part, content);
}

static bool is_open_document(struct span content)
{
    struct span head = span_slice(content, 0, 4096);

    return span_find(head, SPAN("oasis:names:tc:opendocument")) < head.len;
}

/* By the media type that the root names. */
static struct span flat_type(struct span content)
{
    struct span head = span_slice(content, 0, 8192);

    if (span_find(head, SPAN("opendocument.presentation")) < head.len)
        return SPAN("fodp");
    if (span_find(head, SPAN("opendocument.spreadsheet")) < head.len)
        return SPAN("fods");
    return span_find(head, SPAN("opendocument.graphics")) < head.len ? SPAN("fodg") : SPAN("fodt");
}

static enum place_unit counted_in(struct span type)
{
    if (span_equals(type, SPAN("fodp")))
        return UNIT_SLIDE;
    return span_equals(type, SPAN("fods")) ? UNIT_SHEET : UNIT_NONE;
}

/* IC-ISM attributes may stand on any element; who uses them declares them at the root. */
static bool declares_ism(struct span content)
{
    struct span head = span_slice(content, 0, 8192);

    return span_find(head, SPAN("urn:us:gov:ic:ism")) < head.len;
}

static void read_document(struct package *package, struct span root, struct span content)
{
    if (span_equals(root, SPAN("svg"))) {
        sink_detected(package->sink, SPAN("svg"));
        read_as(package, &svg_vocabulary, content);
        return;
    }
    if (span_equals(root, SPAN("document")) && is_open_document(content)) {
        struct span type = flat_type(content);

        sink_detected(package->sink, type);
        package_read_properties(package, PROPERTY_DOCUMENT, SPAN(""), content);
        odf_read_document(package, counted_in(type), SPAN(""), content);
        return;
    }
    for (size_t i = 0; i < sizeof flat_office_roots / sizeof flat_office_roots[0]; i++)
        if (span_equals(root, span_of(flat_office_roots[i]))) {
            sink_detected(package->sink, SPAN("ooxml"));
            read_as(package, &office_ooxml_words, content);
            return;
        }
    if (!package_read_label(package, SPAN(""), content) && declares_ism(content))
        sink_property(package->sink, PROPERTY_LABEL_XML, SPAN("ism"), content);
    package_read_xml(package, REGION_BODY, SPAN(""), content);
}

static enum extract_result xml_read(const struct extract_input *input, struct sink *sink)
{
    struct package *package = calloc(1, sizeof *package);
    struct buf root;

    if (package == NULL)
        abort();                /* the cage counts it as a crash: never as read */
    package->sink = sink;
    gather_init(&package->gather, sink);
    buf_init(&root, 0);
    gather_part(&package->gather, SPAN(""), UNIT_NONE, 0);
    read_document(package, package_root(input->bytes, &root), input->bytes);
    buf_fini(&root);
    gather_fini(&package->gather);
    free(package);
    return sink_spent(sink) ? EXTRACT_STOPPED : EXTRACT_OK;
}

static enum recognition xml_recognise(const struct extract_input *input)
{
    return xml_looks_like(input->bytes) ? RECOGNISE_LOOKS : RECOGNISE_NO;
}

const struct extractor extract_xml = { .name = "xml", .recognise = xml_recognise, .read = xml_read };
