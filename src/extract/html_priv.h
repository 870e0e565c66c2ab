/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_HTML_PRIV_H
#define EXTRACT_HTML_PRIV_H

/*
 * What the reader of a page is made of.
 *
 *   html.c            the extractor: charsets, tags and texts in their order
 *   html_stack.c      open elements and what they do to text
 *   html_text.c       text to lines
 *   html_attribute.c  attributes
 *   html_token.c, html_entity.c, html_style.c, html_charset.c: include/extract/
 */
#include "extract/gather.h"
#include "extract/html_style.h"
#include "extract/html_token.h"

/* Elements deeper than this are read, but no longer change how text counts. */
enum { HTML_OPEN_MAX = 256, HTML_NAME_BUCKETS = 64 };

struct html_element {
    uint32_t name_hash;
    enum html_tag tag;
    bool hidden, quoted, preformatted;
    bool own_line;              /* the line ends before and behind it */
    enum html_case letter_case;
    enum html_shade color, background;
};

struct html_reader {
    struct sink *sink;
    struct gather gather;
    struct html_sheet sheet;
    struct buf scratch;
    struct html_element open[HTML_OPEN_MAX];
    size_t depth;
    uint32_t open_by_name[HTML_NAME_BUCKETS];
    bool space_pending;         /* white space met, written once a word follows */
    bool odd_comment, malformed;
};

bool html_is_space(char c);

/* The innermost open element, or one that says nothing. */
const struct html_element *html_top(const struct html_reader *reader);

/* Region and look (enum text_look) of text at this point. */
enum region html_visible_region(const struct html_reader *reader);
unsigned html_look(const struct html_reader *reader);

/* Does a tag of that kind, or an element of that style, stand on lines of its own? */
bool html_breaks_line(enum html_tag tag);
bool html_is_own_line(enum html_tag tag, const struct html_style *style);

void html_open(struct html_reader *reader, const struct html_token *token, const struct html_style *style);

/* Close the innermost element. */
void html_close_top(struct html_reader *reader);

/* Close the innermost element of that name and all inside it; false when none is open. */
bool html_close(struct html_reader *reader, struct span name);

void html_break_line(struct html_reader *reader);

/* Entities decoded unless raw, NUL dropped, white space squeezed to one blank between words. */
void html_put_text(struct html_reader *reader, struct span text, bool raw, enum region region, unsigned look);

/* Text whose line ends stand. */
void html_put_lines(struct html_reader *reader, struct span text, bool raw, enum region region, unsigned look);

/* A value with its references resolved; good until the next call. */
struct span html_decoded(struct html_reader *reader, struct span value);

void html_attributes_read(struct html_reader *reader, const struct html_token *token);

/* <meta name="classification" content="…">: a property of the page. */
void html_meta_read(struct html_reader *reader, const struct html_token *token);

/* What attributes and the page's style sheets do to the element. */
void html_style_find(struct html_reader *reader, const struct html_token *token, struct html_style *style);

#endif
