/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/html_style.h"

#include <string.h>

static bool has_word(struct span value, struct span word)
{
    return span_find_nocase(value, word) < value.len;
}

/* "0", "0px", "0.0em", ".1px": nothing a person can read. */
static bool is_tiny(struct span value)
{
    size_t i = 0;

    while (i < value.len && (value.ptr[i] == '0' || value.ptr[i] == '.'))
        i++;
    if (i == 0)
        return span_starts_with(value, SPAN("1px")) || span_starts_with(value, SPAN("1pt"));
    if (i < value.len && value.ptr[i] >= '1' && value.ptr[i] <= '9')
        return memchr(value.ptr, '.', i) != NULL && !has_word(value, SPAN("em")) &&
               !has_word(value, SPAN("%"));
    return true;
}

enum html_shade html_shade_of(struct span color)
{
    static const char *const whites[] = { "white", "#fff", "#ffffff", "#fefefe", "snow", "ghostwhite",
                                          "transparent", "#ffff", "#ffffffff", "ffffff" };
    size_t full = 0;

    color = span_trim(color);
    for (size_t i = 0; i < sizeof whites / sizeof whites[0]; i++)
        if (span_equals_nocase(color, span_of(whites[i])))
            return SHADE_WHITE;
    if (!span_starts_with_nocase(color, SPAN("rgb")))
        return SHADE_OTHER;
    for (size_t i = 3; i + 3 <= color.len; i++)
        full += memcmp(color.ptr + i, "255", 3) == 0;
    return full == 3 ? SHADE_WHITE : SHADE_OTHER;
}

static void declare(struct html_style *style, struct span name, struct span value)
{
    if (span_equals_nocase(name, SPAN("display"))) {
        if (span_starts_with_nocase(value, SPAN("none")))
            style->hidden = true;
        else
            style->display = span_starts_with_nocase(value, SPAN("inline")) ? DISPLAY_INLINE : DISPLAY_BLOCK;
    } else if (span_equals_nocase(name, SPAN("visibility"))) {
        style->hidden |= has_word(value, SPAN("hidden")) || has_word(value, SPAN("collapse"));
    } else if (span_equals_nocase(name, SPAN("font-size")) || span_equals_nocase(name, SPAN("opacity")) ||
               span_equals_nocase(name, SPAN("max-height")) || span_equals_nocase(name, SPAN("max-width"))) {
        style->hidden |= is_tiny(value);
    } else if (span_equals_nocase(name, SPAN("mso-hide"))) {
        style->hidden |= has_word(value, SPAN("all"));
    } else if (span_equals_nocase(name, SPAN("text-indent")) || span_equals_nocase(name, SPAN("left")) ||
               span_equals_nocase(name, SPAN("top"))) {
        style->hidden |= value.len >= 6 && value.ptr[0] == '-';     /* "-999px" and further off */
    } else if (span_equals_nocase(name, SPAN("text-transform"))) {
        style->letter_case = has_word(value, SPAN("uppercase")) ? CASE_CAPITALS : CASE_AS_IS;
    } else if (span_equals_nocase(name, SPAN("font-variant")) || span_equals_nocase(name, SPAN("font")) ||
               span_equals_nocase(name, SPAN("font-variant-caps"))) {
        if (has_word(value, SPAN("caps")))
            style->letter_case = CASE_CAPITALS;
    } else if (span_equals_nocase(name, SPAN("color"))) {
        style->color = html_shade_of(value);
    } else if (span_equals_nocase(name, SPAN("background")) ||
               span_equals_nocase(name, SPAN("background-color")) ||
               span_equals_nocase(name, SPAN("background-image"))) {
        style->background = html_shade_of(value);
    }
}

void html_style_declare(struct html_style *style, struct span declarations)
{
    struct span piece;

    while (span_next(&declarations, ';', &piece)) {
        size_t colon = span_find_byte(piece, ':');
        struct span value = span_trim(span_slice(piece, colon + 1, piece.len));
        size_t important = span_find_byte(value, '!');

        if (colon < piece.len)
            declare(style, span_trim(span_slice(piece, 0, colon)), span_trim(span_slice(value, 0, important)));
    }
}

