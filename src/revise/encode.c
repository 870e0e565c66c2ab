/* SPDX-License-Identifier: EUPL-1.2 */
#include <openssl/evp.h>

#include "revise_priv.h"

enum {
    BASE64_LINE_OCTETS = 57,    /* 76 characters */
    QP_LINE_CHARS = 75          /* and "=" for a soft line break */
};

bool encode_base64(struct span octets, struct span line_end, struct buf *out)
{
    for (size_t at = 0; at < octets.len; at += BASE64_LINE_OCTETS) {
        struct span line = span_slice(octets, at, at + BASE64_LINE_OCTETS);
        char *room = buf_reserve(out, 4 * (BASE64_LINE_OCTETS / 3) + 1);

        if (room == NULL)
            return false;
        out->len += (size_t)EVP_EncodeBlock((unsigned char *)room, (const unsigned char *)line.ptr,
                                            (int)line.len);
        buf_append(out, line_end);
    }
    return !out->failed;
}

static bool is_plain(unsigned char c, bool before_line_end)
{
    if (c == ' ' || c == '\t')
        return !before_line_end;
    return c > ' ' && c < 0x7F && c != '=';
}

/* One line of the text, without its end, broken softly where it is long. */
static void encode_line(struct span line, struct span line_end, struct buf *out)
{
    size_t column = 0;

    for (size_t i = 0; i < line.len; i++) {
        unsigned char c = (unsigned char)line.ptr[i];
        bool plain = is_plain(c, i + 1 == line.len);
        size_t width = plain ? 1 : 3;

        if (column + width > QP_LINE_CHARS) {
            buf_append_byte(out, '=');
            buf_append(out, line_end);
            column = 0;
        }
        if (plain)
            buf_append_byte(out, (char)c);
        else
            buf_printf(out, "=%02X", c);
        column += width;
    }
}

bool encode_quoted_printable(struct span octets, struct span line_end, struct buf *out)
{
    while (octets.len > 0) {
        size_t end = span_find_byte(octets, '\n');
        bool ended = end < octets.len;
        bool with_cr = ended && end > 0 && octets.ptr[end - 1] == '\r';

        encode_line(span_slice(octets, 0, end - with_cr), line_end, out);
        if (ended)
            buf_append(out, line_end);
        octets = span_slice(octets, end + ended, octets.len);
    }
    return !out->failed;
}
