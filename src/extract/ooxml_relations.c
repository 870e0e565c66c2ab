/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/ooxml_relations.h"

#include <string.h>

#include "extract/xml.h"

enum { RELATIONS_MAX = 20000 };

static size_t folder_bytes(struct span part)
{
    const char *slash = part.len == 0 ? NULL : memrchr(part.ptr, '/', part.len);

    return slash == NULL ? 0 : (size_t)(slash - part.ptr) + 1;
}

/* Targets count from the folder of the source, or from the top with a leading "/". */
static struct span resolve(struct arena *arena, struct span source, struct span target)
{
    struct span folder = span_slice(source, 0, folder_bytes(source));

    if (span_starts_with(target, SPAN("/")))
        return arena_copy(arena, span_slice(target, 1, target.len));
    while (span_starts_with(target, SPAN("../"))) {
        target = span_slice(target, 3, target.len);
        folder = span_slice(folder, 0, folder.len == 0 ? 0 : folder_bytes(span_slice(folder, 0, folder.len - 1)));
    }
    if (span_starts_with(target, SPAN("./")))
        target = span_slice(target, 2, target.len);
    return arena_printf(arena, "%.*s%.*s", SPAN_ARG(folder), SPAN_ARG(target));
}

static void add(struct ooxml_relations *relations, struct arena *arena, struct span source, struct xml *xml)
{
    struct ooxml_relation *grown, one = { 0 };
    struct span value;

    if (xml_attribute(xml, "Id", &value))
        one.id = arena_copy(arena, value);
    if (xml_attribute(xml, "Type", &value))
        one.type = arena_copy(arena, value);
    one.external = xml_attribute(xml, "TargetMode", &value) && span_equals_nocase(value, SPAN("External"));
    if (xml_attribute(xml, "Target", &value))
        one.target = one.external ? arena_copy(arena, value) : resolve(arena, source, value);
    grown = arena_grow(arena, relations->items, relations->count, &relations->capacity, sizeof *grown);
    if (grown == NULL)
        return;
    relations->items = grown;
    relations->items[relations->count++] = one;
}

void ooxml_relations_read(struct ooxml_relations *relations, struct arena *arena, struct span source,
                          struct span rels)
{
    enum xml_kind kind;
    struct xml xml;

    *relations = (struct ooxml_relations){ 0 };
    xml_init(&xml, rels);
    while (relations->count < RELATIONS_MAX && (kind = xml_next(&xml)) != XML_END_OF_INPUT)
        if (kind == XML_START && span_equals(xml.local, SPAN("Relationship")))
            add(relations, arena, source, &xml);
    xml_fini(&xml);
}

const struct ooxml_relation *ooxml_relation_find(const struct ooxml_relations *relations, struct span id)
{
    for (size_t i = 0; i < relations->count; i++)
        if (span_equals(relations->items[i].id, id))
            return &relations->items[i];
    return NULL;
}

struct span ooxml_relations_name(struct arena *arena, struct span part)
{
    size_t folder = folder_bytes(part);

    return arena_printf(arena, "%.*s_rels/%.*s.rels", SPAN_ARG(span_slice(part, 0, folder)),
                        SPAN_ARG(span_slice(part, folder, part.len)));
}
