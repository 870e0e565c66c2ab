/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
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

static void test_encoded_word_append_field(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "", "" },
        { "plain", "plain" },
        { "caf\303\251", "=?UTF-8?B?Y2Fmw6k=?=" },
        { "un caf\303\251", "un =?UTF-8?B?Y2Fmw6k=?=" },
        { "a =?x?q?y?= b", "a =?UTF-8?B?PT94P3E/eT89?=\n b" },
        { "d\303\251j\303\240 dit et d\303\251j\303\240",
          "=?UTF-8?B?ZMOpasOgIGRpdCBldCBkw6lqw6A=?=" },
        { "seventy-six octets and no more are what one line of a field holds, then a fold",
          "seventy-six octets and no more are what one line of a field holds,\n then a fold" },
        { "forty octets before a word leave too little \303\251",
          "forty octets before a word leave too little\n =?UTF-8?B?w6k=?=" },
    };
    struct arena *arena = arena_new(0);
    struct buf out;

    (void)state;
    buf_init(&out, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ambiguity_set seen = { 0 };

        buf_clear(&out);
        encoded_word_append_field(span_of(cases[i].text), 9, &out);
        if (!span_equals(buf_span(&out), span_of(cases[i].want)))
            fail_msg("%s: got %.*s, want %s", cases[i].text, SPAN_ARG(buf_span(&out)), cases[i].want);
        assert_true(span_equals(encoded_word_decode(arena, buf_span(&out), &seen), span_of(cases[i].text)));
        assert_false(ambiguity_set_has(&seen, AMBIGUITY_HEADER_ENCODED_WORD));
    }
    buf_fini(&out);
    arena_free(&arena);
}

enum { MOST_COLUMNS = 53 };

/* Words of at most 75 octets, lines of at most 76, no character cut in two. */
static void test_encoded_word_append_keeps_its_lengths(void **state)
{
    struct buf text, out;
    struct span rest, line;

    (void)state;
    buf_init(&text, 0);
    buf_init(&out, 0);
    for (size_t column = 0; column < 80; column++) {
        buf_append(&text, column % 3 == 0 ? SPAN("\xF0\x9F\x93\xAE") : SPAN("\303\251x"));
        buf_clear(&out);
        encoded_word_append(buf_span(&text), column % MOST_COLUMNS, &out);
        rest = buf_span(&out);
        for (size_t before = column % MOST_COLUMNS; span_next(&rest, '\n', &line); before = 0) {
            struct ambiguity_set seen = { 0 };
            struct arena *arena = arena_new(0);

            assert_true(before + line.len <= 76 && line.len <= 76);
            assert_true(utf8_is_valid(encoded_word_decode(arena, span_trim(line), &seen)));
            assert_false(ambiguity_set_has(&seen, AMBIGUITY_HEADER_ENCODED_WORD));
            arena_free(&arena);
        }
    }
    buf_fini(&text);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_encoded_word_decode),
                                        cmocka_unit_test(test_encoded_word_append_field),
                                        cmocka_unit_test(test_encoded_word_append_keeps_its_lengths) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
