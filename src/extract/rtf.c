/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rich Text Format 1.9.1: text by destination, characters by the font's charset
 * or \u, properties of \info and \userprops, WordArt, embedded objects and
 * pictures. An ignorable destination nobody knows counts as hidden text.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "codepage.h"
#include "extract/gather.h"
#include "extract_priv.h"
#include "rtf_object.h"
#include "rtf_words.h"

enum { MAX_DEPTH = 512, MAX_FONTS = 4096, MAX_WORD = 32, MAX_VALUE_BYTES = 1 << 20, MAX_NAME_BYTES = 256 };

/* Where the text of a group goes. */
enum target {
    TARGET_TEXT = 1, TARGET_NOTHING, TARGET_FONTS, TARGET_DATA, TARGET_PICTURE, TARGET_SHAPE_NAME, TARGET_SHAPE_VALUE,
    TARGET_INFO, TARGET_PROPERTY_NAME, TARGET_PROPERTY_VALUE, TARGET_DOCVAR,
    TARGET_FIELD
};

struct group {
    enum target target;
    enum region region;
    unsigned codepage;          /* of the current font; 0: the document's */
    unsigned fallback;          /* characters to skip behind \u */
    unsigned look;
    bool is_hidden, is_deleted;
    const char *info;           /* property of TARGET_INFO */
};

struct rtf {
    struct span in;
    size_t at;
    struct sink *sink;
    struct gather gather;
    struct group groups[MAX_DEPTH];
    size_t depth, over_depth;
    unsigned codepage;
    long default_font, table_font;
    uint16_t fonts[MAX_FONTS];  /* code page by font number */
    struct buf octets;          /* characters not yet decoded, of one code page */
    struct buf value;           /* text of a destination that is a value */
    struct buf name;            /* what the value is of: property, shape property */
    size_t skip;                /* characters still to skip as fallback of \u */
    uint32_t high;              /* first half of a surrogate pair */
    bool is_star;               /* "\*" was just read */
};

static struct group *top(struct rtf *rtf)
{
    return &rtf->groups[rtf->depth];
}

static enum recognition rtf_recognise(const struct extract_input *input)
{
    return span_starts_with(span_trim(span_slice(input->bytes, 0, 64)), SPAN("{\\rt")) ? RECOGNISE_MAGIC
                                                                                     : RECOGNISE_NO;
}

/* Text of the group we are in, by its target. */
static void put_text(struct rtf *rtf, struct span utf8)
{
    struct group *group = top(rtf);
    enum region region = group->region;

    if (utf8.len == 0)
        return;
    if (group->is_hidden && region == REGION_BODY)
        region = REGION_HIDDEN;
    if (group->is_deleted)
        region = REGION_DELETED;
    switch (group->target) {
    case TARGET_TEXT:
        gather_text(&rtf->gather, region, group->look, utf8);
        break;
    case TARGET_SHAPE_NAME:
    case TARGET_PROPERTY_NAME:
        buf_append(&rtf->name, utf8);
        break;
    case TARGET_DATA:
    case TARGET_PICTURE:
    case TARGET_SHAPE_VALUE:
    case TARGET_INFO:
    case TARGET_PROPERTY_VALUE:
    case TARGET_DOCVAR:
    case TARGET_FIELD:
        buf_append(&rtf->value, utf8);
        break;
    case TARGET_FONTS:
    case TARGET_NOTHING:
        break;
    }
}

static void flush(struct rtf *rtf)
{
    struct buf text;
    unsigned codepage = top(rtf)->codepage == 0 ? rtf->codepage : top(rtf)->codepage;

    if (rtf->octets.len == 0)
        return;
    buf_init(&text, 0);
    codepage_decode(codepage, buf_span(&rtf->octets), &text);
    put_text(rtf, buf_span(&text));
    buf_fini(&text);
    buf_clear(&rtf->octets);
}

static void put_rune(struct rtf *rtf, uint32_t rune)
{
    char bytes[8];
    struct buf one = { .ptr = bytes, .capacity = sizeof bytes, .limit = sizeof bytes };

    flush(rtf);
    buf_append_rune(&one, rune);
    put_text(rtf, (struct span){ bytes, one.len });
}

/* \uN: UTF-16 units, pairs included; then skip what older readers show instead. */
static void put_unicode(struct rtf *rtf, long unit)
{
    uint32_t rune = (uint32_t)(unit < 0 ? unit + 65536 : unit) & 0xFFFF;

    rtf->skip = top(rtf)->fallback;
    if (rune >= 0xD800 && rune < 0xDC00) {
        rtf->high = rune;
        return;
    }
    if (rune >= 0xDC00 && rune < 0xE000 && rtf->high != 0)
        rune = 0x10000 + ((rtf->high - 0xD800) << 10) + (rune - 0xDC00);
    rtf->high = 0;
    put_rune(rtf, rune);
}

