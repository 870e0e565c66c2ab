/* SPDX-License-Identifier: EUPL-1.2 */
/* Machine-readable labels, in header fields and document properties, and contact addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "scan/reading.h"
#include "schemes.h"

#define GUID "aaaaaaaa-0000-4000-8000-000000000001"
#define OTHER_GUID "aaaaaaaa-0000-4000-8000-00000000000f"

struct bench {
    struct arena *arena;
    struct scan_plan *plan;
    struct matcher *matcher;
};

static void identify(struct bench *bench, const char *label, const char *identifier)
{
    struct span_list *list =
        &bench->plan->labels[schemes_find(bench->plan, span_of(label))].identifiers;

    list->items = arena_grow(bench->arena, list->items, list->count, &list->capacity,
                             sizeof *list->items);
    list->items[list->count++] = span_of(identifier);
}

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct span missed;

    bench->arena = arena_new(0);
    bench->plan = schemes_load(bench->arena, schemes_shipped);
    schemes_add(bench->arena, bench->plan, "corp", "C2", "corp level two");
    identify(bench, "corp:C2", "mip:" GUID);
    identify(bench, "corp:C2", "pspf:2022.1.example.com/0A1B2C3D");
    identify(bench, "corp:C2", "titus:http://www.titus.com/ns/example:Classification:EX_INT");
    identify(bench, "corp:C2", "sisl:bbbbbbbb-0000-4000-8000-000000000002:id_classification_example");
    identify(bench, "corp:C2", "property:Classification=C2");
    identify(bench, "corp:C2", "header:x-examplecorpclassification=EX_INT");
    bench->matcher = matcher_new(bench->plan, &missed);
    *state = bench;
    return bench->matcher == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;

    matcher_free(&bench->matcher);
    arena_free(&bench->arena);
    free(bench);
    return 0;
}

/* Wanted: "LABEL=CONFIDENCE" for a label that must be there, "unknown", or "-" for none at likely or above. */
static bool is_as_wanted(const struct bench *bench, const struct facts *facts, struct span wanted)
{
    size_t equals = span_find_byte(wanted, '=');
    int32_t label = schemes_find(bench->plan, span_slice(wanted, 0, equals));
    bool any = span_equals(wanted, SPAN("-")), unknown = span_equals(wanted, SPAN("unknown"));

    for (size_t i = 0; i < facts->labels.count; i++) {
        const struct label_fact *fact = &facts->labels.items[i];

        if (span_equals(wanted, SPAN("-")) && fact->confidence >= CONFIDENCE_LIKELY)
            return false;
        if (unknown && fact->label == LABEL_UNKNOWN)
            return fact->text.len > 0;
        if (!unknown && label != LABEL_UNKNOWN && fact->label == LABEL_UNKNOWN)
            return false;
        any |= fact->label == label && !unknown &&
               span_equals(span_of(confidence_name(fact->confidence)),
                           span_slice(wanted, equals + 1, wanted.len));
    }
    return any;
}

static void complain(const struct bench *bench, const struct facts *facts, const char *what,
                     const char *wanted)
{
    for (size_t i = 0; i < facts->labels.count; i++) {
        const struct label_fact *fact = &facts->labels.items[i];
        printf("# got %.*s %s \"%.*s\"\n",
               SPAN_ARG(fact->label == LABEL_UNKNOWN ? SPAN("unknown")
                                                     : bench->plan->labels[fact->label].name),
               confidence_name(fact->confidence), SPAN_ARG(fact->text));
    }
    fail_msg("%s: wanted %s", what, wanted);
}

struct header_case {
    const char *name, *value, *wanted;
};

