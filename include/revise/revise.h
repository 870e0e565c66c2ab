/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef REVISE_REVISE_H
#define REVISE_REVISE_H

/*
 * Edits to what a message says, so that it stays the mail it was.
 *
 * Only the octets that change are changed: parts without an edit keep theirs, an
 * edited text keeps its charset and transfer encoding (RFC 2045, 6), and the
 * header of the message is left to the caller. Nothing is edited in a message
 * that readers take in different ways, nor inside a signature or encryption
 * (RFC 1847, RFC 8551, RFC 9580). The caller has the result read and judged again.
 *
 * Runs in the cage: it parses the message.
 */
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"

enum {
    REVISION_REPLACEMENTS = 200,
    REVISION_NOTICES = 1000
};

/* An address in text and HTML, in any case, to the one that takes its place. ASCII. */
struct replacement {
    struct span from, to;
};

/* A part, by its IMAP number ("2.1"; "1" is also a message of one part), that a text takes the place of. */
struct notice {
    struct span where;
    struct span text;       /* UTF-8, lines ended by "\n" */
};

struct revision {
    struct replacement *replacements;
    size_t replacement_count;
    struct notice *notices;
    size_t notice_count;
    struct span footer_text;    /* UTF-8, "\n"; empty: none */
    struct span footer_html;    /* an HTML fragment, UTF-8; empty: none for HTML parts */
};

enum revise_result {
    REVISE_UNCHANGED = 1,   /* nothing in it was to be edited, or all edits are in it already */
    REVISE_DONE,
    REVISE_PROTECTED,       /* what was to be edited is signed or encrypted */
    REVISE_AMBIGUOUS,       /* readers differ on its structure */
    REVISE_IMPOSSIBLE       /* charset, size or place do not allow the edit */
};

const char *revise_result_name(enum revise_result result);

/*
 * body_out gets the new body, all that follows the header, on REVISE_DONE. When
 * a message of a single part was itself replaced, *type_out gets the value its
 * Content-Type field must have then and Content-Transfer-Encoding must be
 * quoted-printable and Content-Disposition go; else it is empty.
 */
enum revise_result revise_message(struct arena *arena, struct span message,
                                  const struct revision *revision, struct buf *body_out,
                                  struct span *type_out);

#endif
