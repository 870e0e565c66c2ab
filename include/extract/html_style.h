/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_HTML_STYLE_H
#define EXTRACT_HTML_STYLE_H

/*
 * The little of CSS that decides whether and how a person sees text: shown or
 * not, in capitals or not, as a block or in the line, white on white.
 *
 * Style attributes and the plain rules of <style> (".class", "tag.class", "#id",
 * "tag") are read; rules inside @media and the like are not, since they hold for
 * some readers only. In doubt text counts as seen.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum html_shade { SHADE_UNSET = 0, SHADE_WHITE, SHADE_OTHER };
enum html_display { DISPLAY_UNSET = 0, DISPLAY_INLINE, DISPLAY_BLOCK };
enum html_case { CASE_UNSET = 0, CASE_CAPITALS, CASE_AS_IS };

struct html_style {
    bool hidden;
    enum html_display display;
    enum html_case letter_case;
    enum html_shade color, background;
};

/* Add what declarations ("display:none; color:white") say to style. */
void html_style_declare(struct html_style *style, struct span declarations);

/* "#fff", "white", "rgb(255, 255, 255)"… */
enum html_shade html_shade_of(struct span color);

enum { HTML_RULES_MAX = 64 };

struct html_rule {
    struct span tag, class_name, id;    /* empty: any */
    struct html_style style;
};

/* The rules that matter, in order; spans look into the style sheet's text. */
struct html_sheet {
    struct html_rule rules[HTML_RULES_MAX];
    size_t count;
};

void html_sheet_add(struct html_sheet *sheet, struct span css);

/* Add what the sheet says about an element to style. */
void html_sheet_apply(const struct html_sheet *sheet, struct span tag, struct span classes,
                      struct span id, struct html_style *style);

#endif
