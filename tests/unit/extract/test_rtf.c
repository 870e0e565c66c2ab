/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recorder.h"

static void test_rtf_reads_every_place(void **state)
{
    static const struct { const char *rtf, *line; } cases[] = {
        { "{\\rtf1 SEC{\\b RE}T}", "[body -] SECRET" },
        { "{\\rtf1 TR\\'c8S}", "[body -] TRÈS" },
        { "{\\rtf1 TR\\u200\\'c8S}", "[body -] TRÈS" },
        { "{\\rtf1\\uc2 TR\\u200 xxS}", "[body -] TRÈS" },
        { "{\\rtf1\\u-10179?\\u-8704?}", "[body -] \xF0\x9F\x98\x80" },
        { "{\\rtf1{\\fonttbl{\\f1\\fcharset204 B;}}{\\f1\\'d1\\'c5}}", "[body -] СЕ" },
        { "{\\rtf1 a\\par SECRET\\par b}", "[body -] SECRET" },
        { "{\\rtf1 a\\cell SECRET\\cell}", "[body -] SECRET" },
        { "{\\rtf1{\\caps secret}}", "[body - caps] secret" },
        { "{\\rtf1{\\header SECRET}x}", "[header -] SECRET" },
        { "{\\rtf1{\\footerf SECRET}x}", "[footer -] SECRET" },
        { "{\\rtf1 a{\\footnote SECRET}b}", "[note -] SECRET" },
        { "{\\rtf1 a{\\footnote SECRET}b}", "[body -] ab" },
        { "{\\rtf1{\\*\\annotation SECRET}}", "[comment -] SECRET" },
        { "{\\rtf1{\\v SECRET}}", "[hidden -] SECRET" },
        { "{\\rtf1{\\deleted SECRET}}", "[deleted -] SECRET" },
        { "{\\rtf1{\\*\\nobodyknows SECRET}}", "[hidden -] SECRET" },
        { "{\\rtf1{\\shp{\\sp{\\sn gtextUNICODE}{\\sv SECRET}}}}", "[watermark -] SECRET" },
        { "{\\rtf1{\\shptxt SECRET}}", "[body -] SECRET" },
        { "{\\rtf1{\\info{\\title SECRET}}}", "property document title=SECRET" },
        { "{\\rtf1{\\*\\userprops{\\propname MSIP_x}\\proptype30{\\staticval Priv\\'e9}}}",
          "property custom MSIP_x=Privé" },
        { "{\\rtf1{\\field{\\*\\fldinst HYPERLINK \"mailto:a@b.fr\"}{\\fldrslt x}}}",
          "[field -] HYPERLINK \"mailto:a@b.fr\"" },
        { "{\\rtf1{\\pict\\pngblip 8950 4e47}}", "nested  4" },
        { "{\\rtf1 a\\bin3 }}}SECRET}", "[body -] aSECRET" },
        { "{\\rtf1{\\object{\\*\\objdata 0105000002000000020000004100"
          "0000000000000000080000005345435245540d0a}}}", "nested  8" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recorder recorder;
        recorder_init(&recorder);
        assert_int_equal(recorder_read(&recorder, span_of(cases[i].rtf)), EXTRACT_OK);
        if (!recorder_has_line(&recorder, cases[i].line)) {
            print_error("%s\n want: %s\n got: %s", cases[i].rtf, cases[i].line, recorder.log.ptr);
            fail();
        }
        recorder_fini(&recorder);
    }
}

static void test_rtf_tells_what_is_cut(void **state)
{
    struct recorder recorder;
    struct buf deep;

    (void)state;
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, SPAN("{\\rtf1 SECRET{\\b x")), EXTRACT_PARTIAL);
    assert_true(recorder_has_line(&recorder, "uninspectable damaged "));
    assert_true(recorder_has(&recorder, "SECRET"));
    recorder_fini(&recorder);

    buf_init(&deep, 0);
    buf_append(&deep, SPAN("{\\rtf1 "));
    for (int i = 0; i < 100000; i++)
        buf_append_byte(&deep, '{');
    buf_append(&deep, SPAN("SECRET"));
    recorder_init(&recorder);
    recorder_read(&recorder, buf_span(&deep));
    assert_true(recorder_has_line(&recorder, "uninspectable too-deep "));
    assert_true(recorder_has_line(&recorder, "[body -] SECRET"));
    recorder_fini(&recorder);
    buf_fini(&deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rtf_reads_every_place),
        cmocka_unit_test(test_rtf_tells_what_is_cut),
    };

    return cmocka_run_group_tests_name("rtf", tests, NULL, NULL);
}
