/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "mail/address.h"

#define LOCAL_64 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl"

static void test_address_parse_path(void **state)
{
    static const struct {
        const char *path;
        enum address_result want;
        const char *full;
    } cases[] = {
        { "<alice@Example.ORG>", ADDRESS_OK, "alice@example.org" },
        { "Alice@example.org", ADDRESS_OK, "Alice@example.org" },
        { "<>", ADDRESS_NULL, "" },
        { "", ADDRESS_NULL, "" },
        { "  <a@b>  ", ADDRESS_OK, "a@b" },
        { "<a@b", ADDRESS_SYNTAX, "" },
        { "a@b>", ADDRESS_SYNTAX, "" },
        { "<a>", ADDRESS_SYNTAX, "" },
        { "<@a.example,@b.example:c@d.example>", ADDRESS_OK, "c@d.example" },
        { "<\"a b\"@c>", ADDRESS_OK, "\"a b\"@c" },
        { "<\"ab\"@c>", ADDRESS_OK, "ab@c" },
        { "<\"a\\b\\\"\"@c>", ADDRESS_OK, "\"ab\\\"\"@c" },
        { "<\"\"@c>", ADDRESS_OK, "\"\"@c" },
        { "<a..b@c>", ADDRESS_SYNTAX, "" },
        { "<.a@c>", ADDRESS_SYNTAX, "" },
        { "<a.@c>", ADDRESS_SYNTAX, "" },
        { "<a b@c>", ADDRESS_SYNTAX, "" },
        { "<a@b@c>", ADDRESS_SYNTAX, "" },
        { "<a@b c>", ADDRESS_SYNTAX, "" },
        { "<a(x)@b>", ADDRESS_SYNTAX, "" },
        { "<a@[192.0.2.1]>", ADDRESS_OK, "a@[192.0.2.1]" },
        { "<a@[IPv6:::1]>", ADDRESS_OK, "a@[ipv6:::1]" },
        { "<ren\303\251@d\303\251fense.example>", ADDRESS_OK, "ren\303\251@xn--dfense-bva.example" },
        { "<ren\351@x.example>", ADDRESS_SYNTAX, "" },
        { "<a\r\n@b>", ADDRESS_SYNTAX, "" },
        { "<\"a\rb\"@b>", ADDRESS_SYNTAX, "" },
        { "<" LOCAL_64 "@b>", ADDRESS_OK, LOCAL_64 "@b" },
        { "<" LOCAL_64 "x@b>", ADDRESS_TOO_LONG, "" },
        { "<a%b@c>", ADDRESS_OK, "a%b@c" },
        { "<a@b.>", ADDRESS_OK, "a@b" },
    };
    struct arena *arena = arena_new(0);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct address address;
        enum address_result got = address_parse_path(arena, span_of(cases[i].path), &address);
        if (got != cases[i].want || !span_equals(address.full, span_of(cases[i].full)))
            fail_msg("%s: got %d %.*s, want %d %s", cases[i].path, got, SPAN_ARG(address.full),
                     cases[i].want, cases[i].full);
    }
    arena_free(&arena);
}

/* "address|name;address|name", "!" for a malformed one; then " = " and the ambiguities. */
static void show(struct buf *out, const struct mailbox_list *list, struct ambiguity_set *seen)
{
    enum ambiguity kind;

    for (size_t i = 0; i < list->count; i++) {
        const struct mailbox *mailbox = &list->items[i];
        buf_printf(out, "%s%.*s", i > 0 ? ";" : "", SPAN_ARG(mailbox->address.full));
        if (mailbox->malformed)
            buf_append(out, SPAN("!"));
        if (mailbox->display_name.len > 0)
            buf_printf(out, "|%.*s", SPAN_ARG(mailbox->display_name));
    }
    buf_append(out, SPAN(" ="));
    while (ambiguity_set_take(seen, &kind))
        buf_printf(out, " %s", ambiguity_name(kind));
}

