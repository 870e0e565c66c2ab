/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a PDF says outside of its pages. Each object is looked at for itself,
 * wherever it hangs and whether it hangs anywhere: annotations, form fields,
 * actions, attached files, outlines, layer names, structure, metadata.
 */
#include <string.h>

#include "extract/data_uri.h"
#include "base/utf8.h"
#include "pdf_priv.h"
#include "text/charset.h"
#include "xmp.h"

enum { MAX_TEXT_BYTES = 16 << 20 };

void pdf_append_text(struct buf *out, struct span string)
{
    /* 0x80 to 0xA0 of PDFDocEncoding (Annex D.3). */
    static const uint16_t high[33] = {
        0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x0192, 0x2044, 0x2039, 0x203A, 0x2212,
        0x2030, 0x201E, 0x201C, 0x201D, 0x2018, 0x2019, 0x201A, 0x2122, 0xFB01, 0xFB02, 0x0141,
        0x0152, 0x0160, 0x0178, 0x017D, 0x0131, 0x0142, 0x0153, 0x0161, 0x017E, 0xFFFD, 0x20AC,
    };

    if (span_starts_with(string, (struct span){ "\xFE\xFF", 2 })) {
        charset_decode(SPAN("UTF-16BE"), span_slice(string, 2, string.len), out);
    } else if (span_starts_with(string, (struct span){ "\xFF\xFE", 2 })) {
        charset_decode(SPAN("UTF-16LE"), span_slice(string, 2, string.len), out);
    } else if (span_starts_with(string, SPAN("\xEF\xBB\xBF"))) {
        utf8_append_clean(out, span_slice(string, 3, string.len));
    } else {
        for (size_t i = 0; i < string.len; i++) {
            uint8_t c = (uint8_t)string.ptr[i];
            buf_append_rune(out, c >= 0x80 && c <= 0xA0 ? high[c - 0x80] : c);
        }
    }
}

/* A text string, or a stream that is one. */
static void emit_value(struct pdf_reader *reader, enum region region, uint32_t page, struct pdf_value value)
{
    struct pdf_file *file = &reader->file;
    struct buf text;

    value = pdf_resolve(file, value);
    buf_init(&text, MAX_TEXT_BYTES);
    if (value.kind == PDF_STRING)
        pdf_append_text(&text, value.bytes);
    else if (value.kind == PDF_DICT && value.dict->stream.ptr != NULL)
        pdf_append_text(&text, pdf_stream_bytes(file, value.dict));
    else if (value.kind == PDF_NAME)
        utf8_append_clean(&text, value.bytes);
    pdf_emit(reader, region, page, buf_span(&text));
    buf_fini(&text);
    for (size_t i = 0; value.kind == PDF_ARRAY && i < value.array->count; i++) {
        struct pdf_value item = pdf_at(file, value.array, i);
        if (item.kind == PDF_STRING || item.kind == PDF_NAME)
            emit_value(reader, region, page, item);
    }
}

static void emit_key(struct pdf_reader *reader, enum region region, struct pdf_dict *dict, struct span key)
{
    emit_value(reader, region, dict->page, pdf_dict_raw(dict, key));
}

/* Hand over what a stream holds; each stream once. */
static void emit_file(struct pdf_reader *reader, struct pdf_dict *stream, struct span name)
{
    struct pdf_file *file = &reader->file;
    struct span codec, subtype = pdf_get_name(file, stream, SPAN("Subtype"));
    struct buf bytes, title;
    struct nested nested;

    if (stream == NULL || stream->stream.ptr == NULL || stream->is_read)
        return;
    stream->is_read = true;
    buf_init(&bytes, 0);
    buf_init(&title, MAX_TEXT_BYTES);
    pdf_append_text(&title, name);
    if (!pdf_stream_decode(file, stream, &bytes, &codec))
        sink_uninspectable(file->sink, UNINSPECTABLE_DAMAGED, buf_span(&title));
    nested = (struct nested){ .bytes = buf_span(&bytes), .name = buf_span(&title), .declared = subtype };
    if (!sink_spent(file->sink))
        sink_nested(file->sink, &nested);
    buf_fini(&bytes);
    buf_fini(&title);
}

static void read_filespec(struct pdf_reader *reader, struct pdf_dict *dict)
{
    static const char *const keys[] = { "UF", "F", "DOS", "Mac", "Unix" };
    struct pdf_file *file = &reader->file;
    struct pdf_dict *files = pdf_get_dict(file, dict, SPAN("EF"));
    struct pdf_value name = pdf_get(file, dict, SPAN("UF"));

    if (name.kind != PDF_STRING)
        name = pdf_get(file, dict, SPAN("F"));
    emit_key(reader, REGION_ALT, dict, SPAN("Desc"));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        emit_file(reader, pdf_get_dict(file, files, span_of(keys[i])),
                  name.kind == PDF_STRING ? name.bytes : SPAN(""));
    if (pdf_dict_raw(dict, SPAN("EP")).kind != PDF_NULL)
        sink_uninspectable(file->sink, UNINSPECTABLE_ENCRYPTED, SPAN("encrypted payload"));
}

