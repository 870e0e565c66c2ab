/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/xml.h"

#include <string.h>

#include "text/charset.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool is_blank(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_space(s.ptr[i]))
            return false;
    return true;
}

static size_t find(struct span s, size_t from, char c)
{
    const char *hit = from < s.len ? memchr(s.ptr + from, c, s.len - from) : NULL;

    return hit == NULL ? s.len : (size_t)(hit - s.ptr);
}

static size_t find_text(struct span s, size_t from, struct span sought)
{
    return from > s.len ? s.len : from + span_find(span_slice(s, from, s.len), sought);
}

static struct span behind_colon(struct span name)
{
    size_t colon = span_find_byte(name, ':');

    return colon == name.len ? name : span_slice(name, colon + 1, name.len);
}

/* The encoding the declaration names, in octets that are ASCII enough to read it. */
static struct span declared_encoding(struct span bytes)
{
    struct span head = span_slice(bytes, 0, 200), value;
    size_t i;

    if (!span_starts_with(head, SPAN("<?xml")))
        return (struct span){ NULL, 0 };
    head = span_slice(head, 0, find_text(head, 0, SPAN("?>")));
    i = span_find(head, SPAN("encoding"));
    value = span_slice(head, i + 8, head.len);
    while (value.len > 0 && (is_space(value.ptr[0]) || value.ptr[0] == '='))
        value = span_slice(value, 1, value.len);
    if (value.len < 2 || (value.ptr[0] != '"' && value.ptr[0] != '\''))
        return (struct span){ NULL, 0 };
    return span_slice(value, 1, find(value, 1, value.ptr[0]));
}

static struct span encoding_of(struct span bytes)
{
    struct span seen;

    if (span_starts_with(bytes, SPAN("\xEF\xBB\xBF")))
        return SPAN("utf-8");
    if (bytes.len < 2 || (bytes.ptr[0] == '<' && bytes.ptr[1] != '\0'))
        return declared_encoding(bytes);
    seen = charset_detect(bytes);
    return span_starts_with_nocase(seen, SPAN("utf-")) ? seen : (struct span){ NULL, 0 };
}

void xml_init(struct xml *xml, struct span bytes)
{
    struct span encoding = encoding_of(bytes);

    memset(xml, 0, offsetof(struct xml, names));
    buf_init(&xml->utf8, 0);
    buf_init(&xml->scratch, 0);
    buf_init(&xml->value, 0);
    xml->input = bytes;
    if (encoding.len == 0 || span_equals_nocase(encoding, SPAN("utf-8"))) {
        if (span_starts_with(bytes, SPAN("\xEF\xBB\xBF")))
            xml->at = 3;
        return;
    }
    if (charset_decode(encoding, bytes, &xml->utf8) != CHARSET_OK)
        xml->malformed = true;
    if (xml->utf8.len == 0)
        return;
    xml->input = buf_span(&xml->utf8);
    if (span_starts_with(xml->input, SPAN("\xEF\xBB\xBF")))
        xml->at = 3;
}

void xml_fini(struct xml *xml)
{
    buf_fini(&xml->utf8);
    buf_fini(&xml->scratch);
    buf_fini(&xml->value);
}

/* "&#233;" or "&#xE9;": 0 when it is none. */
static uint32_t numeric_reference(struct span name)
{
    bool hexadecimal = name.len > 2 && name.ptr[1] == 'x';
    uint32_t rune = 0;

    for (size_t i = hexadecimal ? 2 : 1; i < name.len; i++) {
        char c = name.ptr[i];
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
                         : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (unsigned)((c | 0x20) - 'a' + 10) : 99;

        if (digit >= (hexadecimal ? 16u : 10u) || rune > 0x10FFFF)
            return 0;
        rune = rune * (hexadecimal ? 16 : 10) + digit;
    }
    return rune;
}

static uint32_t reference(struct span name)
{
    if (name.len > 1 && name.ptr[0] == '#')
        return numeric_reference(name);
    if (span_equals(name, SPAN("lt")))
        return '<';
    if (span_equals(name, SPAN("gt")))
        return '>';
    if (span_equals(name, SPAN("amp")))
        return '&';
    if (span_equals(name, SPAN("quot")))
        return '"';
    return span_equals(name, SPAN("apos")) ? '\'' : 0;
}

/* s itself when it has no references, else a decoded copy in out. */
static struct span decode(struct xml *xml, struct span s, struct buf *out)
{
    size_t i = find(s, 0, '&'), done = 0;

