/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Raster images: all their metadata, and what is stuck on behind their end. The
 * pixels are for who reads pictures: where nobody does, an image that could show
 * words is told as image-only.
 */
#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "exif.h"
#include "extract_priv.h"
#include "le.h"
#include "text/charset.h"
#include "xmp.h"

enum { SMALLEST_LEGIBLE = 12, MAX_BLOCKS = 1 << 20, MAX_TEXT_BYTES = 1 << 22 };

struct image {
    struct span bytes;
    struct sink *sink;
    uint32_t width, height;     /* 0: not known */
    size_t end;                 /* behind the image itself; 0: not known */
    bool moves;                 /* it has more pictures than the first */
    bool is_cut;
};

static uint32_t be_at(struct span s, size_t at, size_t octets)
{
    uint32_t value = 0;

    for (size_t i = 0; i < octets && at + i < s.len; i++)
        value = value << 8 | (uint8_t)s.ptr[at + i];
    return value;
}

static void say(struct image *image, struct span name, struct span charset, struct span value)
{
    struct buf text;

    buf_init(&text, MAX_TEXT_BYTES);
    charset_decode(charset, value, &text);
    if (span_trim(buf_span(&text)).len > 0)
        sink_property(image->sink, PROPERTY_DOCUMENT, name, span_trim(buf_span(&text)));
    buf_fini(&text);
}

static void read_jpeg_segment(struct image *image, uint8_t marker, struct span body)
{
    static const char xmp[] = "http://ns.adobe.com/xap/1.0/", more[] = "http://ns.adobe.com/xmp/extension/";

    if (marker == 0xE1 && span_starts_with(body, SPAN("Exif\0\0")))
        exif_read(span_slice(body, 6, body.len), image->sink);
    else if (marker == 0xE1 && span_starts_with(body, SPAN("http://ns.adobe.com/xap/1.0/")))
        xmp_read(span_slice(body, sizeof xmp, body.len), image->sink);
    else if (marker == 0xE1 && span_starts_with(body, SPAN("http://ns.adobe.com/xmp/extension/")))
        say(image, SPAN("xmp"), SPAN("UTF-8"), span_slice(body, sizeof more + 40, body.len));
    else if (marker == 0xED && span_starts_with(body, SPAN("Photoshop 3.0\0")))
        photoshop_read(span_slice(body, 14, body.len), image->sink);
    else if (marker == 0xFE)
        say(image, SPAN("comment"), SPAN(""), body);
    else if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
        image->height = be_at(body, 1, 2);
        image->width = be_at(body, 3, 2);
    }
}

/* Entropy-coded octets end at a marker that is neither stuffing nor restart. */
static size_t skip_scan(struct span bytes, size_t at)
{
    while (at + 1 < bytes.len) {
        const char *found = memchr(bytes.ptr + at, 0xFF, bytes.len - at - 1);
        uint8_t next;
        if (found == NULL)
            return bytes.len;
        at = (size_t)(found - bytes.ptr);
        next = (uint8_t)bytes.ptr[at + 1];
        if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7))
            return at;
        at += next == 0xFF ? 1 : 2;
    }
    return bytes.len;
}

static void read_jpeg(struct image *image)
{
    size_t at = 2;

    image->is_cut = true;
    for (unsigned i = 0; i < MAX_BLOCKS && at + 4 <= image->bytes.len + 2; i++) {
        uint8_t marker = at + 1 < image->bytes.len ? (uint8_t)image->bytes.ptr[at + 1] : 0;
        size_t length = be_at(image->bytes, at + 2, 2);
        if (at >= image->bytes.len || (uint8_t)image->bytes.ptr[at] != 0xFF)
            return;
        if (marker == 0xD9) {
            image->end = at + 2;
            image->is_cut = false;
            return;
        }
        if (marker == 0xFF || (marker >= 0xD0 && marker <= 0xD8) || marker == 1) {
            at += marker == 0xFF ? 1 : 2;
            continue;
        }
        read_jpeg_segment(image, marker, span_slice(image->bytes, at + 4, at + 2 + length));
        at += 2 + length;
        if (marker == 0xDA)
            at = skip_scan(image->bytes, at);
    }
}

