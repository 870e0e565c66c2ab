/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/html_token.h"

#include <string.h>

struct tag_row {
    const char *name;
    enum html_tag tag;
};

/* Sorted by name. */
static const struct tag_row tag_rows[] = {
    { "a", HTML_ANCHOR },          { "address", HTML_BLOCK },    { "area", HTML_VOID },
    { "article", HTML_BLOCK },     { "aside", HTML_BLOCK },      { "base", HTML_VOID },
    { "blockquote", HTML_QUOTE },  { "body", HTML_BODY },        { "br", HTML_LINE },
    { "caption", HTML_BLOCK },     { "center", HTML_BLOCK },     { "col", HTML_VOID },
    { "dd", HTML_BLOCK },          { "details", HTML_BLOCK },    { "dialog", HTML_BLOCK },
    { "dir", HTML_BLOCK },         { "div", HTML_BLOCK },        { "dl", HTML_BLOCK },
    { "dt", HTML_BLOCK },          { "embed", HTML_VOID },       { "fieldset", HTML_BLOCK },
    { "figcaption", HTML_BLOCK },  { "figure", HTML_BLOCK },     { "font", HTML_FONT },
    { "footer", HTML_BLOCK },      { "form", HTML_BLOCK },       { "h1", HTML_BLOCK },
    { "h2", HTML_BLOCK },          { "h3", HTML_BLOCK },         { "h4", HTML_BLOCK },
    { "h5", HTML_BLOCK },          { "h6", HTML_BLOCK },         { "head", HTML_BLOCK },
    { "header", HTML_BLOCK },      { "hgroup", HTML_BLOCK },     { "hr", HTML_LINE },
    { "html", HTML_BLOCK },        { "iframe", HTML_RAW },       { "img", HTML_VOID },
    { "input", HTML_VOID },        { "legend", HTML_BLOCK },     { "li", HTML_BLOCK },
    { "link", HTML_VOID },         { "listing", HTML_PRE },      { "main", HTML_BLOCK },
    { "math", HTML_FOREIGN },      { "menu", HTML_BLOCK },       { "meta", HTML_META },
    { "nav", HTML_BLOCK },         { "noembed", HTML_RAW },      { "noframes", HTML_RAW },
    { "ol", HTML_BLOCK },          { "optgroup", HTML_BLOCK },   { "option", HTML_BLOCK },
    { "p", HTML_PARAGRAPH },       { "param", HTML_VOID },       { "plaintext", HTML_PLAINTEXT },
    { "pre", HTML_PRE },           { "script", HTML_SCRIPT },    { "search", HTML_BLOCK },
    { "section", HTML_BLOCK },     { "select", HTML_BLOCK },     { "source", HTML_VOID },
    { "style", HTML_STYLE },       { "summary", HTML_BLOCK },    { "svg", HTML_FOREIGN },
    { "table", HTML_BLOCK },       { "tbody", HTML_BLOCK },      { "td", HTML_BLOCK },
    { "template", HTML_TEMPLATE }, { "textarea", HTML_TEXTAREA }, { "tfoot", HTML_BLOCK },
    { "th", HTML_BLOCK },          { "thead", HTML_BLOCK },      { "title", HTML_TITLE },
    { "tr", HTML_BLOCK },          { "track", HTML_VOID },       { "ul", HTML_BLOCK },
    { "wbr", HTML_VOID },          { "xmp", HTML_XMP },
};

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

static enum html_tag tag_of(struct span name)
{
    size_t low = 0, high = sizeof tag_rows / sizeof tag_rows[0];
    char key[12];

    if (name.len >= sizeof key)
        return HTML_OTHER;
    for (size_t i = 0; i < name.len; i++)
        key[i] = lower(name.ptr[i]);
    key[name.len] = '\0';
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(key, tag_rows[middle].name);

        if (order == 0)
            return tag_rows[middle].tag;
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return HTML_OTHER;
}

void html_tokenizer_init(struct html_tokenizer *tokenizer, struct span input)
{
    *tokenizer = (struct html_tokenizer){ .input = input };
}

static size_t find(struct span s, size_t from, char c)
{
    const char *hit = from < s.len ? memchr(s.ptr + from, c, s.len - from) : NULL;

    return hit == NULL ? s.len : (size_t)(hit - s.ptr);
}

bool html_attribute_next(struct span *rest, struct span *name_out, struct span *value_out)
{
    struct span s = *rest;
    size_t i = 0, start;

    while (i < s.len && (is_space(s.ptr[i]) || s.ptr[i] == '/'))
        i++;
    if (i == s.len) {
        *rest = span_slice(s, i, s.len);
        return false;
    }
    start = i++;                /* a "=" here belongs to the name */
    while (i < s.len && !is_space(s.ptr[i]) && s.ptr[i] != '/' && s.ptr[i] != '=')
        i++;
    *name_out = span_slice(s, start, i);
    *value_out = (struct span){ s.ptr + i, 0 };
    while (i < s.len && is_space(s.ptr[i]))
        i++;
    if (i < s.len && s.ptr[i] == '=') {
        i++;
        while (i < s.len && is_space(s.ptr[i]))
            i++;
        start = i;
        if (i < s.len && (s.ptr[i] == '"' || s.ptr[i] == '\'')) {
            i = find(s, i + 1, s.ptr[i]);
            *value_out = span_slice(s, start + 1, i);
            i += i < s.len;
        } else {
            while (i < s.len && !is_space(s.ptr[i]))
                i++;
            *value_out = span_slice(s, start, i);
        }
    }
    *rest = span_slice(s, i, s.len);
    return true;
}

