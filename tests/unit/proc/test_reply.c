/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../src/proc/proc_priv.h"

static void test_reply_codes_fit_the_action(void **state)
{
    static const struct {
        enum action action;
        uint16_t code;
        const char *enhanced, *want_code, *want_enhanced;
    } cases[] = {
        { ACTION_REJECT, 550, "5.7.1", "550", "5.7.1" },
        { ACTION_REJECT, 554, "5.6.0", "554", "5.6.0" },
        { ACTION_REJECT, 451, "4.7.1", "550", "5.7.1" },
        { ACTION_REJECT, 550, "4.7.1", "550", "5.7.1" },
        { ACTION_REJECT, 550, "", "550", "5.7.1" },
        { ACTION_REJECT, 550, "5.7", "550", "5.7.1" },
        { ACTION_REJECT, 550, "5.7.1.2", "550", "5.7.1" },
        { ACTION_REJECT, 550, "5.1234.1", "550", "5.7.1" },
        { ACTION_REJECT, 550, "5..1", "550", "5.7.1" },
        { ACTION_REJECT, 0, "5.7.1 x", "550", "5.7.1" },
        { ACTION_REJECT, 5999, "5.7.1", "550", "5.7.1" },
        { ACTION_TEMPFAIL, 451, "4.7.1", "451", "4.7.1" },
        { ACTION_TEMPFAIL, 421, "4.3.2", "421", "4.3.2" },
        { ACTION_TEMPFAIL, 550, "5.7.1", "451", "4.7.1" },
    };
    struct reply_text text;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct smtp_reply reply = { cases[i].code, span_of(cases[i].enhanced), NULL, 0 };

        reply_prepare(&reply, cases[i].action, &text);
        assert_string_equal(text.code, cases[i].want_code);
        assert_string_equal(text.enhanced, cases[i].want_enhanced);
        assert_int_equal(text.line_count, 1);
    }
}

static void test_reply_lines_are_sound(void **state)
{
    static const struct { const char *line, *want; } cases[] = {
        { "100% refused", "100%% refused" },
        { "%s%n", "%%s%%n" },
        { "3 files blocked", "3 files blocked" },
        { "a\r\nb\tc", "a  b c" },
        { "d\xC3\xA9j\xC3\xA0", "d??j??" },
        { "", "" },
    };
    struct reply_text text;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct span line = span_of(cases[i].line);
        const struct smtp_reply reply = { 550, SPAN("5.7.1"), &line, 1 };

        reply_prepare(&reply, ACTION_REJECT, &text);
        assert_string_equal(text.lines[0], cases[i].want);
    }
}

static void test_reply_is_cut_to_its_limits(void **state)
{
    char percent[1000];
    struct span lines[40];
    const struct smtp_reply reply = { 550, SPAN("5.7.1"), lines, 40 };
    struct reply_text text;

    (void)state;
    memset(percent, '%', sizeof percent);
    for (size_t i = 0; i < 40; i++)
        lines[i] = (struct span){ percent, sizeof percent };
    reply_prepare(&reply, ACTION_REJECT, &text);
    assert_int_equal(text.line_count, REPLY_MAX_LINES);
    assert_int_equal(strlen(text.lines[31]), 2 * REPLY_LINE_BYTES);
}

static void test_header_values_are_sound(void **state)
{
    static const struct { const char *value; bool smtputf8; const char *want; } cases[] = {
        { "plain", false, " plain" },
        { "a\nX-Injected: 1", false, " a X-Injected: 1" },
        { "a\r\nX-Injected: 1", false, " a  X-Injected: 1" },
        { "a\n b", false, " a\n b" },
        { "end\n", false, " end " },
        { "\xC3\xA9t\xC3\xA9", false, " =?UTF-8?B?w6l0w6k=?=" },
        { "\xC3\xA9t\xC3\xA9", true, " \xC3\xA9t\xC3\xA9" },
        { "1234567890123456789012345678901234567890abcd\xC3\xA9", false,
          " =?UTF-8?B?MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MGFiY2Q=?=\n =?UTF-8?B?w6k=?=" },
        { "vu par l'\xC3\xA9tage du haut", false, " vu par =?UTF-8?B?bCfDqXRhZ2U=?=\n du haut" },
    };
    struct arena *arena = arena_new(0);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(actions_header_value(arena, SPAN("X"), span_of(cases[i].value), cases[i].smtputf8).ptr,
                            cases[i].want);
    arena_free(&arena);
}

static void test_header_value_past_the_packet_is_refused(void **state)
{
    static char big[70000];
    struct arena *arena = arena_new(0);

    (void)state;
    memset(big, 'x', sizeof big);
    assert_null(actions_header_value(arena, SPAN("X"), (struct span){ big, sizeof big }, false).ptr);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reply_codes_fit_the_action),
        cmocka_unit_test(test_reply_lines_are_sound),
        cmocka_unit_test(test_reply_is_cut_to_its_limits),
        cmocka_unit_test(test_header_values_are_sound),
        cmocka_unit_test(test_header_value_past_the_packet_is_refused),
    };

    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