/*
 * "Raw profile type iptc": what ImageMagick makes of other metadata, a name, a
 * count and hexadecimal digits on lines of their own.
 */
static void read_profile(struct image *image, struct span name, struct span rest)
{
    struct buf bytes;
    struct span line;
    int high = -1;

    for (int i = 0; i < 3; i++)
        if (!span_next(&rest, '\n', &line))
            return;
    buf_init(&bytes, MAX_TEXT_BYTES);
    for (size_t i = 0; i < rest.len; i++) {
        char c = rest.ptr[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            continue;
        if (high >= 0)
            buf_append_byte(&bytes, (char)(high << 4 | digit));
        high = high >= 0 ? -1 : digit;
    }
    if (span_find(name, SPAN("iptc")) < name.len || span_find(name, SPAN("8bim")) < name.len)
        photoshop_read(buf_span(&bytes), image->sink);
    else if (span_find(name, SPAN("xmp")) < name.len)
        xmp_read(buf_span(&bytes), image->sink);
    else if (span_starts_with(buf_span(&bytes), SPAN("Exif\0\0")))
        exif_read(span_slice(buf_span(&bytes), 6, bytes.len), image->sink);
    buf_fini(&bytes);
}

static void say_or_unfold(struct image *image, struct span name, struct span value)
{
    if (span_starts_with(name, SPAN("Raw profile type ")))
        read_profile(image, name, value);
    else
        say(image, name, SPAN(""), value);
}

static void read_packed_text(struct image *image, struct span name, struct span packed)
{
    char *room;
    uLongf length = MAX_TEXT_BYTES / 4;
    struct buf text;

    buf_init(&text, MAX_TEXT_BYTES);
    room = buf_reserve(&text, length);
    if (room != NULL && packed.len < UINT32_MAX && sink_spend(image->sink, packed.len) &&
        uncompress((Bytef *)room, &length, (const Bytef *)packed.ptr, (uLong)packed.len) == Z_OK)
        say_or_unfold(image, name, (struct span){ room, length });
    buf_fini(&text);
}

/* tEXt, zTXt, iTXt (PNG third edition, 11.3.3). */
static void read_png_text(struct image *image, uint32_t type, struct span body)
{
    struct span rest = body, name, language, translated;
    bool is_packed;

    if (!span_next(&rest, '\0', &name))
        return;
    if (type == 0x74455874) {
        say_or_unfold(image, name, rest);
    } else if (type == 0x7A545874) {
        read_packed_text(image, name, span_slice(rest, 1, rest.len));
    } else {
        is_packed = rest.len > 0 && rest.ptr[0] == 1;
        rest = span_slice(rest, 2, rest.len);
        if (!span_next(&rest, '\0', &language) || !span_next(&rest, '\0', &translated))
            return;
        if (is_packed)
            read_packed_text(image, name, rest);
        else if (span_equals(name, SPAN("XML:com.adobe.xmp")))
            xmp_read(rest, image->sink);
        else
            say(image, name, SPAN("UTF-8"), rest);
    }
}

static void read_png(struct image *image)
{
    size_t at = 8;

    image->is_cut = true;
    for (unsigned i = 0; i < MAX_BLOCKS && at + 12 <= image->bytes.len && !sink_spent(image->sink); i++) {
        uint32_t length = be_at(image->bytes, at, 4), type = be_at(image->bytes, at + 4, 4);
        struct span body = span_slice(image->bytes, at + 8, at + 8 + (size_t)length);
        if (type == 0x49484452) {                   /* IHDR */
            image->width = be_at(body, 0, 4);
            image->height = be_at(body, 4, 4);
        } else if (type == 0x74455874 || type == 0x7A545874 || type == 0x69545874) {
            read_png_text(image, type, body);
        } else if (type == 0x6163544C) {            /* acTL */
            image->moves = true;
        } else if (type == 0x65584966) {            /* eXIf */
            exif_read(body, image->sink);
        }
        at += 12 + (size_t)length;
        if (type == 0x49454E44) {                   /* IEND */
            image->end = at;
            image->is_cut = false;
            return;
        }
    }
}

/* Sub-blocks, each behind its length, up to an empty one. */
static size_t take_blocks(struct span bytes, size_t at, struct buf *out)
{
    while (at < bytes.len && bytes.ptr[at] != '\0') {
        size_t length = (uint8_t)bytes.ptr[at];
        if (out != NULL)
            buf_append(out, span_slice(bytes, at + 1, at + 1 + length));
        at += 1 + length;
    }
    return at + 1;
}

static void read_gif_extension(struct image *image, size_t *at)
{
    uint8_t label = le8(image->bytes, *at + 1);
    struct span rest = span_slice(image->bytes, *at + 2, image->bytes.len);
    struct buf text;

    buf_init(&text, MAX_TEXT_BYTES);
    if (label == 0xFF && span_starts_with(rest, SPAN("\x0BXMP DataXMP"))) {
        struct span packet = span_slice(rest, 12, rest.len);
        packet = span_slice(packet, 0, span_find(packet, SPAN("<?xpacket end")));
        xmp_read(packet, image->sink);
    }
    *at = take_blocks(image->bytes, *at + 2, label == 0xFE || label == 0x01 ? &text : NULL);
    say(image, SPAN("comment"), SPAN(""), buf_span(&text));
    buf_fini(&text);
}

static void read_gif(struct image *image)
{
    uint8_t flags = le8(image->bytes, 10);
    size_t at = 13 + ((flags & 0x80) != 0 ? 3U << ((flags & 7) + 1) : 0);
    bool has_frame = false;

    image->width = le16(image->bytes, 6);
    image->height = le16(image->bytes, 8);
    image->is_cut = true;
    for (unsigned i = 0; i < MAX_BLOCKS && at < image->bytes.len; i++) {
        uint8_t kind = le8(image->bytes, at);
        if (kind == 0x3B) {
            image->end = at + 1;
            image->is_cut = false;
            return;
        }
        if (kind == 0x21) {
            read_gif_extension(image, &at);
        } else if (kind == 0x2C) {
            image->moves = image->moves || has_frame;
            has_frame = true;
            flags = le8(image->bytes, at + 9);
            at += 10 + ((flags & 0x80) != 0 ? 3U << ((flags & 7) + 1) : 0);
            at = take_blocks(image->bytes, at + 1, NULL);
        } else {
            return;
        }
    }
}

static void read_webp(struct image *image)
{
    size_t at = 12;

    for (unsigned i = 0; i < MAX_BLOCKS && at + 8 <= image->bytes.len; i++) {
        size_t length = le32(image->bytes, at + 4);
        struct span name = span_slice(image->bytes, at, at + 4);
        struct span body = span_slice(image->bytes, at + 8, at + 8 + length);
        if (span_equals(name, SPAN("EXIF")))
            exif_read(span_starts_with(body, SPAN("Exif\0\0")) ? span_slice(body, 6, body.len) : body, image->sink);
        else if (span_equals(name, SPAN("XMP ")))
            xmp_read(body, image->sink);
        else if (span_equals(name, SPAN("ANIM")))
            image->moves = true;
        at += 8 + length + length % 2;
    }
    image->is_cut = at < image->bytes.len;
    image->end = 8 + (size_t)le32(image->bytes, 4);
}

static void read_tiff(struct image *image)
{
    image->is_cut = !exif_read(image->bytes, image->sink);
}

static void read_bmp(struct image *image)
{
    image->width = le32(image->bytes, 18);
    image->height = le32(image->bytes, 22);
}

/* HEIF and AVIF: the packet stands in clear somewhere in the boxes. */
static void read_heif(struct image *image)
{
    size_t from = span_find(image->bytes, SPAN("<x:xmpmeta"));
    size_t to = span_find(image->bytes, SPAN("</x:xmpmeta>"));

    if (from < to && to < image->bytes.len)
        xmp_read(span_slice(image->bytes, from, to + 12), image->sink);
}

static const struct {
    const char *name;
    size_t offset, len;
    const char *magic;
    void (*read)(struct image *image);
} kinds[] = {
    { "jpeg", 0, 3, "\xFF\xD8\xFF", read_jpeg },     { "png", 0, 8, "\x89PNG\r\n\x1A\n", read_png },
    { "gif", 0, 6, "GIF87a", read_gif },             { "gif", 0, 6, "GIF89a", read_gif },
    { "tiff", 0, 4, "II*\0", read_tiff },            { "tiff", 0, 4, "MM\0*", read_tiff },
    { "webp", 8, 4, "WEBP", read_webp },             { "bmp", 0, 2, "BM", read_bmp },
    { "heic", 4, 8, "ftypheic", read_heif },         { "heic", 4, 8, "ftypmif1", read_heif },
    { "heic", 4, 8, "ftypavif", read_heif },         { "image", 0, 4, "8BPS", NULL },
    { "image", 0, 4, "\0\0\1\0", NULL },             { "image", 0, 12, "\0\0\0\x0CjP  \r\n\x87\n", NULL },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static size_t find_kind(struct span bytes)
{
    size_t i = 0;

    while (i < KINDS && !span_equals(span_slice(bytes, kinds[i].offset, kinds[i].offset + kinds[i].len),
                                     (struct span){ kinds[i].magic, kinds[i].len }))
        i++;
    /* Two letters are little: a bitmap's header has a size from a short list, too. */
    if (i < KINDS && kinds[i].len == 2 && (bytes.len < 26 || le32(bytes, 14) < 12 || le32(bytes, 14) > 124))
        return KINDS;
    return i;
}

static enum recognition image_recognise(const struct extract_input *input)
{
    return find_kind(input->bytes) < KINDS ? RECOGNISE_MAGIC : RECOGNISE_NO;
}

/* Octets behind the end: viewers do not show them, other programs may. */
static void read_tail(const struct image *image)
{
    struct nested tail = { .bytes = span_slice(image->bytes, image->end, image->bytes.len), .name = SPAN("trailing") };

    if (image->end == 0 || image->end >= image->bytes.len || span_trim(tail.bytes).len == 0)
        return;
    sink_nested(image->sink, &tail);
}

/* Spacers and counting pixels are too small to show a word. */
static bool is_legible(const struct image *image)
{
    return image->is_cut || image->width == 0 || image->height == 0 ||
           (image->width >= SMALLEST_LEGIBLE && image->height >= SMALLEST_LEGIBLE);
}

static enum extract_result image_read(const struct extract_input *input, struct sink *sink)
{
    struct image image = { .bytes = input->bytes, .sink = sink };
    size_t kind = find_kind(input->bytes);

    if (kind >= KINDS) {
        sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, SPAN(""));
        return EXTRACT_FAILED;
    }
    sink_detected(sink, span_of(kinds[kind].name));
    if (kinds[kind].read != NULL)
        kinds[kind].read(&image);
    read_tail(&image);
    if (image.is_cut)
        sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, SPAN(""));
    if (is_legible(&image) && (!sink_image(sink, image.bytes) || image.is_cut || image.moves)) {
        sink_uninspectable(sink, UNINSPECTABLE_IMAGE_ONLY, SPAN(""));
        return EXTRACT_PARTIAL;
    }
    return EXTRACT_OK;
}

const struct extractor extract_image = { .name = "image", .recognise = image_recognise, .read = image_read };