/* The SIO-Label samples: RFC 7444 with policy 1.3.26.1.3.1, classification 3 and a privacy mark. */
static const struct header_case header_cases[] = {
    { "X-Protective-Marking", "VER=2018.4, NS=gov.au, SEC=PROTECTED, ORIGIN=a@b.gov.au",
      "au:PROTECTED=certain" },
    { "X-Protective-Marking", "VER=2018.3,NS=gov.au,SEC=OFFICIAL: Sensitive,ACCESS=Legal-Privilege",
      "au:OFFICIAL: Sensitive=certain" },
    { "X-Protective-Marking", "SEC=TOP-SECRET, CAVEAT=RI:AUSTEO", "au:TOP SECRET=certain" },
    { "X-Protective-Marking", "VER=2012.3, NS=gov.au, SEC=UNCLASSIFIED, DLM=Sensitive:Legal",
      "au:OFFICIAL: Sensitive=certain" },
    { "X-Protective-Marking", "VER=2022.1, NS=2022.1.example.com, SEC=0A1B2C3D", "corp:C2=certain" },
    { "X-Protective-Marking", "VER=2022.1, NS=2022.1.example.org, SEC=0A1B2C3D", "unknown" },
    { "X-Protective-Marking", "SEC=RATHER-SECRET-ISH", "unknown" },
    { "X-Protective-Marking", "", "unknown" },
    { "Subject", "Minutes [SEC=SECRET, CAVEAT=SH:ACCOUNTABLE-MATERIAL]", "au:SECRET=certain" },
    { "Subject", "Minutes [SEC=OFFICIAL:Sensitive, ACCESS=Legal-Privilege]",
      "au:OFFICIAL: Sensitive=certain" },
    { "SIO-Label",
      "marking=\"NATO CONFIDENTIAL\"; fgcolor=white; bgcolor=\"#0000ff\"; type=\":ess\";\r\n"
      " label*0=\"MT4CAQMGBSsaAQMBDBFOQVRPIENPTkZJREVOVElBTDEfMB2ACmCGSAFlAgEI\";\r\n"
      " label*1=\"AwGhDzANBgUrGgEEAjEEAgIBiA==\"",
      "nato:NATO CONFIDENTIAL=certain" },
    { "SIO-Label",
      "type=\":ess\"; label=\"MT4CAQMGBSsaAQMBDBFOQVRPIENPTkZJREVOVElBTDEfMB2ACmCGSAFlAgEI"
      "AwGhDzANBgUrGgEEAjEEAgIBiA==\"",
      "nato:NATO CONFIDENTIAL=certain" },
    { "SIO-Label", "marking*=UTF-8''TR%C3%88S%20SECRET", "fr:TRES SECRET=certain" },
    { "SIO-Label", "marking=\"HOUSE RULES\"", "unknown" },
    { "SIO-Label", "type=\":ess\"; label=\"AAAA\"", "unknown" },
    { "SIO-Label-History", "change=delete; marking=\"NATO SECRET\"", "nato:NATO SECRET=certain" },
    { "msip_labels",
      "MSIP_Label_" GUID "_Enabled=true; MSIP_Label_" GUID "_Name=Very Internal; MSIP_Label_" GUID
      "_SiteId=bbbbbbbb-0000-4000-8000-000000000002",
      "corp:C2=certain" },
    { "MSIP_Labels", "MSIP_Label_" OTHER_GUID "_Enabled=True; MSIP_Label_" OTHER_GUID "_Name=Odd",
      "unknown" },
    { "msip_labels",
      "MSIP_Label_" OTHER_GUID "_Enabled=true; MSIP_Label_" OTHER_GUID "_Name=Diffusion Restreinte",
      "fr:DIFFUSION RESTREINTE=certain" },
    { "msip_labels", "MSIP_Label_" GUID "_Enabled=false", "-" },
    { "Sensitivity", "Company-Confidential", "generic:CONFIDENTIAL=certain" },
    { "Sensitivity", "Private", "generic:INTERNAL=certain" },
    { "Sensitivity", "Normal", "-" },
    { "X-XIMF-Security-Classification", "DIFFUSION RESTREINTE", "fr:DIFFUSION RESTREINTE=certain" },
    { "X-XIMF-Security-Classification", "NON PROTEGE", "fr:NON PROTEGE=certain" },
    { "X-XIMF-Security-Classification", "MAISON", "unknown" },
    { "MMHS-Handling-Instructions", "NATO RESTRICTED", "nato:NATO RESTRICTED=certain" },
    { "MMHS-Primary-Precedence", "3", "-" },
    { "X-Microsoft-Classification", "Diffusion Restreinte", "fr:DIFFUSION RESTREINTE=certain" },
    { "X-Microsoft-Classification", "Company eyes", "unknown" },
    { "X-Microsoft-ClassID", "{cccccccc-0000-4000-8000-000000000002}", "unknown" },
    { "x-titus-metadata-40",
      "eyJDYXRlZ29yeUxhYmVscyI6IiIsIk1ldGFkYXRhIjp7Im5zIjoiaHR0cDovL3d3dy50aXR1cy5jb20vbnMvZXhhbXBs"
      "ZSIsImlkIjoieCIsInByb3BzIjpbeyJuIjoiQ2xhc3NpZmljYXRpb24iLCJ2YWxzIjpbeyJ2YWx1ZSI6IkVYX0lOVCJ9"
      "XX1dfX0=",
      "corp:C2=certain" },
    { "x-titus-metadata-40", "eyJNZXRhZGF0YSI6e319", "unknown" },
    { "x-bjprotectivemarking",
      "<sisl sislVersion=\"0\" policy=\"bbbbbbbb-0000-4000-8000-000000000002\" origin=\"userSelected\" "
      "xmlns=\"http://www.boldonjames.com/2008/01/sie/internal/label\">"
      "<element uid=\"id_classification_example\" value=\"\"/></sisl>",
      "corp:C2=certain" },
    { "bjclassification", "OFFICIAL-SENSITIVE", "uk:OFFICIAL-SENSITIVE=certain" },
    { "x-examplecorpclassification", "EX_INT", "corp:C2=certain" },
    { "X-Org-Classification", "SECRET", "fr:SECRET=certain" },
    { "Keywords", "le secret médical", "-" },
    { "Received", "from secret.example.org (secret) by mx", "-" },
};

