/* SPDX-License-Identifier: EUPL-1.2 */
/* The small parts the judgement is made of: names, networks, patterns, words in ASCII. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/ascii.h"
#include "policy/nameset.h"
#include "policy/network.h"
#include "policy/pattern.h"
#include "policy/policy.h"

static void test_nameset_knows_domains_suffixes_and_mailboxes(void **state)
{
    static const struct {
        const char *address, *domain;
        bool want;
    } cases[] = {
        { "a@gouv.fr", "gouv.fr", false },       { "a@x.gouv.fr", "x.gouv.fr", true },
        { "a@x.y.gouv.fr", "x.y.gouv.fr", true }, { "a@xgouv.fr", "xgouv.fr", false },
        { "a@example.org", "example.org", true }, { "a@b.example.org", "b.example.org", false },
        { "Chief@allied.example", "allied.example", true },
        { "x@allied.example", "allied.example", false },
        { "", "", false },
    };
    struct arena *arena = arena_new(0);
    struct nameset set = { 0 };
    struct span by;

    (void)state;
    assert_int_equal(nameset_add(arena, &set, SPAN(".gouv.fr")), 0);
    assert_int_equal(nameset_add(arena, &set, SPAN("Example.ORG")), 0);
    assert_int_equal(nameset_add(arena, &set, SPAN("chief@allied.example")), 0);
    assert_int_equal(nameset_add(arena, &set, SPAN("example.org")), 0);
    assert_int_equal(set.count, 3);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (nameset_has_address(&set, span_of(cases[i].address), span_of(cases[i].domain)) !=
            cases[i].want)
            fail_msg("%s", cases[i].address);
    assert_true(nameset_has_domain(&set, SPAN("a.b.gouv.fr"), &by));
    assert_true(span_equals(by, SPAN(".gouv.fr")));
    assert_true(nameset_has_suffix(&set, SPAN(".b.gouv.fr"), NULL));
    arena_free(&arena);
}

static void test_nameset_holds_a_hundred_thousand(void **state)
{
    struct arena *arena = arena_new(0);
    struct nameset set = { 0 };
    char name[40];

    (void)state;
    for (unsigned i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "d%u.example", i);
        assert_int_equal(nameset_add(arena, &set, span_of(name)), 0);
    }
    assert_int_equal(set.count, 100000);
    for (unsigned i = 0; i < 100000; i += 7) {
        snprintf(name, sizeof name, "d%u.example", i);
        assert_true(nameset_has(&set, span_of(name)));
        snprintf(name, sizeof name, "e%u.example", i);
        assert_false(nameset_has(&set, span_of(name)));
    }
    arena_free(&arena);
}

static void test_nameset_says_when_memory_ends(void **state)
{
    struct arena *arena = arena_new(256);
    struct nameset set = { 0 };
    char name[40];
    int result = 0;

    (void)state;
    for (unsigned i = 0; i < 1000 && result == 0; i++) {
        snprintf(name, sizeof name, "d%u.example", i);
        result = nameset_add(arena, &set, span_of(name));
    }
    assert_int_equal(result, -1);
    arena_free(&arena);
}

static void test_network_contains_addresses(void **state)
{
    static const struct {
        const char *network, *address;
        bool want;
    } cases[] = {
        { "10.0.0.0/8", "10.255.1.2", true },       { "10.0.0.0/8", "11.0.0.0", false },
        { "192.0.2.128/25", "192.0.2.127", false }, { "192.0.2.128/25", "192.0.2.200", true },
        { "192.0.2.1", "192.0.2.1", true },         { "192.0.2.1", "192.0.2.2", false },
        { "0.0.0.0/0", "203.0.113.9", true },       { "0.0.0.0/0", "2001:db8::1", false },
        { "2001:db8::/32", "2001:db8:ffff::1", true }, { "2001:db8::/33", "2001:db8:8000::1", false },
        { "::/0", "2001:db8::1", true },            { "10.0.0.0/8", "::ffff:10.1.2.3", true },
        { "::ffff:10.0.0.0/104", "10.1.2.3", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct network network, address;
        assert_true(network_parse(span_of(cases[i].network), &network));
        assert_true(network_parse(span_of(cases[i].address), &address));
        if (network_contains(&network, &address) != cases[i].want)
            fail_msg("%s in %s", cases[i].address, cases[i].network);
    }
}

static void test_network_refuses_what_is_none(void **state)
{
    static const char *const cases[] = {
        "",          "10",          "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/",  "10.0.0.0/-1",
        "2001:db8::/129", "2001:db8::1/32", "localhost", "10.0.0.0/8/8", "10.0.0.0 ",
    };
    struct network network;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (network_parse(span_of(cases[i]), &network))
            fail_msg("%s", cases[i]);
}

static void test_pattern_matches(void **state)
{
    static const struct {
        const char *pattern, *subject;
        enum pattern_result want;
    } cases[] = {
        { "word", "WORD", PATTERN_YES },       { "word", "words", PATTERN_NO },
        { "*.docm", "a.DOCM", PATTERN_YES },   { "*.docm", "a.docx", PATTERN_NO },
        { "a*b*c", "aXbYbZc", PATTERN_YES },   { "a*b*c", "aXbYbZ", PATTERN_NO },
        { "?", "", PATTERN_NO },               { "*", "", PATTERN_YES },
        { "**a", "bba", PATTERN_YES },         { "a?c", "abc", PATTERN_YES },
        { "/^re-?gex$/", "ReGex", PATTERN_YES }, { "/^re-?gex$/", "a regex", PATTERN_NO },
        { "/é/", "É", PATTERN_YES },           { "/a/", "", PATTERN_NO },
        { "/(a+)+$/", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", PATTERN_UNDECIDED },
    };
    struct arena *arena = arena_new(0);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pattern pattern;
        struct err err = { "" };
        assert_int_equal(pattern_init(arena, &pattern, span_of(cases[i].pattern), &err), 0);
        if (pattern_match(&pattern, span_of(cases[i].subject)) != cases[i].want)
            fail_msg("%s on %s", cases[i].pattern, cases[i].subject);
    }
    arena_free(&arena);
}

/* A glob of many stars costs no more than pattern times text: this would not end otherwise. */
static void test_pattern_glob_does_not_explode(void **state)
{
    struct arena *arena = arena_new(0);
    struct pattern pattern;
    struct err err;
    char text[5001];

    (void)state;
    memset(text, 'a', 5000);
    text[5000] = '\0';
    assert_int_equal(
        pattern_init(arena, &pattern, SPAN("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab"), &err), 0);
    assert_int_equal(pattern_match(&pattern, span_of(text)), PATTERN_NO);
    arena_free(&arena);
}

