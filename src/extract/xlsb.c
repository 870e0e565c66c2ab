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

    if (record.len - at < 6)
        return (struct span){ NULL, 0 };
    units = u32_at(record, at);
    if (units == 0 || units > UNITS_MAX || units > (record.len - at - 4) / 2)
        return (struct span){ NULL, 0 };
    text = span_slice(record, at + 4, at + 4 + 2 * (size_t)units);
    return is_text(text) ? text : (struct span){ NULL, 0 };
}

static void put(struct gather *gather, uint32_t type, enum region region, struct span utf8)
{
    if (type == RECORD_PAGE_TEXTS)
        office_page_text(gather, REGION_HEADER, utf8);
    else
        gather_line(gather, type == RECORD_SHEET ? REGION_NAME : region, utf8);
}

static void read_record(struct gather *gather, uint32_t type, enum region region, struct span record)
{
    struct buf utf8;
    size_t at = 0;

    buf_init(&utf8, 0);
    while (at < record.len) {
        struct span text = text_at(record, at);

        at += text.len == 0 ? 1 : 4 + text.len;
        if (text.len == 0)
            continue;
        buf_clear(&utf8);
        charset_decode(SPAN("utf-16le"), text, &utf8);
        put(gather, type, region, buf_span(&utf8));
    }
    buf_fini(&utf8);
}

bool xlsb_read_part(struct package *package, struct span name, struct span content)
{
    bool comments = span_find_nocase(name, SPAN("comments")) < name.len;
    struct span rest = content;
    uint32_t type, bytes;

    gather_part(&package->gather, name, UNIT_NONE, 0);
    while (rest.len > 0 && !sink_spent(package->sink)) {
        if (!read_varint(&rest, 2, &type) || !read_varint(&rest, 4, &bytes) || bytes > rest.len) {
            sink_uninspectable(package->sink, UNINSPECTABLE_DAMAGED, name);
            return false;
        }
        read_record(&package->gather, type, comments ? REGION_COMMENT : REGION_BODY, span_slice(rest, 0, bytes));
        rest = span_slice(rest, bytes, rest.len);
    }
    return true;
}
