/* SPDX-License-Identifier: EUPL-1.2 */
#include "exif.h"

#include "base/buf.h"
#include "codepage.h"
#include "text/charset.h"
#include "xmp.h"

enum { MAX_DIRECTORIES = 32, MAX_TAGS = 1000, MAX_DATASETS = 10000, MAX_BLOCKS = 10000 };

enum {
    TAG_XMP = 0x02BC, TAG_IPTC = 0x83BB, TAG_EXIF = 0x8769, TAG_PHOTOSHOP = 0x8649, TAG_SUBIFDS = 0x014A,
    TAG_USER_COMMENT = 0x9286, TAG_SECURITY = 0x9212, TAG_XP_FIRST = 0x9C9B, TAG_XP_LAST = 0x9C9F
};

static const struct { uint16_t tag; const char *name; } text_tags[] = {
    { 0x010D, "DocumentName" }, { 0x010E, "ImageDescription" }, { 0x011D, "PageName" }, { 0x0131, "Software" },
    { 0x013B, "Artist" },       { 0x8298, "Copyright" },        { 0x9213, "ImageHistory" }, { 0x9286, "UserComment" },
    { 0x9C9B, "XPTitle" },      { 0x9C9C, "XPComment" },        { 0x9C9D, "XPAuthor" },  { 0x9C9E, "XPKeywords" },
    { 0x9C9F, "XPSubject" },    { 0xA430, "CameraOwnerName" },
};

struct tiff {
    struct span bytes;
    bool is_big_endian;
    struct sink *sink;
    uint32_t directories[MAX_DIRECTORIES];  /* to read */
    unsigned count;
};

static uint32_t number_at(const struct tiff *tiff, size_t at, size_t octets)
{
    uint32_t value = 0;

    if (at > tiff->bytes.len || tiff->bytes.len - at < octets)
        return 0;
    for (size_t i = 0; i < octets; i++) {
        size_t from = tiff->is_big_endian ? i : octets - 1 - i;
        value = value << 8 | (uint8_t)tiff->bytes.ptr[at + from];
    }
    return value;
}

static void add_directory(struct tiff *tiff, uint32_t offset)
{
    for (unsigned i = 0; i < tiff->count; i++)
        if (tiff->directories[i] == offset)
            return;
    if (offset != 0 && tiff->count < MAX_DIRECTORIES)
        tiff->directories[tiff->count++] = offset;
}

static void say_text(struct tiff *tiff, uint16_t tag, struct span value)
{
    const char *name = NULL;
    struct buf text;

    for (size_t i = 0; i < sizeof text_tags / sizeof *text_tags; i++)
        if (text_tags[i].tag == tag)
            name = text_tags[i].name;
    if (name == NULL)
        return;
    buf_init(&text, 1 << 20);
    if (tag >= TAG_XP_FIRST && tag <= TAG_XP_LAST) {
        codepage_decode_utf16(value, &text);
    } else if (tag == TAG_USER_COMMENT && span_starts_with(value, SPAN("UNICODE\0"))) {
        codepage_decode(tiff->is_big_endian ? 1201 : 1200, span_slice(value, 8, value.len), &text);
    } else {
        if (tag == TAG_USER_COMMENT)
            value = span_slice(value, 8, value.len);
        charset_decode(SPAN(""), span_slice(value, 0, span_find_byte(value, '\0')), &text);
    }
    if (span_trim(buf_span(&text)).len > 0)
        sink_property(tiff->sink, PROPERTY_DOCUMENT, span_of(name), span_trim(buf_span(&text)));
    buf_fini(&text);
}

