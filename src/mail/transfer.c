/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/transfer.h"

#include <string.h>

#include "mail_priv.h"

enum transfer_encoding transfer_from_name(struct span name)
{
    static const struct {
        struct span name;
        enum transfer_encoding encoding;
    } known[] = {
        { SPAN("7bit"), TRANSFER_IDENTITY },
        { SPAN("8bit"), TRANSFER_IDENTITY },
        { SPAN("binary"), TRANSFER_IDENTITY },
        { SPAN("base64"), TRANSFER_BASE64 },
        { SPAN("quoted-printable"), TRANSFER_QUOTED_PRINTABLE },
        { SPAN("x-uuencode"), TRANSFER_UUENCODE },
        { SPAN("x-uue"), TRANSFER_UUENCODE },
        { SPAN("uuencode"), TRANSFER_UUENCODE },
        { SPAN("uue"), TRANSFER_UUENCODE },
        { SPAN("x-yencode"), TRANSFER_YENC },
        /* Names that never were standard, and that every reader takes for no encoding. */
        { SPAN("7-bit"), TRANSFER_IDENTITY },
        { SPAN("8-bit"), TRANSFER_IDENTITY },
    };

    name = span_trim(name);
    if (name.len == 0)
        return TRANSFER_IDENTITY;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (span_equals_nocase(name, known[i].name))
            return known[i].encoding;
    return TRANSFER_UNKNOWN;
}

struct span transfer_next_line(struct span *rest)
{
    struct span line = { NULL, 0 };

    if (span_next(rest, '\n', &line) && line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

bool transfer_decode(enum transfer_encoding encoding, enum transfer_reading reading,
                     struct span text, struct buf *out, struct ambiguity_set *seen)
{
    switch (encoding) {
    case TRANSFER_IDENTITY:
    case TRANSFER_UNKNOWN:
        return buf_append(out, text);
    case TRANSFER_BASE64:
        return base64_decode(reading, text, out, seen);
    case TRANSFER_QUOTED_PRINTABLE:
        return qp_decode(reading, text, out, seen);
    case TRANSFER_UUENCODE:
        return uuencode_decode(reading, text, out, seen);
    case TRANSFER_YENC:
        return yenc_decode(text, out, seen);
    }
    return false;
}

bool transfer_needs_more(enum transfer_encoding encoding, const struct ambiguity_set *seen)
{
    switch (encoding) {
    case TRANSFER_BASE64:
        return ambiguity_set_has(seen, AMBIGUITY_BASE64_JUNK) ||
               ambiguity_set_has(seen, AMBIGUITY_BASE64_PADDING);
    case TRANSFER_QUOTED_PRINTABLE:
        return ambiguity_set_has(seen, AMBIGUITY_QP_MALFORMED);
    case TRANSFER_UUENCODE:
        return ambiguity_set_has(seen, AMBIGUITY_UUENCODE_MALFORMED);
    case TRANSFER_IDENTITY:
    case TRANSFER_YENC:
    case TRANSFER_UNKNOWN:
        return false;
    }
    return false;
}
