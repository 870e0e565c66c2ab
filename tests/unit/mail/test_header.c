/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "mail/header.h"

/* "Name|value" for each field ("~" before a stray one), then " / body", " / second body", " = kinds". */
static void show(struct buf *out, struct header_block *block)
{
    enum ambiguity kind;

    for (size_t i = 0; i < block->count; i++)
        buf_printf(out, "%s%s%.*s|%.*s", i > 0 ? ";" : "", block->fields[i].stray ? "~" : "",
                   SPAN_ARG(block->fields[i].name), SPAN_ARG(block->fields[i].value));
    buf_printf(out, " / %.*s", SPAN_ARG(block->body));
    if (block->second_body.ptr != NULL)
        buf_printf(out, " / %.*s", SPAN_ARG(block->second_body));
    buf_append(out, SPAN(" ="));
    while (ambiguity_set_take(&block->seen, &kind))
        buf_printf(out, " %s", ambiguity_name(kind));
}

static void test_header_parse(void **state)
{
    static const struct {
        struct span octets;
        const char *want;
    } cases[] = {
        { SPAN("A: b\r\nC: d\r\n\r\nbody"), "A| b;C| d / body =" },
        { SPAN("A: b\nC: d\n\nbody"), "A| b;C| d / body =" },
        { SPAN("A: b\r\n c\r\n\td\r\n\r\nx"), "A| b\r\n c\r\n\td / x =" },
        { SPAN("From me Mon\r\nA: b\r\n\r\nx"), "A| b / x =" },
        { SPAN("\r\nbody"), " / body =" },
        { SPAN(""), " /  =" },
        { SPAN("A: b\r\n"), "A| b /  =" },
        { SPAN("A: b"), "A| b /  =" },
        { SPAN("A:\r\n\r\nx"), "A| / x =" },
        { SPAN("A : b\r\n\r\nx"), "A| b / x = header-space-before-colon" },
        { SPAN("A: b\r\n \t\r\nC: d\r\n\r\nx"),
          "A| b\r\n \t;~C| d / x / C: d\r\n\r\nx = header-empty-fold" },
        { SPAN("A: b\r\njunk\r\nC: d\r\n\r\nx"),
          "A| b;~C| d / x / junk\r\nC: d\r\n\r\nx = header-malformed" },
        { SPAN("A: b\r\nno separator here\r\n\r\nx"),
          "A| b / x / no separator here\r\n\r\nx = header-no-separator" },
        { SPAN(" leading fold\r\nA: b\r\n\r\nx"), "~A| b / x /  leading fold\r\nA: b\r\n\r\nx = header-malformed" },
        { SPAN("A: b\nC: d\r\n\r\nx"), "A| b;C| d / x = header-bare-lf" },
        { SPAN("A: b\r\nC: d\n\nE: f\r\n\r\nx"),
          "A| b;C| d;~E| f / x / E: f\r\n\r\nx = header-bare-lf" },
        { SPAN("A: b\rFrom: c@d\r\n\r\nx"),
          "A| b\rFrom: c@d;~From| c@d / x = header-bare-cr" },
        { SPAN("Na\303\251: b\r\n\r\nx"), " / x / Na\303\251: b\r\n\r\nx = header-no-separator" },
        { SPAN("From: a\351\r\n\r\n"), "From| a\351 /  = header-8bit" },
        { SPAN("Subject: a\351\r\n\r\n"), "Subject| a\351 /  =" },
    };
    struct arena *arena = arena_new(0);
    struct buf shown;

    (void)state;
    buf_init(&shown, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct header_block block;
        buf_clear(&shown);
        header_parse(arena, cases[i].octets, line_ends_of(cases[i].octets), true, &block);
        show(&shown, &block);
        if (!span_equals(buf_span(&shown), span_of(cases[i].want)))
            fail_msg("case %zu: got\n%.*s\nwant\n%s", i, SPAN_ARG(buf_span(&shown)), cases[i].want);
    }
    buf_fini(&shown);
    arena_free(&arena);
}

static void test_header_parse_nul(void **state)
{
    struct arena *arena = arena_new(0);
    struct header_block block;

    (void)state;
    header_parse(arena, SPAN("A: b\0c\r\n\r\nx"), LINE_ENDS_CRLF, true, &block);
    assert_true(ambiguity_set_has(&block.seen, AMBIGUITY_HEADER_NUL));
    assert_int_equal(block.fields[0].value.len, 4);
    header_parse(arena, SPAN("A\0: b\r\n\r\nx"), LINE_ENDS_CRLF, true, &block);
    assert_true(ambiguity_set_has(&block.seen, AMBIGUITY_HEADER_NUL));
    arena_free(&arena);
}

/* Past each cap the block ends or is cut, and says so. */
static void test_header_parse_limits(void **state)
{
    struct arena *arena = arena_new(0);
    struct header_block block;
    struct buf octets;

    (void)state;
    buf_init(&octets, 0);
    buf_append(&octets, SPAN("A: "));
    while (octets.len < HEADER_FIELD_BYTES + 100)
        buf_append(&octets, SPAN("xxxxxxxxxxxxxxxx"));
    buf_append(&octets, SPAN("\r\nB: c\r\n\r\n"));
    header_parse(arena, buf_span(&octets), LINE_ENDS_CRLF, true, &block);
    assert_int_equal(block.count, 2);
    assert_int_equal(block.fields[0].value.len, HEADER_FIELD_BYTES);
    assert_true(ambiguity_set_has(&block.seen, AMBIGUITY_HEADER_TOO_LONG));

    buf_clear(&octets);
    for (int i = 0; i < HEADER_FIELDS + 10; i++)
        buf_append(&octets, SPAN("a:\r\n"));
    header_parse(arena, buf_span(&octets), LINE_ENDS_CRLF, true, &block);
    assert_int_equal(block.count, HEADER_FIELDS);
    assert_int_equal(block.body.len, 40);
    assert_true(ambiguity_set_has(&block.seen, AMBIGUITY_HEADER_TOO_LONG));
    buf_fini(&octets);
    arena_free(&arena);
}

static void test_header_next(void **state)
{
    struct arena *arena = arena_new(0);
    const struct header_field *field;
    struct header_block block;

    (void)state;
    header_parse(arena, SPAN("To: a\r\nCC: b\r\nto: c\r\n\r\n"), LINE_ENDS_CRLF, true, &block);
    field = header_next(&block, SPAN("TO"), NULL);
    assert_true(span_equals(header_decode(arena, field, NULL), SPAN("a")));
    field = header_next(&block, SPAN("TO"), field);
    assert_true(span_equals(header_decode(arena, field, NULL), SPAN("c")));
    assert_null(header_next(&block, SPAN("TO"), field));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_parse),
        cmocka_unit_test(test_header_parse_nul),
        cmocka_unit_test(test_header_parse_limits),
        cmocka_unit_test(test_header_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
