/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "extract/ooxml_relations.h"
#include "extract/package.h"

/* A sheet or slide as the main part lists it. */
struct listed {
    struct span part, name;
    bool hidden;
};

enum { LISTED_MAX = 10000 };

struct ooxml {
    struct package *package;
    struct listed *listed;      /* slides or sheets in the order a person sees */
    size_t count, capacity;
    enum place_unit unit;
    bool binary;                /* an xlsb workbook: parts are records, not XML */
    struct shared_strings strings;
};

/* What a part is by its root element; its name proves nothing. */
struct part_kind {
    const char *root;
    enum region region;
    enum { PART_TEXT = 1, PART_MASTER, PART_UNIT, PART_NOTES, PART_STRINGS, PART_CORE, PART_CUSTOM, PART_LINKS,
           PART_QUIET } handling;
};

static const struct part_kind part_kinds[] = {
    { "document", REGION_BODY, PART_TEXT },      { "hdr", REGION_HEADER, PART_TEXT },
    { "ftr", REGION_FOOTER, PART_TEXT },         { "footnotes", REGION_NOTE, PART_TEXT },
    { "endnotes", REGION_NOTE, PART_TEXT },      { "comments", REGION_COMMENT, PART_TEXT },
    { "glossaryDocument", REGION_HIDDEN, PART_TEXT }, { "worksheet", REGION_BODY, PART_UNIT },
    { "chartsheet", REGION_BODY, PART_UNIT },    { "dialogsheet", REGION_BODY, PART_UNIT },
    { "sld", REGION_BODY, PART_UNIT },           { "sldMaster", REGION_HEADER, PART_MASTER },
    { "sldLayout", REGION_HEADER, PART_MASTER }, { "notesMaster", REGION_NOTE, PART_MASTER },
    { "handoutMaster", REGION_NOTE, PART_MASTER }, { "notes", REGION_NOTE, PART_NOTES },
    { "cmLst", REGION_COMMENT, PART_TEXT },      { "ThreadedComments", REGION_COMMENT, PART_TEXT },
    { "sst", REGION_BODY, PART_STRINGS },        { "coreProperties", REGION_BODY, PART_CORE },
    { "Properties", REGION_BODY, PART_CUSTOM },  { "Relationships", REGION_LINK, PART_LINKS },
    { "Types", REGION_CODE, PART_QUIET },        { "FixedPage", REGION_BODY, PART_TEXT },
    { "MasterContents", REGION_HEADER, PART_TEXT }, { "PageContents", REGION_BODY, PART_TEXT },
};

static const struct part_kind *kind_of(struct span root)
{
    for (size_t i = 0; i < sizeof part_kinds / sizeof part_kinds[0]; i++)
        if (span_equals(span_of(part_kinds[i].root), root))
            return &part_kinds[i];
    return NULL;
}

