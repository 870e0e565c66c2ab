/* SPDX-License-Identifier: EUPL-1.2 */
/* Quoted-printable (RFC 2045, 6.7) and its header form, the "Q" encoding (RFC 2047, 4.2). */
#include <string.h>

#include "base/hex.h"
#include "mail_priv.h"

/* The length of a soft line break at s.ptr[0] == '=': blanks may stand before the line end. 0: none. */
static size_t soft_break(struct span s)
{
    size_t at = 1;

    while (at < s.len && (s.ptr[at] == ' ' || s.ptr[at] == '\t'))
        at++;
    if (at == s.len)
        return at;
    if (s.ptr[at] == '\r' && at + 1 < s.len && s.ptr[at + 1] == '\n')
        return at + 2;
    return s.ptr[at] == '\n' ? at + 1 : 0;
}

/* What stands at "=": appended; returns the characters used. */
static size_t decode_escape(struct span s, enum transfer_reading reading, struct buf *out,
                            struct ambiguity_set *seen)
{
    /* Lower case is against the letter of RFC 2045, and decoded alike by every reader. */
    int high = s.len > 1 ? hex_digit(s.ptr[1]) : -1;
    int low = s.len > 2 ? hex_digit(s.ptr[2]) : -1;
    size_t used;

    if (high >= 0 && low >= 0) {
        buf_append_byte(out, (char)(high << 4 | low));
        return 3;
    }
    used = soft_break(s);
    if (used > 0)
        return used;
    ambiguity_set_add(seen, AMBIGUITY_QP_MALFORMED);
    if (reading != READING_STRICT)
        buf_append_byte(out, '=');
    return 1;
}

bool qp_decode(enum transfer_reading reading, struct span text, struct buf *out,
               struct ambiguity_set *seen)
{
    if (text.len > 0 && buf_reserve(out, text.len) == NULL)
        return false;
    while (text.len > 0) {
        size_t plain = span_find_byte(text, '=');
        size_t used = 0;

        buf_append(out, span_slice(text, 0, plain));
        text = span_slice(text, plain, text.len);
        if (text.len > 0)
            used = decode_escape(text, reading, out, seen);
        text = span_slice(text, used, text.len);
    }
    return !out->failed;
}

bool transfer_decode_q(struct span text, struct buf *out, struct ambiguity_set *seen)
{
    while (text.len > 0) {
        size_t used = 1;

        if (text.ptr[0] == '=')
            used = decode_escape(text, READING_TOLERANT, out, seen);
        else
            buf_append_byte(out, text.ptr[0] == '_' ? ' ' : text.ptr[0]);
        text = span_slice(text, used, text.len);
    }
    return !out->failed;
}
