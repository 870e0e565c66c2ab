/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Labels that are XML: Microsoft's labelList, STANAG 4774 labels and their 4778
 * bindings, sisl, XEP-0258, IC-ISM attributes. Real producers differ in name spaces
 * and capitals, so elements are known by local name, in any case. A document type
 * declaration has no place in a label: reading stops there.
 */
#include <expat.h>
#include <string.h>
#include <strings.h>

#include "reading_priv.h"

enum { MAX_DEPTH = 64, VALUE_BYTES = 512, MAX_BYTES = 1 << 20 };

struct xml_label {
    struct reading *reading;
    const struct store_place *place;
    XML_Parser parser;
    unsigned depth, metadata_depth; /* metadata_depth: inside a label of the metadata, not the content */
    struct buf text;                /* of the element at hand */
    struct buf policy, policy_oid, classification;
    struct buf release;             /* values of a category "Releasable To", as a marking lists them */
    bool releasing;
    struct buf sisl_policy;
    struct span sisl_last;          /* in the arena */
    bool found;                     /* something was reported, or said to be no label */
    bool sisl, sisl_known;
};

static const char *local_name(const char *name)
{
    const char *bar = strrchr(name, '|');

    return bar == NULL ? name : bar + 1;
}

static const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes != NULL; attributes += 2)
        if (strcasecmp(local_name(attributes[0]), name) == 0)
            return attributes[1];
    return "";
}

static void set(struct buf *out, struct span value)
{
    buf_clear(out);
    buf_append(out, span_slice(span_trim(value), 0, VALUE_BYTES));
}

static struct span without_braces(struct span guid)
{
    if (guid.len > 1 && guid.ptr[0] == '{' && guid.ptr[guid.len - 1] == '}')
        return span_slice(guid, 1, guid.len - 1);
    return guid;
}

static void start_mip(struct xml_label *label, const char **attributes)
{
    struct span id = without_braces(span_of(attribute(attributes, "id")));
    struct span enabled = span_of(attribute(attributes, "enabled"));
    struct span removed = span_of(attribute(attributes, "removed"));

    label->found = true;
    if (span_equals(removed, SPAN("1")) || span_equals_nocase(removed, SPAN("true")) ||
        span_equals(enabled, SPAN("0")) || span_equals_nocase(enabled, SPAN("false")))
        store_msip_tenant(label->reading, label->place,
                          without_braces(span_of(attribute(attributes, "siteId"))));
    else
        store_label(label->reading, label->place, SPAN("mip"), id, SPAN(""));
}

static void start_sisl_element(struct xml_label *label, const char **attributes)
{
    struct span uid = span_of(attribute(attributes, "uid"));
    struct buf name;

    buf_init(&name, 0);
    buf_printf(&name, "%.*s:%.*s", SPAN_ARG(buf_span(&label->sisl_policy)), SPAN_ARG(uid));
    label->sisl_known |=
        store_identified(label->reading, label->place, SPAN("sisl"), buf_span(&name));
    label->sisl_last = arena_copy(label->reading->facts->arena, span_slice(uid, 0, VALUE_BYTES));
    buf_fini(&name);
}

/* IC-ISM puts its classification on any element. */
static void look_for_ism(struct xml_label *label, const char **attributes)
{
    for (; *attributes != NULL; attributes += 2)
        if (strncmp(attributes[0], "urn:us:gov:ic:ism", 17) == 0 &&
            strcasecmp(local_name(attributes[0]), "classification") == 0) {
            store_label(label->reading, label->place, SPAN("ism"), span_of(attributes[1]), SPAN(""));
            label->found = true;
        }
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct xml_label *label = data;
    const char *local = local_name(name);

    if (++label->depth > MAX_DEPTH) {
        XML_StopParser(label->parser, XML_FALSE);
        return;
    }
    buf_clear(&label->text);
    look_for_ism(label, attributes);
    if (strcasecmp(local, "metadataConfidentialityLabel") == 0 && label->metadata_depth == 0) {
        label->metadata_depth = label->depth;
    } else if (strcasecmp(local, "label") == 0 && attribute(attributes, "id")[0] != '\0') {
        start_mip(label, attributes);
    } else if (strcasecmp(local, "PolicyIdentifier") == 0) {
        const char *uri = attribute(attributes, "URI");
        struct span oid = span_of(uri[0] != '\0' ? uri : attribute(attributes, "URL"));

        set(&label->policy_oid,
            span_starts_with_nocase(oid, SPAN("urn:oid:")) ? span_slice(oid, 8, oid.len) : oid);
    } else if (strcasecmp(local, "ConfidentialityInformation") == 0) {
        buf_clear(&label->policy);
        buf_clear(&label->classification);
        buf_clear(&label->release);
    } else if (strcasecmp(local, "Category") == 0) {
        label->releasing = strcasecmp(attribute(attributes, "TagName"), "Releasable To") == 0 ||
                           strcasecmp(attribute(attributes, "TagName"), "Only") == 0;
    } else if (strcasecmp(local, "sisl") == 0) {
        label->sisl = true;
        set(&label->sisl_policy, without_braces(span_of(attribute(attributes, "policy"))));
    } else if (label->sisl && strcasecmp(local, "element") == 0) {
        start_sisl_element(label, attributes);
    }
}

