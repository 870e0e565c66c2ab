/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef MAIL_PRIV_H
#define MAIL_PRIV_H

/*
 * Shared inside the room: the lexical tokens of structured fields (RFC 5322, 3.2;
 * RFC 2045, 5.1), one address, the decoders behind mail/transfer.h, and what the
 * part tree of mail/mime.h is made with.
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/span.h"
#include "mail/address.h"
#include "mail/mime.h"
#include "mail/param.h"
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

/* The next line of text without its line end; empty when there is none. */
struct span transfer_next_line(struct span *rest);

/* Is there a yEnc file at the start of this line? Advances *rest behind its last part. */
bool yenc_block(struct span *rest, struct span *name_out);

/* The delimiter lines of content, one after the other. */
struct boundary_scan {
    struct span content, boundary;
    enum line_ends ends;
    bool lenient;           /* those that only some readers accept count too */
    bool passed_loose;      /* one of these was passed over */
    size_t at;
};

struct delimiter {
    size_t before;          /* where the content before it ends, without the line end */
    size_t next;            /* where what follows it begins */
    bool closing, loose;
};

bool boundary_next(struct boundary_scan *scan, struct delimiter *out);

/* Within what RFC 2046 (5.1.1) allows, or what every reader takes all the same. */
bool boundary_is_usual(struct span boundary);

/*
 * Fill types, encodings, charsets, names, boundaries, disposition and the
 * ambiguities among them from part->header. in_digest: the type where none is
 * given is message/rfc822 (RFC 2046, 5.1.5).
 */
void mime_read_fields(struct arena *arena, struct mime_part *part, bool in_digest);

/* Name what is odd in the lines of content that is not base64. */
void mime_judge_lines(struct span content, enum line_ends ends, struct ambiguity_set *seen);

/*
 * Does text outside of the parts look like a part, or like an encoded file?
 * *header_out gets the index where a part's header begins, filling.len for none.
 */
bool mime_looks_like_content(struct span filling, size_t *header_out);

/* --- param.c, param_value.c ------------------------------------------------ */

/* RFC 2231 numbers its pieces from 0 without leading zeros; nobody writes more than this. */
enum { PARAM_PIECE_MAX = PARAM_MAX };

/* One "name=value" as it stands. */
struct param_written {
    struct span name;       /* without what RFC 2231 adds */
    struct span value;
    int piece;              /* number behind "*", -1 for none */
    bool extended;          /* "*" at the end */
    bool used;              /* joined into a value, or seen beside an RFC 2231 form of it */
};

struct param_parser {
    struct arena *arena;
    struct param_field *out;
    struct ambiguity_set *seen;
    struct param_written items[PARAM_MAX];
    size_t count;
    bool unclosed;          /* a quote or comment never closes: from here on every ";" counts */
};

/* Append to the values of the field unless it is there. */
void param_add_value(struct param_parser *parser, struct span name, struct span value);

/* From what was written to the values readers take: RFC 2231, RFC 2047, and where they contradict. */
void param_resolve(struct param_parser *parser);

#endif
