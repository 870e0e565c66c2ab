/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Uuencode (IEEE Std 1003.1, uuencode), historical and base64 form: files in
 * running text, or as the transfer encoding of a whole part. Finds yEnc and BinHex as well.
 */
#include <stdint.h>

#include "mail_priv.h"

/* Six bits of a character. " " and "`" are zero both. */
static uint32_t uu_value(char c)
{
    return ((uint32_t)(unsigned char)c - 0x20U) & 0x3F;
}

/* Characters that the length character promises. */
static size_t uu_length(struct span line)
{
    return (uu_value(line.ptr[0]) + 2) / 3 * 4;
}

/* Could it be a data line? Trailing blanks may be lost, and a checksum of two may follow. */
static bool is_uu_line(struct span line)
{
    if (line.len == 0 || line.len - 1 > uu_length(line) + 2)
        return false;
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] < 0x20 || line.ptr[i] > 0x60)
            return false;
    return true;
}

/* "begin 644 NAME" or "begin-base64 644 NAME". */
static bool is_uu_begin(struct span line, struct span *name_out, bool *base64_out)
{
    const struct span plain = SPAN("begin "), base64 = SPAN("begin-base64 ");
    struct span rest;
    size_t digits = 0;

    *base64_out = span_starts_with(line, base64);
    if (!*base64_out && !span_starts_with(line, plain))
        return false;
    rest = span_slice(line, *base64_out ? base64.len : plain.len, line.len);
    while (digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '7')
        digits++;
    if (digits < 3 || digits > 5 || digits == rest.len || rest.ptr[digits] != ' ')
        return false;
    *name_out = span_trim(span_slice(rest, digits, rest.len));
    return true;
}

/* Lost trailing blanks are read as the zeros they were. */
static void decode_line(struct span line, struct buf *out)
{
    size_t octets = uu_value(line.ptr[0]);

    for (size_t done = 0, at = 1; done < octets; done += 3, at += 4) {
        uint32_t bits = 0;
        for (size_t i = 0; i < 4; i++)
            bits = bits << 6 | uu_value(at + i < line.len ? line.ptr[at + i] : ' ');
        for (size_t i = 0; i < 3 && done + i < octets; i++)
            buf_append_byte(out, (char)(bits >> (16 - 8 * i)));
    }
}

static void decode_lines(enum transfer_reading reading, struct span rest, struct buf *out,
                         struct ambiguity_set *seen)
{
    while (rest.len > 0 && !out->failed) {
        struct span line = transfer_next_line(&rest);

        if (span_equals(span_trim(line), SPAN("end")))
            return;
        if (is_uu_line(line)) {
            decode_line(line, out);
            continue;
        }
        if (line.len == 0)
            continue;
        ambiguity_set_add(seen, AMBIGUITY_UUENCODE_MALFORMED);
        if (reading == READING_STRICT)
            return;
    }
    /* The end line never came. */
    ambiguity_set_add(seen, AMBIGUITY_UUENCODE_MALFORMED);
}

bool uuencode_decode(enum transfer_reading reading, struct span text, struct buf *out,
                     struct ambiguity_set *seen)
{
    struct span rest = text, name;
    bool base64 = false, begun = false;

    while (rest.len > 0 && !begun) {
        struct span line = transfer_next_line(&rest);
        begun = is_uu_begin(line, &name, &base64);
    }
    if (!begun) {
        ambiguity_set_add(seen, AMBIGUITY_UUENCODE_MALFORMED);
        return buf_append(out, text);
    }
    if (base64)
        return base64_decode(reading, span_slice(rest, 0, span_find(rest, SPAN("\n===="))), out, seen);
    decode_lines(reading, rest, out, seen);
    return !out->failed;
}

/* What follows the line that starts with ending, or, where all must look like data, what does not. */
static struct span rest_behind(struct span rest, struct span ending, bool must_look_so)
{
    while (rest.len > 0) {
        struct span before = rest, line = transfer_next_line(&rest);
        if (span_starts_with(line, ending))
            return rest;
        if (must_look_so && line.len > 0 && !is_uu_line(line))
            return before;
    }
    return rest;
}

/* Is there a block at the start of this line? Advances *rest behind it. */
static bool block_at(struct span *rest, enum transfer_encoding *encoding_out, struct span *name_out)
{
    struct span after = *rest, line = transfer_next_line(&after), look = after;
    bool base64;

    if (is_uu_begin(line, name_out, &base64)) {
        struct span first = transfer_next_line(&look);
        *encoding_out = TRANSFER_UUENCODE;
        if (!base64 && (!is_uu_line(first) || first.len - 1 < uu_length(first) / 2))
            return false;
        *rest = base64 ? rest_behind(after, SPAN("===="), false)
                       : rest_behind(after, SPAN("end"), true);
        return true;
    }
    *encoding_out = TRANSFER_YENC;
    return yenc_block(rest, name_out);
}

bool transfer_find_block(struct span *rest, enum transfer_encoding *encoding_out,
                         struct span *name_out, struct span *block_out)
{
    const struct span word = SPAN("begin"), prefix = SPAN("=y");
    struct span text = *rest;

    /* Both kinds have the word in their first line, so that one search finds either. */
    for (size_t at = 0; at < text.len; at++) {
        struct span after;
        size_t line;

        at += span_find(span_slice(text, at, text.len), word);
        line = at >= prefix.len && span_equals(span_slice(text, at - prefix.len, at), prefix)
                   ? at - prefix.len
                   : at;
        if (at >= text.len || (line > 0 && text.ptr[line - 1] != '\n'))
            continue;
        after = span_slice(text, line, text.len);
        if (block_at(&after, encoding_out, name_out)) {
            *block_out = span_slice(text, line, text.len - after.len);
            *rest = after;
            return true;
        }
    }
    *rest = span_slice(text, text.len, text.len);
    return false;
}

bool transfer_find_binhex(struct span *rest, struct span *block_out)
{
    const struct span mark = SPAN("(This file must be converted");
    size_t at = span_find(*rest, mark);
    struct span after = span_slice(*rest, at, rest->len);
    bool begun = false, ended = false;

    if (after.len == 0)
        return false;
    transfer_next_line(&after);
    while (after.len > 0 && !ended) {
        struct span line = span_trim(transfer_next_line(&after));
        begun = begun || span_starts_with(line, SPAN(":"));
        ended = begun && line.len > 1 && line.ptr[line.len - 1] == ':';
    }
    *block_out = span_slice(*rest, at, rest->len - after.len);
    *rest = after;
    return begun;
}
