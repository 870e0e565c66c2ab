/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recorder.h"

struct text_case {
    struct span bytes;
    const char *declared, *charset;
    const char *want;           /* in the log */
    const char *want_too;       /* NULL: nothing more */
};

static void test_text_charsets(void **state)
{
    static const struct text_case cases[] = {
        { SPAN("note\r\nSECRET\r\n"), "text/plain", "us-ascii", "SECRET", NULL },
        { SPAN("TR\xC3\x88S SECRET"), "text/plain", "utf-8", "TR\xC3\x88S SECRET", NULL },
        /* Declared wrongly: read as declared, and as what it is. */
        { SPAN("TR\xC3\x88S SECRET"), "text/plain", "iso-8859-1", "TR\xC3\x88S SECRET", NULL },
        { SPAN("TR\xC8S SECRET"), "text/plain", "", "TR\xC3\x88S SECRET", NULL },
        { SPAN("TR\xC8S SECRET"), "text/plain", "utf-8", "TR\xC3\x88S SECRET",
          "ambiguity charset-malformed" },
        { SPAN("TR\xC8S SECRET"), "text/plain", "x-nowhere", "TR\xC3\x88S SECRET",
          "ambiguity charset-unknown" },
        { SPAN("\xFF\xFES\0E\0C\0R\0E\0T\0"), "", "", "SECRET", NULL },
        { SPAN("S\0E\0C\0R\0E\0T\0 \0n\0o\0t\0e\0"), "text/plain", "utf-8", "SECRET note",
          "ambiguity charset-conflict" },
        { SPAN("+AFMARQBDAFIARQBU-"), "text/plain", "utf-7", "SECRET", NULL },
        /* Characters as JSON writes them. */
        { SPAN("{\"a\":\"CONFIDENTIEL D\\u00c9FENSE\\nx\"}"), "application/json", "",
          "CONFIDENTIEL D\xC3\x89" "FENSE", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct extract_input input = { .bytes = cases[i].bytes,
                                       .declared = span_of(cases[i].declared),
                                       .charset = span_of(cases[i].charset) };
        struct recorder recorder;

        recorder_init(&recorder);
        recorder_read_input(&recorder, &input);
        if (!recorder_has(&recorder, cases[i].want) ||
            (cases[i].want_too != NULL && !recorder_has(&recorder, cases[i].want_too)))
            fail_msg("case %zu: got \"%s\"", i, recorder.log.ptr);
        if (cases[i].want_too == NULL && recorder_has(&recorder, "ambiguity"))
            fail_msg("case %zu is not ambiguous: \"%s\"", i, recorder.log.ptr);
        recorder_fini(&recorder);
    }
}

/* Ordinary text in an ordinary charset is handed over once. */
static void test_text_is_shown_once(void **state)
{
    static const char *const charsets[] = { "", "utf-8", "us-ascii", "iso-8859-15", "gb18030" };

    (void)state;
    for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++) {
        struct extract_input input = { .bytes = SPAN("only once + here~\n"),
                                       .declared = SPAN("text/plain"),
                                       .charset = span_of(charsets[i]) };
        struct recorder recorder;
        struct span log;
        size_t first;

        recorder_init(&recorder);
        recorder_read_input(&recorder, &input);
        log = buf_span(&recorder.log);
        first = span_find(log, SPAN("only once"));
        assert_true(first < log.len);
        log = span_slice(log, first + 1, log.len);
        assert_int_equal(span_find(log, SPAN("only once")), log.len);
        recorder_fini(&recorder);
    }
}

/* Octets called text that are none must not look read. */
static void test_text_that_is_none(void **state)
{
    char noise[4096];
    struct extract_input input = { .bytes = { noise, sizeof noise },
                                   .declared = SPAN("text/plain"),
                                   .charset = SPAN("utf-8") };
    struct recorder recorder;
    uint32_t seed = 1;

    (void)state;
    for (size_t i = 0; i < sizeof noise; i++) {
        seed = seed * 1664525U + 1013904223U;
        noise[i] = (char)(seed >> 24);
    }
    recorder_init(&recorder);
    assert_int_equal(recorder_read_input(&recorder, &input), EXTRACT_PARTIAL);
    assert_true(recorder_has(&recorder, "uninspectable unsupported"));
    recorder_fini(&recorder);
    input.declared = SPAN("");
    assert_null(extract_recognise(&input));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_charsets),
        cmocka_unit_test(test_text_is_shown_once),
        cmocka_unit_test(test_text_that_is_none),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