static void detect(struct package *package, struct span types)
{
    static const struct {
        const char *content, *type;
    } known[] = {
        { "wordprocessingml.document.main", "docx" },   { "word.document.macroEnabled.main", "docm" },
        { "wordprocessingml.template.main", "dotx" },   { "word.template.macroEnabledTemplate.main", "dotm" },
        { "spreadsheetml.sheet.main", "xlsx" },         { "excel.sheet.macroEnabled.main", "xlsm" },
        { "spreadsheetml.template.main", "xltx" },      { "excel.template.macroEnabled.main", "xltm" },
        { "excel.sheet.binary.macroEnabled.main", "xlsb" }, { "excel.addin.macroEnabled.main", "xlam" },
        { "presentationml.presentation.main", "pptx" }, { "powerpoint.presentation.macroEnabled.main", "pptm" },
        { "presentationml.slideshow.main", "ppsx" },    { "powerpoint.slideshow.macroEnabled.main", "ppsm" },
        { "presentationml.template.main", "potx" },     { "powerpoint.template.macroEnabled.main", "potm" },
        { "visio.drawing.main", "vsdx" },               { "visio.drawing.macroEnabled.main", "vsdm" },
        { "visio.template", "vstx" },                   { "visio.stencil", "vssx" },
        { "ms-package.xps-fixeddocument", "xps" },      { "openxps", "oxps" },
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (span_find(types, span_of(known[i].content)) < types.len) {
            sink_detected(package->sink, span_of(known[i].type));
            return;
        }
    sink_detected(package->sink, SPAN("ooxml"));
}

static void add_listed(struct ooxml *ooxml, struct listed one)
{
    struct listed *grown = ooxml->count == LISTED_MAX
                               ? NULL
                               : arena_grow(ooxml->package->zip.arena, ooxml->listed, ooxml->count, &ooxml->capacity,
                                            sizeof *grown);

    if (grown == NULL)
        return;
    ooxml->listed = grown;
    grown[ooxml->count++] = one;
}

static void list_unit(struct ooxml *ooxml, const struct ooxml_relations *relations, struct xml *xml)
{
    struct arena *arena = ooxml->package->zip.arena;
    const struct ooxml_relation *relation;
    struct span rest = xml->attributes, name, value;
    struct listed one = { 0 };

    /* The relationship's id is the attribute "id" in a namespace; a plain "id" is a number. */
    while (xml_attribute_next(xml, &rest, &name, &value)) {
        if (span_equals(name, SPAN("id")) && (relation = ooxml_relation_find(relations, value)) != NULL)
            one.part = relation->target;
        else if (span_equals(name, SPAN("name")))
            one.name = arena_copy(arena, value);
        else if (span_equals(name, SPAN("state")))
            one.hidden = !span_equals(value, SPAN("visible"));
    }
    add_listed(ooxml, one);
}

/* A main part and its links, or false. */
static bool open_main(struct ooxml *ooxml, struct span main_part, struct ooxml_relations *relations,
                      struct span *content_out)
{
    struct package *package = ooxml->package;
    struct zip_member *member = zip_find(&package->zip, main_part);
    struct zip_member *links = zip_find(&package->zip, ooxml_relations_name(package->zip.arena, main_part));

    if (member == NULL || links == NULL || !zip_unpack(&package->zip, links, &package->room, content_out))
        return false;
    ooxml_relations_read(relations, package->zip.arena, main_part, *content_out);
    return zip_unpack(&package->zip, member, &package->room, content_out);
}

/* The order of sheets or slides, which the main part of a workbook or presentation gives. */
static void list_units(struct ooxml *ooxml, const char *main_part, const char *element, enum place_unit unit)
{
    struct ooxml_relations relations;
    struct span content;
    enum xml_kind kind;
    struct xml xml;

    if (!open_main(ooxml, span_of(main_part), &relations, &content))
        return;
    ooxml->unit = unit;
    xml_init(&xml, content);
    while ((kind = xml_next(&xml)) != XML_END_OF_INPUT)
        if (kind == XML_START && span_equals(xml.local, span_of(element)))
            list_unit(ooxml, &relations, &xml);
    xml_fini(&xml);
}

/* The same of an xlsb workbook. */
static void list_binary_sheets(struct ooxml *ooxml)
{
    const struct ooxml_relation *relation;
    struct ooxml_relations relations;
    struct xlsb_sheet sheet;
    struct span rest;

    if (!open_main(ooxml, SPAN("xl/workbook.bin"), &relations, &rest))
        return;
    while (ooxml->count < LISTED_MAX && xlsb_next_sheet(&rest, ooxml->package->zip.arena, &sheet)) {
        struct listed one = { .name = sheet.name, .hidden = sheet.is_hidden };

        if ((relation = ooxml_relation_find(&relations, sheet.relation)) != NULL)
            one.part = relation->target;
        add_listed(ooxml, one);
    }
}

/* Number of the sheet or slide, 0 when the main part does not list it. */
static uint32_t number_of(const struct ooxml *ooxml, struct span part)
{
    for (size_t i = 0; i < ooxml->count; i++)
        if (span_equals(ooxml->listed[i].part, part))
            return (uint32_t)i + 1;
    return 0;
}

/* The slide a notes page belongs to stands in the links of that page. */
static uint32_t slide_of_notes(struct ooxml *ooxml, struct span part)
{
    struct package *package = ooxml->package;
    struct zip_member *links = zip_find(&package->zip, ooxml_relations_name(package->zip.arena, part));
    struct ooxml_relations relations;
    struct span content;
    struct buf room;
    uint32_t number = 0;

    buf_init(&room, 0);
    if (links != NULL && zip_unpack(&package->zip, links, &room, &content)) {
        ooxml_relations_read(&relations, package->zip.arena, part, content);
        for (size_t i = 0; i < relations.count && number == 0; i++)
            number = number_of(ooxml, relations.items[i].target);
    }
    buf_fini(&room);
    return number;
}

/* <p:sld show="0"> is not shown. */
static bool is_hidden_slide(struct span content)
{
    enum xml_kind kind;
    struct span show = { NULL, 0 };
    struct xml xml;
    bool hidden;

    xml_init(&xml, content);
    do
        kind = xml_next(&xml);
    while (kind == XML_TEXT || kind == XML_COMMENT);
    hidden = kind == XML_START && xml_attribute(&xml, "show", &show) &&
             (span_equals(show, SPAN("0")) || span_equals(show, SPAN("false")));
    xml_fini(&xml);
    return hidden;
}

static void read_text_part(struct ooxml *ooxml, const struct part_kind *kind, struct span name, struct span content)
{
    struct package *package = ooxml->package;
    struct office_part part = {
        .vocabulary = &office_ooxml_words, .styles = &package->styles, .gather = &package->gather,
        .sink = package->sink, .name = name, .region = kind == NULL ? REGION_BODY : kind->region,
        .on_master = kind != NULL && kind->handling == PART_MASTER, .strings = &ooxml->strings,
    };
    uint32_t number = 0;

    if (kind != NULL && kind->handling == PART_UNIT)
        number = number_of(ooxml, name);
    else if (kind != NULL && kind->handling == PART_NOTES)
        number = slide_of_notes(ooxml, name);
    gather_part(&package->gather, name, number == 0 ? UNIT_NONE : ooxml->unit, number);
    if (kind != NULL && kind->handling == PART_UNIT) {
        ooxml->strings.sheet = number == 0 ? LISTED_MAX + 1 : number;
        if (is_hidden_slide(content) || (number != 0 && ooxml->listed[number - 1].hidden))
            part.region = REGION_HIDDEN;
        if (number != 0)
            gather_line(&package->gather, REGION_NAME, ooxml->listed[number - 1].name);
    }
    office_text_read(&part, content);
}

/* Links that lead out of the document; the inner ones only name parts. */
static void read_links(struct package *package, struct span name, struct span content)
{
    struct ooxml_relations relations;

    gather_part(&package->gather, name, UNIT_NONE, 0);
    ooxml_relations_read(&relations, package->zip.arena, name, content);
    for (size_t i = 0; i < relations.count; i++)
        if (relations.items[i].external)
            gather_link(&package->gather, relations.items[i].target);
}

static void read_xml_part(struct ooxml *ooxml, struct span name, struct span content)
{
    struct package *package = ooxml->package;
    struct buf root;
    const struct part_kind *kind;

    buf_init(&root, 0);
    kind = kind_of(package_root(content, &root));
    buf_fini(&root);
    if (kind == NULL) {
        if (package_read_label(package, name, content) || span_starts_with_nocase(name, SPAN("customXml/")))
            package_read_xml(package, REGION_HIDDEN, name, content);
        else
            read_text_part(ooxml, NULL, name, content);
        return;
    }
    switch (kind->handling) {
    case PART_TEXT:
    case PART_MASTER:
    case PART_UNIT:
    case PART_NOTES:
        read_text_part(ooxml, kind, name, content);
        break;
    case PART_STRINGS:
        shared_strings_read(&ooxml->strings, content);
        break;
    case PART_CORE:
        package_read_properties(package, PROPERTY_DOCUMENT, name, content);
        break;
    case PART_CUSTOM:
        package_read_properties(package, span_ends_with_nocase(name, SPAN("app.xml")) ? PROPERTY_DOCUMENT
                                                                                     : PROPERTY_CUSTOM,
                                name, content);
        break;
    case PART_LINKS:
        read_links(package, name, content);
        break;
    case PART_QUIET:
        break;
    }
}

static bool has_part_name(struct span name, const char *sought)
{
    return span_find_nocase(name, span_of(sought)) < name.len;
}

/* Records of an xlsb workbook; macros and settings of printers are something else. */
static bool is_binary_sheet(struct span name)
{
    return span_starts_with_nocase(name, SPAN("xl/")) && span_ends_with_nocase(name, SPAN(".bin")) &&
           !has_part_name(name, "vbaProject") && !has_part_name(name, "printerSettings") &&
           !has_part_name(name, "embeddings") && !has_part_name(name, "activeX");
}

static void read_binary_part(struct ooxml *ooxml, struct span name, struct span content)
{
    uint32_t number = number_of(ooxml, name);

    xlsb_read_part(ooxml->package, name, content, number, number != 0 && ooxml->listed[number - 1].hidden);
}

static void read_part(struct ooxml *ooxml, struct zip_member *member)
{
    struct package *package = ooxml->package;
    struct span content;

    if (!package_take(package, member, &content))
        return;
    if (has_part_name(member->name, "vbaProject") || has_part_name(member->name, "activeX"))
        sink_active(package->sink);
    if (xml_may_be(content))
        read_xml_part(ooxml, member->name, content);
    else if (ooxml->binary && is_binary_sheet(member->name))
        read_binary_part(ooxml, member->name, content);
    else
        package_read_other(package, member->name, content);
}

static void read_first(struct ooxml *ooxml)
{
    struct package *package = ooxml->package;
    struct zip_member *member = zip_find(&package->zip, SPAN("word/styles.xml"));
    struct span content;

    if (member != NULL && zip_unpack(&package->zip, member, &package->room, &content))
        office_styles_read(&package->styles, content);
    list_units(ooxml, "xl/workbook.xml", "sheet", UNIT_SHEET);
    if (ooxml->binary)
        list_binary_sheets(ooxml);
    if (ooxml->count == 0)
        list_units(ooxml, "ppt/presentation.xml", "sldId", UNIT_SLIDE);
    member = zip_find(&package->zip, SPAN("xl/sharedStrings.xml"));
    if (member != NULL && !member->taken)
        read_part(ooxml, member);
}

/* A package has one main part (ISO/IEC 29500-2, 9.2): of several, programs open different ones. */
static void check_main_part(struct package *package)
{
    struct zip_member *links = zip_find(&package->zip, SPAN("_rels/.rels"));
    const struct ooxml_relation *first = NULL;
    struct ooxml_relations relations;
    struct span content;

    if (links == NULL || !zip_unpack(&package->zip, links, &package->room, &content))
        return;
    ooxml_relations_read(&relations, package->zip.arena, SPAN(""), content);
    for (size_t i = 0; i < relations.count; i++) {
        const struct ooxml_relation *one = &relations.items[i];

        if (!span_ends_with_nocase(one->type, SPAN("/officeDocument")))
            continue;
        if (first == NULL)
            first = one;
        else if (!span_equals(one->target, first->target)) {
            sink_ambiguity(package->sink, AMBIGUITY_DOCUMENT_STRUCTURE, one->target);
            return;
        }
    }
}

void ooxml_read(struct package *package)
{
    struct ooxml ooxml = { .package = package };
    struct span content;

    shared_strings_init(&ooxml.strings);
    if (package_take_named(package, SPAN("[Content_Types].xml"), &content)) {
        ooxml.binary = span_find(content, SPAN("sheet.binary")) < content.len;
        detect(package, content);
    }
    check_main_part(package);
    read_first(&ooxml);
    for (size_t i = 0; i < package->zip.count && !sink_spent(package->sink); i++) {
        struct zip_member *member = &package->zip.members[i];

        if (!member->taken && !member->is_folder)
            read_part(&ooxml, member);
    }
    gather_part(&package->gather, SPAN("xl/sharedStrings.xml"), UNIT_NONE, 0);
    shared_strings_show_rest(&ooxml.strings, &package->gather);
    gather_flush(&package->gather);
    shared_strings_fini(&ooxml.strings);
}
