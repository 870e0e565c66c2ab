/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Stream filters (ISO 32000-2, 7.4). Image codecs are not undone: the caller
 * learns which one it is. Every octet produced is asked for at the sink first.
 */
#include <string.h>

#include "inflated.h"
#include "pdf_priv.h"

enum { LZW_CODES = 4096, MAX_ROW_BYTES = 1 << 22 };

static bool lzw_stream(struct sink *sink, struct span in, bool early, struct buf *out)
{
    struct { uint16_t before; uint8_t last, first; uint16_t len; } codes[LZW_CODES];
    unsigned next = 258, width = 9, bits = 0, early_by = early ? 1 : 0;
    int before = -1;
    uint32_t window = 0;

    for (unsigned i = 0; i < 256; i++) {
        codes[i].before = 0;
        codes[i].first = codes[i].last = (uint8_t)i;
        codes[i].len = 1;
    }
    for (size_t at = 0; at < in.len || bits >= width;) {
        unsigned code, from;
        char *room;
        while (bits < width && at < in.len) {
            window = window << 8 | (uint8_t)in.ptr[at++];
            bits += 8;
        }
        if (bits < width)
            break;
        code = window >> (bits - width) & ((1U << width) - 1);
        bits -= width;
        if (code == 257)
            return true;
        if (code == 256) {
            next = 258;
            width = 9;
            before = -1;
            continue;
        }
        if (code > next || (code == next && before < 0) || (code >= 258 && before < 0) || code == 256)
            return false;
        from = code;
        if (before >= 0 && next < LZW_CODES) {
            codes[next].before = (uint16_t)before;
            codes[next].first = codes[before].first;
            codes[next].last = code == next ? codes[before].first : codes[code].first;
            codes[next].len = (uint16_t)(codes[before].len + 1);
            next++;
        } else if (code >= next) {
            return false;
        }
        room = buf_reserve(out, codes[from].len);
        if (room == NULL || !sink_spend(sink, codes[from].len))
            return false;
        for (size_t i = codes[from].len, walk = from; i-- > 0; walk = codes[walk].before)
            room[i] = (char)codes[walk].last;
        out->len += codes[code].len;
        before = (int)code;
        if (next + early_by >= (1U << width) && width < 12)
            width++;
    }
    return true;
}