bool html_attribute_find(struct span attributes, struct span name, struct span *value_out)
{
    struct span key, value;

    while (html_attribute_next(&attributes, &key, &value))
        if (span_equals_nocase(key, name)) {
            *value_out = value;
            return true;
        }
    return false;
}

/* Index of the ">" that ends the tag whose name ends at i, or the length when none does. */
static size_t tag_end(struct span s, size_t i)
{
    while (i < s.len) {
        while (i < s.len && (is_space(s.ptr[i]) || s.ptr[i] == '/'))
            i++;
        if (i == s.len || s.ptr[i] == '>')
            return i;
        i++;
        while (i < s.len && !is_space(s.ptr[i]) && s.ptr[i] != '/' && s.ptr[i] != '=' && s.ptr[i] != '>')
            i++;
        while (i < s.len && is_space(s.ptr[i]))
            i++;
        if (i == s.len || s.ptr[i] != '=')
            continue;
        i++;
        while (i < s.len && is_space(s.ptr[i]))
            i++;
        if (i < s.len && (s.ptr[i] == '"' || s.ptr[i] == '\'')) {
            i = find(s, i + 1, s.ptr[i]);
            i += i < s.len;
        } else {
            while (i < s.len && !is_space(s.ptr[i]) && s.ptr[i] != '>')
                i++;
        }
    }
    return s.len;
}

static enum html_kind comment(struct html_tokenizer *t, struct html_token *token, size_t from, size_t to,
                              size_t next, bool odd)
{
    *token = (struct html_token){ .kind = HTML_COMMENT, .odd = odd };
    token->text = span_slice(t->input, from, to);
    t->at = next;
    return HTML_COMMENT;
}

/* Behind "<!--" (13.2.5.43 to 52): what ends it besides "-->" is where parsers differ. */
static enum html_kind real_comment(struct html_tokenizer *t, struct html_token *token, size_t start)
{
    struct span s = t->input;

    if (start < s.len && s.ptr[start] == '>')
        return comment(t, token, start, start, start + 1, true);
    if (start + 1 < s.len && s.ptr[start] == '-' && s.ptr[start + 1] == '>')
        return comment(t, token, start, start, start + 2, true);
    for (size_t end = find(s, start, '>'); end < s.len; end = find(s, end + 1, '>')) {
        if (end >= start + 2 && s.ptr[end - 1] == '-' && s.ptr[end - 2] == '-')
            return comment(t, token, start, end - 2, end + 1, false);
        if (end >= start + 3 && s.ptr[end - 1] == '!' && s.ptr[end - 2] == '-' && s.ptr[end - 3] == '-')
            return comment(t, token, start, end - 3, end + 1, true);
    }
    return comment(t, token, start, s.len, s.len, true);
}

static enum html_kind text(struct html_tokenizer *t, struct html_token *token, size_t to, bool raw)
{
    *token = (struct html_token){ .kind = HTML_TEXT, .raw = raw };
    token->text = span_slice(t->input, t->at, to);
    t->at = to;
    return HTML_TEXT;
}

/* "<!" and "<?": comment, doctype, CDATA, or what browsers call a bogus comment. */
static enum html_kind declaration(struct html_tokenizer *t, struct html_token *token)
{
    struct span rest = span_slice(t->input, t->at, t->input.len);
    size_t end;

    if (span_starts_with(rest, SPAN("<!--"))) {
        if (!t->flat)
            return real_comment(t, token, t->at + 4);
        return comment(t, token, t->at, t->at, t->at + 4, false);
    }
    if (t->in_foreign && span_starts_with(rest, SPAN("<![CDATA["))) {
        size_t from = t->at + 9;

        end = from + span_find(span_slice(t->input, from, t->input.len), SPAN("]]>"));
        *token = (struct html_token){ .kind = HTML_TEXT, .raw = true };
        token->text = span_slice(t->input, from, end);
        t->at = end + 3 < t->input.len ? end + 3 : t->input.len;
        return HTML_TEXT;
    }
    end = find(t->input, t->at, '>');
    comment(t, token, t->at + 2, end, end < t->input.len ? end + 1 : end, false);
    /* Browsers end it at the first ">"; to readers of XHTML it is text up to "]]>". */
    token->odd = token->raw = span_starts_with(rest, SPAN("<![CDATA["));
    return HTML_COMMENT;
}

