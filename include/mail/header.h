/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

/*
 * A header block cut into fields (RFC 5322, 2.2), as mail servers and readers do.
 *
 * Where they do differently, the block holds what either would see: fields behind
 * the place where only some end the header are listed too, marked stray, and
 * second_body is the content for those. Nothing is copied; every span looks into
 * the octets that were given.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "facts/ambiguity.h"

/* What is past these is named (AMBIGUITY_HEADER_TOO_LONG) and begins the body. */
enum {
    HEADER_FIELD_BYTES = 64 << 10,  /* of one field: the rest of it is in raw, not in value */
    HEADER_BLOCK_BYTES = 1 << 20,
    HEADER_FIELDS = 10000
};

struct header_field {
    struct span name;       /* as written, blanks before the colon left out */
    struct span value;      /* behind the colon, folds in it, line end left out */
    struct span raw;        /* the whole field with its line end */
    bool stray;             /* some readers have ended the header before it, or see it in another field */
};

struct header_block {
    struct header_field *fields;
    size_t count, capacity;
    struct span body;           /* content, for readers that take the header as far as it goes */
    struct span second_body;    /* content for those that end it sooner; null pointer: nobody does */
    bool has_separator;         /* an empty line ended it */
    struct ambiguity_set seen;
};

enum line_ends {
    LINE_ENDS_CRLF = 1, /* as SMTP has it: a lone LF is odd */
    LINE_ENDS_LF        /* a file as Unix keeps it */
};

/* What the first line end in it is; LINE_ENDS_CRLF when there is none. */
enum line_ends line_ends_of(struct span octets);

/*
 * Parse the block at the start of octets. With is_top a first line "From " (mbox)
 * is passed over. Linear; when the arena fills, the block ends early.
 */
void header_parse(struct arena *arena, struct span octets, enum line_ends ends, bool is_top,
                  struct header_block *out);

/* The next field of that name (any case) behind after, or the first when after is NULL; NULL: no more. */
const struct header_field *header_next(const struct header_block *block, struct span name,
                                       const struct header_field *after);

/* A field value as encoded_word_decode() shows it, without blanks at its ends. */
struct span header_decode(struct arena *arena, const struct header_field *field,
                          struct ambiguity_set *seen);

#endif
