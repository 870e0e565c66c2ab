/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/data_uri.h"

#include <stdint.h>

#include "base/hex.h"

void data_uri_percent(struct span s, struct buf *out)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '%' && i + 2 < s.len && hex_digit(s.ptr[i + 1]) >= 0 && hex_digit(s.ptr[i + 2]) >= 0) {
            buf_append_byte(out, (char)(hex_digit(s.ptr[i + 1]) * 16 + hex_digit(s.ptr[i + 2])));
            i += 2;
        } else {
            buf_append_byte(out, s.ptr[i]);
        }
    }
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

void data_uri_base64(struct span s, struct buf *out)
{
    uint32_t bits = 0;
    unsigned count = 0;

    for (size_t i = 0; i < s.len && s.ptr[i] != '='; i++) {
        int value = base64_value(s.ptr[i]);

        if (value < 0)
            continue;
        bits = bits << 6 | (uint32_t)value;
        if (++count == 4) {
            char three[3] = { (char)(bits >> 16), (char)(bits >> 8), (char)bits };
            buf_append(out, (struct span){ three, 3 });
            count = 0;
        }
    }
    if (count >= 2)
        buf_append_byte(out, (char)(bits >> (count * 6 - 8)));
    if (count == 3)
        buf_append_byte(out, (char)(bits >> 2));
}

bool data_uri_is(struct span uri)
{
    return span_starts_with_nocase(uri, SPAN("data:")) && span_find_byte(uri, ',') < uri.len;
}

bool data_uri_decode(struct span uri, struct span *type_out, struct buf *bytes_out)
{
    size_t comma = span_find_byte(uri, ',');
    struct span head = span_slice(uri, 5, comma), data = span_slice(uri, comma + 1, uri.len);
    struct buf escaped;

    if (!data_uri_is(uri))
        return false;
    *type_out = span_trim(span_slice(head, 0, span_find_byte(head, ';')));
    if (!span_ends_with_nocase(span_trim(head), SPAN("base64"))) {
        data_uri_percent(data, bytes_out);
        return true;
    }
    buf_init(&escaped, 0);
    data_uri_percent(data, &escaped);
    data_uri_base64(buf_span(&escaped), bytes_out);
    buf_fini(&escaped);
    return true;
}
