/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef AUDIT_PRIV_H
#define AUDIT_PRIV_H

/* The form of a chain's lines, shared by its writer and its verifier. */
#include "audit/chain.h"

/* What a line says of its place in the chain; views into the line. */
struct chain_line {
    uint64_t sequence;
    uint8_t prev[HASH_BYTES], hash[HASH_BYTES];
    struct span hashed;     /* the octets the hash is over */
};

/* false when the line has not the form of a record; the hash is not checked. */
bool chain_line_parse(struct span line, struct chain_line *out);

/* Is the line's hash that of its text? */
bool chain_line_is_genuine(const struct chain_line *line, struct span key);

/*
 * Append record as the line after head, newline included, and move head on to it.
 * record is a JSON object with at least one member. -1 without memory.
 */
int chain_line_append(struct buf *out, struct chain_head *head, struct span key,
                      struct span record, int64_t now_us);

enum { CHAIN_HEAD_BYTES = 256 };

/* The content of the head file, of a fixed size so that it is overwritten in place. */
int chain_head_encode(const struct chain_head *head, struct span key, char out[CHAIN_HEAD_BYTES]);

#endif