static void put_octet(struct rtf *rtf, char c)
{
    if (rtf->skip > 0)
        rtf->skip--;
    else
        buf_append_byte(&rtf->octets, c);
}

/* What follows \': two hexadecimal digits, or nothing. */
static void take_octet(struct rtf *rtf)
{
    int high = rtf->at + 2 <= rtf->in.len ? hex_digit(rtf->in.ptr[rtf->at]) : -1;
    int low = high >= 0 ? hex_digit(rtf->in.ptr[rtf->at + 1]) : -1;

    if (low < 0)
        return;
    put_octet(rtf, (char)(high << 4 | low));
    rtf->at += 2;
}

static void end_shape_value(struct rtf *rtf)
{
    struct span name = span_trim(buf_span(&rtf->name)), value = buf_span(&rtf->value);

    if (span_equals(name, SPAN("gtextUNICODE")))
        gather_line(&rtf->gather, REGION_WATERMARK, value);
    else if (span_equals(name, SPAN("wzDescription")))
        gather_line(&rtf->gather, REGION_ALT, value);
    else if (span_equals(name, SPAN("wzName")))
        gather_line(&rtf->gather, REGION_NAME, value);
    else if (span_equals(name, SPAN("pihlShape")))
        gather_line(&rtf->gather, REGION_LINK, value);
    buf_clear(&rtf->name);
}

/* HYPERLINK "…%20…" and other codes; one that holds another field ends where that begins. */
static void end_field(struct rtf *rtf)
{
    struct span code = span_trim(buf_span(&rtf->value));

    gather_line(&rtf->gather, REGION_FIELD, code);
    if (span_find_byte(code, '%') < code.len)
        gather_link(&rtf->gather, code);
    buf_clear(&rtf->value);
}

/* A group ends: what it gathered becomes a fact. */
static void end_target(struct rtf *rtf, const struct group *group)
{
    switch (group->target) {
    case TARGET_TEXT:
        if (rtf->depth > 0 && rtf->groups[rtf->depth - 1].region != group->region)
            gather_break(&rtf->gather, group->region);
        return;
    case TARGET_FONTS:
    case TARGET_NOTHING:
    case TARGET_SHAPE_NAME:
    case TARGET_PROPERTY_NAME:
        return;
    case TARGET_DATA:
        rtf_object_read(rtf->sink, &rtf->value, true);
        break;
    case TARGET_PICTURE:
        rtf_object_read(rtf->sink, &rtf->value, false);
        break;
    case TARGET_SHAPE_VALUE:
        end_shape_value(rtf);
        break;
    case TARGET_INFO:
        if (rtf->value.len > 0)
            sink_property(rtf->sink, PROPERTY_DOCUMENT, span_of(group->info), buf_span(&rtf->value));
        break;
    case TARGET_PROPERTY_VALUE:
        if (rtf->name.len > 0)
            sink_property(rtf->sink, PROPERTY_CUSTOM, buf_span(&rtf->name), buf_span(&rtf->value));
        buf_clear(&rtf->name);
        break;
    case TARGET_DOCVAR:
        gather_line(&rtf->gather, REGION_FIELD, buf_span(&rtf->value));
        break;
    case TARGET_FIELD:
        end_field(rtf);
        break;
    }
    buf_clear(&rtf->value);
}

static void open_group(struct rtf *rtf)
{
    flush(rtf);
    rtf->skip = 0;
    if (rtf->depth + 1 >= MAX_DEPTH) {
        rtf->over_depth++;
        return;
    }
    rtf->groups[rtf->depth + 1] = rtf->groups[rtf->depth];
    rtf->depth++;
}

static void close_group(struct rtf *rtf)
{
    struct group group;

    flush(rtf);
    rtf->skip = 0;
    if (rtf->over_depth > 0) {
        rtf->over_depth--;
        return;
    }
    group = *top(rtf);
    /* An inner group of the same destination is part of its value. */
    if (rtf->depth == 0 || rtf->groups[rtf->depth - 1].target != group.target || group.target == TARGET_TEXT)
        end_target(rtf, &group);
    if (rtf->depth > 0)
        rtf->depth--;
}

