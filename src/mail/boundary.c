/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Delimiter lines of a multipart (RFC 2046, 5.1.1), and which of them only some
 * readers accept: behind a lone CR or LF, or with more than blanks behind the
 * boundary.
 */
#include <string.h>

#include "mail_priv.h"

/* Index of the next "--" that begins a line, by any reader's idea of a line. */
static size_t next_dashes(struct span content, size_t at)
{
    while (at < content.len) {
        const char *hit = memchr(content.ptr + at, '-', content.len - at);
        if (hit == NULL)
            return content.len;
        at = (size_t)(hit - content.ptr);
        if (at + 1 < content.len && hit[1] == '-' &&
            (at == 0 || hit[-1] == '\n' || hit[-1] == '\r'))
            return at;
        at++;
    }
    return content.len;
}

/* How much of a line end stands before index at, and whether all readers take it for one. */
static size_t line_end_before(struct span content, size_t at, enum line_ends ends, bool *odd_out)
{
    *odd_out = false;
    if (at == 0)
        return 0;
    if (content.ptr[at - 1] == '\r') {
        *odd_out = true;
        return 1;
    }
    if (at > 1 && content.ptr[at - 2] == '\r')
        return 2;
    *odd_out = ends == LINE_ENDS_CRLF;
    return 1;
}

/* What follows the boundary on its line. */
static void read_tail(struct boundary_scan *scan, size_t at, struct delimiter *out)
{
    struct span rest = span_slice(scan->content, at, scan->content.len);
    size_t newline = span_find_byte(rest, '\n');
    size_t end = newline;
    struct span tail;

    out->next = at + newline + (newline < rest.len);
    if (end > 0 && end < rest.len && rest.ptr[end - 1] == '\r')
        end--;
    else if (newline < rest.len)
        out->loose |= scan->ends == LINE_ENDS_CRLF;
    tail = span_slice(rest, 0, end);
    if (span_find_byte(tail, '\r') < tail.len) {
        /* Some end the line here. */
        size_t cr = span_find_byte(tail, '\r');
        out->loose = true;
        out->next = at + cr + 1;
        tail = span_slice(tail, 0, cr);
    }
    out->closing = span_starts_with(tail, SPAN("--"));
    if (out->closing)
        tail = span_slice(tail, 2, tail.len);
    out->loose |= span_trim(tail).len > 0;
}

bool boundary_next(struct boundary_scan *scan, struct delimiter *out)
{
    struct span content = scan->content;

    for (;;) {
        size_t at = next_dashes(content, scan->at), end_length;
        bool odd;

        if (at >= content.len)
            return false;
        scan->at = at + 2;
        if (!span_starts_with(span_slice(content, at + 2, content.len), scan->boundary))
            continue;
        end_length = line_end_before(content, at, scan->ends, &odd);
        *out = (struct delimiter){ .before = at - end_length, .loose = odd };
        read_tail(scan, at + 2 + scan->boundary.len, out);
        scan->at = out->next;
        if (!out->loose || scan->lenient)
            return true;
        scan->passed_loose = true;
    }
}

bool boundary_is_usual(struct span boundary)
{
    if (boundary.len == 0 || boundary.len > 70 || boundary.ptr[boundary.len - 1] == ' ')
        return false;
    for (size_t i = 0; i < boundary.len; i++)
        if (boundary.ptr[i] < ' ' || boundary.ptr[i] > '~' || boundary.ptr[i] == '"' ||
            boundary.ptr[i] == '\\')
            return false;
    return true;
}
