/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "office_priv.h"

bool office_is_off(struct span value)
{
    return span_equals(value, SPAN("0")) || span_equals_nocase(value, SPAN("false")) ||
           span_equals_nocase(value, SPAN("off")) || span_equals_nocase(value, SPAN("none"));
}

/* Keep the style when it does something to text; a longer name is never asked for by an honest writer. */
static void keep(struct office_styles *styles, const struct office_style *style)
{
    if ((style->capitals || style->hidden) && style->name[0] != '\0' && styles->count < OFFICE_STYLES_MAX)
        styles->items[styles->count++] = *style;
}

/* What a style is built on holds for it too; writers put that one first. */
static void inherit(const struct office_styles *styles, struct office_style *style, struct span from)
{
    for (size_t i = 0; i < styles->count; i++)
        if (span_equals(span_of(styles->items[i].name), from)) {
            style->capitals |= styles->items[i].capitals;
            style->hidden |= styles->items[i].hidden;
        }
}

static void set_name(const struct office_styles *styles, struct office_style *style, struct xml *xml)
{
    struct span name;

    *style = (struct office_style){ 0 };
    /* w:styleId in WordprocessingML, style:name in OpenDocument. */
    if (!xml_attribute(xml, "styleId", &name))
        xml_attribute(xml, "name", &name);
    if (name.len < sizeof style->name)
        memcpy(style->name, name.ptr == NULL ? "" : name.ptr, name.len);
    if (xml_attribute(xml, "parent-style-name", &name))
        inherit(styles, style, name);
}

/* Attributes of ODF property elements, child elements of w:rPr. */
static void note_property(const struct office_styles *styles, struct office_style *style, struct xml *xml)
{
    struct span value;

    if (span_equals(xml->local, SPAN("basedOn")) && xml_attribute(xml, "val", &value))
        inherit(styles, style, value);
    else if (span_equals(xml->local, SPAN("caps")) || span_equals(xml->local, SPAN("smallCaps")))
        style->capitals |= !xml_attribute(xml, "val", &value) || !office_is_off(value);
    else if (span_equals(xml->local, SPAN("vanish")))
        style->hidden |= !xml_attribute(xml, "val", &value) || !office_is_off(value);
    if (xml_attribute(xml, "text-transform", &value))
        style->capitals |= span_equals(value, SPAN("uppercase"));
    if (xml_attribute(xml, "font-variant", &value))
        style->capitals |= span_equals(value, SPAN("small-caps"));
    if (xml_attribute(xml, "display", &value))
        style->hidden |= office_is_off(value);
    if (xml_attribute(xml, "visibility", &value))
        style->hidden |= span_equals(value, SPAN("hidden"));
}

void office_styles_read(struct office_styles *styles, struct span part)
{
    struct office_style style = { 0 };
    size_t style_depth = 0;
    bool is_package = false;
    enum xml_kind kind;
    struct xml xml;

    xml_init(&xml, part);
    while ((kind = xml_next(&xml)) != XML_END_OF_INPUT) {
        /* Styles of ODF stand before the text, those of a flat Office package anywhere. */
        is_package |= kind == XML_START && xml.depth == 1 && span_equals(xml.local, SPAN("package"));
        if (kind == XML_START && !is_package && span_equals(xml.local, SPAN("body")))
            break;
        if (kind == XML_START && span_equals(xml.local, SPAN("style"))) {
            style_depth = xml.depth;
            set_name(styles, &style, &xml);
        } else if (kind == XML_START && style_depth != 0) {
            note_property(styles, &style, &xml);
        } else if (kind == XML_END && xml.depth == style_depth) {
            keep(styles, &style);
            style_depth = 0;
        }
    }
    xml_fini(&xml);
}

const struct office_style *office_style_find(const struct office_styles *styles, struct span name)
{
    /* The last of a name counts: those of the part itself are read after the common ones. */
    for (size_t i = styles == NULL ? 0 : styles->count; i > 0; i--)
        if (span_equals(span_of(styles->items[i - 1].name), name))
            return &styles->items[i - 1];
    return NULL;
}