static void set_target(struct rtf *rtf, enum target target)
{
    struct group *group = top(rtf);

    if (group->target == TARGET_NOTHING)
        return;
    group->target = target;
    if (target == TARGET_PROPERTY_NAME || target == TARGET_SHAPE_NAME)
        buf_clear(&rtf->name);
    else if (target != TARGET_TEXT && target != TARGET_FONTS && target != TARGET_NOTHING)
        buf_clear(&rtf->value);
}

static void set_font(struct rtf *rtf, long font)
{
    if (top(rtf)->target == TARGET_FONTS)
        rtf->table_font = font;
    else
        top(rtf)->codepage = font >= 0 && font < MAX_FONTS ? rtf->fonts[font] : 0;
}

/* Pictures are hexadecimal text; what follows "\bin" is raw. */
static void take_binary(struct rtf *rtf, long count)
{
    struct nested nested = { .bytes = { NULL, 0 } };
    size_t left = rtf->in.len - rtf->at;
    size_t length = count < 0 ? 0 : (size_t)count < left ? (size_t)count : left;

    nested.bytes = span_slice(rtf->in, rtf->at, rtf->at + length);
    rtf->at += length;
    if (nested.bytes.len > 0)
        sink_nested(rtf->sink, &nested);
}

static void obey(struct rtf *rtf, const struct rtf_word *word, bool has_number, long number)
{
    struct group *group = top(rtf);
    bool on = !has_number || number != 0;

    switch (word->action) {
    case RTF_UNKNOWN: break;
    case RTF_BREAK:
        if (group->target == TARGET_TEXT)
            gather_break(&rtf->gather, group->is_deleted ? REGION_DELETED : group->region);
        break;
    case RTF_CHAR: put_rune(rtf, word->value); break;
    case RTF_REGION:
        if (group->target == TARGET_TEXT)
            group->region = (enum region)word->value;
        break;
    case RTF_SKIP: set_target(rtf, TARGET_NOTHING); break;
    case RTF_FONT_TABLE: set_target(rtf, TARGET_FONTS); break;
    case RTF_DATA: set_target(rtf, TARGET_DATA); break;
    case RTF_PICTURE: set_target(rtf, TARGET_PICTURE); break;
    case RTF_SHAPE_NAME: set_target(rtf, TARGET_SHAPE_NAME); break;
    case RTF_SHAPE_VALUE: set_target(rtf, TARGET_SHAPE_VALUE); break;
    case RTF_INFO:
        set_target(rtf, TARGET_INFO);
        group->info = word->word;
        break;
    case RTF_PROPERTY_NAME: set_target(rtf, TARGET_PROPERTY_NAME); break;
    case RTF_PROPERTY_VALUE: set_target(rtf, TARGET_PROPERTY_VALUE); break;
    case RTF_DOCVAR: set_target(rtf, TARGET_DOCVAR); break;
    case RTF_FIELD:
        if (group->target == TARGET_FIELD)
            end_field(rtf);
        set_target(rtf, TARGET_FIELD);
        break;
    case RTF_CODEPAGE: rtf->codepage = word->value != 0 ? word->value : has_number && number > 0 ? (unsigned)number : 1252; break;
    case RTF_FONT: set_font(rtf, number); break;
    case RTF_FONT_CHARSET:
        if (group->target == TARGET_FONTS && rtf->table_font >= 0 && rtf->table_font < MAX_FONTS)
            rtf->fonts[rtf->table_font] = (uint16_t)rtf_charset_codepage(number);
        break;
    case RTF_DEFAULT_FONT: rtf->default_font = number; break;
    case RTF_UNICODE: put_unicode(rtf, number); break;
    case RTF_UNICODE_SKIP: group->fallback = number >= 0 && number < 256 ? (unsigned)number : 1; break;
    case RTF_BINARY: take_binary(rtf, number); break;
    case RTF_HIDDEN: group->is_hidden = on; break;
    case RTF_DELETED: group->is_deleted = on; break;
    case RTF_CAPITALS: group->look = on ? LOOK_CAPITALS : 0; break;
    case RTF_PLAIN:
        group->is_hidden = group->is_deleted = false;
        group->look = 0;
        set_font(rtf, rtf->default_font);
        break;
    }
}