static void test_stores_headers(void **state)
{
    const struct bench *bench = *state;

    for (size_t i = 0; i < sizeof header_cases / sizeof header_cases[0]; i++) {
        const struct header_case *c = &header_cases[i];
        struct arena *arena = arena_new(0);
        struct facts *facts = facts_new(arena);
        struct reading *reading = reading_new(bench->matcher, facts);

        reading_header(reading, SPAN("header:X"), 1, span_of(c->name), span_of(c->value),
                       span_of(c->value));
        reading_finish(reading);
        if (!is_as_wanted(bench, facts, span_of(c->wanted)))
            complain(bench, facts, c->value, c->wanted);
        arena_free(&arena);
    }
}

struct property_case {
    enum property_kind kind;
    const char *name;
    struct span value;
    const char *wanted;
};

#define TEXT(literal) { "" literal, sizeof(literal) - 1 }
#define LABEL_4774(policy, oid, level)                                                             \
    "<mb:BindingInformation xmlns:mb='urn:nato:stanag:4778:bindinginformation:1:0'>"               \
    "<s:originatorConfidentialityLabel "                                                           \
    "xmlns:s='urn:nato:stanag:4774:confidentialitymetadatalabel:1:0'>"                             \
    "<s:ConfidentialityInformation><s:PolicyIdentifier URI='" oid "'>" policy                      \
    "</s:PolicyIdentifier><s:Classification>" level                                                \
    "</s:Classification></s:ConfidentialityInformation></s:originatorConfidentialityLabel>"        \
    "</mb:BindingInformation>"
#define LABEL_INFO(id, rest)                                                                       \
    "<clbl:labelList xmlns:clbl='http://schemas.microsoft.com/office/2020/mipLabelMetadata'>"      \
    "<clbl:label id='{" id "}' " rest "/></clbl:labelList>"

