/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * TNEF, the "winmail.dat" of Outlook ([MS-OXTNEF]): attributes one behind the
 * other; the message's properties and each attachment's in one of them.
 */
#include "base/buf.h"
#include "codepage.h"
#include "extract_priv.h"
#include "le.h"
#include "mapi.h"

enum {
    ATTRIBUTE_SUBJECT = 0x8004, ATTRIBUTE_BODY = 0x800C, ATTRIBUTE_DATA = 0x800F, ATTRIBUTE_TITLE = 0x8010,
    ATTRIBUTE_RENDERING = 0x9002, ATTRIBUTE_PROPERTIES = 0x9003, ATTRIBUTE_ATTACHMENT = 0x9005,
    ATTRIBUTE_CODEPAGE = 0x9007, HEADER_BYTES = 6, ATTRIBUTE_BYTES = 9, MAX_ATTRIBUTES = 100000,
    MAX_PROPERTIES = 10000, MAX_VALUES = 10000
};

enum { ID_DATA = 0x3701, ID_LONG_NAME = 0x3707, ID_SHORT_NAME = 0x3704, ID_MEDIA_TYPE = 0x370E, TYPE_OBJECT = 0x000D };

struct tnef {
    struct span bytes;
    struct sink *sink;
    uint32_t codepage;
    struct span data;           /* of the attachment being read */
    struct buf title, media;
};

/* One property of a list: its number and values, and where the next begins. */
struct property {
    uint32_t type, id;
    struct span name;           /* UTF-16 name of a named one */
    bool is_named_by_number;
    uint32_t number;
};

static size_t padded(size_t length)
{
    return (length + 3) & ~(size_t)3;
}

static void end_attachment(struct tnef *tnef)
{
    struct nested nested = { .bytes = tnef->data, .name = buf_span(&tnef->title), .declared = buf_span(&tnef->media) };

    /* An attached item stands behind the identifier of its interface. */
    if (nested.bytes.len > 16 && span_starts_with(nested.bytes, SPAN("\x07\x03\x02\0\0\0\0\0\xC0")))
        nested.bytes = span_slice(nested.bytes, 16, nested.bytes.len);
    if (nested.bytes.len > 0)
        sink_nested(tnef->sink, &nested);
    tnef->data = (struct span){ NULL, 0 };
    buf_clear(&tnef->title);
    buf_clear(&tnef->media);
}

static void read_text(struct tnef *tnef, const struct property *property, struct span utf8, bool is_attachment)
{
    struct buf name;

    buf_init(&name, 4096);
    codepage_decode_utf16(property->name, &name);
    if (is_attachment && (property->id == ID_LONG_NAME || (property->id == ID_SHORT_NAME && tnef->title.len == 0))) {
        buf_clear(&tnef->title);
        buf_append(&tnef->title, utf8);
    } else if (is_attachment && property->id == ID_MEDIA_TYPE) {
        buf_append(&tnef->media, utf8);
    } else if (name.len > 0) {
        sink_property(tnef->sink, PROPERTY_CUSTOM, buf_span(&name), utf8);
    } else {
        mapi_text(tnef->sink, property->is_named_by_number ? MAPI_NAMED | property->number : property->id, utf8);
    }
    buf_fini(&name);
}

static void read_value(struct tnef *tnef, const struct property *property, struct span value, bool is_attachment)
{
    struct buf text;

    if (property->type == MAPI_BINARY || property->type == TYPE_OBJECT) {
        if (is_attachment && property->id == ID_DATA)
            tnef->data = value;
        else
            mapi_binary(tnef->sink, property->id, value);
        return;
    }
    buf_init(&text, 0);
    if (property->type == MAPI_UNICODE)
        codepage_decode_utf16(value, &text);
    else
        codepage_decode(tnef->codepage, span_slice(value, 0, span_find_byte(value, '\0')), &text);
    read_text(tnef, property, buf_span(&text), is_attachment);
    buf_fini(&text);
}

static size_t take_name(struct span list, size_t at, struct property *property)
{
    if (le32(list, at + 16) == 0) {
        property->is_named_by_number = true;
        property->number = le32(list, at + 20);
        return at + 24;
    }
    property->name = span_slice(list, at + 24, at + 24 + (size_t)le32(list, at + 20));
    return at + 24 + padded(le32(list, at + 20));
}

/* Octets of a fixed-size value, 0 for those that say their own length. */
static size_t fixed_octets(uint32_t type)
{
    switch (type & 0xFFF) {
    case 0x0002:
    case 0x0003:
    case 0x0004:
    case 0x000A:
    case 0x000B: return 4;
    case 0x0005:
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040: return 8;
    case 0x0048: return 16;
    }
    return 0;
}