static void test_ascii_folds_what_french_needs(void **state)
{
    struct arena *arena = arena_new(0);

    (void)state;
    assert_true(span_equals(
        ascii_from_utf8(arena, SPAN("Élève, œuvre, ÇÀ « là » n’est… 10 €\r\n\tß")),
        SPAN("Eleve, oeuvre, CA \" la \" n'est... 10 EUR   ss")));
    assert_true(span_equals(ascii_from_utf8(arena, SPAN("\xFF\xC3 \xE2\x82 Ж")),
                            SPAN("?? ?? ?")));
    assert_int_equal(ascii_from_utf8(arena, SPAN("")).len, 0);
    arena_free(&arena);
}

static void test_template_names_placeholders(void **state)
{
    struct span unknown;

    (void)state;
    assert_true(template_check(SPAN("100 % of %{label} at %{where}, %{"), &unknown) == false);
    assert_true(template_check(SPAN("100 % of %{label} at %{where}"), &unknown));
    assert_false(template_check(SPAN("%{lable}"), &unknown));
    assert_true(span_equals(unknown, SPAN("lable")));
}

static void test_facts_have_names_and_meanings(void **state)
{
    (void)state;
    for (enum fact fact = 1; fact < FACT_COUNT; fact++) {
        enum fact back;
        assert_non_null(fact_meaning(fact));
        assert_true(fact_from_name(span_of(fact_name(fact)), &back));
        assert_int_equal(back, fact);
    }
    for (enum failure failure = 1; failure < FAILURE_COUNT; failure++)
        assert_non_null(failure_name(failure));
    assert_null(failure_name(FAILURE_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nameset_knows_domains_suffixes_and_mailboxes),
        cmocka_unit_test(test_nameset_holds_a_hundred_thousand),
        cmocka_unit_test(test_nameset_says_when_memory_ends),
        cmocka_unit_test(test_network_contains_addresses),
        cmocka_unit_test(test_network_refuses_what_is_none),
        cmocka_unit_test(test_pattern_matches),
        cmocka_unit_test(test_pattern_glob_does_not_explode),
        cmocka_unit_test(test_ascii_folds_what_french_needs),
        cmocka_unit_test(test_template_names_placeholders),
        cmocka_unit_test(test_facts_have_names_and_meanings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
