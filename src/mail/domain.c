/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/domain.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <string.h>

#include "base/utf8.h"
#include "text/fold.h"
#include "text/lookalike.h"

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

struct span domain_as_seen(struct arena *arena, struct span domain)
{
    char ascii[DOMAIN_MAX + 1], *shown = NULL;
    struct span seen = no_domain;
    struct fold fold;

    if (domain.len > DOMAIN_MAX || memchr(domain.ptr, '\0', domain.len) != NULL)
        return no_domain;
    memcpy(ascii, domain.ptr, domain.len);
    ascii[domain.len] = '\0';
    if (idn2_to_unicode_8z8z(ascii, &shown, 0) != IDN2_OK)
        return no_domain;
    fold_init(&fold);
    if (fold_text(&fold, span_of(shown), FOLD_LOOKALIKES))
        seen = arena_copy(arena, buf_span(&fold.text));
    fold_fini(&fold);
    idn2_free(shown);
    return seen;
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
        found = lookalike_is_suspicious(span_of(shown));
        idn2_free(shown);
        if (found)
            return true;
    }
    return false;
}
