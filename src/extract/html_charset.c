/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/html_charset.h"

#include <string.h>

#include "extract/html_token.h"
#include "text/charset.h"

enum { META_SEARCH_BYTES = 8192 };

static bool is_name_octet(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == ':' || c == '.';
}

/* What follows "charset" and "=" in <meta> or in an XML declaration, without quotes. */
static struct span value_behind(struct span s, struct span word)
{
    size_t i = span_find_nocase(s, word), start;

    if (i == s.len)
        return (struct span){ NULL, 0 };
    i += word.len;
    while (i < s.len && (s.ptr[i] == ' ' || s.ptr[i] == '=' || s.ptr[i] == '"' || s.ptr[i] == '\''))
        i++;
    start = i;
    while (i < s.len && is_name_octet(s.ptr[i]))
        i++;
    return span_slice(s, start, i);
}

struct span html_charset_inside(struct span bytes)
{
    struct html_tokenizer tokenizer;
    struct html_token token;
    struct span head = span_slice(bytes, 0, META_SEARCH_BYTES);

    if (span_starts_with(head, SPAN("<?xml"))) {
        struct span name = value_behind(span_slice(head, 0, span_find_byte(head, '>')), SPAN("encoding"));
        if (name.len != 0)
            return name;
    }
    html_tokenizer_init(&tokenizer, head);
    while (html_next(&tokenizer, &token) != HTML_END_OF_INPUT)
        if (token.kind == HTML_START_TAG && token.tag == HTML_META) {
            struct span name = value_behind(token.attributes, SPAN("charset"));
            if (name.len != 0)
                return name;
        }
    return (struct span){ NULL, 0 };
}

/* Names browsers take for one charset (WHATWG Encoding, 4.2), as far as mail uses them. */
static struct span plain_name(struct span name)
{
    static const char *const western[] = { "iso-8859-1", "us-ascii", "ascii", "latin1", "iso8859-1",
                                           "iso_8859-1", "cp1252", "iso-8859-15" };

    if (span_equals_nocase(name, SPAN("utf8")))
        return SPAN("utf-8");
    if (span_starts_with_nocase(name, SPAN("utf-16")))
        return SPAN("utf-16");
    for (size_t i = 0; i < sizeof western / sizeof western[0]; i++)
        if (span_equals_nocase(name, span_of(western[i])))
            return SPAN("windows-1252");
    return name;
}

static void add(struct html_charsets *charsets, struct span name)
{
    for (size_t i = 0; i < charsets->count; i++)
        if (span_equals_nocase(plain_name(charsets->names[i]), plain_name(name)))
            return;
    charsets->names[charsets->count++] = name;
}

/* Charsets in which an ASCII octet may mean something else than in ASCII. */
static bool bends_ascii(struct span name)
{
    static const char *const starts[] = { "utf-7", "unicode-1-1-utf-7", "utf-16", "utf-32", "ucs-", "iso-2022",
                                          "hz", "ibm", "ebcdic", "csiso2022", "x-utf" };

    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (span_starts_with_nocase(name, span_of(starts[i])))
            return true;
    return false;
}

static bool is_plain_ascii(struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if ((unsigned char)bytes.ptr[i] >= 0x80 || bytes.ptr[i] == '\033' || bytes.ptr[i] == '\0')
            return false;
    return true;
}

void html_charsets_find(struct span bytes, struct span declared, struct html_charsets *out)
{
    struct span inside = html_charset_inside(bytes), seen = charset_detect(bytes);
    bool bent = false;

    *out = (struct html_charsets){ 0 };
    if (declared.len != 0 && charset_is_known(declared))
        add(out, declared);
    if (seen.len != 0)
        add(out, seen);
    if (inside.len != 0 && charset_is_known(inside))
        add(out, inside);
    if (out->count == 0)
        add(out, SPAN("windows-1252"));
    for (size_t i = 0; i < out->count; i++)
        bent |= bends_ascii(out->names[i]);
    if (out->count > 1 && !bent && is_plain_ascii(bytes))
        out->count = 1;
    out->conflict = out->count > 1 && bent;
}
