/* SPDX-License-Identifier: EUPL-1.2 */
/* The lines of undecoded content: what is odd about their ends, and whether they look like an encoded file. */
#include <string.h>

#include "mail_priv.h"

/*
 * Servers on the way break lines past 998 octets (RFC 5321, 4.5.3.1.6) where they
 * please, and producers that write none shorter have long been common; a line past
 * this one no longer reaches every reader whole.
 */
enum { LINE_BYTES = 32 << 10 };

void mime_judge_lines(struct span content, enum line_ends ends, struct ambiguity_set *seen)
{
    struct span rest = content;

    if (content.len == 0)
        return;
    if (memchr(content.ptr, '\0', content.len) != NULL)
        ambiguity_set_add(seen, AMBIGUITY_BODY_NUL);
    while (rest.len > 0) {
        size_t end = span_find_byte(rest, '\n');
        bool has_end = end < rest.len;
        bool crlf = has_end && end > 0 && rest.ptr[end - 1] == '\r';
        size_t len = end - crlf;

        if (len > LINE_BYTES)
            ambiguity_set_add(seen, AMBIGUITY_LINE_TOO_LONG);
        if (len > 0 && memchr(rest.ptr, '\r', len) != NULL)
            ambiguity_set_add(seen, AMBIGUITY_BODY_BARE_CR);
        if (has_end && crlf != (ends == LINE_ENDS_CRLF))
            ambiguity_set_add(seen, AMBIGUITY_BODY_BARE_LF);
        rest = span_slice(rest, end + 1, rest.len);
    }
}

static bool is_base64_line(struct span line)
{
    if (line.len < 56 || line.len % 4 != 0)
        return false;
    for (size_t i = 0; i < line.len; i++) {
        char c = line.ptr[i];
        if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
            c != '+' && c != '/' && c != '=')
            return false;
    }
    return true;
}

static bool is_content_field(struct span line)
{
    return span_starts_with_nocase(line, SPAN("content-type:")) ||
           span_starts_with_nocase(line, SPAN("content-transfer-encoding:")) ||
           span_starts_with_nocase(line, SPAN("content-disposition:"));
}

bool mime_looks_like_content(struct span filling, size_t *header_out)
{
    struct span rest = filling, line, name, block;
    enum transfer_encoding encoding;
    unsigned base64_lines = 0;

    *header_out = filling.len;
    while (base64_lines < 2 && span_next(&rest, '\n', &line)) {
        if (is_content_field(line)) {
            *header_out = (size_t)(line.ptr - filling.ptr);
            return true;
        }
        base64_lines = is_base64_line(span_trim(line)) ? base64_lines + 1 : 0;
    }
    rest = filling;
    if (base64_lines == 2 || transfer_find_block(&rest, &encoding, &name, &block))
        return true;
    rest = filling;
    return transfer_find_binhex(&rest, &block);
}
