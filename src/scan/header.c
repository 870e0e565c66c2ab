/* SPDX-License-Identifier: EUPL-1.2 */
/* Header fields: those that carry labels by name, all others as text. */
#include "mail/transfer.h"
#include "reading_priv.h"
#include "scan/contact.h"

enum { DECODED_BYTES = 1 << 20 };

static void read_text(struct reading *reading, const struct store_place *place, struct span value)
{
    struct passage passage = { .text = value,
                               .where = place->where,
                               .document = place->document,
                               .region = REGION_FIELD,
                               .source = place->source,
                               .unit = UNIT_NONE };

    reading->spelled_contacts = false;
    sightings_read(reading, &passage);
    /* Addresses in other fields are senders and recipients, which are judged as such. */
    if (place->source == SOURCE_SUBJECT)
        contact_find(reading, &passage);
}

/* A security label in base64 (X-X411, from before RFC 7444). */
static void read_x411(struct reading *reading, const struct store_place *place, struct span value,
                      struct span raw_value)
{
    struct buf octets;

    (void)raw_value;
    buf_init(&octets, DECODED_BYTES);
    (void)transfer_decode(TRANSFER_BASE64, READING_TOLERANT, value, &octets, NULL);
    store_ess(reading, place, buf_span(&octets));
    buf_fini(&octets);
}

static void read_pspf(struct reading *reading, const struct store_place *place, struct span value,
                      struct span raw_value)
{
    (void)raw_value;
    store_pspf(reading, place, value);
}

/* Not decoded: an encoded word has no place in it, and "=?" may stand in base64. */
static void read_sio(struct reading *reading, const struct store_place *place, struct span value,
                     struct span raw_value)
{
    store_sio_label(reading, place, raw_value.len > 0 ? raw_value : value);
}

static void read_msip(struct reading *reading, const struct store_place *place, struct span value,
                      struct span raw_value)
{
    (void)raw_value;
    store_msip_header(reading, place, value);
}

static void read_titus(struct reading *reading, const struct store_place *place, struct span value,
                       struct span raw_value)
{
    (void)raw_value;
    store_titus(reading, place, value);
}

static void read_sisl(struct reading *reading, const struct store_place *place, struct span value,
                      struct span raw_value)
{
    (void)raw_value;
    store_xml(reading, place, value);
}

/* "Personal", "Private", "Company-Confidential": set by the sender's program, and no label unless mapped. */
static void read_sensitivity(struct reading *reading, const struct store_place *place,
                             struct span value, struct span raw_value)
{
    (void)raw_value;
    (void)store_identified(reading, place, SPAN("sensitivity"), value);
    read_text(reading, place, value);
}

static void read_ximf(struct reading *reading, const struct store_place *place, struct span value,
                      struct span raw_value)
{
    (void)raw_value;
    store_label(reading, place, SPAN("ximf"), value, value);
}

static void read_ximf_id(struct reading *reading, const struct store_place *place,
                         struct span value, struct span raw_value)
{
    (void)raw_value;
    (void)store_identified(reading, place, SPAN("ximf-id"), value);
}

static void read_exchange(struct reading *reading, const struct store_place *place,
                          struct span value, struct span raw_value)
{
    (void)raw_value;
    store_label(reading, place, SPAN("exchange"), value, SPAN(""));
}

static void read_display(struct reading *reading, const struct store_place *place,
                         struct span value, struct span raw_value)
{
    (void)raw_value;
    if (!store_marking(reading, place, value))
        store_unknown(reading, place, value);
}

/* Instructions of military messages: not labels, but markings are written there. */
static void read_instructions(struct reading *reading, const struct store_place *place,
                              struct span value, struct span raw_value)
{
    (void)raw_value;
    (void)store_marking(reading, place, value);
}

struct label_field {
    const char *name;
    void (*read)(struct reading *reading, const struct store_place *place, struct span value,
                 struct span raw_value);
};

static const struct label_field label_fields[] = {
    { "X-Protective-Marking", read_pspf },
    { "SIO-Label", read_sio },
    { "SIO-Label-History", read_sio },
    { "X-X411", read_x411 },
    { "msip_labels", read_msip },
    { "Sensitivity", read_sensitivity },
    { "X-XIMF-Security-Classification", read_ximf },
    { "X-XIMF-Security-Classification-Identifier", read_ximf_id },
    { "X-XIMF-Security-Categories", read_instructions },
    { "X-XIMF-Privacy-Mark", read_instructions },
    { "MMHS-Handling-Instructions", read_instructions },
    { "MMHS-Message-Instructions", read_instructions },
    { "X-Microsoft-Classification", read_display },
    { "X-Microsoft-ClassID", read_exchange },
    { "X-MS-Exchange-Organization-Classification", read_exchange },
    { "x-titus-metadata-40", read_titus },
    { "x-bjprotectivemarking", read_sisl },
    { "bjclassification", read_display },
};

static const struct label_field *find_field(struct span name)
{
    for (size_t i = 0; i < sizeof label_fields / sizeof label_fields[0]; i++)
        if (span_equals_nocase(name, span_of(label_fields[i].name)))
            return &label_fields[i];
    return NULL;
}

static void read_subject(struct reading *reading, struct store_place place, struct span value)
{
    place.source = SOURCE_SUBJECT;
    (void)store_pspf_subject(reading, &place, value);
    read_text(reading, &place, value);
}

void reading_header(struct reading *reading, struct span where, uint32_t document,
                    struct span name, struct span value, struct span raw_value)
{
    struct store_place place = { .where = where, .document = document, .source = SOURCE_HEADER };
    const struct label_field *field = find_field(name);
    struct buf pair;

    if (field != NULL) {
        field->read(reading, &place, value, raw_value);
        return;
    }
    if (span_equals_nocase(name, SPAN("Subject"))) {
        read_subject(reading, place, value);
        return;
    }
    buf_init(&pair, 0);
    buf_printf(&pair, "%.*s=%.*s", SPAN_ARG(span_slice(name, 0, 256)),
               SPAN_ARG(span_slice(value, 0, 512)));
    (void)store_identified(reading, &place, SPAN("header"), buf_span(&pair));
    buf_fini(&pair);
    if (store_is_classification_key(name))
        (void)store_marking(reading, &place, value);
    else
        read_text(reading, &place, value);
}
