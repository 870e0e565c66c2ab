/* SPDX-License-Identifier: EUPL-1.2 */
#include "conf/spif.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 32, MAX_HIERARCHY = 1000000, FILE_BYTES = 16 << 20 };

struct reader {
    struct arena *arena;
    struct spif *spif;
    XML_Parser parser;
    unsigned depth;
    bool in_file;               /* the root is "SPIF" */
    bool restrictive;           /* of the tag at hand */
    struct spif_value *value;   /* the one whose markings come now */
    const char *why;
};

static const char *local_name(const char *name)
{
    const char *bar = strrchr(name, '|');

    return bar == NULL ? name : bar + 1;
}

static struct span attribute(const struct reader *reader, const char **attributes, const char *name)
{
    for (; *attributes != NULL; attributes += 2)
        if (strcmp(local_name(attributes[0]), name) == 0)
            return arena_copy(reader->arena, span_trim(span_of(attributes[1])));
    return SPAN("");
}

static void stop(struct reader *reader, const char *why)
{
    reader->why = why;
    XML_StopParser(reader->parser, XML_FALSE);
}

static void start_policy(struct reader *reader, const char **attributes)
{
    reader->spif->name = attribute(reader, attributes, "name");
    reader->spif->id = attribute(reader, attributes, "id");
}

static void start_value(struct reader *reader, const char **attributes, bool is_category)
{
    struct spif *spif = reader->spif;
    struct spif_value *grown;
    struct span hierarchy = attribute(reader, attributes, "hierarchy");
    long rank = hierarchy.len == 0 ? 0 : strtol(hierarchy.ptr, NULL, 10);

    reader->value = NULL;
    if (spif->count == SPIF_MAX_VALUES) {
        stop(reader, "has too many classifications and categories");
        return;
    }
    grown = arena_grow(reader->arena, spif->values, spif->count, &spif->capacity, sizeof *grown);
    if (grown == NULL)
        return;
    spif->values = grown;
    reader->value = &grown[spif->count++];
    *reader->value = (struct spif_value){
        .name = attribute(reader, attributes, "name"),
        .number = attribute(reader, attributes, "lacv"),
        .hierarchy = rank < 0 || rank > MAX_HIERARCHY ? MAX_HIERARCHY : (int32_t)rank,
        .is_category = is_category
    };
    if (reader->value->name.len == 0)
        stop(reader, "has a classification or category without a name");
}

static void start_marking(struct reader *reader, const char **attributes)
{
    struct span phrase = attribute(reader, attributes, "phrase");
    struct span_list *phrases = &reader->value->phrases;
    struct span *grown;

    if (phrase.len == 0 || phrase.len > PLAN_MARK_BYTES || phrases->count == PLAN_MAX_MARKS / 2)
        return;
    grown = arena_grow(reader->arena, phrases->items, phrases->count, &phrases->capacity,
                       sizeof *grown);
    if (grown == NULL)
        return;
    phrases->items = grown;
    grown[phrases->count++] = phrase;
}

static bool is_restrictive(const struct reader *reader, const char **attributes)
{
    return span_equals_nocase(attribute(reader, attributes, "tagType"), SPAN("restrictive")) ||
           span_equals_nocase(attribute(reader, attributes, "enumType"), SPAN("restrictive"));
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *reader = data;
    const char *local = local_name(name);

    if (++reader->depth == 1)
        reader->in_file = strcmp(local, "SPIF") == 0;
    if (reader->depth > MAX_DEPTH || !reader->in_file) {
        stop(reader, "is no security policy information file");
        return;
    }
    if (strcmp(local, "securityPolicyId") == 0)
        start_policy(reader, attributes);
    else if (strcmp(local, "securityClassification") == 0)
        start_value(reader, attributes, false);
    else if (strcmp(local, "securityCategoryTag") == 0)
        reader->restrictive = is_restrictive(reader, attributes);
    else if (strcmp(local, "tagCategory") == 0 && reader->restrictive)
        start_value(reader, attributes, true);
    else if (strcmp(local, "markingData") == 0 && reader->value != NULL)
        start_marking(reader, attributes);
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
    struct reader *reader = data;
    const char *local = local_name(name);

    if (strcmp(local, "securityClassification") == 0 || strcmp(local, "tagCategory") == 0)
        reader->value = NULL;
    reader->depth--;
}

static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int has_subset)
{
    (void)name, (void)system, (void)public, (void)has_subset;
    stop(data, "has a document type declaration");
}

bool spif_read(struct arena *arena, struct span xml, struct spif *out, const char **why_out)
{
    struct reader reader = { .arena = arena, .spif = out };

    *out = (struct spif){ 0 };
    reader.parser = XML_ParserCreateNS(NULL, '|');
    if (reader.parser == NULL || xml.len > FILE_BYTES) {
        reader.why = "is too large";
    } else {
        XML_SetUserData(reader.parser, &reader);
        XML_SetElementHandler(reader.parser, on_start, on_end);
        XML_SetStartDoctypeDeclHandler(reader.parser, on_doctype);
        if (XML_Parse(reader.parser, xml.ptr, (int)xml.len, XML_TRUE) != XML_STATUS_OK &&
            reader.why == NULL)
            reader.why = XML_ErrorString(XML_GetErrorCode(reader.parser));
    }
    if (reader.why == NULL && (out->name.len == 0 || out->count == 0))
        reader.why = "names no policy or no classification";
    if (reader.parser != NULL)
        XML_ParserFree(reader.parser);
    *why_out = reader.why;
    return reader.why == NULL;
}
