/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H

/*
 * The parts of a message (RFC 2045, 2046, 2183), as borrowed octets, with every
 * reading that some mail reader has of them.
 *
 * The tree is a list in which a part stands behind its parent. Where readers
 * split a multipart differently (two boundaries, delimiter lines only some
 * accept), the pieces of all are its children. A part has lists, not values, of
 * types, encodings, charsets and names; the first is what most readers take, and
 * whoever looks at the content looks at it under each. message/rfc822 is a leaf
 * here: its content is a message of its own.
 *
 * octets and contents point into the message, so their offsets in it are exact:
 * that is what an edit of the message needs.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "facts/ambiguity.h"
#include "facts/finding.h"
#include "mail/header.h"
#include "mail/transfer.h"

enum {
    MIME_READINGS = 8,          /* types, boundaries, charsets or names of one part that are looked at */
    MIME_ENCODINGS = 4,
    MIME_NO_PARENT = UINT32_MAX
};

enum mime_shape {
    MIME_SINGLE = 1,            /* to be decoded and read */
    MIME_MULTIPART,             /* its children are; itself too when also_single is set */
    MIME_FILLING                /* text before, between or behind the parts of a multipart: no header */
};

struct mime_part {
    struct span where;          /* as IMAP numbers parts, "2.preamble" for filling; the prefix for a multipart message itself */
    enum mime_shape shape;
    bool also_single;           /* some readers show the multipart as one text */
    bool attachment;
    uint32_t parent;            /* index, MIME_NO_PARENT for the message */
    uint32_t depth;             /* 0 for the message */
    uint32_t children;          /* numbered so far */
    struct span octets;         /* header and content */
    struct header_block header;
    struct span contents[2];    /* undecoded; a second one where readers end the header elsewhere */
    size_t content_count;
    struct span types[MIME_READINGS];   /* lower case, "text/plain"; at least one */
    size_t type_count;
    enum transfer_encoding encodings[MIME_ENCODINGS];   /* at least one */
    size_t encoding_count;
    struct span charsets[MIME_READINGS];    /* none: none was given */
    size_t charset_count;
    struct span names[MIME_READINGS];       /* UTF-8 file names */
    size_t name_count;
    struct span boundaries[MIME_READINGS];
    size_t boundary_count;
    struct ambiguity_set seen;  /* header.seen included */
};

struct mime_tree {
    struct mime_part *parts;    /* [0] is the message */
    size_t count, capacity;
    struct span prefix;         /* before the numbers of the message's own parts */
    enum line_ends ends;
    enum uninspectable stopped; /* UNINSPECTABLE_NONE, or why parts are missing: TOO_MANY, TOO_DEEP */
};

struct mime_limits {
    uint32_t parts, depth;
};

/*
 * Parse a message. prefix is put before each number: "" gives "1", "3." gives
 * "3.1". Linear in it; spans look into message and prefix, or lie in arena.
 */
void mime_parse(struct arena *arena, struct span message, struct span prefix,
                const struct mime_limits *limits, struct mime_tree *out);

/*
 * The tree of a multipart whose content was encoded, against RFC 2045 (6.4): part
 * with decoded in place of its contents. Its where is kept.
 */
void mime_parse_decoded(struct arena *arena, const struct mime_part *part, struct span decoded,
                        const struct mime_limits *limits, struct mime_tree *out);

#endif
