/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/package.h"

#include <stdlib.h>

#include "extract_priv.h"

bool package_take(struct package *package, struct zip_member *member, struct span *content_out)
{
    member->taken = true;
    if (zip_unpack(&package->zip, member, &package->room, content_out))
        return true;
    package->damaged |= member->data.len > 0;
    return false;
}

bool package_take_named(struct package *package, struct span name, struct span *content_out)
{
    struct zip_member *member = zip_find(&package->zip, name);

    return member != NULL && !member->taken && package_take(package, member, content_out);
}

void package_nest(struct package *package, struct span name, struct span content)
{
    struct nested nested = { .bytes = content, .name = name };

    gather_flush(&package->gather);
    sink_nested(package->sink, &nested);
}

/* One pass over all text; broken: each element is a line, else tags are passed over. */
static bool read_xml_text(struct package *package, struct span content, bool broken)
{
    struct gather *gather = &package->gather;
    struct span rest, name, value;
    bool mixed = false, text_before = false;
    struct xml xml;

    xml_init(&xml, content);
    while (!sink_spent(package->sink)) {
        enum xml_kind kind = xml_next(&xml);

        if (kind == XML_END_OF_INPUT)
            break;
        if (kind == XML_TEXT) {
            text_before = span_trim(xml.text).len != 0;
            gather_text(gather, REGION_BODY, 0, broken ? span_trim(xml.text) : xml.text);
            mixed |= text_before && xml.open > 1;
            continue;
        }
        if (broken)
            gather_break(gather, REGION_BODY);
        for (rest = xml.attributes; broken && kind == XML_START &&
                                    xml_attribute_next(&xml, &rest, &name, &value);)
            gather_line(gather, REGION_CODE, value);
        if (broken && kind == XML_COMMENT && !span_starts_with(xml.text, SPAN("xml ")))
            gather_line(gather, REGION_CODE, xml.text);
    }
    gather_break_all(gather);
    if (broken)
        office_report_xml(package->sink, &xml, gather->place.part);
    xml_fini(&xml);
    return mixed;
}

void package_read_xml(struct package *package, struct span name, struct span content)
{
    gather_part(&package->gather, name, UNIT_NONE, 0);
    if (read_xml_text(package, content, true))
        read_xml_text(package, content, false);
}

void package_read_properties(struct package *package, enum property_kind kind, struct span part,
                             struct span content)
{
    struct buf name, value;
    struct span text;
    struct xml xml;

    buf_init(&name, 0);
    buf_init(&value, 0);
    xml_init(&xml, content);
    while (!sink_spent(package->sink)) {
        enum xml_kind token = xml_next(&xml);

        if (token == XML_END_OF_INPUT)
            break;
        if (token == XML_START && xml.depth == 2) {
            buf_clear(&name);
            buf_clear(&value);
            buf_append(&name, xml_attribute(&xml, "name", &text) ? text : xml.local);
        } else if (token == XML_TEXT && xml.open >= 2) {
            buf_append(&value, xml.text);
        } else if (token == XML_END && xml.depth > 2 && value.len > 0) {
            buf_append_byte(&value, '\n');
        } else if (token == XML_END && xml.depth == 2) {
            text = span_trim(buf_span(&value));
            if (text.len != 0)
                sink_property(package->sink, kind, buf_span(&name), text);
        }
    }
    office_report_xml(package->sink, &xml, part);
    xml_fini(&xml);
    buf_fini(&value);
    buf_fini(&name);
}

static bool is_label_root(struct xml *xml)
{
    static const char *const locals[] = { "labelList", "BindingInformation", "originatorConfidentialityLabel",
                                          "alternativeConfidentialityLabel", "metadataConfidentialityLabel",
                                          "ConfidentialityLabel", "sisl", "TitusMetadata" };
    static const char *const spaces[] = { "urn:nato:stanag:4774", "urn:nato:stanag:4778",
                                          "http://schemas.microsoft.com/office/2020/mipLabelMetadata",
                                          "http://www.boldonjames.com/2008/01/sie", "urn:us:gov:ic:ism" };
    struct span uri = xml_namespace(xml);

    for (size_t i = 0; i < sizeof locals / sizeof locals[0]; i++)
        if (span_equals_nocase(xml->local, span_of(locals[i])))
            return true;
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
        if (span_starts_with_nocase(uri, span_of(spaces[i])))
            return true;
    return false;
}

bool package_read_label(struct package *package, struct span part, struct span content)
{
    struct xml xml;
    enum xml_kind kind;
    bool label = false;

    xml_init(&xml, content);
    do
        kind = xml_next(&xml);
    while (kind == XML_TEXT || kind == XML_COMMENT);
    if (kind == XML_START)
        label = is_label_root(&xml);
    xml_fini(&xml);
    if (label)
        sink_property(package->sink, PROPERTY_LABEL_XML, part, content);
    return label;
}

/* A plain archive: every member is a stream of its own. */
static void archive_read_members(struct package *package)
{
    for (size_t i = 0; i < package->zip.count && !sink_spent(package->sink); i++) {
        struct zip_member *member = &package->zip.members[i];
        struct span content;

        if (!member->is_folder && !member->taken && package_take(package, member, &content))
            package_nest(package, member->name, content);
    }
}

static void read_comments(struct package *package)
{
    gather_part(&package->gather, SPAN("(archive comment)"), UNIT_NONE, 0);
    gather_line(&package->gather, REGION_COMMENT, package->zip.comment);
    for (size_t i = 0; i < package->zip.count; i++)
        gather_line(&package->gather, REGION_COMMENT, package->zip.members[i].comment);
    gather_flush(&package->gather);
}

static bool holds(const struct package *package, const char *name)
{
    return zip_find(&package->zip, span_of(name)) != NULL;
}

static enum extract_result zip_read(const struct extract_input *input, struct sink *sink)
{
    struct package *package = calloc(1, sizeof *package);
    bool found;

    if (package == NULL)
        abort();                /* the cage counts it as a crash: never as read */
    package->sink = sink;
    gather_init(&package->gather, sink);
    buf_init(&package->room, 0);
    found = zip_init(&package->zip, input->bytes, sink);
    read_comments(package);
    if (holds(package, "[Content_Types].xml"))
        ooxml_read(package);
    archive_read_members(package);
    gather_fini(&package->gather);
    buf_fini(&package->room);
    zip_fini(&package->zip);
    found = found && !package->damaged;
    free(package);
    if (sink_spent(sink))
        return EXTRACT_STOPPED;
    return found ? EXTRACT_OK : EXTRACT_PARTIAL;
}

static enum recognition zip_recognise(const struct extract_input *input)
{
    return zip_looks_like(input->bytes) ? RECOGNISE_MAGIC : RECOGNISE_NO;
}

const struct extractor extract_zip = { .name = "zip", .recognise = zip_recognise, .read = zip_read };
