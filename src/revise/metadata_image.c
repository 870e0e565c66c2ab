/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Camera, place, author and comments out of pictures, whose image data stay as they
 * are: segments of JPEG (ITU-T T.81, B.1) and chunks of PNG (ISO/IEC 15948, 11.3)
 * that hold EXIF, XMP, IPTC and texts. Which way up a JPEG is shown is kept, in an
 * EXIF segment that says nothing else.
 */
#include "metadata.h"

enum {
    SEGMENTS = 10000,
    SOI = 0xD8, EOI = 0xD9, SOS = 0xDA, COM = 0xFE,
    APP1 = 0xE1, APP2 = 0xE2, APP13 = 0xED,
    TAG_ORIENTATION = 0x0112
};

static unsigned octet(struct span s, size_t at)
{
    return at < s.len ? (unsigned char)s.ptr[at] : 0;
}

static uint32_t number(struct span s, size_t at, size_t octets, bool little)
{
    uint32_t value = 0;

    for (size_t i = 0; i < octets; i++)
        value = value << 8 | octet(s, little ? at + octets - 1 - i : at + i);
    return value;
}

/* How the first directory of an EXIF segment turns the picture; 1, upright, when it does not say. */
static unsigned orientation_of(struct span exif)
{
    struct span tiff = span_slice(exif, 6, exif.len);
    bool little = span_starts_with(tiff, SPAN("II"));
    uint32_t directory = number(tiff, 4, 4, little), count;

    if (tiff.len < 8 || directory > tiff.len)
        return 1;
    count = number(tiff, directory, 2, little);
    for (uint32_t i = 0; i < count && directory + 2 + (size_t)12 * (i + 1) <= tiff.len; i++) {
        size_t entry = directory + 2 + (size_t)12 * i;
        if (number(tiff, entry, 2, little) == TAG_ORIENTATION) {
            uint32_t value = number(tiff, entry + 8, 2, little);
            return value >= 1 && value <= 8 ? value : 1;
        }
    }
    return 1;
}

static void put_orientation(struct buf *out, unsigned orientation)
{
    static const char before[] = "\xFF\xE1\0\x22" "Exif\0\0" "MM\0\x2A\0\0\0\x08" "\0\x01" "\x01\x12\0\x03\0\0\0\x01\0";

    buf_append(out, (struct span){ before, sizeof before - 1 });
    buf_append_byte(out, (char)orientation);
    buf_append(out, (struct span){ "\0\0\0\0\0\0", 6 });
}

/* Does the segment tell of anything but the picture itself? */
static bool is_metadata(unsigned marker, struct span body)
{
    return marker == APP1 || marker == APP13 || marker == COM ||
           (marker == APP2 && !span_starts_with(body, SPAN("ICC_PROFILE")));
}

/* Where the entropy-coded data that begin at at end: before the next marker that is no restart. */
static size_t scan_end(struct span jpeg, size_t at)
{
    while (at < jpeg.len) {
        at += span_find_byte(span_slice(jpeg, at, jpeg.len), '\xFF');
        if (at >= jpeg.len || (octet(jpeg, at + 1) != 0 && (octet(jpeg, at + 1) & 0xF8) != 0xD0))
            return at;
        at += 2;
    }
    return jpeg.len;
}

enum revise_result metadata_strip_jpeg(struct span jpeg, struct buf *out)
{
    bool turned = false;
    size_t at = 2;

    if (octet(jpeg, 0) != 0xFF || octet(jpeg, 1) != SOI)
        return REVISE_IMPOSSIBLE;
    buf_append(out, span_slice(jpeg, 0, 2));
    for (unsigned i = 0; i < SEGMENTS && octet(jpeg, at) == 0xFF; i++) {
        unsigned marker = octet(jpeg, at + 1);
        size_t length = number(jpeg, at + 2, 2, false), end = at + 2 + length;
        struct span body = span_slice(jpeg, at + 4, end);

        if (marker == EOI) {
            /* Behind the end stand previews and second pictures, which a JPEG reader does not show. */
            buf_append(out, span_slice(jpeg, at, at + 2));
            if (out->failed)
                return REVISE_IMPOSSIBLE;
            return span_equals(buf_span(out), jpeg) ? REVISE_UNCHANGED : REVISE_DONE;
        }
        if (marker < 0xC0 || (marker & 0xF8) == 0xD0 || marker == SOI || length < 2 || end > jpeg.len)
            return REVISE_IMPOSSIBLE;
        if (marker == SOS)
            end = scan_end(jpeg, end);
        if (!is_metadata(marker, body)) {
            buf_append(out, span_slice(jpeg, at, end));
        } else if (marker == APP1 && !turned && span_starts_with(body, (struct span){ "Exif\0\0", 6 }) &&
                   orientation_of(body) != 1) {
            put_orientation(out, orientation_of(body));
            turned = true;
        }
        at = end;
    }
    return REVISE_IMPOSSIBLE;
}

static bool is_text_chunk(struct span type)
{
    static const struct span types[] = { { "tEXt", 4 }, { "zTXt", 4 }, { "iTXt", 4 }, { "eXIf", 4 }, { "tIME", 4 } };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (span_equals(type, types[i]))
            return true;
    return false;
}

enum revise_result metadata_strip_png(struct span png, struct buf *out)
{
    size_t at = 8;

    if (!span_starts_with(png, SPAN("\x89PNG\r\n\x1A\n")))
        return REVISE_IMPOSSIBLE;
    buf_append(out, span_slice(png, 0, at));
    for (unsigned i = 0; png.len - at >= 12; i++) {
        size_t length = number(png, at, 4, false), end;
        struct span type = span_slice(png, at + 4, at + 8);

        if (length > png.len - at - 12)
            return REVISE_IMPOSSIBLE;
        end = at + 12 + length;
        if (!is_text_chunk(type))
            buf_append(out, span_slice(png, at, end));
        at = end;
        if (span_equals(type, SPAN("IEND")))
            break;
    }
    if (out->failed || out->len < 12 || !span_equals(span_slice(buf_span(out), out->len - 8, out->len - 4), SPAN("IEND")))
        return REVISE_IMPOSSIBLE;
    return span_equals(buf_span(out), png) ? REVISE_UNCHANGED : REVISE_DONE;
}
