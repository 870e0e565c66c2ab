/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Outlook items ([MS-OXMSG]): texts, sender and recipients, headers, sensitivity
 * and named properties, attachments, items attached to items.
 */
#include <stdio.h>

#include "base/buf.h"
#include "codepage.h"
#include "le.h"
#include "mapi.h"
#include "ole_priv.h"

enum { MAX_DEPTH = 16, MAX_NAMED = 4096, HEADER_TOP = 32, HEADER_INNER = 24, HEADER_SMALL = 8 };

struct msg {
    struct ole2 *ole;
    struct sink *sink;
    struct span name_entries, name_strings;
    uint32_t codepage;
    unsigned depth;
};

static void read_item(struct msg *msg, uint32_t storage, size_t header_bytes);

/* "__substg1.0_PPPPTTTT": the property's number and type. */
static bool parse_name(struct span name, uint32_t *tag_out)
{
    *tag_out = 0;
    if (!span_starts_with_nocase(name, SPAN("__substg1.0_")) || name.len < 20)
        return false;
    for (size_t i = 12; i < 20; i++) {
        char c = name.ptr[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        *tag_out = *tag_out << 4 | (uint32_t)digit;
    }
    return true;
}

/* What a property above 0x8000 is called: its string, or its number. */
static void named_property(const struct msg *msg, uint32_t id, struct buf *name_out, uint32_t *number_out)
{
    size_t at = 8 * (size_t)(id - 0x8000);
    uint32_t value = le32(msg->name_entries, at);

    *number_out = 0;
    if (at + 8 > msg->name_entries.len)
        return;
    if ((le16(msg->name_entries, at + 4) & 1) != 0)
        codepage_decode(1200, span_slice(msg->name_strings, (size_t)value + 4,
                                         (size_t)value + 4 + le32(msg->name_strings, value)), name_out);
    else
        *number_out = value;
}

static void read_text_property(struct msg *msg, uint32_t id, struct span utf8)
{
    struct buf name;
    uint32_t number = 0;

    buf_init(&name, 4096);
    if (id >= 0x8000)
        named_property(msg, id, &name, &number);
    if (name.len > 0)
        sink_property(msg->sink, PROPERTY_CUSTOM, buf_span(&name), utf8);
    else
        mapi_text(msg->sink, id >= 0x8000 ? MAPI_NAMED | number : id, utf8);
    buf_fini(&name);
}

static void read_property_stream(struct msg *msg, uint32_t entry, uint32_t tag)
{
    uint32_t id = tag >> 16, type = tag & 0xFFFF;
    struct span bytes = ole2_stream(msg->ole, entry);
    struct buf text;

    buf_init(&text, 0);
    if (type == MAPI_UNICODE) {
        codepage_decode_utf16(bytes, &text);
        read_text_property(msg, id, buf_span(&text));
    } else if (type == MAPI_STRING8) {
        codepage_decode(msg->codepage, span_slice(bytes, 0, span_find_byte(bytes, '\0')), &text);
        read_text_property(msg, id, buf_span(&text));
    } else if (type == MAPI_BINARY) {
        mapi_binary(msg->sink, id, bytes);
    }
    buf_fini(&text);
}

/* Fixed-size values: 16 octets each behind the stream's header. */
static void read_fixed(struct msg *msg, uint32_t storage, size_t header_bytes)
{
    uint32_t entry = ole2_find(msg->ole, storage, SPAN("__properties_version1.0"));
    struct span bytes = entry == OLE2_NONE ? (struct span){ "", 0 } : ole2_stream(msg->ole, entry);

    for (size_t at = header_bytes; at + 16 <= bytes.len; at += 16) {
        uint32_t id = le16(bytes, at + 2), value = le32(bytes, at + 8);
        if (le16(bytes, at) != MAPI_LONG)
            continue;
        if (id == MAPI_SENSITIVITY)
            mapi_sensitivity(msg->sink, value);
        else if (id == MAPI_CODEPAGE && value != 0)
            msg->codepage = value;
    }
}

static struct span find_bytes(struct msg *msg, uint32_t storage, struct span name)
{
    uint32_t entry = ole2_find(msg->ole, storage, name);

    return entry == OLE2_NONE ? (struct span){ "", 0 } : ole2_stream(msg->ole, entry);
}

static void read_attachment(struct msg *msg, uint32_t storage)
{
    static const char *const names[] = { "__substg1.0_3707001F", "__substg1.0_3707001E", "__substg1.0_3704001F",
                                         "__substg1.0_3704001E", "__substg1.0_3001001F" };
    uint32_t inner = ole2_find(msg->ole, storage, SPAN("__substg1.0_3701000D"));
    struct nested nested = { .bytes = find_bytes(msg, storage, SPAN("__substg1.0_37010102")) };
    struct buf name, type;

    buf_init(&name, 4096);
    buf_init(&type, 4096);
    for (size_t i = 0; i < sizeof names / sizeof *names && name.len == 0; i++) {
        struct span bytes = find_bytes(msg, storage, span_of(names[i]));
        if (names[i][19] == 'F')
            codepage_decode_utf16(bytes, &name);
        else
            codepage_decode(msg->codepage, span_slice(bytes, 0, span_find_byte(bytes, '\0')), &name);
    }
    codepage_decode_utf16(find_bytes(msg, storage, SPAN("__substg1.0_370E001F")), &type);
    nested.name = buf_span(&name);
    nested.declared = buf_span(&type);
    if (nested.bytes.len > 0)
        sink_nested(msg->sink, &nested);
    if (inner != OLE2_NONE && msg->ole->entries[inner].is_storage) {
        ole_line(msg->sink, REGION_NAME, UNIT_NONE, 0, buf_span(&name));
        read_item(msg, inner, HEADER_INNER);
    }
    buf_fini(&name);
    buf_fini(&type);
}

static void read_item(struct msg *msg, uint32_t storage, size_t header_bytes)
{
    if (msg->depth >= MAX_DEPTH) {
        sink_uninspectable(msg->sink, UNINSPECTABLE_TOO_DEEP, SPAN("attached item"));
        return;
    }
    msg->depth++;
    read_fixed(msg, storage, header_bytes);
    for (uint32_t i = 1; i < msg->ole->entry_count && !sink_spent(msg->sink); i++) {
        const struct ole2_entry *entry = &msg->ole->entries[i];
        uint32_t tag;
        if (entry->parent != storage)
            continue;
        if (entry->is_storage && span_starts_with(entry->name, SPAN("__attach_version1.0_")))
            read_attachment(msg, i);
        else if (entry->is_storage && span_starts_with(entry->name, SPAN("__recip_version1.0_")))
            read_item(msg, i, HEADER_SMALL);
        else if (!entry->is_storage && parse_name(entry->name, &tag))
            read_property_stream(msg, i, tag);
    }
    msg->depth--;
}

bool msg_read(struct ole2 *ole, uint32_t storage, struct sink *sink)
{
    struct msg msg = { .ole = ole, .sink = sink, .codepage = 1252 };
    uint32_t names = ole2_find(ole, storage, SPAN("__nameid_version1.0"));

    if (names != OLE2_NONE) {
        msg.name_entries = find_bytes(&msg, names, SPAN("__substg1.0_00030102"));
        msg.name_strings = find_bytes(&msg, names, SPAN("__substg1.0_00040102"));
    }
    read_item(&msg, storage, HEADER_TOP);
    return true;
}
