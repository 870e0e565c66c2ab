/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <unistd.h>

#include "base/utf8.h"
#include "ctl_priv.h"

bool terminal_has_colour(FILE *out)
{
    const char *wanted = getenv("NO_COLOR");

    return (wanted == NULL || *wanted == '\0') && isatty(fileno(out)) == 1;
}

const char *style_on(bool colour, enum style style)
{
    if (!colour)
        return "";
    switch (style) {
    case STYLE_PLAIN: return "";
    case STYLE_BOLD: return "\033[1m";
    case STYLE_FAINT: return "\033[2m";
    case STYLE_GOOD: return "\033[32m";
    case STYLE_WARN: return "\033[33m";
    case STYLE_BAD: return "\033[1;31m";
    }
    return "";
}

const char *style_off(bool colour)
{
    return colour ? "\033[0m" : "";
}

enum style style_of_action(enum action action)
{
    switch (action) {
    case ACTION_ACCEPT: return STYLE_GOOD;
    case ACTION_TAG:
    case ACTION_REWRITE:
    case ACTION_REDIRECT:
    case ACTION_COPY: return STYLE_WARN;
    case ACTION_QUARANTINE:
    case ACTION_REJECT:
    case ACTION_TEMPFAIL:
    case ACTION_DISCARD: return STYLE_BAD;
    }
    return STYLE_BAD;
}

/* C0 and C1 controls, and what turns the direction of writing. */
static bool is_unsafe(uint32_t rune)
{
    return rune < 0x20 || (rune >= 0x7F && rune < 0xA0) || rune == UTF8_INVALID ||
           (rune >= 0x202A && rune <= 0x202E) || (rune >= 0x2066 && rune <= 0x2069) ||
           rune == 0x200E || rune == 0x200F;
}

void print_safe(FILE *out, struct span text)
{
    while (text.len > 0) {
        uint32_t rune;
        size_t used = utf8_next(text, &rune);

        if (is_unsafe(rune))
            fputs("\xEF\xBF\xBD", out);
        else
            fwrite(text.ptr, 1, used, out);
        text = span_slice(text, used, text.len);
    }
}
