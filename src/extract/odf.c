/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "extract/package.h"
#include "odf_sealed.h"

/* OpenDocument 1.3: part 2 for the package, part 3 for what is in it. */
struct odf {
    struct package *package;
    enum place_unit counted;
    struct span password;       /* that opened an entry: the others have it too */
    bool is_locked;             /* an entry opened to none: no more are tried */
};

static void detect(struct odf *odf, struct span type)
{
    static const struct {
        const char *media, *type;
        enum place_unit counted;
    } known[] = {
        { "opendocument.text-template", "ott", 0 },         { "opendocument.text-master", "odm", 0 },
        { "opendocument.text-web", "oth", 0 },              { "opendocument.text", "odt", 0 },
        { "opendocument.spreadsheet-template", "ots", UNIT_SHEET }, { "opendocument.spreadsheet", "ods", UNIT_SHEET },
        { "opendocument.presentation-template", "otp", UNIT_SLIDE }, { "opendocument.presentation", "odp", UNIT_SLIDE },
        { "opendocument.graphics-template", "otg", UNIT_PAGE }, { "opendocument.graphics", "odg", UNIT_PAGE },
        { "opendocument.formula", "odf", 0 },               { "opendocument.chart", "odc", 0 },
        { "opendocument.base", "odb", 0 },                  { "sun.xml.", "sxw", 0 },
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (span_find(type, span_of(known[i].media)) < type.len) {
            sink_detected(odf->package->sink, span_of(known[i].type));
            odf->counted = known[i].counted;
            return;
        }
}

/* An entry the manifest calls encrypted (part 2, 4.4): its octets say nothing until a password opens it. */
static void open_entry(struct odf *odf, struct zip_member *entry, const struct odf_seal *seal)
{
    struct package *package = odf->package;

    if (entry == NULL || entry->taken)
        return;
    if (!odf->is_locked && odf_seal_open(seal, package, entry, &odf->password)) {
        sink_opened(package->sink);
        return;
    }
    odf->is_locked = entry->taken = true;
    package->damaged = true;
    sink_uninspectable(package->sink, UNINSPECTABLE_ENCRYPTED, entry->name);
}

static void read_manifest(struct odf *odf, struct span content)
{
    struct package *package = odf->package;
    struct zip_member *entry = NULL;
    struct odf_seal seal = { .cipher = NULL };
    enum xml_kind kind;
    struct span path;
    struct xml xml;

    xml_init(&xml, content);
    while ((kind = xml_next(&xml)) != XML_END_OF_INPUT) {
        if (kind == XML_END && span_equals(xml.local, SPAN("encryption-data")))
            open_entry(odf, entry, &seal);
        if (kind != XML_START)
            continue;
        if (span_equals(xml.local, SPAN("file-entry"))) {
            entry = xml_attribute(&xml, "full-path", &path) ? zip_find(&package->zip, path) : NULL;
            if (span_equals(path, SPAN("/")) && xml_attribute(&xml, "media-type", &path))
                detect(odf, path);
        } else {
            odf_seal_read(&seal, &xml);
        }
    }
    office_report_xml(package->sink, &xml, SPAN("META-INF/manifest.xml"));
    xml_fini(&xml);
}

void odf_read_document(struct package *package, enum place_unit counted, struct span name, struct span content)
{
    struct office_styles *styles = &package->styles;
    size_t common = styles->count;
    struct office_part part = {
        .vocabulary = &office_odf_words, .styles = styles, .gather = &package->gather, .sink = package->sink,
        .name = name, .region = REGION_BODY, .counted = counted,
    };

    office_styles_read(styles, content);
    gather_part(&package->gather, name, UNIT_NONE, 0);
    office_text_read(&part, content);
    styles->count = common;
}

static void read_xml_part(struct odf *odf, struct span name, struct span content)
{
    struct package *package = odf->package;
    struct buf root_name;
    struct span root;

    buf_init(&root_name, 0);
    root = package_root(content, &root_name);
    if (span_equals(root, SPAN("document-content")) || span_equals(root, SPAN("document-styles")) ||
        span_equals(root, SPAN("document"))) {
        odf_read_document(package, odf->counted, name, content);
    } else if (span_equals(root, SPAN("document-meta"))) {
        package_read_properties(package, PROPERTY_DOCUMENT, name, content);
    } else {
        if (span_equals(root, SPAN("module")) || span_equals(root, SPAN("library")))
            sink_active(package->sink);
        package_read_label(package, name, content);
        package_read_xml(package, REGION_CODE, name, content);
    }
    buf_fini(&root_name);
}

static void read_part(struct odf *odf, struct zip_member *member)
{
    struct package *package = odf->package;
    struct span content;

    if (!package_take(package, member, &content))
        return;
    if (span_starts_with_nocase(member->name, SPAN("Scripts/")))
        sink_active(package->sink);
    if (xml_may_be(content))
        read_xml_part(odf, member->name, content);
    else
        package_read_other(package, member->name, content);
}

/* Styles that the text of other parts goes by. */
static void read_common_styles(struct package *package)
{
    struct zip_member *member = zip_find(&package->zip, SPAN("styles.xml"));
    struct span content;

    if (member != NULL && !member->taken && zip_unpack(&package->zip, member, &package->room, &content))
        office_styles_read(&package->styles, content);
}

void odf_read(struct package *package)
{
    struct odf odf = { .package = package };
    struct zip_member *type = zip_find(&package->zip, SPAN("mimetype"));
    struct span content;

    /* EPUB has a mimetype too, and a manifest of another kind. */
    if (type != NULL && zip_unpack(&package->zip, type, &package->room, &content)) {
        if (span_find(content, SPAN("opendocument")) == content.len &&
            span_find(content, SPAN("sun.xml")) == content.len)
            return;
        type->taken = true;
        detect(&odf, content);
    }
    if (package_take_named(package, SPAN("META-INF/manifest.xml"), &content))
        read_manifest(&odf, content);
    read_common_styles(package);
    for (size_t i = 0; i < package->zip.count && !sink_spent(package->sink); i++) {
        struct zip_member *member = &package->zip.members[i];

        if (!member->taken && !member->is_folder)
            read_part(&odf, member);
    }
    gather_flush(&package->gather);
}
