/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FACTS_FACTS_H
#define FACTS_FACTS_H

/*
 * All that is known of one message. The milter (or the command-line tool) fills
 * the session and the envelope, a scanner's report adds the content, and the
 * policy core reads it; nothing else decides.
 *
 * Everything lives in the arena given to facts_new() and dies with it. Domains
 * are normalised once, where they enter (mail/domain.h), so that the core
 * compares octets. An empty span means "not given"; text is UTF-8 but where said.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "facts/ambiguity.h"
#include "facts/finding.h"

enum { FACTS_HEADERS_MAX = 1000 };  /* fields that are listed; labels in others are found all the same */

/* The submitting client, as the mail server tells it. */
struct session_facts {
    struct span client_address; /* "192.0.2.1" or "2001:db8::1", no brackets; empty for local submission */
    struct span client_name;    /* verified host name, else empty */
    struct span helo;
    struct span tls_version, tls_cipher;
    struct span tls_subject, tls_issuer; /* of a verified client certificate */
    struct span login;          /* SASL user, {auth_authen} */
    struct span daemon_name;
    struct span daemon_port;
    bool local_submission;      /* sendmail(1), no SMTP client */
};

struct recipient_fact {
    struct span verbatim;       /* as in RCPT, brackets and case kept: what smfi_delrcpt() needs */
    struct span address, domain; /* normalised */
    bool malformed;
};

/* How often an exception with a limit was used before this message. */
struct use_fact {
    struct span name;
    uint64_t total, today;
};

/* What reading the content took, for rules; the plan's limits cap each. */
struct reading_cost {
    uint64_t expanded_bytes;    /* decoded and unpacked */
    uint32_t depth;             /* containers around the innermost stream, the message being 0 */
    uint32_t pages;             /* or sheets, or slides, of the document that has most */
};

struct facts {
    struct arena *arena;

    struct session_facts session;
    struct span queue_id;
    int64_t received_us;        /* when the end of the message came, realtime */
    uint64_t message_bytes;

    struct { struct sender_fact *items; size_t count, capacity; } senders; /* envelope first */
    struct { struct recipient_fact *items; size_t count, capacity; } recipients;

    struct span subject;        /* decoded, at most 998 octets */
    struct span message_id;
    struct { struct header_fact *items; size_t count, capacity; } headers;
    struct { struct label_fact *items; size_t count, capacity; } labels;
    struct { struct contact_fact *items; size_t count, capacity; } contacts;
    struct { struct part_fact *items; size_t count, capacity; } parts;
    struct { struct ambiguity_fact *items; size_t count, capacity; } ambiguities;
    struct { struct signature_fact *items; size_t count, capacity; } signatures;

    /* Counted by whoever keeps the record; an exception that is not listed was never used. */
    struct { struct use_fact *items; size_t count, capacity; } uses;
    bool uses_known;            /* false: limits of use cannot be told, so they are taken as spent */

    /* The content was never read, or not to its end: the reason, else UNINSPECTABLE_NONE. */
    enum uninspectable scan_failure;
    bool scanned;               /* a report for this message has come in */
    uint64_t dropped_findings;  /* past the plan's limit, so the lists are not whole */
    uint64_t scan_us;
    struct reading_cost cost;   /* as far as it was read */
};

/* Empty facts in arena, scanned false. NULL when the arena is full. */
struct facts *facts_new(struct arena *arena);

/* A new zeroed item at the end of each list, or NULL when the arena is full. */
struct sender_fact *facts_add_sender(struct facts *facts);
struct recipient_fact *facts_add_recipient(struct facts *facts);
struct header_fact *facts_add_header(struct facts *facts);
struct label_fact *facts_add_label(struct facts *facts);
struct contact_fact *facts_add_contact(struct facts *facts);
struct part_fact *facts_add_part(struct facts *facts);
struct ambiguity_fact *facts_add_ambiguity(struct facts *facts);
struct signature_fact *facts_add_signature(struct facts *facts);
struct use_fact *facts_add_use(struct facts *facts);

/* Has the top header block a field of that name, in any case? */
bool facts_has_header(const struct facts *facts, struct span name);

/* Forget what a scanner said and keep session and envelope, for a second look. */
void facts_drop_content(struct facts *facts);

#endif
