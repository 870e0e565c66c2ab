/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/office_text.h"
#include "extract/package.h"
#include "text/charset.h"

/*
 * The binary parts of an xlsb workbook ([MS-XLSB] 2.1.4): records of a type, a
 * length and fields. Only their texts matter here (2.5.168, XLWideString: a
 * 32-bit count of UTF-16 units, then the units), and they are found by that shape
 * in every record, so that no record type can be missing from a list.
 */
enum { RECORD_SHEET = 156, RECORD_PAGE_TEXTS = 479, UNITS_MAX = 32767 };

/* A number of up to octets_max octets, seven bits each, low ones first. */
static bool read_varint(struct span *rest, size_t octets_max, uint32_t *value_out)
{
    uint32_t value = 0;

    for (size_t i = 0; i < octets_max && i < rest->len; i++) {
        value |= (uint32_t)(rest->ptr[i] & 0x7F) << (7 * i);
        if ((rest->ptr[i] & 0x80) == 0 || i + 1 == octets_max) {
            *rest = span_slice(*rest, i + 1, rest->len);
            *value_out = value;
            return true;
        }
    }
    return false;
}

static uint32_t u32_at(struct span s, size_t at)
{
    uint32_t value = 0;

    for (size_t i = 4; i > 0; i--)
        value = value << 8 | (unsigned char)s.ptr[at + i - 1];
    return value;
}

/* Whether units are text: no control characters but those of lines. */
static bool is_text(struct span units)
{
    for (size_t i = 0; i + 1 < units.len; i += 2)
        if (units.ptr[i + 1] == '\0' && (unsigned char)units.ptr[i] < ' ' && units.ptr[i] != '\n' &&
            units.ptr[i] != '\r' && units.ptr[i] != '\t')
            return false;
    return true;
}

/* The text whose count stands at this place of a record, empty when none does. */
static struct span text_at(struct span record, size_t at)
{
    uint32_t units;
    struct span text;

    if (at > record.len || record.len - at < 6)
        return (struct span){ NULL, 0 };
    units = u32_at(record, at);
    if (units == 0 || units > UNITS_MAX || units > (record.len - at - 4) / 2)
        return (struct span){ NULL, 0 };
    text = span_slice(record, at + 4, at + 4 + 2 * (size_t)units);
    return is_text(text) ? text : (struct span){ NULL, 0 };
}

/* Header and footer of odd, even and first pages (2.4.26): six texts in that order, any of them missing. */
static void read_page_texts(struct gather *gather, struct span record)
{
    struct buf utf8;
    size_t at = 2;

    buf_init(&utf8, 0);
    for (unsigned i = 0; i < 6 && at < record.len; i++) {
        struct span text = text_at(record, at);

        buf_clear(&utf8);
        charset_decode(SPAN("utf-16le"), text, &utf8);
        office_page_text(gather, i % 2 == 0 ? REGION_HEADER : REGION_FOOTER, buf_span(&utf8));
        at += 4 + text.len;
    }
    buf_fini(&utf8);
}

static void read_record(struct gather *gather, uint32_t type, enum region region, struct span record)
{
    struct buf utf8;
    size_t at = 0;

    if (type == RECORD_PAGE_TEXTS) {
        read_page_texts(gather, record);
        return;
    }
    buf_init(&utf8, 0);
    while (at < record.len) {
        struct span text = text_at(record, at);

        at += text.len == 0 ? 1 : 4 + text.len;
        if (text.len == 0)
            continue;
        buf_clear(&utf8);
        charset_decode(SPAN("utf-16le"), text, &utf8);
        gather_line(gather, type == RECORD_SHEET ? REGION_NAME : region, buf_span(&utf8));
    }
    buf_fini(&utf8);
}

/* One record off the front; false when it does not fit into what is left. */
static bool next_record(struct span *rest, uint32_t *type_out, struct span *record_out)
{
    uint32_t bytes;

    if (!read_varint(rest, 2, type_out) || !read_varint(rest, 4, &bytes) || bytes > rest->len)
        return false;
    *record_out = span_slice(*rest, 0, bytes);
    *rest = span_slice(*rest, bytes, rest->len);
    return true;
}

/* BrtBundleSh (2.4.313): state, number, relation, name. */
bool xlsb_next_sheet(struct span *rest, struct arena *arena, struct xlsb_sheet *sheet_out)
{
    struct span record, relation, name;
    struct buf utf8;
    uint32_t type;

    while (next_record(rest, &type, &record)) {
        if (type != RECORD_SHEET || record.len < 8)
            continue;
        relation = text_at(record, 8);
        name = text_at(record, 12 + relation.len);
        buf_init(&utf8, 0);
        charset_decode(SPAN("utf-16le"), relation, &utf8);
        sheet_out->relation = arena_copy(arena, buf_span(&utf8));
        buf_clear(&utf8);
        charset_decode(SPAN("utf-16le"), name, &utf8);
        sheet_out->name = arena_copy(arena, buf_span(&utf8));
        sheet_out->is_hidden = u32_at(record, 0) != 0;
        buf_fini(&utf8);
        return true;
    }
    return false;
}

bool xlsb_read_part(struct package *package, struct span name, struct span content, uint32_t sheet, bool is_hidden)
{
    enum region region = is_hidden                                                   ? REGION_HIDDEN
                         : span_find_nocase(name, SPAN("comments")) < name.len ? REGION_COMMENT
                                                                               : REGION_BODY;
    struct span rest = content, record;
    uint32_t type;

    gather_part(&package->gather, name, sheet == 0 ? UNIT_NONE : UNIT_SHEET, sheet);
    while (rest.len > 0 && !sink_spent(package->sink)) {
        if (!next_record(&rest, &type, &record)) {
            sink_uninspectable(package->sink, UNINSPECTABLE_DAMAGED, name);
            return false;
        }
        read_record(&package->gather, type, region, record);
    }
    return true;
}
