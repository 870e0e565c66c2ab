/* SPDX-License-Identifier: EUPL-1.2 */
#include "reading_priv.h"

enum {
    NAME_BYTES = 1024,
    EXTENSION_BYTES = 5     /* "docx", "html"; what is longer is a word of the name */
};

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_alnum(char c)
{
    return is_lower(c) || is_upper(c) || (c >= '0' && c <= '9');
}

/* Without folders and without one extension. */
static struct span stem_of(struct span name)
{
    size_t from = name.len, dot;

    while (from > 0 && name.ptr[from - 1] != '/' && name.ptr[from - 1] != '\\')
        from--;
    name = span_slice(name, from, name.len);
    for (dot = name.len; dot > 0 && is_alnum(name.ptr[dot - 1]);)
        dot--;
    if (dot > 1 && name.ptr[dot - 1] == '.' && name.len - dot <= EXTENSION_BYTES)
        return span_slice(name, 0, dot - 1);
    return name;
}

bool filename_words(struct span name, bool split_capitals, struct buf *out)
{
    struct span stem = stem_of(span_slice(name, 0, NAME_BYTES));

    for (size_t i = 0; i < stem.len; i++) {
        char c = stem.ptr[i];

        if (split_capitals && i > 0 && is_upper(c) && is_lower(stem.ptr[i - 1]))
            buf_append_byte(out, ' ');
        buf_append_byte(out, c == '.' || c == '+' || c == '%' ? '_' : c);
    }
    return !out->failed && out->len > 0;
}