static bool matters(const struct html_style *style)
{
    return style->hidden || style->letter_case != CASE_UNSET || style->color == SHADE_WHITE ||
           style->background != SHADE_UNSET || style->display != DISPLAY_UNSET;
}

/* "p.secret", ".secret", "#secret", "p"; anything longer is left out. */
static bool parse_selector(struct span s, struct html_rule *rule)
{
    size_t mark = 0;

    s = span_trim(s);
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '_' || (unsigned char)c >= 0x80;

        if (!word && (mark != 0 || (c != '.' && c != '#')))
            return false;
        if (!word)
            mark = i + 1;
    }
    if (s.len == 0)
        return false;
    rule->tag = mark == 0 ? s : span_slice(s, 0, mark - 1);
    if (mark != 0 && s.ptr[mark - 1] == '.')
        rule->class_name = span_slice(s, mark, s.len);
    if (mark != 0 && s.ptr[mark - 1] == '#')
        rule->id = span_slice(s, mark, s.len);
    return true;
}

static void add_rule(struct html_sheet *sheet, struct span selectors, struct span declarations)
{
    struct html_rule rule = { 0 };
    struct span selector;

    html_style_declare(&rule.style, declarations);
    if (!matters(&rule.style))
        return;
    while (sheet->count < HTML_RULES_MAX && span_next(&selectors, ',', &selector)) {
        struct html_rule one = { .style = rule.style };

        if (parse_selector(selector, &one))
            sheet->rules[sheet->count++] = one;
    }
}

/* Behind the "}" that matches the "{" before i. */
static size_t block_end(struct span css, size_t i)
{
    for (size_t depth = 1; i < css.len && depth > 0; i++) {
        if (css.ptr[i] == '{')
            depth++;
        else if (css.ptr[i] == '}')
            depth--;
    }
    return i;
}

void html_sheet_add(struct html_sheet *sheet, struct span css)
{
    size_t i = 0;

    while (i < css.len && sheet->count < HTML_RULES_MAX) {
        struct span rest = span_slice(css, i, css.len);
        size_t open = i + span_find_byte(rest, '{'), close;
        struct span selectors = span_trim(span_slice(css, i, open));

        if (span_starts_with(selectors, SPAN("/*"))) {
            i += span_find(rest, SPAN("*/")) + 2;
            continue;
        }
        if (span_starts_with(selectors, SPAN("<!--")))
            selectors = span_slice(selectors, 4, selectors.len);
        close = block_end(css, open + 1);
        if (!span_starts_with(selectors, SPAN("@")) && open < css.len)
            add_rule(sheet, selectors, span_slice(css, open + 1, close - (close > open + 1)));
        i = close;
    }
}

static bool has_class(struct span classes, struct span wanted)
{
    struct span piece;

    while (span_next(&classes, ' ', &piece))
        if (span_equals(span_trim(piece), wanted))
            return true;
    return false;
}

void html_sheet_apply(const struct html_sheet *sheet, struct span tag, struct span classes,
                      struct span id, struct html_style *style)
{
    for (size_t i = 0; i < sheet->count; i++) {
        const struct html_rule *rule = &sheet->rules[i];

        if ((rule->tag.len != 0 && !span_equals_nocase(rule->tag, tag)) ||
            (rule->class_name.len != 0 && !has_class(classes, rule->class_name)) ||
            (rule->id.len != 0 && !span_equals(rule->id, id)))
            continue;
        style->hidden |= rule->style.hidden;
        if (rule->style.display != DISPLAY_UNSET)
            style->display = rule->style.display;
        if (rule->style.letter_case != CASE_UNSET)
            style->letter_case = rule->style.letter_case;
        if (rule->style.color != SHADE_UNSET)
            style->color = rule->style.color;
        if (rule->style.background != SHADE_UNSET)
            style->background = rule->style.background;
    }
}
