/* SPDX-License-Identifier: EUPL-1.2 */
#include "release.h"

enum { LIST_BYTES = 256 };      /* looked at behind one mark: more than a finding keeps */

static bool is_joint(char c)
{
    return c == ' ' || c == '\t' || c == ',' || c == '&' || c == '/';
}

static bool begins_name(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0xC0;
}

static bool is_in_name(char c)
{
    return begins_name(c) || (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80 || c == '-' ||
           c == '\'';
}

static size_t skip(struct span text, size_t at, bool (*is)(char))
{
    while (at < text.len && is(text.ptr[at]) &&
           !(text.ptr[at] == '/' && at + 1 < text.len && text.ptr[at + 1] == '/'))
        at++;
    return at;
}

size_t release_end(struct span text, size_t at)
{
    size_t end = at, next;

    text = span_slice(text, 0, at + LIST_BYTES);
    next = skip(text, at, is_joint);
    while (next < text.len) {
        size_t to = skip(text, next, is_in_name);
        struct span word = span_slice(text, next, to);

        if (word.len > 0 && begins_name(word.ptr[0]))
            end = to;
        else if (end == at || !(span_equals(word, SPAN("and")) || span_equals(word, SPAN("et"))))
            break;
        next = skip(text, to, is_joint);
        if (next == to)
            break;
    }
    return end;
}
