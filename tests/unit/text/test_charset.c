/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "text/charset.h"

struct decode_case {
    const char *charset;
    struct span bytes;
    const char *utf8;
    enum charset_result result;
};

static const struct decode_case decode_cases[] = {
    { "utf-8", { "TR\xC3\x88S SECRET", 12 }, "TRÈS SECRET", CHARSET_OK },
    { "UTF8", { "\xEF\xBB\xBFR", 4 }, "R", CHARSET_OK },
    { "utf-8", { "TR\xC8S", 4 }, "TR\xEF\xBF\xBDS", CHARSET_SUBSTITUTED },
    { "iso-8859-1", { "TR\xC8S", 4 }, "TRÈS", CHARSET_OK },
    { "ISO_8859-1:1987", { "TR\xC8S \x80", 6 }, "TRÈS €", CHARSET_OK },
    { "windows-1252", { "\x93" "a\x94\x81", 4 }, "“a”\xEF\xBF\xBD", CHARSET_SUBSTITUTED },
    { "us-ascii", { "plain", 5 }, "plain", CHARSET_OK },
    { "us-ascii", { "TR\xC3\x88S", 5 }, "TRÈS", CHARSET_SUBSTITUTED },
    { "us-ascii", { "TR\xC8S", 4 }, "TRÈS", CHARSET_SUBSTITUTED },
    { "", { "TR\xC8S", 4 }, "TRÈS", CHARSET_OK },
    { "", { "TR\xC3\x88S", 5 }, "TRÈS", CHARSET_OK },
    { "unknown-8bit", { "TR\xC8S", 4 }, "TRÈS", CHARSET_OK },
    { "iso-8859-15", { "\xA4", 1 }, "€", CHARSET_OK },
    { "iso-8859-2", { "\xA6", 1 }, "Ś", CHARSET_OK },
    { "koi8-r", { "\xF3", 1 }, "С", CHARSET_OK },
    { "cp-850", { "\x90", 1 }, "É", CHARSET_OK },
    { "x-sjis", { "\x8B\x40", 2 }, "機", CHARSET_OK },
    { "iso-2022-jp", { "\x1B$B5!\x1B(B", 8 }, "機", CHARSET_OK },
    { "gb2312", { "\xBB\xFA", 2 }, "机", CHARSET_OK },
    { "hz-gb-2312", { "~{;z~}", 6 }, "机", CHARSET_OK },
    { "big5", { "\xBE\xF7", 2 }, "機", CHARSET_OK },
    { "ks_c_5601-1987", { "\xB1\xE2", 2 }, "기", CHARSET_OK },
    { "iso-8859-8-i", { "\xE0", 1 }, "א", CHARSET_OK },
    { "utf-7", { "TR+AMg-S", 8 }, "TRÈS", CHARSET_OK },
    { "unicode-1-1-utf-7", { "+AFM-ECRET", 10 }, "SECRET", CHARSET_OK },
    { "utf-16", { "\xFF\xFES\0\xC8\0", 6 }, "SÈ", CHARSET_OK },
    { "utf-16", { "\xFE\xFF\0S\0\xC8", 6 }, "SÈ", CHARSET_OK },
    { "utf-16", { "S\0E\0C\0R\0E\0T\0", 12 }, "SECRET", CHARSET_OK },
    { "utf-16le", { "\x3D\xD8\x00\xDE", 4 }, "😀", CHARSET_OK },
    { "utf-16le", { "\x3D\xD8", 2 }, "\xEF\xBF\xBD", CHARSET_SUBSTITUTED },
    { "utf-32", { "\0\0\xFE\xFF\0\0\0S", 8 }, "S", CHARSET_OK },
    { "utf-32le", { "S\0\0\0", 4 }, "S", CHARSET_OK },
    { "x-mac-roman", { "\x83", 1 }, "É", CHARSET_OK },
    { "no-such-charset", { "a", 1 }, "", CHARSET_UNKNOWN },
};

static void test_charset_decodes(void **state)
{
    (void)state;
    charset_prepare();
    for (size_t i = 0; i < sizeof decode_cases / sizeof decode_cases[0]; i++) {
        const struct decode_case *c = &decode_cases[i];
        enum charset_result result;
        struct buf out;

        buf_init(&out, 0);
        result = charset_decode(span_of(c->charset), c->bytes, &out);
        if (result != c->result || !span_equals(buf_span(&out), span_of(c->utf8)))
            fail_msg("%s (case %zu): got %d \"%.*s\", want %d \"%s\"", c->charset, i, (int)result,
                     SPAN_ARG(buf_span(&out)), (int)c->result, c->utf8);
        assert_int_equal(charset_is_known(span_of(c->charset)), c->result != CHARSET_UNKNOWN);
        buf_fini(&out);
    }
}

static void test_charset_decodes_more_than_a_chunk(void **state)
{
    static char wide[20000], narrow[10000];
    struct buf out;

    (void)state;
    for (size_t i = 0; i < sizeof narrow; i++) {
        wide[2 * i] = narrow[i] = (char)('a' + i % 26);
        wide[2 * i + 1] = '\0';
    }
    buf_init(&out, 0);
    assert_int_equal(charset_decode(SPAN("utf-16le"), (struct span){ wide, sizeof wide }, &out),
                     CHARSET_OK);
    assert_true(span_equals(buf_span(&out), (struct span){ narrow, sizeof narrow }));
    buf_fini(&out);
}

static void test_charset_detects(void **state)
{
    static const struct {
        struct span bytes;
        const char *name;
    } cases[] = {
        { { "\xEF\xBB\xBFx", 4 }, "utf-8" },
        { { "\xFF\xFEx\0", 4 }, "utf-16le" },
        { { "\xFE\xFF\0x", 4 }, "utf-16be" },
        { { "\xFF\xFE\0\0x\0\0\0", 8 }, "utf-32le" },
        { { "\0\0\xFE\xFF\0\0\0x", 8 }, "utf-32be" },
        { { "S\0E\0C\0R\0E\0T\0", 12 }, "utf-16le" },
        { { "\0S\0E\0C\0R\0E\0T", 12 }, "utf-16be" },
        { { "S\0\0\0E\0\0\0C\0\0\0", 12 }, "utf-32le" },
        { { "\0\0\0S\0\0\0E\0\0\0C", 12 }, "utf-32be" },
        { { "abc \x1B$B5!\x1B(B", 12 }, "iso-2022-jp" },
        { { "\x1B$)C\x0E" "abcd", 9 }, "iso-2022-kr" },
        { { "TR\xC3\x88S", 5 }, "utf-8" },
        { { "TR\xC8S", 4 }, "" },
        { { "plain words", 11 }, "" },
        { { "", 0 }, "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct span got = charset_detect(cases[i].bytes);
        if (!span_equals(got, span_of(cases[i].name)))
            fail_msg("case %zu: got \"%.*s\", want \"%s\"", i, SPAN_ARG(got), cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_charset_decodes),
        cmocka_unit_test(test_charset_decodes_more_than_a_chunk),
        cmocka_unit_test(test_charset_detects),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
