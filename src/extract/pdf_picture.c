/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The pictures of a page that has no text, as image files for who reads pictures:
 * JPEG and JPEG 2000 as they stand, fax pages in a TIFF frame, samples as a grey
 * PGM. Masks are pictures too: scanning programs put the letters there and leave
 * the paper in the image. Gap: JBIG2, and images inside a content stream.
 */
#include "pdf_priv.h"

enum { MAX_SIDE = 1 << 16, MAX_COMPONENTS = 32, WHITE = 255 };

/* How samples become grey. */
struct samples {
    unsigned width, height, bits, components;
    bool is_inverted;           /* by the Decode array, or because the values are ink */
    bool is_indexed;
    uint8_t palette[256];       /* grey of an index */
};

/* A number from 1 to MAX_SIDE; else 0. */
static unsigned count_of(struct pdf_file *file, const struct pdf_dict *dict, struct span key, double otherwise)
{
    double value = pdf_get_number(file, dict, key, otherwise);

    return value >= 1 && value <= MAX_SIDE ? (unsigned)value : 0;
}

/* Three values are light, four and more are ink: the last of four is black. */
static uint8_t grey_of(const unsigned *values, unsigned components)
{
    unsigned mixed = components < 3 ? values[0] : (values[0] * 77 + values[1] * 150 + values[2] * 29) >> 8;

    if (components < 4)
        return (uint8_t)mixed;
    mixed += values[3];
    return mixed > WHITE ? 0 : (uint8_t)(WHITE - mixed);
}

static unsigned components_of(struct pdf_file *file, struct pdf_value space, bool *is_ink_out)
{
    struct pdf_value first = space.kind == PDF_ARRAY ? pdf_at(file, space.array, 0) : space;
    struct span name = first.kind == PDF_NAME ? first.bytes : SPAN("DeviceGray");

    *is_ink_out = span_equals(name, SPAN("Separation"));
    if (space.kind == PDF_ARRAY && span_equals(name, SPAN("ICCBased")))
        return count_of(file, pdf_dict_of(pdf_at(file, space.array, 1)), SPAN("N"), 1);
    if (space.kind == PDF_ARRAY && span_equals(name, SPAN("DeviceN"))) {
        struct pdf_value names = pdf_at(file, space.array, 1);
        *is_ink_out = names.kind == PDF_ARRAY && names.array->count < 4;
        return names.kind == PDF_ARRAY ? (unsigned)names.array->count : 0;
    }
    if (span_equals(name, SPAN("DeviceRGB")) || span_equals(name, SPAN("CalRGB")) || span_equals(name, SPAN("Lab")))
        return 3;
    return span_equals(name, SPAN("DeviceCMYK")) ? 4 : 1;
}

/* [/Indexed base highest table]: the grey of each index. */
static bool read_palette(struct pdf_file *file, struct pdf_value space, struct samples *samples)
{
    struct pdf_value table = pdf_at(file, space.array, 3);
    bool is_ink;
    unsigned count = components_of(file, pdf_at(file, space.array, 1), &is_ink);
    struct span colours = table.kind == PDF_STRING ? table.bytes
                          : table.kind == PDF_DICT ? pdf_stream_bytes(file, table.dict)
                                                   : SPAN("");

    if (count == 0 || count > 4)
        return false;
    for (size_t i = 0; i < 256 && (i + 1) * count <= colours.len; i++) {
        unsigned values[4] = { 0 };
        for (unsigned c = 0; c < count; c++)
            values[c] = (uint8_t)colours.ptr[i * count + c];
        samples->palette[i] = grey_of(values, count);
    }
    samples->is_indexed = true;
    samples->components = 1;
    return true;
}