static void XMLCALL on_text(void *data, const XML_Char *text, int len)
{
    struct xml_label *label = data;

    if (label->text.len < VALUE_BYTES)
        buf_append(&label->text, (struct span){ text, (size_t)len });
}

/* By policy name and by its OID; the words of the policy's own vocabulary are no marking by themselves. */
static void end_confidentiality(struct xml_label *label)
{
    struct buf name;
    bool known;

    buf_init(&name, 0);
    buf_printf(&name, "%.*s:%.*s", SPAN_ARG(buf_span(&label->policy)),
               SPAN_ARG(buf_span(&label->classification)));
    known = store_identified(label->reading, label->place, SPAN("4774"), buf_span(&name));
    if (!known && label->policy_oid.len > 0) {
        struct buf by_oid;

        buf_init(&by_oid, 0);
        buf_printf(&by_oid, "%.*s:%.*s", SPAN_ARG(buf_span(&label->policy_oid)),
                   SPAN_ARG(buf_span(&label->classification)));
        known = store_identified(label->reading, label->place, SPAN("4774"), buf_span(&by_oid));
        buf_fini(&by_oid);
    }
    if (!known)
        store_unknown(label->reading, label->place, buf_span(&name));
    if (label->release.len > 0)
        (void)store_marking(label->reading, label->place, buf_span(&label->release));
    label->found = true;
    buf_fini(&name);
}

/* A value of a category: a nation it may be released to, or a caveat with a name of its own. */
static void end_category(struct xml_label *label)
{
    struct span value = span_trim(buf_span(&label->text));
    struct buf name;

    if (label->releasing) {
        buf_printf(&label->release, "%s%.*s", label->release.len == 0 ? "RELEASABLE TO " : ", ",
                   SPAN_ARG(value));
        return;
    }
    buf_init(&name, 0);
    buf_printf(&name, "%.*s:%.*s", SPAN_ARG(buf_span(&label->policy)), SPAN_ARG(value));
    (void)store_identified(label->reading, label->place, SPAN("caveat"), buf_span(&name));
    buf_fini(&name);
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
    struct xml_label *label = data;
    const char *local = local_name(name);
    bool of_metadata = label->metadata_depth != 0;

    if (strcasecmp(local, "PolicyIdentifier") == 0) {
        set(&label->policy, buf_span(&label->text));
    } else if (strcasecmp(local, "Classification") == 0) {
        set(&label->classification, buf_span(&label->text));
    } else if (strcasecmp(local, "GenericValue") == 0 && !of_metadata) {
        end_category(label);
    } else if (strcasecmp(local, "ConfidentialityInformation") == 0 && !of_metadata) {
        end_confidentiality(label);
    } else if ((strcasecmp(local, "PrivacyMark") == 0 || strcasecmp(local, "VisualMarking") == 0 ||
                strcasecmp(local, "displaymarking") == 0) &&
               !of_metadata) {
        label->found |= store_marking(label->reading, label->place, buf_span(&label->text));
    } else if (strcasecmp(local, "sisl") == 0 && label->sisl) {
        if (!label->sisl_known && label->sisl_last.len > 0)
            store_unknown(label->reading, label->place, label->sisl_last);
        label->found = true;
    }
    if (label->metadata_depth == label->depth)
        label->metadata_depth = 0;
    label->depth--;
    buf_clear(&label->text);
}

static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int has_subset)
{
    struct xml_label *label = data;

    (void)name, (void)system, (void)public, (void)has_subset;
    XML_StopParser(label->parser, XML_FALSE);
}

static void init(struct xml_label *label, struct reading *reading, const struct store_place *place)
{
    *label = (struct xml_label){ .reading = reading, .place = place };
    buf_init(&label->text, 2 * MAX_BYTES);
    buf_init(&label->policy, 0);
    buf_init(&label->policy_oid, 0);
    buf_init(&label->classification, 0);
    buf_init(&label->release, 2 * VALUE_BYTES);
    buf_init(&label->sisl_policy, 0);
}

static void fini(struct xml_label *label)
{
    buf_fini(&label->text);
    buf_fini(&label->policy);
    buf_fini(&label->policy_oid);
    buf_fini(&label->classification);
    buf_fini(&label->release);
    buf_fini(&label->sisl_policy);
}

void store_xml(struct reading *reading, const struct store_place *place, struct span xml)
{
    struct xml_label label;
    bool whole = false;

    init(&label, reading, place);
    label.parser = XML_ParserCreateNS(NULL, '|');
    if (label.parser != NULL && xml.len <= MAX_BYTES) {
        XML_SetUserData(label.parser, &label);
        XML_SetElementHandler(label.parser, on_start, on_end);
        XML_SetCharacterDataHandler(label.parser, on_text);
        XML_SetStartDoctypeDeclHandler(label.parser, on_doctype);
        whole = XML_Parse(label.parser, xml.ptr, (int)xml.len, XML_TRUE) == XML_STATUS_OK;
    }
    /* Labelled by somebody, and not to be read: that is a fact as well. */
    if (!label.found || !whole)
        store_unknown(reading, place, whole ? SPAN("unknown label") : SPAN("unreadable label"));
    if (label.parser != NULL)
        XML_ParserFree(label.parser);
    fini(&label);
}
