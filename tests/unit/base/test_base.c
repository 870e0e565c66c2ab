/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/logline.h"
#include "base/span.h"
#include "base/utf8.h"

static void test_span_compares(void **state)
{
    (void)state;
    assert_true(span_equals_nocase(SPAN("Defense.Gouv.FR"), SPAN("defense.gouv.fr")));
    assert_false(span_equals(SPAN("a"), SPAN("b")));
    assert_true(span_ends_with_nocase(SPAN("x.GOUV.fr"), SPAN(".gouv.fr")));
    assert_false(span_ends_with_nocase(SPAN("fr"), SPAN(".gouv.fr")));
    assert_int_equal(span_find(SPAN("abcabc"), SPAN("ca")), 2);
    assert_int_equal(span_find_nocase(SPAN("abCAbc"), SPAN("ca")), 2);
    assert_int_equal(span_find(SPAN("abc"), SPAN("x")), 3);
    assert_true(span_compare(SPAN("a"), SPAN("ab")) < 0);
    assert_true(span_compare(SPAN("b"), SPAN("ab")) > 0);
    assert_int_equal(span_compare(SPAN("ab"), SPAN("ab")), 0);
    assert_true(span_equals(span_trim(SPAN(" \t a b\r\n")), SPAN("a b")));
}

static void test_span_next_cuts_pieces(void **state)
{
    struct span rest = SPAN("a,,b"), piece;

    (void)state;
    assert_true(span_next(&rest, ',', &piece) && span_equals(piece, SPAN("a")));
    assert_true(span_next(&rest, ',', &piece) && piece.len == 0);
    assert_true(span_next(&rest, ',', &piece) && span_equals(piece, SPAN("b")));
    assert_false(span_next(&rest, ',', &piece));
}

static void test_span_numbers_refuse_overflow(void **state)
{
    uint64_t value;

    (void)state;
    assert_true(span_to_u64(SPAN("18446744073709551615"), &value) && value == UINT64_MAX);
    assert_false(span_to_u64(SPAN("18446744073709551616"), &value));
    assert_false(span_to_u64(SPAN("-1"), &value));
    assert_false(span_to_u64(SPAN(""), &value));
}

static void test_arena_stays_full(void **state)
{
    struct arena *arena = arena_new(4096);
    size_t capacity = 0;
    int *items = NULL;

    (void)state;
    for (size_t i = 0; i < 100; i++) {
        int *moved = arena_grow(arena, items, i, &capacity, sizeof *items);
        assert_non_null(moved);
        items = moved;
        assert_int_equal(items[i], 0);
        items[i] = (int)i;
    }
    assert_int_equal(items[99], 99);
    assert_null(arena_alloc(arena, 5000));
    assert_true(arena_is_full(arena));
    assert_null(arena_alloc(arena, 1));
    arena_reset(arena);
    assert_false(arena_is_full(arena));
    assert_string_equal(arena_printf(arena, "%d-%s", 7, "x").ptr, "7-x");
    arena_free(&arena);
    assert_null(arena);
}

static void test_buf_fails_once_past_its_cap(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 4);
    assert_true(buf_append(&buf, SPAN("abc")));
    assert_false(buf_append(&buf, SPAN("de")));
    assert_false(buf_append(&buf, SPAN("d")));
    assert_true(buf.failed);
    assert_int_equal(buf.len, 3);
    buf_clear(&buf);
    assert_true(buf_append_rune(&buf, 0x1F600));
    assert_true(span_equals(buf_span(&buf), SPAN("\xF0\x9F\x98\x80")));
    buf_fini(&buf);
}

static void test_utf8_is_strict(void **state)
{
    static const struct { const char *text; bool valid; } cases[] = {
        { "TR\xC3\x88S", true }, { "\xC0\x80", false },     { "\xE0\x80\x80", false },
        { "\xED\xA0\x80", false }, { "\xF4\x90\x80\x80", false }, { "\xE2\x82", false },
        { "\xF0\x9F\x98\x80", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(utf8_is_valid(span_of(cases[i].text)), cases[i].valid);
    assert_int_equal(utf8_cut(SPAN("a\xC3\x88"), 2).len, 1);
}

static void test_err_gains_context(void **state)
{
    struct err err;

    (void)state;
    err_set(&err, "no %s", "space");
    err_context(&err, "audit %d", 3);
    assert_string_equal(err.text, "audit 3: no space");
    err_set(NULL, "nothing");
}

static void test_clock_round_trip(void **state)
{
    static const struct { const char *text; int64_t seconds; } cases[] = {
        { "1970-01-01", 0 }, { "2026-12-31T18:00", 1798740000 }, { "2000-02-29T00:00:01Z", 951782401 },
    };
    char text[28];
    int64_t when;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(clock_parse(cases[i].text, &when), 0);
        assert_int_equal(when, cases[i].seconds * 1000000);
    }
    assert_int_equal(clock_parse("2026-11-23T17:04:05.678901Z", &when), 0);
    clock_format(when, text);
    assert_string_equal(text, "2026-11-23T17:04:05.678901Z");
    assert_int_equal(clock_parse("2026-02-29", &when), -1);
    assert_int_equal(clock_parse("demain", &when), -1);
    assert_int_equal(clock_parse("2026-12-31x", &when), -1);
}

static void test_hash_known_answer(void **state)
{
    uint8_t digest[HASH_BYTES];
    char hex[HASH_HEX_CHARS + 1];

    (void)state;
    assert_int_equal(hash_sha256(SPAN("abc"), digest), 0);
    hash_to_hex(digest, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_logline_cannot_be_forged(void **state)
{
    struct buf line;

    (void)state;
    buf_init(&line, 0);
    logline_begin(&line, "verdict");
    logline_add(&line, "from", SPAN("a\n\"b\xFF=\xC3\xA9"));
    logline_add(&line, "id", SPAN("4fX"));
    logline_add_u64(&line, "bytes", 7);
    assert_true(span_equals(buf_span(&line),
                            SPAN("verdict from=\"a\\x0A\\x22b\\xFF=\xC3\xA9\" id=4fX bytes=7")));
    buf_fini(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_span_compares),
        cmocka_unit_test(test_span_next_cuts_pieces),
        cmocka_unit_test(test_span_numbers_refuse_overflow),
        cmocka_unit_test(test_arena_stays_full),
        cmocka_unit_test(test_buf_fails_once_past_its_cap),
        cmocka_unit_test(test_utf8_is_strict),
        cmocka_unit_test(test_err_gains_context),
        cmocka_unit_test(test_clock_round_trip),
        cmocka_unit_test(test_hash_known_answer),
        cmocka_unit_test(test_logline_cannot_be_forged),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