static enum region annotation_region(struct pdf_file *file, struct pdf_dict *dict)
{
    struct span subtype = pdf_get_name(file, dict, SPAN("Subtype"));
    int flags = (int)pdf_get_number(file, dict, SPAN("F"), 0);

    if ((flags & (2 | 32)) != 0 && !span_equals(subtype, SPAN("Popup")))
        return REGION_HIDDEN;
    if (span_equals(subtype, SPAN("Stamp")))
        return REGION_STAMP;
    if (span_equals(subtype, SPAN("Watermark")))
        return REGION_WATERMARK;
    return span_equals(subtype, SPAN("Widget")) ? REGION_FIELD : REGION_COMMENT;
}

static void read_appearance(struct pdf_reader *reader, struct pdf_dict *form, uint32_t number, enum region region)
{
    struct pdf_page page;

    if (form == NULL || form->stream.ptr == NULL || form->is_read)
        return;
    pdf_page_init(&page, reader, NULL, number);
    page.box[0] = page.box[1] = -1e9;
    page.box[2] = page.box[3] = 1e9;
    pdf_content_form(reader, &page, form);
    pdf_page_emit(reader, &page, region);
    pdf_page_fini(&page);
}

/* An icon name such as "NotForPublicRelease" as the words a viewer draws. */
static void emit_stamp(struct pdf_reader *reader, struct pdf_dict *dict)
{
    struct span name = pdf_get_name(&reader->file, dict, SPAN("Name"));
    struct buf words;

    if (name.len == 0)
        return;
    buf_init(&words, 4096);
    if (name.ptr[0] == '#')
        name = span_slice(name, 1, name.len);
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (i > 0 && c >= 'A' && c <= 'Z' && name.ptr[i - 1] >= 'a' && name.ptr[i - 1] <= 'z')
            buf_append_byte(&words, ' ');
        buf_append_byte(&words, c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
    }
    pdf_emit(reader, REGION_STAMP, dict->page, buf_span(&words));
    buf_fini(&words);
}

static void read_annotation(struct pdf_reader *reader, struct pdf_dict *dict)
{
    struct pdf_file *file = &reader->file;
    enum region region = annotation_region(file, dict);
    struct pdf_value rich = pdf_get(file, dict, SPAN("RC"));
    struct pdf_dict *looks = pdf_get_dict(file, dict, SPAN("AP"));

    emit_key(reader, region, dict, SPAN("Contents"));
    emit_key(reader, region, dict, SPAN("Subj"));
    emit_key(reader, REGION_NAME, dict, SPAN("T"));
    if (rich.kind == PDF_STRING && rich.bytes.len > 0 && !reader->is_older) {
        struct nested html = { .bytes = rich.bytes, .name = SPAN("annotation.html"), .declared = SPAN("text/html") };
        sink_nested(file->sink, &html);
    }
    if (span_equals(pdf_get_name(file, dict, SPAN("Subtype")), SPAN("Stamp")))
        emit_stamp(reader, dict);
    for (size_t i = 0; looks != NULL && i < looks->count; i++) {
        struct pdf_dict *form = pdf_dict_of(pdf_resolve(file, looks->entries[i].value));
        read_appearance(reader, form, dict->page, region);
        for (size_t k = 0; form != NULL && form->stream.ptr == NULL && k < form->count; k++)
            read_appearance(reader, pdf_dict_of(pdf_resolve(file, form->entries[k].value)), dict->page, region);
    }
}

static void tell_active(struct pdf_reader *reader)
{
    if (!reader->told_active)
        sink_active(reader->file.sink);
    reader->told_active = true;
}

/* Where a link leads: as it is, and with its percent escapes undone. */
static void emit_link(struct pdf_reader *reader, struct pdf_dict *dict)
{
    struct pdf_value uri = pdf_get(&reader->file, dict, SPAN("URI"));
    struct buf plain;

    emit_key(reader, REGION_LINK, dict, SPAN("URI"));
    if (uri.kind != PDF_STRING || span_find_byte(uri.bytes, '%') == uri.bytes.len)
        return;
    buf_init(&plain, MAX_TEXT_BYTES);
    data_uri_percent(uri.bytes, &plain);
    pdf_emit(reader, REGION_LINK, dict->page, buf_span(&plain));
    buf_fini(&plain);
}

