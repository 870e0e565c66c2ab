/* SPDX-License-Identifier: EUPL-1.2 */
/* Document properties: label stores by their names, then whatever may be read in the value. */
#include "reading_priv.h"
#include "scan/contact.h"

/* Properties whose value is a marking as it is printed on the page. */
static const char *const display_names[] = {
    "ClassificationContentMarkingHeaderText", "ClassificationContentMarkingFooterText",
    "ClassificationWatermarkText", "bjDocumentSecurityLabel", NULL
};

static bool is_display(struct span name)
{
    for (const char *const *display = display_names; *display != NULL; display++)
        if (span_equals_nocase(name, span_of(*display)))
            return true;
    return span_find(name, SPAN(":Marking:")) < name.len;
}

/* "http://...#name" of XMP without its name space. */
static struct span local_name(struct span name)
{
    size_t at = name.len;

    while (at > 0 && name.ptr[at - 1] != '#' && name.ptr[at - 1] != '/')
        at--;
    return span_slice(name, at, name.len);
}

/* LibreOffice's TSCP classification: the category's name is the level. */
static bool read_bails(struct reading *reading, const struct store_place *place, struct span name,
                       struct span value)
{
    if (!span_starts_with_nocase(name, SPAN("urn:bails:")))
        return false;
    if (span_ends_with_nocase(name, SPAN(":BusinessAuthorizationCategory:Name")) &&
        !span_equals_nocase(span_trim(value), SPAN("None")))
        store_label(reading, place, SPAN("bails"), value, value);
    else if (is_display(name))
        (void)store_marking(reading, place, value);
    return true;
}

static void read_plain(struct reading *reading, const struct store_place *place, struct span value)
{
    struct passage passage = { .text = value,
                               .where = place->where,
                               .document = place->document,
                               .region = REGION_FIELD,
                               .source = place->source,
                               .unit = UNIT_NONE };

    reading->spelled_contacts = false;
    sightings_read(reading, &passage);
    contact_find(reading, &passage);
}

static void read_named(struct reading *reading, const struct store_place *place, struct span name,
                       struct span value)
{
    struct buf pair;
    bool known;

    if (store_msip_property(reading, place, name, value) ||
        store_sisl_piece(reading, place, name, value) || read_bails(reading, place, name, value))
        return;
    if (span_equals_nocase(name, SPAN("X-Protective-Marking"))) {
        store_pspf(reading, place, value);
        return;
    }
    buf_init(&pair, 0);
    buf_printf(&pair, "%.*s=%.*s", SPAN_ARG(span_slice(name, 0, 256)),
               SPAN_ARG(span_slice(value, 0, 512)));
    known = store_identified(reading, place, SPAN("property"), buf_span(&pair));
    buf_fini(&pair);
    if (span_equals_nocase(name, SPAN("Sensitivity")))
        known |= store_identified(reading, place, SPAN("sensitivity"), value) ||
                 store_identified(reading, place, SPAN("mip"), value);
    if (is_display(name) || store_is_classification_key(name))
        known |= store_marking(reading, place, value);
    if (!known)
        read_plain(reading, place, value);
}

void reading_property(struct reading *reading, struct span where, uint32_t document,
                      enum property_kind kind, struct span name, struct span value)
{
    struct store_place place = { .where = where, .document = document, .source = SOURCE_METADATA };

    switch (kind) {
    case PROPERTY_LABEL_XML: store_xml(reading, &place, value); return;
    case PROPERTY_LABEL_DER:
        place.source = SOURCE_SIGNATURE;
        store_ess(reading, &place, value);
        return;
    case PROPERTY_LABEL_ID:
        /* A calendar's or mail program's privacy hint that no scheme maps says nothing. */
        if (span_equals_nocase(name, SPAN("ical")) || span_equals_nocase(name, SPAN("sensitivity")))
            (void)store_identified(reading, &place, name, value);
        else
            store_label(reading, &place, name, value, SPAN(""));
        return;
    case PROPERTY_XMP: read_named(reading, &place, local_name(name), value); return;
    case PROPERTY_DOCUMENT:
    case PROPERTY_CUSTOM: read_named(reading, &place, name, value); return;
    }
}
