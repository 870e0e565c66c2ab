/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/logline.h"

#include <inttypes.h>

#include "base/utf8.h"

void logline_begin(struct buf *line, const char *event)
{
    buf_append(line, span_of(event));
}

static bool needs_quotes(struct span value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] <= ' ' || value.ptr[i] == '"' || value.ptr[i] == '=' ||
            value.ptr[i] == '\\')
            return true;
    return value.len == 0;
}

void logline_add(struct buf *line, const char *key, struct span value)
{
    bool cut = value.len > LOGLINE_VALUE_BYTES;
    bool quoted;

    if (cut)
        value.len = LOGLINE_VALUE_BYTES;
    quoted = needs_quotes(value);
    buf_printf(line, quoted ? " %s=\"" : " %s=", key);
    while (value.len > 0) {
        uint32_t rune;
        size_t used = utf8_next(value, &rune);
        unsigned char first = (unsigned char)value.ptr[0];

        if (rune == UTF8_INVALID || first < ' ' || first == 0x7F || first == '"' || first == '\\') {
            buf_printf(line, "\\x%02X", first);
            used = 1;
        } else {
            buf_append(line, span_slice(value, 0, used));
        }
        value = span_slice(value, used, value.len);
    }
    if (cut)
        buf_append(line, SPAN("..."));
    if (quoted)
        buf_append_byte(line, '"');
}

void logline_add_u64(struct buf *line, const char *key, uint64_t value)
{
    buf_printf(line, " %s=%" PRIu64, key, value);
}
