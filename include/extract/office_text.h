/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_OFFICE_TEXT_H
#define EXTRACT_OFFICE_TEXT_H

/*
 * The text of one XML part of an office document.
 *
 * What an element means is a row of a vocabulary: it holds text, ends a line,
 * puts its content into another region, changes how it looks, or says something
 * in its attributes. Elements are known by their local names; the prefixes and
 * namespaces of the strict, transitional and older forms do not matter. What a
 * vocabulary does not know is read all the same: its text as text, its
 * attributes as REGION_CODE.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "extract/gather.h"
#include "extract/spreadsheet.h"
#include "extract/xml.h"

enum office_action {
    OFFICE_PLAIN = 0,           /* nothing of its own; attributes are read */
    OFFICE_SILENT,              /* the same, and its attributes hold no words: not read */
    OFFICE_TEXT,                /* white space in it stands */
    OFFICE_LINE,                /* paragraph, cell, row: ends the line before and behind */
    OFFICE_FRAME,               /* text box: lines of its own in the middle of another line */
    OFFICE_RUN,                 /* stretch of text of one look */
    OFFICE_RUN_PROPERTIES,      /* child of a run that holds its look */
    OFFICE_CAPITALS,            /* in run properties; off when @val is false */
    OFFICE_VANISH,
    OFFICE_RUN_STYLE,           /* @val names a style */
    OFFICE_PARAGRAPH_STYLE,
    OFFICE_REGION,              /* content goes to the region of the row; own lines */
    OFFICE_INLINE_REGION,       /* the same without ending the surrounding line */
    OFFICE_BREAK,               /* empty element: line break */
    OFFICE_SPACE,               /* empty element: a blank, or as many as @c */
    OFFICE_HYPHEN,              /* no-break hyphen */
    OFFICE_SYMBOL,              /* @char: code point in hexadecimal */
    OFFICE_TABULATOR,           /* blank, unless inside a list of tab stops */
    OFFICE_SHAPE,               /* p:sp: its placeholder type says what it is */
    OFFICE_PLACEHOLDER,
    OFFICE_VALUE,               /* attribute values go to the region of the row, a line each */
    OFFICE_STYLED,              /* ODF paragraph or span: @style-name may change its look */
    OFFICE_STYLED_LINE,
    OFFICE_CAPTION,             /* ODF title and desc: alternative text of a shape, or a field in a line */
    OFFICE_CONTAINER,           /* ODF section, table, page…: @display, @visibility or its style may hide it */
    OFFICE_BINARY,              /* base64: a file inside */
    OFFICE_GLYPHS,              /* XPS: letters in an attribute, at a place */
    OFFICE_DRAWN,               /* XPS, SVG: shape or picture; a part of nothing else is one */
    OFFICE_CELL,                /* SpreadsheetML: @t says what the value is */
    OFFICE_PAGE_CODES           /* SpreadsheetML: header or footer with "&" codes */
};

struct office_word {
    const char *name;           /* local name; rows are sorted by it */
    uint8_t action;             /* enum office_action */
    uint8_t region;             /* enum region, where the action wants one */
};

struct office_vocabulary {
    const struct office_word *words;
    size_t count;
    bool loose_text;            /* text may stand in any element (ODF), white space as in HTML */
};

extern const struct office_vocabulary office_ooxml_words;
extern const struct office_vocabulary office_odf_words;

/* Styles that hide text or show it in capitals, by name. */
enum { OFFICE_STYLES_MAX = 256, OFFICE_STYLE_NAME_MAX = 64 };

struct office_style {
    char name[OFFICE_STYLE_NAME_MAX];
    bool capitals, hidden;
};

struct office_styles {
    struct office_style items[OFFICE_STYLES_MAX];
    size_t count;
};

/* Note the styles a part declares (w:style, style:style). */
void office_styles_read(struct office_styles *styles, struct span part);

/* What a call for one part needs to know. */
struct office_part {
    const struct office_vocabulary *vocabulary;
    const struct office_styles *styles;     /* may be NULL */
    struct gather *gather;                  /* part, unit and number are set */
    struct sink *sink;
    struct span name;                       /* of the part, for facts about it */
    enum region region;                     /* of text that nothing says otherwise about */
    bool on_master;                         /* placeholders hold only hints for the author */
    struct shared_strings *strings;         /* SpreadsheetML: what cells point to; may be NULL */
    enum place_unit counted;                /* ODF: UNIT_SLIDE counts pages, UNIT_SHEET tables, 0 nothing */
};

/* Read one part, to its end even when it is damaged. */
void office_text_read(const struct office_part *part, struct span bytes);

/* Tell the sink of a DTD, damage, or too much depth in that part. */
void office_report_xml(struct sink *sink, const struct xml *xml, struct span part);

#endif
