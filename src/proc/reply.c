/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "proc_priv.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "5.7.1": class, then two numbers of one to three digits (RFC 3463, 2). */
static bool is_enhanced(struct span s, char class)
{
    struct span piece;
    unsigned pieces = 0;

    while (span_next(&s, '.', &piece)) {
        if (piece.len < 1 || piece.len > 3 || (pieces == 0 && (piece.len != 1 || piece.ptr[0] != class)))
            return false;
        for (size_t i = 0; i < piece.len; i++)
            if (!is_digit(piece.ptr[i]))
                return false;
        pieces++;
    }
    return pieces == 3;
}

/* Postfix drops a lone "%", Sendmail the whole reply: both want it doubled. */
static void clean_line(struct span line, char out[static 2 * REPLY_LINE_BYTES + 1])
{
    size_t used = 0;

    for (size_t i = 0; i < line.len && i < REPLY_LINE_BYTES; i++) {
        const unsigned char c = (unsigned char)line.ptr[i];

        if (c == '%')
            out[used++] = '%';
        out[used++] = c < ' ' || c == 0x7F ? ' ' : c > 0x7F ? '?' : (char)c;
    }
    out[used] = '\0';
}

static void put_code(unsigned code, char out[4])
{
    out[0] = (char)('0' + code / 100);
    out[1] = (char)('0' + code / 10 % 10);
    out[2] = (char)('0' + code % 10);
    out[3] = '\0';
}

void reply_prepare(const struct smtp_reply *reply, enum action action, struct reply_text *out)
{
    const bool permanent = action == ACTION_REJECT;
    const char class = permanent ? '5' : '4';

    /* A code of another class would be thrown away with its text: or worse, let the message pass. */
    if (reply->code / 100 == (permanent ? 5 : 4))
        put_code(reply->code, out->code);
    else
        memcpy(out->code, permanent ? "550" : "451", 4);
    memset(out->enhanced, 0, sizeof out->enhanced);
    if (is_enhanced(reply->enhanced, class))
        memcpy(out->enhanced, reply->enhanced.ptr, reply->enhanced.len);
    else
        memcpy(out->enhanced, permanent ? "5.7.1" : "4.7.1", 6);
    for (out->line_count = 0; out->line_count < reply->line_count && out->line_count < REPLY_MAX_LINES;
         out->line_count++)
        clean_line(reply->lines[out->line_count], out->lines[out->line_count]);
    if (out->line_count == 0)
        clean_line(permanent ? SPAN("Message refused by policy") : SPAN("Message not accepted now, try again later"),
                   out->lines[out->line_count++]);
}

sfsistat reply_send(SMFICTX *context, const struct smtp_reply *reply, enum action action)
{
    struct reply_text text;
    char *line[REPLY_MAX_LINES] = { NULL };

    reply_prepare(reply, action, &text);
    for (size_t i = 0; i < text.line_count; i++)
        line[i] = text.lines[i];
    /* libmilter counts its arguments up to the first NULL. Should it refuse, its own text is sent. */
    (void)smfi_setmlreply(context, text.code, text.enhanced, line[0], line[1], line[2], line[3], line[4],
                          line[5], line[6], line[7], line[8], line[9], line[10], line[11], line[12], line[13],
                          line[14], line[15], line[16], line[17], line[18], line[19], line[20], line[21],
                          line[22], line[23], line[24], line[25], line[26], line[27], line[28], line[29],
                          line[30], line[31], (char *)NULL);
    return action == ACTION_REJECT ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

const struct smtp_reply *reply_internal_failure(void)
{
    static struct span lines[] = {
        { "Le filtre n'a pas pu juger ce message; il sera represente plus tard.", 68 },
        { "The filter could not judge this message; it will be tried again later.", 70 },
    };
    static const struct smtp_reply reply = { 451, { "4.3.0", 5 }, lines, 2 };

    return &reply;
}
