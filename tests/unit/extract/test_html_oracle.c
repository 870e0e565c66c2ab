/* SPDX-License-Identifier: EUPL-1.2 */
/* What a person sees of hostile pages, by our tokenizer and by a full HTML5 parser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gumbo.h>

#include "recorder.h"

static bool is_shown(const GumboNode *node)
{
    static const GumboTag unseen[] = { GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE, GUMBO_TAG_HEAD, GUMBO_TAG_TITLE,
                                       GUMBO_TAG_TEMPLATE, GUMBO_TAG_IFRAME, GUMBO_TAG_NOEMBED, GUMBO_TAG_NOFRAMES };

    for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
        if (node->v.element.tag == unseen[i])
            return node->v.element.tag_namespace != GUMBO_NAMESPACE_HTML;
    return true;
}

/* Pages here are small; the parser's own depth bounds the recursion. */
static void shown_text(const GumboNode *node, struct buf *text)
{
    const GumboVector *children;

    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_CDATA || node->type == GUMBO_NODE_WHITESPACE)
        buf_append(text, span_of(node->v.text.text));
    if ((node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE) || !is_shown(node))
        return;
    children = &node->v.element.children;
    for (unsigned i = 0; i < children->length; i++)
        shown_text(children->data[i], text);
}

static void without_blanks(struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != ' ' && text.ptr[i] != '\n' && text.ptr[i] != '\t' && text.ptr[i] != '\r')
            buf_append_byte(out, text.ptr[i]);
}

/* Lines of the body and of form fields. */
static void our_text(const char *page, struct buf *out)
{
    struct extract_input input = { .bytes = span_of(page), .declared = SPAN("text/html"), .charset = SPAN("utf-8") };
    struct recorder recorder;
    struct span rest, line;

    recorder_init(&recorder);
    recorder_read_input(&recorder, &input);
    rest = buf_span(&recorder.log);
    while (span_next(&rest, '\n', &line))
        if (span_starts_with(line, SPAN("[body")) || span_starts_with(line, SPAN("[field")))
            without_blanks(span_slice(line, span_find_byte(line, ']') + 1, line.len), out);
    recorder_fini(&recorder);
}

static const char *const pages[] = {
    "<body>A<!-->SECRET<!-- x -->B",
    "<body>A<!--->SECRET<!-- x -->B",
    "<body>A<!-- x --!>SECRET<!-- y -->B",
    "<body>A<!-- x -- >SECRET<!-- y -->B",
    "<body>A<!-- <!-- x -->SECRET-->B",
    "<body>A<!----!>SECRET<!---->B",
    "<body>A<!-x>SECRET",
    "<body>A<!>SECRET",
    "<body>A<?x>SECRET",
    "<body>A</>SECRET",
    "<body>A</ x>SECRET",
    "<body>A<![CDATA[x>SECRET",
    "<body>A<>SECRET",
    "<body>A<1>SECRET",
    "<body>A<b <i>SECRET",
    "<body>A<b a='>'>SECRET",
    "<body>A<b a=\"'>\">SECRET",
    "<body>A<b a=>SECRET",
    "<body>A<b =>SECRET",
    "<body>A<b a='x'b=\"y\">SECRET",
    "<body>A<b/c>SECRET",
    "<body>A<b a='SECRET",
    "<body>A<script>x</script>SECRET",
    "<body>A<script><!-- <script> </script> SECRET --></script>B",
    "<body>A<script><!-- </script>SECRET",
    "<body>A<script>'</scrip></script >SECRET",
    "<body>A<style>x</styles></style>SECRET",
    "<body>A<title>x</title>",
    "<body>A<textarea><b>&lt;SECRET</textarea>",
    "<body>A<xmp><b>&lt;</xmp>SECRET",
    "<body>A<noembed><b>x</noembed>SECRET",
    "<body>A<iframe><b>x</iframe>SECRET",
    "<body>A<svg><style><b>SECRET</b></style></svg>B",
    "<body>A<svg><![CDATA[SECRET]]></svg>B",
    "<body>A<svg><foreignObject><style>x</style>SECRET</foreignObject></svg>",
    "<body>A<math><mi>SECRET</mi></math>B",
    "<body>A<template>x</template>SECRET",
    "<body>A&amp;&eacute&notit;&notin;&#83;&#x45&#128;&#xD800;&bogus;SECRET",
    "<body>A&#0;&#x110000;&AMP&lt&GT;",
    "<body><p>A<p>B</div>C</span>D",
    "<body><b>A<p>B</b>C</p>D",
    "<body><select><option>A<option>B</select>C",
    "<body>A<plaintext>B</plaintext>C",
    "<body>A</br>B</p>C",
    "<body>A<image>B",
    "<body>A<button>B<button>C",
    "<body>A<a>B<a>C",
    "<!DOCTYPE html \"x>y\"><body>A",
    "<!DOCTYPE><body>A",
    "<html><head><body>A</body>B</html>C",
};

static void test_html_shows_what_a_browser_shows(void **state)
{
    struct buf ours, theirs, raw;

    (void)state;
    buf_init(&ours, 0);
    buf_init(&theirs, 0);
    buf_init(&raw, 0);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        GumboOutput *tree = gumbo_parse(pages[i]);

        buf_clear(&ours);
        buf_clear(&theirs);
        buf_clear(&raw);
        shown_text(tree->root, &raw);
        without_blanks(buf_span(&raw), &theirs);
        gumbo_destroy_output(&kGumboDefaultOptions, tree);
        our_text(pages[i], &ours);
        if (!span_equals(buf_span(&ours), buf_span(&theirs))) {
            print_error("%s\n ours: %.*s\n parser: %.*s\n", pages[i], (int)ours.len, ours.ptr, (int)theirs.len,
                        theirs.ptr);
            fail();
        }
    }
    buf_fini(&raw);
    buf_fini(&theirs);
    buf_fini(&ours);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_html_shows_what_a_browser_shows) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