    if (i == s.len)
        return s;
    buf_clear(out);
    for (; i < s.len; i = find(s, i + 1, '&')) {
        struct span name = span_slice(s, i + 1, i + 12);
        size_t end = span_find_byte(name, ';');
        uint32_t rune = end < name.len ? reference(span_slice(name, 0, end)) : 0;

        buf_append(out, span_slice(s, done, i));
        done = i;
        if (rune == 0) {
            xml->malformed = true;
            continue;
        }
        buf_append_rune(out, rune);
        done = i + 1 + end + 1;
    }
    buf_append(out, span_slice(s, done, s.len));
    return buf_span(out);
}

/* Cut one attribute off *rest, value as written. */
static bool raw_attribute(struct span *rest, struct span *name_out, struct span *value_out)
{
    struct span s = *rest;
    size_t i = 0, start;

    while (i < s.len && is_space(s.ptr[i]))
        i++;
    start = i;
    while (i < s.len && s.ptr[i] != '=' && !is_space(s.ptr[i]))
        i++;
    *name_out = span_slice(s, start, i);
    while (i < s.len && (is_space(s.ptr[i]) || s.ptr[i] == '='))
        i++;
    start = i;
    if (i < s.len && (s.ptr[i] == '"' || s.ptr[i] == '\'')) {
        i = find(s, i + 1, s.ptr[i]);
        *value_out = span_slice(s, start + 1, i);
        i += i < s.len;
    } else {
        *value_out = span_slice(s, start, start);
        i += i < s.len && name_out->len == 0;
    }
    *rest = span_slice(s, i, s.len);
    return name_out->len != 0 || i < s.len;
}

bool xml_attribute_next(struct xml *xml, struct span *rest, struct span *local_out, struct span *value_out)
{
    struct span name, value;

    while (rest->len != 0 && raw_attribute(rest, &name, &value)) {
        if (name.len == 0 || span_starts_with(name, SPAN("xmlns")))
            continue;
        *local_out = behind_colon(name);
        *value_out = decode(xml, value, &xml->value);
        return true;
    }
    return false;
}

bool xml_attribute(struct xml *xml, const char *local, struct span *value_out)
{
    struct span rest = xml->attributes, name, value, wanted = span_of(local);

    while (rest.len != 0 && raw_attribute(&rest, &name, &value))
        if (span_equals(behind_colon(name), wanted)) {
            *value_out = decode(xml, value, &xml->value);
            return true;
        }
    *value_out = (struct span){ NULL, 0 };
    return false;
}

struct span xml_root_namespace(struct xml *xml)
{
    struct span rest = xml->attributes, name, value;
    struct span prefix = span_slice(xml->name, 0, xml->name.len - xml->local.len);

    if (prefix.len != 0)
        prefix.len--;
    while (rest.len != 0 && raw_attribute(&rest, &name, &value))
        if (span_starts_with(name, SPAN("xmlns")) && span_equals(span_slice(name, 6, name.len), prefix))
            return decode(xml, value, &xml->value);
    return (struct span){ NULL, 0 };
}

/* Index of the ">" of a tag, past quoted values; the length when it never ends. */
static size_t tag_end(struct span s, size_t i)
{
    for (; i < s.len; i++) {
        char c = s.ptr[i];

        if (c == '>')
            return i;
        if (c == '"' || c == '\'')
            i = find(s, i + 1, c);
    }
    return s.len;
}

static enum xml_kind comment(struct xml *xml, size_t from, size_t to, size_t next)
{
    if (to >= xml->input.len)
        xml->malformed = true;
    xml->text = span_slice(xml->input, from, to);
    xml->at = next < xml->input.len ? next : xml->input.len;
    return XML_COMMENT;
}

/* "<!DOCTYPE … [ … ]>" */
static enum xml_kind doctype(struct xml *xml)
{
    struct span s = xml->input;
    size_t i = xml->at + 2, brackets = 0;

    xml->has_dtd = true;
    for (; i < s.len; i++) {
        char c = s.ptr[i];

        if (c == '"' || c == '\'')
            i = find(s, i + 1, c);
        else if (c == '[')
            brackets++;
        else if (c == ']' && brackets > 0)
            brackets--;
        else if (c == '>' && brackets == 0)
            break;
    }
    return comment(xml, xml->at + 2, i, i + 1);
}

static enum xml_kind declaration(struct xml *xml)
{
    struct span s = xml->input, rest = span_slice(s, xml->at, s.len);
    size_t end;

