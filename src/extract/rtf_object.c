/* SPDX-License-Identifier: EUPL-1.2 */
#include "rtf_object.h"

#include "base/hex.h"

/* Hexadecimal text to octets, in place. */
static struct span unhex(struct buf *text)
{
    size_t len = 0;
    int high = -1;

    for (size_t i = 0; i < text->len; i++) {
        int digit = hex_digit(text->ptr[i]);
        if (digit < 0)
            continue;
        if (high >= 0)
            text->ptr[len++] = (char)(high << 4 | digit);
        high = high >= 0 ? -1 : digit;
    }
    return (struct span){ text->ptr, len };
}

/* An embedded object ([MS-OLEDS] 2.2.5): the native data stand behind three names and a count. */
static struct span object_data(struct span bytes)
{
    size_t at = 8;

    for (int i = 0; i < 3; i++) {
        size_t length = at + 4 > bytes.len ? bytes.len
                                           : (uint8_t)bytes.ptr[at] | (size_t)(uint8_t)bytes.ptr[at + 1] << 8 |
                                                 (size_t)(uint8_t)bytes.ptr[at + 2] << 16;
        at = length > bytes.len ? bytes.len : at + 4 + length;
    }
    return span_slice(bytes, at + 4, bytes.len);
}

void rtf_object_read(struct sink *sink, struct buf *hexadecimal, bool is_object)
{
    struct span bytes = unhex(hexadecimal);
    struct span inner = is_object && span_starts_with(bytes, SPAN("\1\5\0\0")) ? object_data(bytes) : bytes;
    struct nested nested = { .bytes = inner };

    if (is_object && !span_starts_with(inner, SPAN("\xD0\xCF\x11\xE0"))) {
        size_t ole = span_find(bytes, SPAN("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"));
        if (ole < bytes.len)
            nested.bytes = span_slice(bytes, ole, bytes.len);
    }
    if (nested.bytes.len > 0)
        sink_nested(sink, &nested);
}
