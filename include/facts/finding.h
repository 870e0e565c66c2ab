/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FACTS_FINDING_H
#define FACTS_FINDING_H

/*
 * What a scanner found in a message: labels, contact addresses, parts, what it
 * could not read, and where two readers would differ. All text is clean UTF-8.
 *
 * where is a place a person can go to: the MIME path as IMAP numbers parts
 * (RFC 9051, 6.4.5: "1", "2.1"), then "!" and a name for each container member,
 * then "#" and a spot: page, sheet, slide or line of that part, and the kind of text when
 * it is not the body: "2!plan.zip!note.docx!word/header1.xml#line=1,header".
 * A header field is "header:Subject", in a nested message "3.header:Subject".
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* Zero is never a value, so a forgotten field cannot look like a finding. */
enum confidence {
    CONFIDENCE_POSSIBLE = 1,    /* the words are there */
    CONFIDENCE_LIKELY,          /* and look like a marking */
    CONFIDENCE_CERTAIN          /* machine-readable, or a marking in its own place and form */
};

enum source {
    SOURCE_TEXT = 1,            /* what a person sees */
    SOURCE_HIDDEN,              /* text in the document that a person is not shown */
    SOURCE_METADATA,            /* document properties, machine-readable labels */
    SOURCE_HEADER,              /* header field other than the subject */
    SOURCE_SUBJECT,
    SOURCE_FILENAME,            /* of an attachment or a container member */
    SOURCE_SIGNATURE,           /* security label in a signature (RFC 2634, 3) */
    SOURCE_IMAGE                /* read from pixels */
};

enum { LABEL_UNKNOWN = -1 };

struct label_fact {
    int32_t label;              /* index into scan_plan.labels, or LABEL_UNKNOWN: labelled, level unknown */
    enum confidence confidence;
    enum source source;
    struct span where;
    struct span text;           /* the marking as met, at most 128 octets; never what surrounds it */
    bool obfuscated;            /* seen only after undoing a disguise */
    bool quoted;                /* in text quoted from another message */
};

struct contact_fact {
    struct span address;        /* local part as written, domain normalised (A-labels, lower case) */
    struct span domain;         /* the part of address behind "@" */
    struct span where;
    bool obfuscated;            /* "name (at) example . org" */
};

/* A finding of a mailbox that claims to have sent the message. */
struct sender_fact {
    struct span where;          /* "envelope", "From", "Sender", "Reply-To", "Resent-From"… */
    struct span address;        /* as contact_fact; the text as written when it is no address */
    struct span domain;         /* empty when malformed or null */
    struct span display_name;
    bool malformed;             /* no mailbox of RFC 5321/5322: never approved */
    bool null_sender;           /* "<>" */
};

enum uninspectable {
    UNINSPECTABLE_NONE = 1,     /* fully read */
    UNINSPECTABLE_ENCRYPTED,
    UNINSPECTABLE_DAMAGED,
    UNINSPECTABLE_TOO_LARGE,
    UNINSPECTABLE_TOO_DEEP,
    UNINSPECTABLE_TOO_MANY,
    UNINSPECTABLE_TIMEOUT,
    UNINSPECTABLE_UNSUPPORTED,
    UNINSPECTABLE_CRASHED,
    UNINSPECTABLE_IMAGE_ONLY
};

struct part_fact {
    struct span where;
    struct span name;           /* file name, empty when none was given */
    struct span declared;       /* media type as declared, lower case; empty in containers without types */
    struct span detected;       /* short type by content: "docx", "pdf", "text", "html", "zip", "unknown" */
    uint64_t bytes;             /* decoded size */
    uint8_t sha256[32];         /* of the decoded octets */
    enum uninspectable reason;  /* UNINSPECTABLE_NONE when fully read */
    bool mismatch;              /* declared type or name says another kind than the content */
    bool active;                /* carries macros, scripts or the like */
    bool opened;                /* sealed in whole or in part, and read by a password of the policy */
};

/* A signature met on the way (S/MIME, PGP), for rules and before any edit. */
struct signature_fact {
    struct span where;
    struct span kind;           /* "smime", "pgp", "dkim" */
    struct span signer;         /* as it claims; empty when it does not say */
    bool verified;              /* it holds, by a certificate of the plan's authorities */
    bool covers_message;        /* the message is this signature and what it signs, nothing beside it */
};

/* A field of the top header block, decoded (RFC 2047), value cut at 998 octets. */
struct header_fact {
    struct span name, value;
};

const char *confidence_name(enum confidence confidence);
const char *source_name(enum source source);
const char *uninspectable_name(enum uninspectable reason);

/* The reverse, for configuration and wire; false when the name is not one. */
bool confidence_from_name(struct span name, enum confidence *out);
bool source_from_name(struct span name, enum source *out);
bool uninspectable_from_name(struct span name, enum uninspectable *out);

#endif
