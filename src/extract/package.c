/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/package.h"

#include <stdlib.h>

#include "extract/zip_layout.h"
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

static void read_value(struct gather *gather, struct span value)
{
    if (span_find(value, SPAN("://")) < value.len)
        gather_link(gather, value);
    else
        gather_line(gather, REGION_CODE, value);
}

/* One pass over all text; broken: each element is a line, else tags are passed over. */
static bool read_xml_text(struct package *package, enum region region, struct span content, bool broken)
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
            gather_text(gather, region, 0, broken ? span_trim(xml.text) : xml.text);
            mixed |= text_before && xml.open > 1;
            continue;
        }
        if (broken)
            gather_break(gather, region);
        for (rest = xml.attributes; broken && kind == XML_START &&
                                    xml_attribute_next(&xml, &rest, &name, &value);)
            read_value(gather, value);
        if (broken && kind == XML_COMMENT && !span_starts_with(xml.text, SPAN("xml ")))
            gather_line(gather, REGION_CODE, xml.text);
    }
    gather_break_all(gather);
    if (broken)
        office_report_xml(package->sink, &xml, gather->place.part);
    xml_fini(&xml);
    return mixed;
}

void package_read_xml(struct package *package, enum region region, struct span name, struct span content)
{
    gather_part(&package->gather, name, UNIT_NONE, 0);
    if (read_xml_text(package, region, content, true))
        read_xml_text(package, region, content, false);
}

/* Runs of letters an eye would notice, in one octet or two a character. */
static void read_strings(struct package *package, struct span name, struct span content)
{
    struct gather *gather = &package->gather;
    size_t run = 0;

    gather_part(gather, name, UNIT_NONE, 0);
    for (size_t i = 0; i < content.len; i++) {
        char c = content.ptr[i];

        if (c >= ' ' && c <= '~') {
            run++;
        } else if (c != '\0' || run == 0 || content.ptr[i - 1] == '\0') {
            gather_break(gather, REGION_CODE);
            run = 0;
        }
        if (run > 0 && c != '\0')
            gather_text(gather, REGION_CODE, 0, span_slice(content, i, i + 1));
    }
    gather_break_all(gather);
}

/* Pictures a program makes of its own text, of the first page or of a table: no place of its own. */
static bool is_preview(struct span name, struct span content)
{
    if (span_starts_with(content, SPAN("VCLMTF")))
        return span_find(name, SPAN("TablePreview")) < name.len;
    return (span_starts_with_nocase(name, SPAN("Thumbnails/")) || span_starts_with_nocase(name, SPAN("docProps/thumbnail"))) &&
           (span_starts_with(content, SPAN("\x89PNG\r\n")) || span_starts_with(content, SPAN("\xff\xd8\xff")) ||
            span_starts_with(content, SPAN("\xd7\xcd\xc6\x9a")) || span_starts_with(content, SPAN("\1\0\0\0")));
}

/* Parts that honest writers add and that hold nothing to read: printer settings, caches, fonts. */
static bool is_inert(struct span name, struct span content)
{
    static const char *const names[] = { "printerSettings", "layout-cache", ".odttf", ".fntdata", "Fonts/" };
    struct extract_input input = { .bytes = content };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (span_find_nocase(name, span_of(names[i])) < name.len)
            return extract_recognise(&input) == NULL;
    return false;
}

void package_read_other(struct package *package, struct span name, struct span content)
{
    if (is_preview(name, content) || is_inert(name, content))
        read_strings(package, name, content);
    else
        package_nest(package, name, content);
}

struct span package_root(struct span content, struct buf *name)
{
    enum xml_kind kind;
    struct xml xml;

    buf_clear(name);
    xml_init(&xml, content);
    do
        kind = xml_next(&xml);
    while (kind == XML_TEXT || kind == XML_COMMENT);
    if (kind == XML_START)
        buf_append(name, xml.local);
    xml_fini(&xml);
    return buf_span(name);
}

static bool holds_properties(struct span element)
{
    return span_equals(element, SPAN("coreProperties")) || span_equals(element, SPAN("Properties")) ||
           span_equals(element, SPAN("meta")) || span_equals(element, SPAN("metadata"));
}

/* Name of the property that starts here, and whether a person made it up. */
static enum property_kind name_property(struct xml *xml, enum property_kind kind, struct buf *name)
{
    struct span given;
    bool custom = xml_attribute(xml, "name", &given);

    buf_clear(name);
    buf_append(name, custom ? given : xml->local);
    return custom && kind == PROPERTY_DOCUMENT ? PROPERTY_CUSTOM : kind;
}

/* Properties stand in this part; texts gathered before bring their own place. */
static void say_part(struct package *package, struct span part)
{
    const struct place place = { .part = part, .region = REGION_BODY, .unit = UNIT_NONE };

    sink_place(package->sink, &place);
}

void package_read_properties(struct package *package, enum property_kind kind, struct span part,
                             struct span content)
{
    enum property_kind one = kind;
    size_t holder = 0;          /* depth of the element whose children are properties */
    struct buf name, value;
    enum xml_kind token;
    struct xml xml;

    buf_init(&name, 0);
    buf_init(&value, 0);
    xml_init(&xml, content);
    say_part(package, part);
    while (!sink_spent(package->sink) && (token = xml_next(&xml)) != XML_END_OF_INPUT) {
        if (token == XML_START && holder == 0 && holds_properties(xml.local)) {
            holder = xml.depth;
        } else if (token == XML_START && holder != 0 && xml.depth == holder + 1) {
            buf_clear(&value);
            one = name_property(&xml, kind, &name);
        } else if (token == XML_TEXT && holder != 0 && xml.open > holder) {
            buf_append(&value, xml.text);
        } else if (token == XML_END && xml.depth == holder) {
            break;
        } else if (token == XML_END && holder != 0 && xml.depth > holder + 1 && value.len > 0) {
            buf_append_byte(&value, '\n');
        } else if (token == XML_END && holder != 0 && span_trim(buf_span(&value)).len != 0) {
            sink_property(package->sink, one, buf_span(&name), span_trim(buf_span(&value)));
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
    struct span uri = xml_root_namespace(xml);

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
    if (label) {
        say_part(package, part);
        sink_property(package->sink, PROPERTY_LABEL_XML, part, content);
    }
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

/* Names that no stream of their own carries: of folders, and of what could not be unpacked. */
static void read_names(struct package *package)
{
    gather_part(&package->gather, SPAN(""), UNIT_NONE, 0);
    for (size_t i = 0; i < package->zip.count; i++) {
        const struct zip_member *member = &package->zip.members[i];

        if (member->is_folder || member->data.len == 0 || (member->flags & ZIP_FLAG_ENCRYPTED) != 0)
            gather_line(&package->gather, REGION_NAME, member->name);
    }
    gather_flush(&package->gather);
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
    read_names(package);
    if (holds(package, "[Content_Types].xml"))
        ooxml_read(package);
    if (holds(package, "META-INF/manifest.xml") || holds(package, "content.xml"))
        odf_read(package);
    if (holds(package, "META-INF/container.xml"))
        epub_read(package);
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
