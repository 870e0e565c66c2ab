/* SPDX-License-Identifier: EUPL-1.2 */
#include "text/lookalike.h"

#include "base/utf8.h"
#include "text/fold.h"

enum { LABEL_BYTES = 1024 };    /* a label is 63 octets; more is no name */

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters of the Latin script have code points below U+0250, from U+1E00 to U+1EFF and some more. */
static bool is_latin(uint32_t rune)
{
    return (rune >= 0xC0 && rune < 0x250) || (rune >= 0x1E00 && rune < 0x1F00);
}

/* Letters of other scripts than Latin; punctuation and combining marks are in none. */
static bool is_foreign(uint32_t rune)
{
    return (rune >= 0x370 && rune < 0x1E00) || (rune >= 0x1F00 && rune < 0x2000) || rune >= 0x2C00;
}

bool lookalike_is_suspicious(struct span utf8_domain_label)
{
    struct span label = utf8_domain_label;
    bool latin = false, foreign = false, suspicious;
    struct fold fold;

    if (utf8_ascii_run(label) == label.len)
        return false;
    if (label.len > LABEL_BYTES)
        return true;
    for (size_t at = 0; at < label.len;) {
        uint32_t rune;

        at += utf8_next(span_slice(label, at, label.len), &rune);
        latin |= rune < 0x80 ? is_ascii_letter((char)rune) : is_latin(rune);
        foreign |= rune >= 0x80 && is_foreign(rune);
    }
    fold_init(&fold);
    suspicious = !fold_text(&fold, label, FOLD_LOOKALIKES) || (latin && foreign) ||
                 (fold.disguise_count > 0 &&
                  utf8_ascii_run(buf_span(&fold.text)) == fold.text.len);
    fold_fini(&fold);
    return suspicious;
}
