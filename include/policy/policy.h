/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

/*
 * One policy, as the room conf builds it and the core reads it. Immutable once
 * built, so any number of threads may judge by it at once. All of it lives in the
 * arena it was built in.
 *
 * Places ("at") are "file:line" of the setting's section. Label indexes are those
 * of plan.labels; scheme and destination indexes those of the arrays here.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "facts/facts.h"
#include "facts/plan.h"
#include "facts/verdict.h"
#include "policy/decide.h"
#include "policy/fact.h"
#include "policy/nameset.h"
#include "policy/network.h"
#include "policy/pattern.h"

enum { POLICY_NONE = -1 };

/* Mailboxes and domains of a condition: exact ones and suffixes in a hash, the rest by pattern. */
struct address_set {
    struct nameset names;
    struct pattern_list patterns;   /* over the whole address */
};

struct network_list {
    struct network *items;
    size_t count, capacity;
};

/* Where an approved domain may come from: what is given must all hold, values are alternatives. */
struct server {
    struct span name, at;
    struct nameset domains;
    struct network_list networks;
    struct nameset logins;
    struct pattern_list certificates;   /* subject common names of verified client certificates */
    struct pattern_list daemons;        /* names of the mail server's own listeners */
    bool local;                         /* sendmail(1) on the gateway itself counts */
};

/* Is there anything, but local, that its domains may come from? */
bool server_is_bound(const struct server *server);

/* One line of the login map: these addresses and domains belong to the login. */
struct login_entry {
    struct span login;
    struct nameset addresses;
};

struct senders {
    struct nameset approved;
    struct server *servers;
    size_t server_count;
    struct login_entry *logins;         /* sorted by login_compare(), none twice */
    size_t login_count;
    bool has_login_map;
    bool null_approved;                 /* "<>" needs no approval */
};

/* The highest that may go to a destination, scheme by scheme. */
struct ceiling {
    int32_t *by_scheme;     /* label index or POLICY_NONE; scheme_count of them, NULL when none is set */
    int32_t level;          /* for schemes without their own: the lowest level set, -1 for none */
    bool everything;        /* "any" */
    bool *never;            /* label → above whatever the rest says; NULL: none */
    bool *caveats;          /* label → a caveat the ceiling names, and so lets pass; NULL: none */
    bool unknown_allowed;   /* labels no scheme knows do not count as above */
    struct span text;       /* as written, for the reasons */
};

/*
 * A caveat: a label that says for whom, not how secret. It is no matter of rank: it may
 * go where the destination belongs to one of the nations or groups it names.
 */
struct release {
    struct span_list nations;   /* as markings call them: "FRA", "FVEY", "ATOMAL" */
    bool listed;                /* or those that stand behind it in the message */
};

struct destination {
    struct span name, at;
    struct address_set members;
    struct ceiling ceiling;
    struct span_list nations;   /* those the recipients belong to; none: no caveat lets them have it */
    bool require_tls;
    unsigned tls_minimum;               /* 0: none; else as tls_rank() orders versions */
    struct pattern_list certificates;   /* one of these; none: no certificate is asked for */
    bool require_encrypted, require_signed;
};

/* TLSv1 1, TLSv1.1 2, TLSv1.2 3, TLSv1.3 4; 0 for none and for what is no such name. */
unsigned tls_rank(struct span version);

struct exception {
    struct span name, at;
    struct address_set senders;
    bool has_senders;
    struct nameset logins;
    struct network_list clients;
    fact_set allows;
    bool *allows_rules;         /* rule_count of them, NULL when it names no rule */
    bool has_ceiling;
    struct ceiling ceiling;
    bool *destinations;         /* destination_count of them, NULL: any */
    struct address_set recipients;
    bool has_recipients;
    struct span owner, reason;
    int64_t from_us, expires_us; /* in force from (included) until (excluded) */
    struct span expires;        /* as written */
    uint64_t uses, uses_a_day;  /* limits; 0: none */
};

