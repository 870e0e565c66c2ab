/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/package.h"

/* EPUB 3.3: pages are XHTML, the rest is XML that lists them and says whose they are. */

/* Resources that META-INF/encryption.xml names cannot be read. */
static void read_encryption(struct package *package, struct span content)
{
    struct zip_member *member;
    enum xml_kind kind;
    struct span path;
    struct xml xml;

    xml_init(&xml, content);
    while ((kind = xml_next(&xml)) != XML_END_OF_INPUT)
        if (kind == XML_START && xml_attribute(&xml, "URI", &path) &&
            (member = zip_find(&package->zip, path)) != NULL && !member->taken) {
            member->taken = true;
            package->damaged = true;
            sink_uninspectable(package->sink, UNINSPECTABLE_ENCRYPTED, member->name);
        }
    xml_fini(&xml);
}

static void read_part(struct package *package, struct zip_member *member)
{
    struct nested page = { .name = member->name, .declared = SPAN("application/xhtml+xml") };
    struct span content;

    if (!package_take(package, member, &content))
        return;
    page.bytes = content;
    if (span_ends_with_nocase(member->name, SPAN(".opf")))
        package_read_properties(package, PROPERTY_DOCUMENT, member->name, content);
    if (!xml_may_be(content) || span_find(span_slice(content, 0, 1024), SPAN("<html")) < span_slice(content, 0, 1024).len) {
        gather_flush(&package->gather);
        sink_nested(package->sink, &page);
        return;
    }
    package_read_xml(package, REGION_BODY, member->name, content);
}

void epub_read(struct package *package)
{
    struct zip_member *type = zip_find(&package->zip, SPAN("mimetype"));
    struct span content;

    if (type != NULL && zip_unpack(&package->zip, type, &package->room, &content)) {
        if (span_find(content, SPAN("epub")) == content.len)
            return;
        type->taken = true;
    }
    sink_detected(package->sink, SPAN("epub"));
    if (package_take_named(package, SPAN("META-INF/encryption.xml"), &content))
        read_encryption(package, content);
    for (size_t i = 0; i < package->zip.count && !sink_spent(package->sink); i++) {
        struct zip_member *member = &package->zip.members[i];

        if (!member->taken && !member->is_folder)
            read_part(package, member);
    }
    gather_flush(&package->gather);
}