static void read_action(struct pdf_reader *reader, struct pdf_dict *dict)
{
    struct span kind = pdf_get_name(&reader->file, dict, SPAN("S"));

    if (pdf_dict_raw(dict, SPAN("JS")).kind != PDF_NULL || span_equals(kind, SPAN("JavaScript")) ||
        span_equals(kind, SPAN("Launch")) || span_equals(kind, SPAN("RichMediaExecute"))) {
        tell_active(reader);
        emit_key(reader, REGION_CODE, dict, SPAN("JS"));
    }
    if (pdf_dict_raw(dict, SPAN("URI")).kind != PDF_NULL)
        emit_link(reader, dict);
}

/* The packets of an XFA form are one XML document cut in pieces. */
static void read_xfa(struct pdf_reader *reader, struct pdf_value xfa)
{
    struct pdf_file *file = &reader->file;
    struct buf whole;
    struct nested nested;

    buf_init(&whole, 0);
    if (xfa.kind == PDF_DICT)
        buf_append(&whole, pdf_stream_bytes(file, xfa.dict));
    for (size_t i = 1; xfa.kind == PDF_ARRAY && i < xfa.array->count; i += 2)
        buf_append(&whole, pdf_stream_bytes(file, pdf_dict_of(pdf_at(file, xfa.array, i))));
    nested = (struct nested){ .bytes = buf_span(&whole), .name = SPAN("xfa.xml"), .declared = SPAN("text/xml") };
    if (whole.len > 0)
        sink_nested(file->sink, &nested);
    buf_fini(&whole);
}

/* Keys of a name tree (7.9.6): what files, scripts and destinations are called. */
static void emit_names(struct pdf_reader *reader, struct pdf_dict *dict)
{
    struct pdf_array *names = pdf_get_array(&reader->file, dict, SPAN("Names"));

    for (size_t i = 0; names != NULL && i + 1 < names->count && !sink_spent(reader->file.sink); i += 2)
        emit_value(reader, REGION_NAME, dict->page, names->items[i]);
}

/* Fields, outlines, structure, layers and page labels by the keys only they have. */
static void read_named(struct pdf_reader *reader, struct pdf_dict *dict, struct span type)
{
    static const struct { const char *key; enum region region; } fields[] = {
        { "V", REGION_FIELD }, { "DV", REGION_FIELD }, { "RV", REGION_FIELD }, { "Opt", REGION_FIELD },
        { "TU", REGION_ALT },
    };
    static const char *const texts[] = { "Alt", "ActualText", "E" };
    bool is_field = pdf_dict_raw(dict, SPAN("FT")).kind != PDF_NULL ||
                    (pdf_dict_raw(dict, SPAN("T")).kind == PDF_STRING && pdf_dict_raw(dict, SPAN("V")).kind != PDF_NULL);

    for (size_t i = 0; is_field && i < sizeof fields / sizeof *fields; i++)
        emit_key(reader, fields[i].region, dict, span_of(fields[i].key));
    if (pdf_dict_raw(dict, SPAN("Title")).kind != PDF_NULL && pdf_dict_raw(dict, SPAN("Parent")).kind != PDF_NULL)
        emit_key(reader, REGION_NAME, dict, SPAN("Title"));
    if (pdf_dict_raw(dict, SPAN("S")).kind == PDF_NAME)
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            emit_key(reader, REGION_ALT, dict, span_of(texts[i]));
    if (span_equals(type, SPAN("OCG")))
        emit_key(reader, REGION_NAME, dict, SPAN("Name"));
    emit_names(reader, dict);
    if (pdf_dict_raw(dict, SPAN("P")).kind == PDF_STRING)
        emit_key(reader, REGION_NAME, dict, SPAN("P"));
}

static void read_dict(struct pdf_reader *reader, struct pdf_dict *dict)
{
    struct pdf_file *file = &reader->file;
    struct span type = pdf_get_name(file, dict, SPAN("Type"));
    struct pdf_value xfa;

    if (span_equals(type, SPAN("Page")) || span_equals(type, SPAN("Font")) || span_equals(type, SPAN("ObjStm")) ||
        span_equals(type, SPAN("XRef")))
        return;
    if (pdf_dict_raw(dict, SPAN("EF")).kind != PDF_NULL || span_equals(type, SPAN("Filespec")))
        read_filespec(reader, dict);
    if (span_equals(type, SPAN("Annot")) || (pdf_dict_raw(dict, SPAN("Rect")).kind != PDF_NULL &&
                                             pdf_dict_raw(dict, SPAN("Subtype")).kind == PDF_NAME))
        read_annotation(reader, dict);
    if (span_equals(type, SPAN("Metadata")) && dict->stream.ptr != NULL && !reader->is_older &&
        !xmp_read(pdf_stream_bytes(file, dict), file->sink))
        sink_uninspectable(file->sink, UNINSPECTABLE_DAMAGED, SPAN("xmp"));
    xfa = pdf_get(file, dict, SPAN("XFA"));
    if (xfa.kind != PDF_NULL && !reader->is_older)
        read_xfa(reader, xfa);
    read_action(reader, dict);
    read_named(reader, dict, type);
}

