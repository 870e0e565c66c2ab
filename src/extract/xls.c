/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Excel binary workbooks, BIFF5 and BIFF8 ([MS-XLS]): cell texts, sheet names,
 * headers and footers, notes, text boxes, defined names; hidden sheets as such.
 * Numbers are no text; of formulas the strings in them are read.
 */
#include "base/buf.h"
#include "codepage.h"
#include "le.h"
#include "ole_priv.h"

enum {
    RECORD_FORMULA = 0x06, RECORD_FOOTER = 0x15, RECORD_HEADER = 0x14, RECORD_NAME = 0x18, RECORD_NOTE = 0x1C, RECORD_FILEPASS = 0x2F,
    RECORD_CONTINUE = 0x3C, RECORD_CODEPAGE = 0x42, RECORD_BOUNDSHEET = 0x85, RECORD_RSTRING = 0xD6,
    RECORD_DRAWING_GROUP = 0xEB, RECORD_DRAWING = 0xEC, RECORD_SST = 0xFC, RECORD_LABELSST = 0xFD,
    RECORD_TXO = 0x1B6, RECORD_HLINK = 0x1B8, RECORD_LABEL = 0x204, RECORD_STRING = 0x207, RECORD_BOF = 0x809,
    RECORD_HEADERFOOTER = 0x89C
};

enum { MAX_SHEETS = 10000, MAX_STRINGS = 1 << 20, SAYS_PER_STRING = 4, BIFF8 = 0x0600 };

struct sheet {
    uint32_t offset;
    bool is_hidden;
};

struct shared {
    struct span text;
    unsigned said;
};

struct xls {
    struct sink *sink;
    struct arena *arena;
    struct span stream;
    size_t at;                  /* of the next record */
    bool is_biff8;
    uint32_t codepage;
    struct sheet *sheets;
    size_t sheet_count, sheet_capacity;
    uint32_t sheet;             /* being read, from 1; 0: none */
    bool is_hidden;
    struct shared *strings;
    size_t string_count, string_capacity;
};

struct record {
    uint16_t id;
    struct span body;
};

static bool next_record(struct xls *xls, struct record *record)
{
    size_t length = le16(xls->stream, xls->at + 2);

    if (xls->at + 4 > xls->stream.len)
        return false;
    record->id = le16(xls->stream, xls->at);
    record->body = span_slice(xls->stream, xls->at + 4, xls->at + 4 + length);
    xls->at += 4 + length;
    return true;
}

/* Is the next record a continuation? Then take it. */
static bool next_continue(struct xls *xls, struct span *body_out)
{
    struct record record;
    size_t back = xls->at;

    if (!next_record(xls, &record) || record.id != RECORD_CONTINUE) {
        xls->at = back;
        return false;
    }
    *body_out = record.body;
    return true;
}

/* Characters of a BIFF8 string: one octet each (Latin-1), or UTF-16LE. */
static void decode_chars(struct span bytes, bool is_wide, struct buf *out)
{
    codepage_decode(is_wide ? 1200 : 28591, bytes, out);
}

static void say(struct xls *xls, enum region region, struct span text)
{
    if (xls->is_hidden && region != REGION_DELETED)
        region = REGION_HIDDEN;
    ole_line(xls->sink, region, xls->sheet > 0 ? UNIT_SHEET : UNIT_NONE, xls->sheet, text);
}

/* A string with its count (one or two octets) at an offset, as both versions write it. */
static void take_string(const struct xls *xls, struct span body, size_t at, size_t count_octets, struct buf *out)
{
    size_t count = count_octets == 1 ? le8(body, at) : le16(body, at);

    at += count_octets;
    if (xls->is_biff8) {
        uint8_t flags = le8(body, at++);
        decode_chars(span_slice(body, at, at + count * ((flags & 1) != 0 ? 2 : 1)), (flags & 1) != 0, out);
    } else {
        codepage_decode(xls->codepage, span_slice(body, at, at + count), out);
    }
}

static void say_string(struct xls *xls, enum region region, struct span body, size_t at, size_t count_octets)
{
    struct buf text;

    buf_init(&text, 0);
    take_string(xls, body, at, count_octets, &text);
    say(xls, region, buf_span(&text));
    buf_fini(&text);
}