enum condition_kind {
    /* about one sender, recipient, label, part, contact or ambiguity: all of a rule's
     * conditions about the same kind of thing must hold for one and the same thing */
    CONDITION_SENDER = 1,
    CONDITION_SENDER_FIELD,
    CONDITION_RECIPIENT,
    CONDITION_DESTINATION,
    CONDITION_LABEL,
    CONDITION_LABEL_AT_LEAST,
    CONDITION_SOURCE,
    CONDITION_PLACE,
    CONDITION_REASON,
    CONDITION_FILE_NAME,
    CONDITION_TYPE,
    CONDITION_SHA256,
    CONDITION_PART_ABOVE,
    CONDITION_CONTACT,
    CONDITION_AMBIGUITY,
    /* about the message as a whole */
    CONDITION_LOGIN,
    CONDITION_CLIENT,
    CONDITION_TLS,
    CONDITION_CERTIFICATE,
    CONDITION_DAEMON,
    CONDITION_PORT,
    CONDITION_MAILER,
    CONDITION_HEADER,
    CONDITION_SUBJECT,
    CONDITION_SIZE_ABOVE,
    CONDITION_RECIPIENTS_ABOVE,
    CONDITION_EXPANDED_ABOVE,
    CONDITION_DEPTH_ABOVE,
    CONDITION_PARTS_ABOVE,
    CONDITION_PAGES_ABOVE,
    CONDITION_TIME,
    CONDITION_SIGNER,
    CONDITION_COUNT
};

/* A header condition: a name alone asks whether the field is there. */
struct header_test {
    struct span name;
    struct pattern value;
    bool any_value;
};

/* Minutes of the local day and days of the week, from included, to excluded; to below from passes midnight. */
struct time_window {
    uint16_t from_minute, to_minute;
    uint8_t days;               /* bit 0 Monday … bit 6 Sunday */
};

/* Which members count is said by kind. */
struct condition {
    enum condition_kind kind;
    struct address_set addresses;       /* SENDER, RECIPIENT, CONTACT */
    struct pattern_list patterns;       /* the kinds that compare one text, SENDER_FIELD to SIGNER */
    struct network_list networks;       /* CLIENT */
    struct nameset hashes;              /* SHA256, lower-case hexadecimal */
    bool *members;                      /* DESTINATION, LABEL: index → is it one of them */
    struct ceiling at_least;            /* LABEL_AT_LEAST: the floors, scheme by scheme */
    uint64_t mask;                      /* SOURCE, REASON: bit of the enum's value */
    uint64_t ambiguities[2];            /* AMBIGUITY: bit of the enum's value */
    uint64_t above;                     /* the …_ABOVE */
    struct header_test *headers;        /* HEADER */
    size_t header_count;
    struct time_window *windows;        /* TIME */
    size_t window_count;
};

struct condition_list {
    struct condition *items;
    size_t count, capacity;
};

/* What to do when a reason to refuse holds for some recipients only. */
enum some_recipients {
    SOME_ALL = 1,       /* the action for the whole message, naming the recipients */
    SOME_DROP,          /* those recipients go, the others get the message */
    SOME_HOLD           /* quarantine the whole message */
};

/* Fields to remove: those whose name, and where it is given whose value, fit. */
struct field_removal {
    struct pattern name, value;
    bool any_value;
};

enum label_header { LABEL_HEADER_PSPF = 1, LABEL_HEADER_SIO = 2 };

struct header_template {
    struct span name, value;
};

/* sender map of a rewrite: a mailbox or domain to the address that takes its place */
struct sender_mapping {
    struct span from, to;
};

