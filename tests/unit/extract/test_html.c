/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recorder.h"

struct html_case {
    const char *page;
    const char *line;           /* must be a line of the log */
};

static void check(const struct html_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct extract_input input = { .bytes = span_of(cases[i].page), .declared = SPAN("text/html"),
                                       .charset = SPAN("utf-8") };
        struct recorder recorder;

        recorder_init(&recorder);
        assert_int_equal(recorder_read_input(&recorder, &input), EXTRACT_OK);
        if (!recorder_has_line(&recorder, cases[i].line)) {
            print_error("case %zu: %s\n want: %s\n got: %.*s", i, cases[i].page, cases[i].line,
                        (int)recorder.log.len, recorder.log.ptr);
            fail();
        }
        recorder_fini(&recorder);
    }
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

static void test_html_joins_inline_and_breaks_blocks(void **state)
{
    static const struct html_case cases[] = {
        { "CONF<!-- -->IDEN<b></b>TIEL", "[body -] CONFIDENTIEL" },
        { "<p>SEC<span>R</span>ET<p>x", "[body -] SECRET" },
        { "<div>a</div>SECRET<div>b</div>", "[body -] SECRET" },
        { "a<br>SECRET<br/>b", "[body -] SECRET" },
        { "<table><tr><td>a<td>SECRET<td>b</table>", "[body -] SECRET" },
        { "TR&Egrave;S\n \t SECRET", "[body -] TRÈS SECRET" },
        { "<b>TRES</b> <i> SECRET</i>", "[body -] TRES SECRET" },
        { "SEC<wbr>RET", "[body -] SECRET" },
        { "<div style='display:inline'>SEC</div><div style='display:inline'>RET</div>", "[body -] SECRET" },
        { "a<span style='display:block'>SECRET</span>b", "[body -] SECRET" },
        { "<pre>a\nSECRET\nb</pre>", "[body -] SECRET" },
        { "<ul><li>a<li>SECRET</ul>", "[body -] SECRET" },
        { "x</p>SECRET", "[body -] SECRET" },
        { "<svg><text>SEC<tspan>RET</tspan></text></svg>", "[body -] SECRET" },
        { "<noscript>SECRET</noscript>", "[body -] SECRET" },
        { "<xmp>SECRET <b></xmp>", "[body -] SECRET <b>" },
        { "SEC<b\n/ x='>'>RET</b>", "[body -] SECRET" },
        { "SEC</ b>RET", "[body -] SECRET" },
        { "1 < 2 SECRET", "[body -] 1 < 2 SECRET" },
        { "SEC<?php echo 1 ?>RET", "[body -] SECRET" },
        { "SEC<![if !mso]>RET<![endif]>", "[body -] SECRET" },
    };
    (void)state;
    CHECK(cases);
}

static void test_html_ends_comments_as_browsers_do(void **state)
{
    static const struct html_case cases[] = {
        { "A<!-->SECRET<!-- x -->B", "[body -] ASECRETB" },
        { "A<!--->SECRET<!-- x -->B", "[body -] ASECRETB" },
        { "A<!-- a --!>SECRET<!-- x -->B", "[body -] ASECRETB" },
        { "A<!-->SECRET<!-- x -->B", "ambiguity html-comment " },
        { "A<!-- a --!>SECRET", "ambiguity html-comment " },
        { "A<!-- SECRET", "[hidden -] SECRET" },
        { "A<!-- SECRET", "ambiguity html-comment " },
        { "<!--[if mso]><p>SEC<b>R</b>ET</p><![endif]-->", "[hidden -] SECRET" },
        { "<!--[if !mso]><!-->SECRET<!--<![endif]-->", "[body -] SECRET" },
        { "A<a href=x SECRET", "ambiguity html-malformed " },
        { "<svg><style><b>SECRET</b></style></svg>", "[body -] SECRET" },
        { "<svg><![CDATA[SECRET]]></svg>", "[body -] SECRET" },
        { "<![CDATA[SECRET]]>", "[hidden -] [CDATA[SECRET]]" },
        { "<script><!--<script></script>--></script>SECRET", "[body -] SECRET" },
        { "<script>x</scripty></script>SECRET", "[body -] SECRET" },
        { "<style><!-- </style>SECRET<!-- -->", "[body -] SECRET" },
        { "<textarea><b>SECRET</textarea>", "[field -] <b>SECRET" },
        { "<title>a <b>SECRET</title>", "[title -] a <b>SECRET" },
        { "<plaintext>SECRET</plaintext>", "[body -] SECRET</plaintext>" },
    };
    (void)state;
    CHECK(cases);
}

static void test_html_decodes_references(void **state)
{
    static const struct html_case cases[] = {
        { "&#83;&#x45;&#X43;RET", "[body -] SECRET" },
        { "&#83&#69CRET", "[body -] SECRET" },
        { "DEFENSE&eacute &eacute; &notit; &notin; &copy", "[body -] DEFENSEé é ¬it; ∉ ©" },
        { "SEC&shy;RET&nbsp;X", "[body -] SEC\u00adRET\u00a0X" },
        { "SEC&ZeroWidthSpace;RET", "[body -] SEC\u200bRET" },
        { "&#x80; &#0; &#xD800; &#1114112;", "[body -] € \ufffd \ufffd \ufffd" },
        { "&CounterClockwiseContourIntegral; &nGt; &unknown; & &;", "[body -] ∳ ≫⃒ &unknown; & &;" },
        { "<a href='x?a=1&copy=2&amp;b'>y</a>", "[link -] x?a=1&copy=2&b" },
    };
    (void)state;
    CHECK(cases);
}

