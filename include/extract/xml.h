/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_XML_H
#define EXTRACT_XML_H

/*
 * XML 1.0 cut into tokens, one after the other, without a tree.
 *
 * Our own rather than expat's, for two reasons: a damaged document is read to
 * its end where a conforming parser must stop at the first error, and the text
 * of an office document is reached about five times as fast. On well-formed
 * input both see the same (tests/unit/extract/test_xml.c compares them).
 *
 * No DTD is honoured: it comes out as a comment and sets has_dtd, since no office
 * format has one and expanding entities is an attack. Nothing is fetched.
 * Elements deeper than XML_DEPTH_MAX still come, but set too_deep.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

enum { XML_DEPTH_MAX = 256 };

enum xml_kind { XML_END_OF_INPUT = 0, XML_START, XML_END, XML_TEXT, XML_COMMENT };

struct xml {
    /* the token; spans live until the next call */
    struct span name;           /* XML_START, XML_END: as written, with prefix */
    struct span local;          /* behind the prefix */
    struct span attributes;     /* XML_START: for xml_attribute_next() */
    struct span text;           /* XML_TEXT, decoded; XML_COMMENT: comment, instruction or DTD */
    size_t depth;               /* of the element: 1 for the root, the same at start and end */

    /* what was wrong so far */
    bool malformed, has_dtd, too_deep;

    /* private */
    struct span input;
    size_t at, open;
    bool end_pending, root_seen;
    struct span names[XML_DEPTH_MAX];
    struct buf utf8, scratch, value;
};

/* bytes in any encoding, which a byte order mark or the declaration names; borrowed. */
void xml_init(struct xml *xml, struct span bytes);
void xml_fini(struct xml *xml);

/* XML_END_OF_INPUT for ever at the end. An empty element gives a start and an end. */
enum xml_kind xml_next(struct xml *xml);

/*
 * Cut the next attribute off *rest (begin with xml->attributes): its name without
 * prefix, its value decoded. Namespace declarations are left out.
 */
bool xml_attribute_next(struct xml *xml, struct span *rest, struct span *local_out, struct span *value_out);

/* The value of the attribute of that local name; false, and an empty value, when there is none. */
bool xml_attribute(struct xml *xml, const char *local, struct span *value_out);

/* The namespace of the root just started, empty when it has none; other elements go by their local names. */
struct span xml_root_namespace(struct xml *xml);

/* Whether bytes begin like XML and like nothing else, in UTF-8 or UTF-16. */
bool xml_looks_like(struct span bytes);

/* Whether they begin with a tag other than those of HTML: enough where XML is to be expected. */
bool xml_may_be(struct span bytes);

#endif