static void test_address_parse_list(void **state)
{
    static const struct {
        struct span body;
        const char *want;
    } cases[] = {
        { SPAN(" Alice <a@b.example>\r\n"), "a@b.example|Alice =" },
        { SPAN("a@b.example"), "a@b.example =" },
        { SPAN("a@b.example (Alice)"), "a@b.example|Alice =" },
        { SPAN("Alice\r\n <a@b.example>,\r\n\tBob <b@b.example>"), "a@b.example|Alice;b@b.example|Bob =" },
        { SPAN("\"Dupont, Jean\" <a@b.example>"), "a@b.example|Dupont, Jean =" },
        { SPAN("=?utf-8?Q?Dupont=2C_Ren=C3=A9?= <a@b.example>"), "a@b.example|Dupont, Ren\303\251 =" },
        { SPAN("=?iso-8859-1?Q?Ren=E9?= =?iso-8859-1?Q?_Dupont?= <a@b.example>"), "a@b.example|Ren\303\251 Dupont =" },
        { SPAN("John Q. Public <a@b.example>"), "a@b.example|John Q. Public =" },
        { SPAN("A group: a@b.example, Bob <c@d.example>;"), "a@b.example;c@d.example|Bob =" },
        { SPAN("undisclosed-recipients:;"), " =" },
        { SPAN("alice@good.example: bob@evil.example;"),
          "bob@evil.example;alice@good.example = display-name-address" },
        { SPAN("a:b:c:d:e@f.example;;;;"), "e@f.example =" },
        { SPAN(",, a@b.example ,,"), "a@b.example =" },
        { SPAN("a@b.example; c@d.example"), "a@b.example;c@d.example =" },
        { SPAN("a . b @ c . example"), "a.b@c.example =" },
        { SPAN("\"alice@good.example\" <alice@good.example>"), "alice@good.example|alice@good.example =" },
        { SPAN("\"alice@good.example\" <bob@evil.example>"), "bob@evil.example|alice@good.example = display-name-address" },
        { SPAN("bob@evil.example (alice@good.example)"), "bob@evil.example|alice@good.example = display-name-address" },
        { SPAN("alice@good.example <bob@evil.example>"),
          "bob@evil.example|alice@good.example;alice@good.example = display-name-address" },
        { SPAN("=?utf-8?q?alice=40good.example?= <bob@evil.example>"),
          "bob@evil.example|alice@good.example = display-name-address address-encoded-word" },
        { SPAN("=?utf-8?q?Alice_=3Calice=40good.example=3E?= <bob@evil.example>"),
          "bob@evil.example|Alice <alice@good.example> = display-name-address address-encoded-word" },
        { SPAN("=?utf-8?q?alice=40good.example?="), "!;alice@good.example = address-encoded-word" },
        { SPAN("<=?utf-8?q?alice?=@good.example>"), "=?utf-8?q?alice?=@good.example;alice@good.example = address-encoded-word header-encoded-word" },
        { SPAN("<bob@evil.example(alice@good.example)>"), "bob@evil.example;alice@good.example = address-comment" },
        { SPAN("<bob(alice@good.example)@evil.example>"),
          "bob@evil.example;alice@good.example = address-comment" },
        { SPAN("<@relay.example:bob@evil.example>"), "bob@evil.example = address-route" },
        { SPAN("<bob@evil.example\0@good.example>"), "!;bob@evil.example;evil.example@good.example = address-control" },
        { SPAN("<bob@evil.exa\rmple>"), "!;bob@evil.exa;bob@evil.example = address-control" },
        { SPAN("\"bob@evil.example\"@good.example"), "\"bob@evil.example\"@good.example;bob@evil.example = address-quoted" },
        { SPAN("bob@d\320\265fense.gouv.fr"), "bob@xn--dfense-3of.gouv.fr = domain-lookalike" },
        { SPAN("<a@b.example> <c@d.example>"), "!;a@b.example;c@d.example =" },
        { SPAN("<a@b.example, c@d.example>"), "!;a@b.example;c@d.example =" },
        { SPAN("\"Alice <a@b.example>"), "!;a@b.example =" },
        { SPAN("(Alice <a@b.example>"), "a@b.example =" },
        { SPAN("alice"), "! =" },
        { SPAN("<>"), "! =" },
        { SPAN(""), " =" },
        { SPAN(" \r\n"), " =" },
        { SPAN("[EXTERNAL] Bob <a@b.example>"), "a@b.example|[EXTERNAL] Bob =" },
        { SPAN("Ren\351 <a@b.example>"), "a@b.example|Ren\303\251 =" },
    };
    struct arena *arena = arena_new(0);
    struct buf shown;
    bool failed = false;

    (void)state;
    buf_init(&shown, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ambiguity_set seen = { 0 };
        struct mailbox_list list;
        buf_clear(&shown);
        address_parse_list(arena, cases[i].body, 100, &list, &seen);
        show(&shown, &list, &seen);
        if (!span_equals(buf_span(&shown), span_of(cases[i].want))) {
            print_error("%.*s\n  got  %.*s\n  want %s\n", SPAN_ARG(cases[i].body),
                        SPAN_ARG(buf_span(&shown)), cases[i].want);
            failed = true;
        }
    }
    buf_fini(&shown);
    arena_free(&arena);
    assert_false(failed);
}

/* Nesting and counts that would break a recursive or quadratic reader. */
static void test_address_parse_list_hostile(void **state)
{
    static const char *const units[] = { "(", "a:", "<", "\"", "[", "@", "a@b,", "=?a?q?", "(a@b)@", "\\" };
    struct arena *arena = arena_new(0);
    struct buf body;

    (void)state;
    buf_init(&body, 0);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct mailbox_list list;
        buf_clear(&body);
        while (body.len < 65536)
            buf_append(&body, span_of(units[i]));
        address_parse_list(arena, buf_span(&body), 100, &list, NULL);
        assert_true(list.count <= 100);
        arena_reset(arena);
    }
    buf_fini(&body);
    arena_free(&arena);
}

static void test_address_parse_list_truncates(void **state)
{
    struct arena *arena = arena_new(0);
    struct mailbox_list list;

    (void)state;
    address_parse_list(arena, SPAN("a@b, c@d, e@f"), 2, &list, NULL);
    assert_int_equal(list.count, 2);
    assert_true(list.truncated);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address_parse_path),
        cmocka_unit_test(test_address_parse_list),
        cmocka_unit_test(test_address_parse_list_hostile),
        cmocka_unit_test(test_address_parse_list_truncates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
