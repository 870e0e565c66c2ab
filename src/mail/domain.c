/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/domain.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <string.h>
#include <unicode/uscript.h>

#include "base/utf8.h"

/* RFC 1035 (2.3.4) and RFC 5321 (4.5.3.1.2), in octets. */
enum { LABEL_MAX = 63, DOMAIN_MAX = 255 };

/* A domain in UTF-8 that could still become one of DOMAIN_MAX octets in A-labels. */
enum { WRITTEN_MAX = 1024 };

static const struct span no_domain = { NULL, 0 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_let_dig(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_label(struct span label)
{
    if (label.len == 0 || label.len > LABEL_MAX)
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!is_let_dig(label.ptr[i]) &&
            (label.ptr[i] != '-' || i == 0 || i == label.len - 1))
            return false;
    return true;
}

/* Lower-case ASCII in place behind this: letters, digits and inner hyphens between dots. */
static bool is_ascii_domain(struct span domain)
{
    struct span rest = domain, label;

    if (domain.len == 0 || domain.len > DOMAIN_MAX || domain.ptr[domain.len - 1] == '.')
        return false;
    while (span_next(&rest, '.', &label))
        if (!is_label(label))
            return false;
    return true;
}

/* "[192.0.2.1]" or "[IPv6:2001:db8::1]": rewritten by the C library, so that equal addresses are equal text. */
static struct span normalise_literal(struct arena *arena, struct span written)
{
    const struct span tag = SPAN("ipv6:");
    struct span inner = span_slice(written, 1, written.len - 1);
    char text[INET6_ADDRSTRLEN], shown[INET6_ADDRSTRLEN];
    bool is_v6 = span_starts_with_nocase(inner, tag);
    unsigned char address[16];
    int family = is_v6 ? AF_INET6 : AF_INET;

    if (is_v6)
        inner = span_slice(inner, tag.len, inner.len);
    if (inner.len >= sizeof text || memchr(inner.ptr, '\0', inner.len) != NULL)
        return no_domain;
    memcpy(text, inner.ptr, inner.len);
    text[inner.len] = '\0';
    if (inet_pton(family, text, address) != 1 ||
        inet_ntop(family, address, shown, sizeof shown) == NULL)
        return no_domain;
    return arena_printf(arena, "[%s%s]", is_v6 ? "ipv6:" : "", shown);
}

static struct span normalise_idn(struct arena *arena, struct span written)
{
    char text[WRITTEN_MAX + 1];
    char *ascii = NULL;
    struct span domain = no_domain;

    if (written.len > WRITTEN_MAX || memchr(written.ptr, '\0', written.len) != NULL ||
        !utf8_is_valid(written))
        return no_domain;
    memcpy(text, written.ptr, written.len);
    text[written.len] = '\0';
    if (idn2_to_ascii_8z(text, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) == IDN2_OK) {
        struct span got = span_of(ascii);
        if (got.len > 0 && got.ptr[got.len - 1] == '.')
            got.len--;
        if (is_ascii_domain(got))
            domain = arena_copy(arena, got);
        idn2_free(ascii);
    }
    return domain;
}

struct span domain_normalise(struct arena *arena, struct span written)
{
    char folded[DOMAIN_MAX + 1];

    if (written.len > 2 && written.ptr[0] == '[' && written.ptr[written.len - 1] == ']')
        return normalise_literal(arena, written);
    if (written.len > 0 && written.ptr[written.len - 1] == '.')
        written.len--;
    if (written.len == 0)
        return no_domain;
    for (size_t i = 0; i < written.len; i++) {
        if ((unsigned char)written.ptr[i] >= 0x80)
            return normalise_idn(arena, written);
        if (i >= sizeof folded)
            return no_domain;
        folded[i] = lower(written.ptr[i]);
    }
    if (!is_ascii_domain((struct span){ folded, written.len }))
        return no_domain;
    return arena_copy(arena, (struct span){ folded, written.len });
}

bool domain_is_under(struct span domain, struct span dotted_suffix)
{
    return domain.len > dotted_suffix.len && span_ends_with_nocase(domain, dotted_suffix);
}

/*
 * Letters that a domain may hold (IDNA2008) and that most typefaces draw like an
 * ASCII letter; the single-script half of UTS #39's test needs no more. Sorted.
 */
static const uint16_t ascii_doubles[] = {
    0x0131, 0x0251, 0x0261, 0x0269, 0x026A, 0x028B, 0x0299, 0x029C, 0x029F, 0x03B1, 0x03B3, 0x03B9,
    0x03BA, 0x03BD, 0x03BF, 0x03C1, 0x03C3, 0x03C5, 0x03C7, 0x0430, 0x0431, 0x0432, 0x0433, 0x0435,
    0x0437, 0x043A, 0x043C, 0x043D, 0x043E, 0x043F, 0x0440, 0x0441, 0x0442, 0x0443, 0x0445, 0x044C,
    0x0455, 0x0456, 0x0457, 0x0458, 0x04BB, 0x04CF, 0x0501, 0x051B, 0x051D, 0x0561, 0x0563, 0x0566,
    0x0570, 0x0578, 0x057C, 0x057D, 0x0581, 0x0585, 0x10E7, 0x1D04, 0x1D0F, 0x1D1C, 0x1D20, 0x1D21,
    0x1D22, 0x1EFF,
};

static bool is_ascii_double(uint32_t rune)
{
    size_t low = 0, high = sizeof ascii_doubles / sizeof ascii_doubles[0];

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ascii_doubles[middle] == rune)
            return true;
        if (ascii_doubles[middle] < rune)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* The scripts that one language writes together count as one (UTS #39, 5.1). */
static UScriptCode script_of(uint32_t rune)
{
    UErrorCode error = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript((UChar32)rune, &error);

    if (script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA || script == USCRIPT_BOPOMOFO ||
        script == USCRIPT_HANGUL)
        return USCRIPT_HAN;
    return script == USCRIPT_INHERITED ? USCRIPT_COMMON : script;
}

static bool label_is_lookalike(struct span label)
{
    UScriptCode first = USCRIPT_COMMON;
    size_t letters = 0, doubles = 0;

    for (size_t at = 0; at < label.len;) {
        uint32_t rune;
        UScriptCode script;
        at += utf8_next(span_slice(label, at, label.len), &rune);
        if (rune < 0x80 ? !is_let_dig(lower((char)rune)) : rune == UTF8_INVALID)
            continue;
        script = script_of(rune);
        /* Latin beside Han is how East Asia writes; Latin beside anything else imitates. */
        if (script != USCRIPT_COMMON && first != USCRIPT_COMMON && script != first &&
            !(script == USCRIPT_HAN && first == USCRIPT_LATIN) &&
            !(script == USCRIPT_LATIN && first == USCRIPT_HAN))
            return true;
        if (script != USCRIPT_COMMON)
            first = script;
        letters += rune >= 0x80;
        doubles += is_ascii_double(rune);
    }
    return letters > 0 && letters == doubles;
}

bool domain_is_lookalike(struct span domain)
{
    struct span rest = domain, label;

    while (span_next(&rest, '.', &label)) {
        char ascii[LABEL_MAX + 1];
        char *shown = NULL;
        bool found;

        if (label.len > LABEL_MAX || !span_starts_with_nocase(label, SPAN("xn--")))
            continue;
        memcpy(ascii, label.ptr, label.len);
        ascii[label.len] = '\0';
        if (idn2_to_unicode_8z8z(ascii, &shown, 0) != IDN2_OK)
            return true;
        found = label_is_lookalike(span_of(shown));
        idn2_free(shown);
        if (found)
            return true;
    }
    return false;
}