struct rule {
    struct span name, at;
    enum rule_mode mode;
    enum action action;
    fact_set when, unless;
    struct condition_list conditions;           /* all must hold */
    struct condition_list unless_conditions;    /* none may hold */
    enum confidence confidence;                 /* least, for everything about labels */
    bool tell_sender;           /* with SOME_DROP */
    enum some_recipients some;
    uint16_t code;                              /* 0: 550 or 451 */
    struct span enhanced;                       /* empty: by fact */
    struct span_list reply;                     /* templates; empty: the shipped texts */
    struct header_template *headers;            /* tag: set; rewrite: set, or delete when value is empty */
    size_t header_count;
    struct field_removal *removals;             /* rewrite */
    size_t removal_count;
    struct span subject_mark;                   /* tag, rewrite: template of the message's label, before its subject */
    unsigned label_headers;                     /* tag, rewrite: enum label_header, or'ed */
    struct span_list recipients;                /* redirect and copy: addresses */
    struct sender_mapping *mappings;            /* rewrite */
    size_t mapping_count;
    struct sender_mapping *contacts;            /* rewrite: addresses in the body */
    size_t contact_count;
    struct span footer_text, footer_html;       /* rewrite; templates */
    bool strip_metadata;                        /* rewrite: author and the like, of the parts it is about */
    struct span notice;                         /* rewrite: what takes the place of the parts it is about */
};

/* DKIM and ARC signatures that an edit breaks. */
enum broken_signatures { BROKEN_KEEP = 1, BROKEN_REMOVE, BROKEN_HOLD };

/* Those texts may be written in; the shipped ones are in the first two. */
enum language { LANGUAGE_FR = 1, LANGUAGE_EN, LANGUAGE_DE, LANGUAGE_ES, LANGUAGE_IT, LANGUAGE_COUNT };

struct span language_name(enum language language);
bool language_from_name(struct span name, enum language *out);

/* One text in some languages; templates. */
struct text {
    struct span name;
    struct span in[LANGUAGE_COUNT];
};

/* People of these domains read this language. */
struct readers {
    enum language language;
    struct nameset domains;
};

/* Is the whole value "%{text:NAME}"? */
bool text_reference(struct span value, struct span *name_out);

struct policy {
    struct arena *arena;
    enum rule_mode mode;
    uint8_t digest[32];
    uint64_t version;                   /* of its signed manifest; 0: nobody asked for one */
    struct span signer;
    struct scan_plan plan;
    struct span *schemes;
    size_t scheme_count;
    int32_t *label_scheme;              /* label → scheme */
    struct span *label_names;           /* label → "fr:SECRET" */
    struct release *releases;           /* label → whom it is for; nobody named: no caveat */
    struct senders senders;
    struct destination *destinations;
    size_t destination_count;
    struct exception *exceptions;
    size_t exception_count;
    struct rule *rules;
    size_t rule_count;
    struct text *texts;
    size_t text_count;
    struct readers *readers;            /* the first that fits counts */
    size_t reader_count;
    unsigned languages;                 /* of everybody else: bits of enum language */
    enum action failures[FAILURE_COUNT];    /* accept, tempfail, reject, quarantine or discard */
    int32_t utc_offset_minutes;             /* of time windows, in winter */
    enum broken_signatures broken_signatures;
    bool summer_time;                       /* one hour more by the European rule (Directive 2000/84/EC) */
};

/*
 * Are all placeholders ("%{label}") of a template known? If not, the first that is
 * not goes to *unknown_out. template_placeholders lists them, separated by blanks.
 */
bool template_check(struct span text, struct span *unknown_out);
extern const char template_placeholders[];

/* What stands for "notice = standard": a template in French and in English. */
struct span policy_standard_notice(void);

/* The order of the login map: by octets, ASCII case apart. */
int login_compare(struct span a, struct span b);

/* Is the label above the ceiling? LABEL_UNKNOWN is a label too. */
bool ceiling_is_exceeded(const struct policy *policy, const struct ceiling *ceiling, int32_t label);

/* Has an exception a limit of use? Then facts.uses must say how often each was used. */
bool exception_is_limited(const struct exception *exception);
bool policy_limits_uses(const struct policy *policy);

/* What is in force before a file says anything: no rules, no destinations, all failures tempfail. */
void policy_init(struct policy *policy, struct arena *arena);

#endif