static bool describe(struct pdf_file *file, struct pdf_dict *image, struct samples *samples)
{
    struct pdf_value mask = pdf_get(file, image, SPAN("ImageMask"));
    struct pdf_value space = pdf_get(file, image, SPAN("ColorSpace"));
    struct pdf_array *decode = pdf_get_array(file, image, SPAN("Decode"));
    struct pdf_value kind = space.kind == PDF_ARRAY ? pdf_at(file, space.array, 0) : space;

    *samples = (struct samples){ .width = count_of(file, image, SPAN("Width"), 0),
                                 .height = count_of(file, image, SPAN("Height"), 0),
                                 .bits = count_of(file, image, SPAN("BitsPerComponent"), 1),
                                 .components = 1 };
    if (mask.kind == PDF_BOOL && mask.yes)
        samples->bits = 1;
    else if (space.kind == PDF_ARRAY && kind.kind == PDF_NAME && span_equals(kind.bytes, SPAN("Indexed"))) {
        if (!read_palette(file, space, samples))
            return false;
    } else
        samples->components = components_of(file, space, &samples->is_inverted);
    if (decode != NULL && decode->count >= 2 &&
        pdf_number(pdf_at(file, decode, 0), 0) > pdf_number(pdf_at(file, decode, 1), 1))
        samples->is_inverted = !samples->is_inverted;
    return samples->width > 0 && samples->height > 0 && samples->components > 0 &&
           samples->components <= MAX_COMPONENTS &&
           (samples->bits == 1 || samples->bits == 2 || samples->bits == 4 || samples->bits == 8 ||
            samples->bits == 16);
}

/* The n-th sample of a row, from 0 to 255, or an index as it is. */
static unsigned sample_at(const struct samples *samples, const uint8_t *row, size_t n)
{
    const unsigned bits = samples->bits;
    unsigned value;

    if (bits >= 8)
        return row[n * (bits / 8)];
    value = row[n * bits / 8] >> (8 - bits - n * bits % 8) & ((1U << bits) - 1);
    return samples->is_indexed ? value : value * WHITE / ((1U << bits) - 1);
}

static void append_row(const struct samples *samples, const uint8_t *row, uint8_t *out)
{
    unsigned values[MAX_COMPONENTS];

    for (size_t x = 0; x < samples->width; x++) {
        uint8_t grey;
        for (unsigned c = 0; c < samples->components; c++)
            values[c] = sample_at(samples, row, x * samples->components + c);
        grey = samples->is_indexed ? samples->palette[values[0] & 0xFF] : grey_of(values, samples->components);
        out[x] = samples->is_inverted ? (uint8_t)(WHITE - grey) : grey;
    }
}

/*
 * "P5": the plainest of image files (netpbm). False when there are too few samples;
 * so it has at most eight octets for each that was asked for when they were unpacked.
 */
static bool to_pgm(struct pdf_file *file, struct pdf_dict *image, struct span data, struct buf *out)
{
    struct samples samples;
    size_t row_bytes;

    if (!describe(file, image, &samples))
        return false;
    row_bytes = ((size_t)samples.width * samples.components * samples.bits + 7) / 8;
    if (data.len / row_bytes < samples.height)
        return false;
    buf_printf(out, "P5\n%u %u\n255\n", samples.width, samples.height);
    for (size_t y = 0; y < samples.height && !sink_spent(file->sink); y++) {
        char *room = buf_reserve(out, samples.width);
        if (room == NULL)
            return false;
        append_row(&samples, (const uint8_t *)data.ptr + y * row_bytes, (uint8_t *)room);
        out->len += samples.width;
    }
    return true;
}

static void put_field(struct buf *out, unsigned tag, uint32_t value)
{
    const unsigned is_long = 4;
    const uint32_t numbers[] = { tag | is_long << 16, 1, value };

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (unsigned shift = 0; shift < 32; shift += 8)
            buf_append_byte(out, (char)(numbers[i] >> shift & 0xFF));
}

static bool is_true(struct pdf_file *file, const struct pdf_dict *dict, struct span key)
{
    struct pdf_value value = pdf_get(file, dict, key);

    return value.kind == PDF_BOOL && value.yes;
}

/*
 * A fax page (ITU-T T.4, T.6) in the frame of a TIFF (6.0, section 10 and 11). White
 * stays what the fax calls white: which of both is shown as ink is no matter to a
 * reader. Rows that begin at octets are not among what TIFF can say of T.6.
 */