/* The shared strings lie in one record and its continuations, strings cut anywhere. */
struct cursor {
    struct xls *xls;
    struct span rest;
};

static bool refill(struct cursor *cursor)
{
    return cursor->rest.len > 0 || next_continue(cursor->xls, &cursor->rest);
}

static uint32_t take_number(struct cursor *cursor, size_t octets)
{
    uint32_t value = 0;

    for (size_t i = 0; i < octets && refill(cursor); i++) {
        value |= (uint32_t)(uint8_t)cursor->rest.ptr[0] << (8 * i);
        cursor->rest = span_slice(cursor->rest, 1, cursor->rest.len);
    }
    return value;
}

static void skip(struct cursor *cursor, uint64_t octets)
{
    while (octets > 0 && refill(cursor)) {
        size_t step = octets < cursor->rest.len ? (size_t)octets : cursor->rest.len;
        cursor->rest = span_slice(cursor->rest, step, cursor->rest.len);
        octets -= step;
    }
}

static void take_chars(struct cursor *cursor, size_t count, bool is_wide, struct buf *out)
{
    while (count > 0) {
        size_t width, whole;
        if (cursor->rest.len == 0) {
            if (!refill(cursor) || cursor->rest.len == 0)
                return;
            is_wide = (cursor->rest.ptr[0] & 1) != 0;   /* said again behind a cut */
            cursor->rest = span_slice(cursor->rest, 1, cursor->rest.len);
        }
        width = is_wide ? 2 : 1;
        whole = cursor->rest.len / width < count ? cursor->rest.len / width : count;
        decode_chars(span_slice(cursor->rest, 0, whole * width), is_wide, out);
        if (whole == 0)
            whole = cursor->rest.len == 0 ? 0 : 1;      /* half a character: lost */
        cursor->rest = span_slice(cursor->rest, whole * width, cursor->rest.len);
        count -= whole;
    }
}

static void add_shared(struct xls *xls, struct buf *text)
{
    struct shared *moved = arena_grow(xls->arena, xls->strings, xls->string_count, &xls->string_capacity,
                                      sizeof *moved);

    if (moved == NULL)
        return;
    xls->strings = moved;
    moved[xls->string_count++].text = arena_copy(xls->arena, buf_span(text));
}

static void read_shared(struct xls *xls, struct span body)
{
    struct cursor cursor = { xls, span_slice(body, 8, body.len) };
    uint32_t count = le32(body, 4);
    struct buf text;

    buf_init(&text, 1 << 20);
    for (uint32_t i = 0; i < count && i < MAX_STRINGS && refill(&cursor) && !sink_spent(xls->sink); i++) {
        size_t chars = take_number(&cursor, 2);
        uint8_t flags = (uint8_t)take_number(&cursor, 1);
        uint64_t behind = 0;
        if ((flags & 8) != 0)
            behind = 4 * (uint64_t)take_number(&cursor, 2);
        if ((flags & 4) != 0)
            behind += take_number(&cursor, 4);
        buf_clear(&text);
        take_chars(&cursor, chars, (flags & 1) != 0, &text);
        skip(&cursor, behind);
        add_shared(xls, &text);
    }
    buf_fini(&text);
}

static void read_cell(struct xls *xls, struct span body)
{
    uint32_t index = le32(body, 6);

    if (index < xls->string_count && xls->strings[index].said++ < SAYS_PER_STRING)
        say(xls, REGION_BODY, xls->strings[index].text);
}

/* Header text with its codes taken out: "&C", "&12", "&\"Arial,Bold\"", "&K00ff00", "&&". */
static void say_header(struct xls *xls, enum region region, struct span coded)
{
    struct buf text;

    buf_init(&text, 0);
    for (size_t i = 0; i < coded.len; i++) {
        char c = coded.ptr[i];
        if (c != '&' || i + 1 >= coded.len) {
            buf_append_byte(&text, c);
            continue;
        }
        c = coded.ptr[++i];
        if (c == '&') {
            buf_append_byte(&text, '&');
        } else if (c == '"') {
            for (i++; i < coded.len && coded.ptr[i] != '"';)
                i++;
        } else if (c == 'L' || c == 'C' || c == 'R') {
            buf_append_byte(&text, '\n');
        } else if (c == 'K') {
            i += 6;
        } else if (c >= '0' && c <= '9') {
            while (i + 1 < coded.len && coded.ptr[i + 1] >= '0' && coded.ptr[i + 1] <= '9')
                i++;
        }
    }
    say(xls, region, span_trim(buf_span(&text)));
    buf_fini(&text);
}