/* Letters, an optional number, and one space that belongs to them. */
static void take_word(struct rtf *rtf)
{
    size_t start = rtf->at;
    bool has_number = false, is_negative = false;
    const struct rtf_word *word;
    struct span letters;
    long number = 0;

    while (rtf->at < rtf->in.len && (rtf->in.ptr[rtf->at] | 32) >= 'a' && (rtf->in.ptr[rtf->at] | 32) <= 'z')
        rtf->at++;
    letters = span_slice(rtf->in, start, rtf->at);
    if (rtf->at < rtf->in.len && rtf->in.ptr[rtf->at] == '-') {
        is_negative = true;
        rtf->at++;
    }
    for (; rtf->at < rtf->in.len && rtf->in.ptr[rtf->at] >= '0' && rtf->in.ptr[rtf->at] <= '9'; rtf->at++) {
        has_number = true;
        if (number < 100000000)
            number = number * 10 + (rtf->in.ptr[rtf->at] - '0');
    }
    if (rtf->at < rtf->in.len && rtf->in.ptr[rtf->at] == ' ')
        rtf->at++;
    flush(rtf);
    word = letters.len < MAX_WORD ? rtf_word_find(letters) : NULL;
    if (word != NULL)
        obey(rtf, word, has_number, is_negative ? -number : number);
    else if (rtf->is_star && top(rtf)->target == TARGET_TEXT && top(rtf)->region == REGION_BODY)
        top(rtf)->region = REGION_HIDDEN;
    rtf->is_star = false;
}

static void take_escape(struct rtf *rtf)
{
    char c = rtf->at < rtf->in.len ? rtf->in.ptr[rtf->at] : '\0';

    if ((c | 32) >= 'a' && (c | 32) <= 'z') {
        take_word(rtf);
        return;
    }
    rtf->at++;
    switch (c) {
    case '*': rtf->is_star = true; break;
    case '\'':
        take_octet(rtf);
        break;
    case '~': put_rune(rtf, 0xA0); break;
    case '_': put_rune(rtf, '-'); break;
    case '\r':
    case '\n':
        flush(rtf);
        gather_break(&rtf->gather, top(rtf)->region);
        break;
    case '\\':
    case '{':
    case '}': put_octet(rtf, c); break;
    }
}

static bool is_plain(char c)
{
    return c != '{' && c != '}' && c != '\\' && c != '\r' && c != '\n' && c != '\0';
}

/* Characters up to the next that means something, the one just passed included. */
static void take_plain(struct rtf *rtf)
{
    size_t from = --rtf->at;

    while (rtf->at < rtf->in.len && is_plain(rtf->in.ptr[rtf->at])) {
        rtf->at++;
        if (rtf->skip > 0) {
            rtf->skip--;
            from = rtf->at;
        }
    }
    buf_append(&rtf->octets, span_slice(rtf->in, from, rtf->at));
}

static void read_all(struct rtf *rtf)
{
    unsigned until_check = 0;

    while (rtf->at < rtf->in.len) {
        char c = rtf->in.ptr[rtf->at++];
        if (c == '{')
            open_group(rtf);
        else if (c == '}')
            close_group(rtf);
        else if (c == '\\')
            take_escape(rtf);
        else if (c != '\r' && c != '\n' && c != '\0')
            take_plain(rtf);
        if (++until_check % 65536 == 0 && sink_spent(rtf->sink))
            return;
    }
    flush(rtf);
}

static enum extract_result rtf_read(const struct extract_input *input, struct sink *sink)
{
    struct rtf *rtf = calloc(1, sizeof *rtf);
    bool is_cut, is_deep = false;

    if (rtf == NULL)
        return EXTRACT_FAILED;
    rtf->in = input->bytes;
    rtf->sink = sink;
    rtf->codepage = 1252;
    rtf->groups[0] = (struct group){ .target = TARGET_TEXT, .region = REGION_BODY, .fallback = 1 };
    buf_init(&rtf->octets, 0);
    buf_init(&rtf->value, 0);
    buf_init(&rtf->name, MAX_NAME_BYTES);
    gather_init(&rtf->gather, sink);
    gather_part(&rtf->gather, SPAN(""), UNIT_NONE, 0);
    read_all(rtf);
    is_cut = rtf->depth > 0;
    is_deep = rtf->over_depth > 0;
    while (rtf->depth > 0)
        close_group(rtf);
    gather_fini(&rtf->gather);
    buf_fini(&rtf->octets);
    buf_fini(&rtf->value);
    buf_fini(&rtf->name);
    free(rtf);
    if (sink_spent(sink))
        return EXTRACT_STOPPED;
    if (is_cut || is_deep)
        sink_uninspectable(sink, is_deep ? UNINSPECTABLE_TOO_DEEP : UNINSPECTABLE_DAMAGED, SPAN(""));
    return is_cut || is_deep ? EXTRACT_PARTIAL : EXTRACT_OK;
}

const struct extractor extract_rtf = { .name = "rtf", .recognise = rtf_recognise, .read = rtf_read };
