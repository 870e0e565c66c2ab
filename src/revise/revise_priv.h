/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef REVISE_PRIV_H
#define REVISE_PRIV_H

#include "mail/mime.h"
#include "revise/revise.h"

/* Octets that take the place of others: at, in the message, len of them. In order of at, apart. */
struct patch {
    size_t at, len;
    struct span octets;
};

struct patches {
    struct arena *arena;
    struct patch *items;
    size_t count, capacity;
};

/* false when the arena is full. */
bool patches_add(struct patches *patches, size_t at, size_t len, struct span octets);

/* What one text part becomes. Its decoded text is text; replaced is cleared and filled. */
struct text_edit {
    const struct revision *revision;
    bool html;
    bool wants_footer;
    bool utf8;              /* else some charset that has ASCII in its lower half */
    struct span line_end;   /* "\r\n" or "\n", as the message has them */
};

enum revise_result text_revise(const struct text_edit *edit, struct span text, struct buf *replaced);

/* Does any address to be replaced stand in it? */
bool text_has_target(const struct revision *revision, struct span text);

/* Transfer encodings for what we write (RFC 2045, 6.7 and 6.8), lines of at most 76 octets. */
bool encode_base64(struct span octets, struct span line_end, struct buf *out);
bool encode_quoted_printable(struct span octets, struct span line_end, struct buf *out);

#endif