static bool to_tiff(struct pdf_file *file, struct pdf_dict *image, struct span data, struct buf *out)
{
    enum { FIELDS = 10, DATA_AT = 8 + 2 + FIELDS * 12 + 4, GROUP_3 = 3, GROUP_4 = 4 };
    struct pdf_value given = pdf_get(file, image, SPAN("DecodeParms"));
    struct pdf_dict *parameters =
        pdf_dict_of(given.kind == PDF_ARRAY && given.array->count > 0
                        ? pdf_at(file, given.array, given.array->count - 1)
                        : given);
    const double k = pdf_get_number(file, parameters, SPAN("K"), 0);
    const unsigned columns = count_of(file, parameters, SPAN("Columns"), 1728);
    const bool is_aligned = is_true(file, parameters, SPAN("EncodedByteAlign"));
    const unsigned height = count_of(file, image, SPAN("Height"), 0);

    if (height == 0 || columns == 0 || data.len > UINT32_MAX / 2 ||
        (k < 0 ? is_aligned : !is_true(file, parameters, SPAN("EndOfLine"))))
        return false;
    buf_append(out, SPAN("II*\0\x08\0\0\0\x0A\0"));
    put_field(out, 256, columns);
    put_field(out, 257, height);
    put_field(out, 258, 1);                                         /* bits of a sample */
    put_field(out, 259, k < 0 ? GROUP_4 : GROUP_3);
    put_field(out, 262, 0);                                         /* zero is white */
    put_field(out, 273, DATA_AT);
    put_field(out, 277, 1);                                         /* samples of a pixel */
    put_field(out, 278, height);                                    /* rows of the one strip */
    put_field(out, 279, (uint32_t)data.len);
    put_field(out, k < 0 ? 293 : 292, k < 0 ? 0 : (k > 0 ? 1U : 0U) | (is_aligned ? 4U : 0U));
    buf_append(out, SPAN("\0\0\0\0"));
    buf_append(out, data);
    return !out->failed;
}

static bool is_codec(struct span codec, struct span name, struct span brief)
{
    return span_equals(codec, name) || span_equals(codec, brief);
}

static bool read_one(struct pdf_file *file, struct pdf_dict *image)
{
    struct span codec;
    struct buf data, made;
    bool read = false;

    buf_init(&data, 0);
    buf_init(&made, 0);
    if (pdf_stream_decode(file, image, &data, &codec)) {
        if (is_codec(codec, SPAN("DCTDecode"), SPAN("DCT")) || span_equals(codec, SPAN("JPXDecode")))
            read = sink_image(file->sink, buf_span(&data));
        else if (is_codec(codec, SPAN("CCITTFaxDecode"), SPAN("CCF")))
            read = to_tiff(file, image, buf_span(&data), &made) && sink_image(file->sink, buf_span(&made));
        else if (codec.len == 0)
            read = to_pgm(file, image, buf_span(&data), &made) && sink_image(file->sink, buf_span(&made));
    }
    buf_fini(&made);
    buf_fini(&data);
    return read;
}

/* The mask of an image, where that is a picture of its own; NULL else. */
static struct pdf_dict *mask_of(struct pdf_file *file, struct pdf_dict *image)
{
    struct pdf_dict *soft = pdf_get_dict(file, image, SPAN("SMask"));
    struct pdf_dict *hard = pdf_get_dict(file, image, SPAN("Mask"));
    struct pdf_dict *mask = soft != NULL ? soft : hard;

    return mask != NULL && mask->stream.ptr != NULL ? mask : NULL;
}

bool pdf_pictures_read(struct pdf_reader *reader, const struct pdf_page *page, enum region region)
{
    const struct place place = { .region = region,
                                 .unit = page->number > 0 ? UNIT_PAGE : UNIT_NONE,
                                 .number = page->number };
    struct pdf_file *file = &reader->file;
    bool all = page->images <= PDF_MAX_PICTURES;

    if (!sink_wants_images(file->sink))
        return false;
    sink_place(file->sink, &place);
    reader->last_region = region;
    reader->last_page = page->number;
    for (unsigned i = 0; i < page->images && i < PDF_MAX_PICTURES && !sink_spent(file->sink); i++) {
        struct pdf_dict *image = page->pictures[i];
        struct pdf_dict *mask = image == NULL ? NULL : mask_of(file, image);

        all = image != NULL && image->stream.ptr != NULL && read_one(file, image) && all;
        if (mask != NULL)
            all = read_one(file, mask) && all;
    }
    return all && !sink_spent(file->sink);
}
