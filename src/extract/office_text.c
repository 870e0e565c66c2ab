/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/office_text.h"

#include <string.h>

#include "extract/data_uri.h"

/* What holds inside an element. */
struct level {
    enum office_action action;
    enum region region;         /* of its text, with what the run changes */
    enum region line_region;    /* of its lines */
    unsigned look;
    bool keeps_space, unknown;
    uint32_t saved;             /* OFFICE_FRAME: octets of the outer line put aside */
};

struct reader {
    const struct office_part *part;
    struct xml xml;
    struct level levels[XML_DEPTH_MAX + 1];     /* [0] holds outside the root */
    struct buf aside;           /* lines that a text box interrupts, innermost last */
    bool in_cell_index;         /* the value is a number of a shared string */
    uint32_t counted;           /* pages or tables so far */
    uint16_t rows_from[257];    /* where in the vocabulary the names begin with that octet */
};

/* A line longer than this is ended by a text box in it. */
enum { ASIDE_LINE_MAX = 4096 };

static void index_vocabulary(struct reader *reader)
{
    const struct office_vocabulary *vocabulary = reader->part->vocabulary;
    size_t row = 0;

    for (unsigned first = 0; first <= 256; first++) {
        while (row < vocabulary->count && (unsigned char)vocabulary->words[row].name[0] < first)
            row++;
        reader->rows_from[first] = (uint16_t)row;
    }
}

/* As strcmp(); a name from a file may hold NUL and ends where its length says. */
static int compare(struct span name, const char *word)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] != word[i] || word[i] == '\0')
            return word[i] != '\0' && (unsigned char)name.ptr[i] < (unsigned char)word[i] ? -1 : 1;
    return word[name.len] == '\0' ? 0 : -1;
}

static const struct office_word *look_up(const struct reader *reader, struct span name)
{
    const struct office_word *words = reader->part->vocabulary->words;
    unsigned first = name.len == 0 ? 0 : (unsigned char)name.ptr[0];
    size_t low = reader->rows_from[first], high = reader->rows_from[first + 1];

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(name, words[middle].name);

        if (order == 0)
            return &words[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static struct level *level_at(struct reader *reader, size_t depth)
{
    return &reader->levels[depth > XML_DEPTH_MAX ? XML_DEPTH_MAX : depth];
}

/* End the line of a paragraph and of what stood aside in it; other regions go on. */
static void end_line(struct reader *reader, enum region line_region)
{
    struct gather *gather = reader->part->gather;

    gather_break(gather, line_region);
    gather_break(gather, REGION_HIDDEN);
    gather_break(gather, REGION_DELETED);
    gather_break(gather, REGION_FIELD);
}

static void put(struct reader *reader, const struct level *level, struct span text)
{
    gather_text(reader->part->gather, level->region, level->look, text);
}

/* Put the unfinished line of the outer text aside, so that the box's lines do not cut it. */
static void enter_frame(struct reader *reader, struct level *level)
{
    struct gather *gather = reader->part->gather;
    struct buf *text = &gather->regions[level->line_region].text;
    size_t start = text->len;

    level->saved = 0;
    if ((gather->open_lines & 1u << level->line_region) != 0) {
        while (start > 0 && text->len - start <= ASIDE_LINE_MAX && text->ptr[start - 1] != '\n')
            start--;
        if (text->len - start > ASIDE_LINE_MAX || gather->regions[level->line_region].look != 0) {
            end_line(reader, level->line_region);
        } else {
            level->saved = (uint32_t)(text->len - start);
            buf_append(&reader->aside, (struct span){ text->ptr + start, level->saved });
            text->len = start;
            gather->open_lines &= ~(1u << level->line_region);
        }
    }
    level->region = level->line_region;
    level->look = 0;
}

static void leave_frame(struct reader *reader, const struct level *level)
{
    struct buf *aside = &reader->aside;

    end_line(reader, level->line_region);
    if (level->saved == 0)
        return;
    gather_text(reader->part->gather, level->line_region, 0,
                (struct span){ aside->ptr + aside->len - level->saved, level->saved });
    aside->len -= level->saved;
}

static bool is_off(struct span value)
{
    return span_equals(value, SPAN("0")) || span_equals_nocase(value, SPAN("false")) ||
           span_equals_nocase(value, SPAN("off")) || span_equals_nocase(value, SPAN("none"));
}

static bool is_capitals(struct span value)
{
    return span_equals(value, SPAN("all")) || span_equals(value, SPAN("small"));
}

static const struct office_style *find_style(const struct reader *reader, struct span name)
{
    const struct office_styles *styles = reader->part->styles;

    /* The last of a name counts: those of the part itself are read after the common ones. */
    for (size_t i = styles == NULL ? 0 : styles->count; i > 0; i--)
        if (span_equals(span_of(styles->items[i - 1].name), name))
            return &styles->items[i - 1];
    return NULL;
}

static void apply_style(struct reader *reader, struct level *level, struct span name)
{
    const struct office_style *style = name.len == 0 ? NULL : find_style(reader, name);

    if (style == NULL)
        return;
    if (style->capitals)
        level->look |= LOOK_CAPITALS;
    if (style->hidden)
        level->region = REGION_HIDDEN;
}

/* The run a property belongs to: parent of the properties, if it is a run at all. */
static struct level *run_of(struct reader *reader, size_t depth)
{
    if (depth >= 3 && level_at(reader, depth - 1)->action == OFFICE_RUN_PROPERTIES &&
        level_at(reader, depth - 2)->action == OFFICE_RUN)
        return level_at(reader, depth - 2);
    return NULL;
}

/* Attributes whose values are names, numbers or references of the format itself. */
static bool is_plain_value(struct span value)
{
    size_t letters = 0, best = 0;

    if ((span_starts_with(value, SPAN("{")) && value.len == 38) || span_starts_with(value, SPAN("rId")))
        return true;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)(value.ptr[i] | 0x20);

        letters = (c >= 'a' && c <= 'z') || (unsigned char)value.ptr[i] >= 0x80 ? letters + 1 : 0;
        if (letters > best)
            best = letters;
    }
    return best < 2;
}

