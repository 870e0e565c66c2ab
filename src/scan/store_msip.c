/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Labels of Microsoft's information protection: "MSIP_Label_GUID_Attribute" keys as
 * document properties, in XMP, and all in one msip_labels header field.
 */
#include "reading_priv.h"

enum { GUID_CHARS = 36, MAX_PAIRS = 1024, NAME_BYTES = 256 };

/* One label of one document, until all its attributes are in. */
struct msip_label {
    uint32_t document;
    enum source source;
    struct span where, guid, name, site;    /* in the arena */
    bool disabled;
};

/* A tenant whose labels a document's LabelInfo has none of (MS-OFFCRYPTO, 2.6.3). */
struct msip_tenant {
    uint32_t document;
    struct span site;
};

static bool is_guid(struct span text)
{
    if (text.len != GUID_CHARS)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? c != '-' : !((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')))
            return false;
    }
    return true;
}

static struct msip_label *label_for(struct reading *reading, const struct store_place *place,
                                    struct span guid)
{
    struct arena *arena = reading->facts->arena;
    struct msip_label *label;

    for (size_t i = 0; i < reading->msip_count; i++) {
        label = &reading->msip[i];
        if (label->document == place->document && label->source == place->source &&
            span_equals_nocase(label->guid, guid))
            return label;
    }
    if (reading->msip_count >= matcher_plan(reading->matcher)->limits.findings) {
        reading->dropped++;
        return NULL;
    }
    label = arena_grow(arena, reading->msip, reading->msip_count, &reading->msip_capacity,
                       sizeof *label);
    if (label == NULL)
        return NULL;
    reading->msip = label;
    label += reading->msip_count++;
    *label = (struct msip_label){ .document = place->document,
                                  .source = place->source,
                                  .where = arena_copy(arena, place->where),
                                  .guid = arena_copy(arena, guid) };
    return label;
}

bool store_msip_property(struct reading *reading, const struct store_place *place, struct span name,
                         struct span value)
{
    static const struct span prefix = { "MSIP_Label_", 11 };
    struct msip_label *label;
    struct span guid, attribute;

    if (!span_starts_with_nocase(name, prefix))
        return false;
    guid = span_slice(name, prefix.len, prefix.len + GUID_CHARS);
    attribute = span_slice(name, prefix.len + GUID_CHARS, name.len);
    if (!is_guid(guid) || attribute.len < 2 || attribute.ptr[0] != '_')
        return false;
    label = label_for(reading, place, guid);
    if (label == NULL)
        return true;
    if (span_equals_nocase(attribute, SPAN("_Name")))
        label->name = arena_copy(reading->facts->arena, span_slice(value, 0, NAME_BYTES));
    else if (span_equals_nocase(attribute, SPAN("_SiteId")))
        label->site = arena_copy(reading->facts->arena, span_slice(span_trim(value), 0, GUID_CHARS));
    else if (span_equals_nocase(attribute, SPAN("_Enabled")))
        label->disabled = span_equals_nocase(span_trim(value), SPAN("false"));
    return true;
}

void store_msip_header(struct reading *reading, const struct store_place *place, struct span value)
{
    struct span rest = value, pair;
    bool any = false;

    for (unsigned i = 0; i < MAX_PAIRS && span_next(&rest, ';', &pair); i++) {
        size_t equals = span_find_byte(pair, '=');

        any |= store_msip_property(reading, place, span_trim(span_slice(pair, 0, equals)),
                                   span_trim(span_slice(pair, equals + 1, pair.len)));
    }
    if (!any && span_trim(value).len > 0)
        store_unknown(reading, place, value);
}

void store_msip_tenant(struct reading *reading, const struct store_place *place, struct span site)
{
    struct msip_tenant *grown;

    if (reading->tenant_count >= matcher_plan(reading->matcher)->limits.findings)
        return;
    grown = arena_grow(reading->facts->arena, reading->tenants, reading->tenant_count,
                       &reading->tenant_capacity, sizeof *grown);
    if (grown == NULL)
        return;
    reading->tenants = grown;
    grown[reading->tenant_count++] = (struct msip_tenant){
        place->document, arena_copy(reading->facts->arena, span_slice(site, 0, GUID_CHARS))
    };
}

static bool is_stale(const struct reading *reading, const struct msip_label *label)
{
    for (size_t i = 0; i < reading->tenant_count; i++)
        if (reading->tenants[i].document == label->document && label->site.len > 0 &&
            span_equals_nocase(reading->tenants[i].site, label->site))
            return true;
    return false;
}

void store_msip_finish(struct reading *reading)
{
    for (size_t i = 0; i < reading->msip_count; i++) {
        const struct msip_label *label = &reading->msip[i];
        struct store_place place = { .where = label->where,
                                     .document = label->document,
                                     .source = label->source,
                                     .stale = is_stale(reading, label) };

        if (place.stale)
            (void)store_identified(reading, &place, SPAN("mip"), label->guid);
        else if (!label->disabled)
            store_label(reading, &place, SPAN("mip"), label->guid, label->name);
    }
}
