/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef MAIL_PRIV_H
#define MAIL_PRIV_H

/*
 * Shared inside the room: the lexical tokens of structured fields (RFC 5322, 3.2;
 * RFC 2045, 5.1), one address, and the transfer decoders behind mail/transfer.h.
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/span.h"
#include "mail/address.h"
#include "mail/transfer.h"

enum lexeme {
    LEX_END = 1,
    LEX_ATOM,       /* run of octets that are nothing below; 8-bit octets included */
    LEX_QUOTED,     /* text: between the quotes, quoted pairs not yet resolved */
    LEX_COMMENT,    /* text: between the outermost parentheses */
    LEX_LITERAL,    /* "[...]", text with the brackets */
    LEX_SPECIAL,    /* one octet of the lexer's specials */
    LEX_CONTROL     /* one octet that is neither printable nor white space: NUL, bare CR… */
};

struct lexer {
    struct span rest;
    struct span specials;   /* octets that end an atom and stand alone */
    bool literals;          /* "[" begins a domain literal */
};

struct token {
    enum lexeme kind;
    struct span text;
    struct span raw;        /* with quotes or parentheses */
    bool spaced;            /* white space stood before it */
    bool open;              /* its closing quote, parenthesis or bracket is missing */
};

extern const struct span lex_address_specials, lex_mime_specials;

/* The next token; white space, folds among it, only sets spaced. */
struct token lex_next(struct lexer *lexer);

/* How an addr-spec was written, for those who judge how others would read it. */
struct address_form {
    bool comment;           /* a comment stood anywhere in it */
    bool commented;         /* one stood between its first and last token */
    bool quoted_at;         /* "@" inside a quoted local part */
    bool obsolete;          /* white space around "." or "@" (RFC 5322, 4.4) */
};

/*
 * One addr-spec, with a route before it perhaps (RFC 5322, 4.4): all of text is
 * taken or it is ADDRESS_SYNTAX. With strict, only what RFC 5321 (4.1.2) has: no
 * comment, no white space.
 */
enum address_result address_parse_spec(struct arena *arena, struct span text, bool strict,
                                       struct address *out, struct address_form *form_out);

/* Each as transfer_decode() with its encoding. */
bool base64_decode(enum transfer_reading reading, struct span text, struct buf *out,
                   struct ambiguity_set *seen);
bool qp_decode(enum transfer_reading reading, struct span text, struct buf *out,
               struct ambiguity_set *seen);
bool uuencode_decode(enum transfer_reading reading, struct span text, struct buf *out,
                     struct ambiguity_set *seen);
bool yenc_decode(struct span text, struct buf *out, struct ambiguity_set *seen);

#endif