static bool is_plain_name(struct span name)
{
    return span_ends_with_nocase(name, SPAN("style-name")) || span_equals(name, SPAN("value-type")) ||
           span_equals(name, SPAN("Ignorable")) || span_equals(name, SPAN("Requires"));
}

static enum region attribute_region(struct span name, struct span value)
{
    static const struct {
        const char *name;
        enum region region;
    } known[] = {
        { "descr", REGION_ALT },      { "title", REGION_ALT },   { "alt", REGION_ALT },
        { "tooltip", REGION_ALT },    { "prompt", REGION_ALT },  { "promptTitle", REGION_ALT },
        { "error", REGION_ALT },      { "errorTitle", REGION_ALT }, { "name", REGION_NAME },
        { "displayName", REGION_NAME }, { "string", REGION_WATERMARK }, { "instr", REGION_FIELD },
        { "display", REGION_BODY },   { "href", REGION_LINK },   { "Target", REGION_LINK },
        { "string-value", REGION_HIDDEN }, { "UnicodeString", REGION_BODY }, { "author", REGION_NAME },
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (span_equals(name, span_of(known[i].name)))
            return known[i].region;
    return span_find(value, SPAN("://")) < value.len ? REGION_LINK : REGION_CODE;
}

static void read_data_uri(struct reader *reader, struct span uri)
{
    struct nested nested = { .name = SPAN("(data)") };
    struct buf bytes;

    if (!sink_spend(reader->part->sink, uri.len))
        return;
    buf_init(&bytes, 0);
    if (data_uri_decode(uri, &nested.declared, &bytes) && bytes.len > 0) {
        nested.bytes = buf_span(&bytes);
        sink_nested(reader->part->sink, &nested);
    }
    buf_fini(&bytes);
}

static void read_value(struct reader *reader, enum region region, struct span value)
{
    if (region == REGION_LINK)
        gather_link(reader->part->gather, value);
    else
        gather_line(reader->part->gather, region, value);
}

/* A value of each attribute on a line; region 0: by the attribute's name. */
static void read_values(struct reader *reader, enum region region)
{
    struct span rest = reader->xml.attributes, name, value;

    while (xml_attribute_next(&reader->xml, &rest, &name, &value))
        if (data_uri_is(value))
            read_data_uri(reader, value);
        else if (!is_plain_value(value) && !is_plain_name(name))
            read_value(reader, region != 0 ? region : attribute_region(name, value), value);
}

static void put_spaces(struct reader *reader, const struct level *level)
{
    static const char blanks[64] = "                                                               ";
    struct span count;
    uint64_t blank_count = 1;

    if (xml_attribute(&reader->xml, "c", &count) && !span_to_u64(count, &blank_count))
        blank_count = 1;
    put(reader, level, (struct span){ blanks, blank_count > 63 ? 63 : (size_t)blank_count });
}

/* w:sym: fonts of symbols hold their characters at F000; an ordinary font there shows Latin. */
static void put_symbol(struct reader *reader, const struct level *level)
{
    struct span value;
    uint32_t rune = 0;
    struct buf utf8;

    if (!xml_attribute(&reader->xml, "char", &value) || value.len == 0 || value.len > 6)
        return;
    for (size_t i = 0; i < value.len; i++) {
        char c = (char)(value.ptr[i] | 0x20);

        rune = rune * 16 + (uint32_t)(c >= 'a' ? c - 'a' + 10 : c & 15);
    }
    if (rune >= 0xF000 && rune <= 0xF0FF)
        rune -= 0xF000;
    buf_init(&utf8, 8);
    buf_append_rune(&utf8, rune);
    put(reader, level, buf_span(&utf8));
    buf_fini(&utf8);
}

/* <p:ph type="ftr"/>: what the shape around it is. */
static void read_placeholder(struct reader *reader, size_t depth)
{
    struct span type;
    enum region region;
    size_t shape = depth - 1;

    xml_attribute(&reader->xml, "type", &type);
    if (span_equals(type, SPAN("ftr")))
        region = REGION_FOOTER;
    else if (span_equals(type, SPAN("hdr")))
        region = REGION_HEADER;
    else if (span_equals(type, SPAN("title")) || span_equals(type, SPAN("ctrTitle")))
        region = REGION_TITLE;
    else
        region = reader->part->region;
    if (reader->part->on_master && region != REGION_FOOTER && region != REGION_HEADER)
        region = REGION_FIELD;
    while (shape > 0 && level_at(reader, shape)->action != OFFICE_SHAPE)
        shape--;
    for (size_t i = shape; shape > 0 && i < depth; i++)
        level_at(reader, i)->region = level_at(reader, i)->line_region = region;
}

/* A section, table or page: shown or not, and counted where that is what numbers go by. */
static void enter_container(struct reader *reader, struct level *level)
{
    const struct office_part *part = reader->part;
    struct span display, visibility, style;
    bool is_page = span_equals(reader->xml.local, SPAN("page"));

    end_line(reader, level->line_region);
    if ((is_page && part->counted == UNIT_SLIDE) ||
        (part->counted == UNIT_SHEET && reader->xml.depth == 4 && span_equals(reader->xml.local, SPAN("table")))) {
        gather_part(part->gather, part->name, part->counted, ++reader->counted);
    }
    xml_attribute(&reader->xml, "style-name", &style);
    apply_style(reader, level, style);
    xml_attribute(&reader->xml, "display", &display);
    if (span_equals(display, SPAN("none")) || span_equals(display, SPAN("false")))
        level->region = REGION_HIDDEN;
    xml_attribute(&reader->xml, "visibility", &visibility);
    if (span_equals(visibility, SPAN("collapse")) || span_equals(visibility, SPAN("filter")))
        level->region = REGION_HIDDEN;
    level->line_region = level->region;
    read_values(reader, 0);
}

/* Cells: @t="s" is the number of a shared string, which is read where it stands. */
static bool is_index_cell(struct reader *reader)
{
    struct span type;

    return xml_attribute(&reader->xml, "t", &type) && span_equals(type, SPAN("s"));
}

/* DrawingML says capitals in an attribute of the run's properties: cap="all". */
static void read_cap(struct reader *reader)
{
    struct level *parent = level_at(reader, reader->xml.depth - 1);
    struct span value;

    if (xml_attribute(&reader->xml, "cap", &value) && is_capitals(value) && parent->action == OFFICE_RUN)
        parent->look |= LOOK_CAPITALS;
}

/* WordprocessingML says it in elements, each with @val; they hold for the run or paragraph around. */
static void read_run_property(struct reader *reader, enum office_action action)
{
    struct level *run = run_of(reader, reader->xml.depth);
    struct span value;

    xml_attribute(&reader->xml, "val", &value);
    if (action == OFFICE_PARAGRAPH_STYLE && reader->xml.depth >= 3)
        apply_style(reader, level_at(reader, reader->xml.depth - 2), value);
    if (run == NULL)
        return;
    if (action == OFFICE_RUN_STYLE)
        apply_style(reader, run, value);
    else if (action == OFFICE_CAPITALS && !is_off(value))
        run->look |= LOOK_CAPITALS;
    else if (action == OFFICE_VANISH && !is_off(value) && run->region != REGION_DELETED)
        run->region = REGION_HIDDEN;
}

static bool is_in_line(enum office_action action)
{
    return action == OFFICE_STYLED || action == OFFICE_STYLED_LINE;
}

static void start_element(struct reader *reader)
{
    struct xml *xml = &reader->xml;
    const struct office_word *word = look_up(reader, xml->local);
    struct level *level = level_at(reader, xml->depth);
    enum office_action action = word == NULL ? OFFICE_PLAIN : (enum office_action)word->action;
    enum region region = word == NULL ? 0 : (enum region)word->region;
    struct span value;

    *level = *level_at(reader, xml->depth - 1);
    level->action = action;
    level->unknown = word == NULL;
    switch (action) {
    case OFFICE_PLAIN:
        read_values(reader, 0);
        break;
    case OFFICE_SILENT:
    case OFFICE_RUN:
    case OFFICE_SHAPE:
    case OFFICE_BINARY:
        break;
    case OFFICE_RUN_PROPERTIES:
        read_cap(reader);
        break;
    case OFFICE_TEXT:
        level->keeps_space = true;
        break;
    case OFFICE_LINE:
        end_line(reader, level->line_region);
        break;
    case OFFICE_FRAME:
        enter_frame(reader, level);
        break;
    case OFFICE_CAPITALS:
    case OFFICE_VANISH:
    case OFFICE_RUN_STYLE:
    case OFFICE_PARAGRAPH_STYLE:
        read_run_property(reader, action);
        break;
    case OFFICE_REGION:
        gather_break(reader->part->gather, region);
        level->region = level->line_region = region;
        level->look = 0;
        read_values(reader, 0);
        break;
    case OFFICE_INLINE_REGION:
        level->region = region;
        level->keeps_space = true;
        break;
    case OFFICE_BREAK:
        gather_break(reader->part->gather, level->region);
        break;
    case OFFICE_SPACE:
        put_spaces(reader, level);
        break;
    case OFFICE_HYPHEN:
        put(reader, level, SPAN("\u2011"));
        break;
    case OFFICE_SYMBOL:
        put_symbol(reader, level);
        break;
    case OFFICE_TABULATOR:
        if (level_at(reader, xml->depth - 1)->action == OFFICE_RUN)
            put(reader, level, SPAN("\t"));
        break;
    case OFFICE_PLACEHOLDER:
        read_placeholder(reader, xml->depth);
        break;
    case OFFICE_VALUE:
        read_values(reader, region);
        break;
    case OFFICE_STYLED_LINE:
        end_line(reader, level->line_region);
        xml_attribute(xml, "style-name", &value);
        apply_style(reader, level, value);
        break;
    case OFFICE_STYLED:
        xml_attribute(xml, "style-name", &value);
        apply_style(reader, level, value);
        break;
    case OFFICE_CAPTION:
        if (!is_in_line(level_at(reader, xml->depth - 1)->action))
            level->region = level->line_region = region;
        break;
    case OFFICE_CONTAINER:
        enter_container(reader, level);
        break;
    case OFFICE_CELL:
        end_line(reader, level->line_region);
        reader->in_cell_index = is_index_cell(reader);
        break;
    case OFFICE_PAGE_CODES:
        level->line_region = level->region = region;
        break;
    }
}

static void end_element(struct reader *reader)
{
    const struct level *level = level_at(reader, reader->xml.depth);

    switch (level->action) {
    case OFFICE_LINE:
    case OFFICE_STYLED_LINE:
    case OFFICE_REGION:
    case OFFICE_CONTAINER:
        end_line(reader, level->line_region);
        break;
    case OFFICE_CAPTION:
        gather_break(reader->part->gather, level->region == REGION_ALT ? REGION_ALT : REGION_FIELD);
        break;
    case OFFICE_FRAME:
        leave_frame(reader, level);
        break;
    case OFFICE_CELL:
        end_line(reader, level->line_region);
        reader->in_cell_index = false;
        break;
    case OFFICE_PLAIN:
    case OFFICE_SILENT:
    case OFFICE_TEXT:
    case OFFICE_RUN:
    case OFFICE_RUN_PROPERTIES:
    case OFFICE_CAPITALS:
    case OFFICE_VANISH:
    case OFFICE_RUN_STYLE:
    case OFFICE_PARAGRAPH_STYLE:
    case OFFICE_INLINE_REGION:
    case OFFICE_BREAK:
    case OFFICE_SPACE:
    case OFFICE_HYPHEN:
    case OFFICE_SYMBOL:
    case OFFICE_TABULATOR:
    case OFFICE_SHAPE:
    case OFFICE_PLACEHOLDER:
    case OFFICE_VALUE:
    case OFFICE_STYLED:
    case OFFICE_BINARY:
    case OFFICE_PAGE_CODES:
        break;
    }
}

static bool is_blank(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != ' ' && s.ptr[i] != '\n' && s.ptr[i] != '\t' && s.ptr[i] != '\r')
            return false;
    return true;
}

