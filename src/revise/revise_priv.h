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

/* false when the arena is full. Octets are copied. */
bool patches_add(struct patches *patches, size_t at, size_t len, struct span octets);

/* One message in the making. */
struct reviser {
    struct arena *arena;
    const struct revision *revision;
    struct span message;
    struct mime_tree tree;
    struct span line_end;
    struct patches patches;
    struct buf decoded, unicode, replaced, encoded;
    bool text_footer_done, html_footer_done;
    struct span *type_out;
};

/* Where in the message a span of it begins. */
size_t offset_of(const struct reviser *reviser, struct span inside);

bool has_type(const struct mime_part *part, struct span type);

/* Is it, or anything it is in, under a signature (or an encryption)? */
bool is_protected(const struct reviser *reviser, uint32_t index);

/*
 * retype.c: give a part that type, in quoted-printable. With whole, its other
 * Content-* fields go. type_with_charset(): its own type and parameters, but that
 * charset; a null pointer when they cannot be written anew.
 */
bool retype_part(struct reviser *reviser, uint32_t index, struct span type, bool whole);
struct span type_with_charset(struct reviser *reviser, const struct mime_part *part, struct span charset);

/* The edits of one part: textpart.c, metadata.c, notice.c */
enum revise_result revise_text(struct reviser *reviser, uint32_t index);
enum revise_result strip_metadata(struct reviser *reviser, uint32_t index);
enum revise_result put_notice(struct reviser *reviser, uint32_t index, const struct notice *notice);

/* What one text part becomes. Its decoded text is text; replaced is cleared and filled. */
struct text_edit {
    const struct revision *revision;
    bool html;
    bool wants_footer;
    struct span charset;    /* of the octets edited; its lower half is ASCII */
    bool flowed, delete_space;  /* format=flowed, delsp=yes (RFC 3676) */
    struct span line_end;   /* "\r\n" or "\n", as the message has them */
};

enum revise_result text_revise(const struct text_edit *edit, struct span text, struct buf *replaced);

/* At the end of text. UNCHANGED: it stands there; IMPOSSIBLE: the charset cannot say it. */
enum revise_result footer_add(const struct text_edit *edit, struct buf *text);

/* Does any address to be replaced stand in it? */
bool text_has_target(const struct revision *revision, struct span text);

/* Transfer encodings for what we write (RFC 2045, 6.7 and 6.8), lines of at most 76 octets. */
bool encode_base64(struct span octets, struct span line_end, struct buf *out);
bool encode_quoted_printable(struct span octets, struct span line_end, struct buf *out);

#endif
