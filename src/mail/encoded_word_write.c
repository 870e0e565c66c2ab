/* SPDX-License-Identifier: EUPL-1.2 */
#include <openssl/evp.h>

#include "base/utf8.h"
#include "mail/encoded_word.h"

enum {
    LINE_CHARS = 76,
    FRAME_CHARS = 12,   /* "=?UTF-8?B?" and "?=" */
    WORD_OCTETS = 45,   /* 60 characters of base64, 72 with the frame */
    LEAST_OCTETS = 9    /* a word may be as short as this before it goes to a line of its own */
};

/* How many octets of text a word holds that begins at column. */
static size_t room_at(size_t column)
{
    size_t taken = column + FRAME_CHARS;
    size_t octets = taken < LINE_CHARS ? (LINE_CHARS - taken) / 4 * 3 : 0;

    if (octets < LEAST_OCTETS)
        return LEAST_OCTETS;
    return octets < WORD_OCTETS ? octets : WORD_OCTETS;
}

void encoded_word_append(struct span text, size_t column, struct buf *out)
{
    unsigned char base64[4 * (WORD_OCTETS / 3) + 1];

    while (text.len > 0) {
        struct span word = utf8_cut(text, room_at(column));

        if (word.len == 0)
            word = span_slice(text, 0, room_at(column));
        EVP_EncodeBlock(base64, (const unsigned char *)word.ptr, (int)word.len);
        buf_printf(out, "=?UTF-8?B?%s?=%s", base64, word.len < text.len ? "\n " : "");
        text = span_slice(text, word.len, text.len);
        column = 1;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t word_end(struct span text, size_t at)
{
    while (at < text.len && !is_blank(text.ptr[at]))
        at++;
    return at;
}

static size_t blank_end(struct span text, size_t at)
{
    while (at < text.len && is_blank(text.ptr[at]))
        at++;
    return at;
}

static bool needs_encoding(struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if ((unsigned char)word.ptr[i] < ' ' || (unsigned char)word.ptr[i] >= 0x7F)
            return true;
    return encoded_word_present(word);
}

/* Words and the blanks before each; returns the column behind them. */
static size_t append_plain(struct span text, size_t column, struct buf *out)
{
    for (size_t at = 0, end; at < text.len; at = end) {
        size_t begin = blank_end(text, at);

        end = word_end(text, begin);
        if (begin > at && begin < end && column + (end - at) > LINE_CHARS) {
            buf_append_byte(out, '\n');
            column = 0;
        }
        for (size_t i = at; i < begin; i++)
            buf_append_byte(out, ' ');
        buf_append(out, span_slice(text, begin, end));
        column += end - at;
    }
    return column;
}

void encoded_word_append_field(struct span text, size_t column, struct buf *out)
{
    size_t first, last;

    text = span_trim(text);
    first = last = text.len;
    for (size_t at = 0, end; at < text.len; at = blank_end(text, end)) {
        end = word_end(text, at);
        if (!needs_encoding(span_slice(text, at, end)))
            continue;
        first = first == text.len ? at : first;
        last = end;
    }
    /* The blank before the first encoded word folds when little room is left behind it. */
    if (first > 0 && first < text.len) {
        column = append_plain(span_trim(span_slice(text, 0, first)), column, out);
        buf_append(out, column > LINE_CHARS / 2 ? SPAN("\n ") : SPAN(" "));
        column = column > LINE_CHARS / 2 ? 1 : column + 1;
    } else {
        column = append_plain(span_slice(text, 0, first), column, out);
        if (first < text.len && column > LINE_CHARS / 2) {
            buf_append(out, SPAN("\n "));
            column = 1;
        }
    }
    encoded_word_append(span_slice(text, first, last), column, out);
    (void)append_plain(span_slice(text, last, text.len), LINE_CHARS, out);
}

/* A line break stays only where it folds; every other control octet becomes a blank. */
static void append_clean(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool fold = c == '\n' && i + 1 < text.len && (text.ptr[i + 1] == ' ' || text.ptr[i + 1] == '\t');
        const bool control = (unsigned char)c < ' ' || c == 0x7F;

        buf_append_byte(out, control && !fold && c != '\t' ? ' ' : c);
    }
}

void encoded_word_append_value(struct span value, size_t column, bool as_utf8, struct buf *out)
{
    if (as_utf8 || utf8_ascii_run(value) == value.len)
        append_clean(out, value);
    else
        encoded_word_append_field(value, column, out);
}
