/* SPDX-License-Identifier: EUPL-1.2 */
/* Edits in the decoded text of one part. Addresses are ASCII, so any charset that holds ASCII will do. */
#include "revise_priv.h"

/* Octets that may stand in an address: next to one of them it is another address. */
static bool continues_address(struct span text, size_t at)
{
    unsigned char c = at < text.len ? (unsigned char)text.ptr[at] : ' ';

    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
           c == '-' || c == '+' || c == '@' || c >= 0x80;
}

/* A full stop ends a sentence as often as it joins two labels. */
static bool goes_on(struct span text, size_t at)
{
    if (at < text.len && text.ptr[at] == '.')
        return continues_address(text, at + 1);
    return continues_address(text, at);
}

static bool came_from(struct span text, size_t at)
{
    return at > 0 && (text.ptr[at - 1] == '.' || continues_address(text, at - 1));
}

/* "%40" and "&#64;" are the same sign in links and in HTML; returns its length at this place, or 0. */
static size_t at_sign_length(struct span text, size_t at)
{
    static const struct span signs[] = { { "@", 1 }, { "%40", 3 }, { "&#64;", 5 }, { "&#x40;", 6 } };

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (span_starts_with_nocase(span_slice(text, at, text.len), signs[i]))
            return signs[i].len;
    return 0;
}

/* The whole of one address from here; its length in the text, or 0. */
static size_t match_address(struct span text, size_t at, struct span address)
{
    size_t local = span_find_byte(address, '@');
    size_t sign, end;

    if (!span_starts_with_nocase(span_slice(text, at, text.len), span_slice(address, 0, local)))
        return 0;
    sign = at_sign_length(text, at + local);
    end = at + local + sign;
    if (sign == 0 || !span_starts_with_nocase(span_slice(text, end, text.len),
                                              span_slice(address, local + 1, address.len)))
        return 0;
    end += address.len - local - 1;
    return came_from(text, at) || goes_on(text, end) ? 0 : end - at;
}

/* The first address to replace at or behind at. */
static const struct replacement *find_target(const struct revision *revision, struct span text,
                                             size_t at, size_t *at_out, size_t *len_out)
{
    bool first_octets[256] = { false };

    for (size_t i = 0; i < revision->replacement_count; i++) {
        unsigned char c = (unsigned char)revision->replacements[i].from.ptr[0];
        first_octets[c] = true;
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
            first_octets[c ^ 0x20] = true;
    }
    for (; at < text.len; at++) {
        if (!first_octets[(unsigned char)text.ptr[at]])
            continue;
        for (size_t i = 0; i < revision->replacement_count; i++) {
            size_t len = match_address(text, at, revision->replacements[i].from);
            if (len > 0) {
                *at_out = at;
                *len_out = len;
                return &revision->replacements[i];
            }
        }
    }
    return NULL;
}

bool text_has_target(const struct revision *revision, struct span text)
{
    size_t at, len;

    return revision->replacement_count > 0 && find_target(revision, text, 0, &at, &len) != NULL;
}

enum revise_result text_revise(const struct text_edit *edit, struct span text, struct buf *replaced)
{
    enum revise_result result = REVISE_UNCHANGED, footer;
    const struct replacement *found;
    size_t done = 0, at, len;

    buf_clear(replaced);
    while (edit->revision->replacement_count > 0 &&
           (found = find_target(edit->revision, text, done, &at, &len)) != NULL) {
        buf_append(replaced, span_slice(text, done, at));
        buf_append(replaced, found->to);
        done = at + len;
        result = REVISE_DONE;
    }
    buf_append(replaced, span_slice(text, done, text.len));
    if (edit->wants_footer) {
        footer = footer_add(edit, replaced);
        if (footer != REVISE_UNCHANGED)
            result = footer;
    }
    return replaced->failed ? REVISE_IMPOSSIBLE : result;
}