static void read_header(struct xls *xls, enum region region, struct span body, size_t at, size_t count_octets)
{
    struct buf text;

    buf_init(&text, 0);
    take_string(xls, body, at, count_octets, &text);
    say_header(xls, region, buf_span(&text));
    buf_fini(&text);
}

/* Headers and footers of even and first pages ([MS-XLS] 2.4.137). */
static void read_more_headers(struct xls *xls, struct span body)
{
    static const enum region regions[4] = { REGION_HEADER, REGION_FOOTER, REGION_HEADER, REGION_FOOTER };
    size_t at = 38;

    for (size_t i = 0; i < 4; i++) {
        size_t count = le16(body, 30 + 2 * i);
        if (count == 0)
            continue;
        read_header(xls, regions[i], body, at, 2);
        at += 3 + count * ((le8(body, at + 2) & 1) != 0 ? 2 : 1);
    }
}

static void read_sheet_name(struct xls *xls, struct span body)
{
    struct sheet *moved = xls->sheet_count >= MAX_SHEETS
                              ? NULL
                              : arena_grow(xls->arena, xls->sheets, xls->sheet_count, &xls->sheet_capacity,
                                           sizeof *moved);

    if (moved != NULL) {
        xls->sheets = moved;
        moved[xls->sheet_count++] = (struct sheet){ le32(body, 0), (le8(body, 4) & 3) != 0 };
    }
    say_string(xls, REGION_NAME, body, 6, 1);
}

/* A new substream begins: which sheet is it? */
static void enter(struct xls *xls, size_t offset)
{
    xls->sheet = 0;
    xls->is_hidden = false;
    for (size_t i = 0; i < xls->sheet_count; i++) {
        if (xls->sheets[i].offset == offset) {
            xls->sheet = (uint32_t)i + 1;
            xls->is_hidden = xls->sheets[i].is_hidden;
        }
    }
}

/* Text of a box or note: characters in the continuation behind. */
static void read_box(struct xls *xls, struct span body)
{
    size_t count = le16(body, 10);
    struct cursor cursor = { xls, { "", 0 } };
    struct buf text;

    if (count == 0)
        return;
    buf_init(&text, 1 << 20);
    take_chars(&cursor, count, false, &text);
    say(xls, REGION_COMMENT, buf_span(&text));
    buf_fini(&text);
}

/* Drawing records go on in continuations, and in further drawing records. */
static void read_drawing(struct xls *xls, struct span body)
{
    struct buf whole;
    struct span more;

    buf_init(&whole, 0);
    buf_append(&whole, body);
    while (next_continue(xls, &more))
        buf_append(&whole, more);
    escher_read(buf_span(&whole), xls->sink);
    buf_fini(&whole);
}

/* Strings of UTF-16 in a hyperlink record: address, label, frame. */
static void read_link(struct xls *xls, struct span body)
{
    struct buf text;
    size_t from = 32;

    buf_init(&text, 0);
    for (size_t at = 32; at + 2 <= body.len; at += 2) {
        if (le16(body, at) >= 0x20 && le16(body, at) < 0x250)
            continue;
        if (at - from >= 8) {
            buf_clear(&text);
            codepage_decode_utf16(span_slice(body, from, at), &text);
            say(xls, REGION_LINK, buf_span(&text));
        }
        from = at + 2;
    }
    buf_fini(&text);
}

/*
 * Strings in the tokens of a formula ([MS-XLS] 2.5.198.89): found by their shape,
 * since the tokens between them need not be understood.
 */
