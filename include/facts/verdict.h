/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FACTS_VERDICT_H
#define FACTS_VERDICT_H

/*
 * What is to become of one message, and why: the policy core's whole answer.
 * All spans live in the arena the verdict was decided in.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

/* Far apart and never zero, so that neither cleared nor damaged memory says "accept". */
enum action {
    ACTION_ACCEPT = 0x0AC3,
    ACTION_TAG = 0x1761,
    ACTION_REWRITE = 0x2E52,
    ACTION_REDIRECT = 0x3D1F,
    ACTION_QUARANTINE = 0x40A7,
    ACTION_REJECT = 0x59E8,
    ACTION_TEMPFAIL = 0x6B34,
    ACTION_DISCARD = 0x7C99,
    ACTION_COPY = 0x8D46        /* a rule's action only; a verdict is never COPY */
};

const char *action_name(enum action action);
bool action_from_name(struct span name, enum action *out);

/* true for reject, quarantine, redirect, tempfail, discard, accept: what ends the rules. */
bool action_is_final(enum action action);

enum rule_mode { RULE_ENFORCE = 1, RULE_OBSERVE };

/* One rule that was met (or, for an explanation, that was not). */
struct rule_outcome {
    struct span name;
    struct span at;             /* "policy.conf:14" */
    enum rule_mode mode;
    enum action action;
    bool met;
    bool decided;               /* this rule ended the judgement */
    struct span *because;       /* one line each: fact, place, mark; or why it was not met */
    size_t because_count;
    struct span exception;      /* name of the exception that excused it, else empty */
};

enum edit_kind {
    EDIT_HEADER_ADD = 1,        /* name, value */
    EDIT_HEADER_SET,            /* name, value: change the first, delete the others, or add */
    EDIT_HEADER_DELETE,         /* name: all of them; value: a number from 1: only that one */
    EDIT_RECIPIENT_ADD,         /* value */
    EDIT_RECIPIENT_DELETE,      /* value: verbatim, as in recipient_fact */
    EDIT_SENDER_SET,            /* value: new reverse-path without brackets */
    /* in the body, carried out together: facts/revision.h */
    EDIT_ADDRESS,               /* name: an address in text and HTML, value: the one that takes its place */
    EDIT_PART,                  /* name: where, value: the notice that takes its place */
    EDIT_FOOTER_TEXT,           /* value */
    EDIT_FOOTER_HTML,           /* value */
    EDIT_METADATA               /* name: where, a part that loses what it says of its author */
};

const char *edit_kind_name(enum edit_kind kind);

/* Is it one in the body, or of a header field? */
bool edit_kind_is_body(enum edit_kind kind);
bool edit_kind_is_header(enum edit_kind kind);

struct edit {
    enum edit_kind kind;
    struct span name, value;
    struct span rule;           /* whose it is */
};

/* An SMTP reply (RFC 5321, 4.2; RFC 3463): ASCII, lines without code. */
struct smtp_reply {
    uint16_t code;              /* 4xx for tempfail, 5xx for reject */
    struct span enhanced;       /* "5.7.1", class equal to code's */
    struct span *lines;
    size_t line_count;          /* 1 to 32, each at most 400 octets */
};

struct verdict {
    enum action action;         /* what happens, in the words of product and JSON */
    struct span rule;           /* deciding rule; empty when the default decided */
    struct span rule_at;
    struct smtp_reply reply;    /* for reject and tempfail */
    struct span hold_reason;    /* for quarantine */

    struct rule_outcome *rules;
    size_t rule_count;
    struct span *exceptions;    /* names of those without which it would not be let go; each counts as used */
    size_t exception_count;
    struct edit *edits;         /* in the order to apply */
    size_t edit_count;

    bool observed_only;         /* the whole policy observes: nothing above was applied */
    enum action would;          /* with observed_only: what enforcement would have done; else equals action */
    uint8_t policy_digest[32];  /* SHA-256 over the policy's files */
};

bool verdict_edits_body(const struct verdict *verdict);
bool verdict_edits_header(const struct verdict *verdict);

/* One more edit of the deciding rule, behind the others; false when the arena is full. Texts are borrowed. */
bool verdict_add_edit(struct arena *arena, struct verdict *verdict, enum edit_kind kind,
                      struct span name, struct span value);

#endif