static bool ascii_hex(struct sink *sink, struct span in, struct buf *out)
{
    int high = -1;

    if (!sink_spend(sink, in.len / 2))
        return false;
    for (size_t i = 0; i < in.len && in.ptr[i] != '>'; i++) {
        char c = in.ptr[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            continue;
        if (high >= 0)
            buf_append_byte(out, (char)(high << 4 | digit));
        high = high >= 0 ? -1 : digit;
    }
    if (high >= 0)
        buf_append_byte(out, (char)(high << 4));
    return !out->failed;
}

static bool ascii85(struct sink *sink, struct span in, struct buf *out)
{
    uint32_t group = 0;
    unsigned count = 0;

    if (!sink_spend(sink, in.len))
        return false;
    for (size_t i = 0; i < in.len && in.ptr[i] != '~'; i++) {
        char c = in.ptr[i];
        char bytes[4];
        if (c == 'z' && count == 0) {
            buf_append(out, (struct span){ "\0\0\0\0", 4 });
            continue;
        }
        if (c < '!' || c > 'u')
            continue;
        group = group * 85 + (uint32_t)(c - '!');
        if (++count < 5)
            continue;
        for (int b = 0; b < 4; b++)
            bytes[b] = (char)(group >> (24 - 8 * b));
        buf_append(out, (struct span){ bytes, 4 });
        group = count = 0;
    }
    if (count > 1) {
        for (unsigned i = count; i < 5; i++)
            group = group * 85 + 84;
        for (unsigned b = 0; b + 1 < count; b++)
            buf_append_byte(out, (char)(group >> (24 - 8 * b)));
    }
    return !out->failed;
}

static bool run_length(struct sink *sink, struct span in, struct buf *out)
{
    for (size_t at = 0; at < in.len;) {
        unsigned length = (uint8_t)in.ptr[at++];
        if (length == 128)
            return true;
        if (!sink_spend(sink, length < 128 ? length + 1 : 257 - length))
            return false;
        if (length < 128) {
            buf_append(out, span_slice(in, at, at + length + 1));
            at += length + 1;
        } else if (at < in.len) {
            for (unsigned i = 0; i < 257 - length; i++)
                buf_append_byte(out, in.ptr[at]);
            at++;
        }
    }
    return !out->failed;
}

static uint8_t paeth(int left, int above, int corner)
{
    int guess = left + above - corner;
    int by_left = guess > left ? guess - left : left - guess;
    int by_above = guess > above ? guess - above : above - guess;
    int by_corner = guess > corner ? guess - corner : corner - guess;

    if (by_left <= by_above && by_left <= by_corner)
        return (uint8_t)left;
    return (uint8_t)(by_above <= by_corner ? above : corner);
}

/* PNG rows (predictor 10 and up), undone in place; each begins with its filter's number. */
static void undo_png(struct buf *data, size_t row_bytes, size_t pixel_bytes)
{
    uint8_t *bytes = (uint8_t *)data->ptr;
    size_t rows = (data->len + row_bytes) / (row_bytes + 1), to = 0;

    for (size_t row = 0; row < rows; row++) {
        size_t from = row * (row_bytes + 1);
        size_t count = data->len - from - 1 < row_bytes ? data->len - from - 1 : row_bytes;
        uint8_t filter = bytes[from++];
        for (size_t i = 0; i < count; i++) {
            uint8_t left = i >= pixel_bytes ? bytes[to + i - pixel_bytes] : 0;
            uint8_t above = row > 0 ? bytes[to + i - row_bytes] : 0;
            uint8_t corner = row > 0 && i >= pixel_bytes ? bytes[to + i - row_bytes - pixel_bytes] : 0;
            uint8_t value = bytes[from + i];
            if (filter == 1)
                value = (uint8_t)(value + left);
            else if (filter == 2)
                value = (uint8_t)(value + above);
            else if (filter == 3)
                value = (uint8_t)(value + (left + above) / 2);
            else if (filter == 4)
                value = (uint8_t)(value + paeth(left, above, corner));
            bytes[to + i] = value;
        }
        to += count;
    }
    data->len = to;
}

static void undo_tiff(struct buf *data, size_t row_bytes, size_t pixel_bytes)
{
    for (size_t row = 0; row + row_bytes <= data->len; row += row_bytes)
        for (size_t i = pixel_bytes; i < row_bytes; i++)
            data->ptr[row + i] = (char)(data->ptr[row + i] + data->ptr[row + i - pixel_bytes]);
}

static bool undo_predictor(struct pdf_file *file, struct pdf_dict *parameters, struct buf *data)
{
    double predictor = pdf_get_number(file, parameters, SPAN("Predictor"), 1);
    double colors = pdf_get_number(file, parameters, SPAN("Colors"), 1);
    double bits = pdf_get_number(file, parameters, SPAN("BitsPerComponent"), 8);
    double columns = pdf_get_number(file, parameters, SPAN("Columns"), 1);
    size_t pixel_bytes, row_bytes;

    if (predictor < 2 || data->len == 0)
        return true;
    if (colors < 1 || colors > 64 || bits < 1 || bits > 16 || columns < 1 ||
        columns * colors * bits > 8.0 * MAX_ROW_BYTES)
        return false;
    pixel_bytes = ((size_t)colors * (size_t)bits + 7) / 8;
    row_bytes = ((size_t)columns * (size_t)colors * (size_t)bits + 7) / 8;
    if (predictor >= 10)
        undo_png(data, row_bytes, pixel_bytes);
    else if (bits == 8)
        undo_tiff(data, row_bytes, pixel_bytes);
    return true;
}

/* One filter; CODEC when it is for pixels only. */
enum step { STEP_DONE = 1, STEP_FAILED, STEP_CODEC };

static enum step apply(struct pdf_file *file, struct span name, struct pdf_dict *parameters,
                       struct span in, struct buf *out)
{
    bool done;

    if (span_equals(name, SPAN("FlateDecode")) || span_equals(name, SPAN("Fl")))
        done = inflated_append(file->sink, in, INFLATED_ZLIB, out) > 0;
    else if (span_equals(name, SPAN("LZWDecode")) || span_equals(name, SPAN("LZW")))
        done = lzw_stream(file->sink, in, pdf_get_number(file, parameters, SPAN("EarlyChange"), 1) != 0, out);
    else if (span_equals(name, SPAN("ASCIIHexDecode")) || span_equals(name, SPAN("AHx")))
        return ascii_hex(file->sink, in, out) ? STEP_DONE : STEP_FAILED;
    else if (span_equals(name, SPAN("ASCII85Decode")) || span_equals(name, SPAN("A85")))
        return ascii85(file->sink, in, out) ? STEP_DONE : STEP_FAILED;
    else if (span_equals(name, SPAN("RunLengthDecode")) || span_equals(name, SPAN("RL")))
        return run_length(file->sink, in, out) ? STEP_DONE : STEP_FAILED;
    else
        return STEP_CODEC;
    return undo_predictor(file, parameters, out) && done ? STEP_DONE : STEP_FAILED;
}

/* The n-th of what may be one value or an array of them. */
static struct pdf_value nth(struct pdf_file *file, struct pdf_value value, size_t index)
{
    if (value.kind == PDF_ARRAY)
        return pdf_at(file, value.array, index);
    return index == 0 ? value : (struct pdf_value){ .kind = PDF_NULL };
}

static struct pdf_value get_either(struct pdf_file *file, struct pdf_dict *dict, struct span key, struct span brief)
{
    struct pdf_value value = pdf_get(file, dict, key);

    return value.kind == PDF_NULL ? pdf_get(file, dict, brief) : value;
}

/* Undo encryption; with it ends what a stream's own filters do not name. */
static bool decrypt(struct pdf_file *file, struct pdf_dict *stream, struct pdf_value first,
                    struct pdf_dict *parameters, struct buf *out)
{
    struct span filter = { "", 0 };

    if (file->crypt == NULL || stream->number == 0)
        return buf_append(out, stream->stream);
    if (span_equals(pdf_get_name(file, stream, SPAN("Type")), SPAN("XRef")))
        return buf_append(out, stream->stream);
    if (first.kind == PDF_NAME && span_equals(first.bytes, SPAN("Crypt"))) {
        filter = pdf_get_name(file, parameters, SPAN("Name"));
        if (filter.len == 0)
            filter = SPAN("Identity");
    } else if (span_equals(pdf_get_name(file, stream, SPAN("Type")), SPAN("Metadata")) &&
               pdf_crypt_metadata_is_clear(file->crypt)) {
        filter = SPAN("Identity");
    }
    return pdf_crypt_stream(file->crypt, stream->number, stream->generation, filter, stream->stream, out);
}

bool pdf_stream_decode(struct pdf_file *file, struct pdf_dict *stream, struct buf *out, struct span *codec_out)
{
    struct pdf_value filters = get_either(file, stream, SPAN("Filter"), SPAN("F"));
    struct pdf_value parameters = get_either(file, stream, SPAN("DecodeParms"), SPAN("DP"));
    struct pdf_value first = nth(file, filters, 0);
    struct span data = stream->stream;
    struct buf held;
    bool fine = true;

    *codec_out = (struct span){ "", 0 };
    buf_init(&held, 0);
    if (file->crypt != NULL) {
        fine = decrypt(file, stream, first, pdf_dict_of(nth(file, parameters, 0)), &held);
        data = buf_span(&held);
    }
    for (size_t i = 0;; i++) {
        struct pdf_value name = nth(file, filters, i);
        struct buf made;
        enum step step;
        if (name.kind != PDF_NAME || !fine)
            break;
        if (i >= PDF_MAX_FILTERS) {
            fine = false;
            break;
        }
        if (span_equals(name.bytes, SPAN("Crypt")))
            continue;
        buf_init(&made, 0);
        step = apply(file, name.bytes, pdf_dict_of(nth(file, parameters, i)), data, &made);
        if (step == STEP_CODEC) {
            *codec_out = name.bytes;
            buf_fini(&made);
            break;
        }
        fine = step == STEP_DONE;
        buf_fini(&held);
        held = made;
        data = buf_span(&held);
    }
    if (held.ptr != NULL && out->len == 0) {
        struct buf old = *out;
        *out = held;
        out->limit = old.limit;
        buf_fini(&old);
        return fine;
    }
    buf_append(out, data);
    buf_fini(&held);
    return fine && !out->failed;
}

struct span pdf_stream_bytes(struct pdf_file *file, struct pdf_dict *stream)
{
    struct buf out;
    struct span codec;

    if (stream == NULL || stream->stream.ptr == NULL)
        return (struct span){ "", 0 };
    if (stream->has_decoded)
        return stream->decoded;
    buf_init(&out, 0);
    if (!pdf_stream_decode(file, stream, &out, &codec) || codec.len > 0)
        file->is_damaged = true;
    stream->decoded = arena_copy(file->arena, buf_span(&out));
    stream->has_decoded = stream->decoded.ptr != NULL;
    stream->is_read = true;
    file->is_short |= !stream->has_decoded;
    buf_fini(&out);
    return stream->has_decoded ? stream->decoded : (struct span){ "", 0 };
}
