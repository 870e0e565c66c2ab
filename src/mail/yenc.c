/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * yEnc (draft 1.3): files in text, one octet a character. A file may come in
 * parts; those that follow each other in one text are one block and one file.
 */
#include <stdint.h>

#include "mail_priv.h"

enum { HEX = 16, DECIMAL = 10, SHIFT = 42, ESCAPE_SHIFT = 64 };

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : HEX;
}

/* The number behind a key like " size="; false when it is not there. */
static bool number_of(struct span line, struct span key, int base, uint64_t *value_out)
{
    size_t at = span_find(line, key) + key.len, digits = 0;

    *value_out = 0;
    for (; at + digits < line.len && digits < HEX && digit_of(line.ptr[at + digits]) < base; digits++)
        *value_out = *value_out * (uint64_t)base + (uint64_t)digit_of(line.ptr[at + digits]);
    return digits > 0;
}

/* CRC-32 as ZIP has it, four bits a step. */
static uint32_t sum_of(const char *octets, size_t count)
{
    uint32_t table[HEX], sum = UINT32_MAX;

    for (uint32_t i = 0; i < HEX; i++) {
        table[i] = i;
        for (int bit = 0; bit < 4; bit++)
            table[i] = table[i] >> 1 ^ ((table[i] & 1) != 0 ? 0xEDB88320 : 0);
    }
    for (size_t i = 0; i < count; i++) {
        sum ^= (uint8_t)octets[i];
        sum = sum >> 4 ^ table[sum & 0xF];
        sum = sum >> 4 ^ table[sum & 0xF];
    }
    return ~sum;
}

static void decode_line(struct span line, struct buf *out)
{
    for (size_t i = 0; i < line.len; i++) {
        unsigned char c = (unsigned char)line.ptr[i];
        if (c == '=' && i + 1 < line.len)
            c = (unsigned char)(line.ptr[++i] - ESCAPE_SHIFT);
        buf_append_byte(out, (char)(c - SHIFT));
    }
}

/* What the last line says of the octets before it: of a part its own sum, else that of the file. */
static bool is_as_said(struct span end, const char *octets, size_t count)
{
    uint64_t size, sum;

    if (number_of(end, SPAN(" size="), DECIMAL, &size) && size != count)
        return false;
    if (!number_of(end, SPAN(" pcrc32="), HEX, &sum) &&
        (span_find(end, SPAN(" part=")) < end.len || !number_of(end, SPAN(" crc32="), HEX, &sum)))
        return true;
    return (uint32_t)sum == sum_of(octets, count);
}

bool yenc_decode(struct span text, struct buf *out, struct ambiguity_set *seen)
{
    const size_t before = out->len;
    struct span rest = text;
    bool is_open = false, begun = false;
    uint64_t whole = 0;
    size_t from = 0;

    while (rest.len > 0 && !out->failed) {
        struct span line = transfer_next_line(&rest);

        if (span_starts_with(line, SPAN("=ybegin "))) {
            begun = is_open = true;
            from = out->len;
            number_of(line, SPAN(" size="), DECIMAL, &whole);
        } else if (is_open && span_starts_with(line, SPAN("=yend"))) {
            is_open = false;
            if (!is_as_said(line, out->ptr + from, out->len - from))
                ambiguity_set_add(seen, AMBIGUITY_UUENCODE_MALFORMED);
        } else if (is_open && !span_starts_with(line, SPAN("=ypart "))) {
            decode_line(line, out);
        }
    }
    if (!begun || is_open)
        ambiguity_set_add(seen, AMBIGUITY_UUENCODE_MALFORMED);
    else if (out->len - before < whole)
        ambiguity_set_add(seen, AMBIGUITY_MESSAGE_PARTIAL);     /* the other parts are elsewhere */
    return begun ? !out->failed : buf_append(out, text);
}

/* The value of "name=" at the end of a =ybegin line, which may hold blanks. */
static struct span name_of(struct span line)
{
    const struct span key = SPAN(" name=");
    size_t at = span_find(line, key);

    return at == line.len ? (struct span){ NULL, 0 } : span_trim(span_slice(line, at + key.len, line.len));
}

/* Does the part after that one begin here? Blank lines before it are passed. */
static bool is_next_part(struct span rest, struct span begin)
{
    uint64_t part, next;
    struct span line = { NULL, 0 };

    while (rest.len > 0 && line.len == 0)
        line = transfer_next_line(&rest);
    return span_starts_with(line, SPAN("=ybegin ")) && span_equals(name_of(line), name_of(begin)) &&
           number_of(begin, SPAN(" part="), DECIMAL, &part) && number_of(line, SPAN(" part="), DECIMAL, &next) &&
           next == part + 1;
}

bool yenc_block(struct span *rest, struct span *name_out)
{
    struct span after = *rest, begin = transfer_next_line(&after);

    if (!span_starts_with(begin, SPAN("=ybegin ")))
        return false;
    *name_out = name_of(begin);
    while (after.len > 0) {
        struct span line = transfer_next_line(&after);
        if (span_starts_with(line, SPAN("=ybegin ")))
            begin = line;
        if (span_starts_with(line, SPAN("=yend")) && !is_next_part(after, begin))
            break;
    }
    *rest = after;
    return true;
}
