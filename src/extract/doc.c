/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Word binary documents ([MS-DOC]; Word 6 and 95 alike): the text as the piece
 * table puts it together, cut by the character counts into main text, notes,
 * headers, comments and text boxes; hidden, deleted and capital characters by
 * their formatting (Word 97 and later).
 */
#include "base/buf.h"
#include "codepage.h"
#include "doc_format.h"
#include "extract/gather.h"
#include "le.h"
#include "ole_priv.h"

enum {
    MAGIC_97 = 0xA5EC, MAGIC_95 = 0xA5DC, FLAG_COMPLEX = 0x0004, FLAG_ENCRYPTED = 0x0100, FLAG_TABLE_1 = 0x0200,
    PIECE_BYTES = 8, PARTS = 8, CHUNK_CHARS = 4096, MAX_STORIES = 100000
};

/* Parts of the text in the order of the character counts. */
static const enum region part_regions[PARTS] = {
    REGION_BODY, REGION_NOTE, REGION_HEADER, REGION_CODE, REGION_COMMENT, REGION_NOTE, REGION_BODY, REGION_HEADER,
};

struct doc {
    struct span main, table;
    struct gather gather;
    struct sink *sink;
    struct doc_format format;
    bool is_97;
    uint32_t codepage;
    uint64_t ends[PARTS];       /* character positions where the parts end */
    uint64_t position;          /* of the next character */
    struct span stories;        /* positions of headers and footers, 4 octets each */
    size_t story;
    unsigned field_codes;       /* fields open, of which we are in the code */
    uint64_t field_results;     /* bit n: nesting level n is in its result */
    unsigned field_depth;
};

static enum region story_region(const struct doc *doc)
{
    /* Six separators of notes, then per section: even, odd header; even, odd footer; first header, footer. */
    size_t kind = doc->story < 7 ? 0 : (doc->story - 7) % 6;

    return kind == 2 || kind == 3 || kind == 5 ? REGION_FOOTER : REGION_HEADER;
}

static enum region region_at(struct doc *doc)
{
    size_t part = 0;

    while (part + 1 < PARTS && doc->position >= doc->ends[part])
        part++;
    if (part == 2 && doc->stories.len > 0) {
        uint64_t inside = doc->position - doc->ends[1];
        while (doc->story < MAX_STORIES && 4 * doc->story + 4 <= doc->stories.len &&
               inside >= le32(doc->stories, 4 * doc->story))
            doc->story++;
        return story_region(doc);
    }
    if (doc->field_codes > 0)
        return REGION_FIELD;
    return part_regions[part];
}

/* Fields are "code 0x14 result" between 0x13 and 0x15, one in the other. */
static void turn_field(struct doc *doc, uint32_t c)
{
    enum { DEEPEST = 60 };

    if (c == 0x13 && doc->field_depth < DEEPEST) {
        doc->field_results &= ~((uint64_t)1 << doc->field_depth++);
        doc->field_codes++;
    } else if (c == 0x14 && doc->field_depth > 0 && (doc->field_results >> (doc->field_depth - 1) & 1) == 0) {
        doc->field_results |= (uint64_t)1 << (doc->field_depth - 1);
        doc->field_codes--;
        gather_break(&doc->gather, REGION_FIELD);
    } else if (c == 0x15 && doc->field_depth > 0) {
        doc->field_depth--;
        if ((doc->field_results >> doc->field_depth & 1) == 0)
            doc->field_codes--;
        gather_break(&doc->gather, REGION_FIELD);
    }
}

/* A control character; true when it stands for text of its own, put in *out. */
static bool control_text(struct doc *doc, uint32_t c, struct span *out)
{
    switch (c) {
    case '\t': *out = SPAN("\t"); return true;
    case 0x1E: *out = SPAN("-"); return true;
    case 0x07:
    case '\n':
    case 0x0B:
    case 0x0C:
    case '\r':
    case 0x0E: *out = SPAN("\n"); return true;
    case 0x13:
    case 0x14:
    case 0x15: turn_field(doc, c); return false;
    }
    return false;       /* anchors of objects, notes and the optional hyphen */
}