/* Elements of svg that hold HTML again, and those of HTML that end svg (13.2.6.5). */
static void track_foreign(struct html_tokenizer *t, const struct html_token *token)
{
    bool island = span_equals_nocase(token->name, SPAN("foreignobject")) ||
                  span_equals_nocase(token->name, SPAN("desc")) || token->tag == HTML_TITLE;

    if (token->tag == HTML_FOREIGN)
        t->in_foreign = token->kind == HTML_START_TAG && !token->self_closing;
    else if (t->in_foreign && token->kind == HTML_START_TAG &&
             ((island && !token->self_closing) || token->tag == HTML_BLOCK ||
              token->tag == HTML_PARAGRAPH || token->tag == HTML_LINE || token->tag == HTML_PRE ||
              token->tag == HTML_QUOTE || token->tag == HTML_META || token->tag == HTML_BODY))
        t->in_foreign = false;
    else if (island && token->kind == HTML_END_TAG && token->tag != HTML_TITLE)
        t->in_foreign = true;
}

static bool has_raw_content(enum html_tag tag)
{
    return tag == HTML_SCRIPT || tag == HTML_STYLE || tag == HTML_RAW || tag == HTML_XMP ||
           tag == HTML_PLAINTEXT || tag == HTML_TEXTAREA || tag == HTML_TITLE;
}

static enum html_kind tag(struct html_tokenizer *t, struct html_token *token, bool closing)
{
    struct span s = t->input;
    size_t start = t->at + 1 + closing, name_end = start, end;
    bool was_foreign = t->in_foreign;

    while (name_end < s.len && !is_space(s.ptr[name_end]) && s.ptr[name_end] != '/' && s.ptr[name_end] != '>')
        name_end++;
    end = tag_end(s, name_end);
    if (end == s.len) {         /* browsers throw an unfinished tag away */
        comment(t, token, start, s.len, s.len, true);
        token->raw = true;
        return HTML_COMMENT;
    }
    *token = (struct html_token){ .kind = closing ? HTML_END_TAG : HTML_START_TAG };
    token->name = span_slice(s, start, name_end);
    token->attributes = span_slice(s, name_end, end);
    token->self_closing = end > name_end && s.ptr[end - 1] == '/';
    token->tag = tag_of(token->name);
    t->at = end + 1;
    track_foreign(t, token);
    if (!closing && !was_foreign && !t->flat && has_raw_content(token->tag)) {
        t->raw_tag = token->tag;
        t->raw_name = token->name;
    }
    return token->kind;
}

static bool closes_raw(struct span s, size_t at, struct span name)
{
    size_t behind = at + name.len;

    return behind < s.len && span_equals_nocase(span_slice(s, at, behind), name) &&
           (is_space(s.ptr[behind]) || s.ptr[behind] == '/' || s.ptr[behind] == '>');
}

/* Where raw text ends; a script inside a comment inside a script does not count (13.2.5.15 to 31). */
static size_t raw_end(const struct html_tokenizer *t)
{
    struct span s = t->input;
    size_t escaped_to = t->at;
    bool inner_script = false;

    for (size_t i = find(s, t->at, '<'); i < s.len; i = find(s, i + 1, '<')) {
        if (i >= escaped_to)
            inner_script = false;
        if (i + 1 < s.len && s.ptr[i + 1] == '/' && closes_raw(s, i + 2, t->raw_name)) {
            if (!inner_script)
                return i;
            inner_script = false;
        } else if (t->raw_tag != HTML_SCRIPT) {
            continue;
        } else if (i < escaped_to) {
            inner_script = inner_script || closes_raw(s, i + 1, t->raw_name);
        } else if (span_starts_with(span_slice(s, i, s.len), SPAN("<!--"))) {
            escaped_to = i + 2 + span_find(span_slice(s, i + 2, s.len), SPAN("-->"));
        }
    }
    return s.len;
}

static enum html_kind raw_text(struct html_tokenizer *t, struct html_token *token)
{
    enum html_tag raw_tag = t->raw_tag;
    size_t end = raw_tag == HTML_PLAINTEXT ? t->input.len : raw_end(t);

    t->raw_tag = 0;
    if (end == t->at)
        return HTML_END_OF_INPUT;
    return text(t, token, end, raw_tag != HTML_TEXTAREA && raw_tag != HTML_TITLE);
}

enum html_kind html_next(struct html_tokenizer *t, struct html_token *token)
{
    struct span s = t->input;
    size_t at = t->at;

    if (t->raw_tag != 0 && raw_text(t, token) == HTML_TEXT)
        return HTML_TEXT;
    if (at >= s.len) {
        *token = (struct html_token){ .kind = HTML_END_OF_INPUT };
        return HTML_END_OF_INPUT;
    }
    if (s.ptr[at] == '<' && at + 1 < s.len) {
        char next = s.ptr[at + 1];

        if (is_letter(next))
            return tag(t, token, false);
        if (next == '!' || next == '?')
            return declaration(t, token);
        if (next == '/' && at + 2 < s.len) {
            if (is_letter(s.ptr[at + 2]))
                return tag(t, token, true);
            at = find(s, at + 2, '>');
            return comment(t, token, t->at + 2, at, at < s.len ? at + 1 : at, false);
        }
    }
    return text(t, token, find(s, at + 1, '<'), false);
}