static size_t take_values(struct tnef *tnef, struct span list, size_t at, struct property *property, bool is_attachment)
{
    size_t fixed = fixed_octets(property->type);
    uint32_t count = 1;

    if (fixed == 0 || (property->type & 0x1000) != 0) {
        count = le32(list, at);
        at += 4;
    }
    property->type &= 0xFFF;
    for (uint32_t i = 0; i < count && i < MAX_VALUES && at < list.len; i++) {
        size_t length = fixed;
        if (fixed == 0) {
            length = le32(list, at);
            at += 4;
            read_value(tnef, property, span_slice(list, at, at + length), is_attachment);
        } else if (property->id == MAPI_SENSITIVITY) {
            mapi_sensitivity(tnef->sink, le32(list, at));
        }
        at += padded(length);
    }
    return at;
}

static void read_properties(struct tnef *tnef, struct span list, bool is_attachment)
{
    uint32_t count = le32(list, 0);
    size_t at = 4;

    for (uint32_t i = 0; i < count && i < MAX_PROPERTIES && at + 4 <= list.len && !sink_spent(tnef->sink); i++) {
        struct property property = { .type = le16(list, at), .id = le16(list, at + 2) };
        at += 4;
        if (property.id >= 0x8000)
            at = take_name(list, at, &property);
        at = take_values(tnef, list, at, &property, is_attachment);
    }
}

static void read_plain(struct tnef *tnef, uint32_t id, struct span value)
{
    struct buf text;

    buf_init(&text, 0);
    codepage_decode(tnef->codepage, span_slice(value, 0, span_find_byte(value, '\0')), &text);
    mapi_text(tnef->sink, id, buf_span(&text));
    buf_fini(&text);
}

static void read_attribute(struct tnef *tnef, uint32_t id, struct span value)
{
    switch (id) {
    case ATTRIBUTE_SUBJECT: read_plain(tnef, MAPI_SUBJECT, value); break;
    case ATTRIBUTE_BODY: read_plain(tnef, MAPI_BODY, value); break;
    case ATTRIBUTE_CODEPAGE: tnef->codepage = le32(value, 0); break;
    case ATTRIBUTE_RENDERING: end_attachment(tnef); break;
    case ATTRIBUTE_DATA: tnef->data = value; break;
    case ATTRIBUTE_TITLE:
        buf_clear(&tnef->title);
        codepage_decode(tnef->codepage, span_slice(value, 0, span_find_byte(value, '\0')), &tnef->title);
        break;
    case ATTRIBUTE_PROPERTIES: read_properties(tnef, value, false); break;
    case ATTRIBUTE_ATTACHMENT: read_properties(tnef, value, true); break;
    }
}

static enum recognition tnef_recognise(const struct extract_input *input)
{
    return le32(input->bytes, 0) == 0x223E9F78U ? RECOGNISE_MAGIC : RECOGNISE_NO;
}

static enum extract_result tnef_read(const struct extract_input *input, struct sink *sink)
{
    struct tnef tnef = { .bytes = input->bytes, .sink = sink, .codepage = 1252 };
    size_t at = HEADER_BYTES;
    bool is_cut = false;

    buf_init(&tnef.title, 4096);
    buf_init(&tnef.media, 256);
    for (unsigned i = 0; i < MAX_ATTRIBUTES && at + ATTRIBUTE_BYTES <= tnef.bytes.len && !sink_spent(sink); i++) {
        size_t length = le32(tnef.bytes, at + 5);
        is_cut = length > tnef.bytes.len - at - ATTRIBUTE_BYTES;
        read_attribute(&tnef, le32(tnef.bytes, at + 1) & 0xFFFF,
                       span_slice(tnef.bytes, at + ATTRIBUTE_BYTES, at + ATTRIBUTE_BYTES + length));
        at += ATTRIBUTE_BYTES + length + 2;
    }
    end_attachment(&tnef);
    buf_fini(&tnef.title);
    buf_fini(&tnef.media);
    if (sink_spent(sink))
        return EXTRACT_STOPPED;
    if (is_cut || at == HEADER_BYTES)
        sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, SPAN(""));
    return is_cut || at == HEADER_BYTES ? EXTRACT_PARTIAL : EXTRACT_OK;
}

const struct extractor extract_tnef = { .name = "tnef", .recognise = tnef_recognise, .read = tnef_read };