static void read_formula(struct xls *xls, struct span tokens)
{
    enum { TOKEN_STRING = 0x17, SHORTEST = 3 };
    struct buf text;

    buf_init(&text, 0);
    for (size_t at = 0; at + 3 < tokens.len; at++) {
        size_t count = le8(tokens, at + 1), flags = xls->is_biff8 ? le8(tokens, at + 2) : 0;
        size_t from = at + (xls->is_biff8 ? 3 : 2), octets = count * (flags == 1 ? 2 : 1);

        if (le8(tokens, at) != TOKEN_STRING || count < SHORTEST || flags > 1 || from + octets > tokens.len)
            continue;
        buf_clear(&text);
        take_string(xls, tokens, at + 1, 1, &text);
        say(xls, REGION_CODE, buf_span(&text));
        at = from + octets - 1;
    }
    buf_fini(&text);
}

static void read_name(struct xls *xls, struct span body)
{
    struct buf text;
    uint8_t count = le8(body, 3), flags = le8(body, 14);

    buf_init(&text, 0);
    if (!xls->is_biff8)
        codepage_decode(xls->codepage, span_slice(body, 14, 14U + count), &text);
    else if ((le16(body, 0) & 0x20) == 0)
        decode_chars(span_slice(body, 15, 15U + count * ((flags & 1) != 0 ? 2U : 1U)), (flags & 1) != 0, &text);
    say(xls, REGION_NAME, buf_span(&text));
    buf_fini(&text);
}

/* false: the workbook is encrypted from here on. */
static bool read_record(struct xls *xls, const struct record *record, size_t offset)
{
    struct span body = record->body;

    switch (record->id) {
    case RECORD_BOF:
        xls->is_biff8 = le16(body, 0) == BIFF8;
        enter(xls, offset);
        break;
    case RECORD_FILEPASS: return false;
    case RECORD_CODEPAGE: xls->codepage = le16(body, 0); break;
    case RECORD_BOUNDSHEET: read_sheet_name(xls, body); break;
    case RECORD_FORMULA: read_formula(xls, span_slice(body, xls->is_biff8 ? 20 : 16, body.len)); break;
    case RECORD_SST: read_shared(xls, body); break;
    case RECORD_LABELSST: read_cell(xls, body); break;
    case RECORD_LABEL:
    case RECORD_RSTRING: say_string(xls, REGION_BODY, body, 6, 2); break;
    case RECORD_STRING: say_string(xls, REGION_BODY, body, 0, 2); break;
    case RECORD_HEADER: read_header(xls, REGION_HEADER, body, 0, xls->is_biff8 ? 2 : 1); break;
    case RECORD_FOOTER: read_header(xls, REGION_FOOTER, body, 0, xls->is_biff8 ? 2 : 1); break;
    case RECORD_HEADERFOOTER: read_more_headers(xls, body); break;
    case RECORD_NOTE:
        if (xls->is_biff8)
            say_string(xls, REGION_COMMENT, body, 8, 2);
        else
            say_string(xls, REGION_COMMENT, body, 4, 2);
        break;
    case RECORD_TXO: read_box(xls, body); break;
    case RECORD_NAME: read_name(xls, body); break;
    case RECORD_HLINK: read_link(xls, body); break;
    case RECORD_DRAWING:
    case RECORD_DRAWING_GROUP: read_drawing(xls, body); break;
    }
    return true;
}

bool xls_read(struct ole2 *ole, uint32_t main_stream, struct sink *sink)
{
    struct xls xls = { .sink = sink, .arena = ole->arena, .stream = ole2_stream(ole, main_stream),
                       .codepage = 1252 };
    struct record record;
    unsigned first = le16(xls.stream, 0);

    if (first != RECORD_BOF) {
        sink_uninspectable(sink, first == 0x9 || first == 0x209 || first == 0x409 ? UNINSPECTABLE_UNSUPPORTED
                                                                               : UNINSPECTABLE_DAMAGED,
                           SPAN("Workbook"));
        return false;
    }
    for (size_t offset = 0; next_record(&xls, &record) && !sink_spent(sink); offset = xls.at) {
        if (!read_record(&xls, &record, offset)) {
            sink_uninspectable(sink, UNINSPECTABLE_ENCRYPTED, SPAN("Workbook"));
            return false;
        }
    }
    xls.sheet = 0;
    for (size_t i = 0; i < xls.string_count && !sink_spent(sink); i++)
        if (xls.strings[i].said == 0)
            say(&xls, REGION_HIDDEN, xls.strings[i].text);  /* in no cell any more */
    return true;
}