static const struct property_case property_cases[] = {
    { PROPERTY_LABEL_XML, "x", TEXT(LABEL_4774("NATO", "urn:oid:1.3.26.1.3.1", "Secret")),
      "nato:NATO SECRET=certain" },
    { PROPERTY_LABEL_XML, "x", TEXT(LABEL_4774("PUBLIC", "", "UNMARKED")),
      "nato:NATO UNCLASSIFIED=certain" },
    { PROPERTY_LABEL_XML, "x", TEXT(LABEL_4774("ACME", "urn:oid:1.2.3", "SECRET")), "unknown" },
    { PROPERTY_LABEL_XML, "x",
      TEXT("<metadataConfidentialityLabel><ConfidentialityInformation><PolicyIdentifier>NATO"
           "</PolicyIdentifier><Classification>SECRET</Classification></ConfidentialityInformation>"
           "</metadataConfidentialityLabel>"),
      "unknown" },
    { PROPERTY_LABEL_XML, "x",
      TEXT("<OriginatorConfidentialityLabel><ConfidentialityInformation><PolicyIdentifier>nato"
           "</PolicyIdentifier><Classification>Top Secret</Classification>"
           "</ConfidentialityInformation></OriginatorConfidentialityLabel>"),
      "nato:COSMIC TOP SECRET=certain" },
    { PROPERTY_LABEL_XML, "x", TEXT(LABEL_INFO(GUID, "enabled='1' method='Privileged'")),
      "corp:C2=certain" },
    { PROPERTY_LABEL_XML, "x", TEXT(LABEL_INFO(OTHER_GUID, "enabled='1'")), "unknown" },
    { PROPERTY_LABEL_XML, "x", TEXT(LABEL_INFO(GUID, "enabled='1' removed='1'")), "-" },
    { PROPERTY_LABEL_XML, "x", TEXT(LABEL_INFO(GUID, "enabled='0'")), "-" },
    { PROPERTY_LABEL_XML, "x",
      TEXT("<!DOCTYPE a [<!ENTITY b 'c'>]><labelList><label id='" GUID "'/></labelList>"), "unknown" },
    { PROPERTY_LABEL_XML, "x", TEXT("<labelList><label"), "unknown" },
    { PROPERTY_LABEL_XML, "x",
      TEXT("<securitylabel xmlns='urn:xmpp:sec-label:0'><displaymarking>SECRET DÉFENSE"
           "</displaymarking></securitylabel>"),
      "fr:SECRET=certain" },
    { PROPERTY_LABEL_XML, "x", TEXT("<a xmlns:i='urn:us:gov:ic:ism' i:classification='TS'/>"),
      "us:TOP SECRET=certain" },
    { PROPERTY_LABEL_DER, "", TEXT("\x31\x0A\x02\x01\x04\x06\x05\x2B\x1A\x01\x03\x01"),
      "nato:NATO SECRET=certain" },
    { PROPERTY_LABEL_DER, "", TEXT("\x31\x0A\x06\x05\x2B\x1A\x01\x03\x01\x02\x01\x05"),
      "nato:COSMIC TOP SECRET=certain" },
    { PROPERTY_LABEL_DER, "", TEXT("\x30\x0C\x31\x0A\x06\x05\x2B\x1A\x01\x03\x01\x02\x01\x05"),
      "nato:COSMIC TOP SECRET=certain" },
    { PROPERTY_LABEL_DER, "", TEXT("\x31\x0A\x06\x05\x2B\x1A\x01\x03\x01\x02\x01\x63"), "unknown" },
    { PROPERTY_LABEL_DER, "", TEXT("\x31\x7F\x06\x05"), "unknown" },
    { PROPERTY_LABEL_DER, "", TEXT(""), "unknown" },
    { PROPERTY_LABEL_ID, "exif", TEXT("S"), "us:SECRET=certain" },
    { PROPERTY_LABEL_ID, "stamp", TEXT("TopSecret"), "us:TOP SECRET=certain" },
    { PROPERTY_LABEL_ID, "stamp", TEXT("Draft2"), "unknown" },
    { PROPERTY_LABEL_ID, "ical", TEXT("CONFIDENTIAL"), "generic:CONFIDENTIAL=certain" },
    { PROPERTY_LABEL_ID, "ical", TEXT("X-OURS"), "-" },
    { PROPERTY_CUSTOM, "MSIP_Label_" GUID "_Enabled", TEXT("true"), "corp:C2=certain" },
    { PROPERTY_XMP, "http://ns.adobe.com/pdfx/1.3/#MSIP_Label_" GUID "_Enabled", TEXT("true"),
      "corp:C2=certain" },
    { PROPERTY_CUSTOM, "ClassificationContentMarkingHeaderText", TEXT("Diffusion restreinte"),
      "fr:DIFFUSION RESTREINTE=certain" },
    { PROPERTY_CUSTOM, "Sensitivity", TEXT(GUID), "corp:C2=certain" },
    { PROPERTY_CUSTOM, "bjDocumentSecurityLabel", TEXT("OFFICIAL-SENSITIVE"),
      "uk:OFFICIAL-SENSITIVE=certain" },
    { PROPERTY_CUSTOM, "urn:bails:NationalSecurity:BusinessAuthorizationCategory:Name",
      TEXT("Diffusion Restreinte"), "fr:DIFFUSION RESTREINTE=certain" },
    { PROPERTY_CUSTOM, "urn:bails:IntellectualProperty:BusinessAuthorizationCategory:Name",
      TEXT("Rather Odd"), "unknown" },
    { PROPERTY_CUSTOM, "urn:bails:IntellectualProperty:BusinessAuthorizationCategory:Name",
      TEXT("None"), "-" },
    { PROPERTY_CUSTOM, "X-Protective-Marking", TEXT("SEC=PROTECTED"), "au:PROTECTED=certain" },
    { PROPERTY_CUSTOM, "Classification", TEXT("C2"), "corp:C2=certain" },
    { PROPERTY_CUSTOM, "ExampleCorpClassification", TEXT("NATO RESTRICTED"),
      "nato:NATO RESTRICTED=certain" },
    { PROPERTY_CUSTOM, "Niveau de protection", TEXT("Diffusion Restreinte"),
      "fr:DIFFUSION RESTREINTE=certain" },
    { PROPERTY_CUSTOM, "TLP", TEXT("TLP:RED"), "tlp:TLP:RED=certain" },
    { PROPERTY_DOCUMENT, "Keywords", TEXT("DIFFUSION RESTREINTE"),
      "fr:DIFFUSION RESTREINTE=likely" },
    { PROPERTY_DOCUMENT, "Title", TEXT("Le secret des affaires"), "-" },
};

