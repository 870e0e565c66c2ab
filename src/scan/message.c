/* SPDX-License-Identifier: EUPL-1.2 */
#include "scan_priv.h"

bool message_looks_so(struct span bytes, struct span declared)
{
    (void)bytes;
    return span_equals(declared, SPAN("message/rfc822"));
}

void message_read(struct scan *scan, struct span bytes, struct span prefix, unsigned depth)
{
    const size_t crlf = span_find(bytes, SPAN("\r\n\r\n"));
    const size_t lf = span_find(bytes, SPAN("\n\n"));
    const size_t end = crlf < lf ? crlf + 4 : lf + 2;
    const struct stream body = { .bytes = span_slice(bytes, end, bytes.len),
                                 .where = arena_printf(scan->facts->arena, "%.*s1", SPAN_ARG(prefix)),
                                 .declared = SPAN("text/plain"),
                                 .depth = depth };

    walk_stream(scan, &body);
}
