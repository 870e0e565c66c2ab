/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FACTS_REVISION_H
#define FACTS_REVISION_H

/*
 * What is to be changed in a message: decided by the policy, carried out by
 * revise/revise.h in the cage, since it takes a parser. The header fields are changed
 * there only to be judged: the mail server changes its own.
 */
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "facts/verdict.h"

enum {
    REVISION_REPLACEMENTS = 200,
    REVISION_NOTICES = 100,
    REVISION_STRIPPED = 200,
    REVISION_FIELDS = 1000,
    REVISION_TYPE_BYTES = 200,  /* of a Content-Type that changes */
    REVISION_BYTES = 48 << 10   /* of all its text: it travels with the order to a scanner */
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
    struct span *stripped;      /* parts that lose what they say of their author, numbered as in a notice */
    size_t stripped_count;
    struct edit *fields;        /* EDIT_HEADER_ADD, SET and DELETE, in their order; without rule */
    size_t field_count;
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

/* Is there anything in it but header fields? */
bool revision_edits_body(const struct revision *revision);

/*
 * What a verdict's edits ask for in header and body. Lists in arena, text borrowed.
 * Returns -1 when it is more than a revision holds, or the arena is full.
 */
int revision_of(struct arena *arena, const struct verdict *verdict, struct revision *revision_out);

#endif