/* Line ends of the file are blanks of the text; an element says where a line ends. */
static void put_loose(struct reader *reader, const struct level *level, struct span text)
{
    struct span piece;

    while (span_next(&text, '\n', &piece)) {
        put(reader, level, piece);
        if (text.ptr != NULL && text.ptr > piece.ptr + piece.len)
            put(reader, level, SPAN(" "));
    }
}

/* A file that travels inside the XML. */
static void read_binary(struct reader *reader, struct span text)
{
    struct nested nested = { .name = SPAN("(binary data)") };
    struct buf bytes;

    if (!sink_spend(reader->part->sink, text.len))
        return;
    buf_init(&bytes, 0);
    data_uri_base64(text, &bytes);
    nested.bytes = buf_span(&bytes);
    if (bytes.len > 0)
        sink_nested(reader->part->sink, &nested);
    buf_fini(&bytes);
}

static void read_text(struct reader *reader)
{
    const struct level *level = level_at(reader, reader->xml.open);

    struct span text = reader->xml.text;
    struct gather *gather = reader->part->gather;
    bool begun = (gather->open_lines & 1u << level->region) != 0;

    if (level->action == OFFICE_PAGE_CODES)
        office_page_text(gather, level->region, text);
    else if (level->action == OFFICE_BINARY)
        read_binary(reader, text);
    else if (reader->in_cell_index && level->action == OFFICE_TEXT && reader->part->strings != NULL)
        shared_strings_show(reader->part->strings, text, gather, level->region);
    else if (level->keeps_space)
        put(reader, level, text);
    else if ( is_blank(text) && (!begun || !reader->part->vocabulary->loose_text))
        return;
    else if (reader->part->vocabulary->loose_text)
        put_loose(reader, level, text);
    else if (level->unknown || level->action == OFFICE_SILENT)
        gather_line(gather, level->region, text);
    else
        put(reader, level, text);
}