static void test_html_tells_hidden_apart(void **state)
{
    static const struct html_case cases[] = {
        { "SEC<span style='display:none'>x</span>RET", "[body -] SECRET" },
        { "a<span style='DISPLAY : none !important'>SECRET</span>", "[hidden -] SECRET" },
        { "<p style=visibility:hidden>SECRET</p>", "[hidden -] SECRET" },
        { "<div hidden><p>SECRET</div>b", "[hidden -] SECRET" },
        { "<div hidden><p>x</div>SECRET", "[body -] SECRET" },
        { "<font color=white>SECRET</font>", "[hidden -] SECRET" },
        { "<td bgcolor=#000080><font color=#ffffff>SECRET</font>", "[body -] SECRET" },
        { "<span style='font-size:0px'>SECRET</span>", "[hidden -] SECRET" },
        { "<span style='font-size:0.8em'>SECRET</span>", "[body -] SECRET" },
        { "<span style='color:rgb(255, 255,255)'>SECRET</span>", "[hidden -] SECRET" },
        { "<template>SECRET</template>x", "[hidden -] SECRET" },
        { "<iframe>SECRET</iframe>x", "[hidden -] SECRET" },
        { "<style>.h{display:none} p{color:red}</style><p class='a h'>SECRET", "[hidden -] SECRET" },
        { "<style>@media print{.h{display:none}}</style><p class=h>SECRET", "[body -] SECRET" },
        { "<style>#t{text-transform:uppercase}</style><p id=t>secret", "[body - caps] secret" },
        { "<p style='text-transform:uppercase'>secret", "[body - caps] secret" },
        { "<blockquote><p>SECRET</blockquote>", "[body - quoted] SECRET" },
        { "<blockquote>a</blockquote><p>SECRET", "[body -] SECRET" },
    };
    (void)state;
    CHECK(cases);
}

static void test_html_reads_what_is_not_text(void **state)
{
    static const struct html_case cases[] = {
        { "<img src=x alt='SEC&#82;ET'>", "[alt -] SECRET" },
        { "<p title=SECRET>", "[alt -] SECRET" },
        { "<input placeholder=\"SECRET\" value='b'>", "[alt -] SECRET" },
        { "<a href='mailto:emapresse@gmail.com'>x</a>", "[link -] mailto:emapresse@gmail.com" },
        { "<p data-label='SECRET'>", "[code -] SECRET" },
        { "<meta name=classification content='SECR&Eacute;'>", "property document classification=SECRÉ" },
        { "<script>var a='SECRET'</script>", "[code -] var a='SECRET'" },
        { "<style>p:after{content:'SECRET'}</style>", "[code -] p:after{content:'SECRET'}" },
        { "<p style=\"x:'SECRET'\">", "[code -] x:'SECRET'" },
        { "<img src='data:image/png;base64,U0VDUkVU'>", "nested  6" },
        { "<a href='data:text/plain,SEC%52ET'>", "nested  6" },
        { "<iframe srcdoc='&lt;p&gt;SECRET'></iframe>", "nested  9" },
        { "<p onclick='SECRET'>", "active" },
    };
    (void)state;
    CHECK(cases);
}

static void test_html_reads_under_every_charset(void **state)
{
    static const char utf7[] = "<meta charset=utf-7><p>+AFMARQBDAFIARQBU-</p>";
    struct extract_input input = { .bytes = span_of(utf7), .declared = SPAN("text/html"), .charset = SPAN("utf-8") };
    struct recorder recorder;

    (void)state;
    recorder_init(&recorder);
    recorder_read_input(&recorder, &input);
    assert_true(recorder_has_line(&recorder, "[body -] SECRET"));
    assert_true(recorder_has_line(&recorder, "ambiguity charset-conflict "));
    recorder_fini(&recorder);

    /* A gateway recoded the page and left <meta> alone: ordinary mail. */
    input.bytes = SPAN("<meta charset=iso-8859-1><p>TR\xc3\x88S SECRET</p>");
    recorder_init(&recorder);
    recorder_read_input(&recorder, &input);
    assert_true(recorder_has_line(&recorder, "[body -] TRÈS SECRET"));
    assert_false(recorder_has(&recorder, "ambiguity"));
    recorder_fini(&recorder);
}

static void test_html_survives_depth(void **state)
{
    struct recorder recorder;
    struct buf page;

    (void)state;
    buf_init(&page, 0);
    buf_append(&page, SPAN("<html>"));
    for (int i = 0; i < 100000; i++)
        buf_append(&page, SPAN("<div><b><i x=1 y='2'>"));
    buf_append(&page, SPAN("SECRET"));
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, buf_span(&page)), EXTRACT_OK);
    assert_true(recorder_has_line(&recorder, "[body -] SECRET"));
    recorder_fini(&recorder);
    buf_fini(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html_joins_inline_and_breaks_blocks),
        cmocka_unit_test(test_html_ends_comments_as_browsers_do),
        cmocka_unit_test(test_html_decodes_references),
        cmocka_unit_test(test_html_tells_hidden_apart),
        cmocka_unit_test(test_html_reads_what_is_not_text),
        cmocka_unit_test(test_html_reads_under_every_charset),
        cmocka_unit_test(test_html_survives_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
