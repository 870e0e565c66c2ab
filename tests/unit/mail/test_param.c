/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "mail/param.h"

/* "value;name=value;…" then " = kinds". */
static void show(struct buf *out, const struct param_field *field, struct ambiguity_set *seen)
{
    enum ambiguity kind;

    buf_printf(out, "%.*s", SPAN_ARG(field->value));
    for (size_t i = 0; i < field->count; i++)
        buf_printf(out, ";%.*s=%.*s", SPAN_ARG(field->items[i].name),
                   SPAN_ARG(field->items[i].value));
    buf_append(out, SPAN(" ="));
    while (ambiguity_set_take(seen, &kind))
        buf_printf(out, " %s", ambiguity_name(kind));
}

static void test_param_parse(void **state)
{
    static const struct {
        const char *body, *want;
    } cases[] = {
        { " text/plain", "text/plain =" },
        { " text/plain; charset=utf-8\r\n", "text/plain;charset=utf-8 =" },
        { " text/plain;\r\n\tcharset=\"utf-8\"; format=flowed;", "text/plain;charset=utf-8;format=flowed =" },
        { "text/plain (a comment); charset=utf-8", "text/plain;charset=utf-8 =" },
        { "a/b; x=\"c;d\"; y=e", "a/b;x=c;d;y=e =" },
        { "a/b; boundary=----=_Part_1.2", "a/b;boundary=----=_Part_1.2 =" },
        { "a/b; boundary=\"=_mixed 0030A5C0C1257\"", "a/b;boundary==_mixed 0030A5C0C1257 =" },
        { "a/b; x=\"q\\\"r\"", "a/b;x=q\\\"r;x=q\"r =" },
        { "a/b; name=My file.pdf", "a/b;name=My;name=My file.pdf = parameter-malformed" },
        { "a/b; boundary=abc(d)", "a/b;boundary=abc(d);boundary=abc = parameter-malformed" },
        { "a/b; boundary=(d)abc", "a/b;boundary=abc = parameter-malformed" },
        { "a/b; x=\"c\"d", "a/b;x=\"c\"d;x=c = parameter-malformed" },
        { "a/b; x=\"cd; y=e", "a/b;x=\"cd;x=cd;y=e = parameter-malformed" },
        { "a/b; x", "a/b = parameter-malformed" },
        { "a/b; =x", "a/b = parameter-malformed" },
        { "a/b; x=1; X=2", "a/b;x=1;X=2 = parameter-duplicate" },
        { "a/b; x=1; x=1", "a/b;x=1 =" },
        { "a; filename*=utf-8''%C3%A9t%C3%A9.txt", "a;filename=\303\251t\303\251.txt =" },
        { "a; filename*=iso-8859-1'fr'%E9.txt", "a;filename=\303\251.txt =" },
        { "a; filename*0=\"sec\"; filename*1=\"ret\"", "a;filename=secret =" },
        { "a; filename*0*=utf-8''%C3; filename*1*=%A9; filename*2=.txt", "a;filename=\303\251.txt =" },
        { "a; filename*1=\"ret\"; filename*0=\"sec\"", "a;filename=secret = parameter-continuation" },
        { "a; filename*0=\"sec\"; filename*2=\"ret\"", "a;filename=sec;filename=ret = parameter-continuation" },
        { "a; filename*0=a; filename*0=b", "a;filename=a;filename=b = parameter-continuation" },
        { "a; filename=plain.txt; filename*=utf-8''other.txt",
          "a;filename=other.txt;filename=plain.txt = parameter-continuation" },
        { "a; filename=_t_.txt; filename*=utf-8''%C3%A9t%C3%A9.txt",
          "a;filename=\303\251t\303\251.txt;filename=_t_.txt =" },
        { "a; filename*=nothing", "a;filename=nothing = parameter-malformed" },
        { "a; filename*=no-such''x", "a;filename=x = charset-unknown" },
        { "a; filename=\"=?utf-8?q?=C3=A9.txt?=\"",
          "a;filename=\303\251.txt;filename==?utf-8?q?=C3=A9.txt?= =" },
        { "a; boundary=\"=?utf-8?q?x?=\"",
          "a;boundary=x;boundary==?utf-8?q?x?= = parameter-encoded-word" },
        { "a; filename=\"=?utf-8?q?x\"", "a;filename==?utf-8?q?x = parameter-encoded-word" },
        { "base64", "base64 =" },
        { "(c) base64 (x)", "base64 =" },
        { "", " =" },
    };
    struct arena *arena = arena_new(0);
    struct buf shown;
    bool failed = false;

    (void)state;
    buf_init(&shown, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ambiguity_set seen = { 0 };
        struct param_field field;
        buf_clear(&shown);
        param_parse(arena, span_of(cases[i].body), &field, &seen);
        show(&shown, &field, &seen);
        if (!span_equals(buf_span(&shown), span_of(cases[i].want))) {
            print_error("%s\n  got  %.*s\n  want %s\n", cases[i].body, SPAN_ARG(buf_span(&shown)),
                        cases[i].want);
            failed = true;
        }
    }
    buf_fini(&shown);
    arena_free(&arena);
    assert_false(failed);
}

static void test_param_parse_nul(void **state)
{
    struct arena *arena = arena_new(0);
    struct ambiguity_set seen = { 0 };
    struct param_field field;
    struct span value;
    size_t index = 0;

    (void)state;
    param_parse(arena, SPAN("a/b; boundary=\"ab\0cd\""), &field, &seen);
    assert_true(ambiguity_set_has(&seen, AMBIGUITY_PARAMETER_MALFORMED));
    assert_true(param_next(&field, SPAN("BOUNDARY"), &index, &value));
    assert_true(span_equals(value, SPAN("ab")));
    assert_true(param_next(&field, SPAN("boundary"), &index, &value));
    assert_int_equal(value.len, 5);
    arena_free(&arena);
}

static void test_param_parse_hostile(void **state)
{
    static const char *const units[] = { ";", "\";", "(;", "a=b;", "a*0=b;", "a*=';", "\\", "a=\"", "=" };
    struct arena *arena = arena_new(0);
    struct buf body;

    (void)state;
    buf_init(&body, 0);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct param_field field;
        buf_clear(&body);
        while (body.len < 65536)
            buf_append(&body, span_of(units[i]));
        param_parse(arena, buf_span(&body), &field, NULL);
        assert_true(field.count <= 3 * PARAM_MAX);
        arena_reset(arena);
    }
    buf_fini(&body);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_param_parse),
        cmocka_unit_test(test_param_parse_nul),
        cmocka_unit_test(test_param_parse_hostile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
