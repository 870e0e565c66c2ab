/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Property sets of compound files ([MS-OLEPS]): summary, document summary, and
 * the user-defined section, whose names stand in a dictionary. Labels of legacy
 * office documents are kept there.
 */
#include <string.h>

#include "base/buf.h"
#include "codepage.h"
#include "le.h"
#include "ole2.h"

enum { MAX_SECTIONS = 8, MAX_PROPERTIES = 10000, MAX_VALUES = 1000, VALUE_BYTES = 1 << 20 };

enum {
    ID_DICTIONARY = 0, ID_CODEPAGE = 1,
    TYPE_I2 = 2, TYPE_I4 = 3, TYPE_BOOL = 11, TYPE_LPSTR = 30, TYPE_LPWSTR = 31, TYPE_VECTOR = 0x1000,
    TYPE_VARIANT = 12
};

struct set {
    struct sink *sink;
    struct span section;
    uint32_t codepage;
    bool is_custom, is_summary;
    struct span dictionary;
};

static const char *builtin_name(const struct set *set, uint32_t id)
{
    static const char *const summary[] = { NULL, NULL, "title", "subject", "author", "keywords", "comments",
                                           "template", "last-author", "revision" };
    static const char *const document[] = {
        [2] = "category", [14] = "manager", [15] = "company", [26] = "content-type",
        [27] = "content-status", [28] = "language", [13] = "titles-of-parts",
    };

    if (set->is_summary)
        return id < sizeof summary / sizeof *summary ? summary[id] : NULL;
    return id < sizeof document / sizeof *document ? document[id] : NULL;
}

/* A counted string at an offset; returns the octets it takes, with padding. */
static size_t take_string(const struct set *set, uint32_t type, size_t at, struct buf *out)
{
    uint32_t count = le32(set->section, at);
    size_t octets = type == TYPE_LPWSTR ? 2 * (size_t)count : count;
    struct span bytes = span_slice(set->section, at + 4, at + 4 + octets);

    if (type == TYPE_LPWSTR || set->codepage == 1200) {
        codepage_decode_utf16(bytes, out);
    } else {
        bytes = span_slice(bytes, 0, span_find_byte(bytes, '\0'));
        codepage_decode(set->codepage, bytes, out);
    }
    return 4 + (octets + 3) / 4 * 4;
}

/* One value as text; returns the octets it takes, 0 when its type has no text. */
static size_t take_value(const struct set *set, uint32_t type, size_t at, struct buf *out)
{
    switch (type) {
    case TYPE_LPSTR:
    case TYPE_LPWSTR:
        return take_string(set, type, at, out);
    case TYPE_I2:
        buf_printf(out, "%d", (int16_t)le16(set->section, at));
        return 4;
    case TYPE_I4:
        buf_printf(out, "%d", (int32_t)le32(set->section, at));
        return 4;
    case TYPE_BOOL:
        buf_append(out, le16(set->section, at) != 0 ? SPAN("true") : SPAN("false"));
        return 4;
    default:
        return 0;
    }
}

/* The user's name for a property, from the dictionary. */
static void custom_name(const struct set *set, uint32_t id, struct buf *out)
{
    uint32_t count = le32(set->dictionary, 0);
    size_t at = 4;

    for (uint32_t i = 0; i < count && i < MAX_PROPERTIES && at + 8 <= set->dictionary.len; i++) {
        uint32_t length = le32(set->dictionary, at + 4);
        size_t octets = set->codepage == 1200 ? 2 * (size_t)length : length;
        struct span name = span_slice(set->dictionary, at + 8, at + 8 + octets);
        if (le32(set->dictionary, at) == id) {
            if (set->codepage == 1200)
                codepage_decode_utf16(name, out);
            else
                codepage_decode(set->codepage, span_slice(name, 0, span_find_byte(name, '\0')), out);
            return;
        }
        at += 8 + (set->codepage == 1200 ? (octets + 3) / 4 * 4 : octets);
    }
}

static void say(const struct set *set, uint32_t id, struct buf *value)
{
    const char *builtin = set->is_custom ? NULL : builtin_name(set, id);
    struct buf name;

    buf_init(&name, 4096);
    if (set->is_custom)
        custom_name(set, id, &name);
    else
        buf_printf(&name, "%s", builtin == NULL ? "" : builtin);
    if (value->len > 0 && name.len > 0)
        sink_property(set->sink, set->is_custom ? PROPERTY_CUSTOM : PROPERTY_DOCUMENT, buf_span(&name),
                      buf_span(value));
    buf_fini(&name);
}

static void read_property(const struct set *set, uint32_t id, size_t at)
{
    uint32_t type = le32(set->section, at), count = 1;
    struct buf value;

    buf_init(&value, VALUE_BYTES);
    at += 4;
    if ((type & TYPE_VECTOR) != 0) {
        count = le32(set->section, at);
        at += 4;
        type &= ~(uint32_t)TYPE_VECTOR;
    }
    for (uint32_t i = 0; i < count && i < MAX_VALUES && at < set->section.len; i++) {
        uint32_t one = type;
        size_t taken;
        if (type == TYPE_VARIANT) {
            one = le32(set->section, at);
            at += 4;
        }
        if (i > 0)
            buf_append_byte(&value, '\n');
        taken = take_value(set, one, at, &value);
        if (taken == 0)
            break;
        at += taken;
    }
    say(set, id, &value);
    buf_fini(&value);
}

static void read_section(struct set *set)
{
    uint32_t count = le32(set->section, 4);

    set->codepage = 1252;
    for (uint32_t i = 0; i < count && i < MAX_PROPERTIES; i++) {
        uint32_t id = le32(set->section, 8 + 8 * (size_t)i), at = le32(set->section, 12 + 8 * (size_t)i);
        if (id == ID_CODEPAGE && le32(set->section, at) == TYPE_I2)
            set->codepage = le16(set->section, (size_t)at + 4);
        else if (id == ID_DICTIONARY && 12 + 8 * (size_t)i < set->section.len)
            set->dictionary = span_slice(set->section, at, set->section.len);
    }
    for (uint32_t i = 0; i < count && i < MAX_PROPERTIES && 16 + 8 * (size_t)i <= set->section.len &&
                         !sink_spent(set->sink); i++) {
        uint32_t id = le32(set->section, 8 + 8 * (size_t)i);
        if (id != ID_DICTIONARY && id != ID_CODEPAGE)
            read_property(set, id, le32(set->section, 12 + 8 * (size_t)i));
    }
}

void ole2_properties(struct span stream, struct sink *sink)
{
    static const char summary[] = "\xE0\x85\x9F\xF2\xF9\x4F\x68\x10\xAB\x91\x08\x00\x2B\x27\xB3\xD9";
    static const char document[] = "\x02\xD5\xCD\xD5\x9C\x2E\x1B\x10\x93\x97\x08\x00\x2B\x2C\xF9\xAE";
    uint32_t count = le32(stream, 24);

    if (le16(stream, 0) != 0xFFFE)
        return;
    for (uint32_t i = 0; i < count && i < MAX_SECTIONS; i++) {
        struct span id = span_slice(stream, 28 + 20 * (size_t)i, 44 + 20 * (size_t)i);
        struct set set = { .sink = sink };
        set.section = span_slice(stream, le32(stream, 44 + 20 * (size_t)i), stream.len);
        set.section = span_slice(set.section, 0, le32(set.section, 0));
        set.is_summary = span_equals(id, (struct span){ summary, 16 });
        set.is_custom = !set.is_summary && !span_equals(id, (struct span){ document, 16 });
        read_section(&set);
    }
}