static void test_stores_properties(void **state)
{
    const struct bench *bench = *state;

    for (size_t i = 0; i < sizeof property_cases / sizeof property_cases[0]; i++) {
        const struct property_case *c = &property_cases[i];
        struct arena *arena = arena_new(0);
        struct facts *facts = facts_new(arena);
        struct reading *reading = reading_new(bench->matcher, facts);

        reading_property(reading, SPAN("1"), 1, c->kind, span_of(c->name), c->value);
        reading_finish(reading);
        if (!is_as_wanted(bench, facts, span_of(c->wanted)))
            complain(bench, facts, c->name[0] == '\0' ? "DER" : c->value.ptr, c->wanted);
        arena_free(&arena);
    }
}

/* Cut in pieces of 255 characters, in order. */
static void test_stores_sisl_in_pieces(void **state)
{
    const struct bench *bench = *state;
    struct arena *arena = arena_new(0);
    struct facts *facts = facts_new(arena);
    struct reading *reading = reading_new(bench->matcher, facts);

    reading_property(reading, SPAN("1"), 1, PROPERTY_CUSTOM, SPAN("bjDocumentLabelXML"),
                     SPAN("<sisl policy=\"bbbbbbbb-0000-4000-8000-000000000002\"><element uid=\"id_cl"));
    reading_property(reading, SPAN("1"), 1, PROPERTY_CUSTOM, SPAN("bjDocumentLabelXML-0"),
                     SPAN("assification_example\" value=\"\"/></sisl>"));
    reading_finish(reading);
    assert_true(is_as_wanted(bench, facts, SPAN("corp:C2=certain")));
    arena_free(&arena);
}