static void visit(struct pdf_reader *reader, struct pdf_value value, unsigned depth)
{
    if (depth > PDF_MAX_DEPTH || sink_spent(reader->file.sink))
        return;
    if (value.kind == PDF_DICT) {
        read_dict(reader, value.dict);
        for (size_t i = 0; i < value.dict->count; i++)
            visit(reader, value.dict->entries[i].value, depth + 1);
    } else if (value.kind == PDF_ARRAY) {
        for (size_t i = 0; i < value.array->count; i++)
            visit(reader, value.array->items[i], depth + 1);
    }
}

void pdf_object_read(struct pdf_reader *reader, struct pdf_value value)
{
    visit(reader, value, 0);
}

/* Streams that hold pixels, shapes, colours or tables: no text for people. */
static bool is_technical(struct pdf_file *file, struct pdf_dict *stream)
{
    static const char *const types[] = { "XRef", "ObjStm", "Metadata", "CMap", "Halftone" };
    static const char *const subtypes[] = { "Image", "Type1C", "CIDFontType0C", "OpenType", "XML" };
    static const char *const keys[] = { "FunctionType", "ShadingType", "Length1", "Length2", "CMapName", "N" };
    struct span type = pdf_get_name(file, stream, SPAN("Type"));
    struct span subtype = pdf_get_name(file, stream, SPAN("Subtype"));

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (span_equals(type, span_of(types[i])))
            return true;
    for (size_t i = 0; i < sizeof subtypes / sizeof *subtypes; i++)
        if (span_equals(subtype, span_of(subtypes[i])))
            return true;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (pdf_dict_raw(stream, span_of(keys[i])).kind != PDF_NULL)
            return true;
    return false;
}

/* Font programs whose descriptor hangs nowhere. */
static bool is_font(struct span bytes)
{
    return span_starts_with(bytes, SPAN("OTTO")) || span_starts_with(bytes, SPAN("ttcf")) ||
           span_starts_with(bytes, SPAN("\0\1\0\0\0"));
}

static bool looks_like_content(struct span bytes)
{
    return span_find(bytes, SPAN("BT")) < bytes.len &&
           (span_find(bytes, SPAN("Tj")) < bytes.len || span_find(bytes, SPAN("TJ")) < bytes.len);
}

void pdf_leftover_read(struct pdf_reader *reader, struct pdf_dict *stream)
{
    struct pdf_file *file = &reader->file;
    struct span bytes;

    if (stream->is_read || stream->stream.ptr == NULL || is_technical(file, stream))
        return;
    if (span_equals(pdf_get_name(file, stream, SPAN("Type")), SPAN("EmbeddedFile"))) {
        emit_file(reader, stream, SPAN(""));
        return;
    }
    bytes = pdf_stream_bytes(file, stream);
    stream->is_read = true;
    if (span_equals(pdf_get_name(file, stream, SPAN("Subtype")), SPAN("Form")) || looks_like_content(bytes)) {
        stream->is_read = false;
        read_appearance(reader, stream, 0, REGION_HIDDEN);
    } else {
        struct extract_input input = { .bytes = bytes };
        const struct extractor *format = extract_recognise(&input);
        if (format != NULL && format->recognise(&input) == RECOGNISE_MAGIC && !is_font(bytes)) {
            struct nested nested = { .bytes = bytes };
            sink_nested(file->sink, &nested);
        }
    }
}

void pdf_info_read(struct pdf_reader *reader, struct pdf_dict *info)
{
    static const char *const known[] = { "Title", "Author", "Subject", "Keywords", "Creator", "Producer",
                                         "CreationDate", "ModDate", "Trapped" };

    for (size_t i = 0; info != NULL && i < info->count; i++) {
        struct pdf_value value = pdf_resolve(&reader->file, info->entries[i].value);
        enum property_kind kind = PROPERTY_CUSTOM;
        struct buf text;

        buf_init(&text, MAX_TEXT_BYTES);
        if (value.kind == PDF_STRING)
            pdf_append_text(&text, value.bytes);
        else if (value.kind == PDF_NAME)
            utf8_append_clean(&text, value.bytes);
        else if (value.kind == PDF_BOOL)
            buf_append(&text, value.yes ? SPAN("true") : SPAN("false"));
        else if (value.kind == PDF_INTEGER)
            buf_printf(&text, "%lld", (long long)value.integer);
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            if (span_equals(info->entries[i].key, span_of(known[k])))
                kind = PROPERTY_DOCUMENT;
        if (text.len > 0)
            sink_property(reader->file.sink, kind, info->entries[i].key, buf_span(&text));
        buf_fini(&text);
    }
}
