/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FACTS_AMBIGUITY_H
#define FACTS_AMBIGUITY_H

/*
 * The places where two mail, document or archive readers would see different
 * content or different senders. RFC 7103 tells the mail ones' history.
 */
#include <stdbool.h>

#include "base/span.h"

enum ambiguity {
    /* senders: who wrote it depends on the reader */
    AMBIGUITY_FROM_DUPLICATE = 1,       /* several From fields (RFC 5322, 3.6) */
    AMBIGUITY_FROM_MISSING,
    AMBIGUITY_FROM_MALFORMED,
    AMBIGUITY_FROM_MULTIPLE_NO_SENDER,  /* several authors and no Sender field */
    AMBIGUITY_DISPLAY_NAME_ADDRESS,     /* display name that looks like another address */
    AMBIGUITY_ADDRESS_ENCODED_WORD,     /* encoded word that hides an address or separator */
    AMBIGUITY_ADDRESS_COMMENT,          /* comment inside an address that changes how some read it */
    AMBIGUITY_ADDRESS_ROUTE,            /* RFC 822 source route */
    AMBIGUITY_ADDRESS_CONTROL,          /* NUL, CR, LF or another control octet in an address */
    AMBIGUITY_ADDRESS_QUOTED,           /* quoted local part that holds "@", where simple readers cut */
    AMBIGUITY_DOMAIN_LOOKALIKE,         /* mixes scripts or imitates ASCII (UTS #39) */
    AMBIGUITY_SENDER_DUPLICATE,         /* several Sender, Reply-To or Resent-* of one block */
    /* header block */
    AMBIGUITY_HEADER_MALFORMED,         /* line that is neither field nor continuation */
    AMBIGUITY_HEADER_NUL,
    AMBIGUITY_HEADER_BARE_CR,
    AMBIGUITY_HEADER_BARE_LF,
    AMBIGUITY_HEADER_SPACE_BEFORE_COLON,
    AMBIGUITY_HEADER_8BIT,              /* octets that are no UTF-8 in a structured field */
    AMBIGUITY_HEADER_TOO_LONG,          /* field or block past what readers agree on */
    AMBIGUITY_HEADER_EMPTY_FOLD,        /* folded line of white space only, which some take for the end */
    AMBIGUITY_HEADER_ENCODED_WORD,      /* malformed or split encoded word */
    AMBIGUITY_HEADER_NO_SEPARATOR,      /* header runs into the body */
    /* MIME structure */
    AMBIGUITY_CONTENT_TYPE_DUPLICATE,
    AMBIGUITY_CONTENT_TYPE_MALFORMED,
    AMBIGUITY_CONTENT_ENCODING_DUPLICATE,
    AMBIGUITY_CONTENT_ENCODING_UNKNOWN,
    AMBIGUITY_CONTENT_ENCODING_COMPOSITE, /* base64 or quoted-printable on a multipart or message */
    AMBIGUITY_CONTENT_DISPOSITION_DUPLICATE,
    AMBIGUITY_PARAMETER_DUPLICATE,
    AMBIGUITY_PARAMETER_MALFORMED,
    AMBIGUITY_PARAMETER_CONTINUATION,   /* RFC 2231 pieces missing, out of order, or beside a plain one */
    AMBIGUITY_PARAMETER_ENCODED_WORD,   /* RFC 2047 in a parameter */
    AMBIGUITY_FILENAME_CONFLICT,        /* readers would save under different names */
    AMBIGUITY_BOUNDARY_MISSING,
    AMBIGUITY_BOUNDARY_MALFORMED,       /* empty, too long, bad characters, trailing blanks, comments */
    AMBIGUITY_BOUNDARY_UNTERMINATED,
    AMBIGUITY_BOUNDARY_NESTED,          /* one boundary is the start of another, or is used twice */
    AMBIGUITY_BOUNDARY_LOOSE,           /* delimiter line only some readers accept */
    AMBIGUITY_PREAMBLE_CONTENT,         /* a part or encoded content before the first boundary */
    AMBIGUITY_EPILOGUE_CONTENT,         /* the same behind the last */
    AMBIGUITY_MIME_VERSION_MISSING,     /* MIME fields without MIME-Version, in a way readers differ on */
    AMBIGUITY_MESSAGE_PARTIAL,          /* message/partial or external-body: the content is elsewhere */
    /* transfer encodings */
    AMBIGUITY_BASE64_JUNK,              /* octets outside the alphabet */
    AMBIGUITY_BASE64_PADDING,           /* padding in the middle, missing, or data behind it */
    AMBIGUITY_QP_MALFORMED,
    AMBIGUITY_UUENCODE_MALFORMED,
    AMBIGUITY_BODY_NUL,
    AMBIGUITY_BODY_BARE_CR,
    AMBIGUITY_BODY_BARE_LF,
    AMBIGUITY_LINE_TOO_LONG,
    /* text */
    AMBIGUITY_CHARSET_UNKNOWN,
    AMBIGUITY_CHARSET_CONFLICT,         /* MIME, byte order mark and the document disagree */
    AMBIGUITY_CHARSET_MALFORMED,        /* octets the charset does not have */
    AMBIGUITY_TEXT_BIDI,                /* direction controls make the eye and the program differ */
    AMBIGUITY_HTML_COMMENT,             /* comment that browsers end elsewhere than parsers */
    AMBIGUITY_HTML_MALFORMED,
    AMBIGUITY_ALTERNATIVE_CONFLICT,     /* text and HTML alternatives carry different labels */
    AMBIGUITY_TYPE_CONFLICT,            /* content is another kind than what is declared */
    AMBIGUITY_POLYGLOT,                 /* the octets are good as two formats */
    /* archives and documents */
    AMBIGUITY_ARCHIVE_HIDDEN_MEMBER,    /* in one directory of the archive and not in the other */
    AMBIGUITY_ARCHIVE_DUPLICATE_MEMBER,
    AMBIGUITY_ARCHIVE_HEADER_CONFLICT,  /* central directory and local header disagree */
    AMBIGUITY_ARCHIVE_TRAILING_DATA,
    AMBIGUITY_ARCHIVE_PREFIXED_DATA,
    AMBIGUITY_ARCHIVE_MULTIPLE_DIRECTORIES,
    AMBIGUITY_ARCHIVE_NAME,             /* member name with NUL, "..", or absolute */
    AMBIGUITY_PDF_HIDDEN_LAYER,
    AMBIGUITY_PDF_REVISIONS,            /* an older revision says something else */
    AMBIGUITY_PDF_STRUCTURE,
    AMBIGUITY_DOCUMENT_STRUCTURE,       /* office document whose parts contradict each other */
    AMBIGUITY_XML_DTD,
    AMBIGUITY_COUNT
};

/* "from-duplicate": what policy, log and JSON call it. NULL for no such value. */
const char *ambiguity_name(enum ambiguity kind);
bool ambiguity_from_name(struct span name, enum ambiguity *out);

/* A set of kinds: what one parser met on its way. Zeroed is empty. */
struct ambiguity_set {
    uint64_t bits[2];
};

/* set may be NULL: the caller does not want to know. */
void ambiguity_set_add(struct ambiguity_set *set, enum ambiguity kind);
void ambiguity_set_merge(struct ambiguity_set *set, const struct ambiguity_set *other);
bool ambiguity_set_has(const struct ambiguity_set *set, enum ambiguity kind);

/* Takes the lowest kind out of the set; false when it was empty. */
bool ambiguity_set_take(struct ambiguity_set *set, enum ambiguity *kind_out);

struct ambiguity_fact {
    enum ambiguity kind;
    struct span where;
};

#endif
