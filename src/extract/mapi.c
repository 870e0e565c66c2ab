/* SPDX-License-Identifier: EUPL-1.2 */
#include "mapi.h"

#include <string.h>

#include "le.h"

enum {
    RTF_HEADER_BYTES = 16, WINDOW_BYTES = 4096, MAX_RTF_BYTES = 64 << 20,
    PACKED = 0x75465A4C, PLAIN = 0x414C454D,
    CLASSIFIED_TEXT = 0x85B6, CLASSIFIED_DESCRIPTION = 0x85B7, CLASSIFIED_GUID = 0x85B8
};

static void line(struct sink *sink, enum region region, struct span utf8)
{
    struct place place = { .region = region, .unit = UNIT_NONE };

    if (utf8.len == 0)
        return;
    sink_place(sink, &place);
    sink_text(sink, utf8);
    sink_text(sink, SPAN("\n"));
}

void mapi_text(struct sink *sink, uint32_t id, struct span utf8)
{
    struct nested headers = { .bytes = utf8, .name = SPAN("headers"), .declared = SPAN("text/rfc822-headers") };

    switch (id) {
    case MAPI_SUBJECT:
        line(sink, REGION_TITLE, utf8);
        break;
    case MAPI_BODY:
        line(sink, REGION_BODY, utf8);
        break;
    case MAPI_HEADERS:
        if (utf8.len > 0)
            sink_nested(sink, &headers);
        break;
    case MAPI_HTML:
        headers.name = SPAN("body.html");
        headers.declared = SPAN("text/html");
        if (utf8.len > 0)
            sink_nested(sink, &headers);
        break;
    case MAPI_NAMED | CLASSIFIED_TEXT:
        sink_property(sink, PROPERTY_CUSTOM, SPAN("Classification"), utf8);
        break;
    case MAPI_NAMED | CLASSIFIED_DESCRIPTION:
        sink_property(sink, PROPERTY_CUSTOM, SPAN("ClassificationDescription"), utf8);
        break;
    case MAPI_NAMED | CLASSIFIED_GUID:
        sink_property(sink, PROPERTY_LABEL_ID, SPAN("exchange"), utf8);
        break;
    default:
        line(sink, REGION_FIELD, utf8);
        break;
    }
}

void mapi_binary(struct sink *sink, uint32_t id, struct span bytes)
{
    struct nested nested = { .bytes = bytes, .name = SPAN("body.html"), .declared = SPAN("text/html") };
    struct buf rtf;

    if (bytes.len == 0)
        return;
    if (id == MAPI_HTML) {
        sink_nested(sink, &nested);
    } else if (id == MAPI_RTF) {
        buf_init(&rtf, MAX_RTF_BYTES);
        if (!mapi_unpack_rtf(bytes, sink, &rtf) && !sink_spent(sink))
            sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, SPAN("body.rtf"));
        nested = (struct nested){ .bytes = buf_span(&rtf), .name = SPAN("body.rtf"),
                                  .declared = SPAN("application/rtf") };
        if (rtf.len > 0)
            sink_nested(sink, &nested);
        buf_fini(&rtf);
    }
}

void mapi_sensitivity(struct sink *sink, uint32_t value)
{
    static const char *const words[] = { "", "Personal", "Private", "Company-Confidential" };

    if (value > 0 && value < sizeof words / sizeof *words)
        sink_property(sink, PROPERTY_DOCUMENT, SPAN("Sensitivity"), span_of(words[value]));
}

bool mapi_unpack_rtf(struct span packed, struct sink *sink, struct buf *out)
{
    static const char start[] =
        "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
        "\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
        "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
    char window[WINDOW_BYTES] = "";
    size_t write = sizeof start - 1, at = RTF_HEADER_BYTES;
    uint32_t size = le32(packed, 4);

    if (packed.len < RTF_HEADER_BYTES || !sink_spend(sink, size < MAX_RTF_BYTES ? size : MAX_RTF_BYTES))
        return false;
    if (le32(packed, 8) == PLAIN)
        return buf_append(out, span_slice(packed, RTF_HEADER_BYTES, packed.len));
    if (le32(packed, 8) != PACKED)
        return false;
    memcpy(window, start, sizeof start - 1);
    while (at < packed.len) {
        uint8_t flags = le8(packed, at++);
        for (int bit = 0; bit < 8 && at < packed.len; bit++) {
            size_t from, count;
            if ((flags >> bit & 1) == 0) {
                window[write++ % WINDOW_BYTES] = packed.ptr[at];
                if (!buf_append_byte(out, packed.ptr[at++]))
                    return false;
                continue;
            }
            from = (size_t)le8(packed, at) << 4 | le8(packed, at + 1) >> 4;
            count = (le8(packed, at + 1) & 0xFU) + 2;
            at += 2;
            if (from == write % WINDOW_BYTES)
                return true;            /* the end mark */
            for (size_t i = 0; i < count; i++) {
                char c = window[(from + i) % WINDOW_BYTES];
                window[write++ % WINDOW_BYTES] = c;
                if (!buf_append_byte(out, c))
                    return false;
            }
        }
    }
    return out->len >= size;
}
