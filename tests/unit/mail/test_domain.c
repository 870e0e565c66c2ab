/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mail/domain.h"

#define LABEL_63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

static void test_domain_normalise(void **state)
{
    static const struct {
        const char *written, *want;
    } cases[] = {
        { "Defense.Gouv.FR", "defense.gouv.fr" },
        { "defense.gouv.fr.", "defense.gouv.fr" },
        { "d\303\251fense.example", "xn--dfense-bva.example" },
        { "D\303\211FENSE.example.", "xn--dfense-bva.example" },
        { "de\314\201fense.example", "xn--dfense-bva.example" },    /* decomposed */
        { "fa\303\237.example", "xn--fa-hia.example" },             /* sharp s kept: non-transitional */
        { "\357\275\201\357\275\202.example", "ab.example" },       /* fullwidth letters */
        { "a\343\200\202b", "a.b" },                                /* ideographic full stop */
        { "[192.0.2.1]", "[192.0.2.1]" },
        { "[IPv6:2001:DB8:0:0::1]", "[ipv6:2001:db8::1]" },
        { "localhost", "localhost" },
        { LABEL_63 ".fr", LABEL_63 ".fr" },
        { LABEL_63 "l.fr", NULL },
        { "", NULL },
        { ".", NULL },
        { "a..b", NULL },
        { ".a", NULL },
        { "a..", NULL },
        { "-a.fr", NULL },
        { "a-.fr", NULL },
        { "a_b.fr", NULL },
        { "a b.fr", NULL },
        { "[300.0.2.1]", NULL },
        { "[IPv6:2001:db8]", NULL },
        { "[]", NULL },
        { "[x", NULL },
        { "\377.fr", NULL },
        { LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63, LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63 },
        { LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63 ".a", NULL },
    };
    struct arena *arena = arena_new(0);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct span got = domain_normalise(arena, span_of(cases[i].written));
        if (cases[i].want == NULL ? got.ptr != NULL : !span_equals(got, span_of(cases[i].want)))
            fail_msg("%s: got %.*s, want %s", cases[i].written, SPAN_ARG(got),
                     cases[i].want == NULL ? "nothing" : cases[i].want);
    }
    assert_null(domain_normalise(arena, SPAN("a\0b.fr")).ptr);
    assert_null(domain_normalise(arena, SPAN("\303\251\0.fr")).ptr);
    arena_free(&arena);
}

static void test_domain_is_under(void **state)
{
    (void)state;
    assert_true(domain_is_under(SPAN("a.b"), SPAN(".b")));
    assert_true(domain_is_under(SPAN("x.a.b"), SPAN(".b")));
    assert_false(domain_is_under(SPAN("b"), SPAN(".b")));
    assert_false(domain_is_under(SPAN("ab"), SPAN(".b")));
    assert_false(domain_is_under(SPAN(".b"), SPAN(".b")));
}

static void test_domain_is_lookalike(void **state)
{
    static const struct {
        const char *written;
        bool want;
    } cases[] = {
        { "defense.gouv.fr", false },
        { "d\303\251fense.gouv.fr", false },            /* one script, and an accent is seen */
        { "d\320\265fense.gouv.fr", true },             /* Cyrillic ie in Latin */
        { "\321\201\320\276\321\200\320\265.fr", true },/* all Cyrillic, all look like "cope" */
        { "\320\277\321\200\320\270\320\274\320\265\321\200.example", false },   /* a real Russian word */
        { "b\303\274ro.example", false },
        { "\346\227\245\346\234\254.example", false },  /* a script of its own */
        { "\316\277\316\277.fr", true },                /* two omicrons */
        { "xn--99999999999.fr", true },                 /* no A-label at all */
    };
    struct arena *arena = arena_new(0);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct span domain = domain_normalise(arena, span_of(cases[i].written));
        if (domain.ptr == NULL || domain_is_lookalike(domain) != cases[i].want)
            fail_msg("%s: want %d", cases[i].written, cases[i].want);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_domain_normalise),
        cmocka_unit_test(test_domain_is_under),
        cmocka_unit_test(test_domain_is_lookalike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
