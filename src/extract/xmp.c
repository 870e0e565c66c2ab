/* SPDX-License-Identifier: EUPL-1.2 */
#include "xmp.h"

#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "base/buf.h"

#define RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

enum { MAX_DEPTH = 64, NAME_BYTES = 256, VALUE_BYTES = 1 << 20 };

struct walk {
    struct sink *sink;
    XML_Parser parser;
    unsigned depth;
    char names[MAX_DEPTH][NAME_BYTES];  /* of the property each open element belongs to */
    struct buf value;
    bool has_failed;
};

/* rdf:li, rdf:Seq and the like hold values of the property above them. */
static bool is_rdf(const char *name)
{
    return strncmp(name, RDF, sizeof RDF - 1) == 0 || strncmp(name, "adobe:ns:meta/", 14) == 0;
}

static void say(struct walk *walk, const char *name, struct span value)
{
    value = span_trim(value);
    if (value.len == 0 || name[0] == '\0')
        return;
    sink_property(walk->sink, PROPERTY_XMP, span_of(name), value);
    if (value.ptr[0] == '<' && span_find(value, SPAN("urn:nato:stanag:477")) < value.len)
        sink_property(walk->sink, PROPERTY_LABEL_XML, span_of(name), value);
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct walk *walk = data;

    if (walk->depth >= MAX_DEPTH || sink_spent(walk->sink)) {
        walk->has_failed = true;
        XML_StopParser(walk->parser, XML_FALSE);
        return;
    }
    if (!is_rdf(name) && strlen(name) < NAME_BYTES)
        memcpy(walk->names[walk->depth], name, strlen(name) + 1);
    else if (walk->depth > 0 && is_rdf(name))
        memcpy(walk->names[walk->depth], walk->names[walk->depth - 1], NAME_BYTES);
    else
        walk->names[walk->depth][0] = '\0';
    walk->depth++;
    buf_clear(&walk->value);
    for (size_t i = 0; attributes[i] != NULL; i += 2)
        if (!is_rdf(attributes[i]) && strchr(attributes[i], '#') != NULL &&
            strncmp(attributes[i], "http://www.w3.org/XML/", 22) != 0)
            say(walk, attributes[i], span_of(attributes[i + 1]));
        else if (strcmp(attributes[i], RDF "#resource") == 0)
            say(walk, walk->names[walk->depth - 1], span_of(attributes[i + 1]));
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
    struct walk *walk = data;

    (void)name;
    if (walk->depth == 0)
        return;
    walk->depth--;
    say(walk, walk->names[walk->depth], buf_span(&walk->value));
    buf_clear(&walk->value);
}

static void XMLCALL on_text(void *data, const XML_Char *text, int len)
{
    struct walk *walk = data;

    buf_append(&walk->value, (struct span){ text, (size_t)len });
}

static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                               int internal)
{
    struct walk *walk = data;

    (void)name, (void)system, (void)public, (void)internal;
    sink_ambiguity(walk->sink, AMBIGUITY_XML_DTD, SPAN("xmp"));
    XML_StopParser(walk->parser, XML_FALSE);
}

bool xmp_read(struct span packet, struct sink *sink)
{
    struct walk *walk = calloc(1, sizeof *walk);
    XML_Parser parser = XML_ParserCreateNS(NULL, '#');
    bool done = false;

    while (packet.len > 0 && packet.ptr[packet.len - 1] == '\0')
        packet.len--;
    if (walk != NULL && parser != NULL && packet.len < INT32_MAX) {
        walk->sink = sink;
        walk->parser = parser;
        buf_init(&walk->value, VALUE_BYTES);
        XML_SetUserData(parser, walk);
        XML_SetElementHandler(parser, on_start, on_end);
        XML_SetCharacterDataHandler(parser, on_text);
        XML_SetStartDoctypeDeclHandler(parser, on_doctype);
        done = XML_Parse(parser, packet.ptr, (int)packet.len, XML_TRUE) == XML_STATUS_OK && !walk->has_failed;
        buf_fini(&walk->value);
    }
    XML_ParserFree(parser);
    free(walk);
    return done;
}
