/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/span.h"

#include <string.h>
#include <strings.h>

struct span span_of(const char *cstr)
{
    return (struct span){ cstr, cstr == NULL ? 0 : strlen(cstr) };
}

bool span_equals(struct span a, struct span b)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): octets that are there have a place */
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool equal_nocase(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

bool span_equals_nocase(struct span a, struct span b)
{
    return a.len == b.len && equal_nocase(a.ptr, b.ptr, a.len);
}

bool span_starts_with(struct span s, struct span prefix)
{
    return s.len >= prefix.len && span_equals(span_slice(s, 0, prefix.len), prefix);
}

bool span_starts_with_nocase(struct span s, struct span prefix)
{
    return s.len >= prefix.len && equal_nocase(s.ptr, prefix.ptr, prefix.len);
}

bool span_ends_with_nocase(struct span s, struct span suffix)
{
    return s.len >= suffix.len &&
           equal_nocase(s.ptr + (s.len - suffix.len), suffix.ptr, suffix.len);
}

int span_compare(struct span a, struct span b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);

    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

size_t span_find_byte(struct span s, char c)
{
    const char *hit = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);

    return hit == NULL ? s.len : (size_t)(hit - s.ptr);
}

size_t span_find(struct span s, struct span sought)
{
    const char *hit;
    size_t from;

    if (s.len == 0 || sought.len == 0)
        return 0;
    /* Most of what is sought begins with an octet that is rare, which is found faster. */
    from = span_find_byte(s, sought.ptr[0]);
    hit = memmem(s.ptr + from, s.len - from, sought.ptr, sought.len);
    return hit == NULL ? s.len : (size_t)(hit - s.ptr);
}

size_t span_find_nocase(struct span s, struct span sought)
{
    for (size_t i = 0; sought.len <= s.len && i <= s.len - sought.len; i++)
        if (equal_nocase(s.ptr + i, sought.ptr, sought.len))
            return i;
    return s.len;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span s)
{
    while (s.len > 0 && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool span_next(struct span *rest, char sep, struct span *piece_out)
{
    size_t end;

    if (rest->len == 0)
        return false;
    end = span_find_byte(*rest, sep);
    *piece_out = span_slice(*rest, 0, end);
    *rest = span_slice(*rest, end + 1, rest->len);
    return true;
}

bool span_to_u64(struct span s, uint64_t *value_out)
{
    uint64_t value = 0;

    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value))
            return false;
    }
    *value_out = value;
    return true;
}
