/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_HTML_TOKEN_H
#define EXTRACT_HTML_TOKEN_H

/*
 * HTML cut into tokens as browsers cut it (WHATWG HTML, 13.2.5), without a tree.
 *
 * Where the tokenizer depends on the tree in a browser (raw text of script and
 * style, CDATA in SVG), the tokens themselves say enough: an element of that
 * name outside of svg and math switches. Nothing is dropped: what a browser
 * throws away comes out as a HTML_COMMENT, so a caller can read it as hidden.
 * One pass, no allocation; spans look into the input.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

/* Elements that change how text reads; all others are HTML_OTHER. */
enum html_tag {
    HTML_OTHER = 1,
    HTML_BLOCK,                 /* breaks the line before and behind: div, h1, tr, td… */
    HTML_PARAGRAPH,             /* p, which many others close */
    HTML_LINE,                  /* br, hr: void and breaks the line */
    HTML_VOID,                  /* img, input, wbr…: no content, no end tag */
    HTML_META,                  /* void too */
    HTML_ANCHOR,
    HTML_QUOTE,                 /* blockquote */
    HTML_PRE,                   /* pre, listing: white space stands */
    HTML_TEXTAREA,              /* entities but no tags inside */
    HTML_TITLE,                 /* the same */
    HTML_SCRIPT,                /* raw text inside */
    HTML_STYLE,
    HTML_RAW,                   /* iframe, noembed, noframes: raw and not shown */
    HTML_XMP,                   /* raw and shown */
    HTML_PLAINTEXT,
    HTML_TEMPLATE,
    HTML_FOREIGN,               /* svg, math */
    HTML_FONT,
    HTML_BODY
};

enum html_kind { HTML_END_OF_INPUT = 0, HTML_TEXT, HTML_START_TAG, HTML_END_TAG, HTML_COMMENT };

struct html_token {
    enum html_kind kind;
    struct span text;           /* HTML_TEXT: as written, entities undecoded; HTML_COMMENT: inside the marks */
    bool raw;                   /* HTML_TEXT: entities are not decoded (script, style, CDATA);
                                   HTML_COMMENT: a tag that never ends, or CDATA where there is none */
    bool odd;                   /* HTML_COMMENT: parsers differ on where it ends */
    enum html_tag tag;
    struct span name;           /* as written */
    struct span attributes;     /* between name and ">": for html_attribute_next() */
    bool self_closing;
};

struct html_tokenizer {
    struct span input;
    size_t at;
    enum html_tag raw_tag;      /* whose raw text comes next; 0 for none */
    struct span raw_name;
    bool in_foreign;            /* inside svg or math, outside its HTML islands */
    bool flat;                  /* no raw text, no comments: whatever stands between tags is text */
};

void html_tokenizer_init(struct html_tokenizer *tokenizer, struct span input);

/* The next token; HTML_END_OF_INPUT for ever once the input is used up. */
enum html_kind html_next(struct html_tokenizer *tokenizer, struct html_token *token);

/* Cut the next attribute off *rest. The value still has its entities. false at the end. */
bool html_attribute_next(struct span *rest, struct span *name_out, struct span *value_out);

/* The value of the first attribute of that name (the one browsers take), or false. */
bool html_attribute_find(struct span attributes, struct span name, struct span *value_out);

#endif
