/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/office_text.h"

#include <string.h>

#include "office_priv.h"

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
    struct office_glyphs glyphs;
    bool is_page;               /* XPS, SVG: what is drawn on it may be letters */
    bool has_text, is_drawn;
    struct office_index words;
};

/* A line longer than this is ended by a text box in it. */
enum { ASIDE_LINE_MAX = 4096 };

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
    reader->has_text |= level->region == reader->part->region;
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

static bool is_capitals(struct span value)
{
    return span_equals(value, SPAN("all")) || span_equals(value, SPAN("small"));
}

static void apply_style(struct reader *reader, struct level *level, struct span name)
{
    const struct office_style *style = name.len == 0 ? NULL : office_style_find(reader->part->styles, name);

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
    office_values_read(reader->part, &reader->xml, 0);
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
    else if (action == OFFICE_CAPITALS && !office_is_off(value))
        run->look |= LOOK_CAPITALS;
    else if (action == OFFICE_VANISH && !office_is_off(value) && run->region != REGION_DELETED)
        run->region = REGION_HIDDEN;
}

static bool is_in_line(enum office_action action)
{
    return action == OFFICE_STYLED || action == OFFICE_STYLED_LINE;
}

static void start_element(struct reader *reader)
{
    struct xml *xml = &reader->xml;
    const struct office_word *word = office_index_find(&reader->words, xml->local);
    struct level *level = level_at(reader, xml->depth);
    enum office_action action = word == NULL ? OFFICE_PLAIN : (enum office_action)word->action;
    enum region region = word == NULL ? 0 : (enum region)word->region;
    struct span value;

    if (xml->depth == 1)
        reader->is_page = span_equals(xml->local, SPAN("FixedPage")) || span_equals(xml->local, SPAN("svg"));
    *level = *level_at(reader, xml->depth - 1);
    level->action = action;
    level->unknown = word == NULL;
    switch (action) {
    case OFFICE_PLAIN:
        office_values_read(reader->part, &reader->xml, 0);
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
        office_values_read(reader->part, &reader->xml, 0);
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
        office_values_read(reader->part, &reader->xml, region);
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
    case OFFICE_GLYPHS:
        office_glyphs_show(&reader->glyphs, reader->part, xml, level->region);
        reader->has_text = true;
        office_values_read(reader->part, xml, 0);
        break;
    case OFFICE_DRAWN:
        reader->is_drawn |= reader->is_page;
        office_values_read(reader->part, xml, 0);
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
    case OFFICE_GLYPHS:
    case OFFICE_DRAWN:
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

static void read_text(struct reader *reader)
{
    const struct level *level = level_at(reader, reader->xml.open);
    struct span text = reader->xml.text;
    struct gather *gather = reader->part->gather;
    bool begun = (gather->open_lines & 1u << level->region) != 0;

    if (level->action == OFFICE_PAGE_CODES)
        office_page_text(gather, level->region, text);
    else if (level->action == OFFICE_BINARY)
        office_binary_read(reader->part->sink, text);
    else if (reader->in_cell_index && level->action == OFFICE_TEXT && reader->part->strings != NULL)
        shared_strings_show(reader->part->strings, text, gather, level->region);
    else if (level->keeps_space)
        put(reader, level, text);
    else if (is_blank(text) && (!begun || !reader->part->vocabulary->loose_text))
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
    office_index_init(&reader.words, part->vocabulary);
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
    if (reader.is_drawn && !reader.has_text)
        sink_uninspectable(part->sink, UNINSPECTABLE_IMAGE_ONLY, part->name);
    xml_fini(&reader.xml);
    buf_fini(&reader.aside);
}