static void read_tag(struct tiff *tiff, size_t at)
{
    static const uint8_t octets_of[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4 };
    uint16_t tag = (uint16_t)number_at(tiff, at, 2), type = (uint16_t)number_at(tiff, at + 2, 2);
    uint64_t length = type < sizeof octets_of ? (uint64_t)number_at(tiff, at + 4, 4) * octets_of[type] : 0;
    size_t from = length <= 4 ? at + 8 : number_at(tiff, at + 8, 4);
    struct span value = span_slice(tiff->bytes, from, length > tiff->bytes.len ? from : from + (size_t)length);

    switch (tag) {
    case TAG_EXIF:
        add_directory(tiff, number_at(tiff, at + 8, 4));
        break;
    case TAG_SUBIFDS:
        for (size_t i = 0; i + 4 <= value.len && i < 4 * MAX_DIRECTORIES; i += 4)
            add_directory(tiff, number_at(tiff, from + i, 4));
        break;
    case TAG_XMP: xmp_read(value, tiff->sink); break;
    case TAG_IPTC: iptc_read(value, tiff->sink); break;
    case TAG_PHOTOSHOP: photoshop_read(value, tiff->sink); break;
    case TAG_SECURITY:
        value = span_slice(value, 0, span_find_byte(value, '\0'));
        if (value.len > 0)
            sink_property(tiff->sink, PROPERTY_LABEL_ID, SPAN("exif"), value);
        break;
    default: say_text(tiff, tag, value); break;
    }
}

bool exif_read(struct span bytes, struct sink *sink)
{
    struct tiff tiff = { .bytes = bytes, .sink = sink };

    if (span_starts_with(bytes, SPAN("MM\0")))
        tiff.is_big_endian = true;
    else if (!span_starts_with(bytes, SPAN("II")))
        return false;
    if (number_at(&tiff, 2, 2) != 42)
        return false;
    add_directory(&tiff, number_at(&tiff, 4, 4));
    for (unsigned i = 0; i < tiff.count && !sink_spent(sink); i++) {
        size_t at = tiff.directories[i], count = number_at(&tiff, at, 2);
        for (size_t k = 0; k < count && k < MAX_TAGS; k++)
            read_tag(&tiff, at + 2 + 12 * k);
        add_directory(&tiff, number_at(&tiff, at + 2 + 12 * count, 4));
    }
    return true;
}

void iptc_read(struct span records, struct sink *sink)
{
    size_t at = 0;

    for (unsigned i = 0; i < MAX_DATASETS && at + 5 <= records.len && records.ptr[at] == 0x1C; i++) {
        size_t length = (size_t)(uint8_t)records.ptr[at + 3] << 8 | (uint8_t)records.ptr[at + 4];
        struct span value = span_slice(records, at + 5, at + 5 + length);
        struct buf name, text;
        if (records.ptr[at + 1] == 2 && (uint8_t)records.ptr[at + 2] != 0 && value.len > 0) {
            buf_init(&name, 64);
            buf_init(&text, 0);
            buf_printf(&name, "iptc:2:%u", (unsigned)(uint8_t)records.ptr[at + 2]);
            charset_decode(SPAN(""), value, &text);
            sink_property(sink, PROPERTY_DOCUMENT, buf_span(&name), buf_span(&text));
            buf_fini(&name);
            buf_fini(&text);
        }
        at += 5 + length;
    }
}

void photoshop_read(struct span blocks, struct sink *sink)
{
    enum { ID_IPTC = 0x0404, ID_XMP = 0x0424 };
    struct tiff big = { .bytes = blocks, .is_big_endian = true };
    size_t at = 0;

    for (unsigned i = 0; i < MAX_BLOCKS && at + 12 <= blocks.len; i++) {
        uint32_t id = number_at(&big, at + 4, 2), length;
        size_t name_octets;
        if (!span_starts_with(span_slice(blocks, at, blocks.len), SPAN("8BIM")))
            return;
        name_octets = ((size_t)(uint8_t)blocks.ptr[at + 6] + 2) / 2 * 2;
        at += 6 + name_octets;
        length = number_at(&big, at, 4);
        if (id == ID_IPTC)
            iptc_read(span_slice(blocks, at + 4, at + 4 + (size_t)length), sink);
        else if (id == ID_XMP)
            xmp_read(span_slice(blocks, at + 4, at + 4 + (size_t)length), sink);
        at += 4 + ((size_t)length + 1) / 2 * 2;
    }
}