struct contact_case {
    const char *text, *wanted; /* addresses in order, "!" before one in disguise */
};

static const struct contact_case contact_cases[] = {
    { "Contact : emapresse@gmail.com.", "emapresse@gmail.com" },
    { "écrire à <Jean.Dupont@Defense.Gouv.FR>, merci", "Jean.Dupont@defense.gouv.fr" },
    { "mailto:a@b.example?subject=x", "a@b.example" },
    { "EMAIL;TYPE=INTERNET:press@example.org", "press@example.org" },
    { "email=press@example.org", "press@example.org" },
    { "a@b.org, c@d.org; a@b.org", "a@b.org c@d.org" },
    { "« a@b.org »", "a@b.org" },
    { "\"jean dupont\"@example.org", "\"jean dupont\"@example.org" },
    { "x@bücher.example", "x@xn--bcher-kva.example" },
    { "emapresse (at) gmail . com", "!emapresse@gmail.com" },
    { "emapresse(at)gmail.com", "!emapresse@gmail.com" },
    { "emapresse [at] gmail [dot] com", "!emapresse@gmail.com" },
    { "emapresse arobase gmail point com", "!emapresse@gmail.com" },
    { "emapresse (arobase) gmail (point) com", "!emapresse@gmail.com" },
    { "emapresse at gmail dot com", "!emapresse@gmail.com" },
    { "emapresse @ gmail.com", "!emapresse@gmail.com" },
    { "emapresse@gmail[.]com", "!emapresse@gmail.com" },
    { "emapresse\uFF20gmail.com", "!emapresse@gmail.com" },
    { "emapresse{at}gmail.com", "!emapresse@gmail.com" },
    { "look at gmail.com for more", "" },
    { "https://user:pw@host.example.org/", "" },
    { "cid:image001.png@01D00000.12345678", "" },
    { "logo@2x.png", "" },
    { "@gmail.com", "" },
    { "a@b", "" },
    { "@@@ a@ @b.org", "" },
};

static void test_contacts(void **state)
{
    const struct bench *bench = *state;

    for (size_t i = 0; i < sizeof contact_cases / sizeof contact_cases[0]; i++) {
        const struct contact_case *c = &contact_cases[i];
        struct arena *arena = arena_new(0);
        struct facts *facts = facts_new(arena);
        struct reading *reading = reading_new(bench->matcher, facts);
        struct passage passage = { .text = span_of(c->text),
                                   .where = SPAN("1"),
                                   .document = 1,
                                   .region = REGION_BODY,
                                   .source = SOURCE_TEXT,
                                   .unit = UNIT_NONE,
                                   .first_line = 1 };
        char got[1024] = "";

        reading_text(reading, &passage);
        reading_finish(reading);
        for (size_t k = 0; k < facts->contacts.count; k++) {
            const struct contact_fact *fact = &facts->contacts.items[k];
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s%.*s", k > 0 ? " " : "",
                     fact->obfuscated ? "!" : "", SPAN_ARG(fact->address));
            assert_true(span_ends_with_nocase(fact->address, fact->domain));
            assert_true(span_equals(fact->where, SPAN("1#line=1")));
        }
        if (strcmp(got, c->wanted) != 0)
            fail_msg("\"%s\": got \"%s\", want \"%s\"", c->text, got, c->wanted);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stores_headers),
        cmocka_unit_test(test_stores_properties),
        cmocka_unit_test(test_stores_sisl_in_pieces),
        cmocka_unit_test(test_contacts),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