/* What a character of that region is by its formatting. */
static enum region formatted(enum region region, unsigned format)
{
    if ((format & DOC_DELETED) != 0)
        return REGION_DELETED;
    return (format & DOC_HIDDEN) != 0 ? REGION_HIDDEN : region;
}

/* Hand over a run of plain characters that lie in one region and have one format. */
static void put_run(struct doc *doc, enum region region, unsigned format, struct span bytes, bool is_wide)
{
    struct buf text;

    if (bytes.len == 0)
        return;
    buf_init(&text, 0);
    codepage_decode(is_wide ? 1200 : doc->codepage, bytes, &text);
    gather_text(&doc->gather, formatted(region, format), (format & DOC_CAPITALS) != 0 ? LOOK_CAPITALS : 0,
                buf_span(&text));
    buf_fini(&text);
}

/* The characters of one piece, cut where regions and formats change and at control characters. */
static void read_piece(struct doc *doc, size_t offset, size_t octets, bool is_wide)
{
    struct span bytes = span_slice(doc->main, offset, offset + octets);
    size_t width = is_wide ? 2 : 1, from = 0;
    enum region region = region_at(doc);
    unsigned format = doc_format_at(&doc->format, offset);

    for (size_t at = 0; at + width <= bytes.len; at += width, doc->position++) {
        uint32_t c = is_wide ? le16(bytes, at) : le8(bytes, at);
        struct span out;
        enum region now = region_at(doc);
        unsigned format_now = doc_format_at(&doc->format, offset + at);
        if (now != region || format_now != format || c < 0x20 || at - from >= CHUNK_CHARS) {
            put_run(doc, region, format, span_slice(bytes, from, at), is_wide);
            from = at;
            region = now;
            format = format_now;
        }
        if (c < 0x20) {
            from = at + width;
            if (control_text(doc, c, &out)) {
                if (out.ptr[0] != '\n') {
                    gather_text(&doc->gather, formatted(region, format), 0, out);
                    continue;
                }
                gather_break(&doc->gather, region);
                gather_break(&doc->gather, REGION_HIDDEN);
                gather_break(&doc->gather, REGION_DELETED);
            }
        }
    }
    put_run(doc, region, format, span_slice(bytes, from, bytes.len - bytes.len % width), is_wide);
}

/* The piece table ([MS-DOC] 2.8.35): character positions, then where each piece lies. */
static bool read_pieces(struct doc *doc, struct span clx)
{
    size_t at = 0, count;
    struct span table;

    while (at < clx.len && clx.ptr[at] == 1)
        at += 3 + (size_t)le16(clx, at + 1);
    if (at >= clx.len || clx.ptr[at] != 2)
        return false;
    table = span_slice(clx, at + 5, at + 5 + (size_t)le32(clx, at + 1));
    if (table.len < 4)
        return false;
    count = (table.len - 4) / (4 + PIECE_BYTES);
    for (size_t i = 0; i < count && !sink_spent(doc->sink); i++) {
        uint32_t first = le32(table, 4 * i), behind = le32(table, 4 * i + 4);
        uint32_t place = le32(table, 4 * (count + 1) + PIECE_BYTES * i + 2);
        bool is_wide = doc->is_97 && (place & 0x40000000U) == 0;
        size_t offset = doc->is_97 && !is_wide ? (place & 0x3FFFFFFFU) / 2 : place & 0x3FFFFFFFU;
        size_t chars = behind > first ? behind - first : 0;
        if (!sink_spend(doc->sink, chars))
            return true;
        doc->position = first;
        read_piece(doc, offset, chars * (is_wide ? 2 : 1), is_wide);
    }
    return true;
}

