/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mail/encoded_word.h"

static void test_encoded_word_decode(void **state)
{
    static const struct {
        const char *text, *want;
        bool odd;
    } cases[] = {
        { "plain", "plain", false },
        { "", "", false },
        { "a\r\n b\n\tc", "a b\tc", false },
        { "=?utf-8?Q?D=C3=A9fense?=", "D\303\251fense", false },
        { "=?UTF-8?b?RMOpZmVuc2U=?=", "D\303\251fense", false },
        { "=?iso-8859-1*fr?q?D=E9fense?=", "D\303\251fense", false },
        { "Re: =?utf-8?q?SEC?=\r\n =?utf-8?q?RET?= x", "Re: SECRET x", false },
        { "=?us-ascii?q?SEC?= =?utf-8?q?RET?=", "SECRET", false },
        { "=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c", false },
        { "(=?utf-8?q?a?=)", "(a)", false },
        { "=?utf-8?q?a_b?=", "a b", false },
        { "=?utf-8?q?" "?=", "", false },
        { "=?utf-8?b?w6k?=", "\303\251", true },              /* padding missing */
        { "=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "\303\251", true }, /* split character */
        { "x=?utf-8?q?a?=", "xa", true },
        { "=?utf-8?q?a?=x", "ax", true },
        { "=?utf-8?q?a?==?utf-8?q?b?=", "ab", true },
        { "=?utf-8?q?a b?=", "a b", true },
        { "=?utf-8?q?a", "=?utf-8?q?a", true },
        { "=?utf-8?x?a?=", "=?utf-8?x?a?=", true },
        { "=?no-such?q?SECRET?=", "SECRET", true },
        { "what=? really?", "what=? really?", false },
        { "caf\303\251", "caf\303\251", false },
        { "caf\351", "caf\303\251", false },
        { "=?utf-8?q?a=0D=0AX:_b?=", "a  X: b", false },
    };
    struct arena *arena = arena_new(0);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ambiguity_set seen = { 0 };
        struct span got = encoded_word_decode(arena, span_of(cases[i].text), &seen);
        bool odd = ambiguity_set_has(&seen, AMBIGUITY_HEADER_ENCODED_WORD);
        if (!span_equals(got, span_of(cases[i].want)) || odd != cases[i].odd)
            fail_msg("%s: got %.*s %d, want %s %d", cases[i].text, SPAN_ARG(got), odd,
                     cases[i].want, cases[i].odd);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_encoded_word_decode) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
