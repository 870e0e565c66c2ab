/* SPDX-License-Identifier: EUPL-1.2 */
/* The elements that are open: what holds for the text in them, and how tags close them. */
#include "html_priv.h"

static uint32_t hash_name(struct span name)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)(name.ptr[i] | 0x20)) * 16777619u;
    return hash;
}

const struct html_element *html_top(const struct html_reader *reader)
{
    static const struct html_element root = { .tag = HTML_OTHER };

    return reader->depth == 0 ? &root : &reader->open[reader->depth - 1];
}

enum region html_visible_region(const struct html_reader *reader)
{
    const struct html_element *element = html_top(reader);
    bool white = element->color == SHADE_WHITE && element->background != SHADE_OTHER;

    if (element->hidden || white)
        return REGION_HIDDEN;
    if (element->tag == HTML_TITLE)
        return REGION_TITLE;
    return element->tag == HTML_TEXTAREA ? REGION_FIELD : REGION_BODY;
}

unsigned html_look(const struct html_reader *reader)
{
    const struct html_element *element = html_top(reader);

    return (element->letter_case == CASE_CAPITALS ? LOOK_CAPITALS : 0u) |
           (element->quoted ? LOOK_QUOTED : 0u);
}

bool html_breaks_line(enum html_tag tag)
{
    return tag == HTML_BLOCK || tag == HTML_PARAGRAPH || tag == HTML_LINE || tag == HTML_QUOTE ||
           tag == HTML_PRE || tag == HTML_TITLE || tag == HTML_TEXTAREA || tag == HTML_XMP ||
           tag == HTML_PLAINTEXT || tag == HTML_BODY;
}

void html_close_top(struct html_reader *reader)
{
    struct html_element *element = &reader->open[--reader->depth];

    reader->open_by_name[element->name_hash % HTML_NAME_BUCKETS]--;
    if (element->own_line)
        html_break_line(reader);
}

bool html_close(struct html_reader *reader, struct span name)
{
    uint32_t name_hash = hash_name(name);
    size_t i = reader->depth;

    if (reader->open_by_name[name_hash % HTML_NAME_BUCKETS] == 0)
        return false;
    while (i > 0 && reader->open[i - 1].name_hash != name_hash)
        i--;
    if (i == 0)
        return false;
    while (reader->depth >= i)
        html_close_top(reader);
    return true;
}

bool html_is_own_line(enum html_tag tag, const struct html_style *style)
{
    return style->display == DISPLAY_UNSET ? html_breaks_line(tag) : style->display == DISPLAY_BLOCK;
}

void html_open(struct html_reader *reader, const struct html_token *token, const struct html_style *style)
{
    const struct html_element *parent = html_top(reader);
    struct html_element element = *parent;

    if (reader->depth == HTML_OPEN_MAX)
        return;
    element.tag = token->tag;
    element.name_hash = hash_name(token->name);
    element.hidden |= style->hidden || token->tag == HTML_TEMPLATE || token->tag == HTML_RAW;
    element.quoted |= token->tag == HTML_QUOTE;
    element.preformatted |= token->tag == HTML_PRE;
    element.own_line = html_is_own_line(token->tag, style);
    if (style->letter_case != CASE_UNSET)
        element.letter_case = style->letter_case;
    if (style->color != SHADE_UNSET)
        element.color = style->color;
    if (style->background != SHADE_UNSET)
        element.background = style->background;
    reader->open[reader->depth++] = element;
    reader->open_by_name[element.name_hash % HTML_NAME_BUCKETS]++;
}
