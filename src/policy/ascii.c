/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/ascii.h"

#include <string.h>

#include "base/utf8.h"

enum { FIRST_LETTER = 0xC0, LAST_LETTER = 0x17F, MOST_BYTES = 3 };

/* U+00C0 to U+017F, two characters each; a blank second one is dropped. */
static const char letters[] =
    "A A A A A A AEC E E E E I I I I D N O O O O O x O U U U U Y THss"
    "a a a a a a aec e e e e i i i i d n o o o o o / o u u u u y thy "
    "A a A a A a C c C c C c C c D d D d E e E e E e E e E e G g G g "
    "G g G g H h H h I i I i I i I i I i IJijJ j K k k L l L l L l L "
    "l L l N n N n N n n N n O o O o O o OEoeR r R r R r S s S s S s "
    "S s T t T t T t U u U u U u U u U u U u W w Y y Y Z z Z z Z z s ";

static const struct {
    uint32_t rune;
    char ascii[MOST_BYTES + 1];
} others[] = {
    { 0x00A0, " " },  { 0x00AB, "\"" }, { 0x00BB, "\"" }, { 0x00B0, "o" },   { 0x00B7, "." },
    { 0x2010, "-" },  { 0x2011, "-" },  { 0x2012, "-" },  { 0x2013, "-" },   { 0x2014, "-" },
    { 0x2018, "'" },  { 0x2019, "'" },  { 0x201C, "\"" }, { 0x201D, "\"" },  { 0x2026, "..." },
    { 0x202F, " " },  { 0x2007, " " },  { 0x2009, " " },  { 0x20AC, "EUR" }, { 0x2192, "->" },
};

static void ascii_of(uint32_t rune, char out[MOST_BYTES + 1])
{
    memset(out, 0, MOST_BYTES + 1);
    out[0] = '?';
    if (rune < 0x80) {
        out[0] = rune < 0x20 || rune == 0x7F ? ' ' : (char)rune;
    } else if (rune >= FIRST_LETTER && rune <= LAST_LETTER) {
        const char *pair = letters + 2 * (rune - FIRST_LETTER);
        out[0] = pair[0];
        out[1] = pair[1] == ' ' ? '\0' : pair[1];
    } else {
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            if (others[i].rune == rune)
                memcpy(out, others[i].ascii, sizeof others[i].ascii);
    }
}

/* A character of n octets never becomes more than n + 1, and most become fewer. */
struct span ascii_from_utf8(struct arena *arena, struct span utf8)
{
    struct span out = { NULL, 0 };
    size_t step, len = 0;
    char *text;

    if (utf8.len > SIZE_MAX / 2 - 1)
        return out;
    text = arena_alloc(arena, utf8.len * 2 + 1);
    if (text == NULL)
        return out;
    for (size_t i = 0; i < utf8.len; i += step) {
        char piece[MOST_BYTES + 1];
        uint32_t rune;
        step = utf8_next(span_slice(utf8, i, utf8.len), &rune);
        ascii_of(rune, piece);
        memcpy(text + len, piece, strlen(piece));
        len += strlen(piece);
    }
    out = (struct span){ text, len };
    return out;
}