static void read_counts(struct doc *doc)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < PARTS; i++) {
        sum += le32(doc->main, (doc->is_97 ? 0x4CU : 0x34U) + 4 * i);
        doc->ends[i] = sum;
    }
    if (doc->is_97)
        doc->stories = span_slice(doc->table, le32(doc->main, 0xF2),
                                  (size_t)le32(doc->main, 0xF2) + le32(doc->main, 0xF6));
}

static bool read_text(struct doc *doc, uint16_t flags)
{
    struct span table = doc->is_97 ? doc->table : doc->main;
    size_t at = doc->is_97 ? 0x1A2 : 0x160;

    read_counts(doc);
    if (!doc->is_97 && (flags & FLAG_COMPLEX) == 0) {
        size_t from = le32(doc->main, 0x18), to = le32(doc->main, 0x1C);

        read_piece(doc, from, to > from ? to - from : 0, false);
        return true;
    }
    return read_pieces(doc, span_slice(table, le32(doc->main, at),
                                       (size_t)le32(doc->main, at) + le32(doc->main, at + 4)));
}

/* Names of bookmarks (SttbfBkmk): counted UTF-16 behind a mark and the number of them. */
static void read_bookmarks(struct doc *doc)
{
    size_t from = le32(doc->main, 0x142), at = 6;
    struct span names = span_slice(doc->table, from, from + le32(doc->main, 0x146));
    struct buf text;

    if (le16(names, 0) != 0xFFFF)
        return;
    buf_init(&text, 0);
    for (size_t left = le16(names, 2); left > 0 && at < names.len; left--) {
        size_t octets = 2 * (size_t)le16(names, at);

        buf_clear(&text);
        codepage_decode_utf16(span_slice(names, at + 2, at + 2 + octets), &text);
        gather_line(&doc->gather, REGION_NAME, buf_span(&text));
        at += 2 + octets;
    }
    buf_fini(&text);
}

bool doc_read(struct ole2 *ole, uint32_t main_stream, struct sink *sink)
{
    struct doc doc = { .main = ole2_stream(ole, main_stream), .sink = sink, .codepage = 1252 };
    uint16_t magic = le16(doc.main, 0), flags = le16(doc.main, 0x0A);
    uint32_t parent = ole->entries[main_stream].parent, table;
    bool fine;

    doc.is_97 = magic == MAGIC_97 && le16(doc.main, 2) >= 0x00C0;
    if (magic != MAGIC_97 && magic != MAGIC_95) {
        sink_uninspectable(sink, UNINSPECTABLE_UNSUPPORTED, SPAN("WordDocument"));
        return false;
    }
    if ((flags & FLAG_ENCRYPTED) != 0) {
        sink_uninspectable(sink, UNINSPECTABLE_ENCRYPTED, SPAN("WordDocument"));
        return false;
    }
    table = ole2_find(ole, parent, (flags & FLAG_TABLE_1) != 0 ? SPAN("1Table") : SPAN("0Table"));
    if (table != OLE2_NONE)
        doc.table = ole2_stream(ole, table);
    doc_format_init(&doc.format, doc.main, doc.is_97 ? span_slice(doc.table, le32(doc.main, 0xFA),
                                                                  (size_t)le32(doc.main, 0xFA) + le32(doc.main, 0xFE))
                                                     : (struct span){ "", 0 });
    gather_init(&doc.gather, sink);
    gather_part(&doc.gather, SPAN("WordDocument"), UNIT_NONE, 0);
    fine = read_text(&doc, flags);
    if (doc.is_97)
        read_bookmarks(&doc);
    gather_fini(&doc.gather);
    if (!fine)
        sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, SPAN("WordDocument"));
    if (doc.is_97)
        escher_read(span_slice(doc.table, le32(doc.main, 0x22A),
                               (size_t)le32(doc.main, 0x22A) + le32(doc.main, 0x22E)), sink);
    return fine;
}