void office_report_xml(struct sink *sink, const struct xml *xml, struct span part)
{
    if (xml->has_dtd)
        sink_ambiguity(sink, AMBIGUITY_XML_DTD, part);
    if (xml->has_dtd || xml->malformed)
        sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, part);
    if (xml->too_deep)
        sink_uninspectable(sink, UNINSPECTABLE_TOO_DEEP, part);
}

void office_text_read(const struct office_part *part, struct span bytes)
{
    struct reader reader = { .part = part };

    reader.levels[0] = (struct level){ .region = part->region, .line_region = part->region };
    buf_init(&reader.aside, 0);
    index_vocabulary(&reader);
    xml_init(&reader.xml, bytes);
    while (!sink_spent(part->sink)) {
        enum xml_kind kind = xml_next(&reader.xml);

        if (kind == XML_END_OF_INPUT)
            break;
        if (kind == XML_START)
            start_element(&reader);
        else if (kind == XML_END)
            end_element(&reader);
        else if (kind == XML_TEXT)
            read_text(&reader);
        else if (!span_starts_with(reader.xml.text, SPAN("xml ")))
            gather_line(part->gather, REGION_CODE, reader.xml.text);
    }
    gather_break_all(part->gather);
    office_report_xml(part->sink, &reader.xml, part->name);
    xml_fini(&reader.xml);
    buf_fini(&reader.aside);
}

/* Take the code behind an "&" (18.3.1.39 of ISO/IEC 29500-1) off the front of s. */
static struct span skip_code(struct span s)
{
    size_t i = 1;

    if (s.ptr[0] == '"')
        return span_slice(s, 2 + span_find_byte(span_slice(s, 1, s.len), '"'), s.len);
    if (s.ptr[0] == 'K')
        return span_slice(s, 7, s.len);
    if (s.ptr[0] >= '0' && s.ptr[0] <= '9')
        while (i < s.len && i < 3 && s.ptr[i] >= '0' && s.ptr[i] <= '9')
            i++;
    return span_slice(s, i, s.len);
}

void office_page_text(struct gather *gather, enum region region, struct span codes)
{
    while (codes.len > 0) {
        size_t plain = span_find_byte(codes, '&');
        char code;

        gather_text(gather, region, 0, span_slice(codes, 0, plain));
        codes = span_slice(codes, plain + 1, codes.len);
        if (codes.len == 0)
            break;
        code = codes.ptr[0];
        if (code == '&')
            gather_text(gather, region, 0, SPAN("&"));
        if (code == 'L' || code == 'C' || code == 'R')
            gather_break(gather, region);
        codes = skip_code(codes);
    }
    gather_break(gather, region);
}
