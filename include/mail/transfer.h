/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef MAIL_TRANSFER_H
#define MAIL_TRANSFER_H

/*
 * Content transfer encodings: base64 and quoted-printable (RFC 2045, 6.7 and
 * 6.8), uuencode (IEEE 1003.1, uuencode), yEnc (draft 1.3).
 *
 * Well-formed input has one reading. For the rest, readers are known to do
 * different things; each such thing is a reading here, and what made the
 * readings differ is named. A caller that wants the union decodes once, and
 * again under the others when transfer_needs_more() says so.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "facts/ambiguity.h"

enum transfer_encoding {
    TRANSFER_IDENTITY = 1,  /* 7bit, 8bit, binary, or none named */
    TRANSFER_BASE64,
    TRANSFER_QUOTED_PRINTABLE,
    TRANSFER_UUENCODE,      /* x-uuencode, x-uue, uuencode */
    TRANSFER_YENC,          /* x-yencode */
    TRANSFER_UNKNOWN        /* a name that is none of these */
};

enum transfer_reading {
    READING_TOLERANT = 1,   /* junk skipped; a new stream after padding; malformed "=" kept as it stands */
    READING_STRICT,         /* ends at the first padding or junk; malformed "=" left out */
    READING_THROUGH         /* padding is junk as well: the bits run on */
};

/* By name, any case, blanks around it ignored. The empty name is TRANSFER_IDENTITY. */
enum transfer_encoding transfer_from_name(struct span name);

/*
 * Append the decoded octets. For TRANSFER_IDENTITY and TRANSFER_UNKNOWN these are
 * the input's. false when out failed (its cap, or memory): what fitted is there.
 * seen may be NULL.
 */
bool transfer_decode(enum transfer_encoding encoding, enum transfer_reading reading,
                     struct span text, struct buf *out, struct ambiguity_set *seen);

/*
 * Is it base64 from its first line on, as an encoder writes it: three lines or more of one
 * length, 60 octets at least, of the alphabet alone (RFC 2045, 6.8)? Less may be words.
 */
bool transfer_is_bare_base64(struct span text);

/* Would the other readings of this encoding give other octets, after what was seen? */
bool transfer_needs_more(enum transfer_encoding encoding, const struct ambiguity_set *seen);

/* The "Q" encoding of header fields (RFC 2047, 4.2): as quoted-printable, with "_" for a space. */
bool transfer_decode_q(struct span text, struct buf *out, struct ambiguity_set *seen);

/*
 * Encoded files in running text: the next "begin MODE NAME" or "=ybegin" block
 * of *rest that looks like one. span_out is the whole block, name_out the file name as
 * written, encoding_out how to decode it (transfer_decode takes the block whole).
 * *rest is advanced behind it. false when there is none.
 */
bool transfer_find_block(struct span *rest, enum transfer_encoding *encoding_out,
                         struct span *name_out, struct span *block_out);

/*
 * The same for BinHex 4.0 (RFC 1741): *block_out begins with the line that says so.
 * What is in it is a container, and read as a document format.
 */
bool transfer_find_binhex(struct span *rest, struct span *block_out);

#endif