    if (span_starts_with(rest, SPAN("<!--"))) {
        end = find_text(s, xml->at + 4, SPAN("-->"));
        return comment(xml, xml->at + 4, end, end + 3);
    }
    if (span_starts_with(rest, SPAN("<![CDATA["))) {
        end = find_text(s, xml->at + 9, SPAN("]]>"));
        comment(xml, xml->at + 9, end, end + 3);
        return XML_TEXT;
    }
    if (rest.ptr[1] == '?') {
        end = find_text(s, xml->at + 2, SPAN("?>"));
        return comment(xml, xml->at + 2, end, end + 2);
    }
    return doctype(xml);
}

static enum xml_kind end_element(struct xml *xml)
{
    xml->depth = xml->open--;
    xml->end_pending = false;
    return XML_END;
}

static enum xml_kind start_tag(struct xml *xml)
{
    struct span s = xml->input;
    size_t start = xml->at + 1, i = start, end = tag_end(s, start);

    if (end == s.len)
        xml->malformed = true;
    if (xml->open == 0 && xml->root_seen)
        xml->malformed = true;
    while (i < end && !is_space(s.ptr[i]) && s.ptr[i] != '/')
        i++;
    xml->name = span_slice(s, start, i);
    xml->local = behind_colon(xml->name);
    xml->end_pending = end > i && s.ptr[end - 1] == '/';
    xml->attributes = span_slice(s, i, end - xml->end_pending);
    xml->at = end < s.len ? end + 1 : s.len;
    xml->root_seen = true;
    xml->depth = ++xml->open;
    if (xml->depth <= XML_DEPTH_MAX)
        xml->names[xml->depth - 1] = xml->name;
    else
        xml->too_deep = true;
    return XML_START;
}

/* A wrong name closes the innermost element all the same; with none open the tag is passed over. */
static enum xml_kind end_tag(struct xml *xml)
{
    struct span s = xml->input;
    size_t end = find(s, xml->at, '>');
    struct span name = span_trim(span_slice(s, xml->at + 2, end));

    if (xml->open == 0 || end == s.len) {
        xml->malformed = true;
        return comment(xml, xml->at + 2, end, end + 1);
    }
    xml->name = name;
    xml->local = behind_colon(name);
    xml->at = end + 1;
    if (xml->open <= XML_DEPTH_MAX && !span_equals(xml->names[xml->open - 1], name))
        xml->malformed = true;
    return end_element(xml);
}

enum xml_kind xml_next(struct xml *xml)
{
    struct span s = xml->input;
    size_t at = xml->at, end;

    if (xml->end_pending)
        return end_element(xml);
    if (at >= s.len) {
        xml->malformed |= xml->open != 0 || !xml->root_seen;
        return XML_END_OF_INPUT;
    }
    if (s.ptr[at] == '<' && at + 1 < s.len) {
        switch (s.ptr[at + 1]) {
        case '/':
            return end_tag(xml);
        case '!':
        case '?':
            return declaration(xml);
        default:
            if (!is_space(s.ptr[at + 1]) && s.ptr[at + 1] != '<')
                return start_tag(xml);
        }
    }
    xml->malformed |= s.ptr[at] == '<';
    end = find(s, at + 1, '<');
    xml->at = end;
    xml->text = span_slice(s, at, end);
    if (xml->open == 0 && !is_blank(xml->text))
        xml->malformed = true;
    xml->text = decode(xml, xml->text, &xml->scratch);
    return XML_TEXT;
}

/* The first octets without the zeros of UTF-16 and without a byte order mark. */
static struct span plain_head(struct span bytes, char *head, size_t room)
{
    size_t used = 0;

    for (size_t i = 0; i < bytes.len && i < 4 * room && used < room; i++)
        if (bytes.ptr[i] != '\0' && (used > 0 || (!is_space(bytes.ptr[i]) && (unsigned char)bytes.ptr[i] < 0x80)))
            head[used++] = bytes.ptr[i];
    return (struct span){ head, used };
}

bool xml_looks_like(struct span bytes)
{
    char octets[128];
    struct span head = plain_head(bytes, octets, sizeof octets);

    return span_starts_with(head, SPAN("<?xml")) || (xml_may_be(bytes) && span_find(head, SPAN("xmlns")) < head.len);
}

bool xml_may_be(struct span bytes)
{
    char octets[16];
    struct span head = plain_head(bytes, octets, sizeof octets);
    bool html = span_starts_with_nocase(head, SPAN("<html")) || span_starts_with_nocase(head, SPAN("<!doctype html"));

    return head.len > 2 && head.ptr[0] == '<' && !html &&
           (head.ptr[1] == '!' || head.ptr[1] == '?' || ((head.ptr[1] | 0x20) >= 'a' && (head.ptr[1] | 0x20) <= 'z'));
}
