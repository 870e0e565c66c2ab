/* SPDX-License-Identifier: EUPL-1.2 */
/* Bare files through the whole scanner, uncaged: what is listed, read, and said of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "scan/scan.h"

static struct span marks[] = { { "DIFFUSION RESTREINTE", 20 } };
static struct label_def labels[] = {
    { .scheme = { "fr", 2 },
      .name = { "DIFFUSION RESTREINTE", 20 },
      .level = 1,
      .strength = LABEL_STRONG,
      .marks = { marks, 1, 1 } },
};

struct bench {
    struct scan_plan plan;
    struct scanner *scanner;
    struct arena *arena;
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);

    if (bench == NULL)
        return -1;
    bench->plan = (struct scan_plan){ .labels = labels, .label_count = 1, .limits = plan_default_limits };
    bench->scanner = scanner_new(&bench->plan);
    bench->arena = arena_new(0);
    *state = bench;
    return bench->scanner == NULL || bench->arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;

    scanner_free(&bench->scanner);
    arena_free(&bench->arena);
    free(bench);
    return 0;
}

static struct facts *read_file(struct bench *bench, const char *name, struct span bytes)
{
    struct facts *facts = facts_new(bench->arena);

    assert_non_null(facts);
    scanner_scan(bench->scanner,
                 &(struct scan_job){ .kind = SCAN_DOCUMENT, .bytes = bytes, .name = span_of(name) },
                 facts);
    assert_true(facts->scanned);
    assert_true(facts->parts.count >= 1);
    return facts;
}

static void test_walk_lists_a_part(void **state)
{
    const struct span note = SPAN("Bonjour\n");
    const struct facts *facts = read_file(*state, "note.txt", note);
    const struct part_fact *part = &facts->parts.items[0];
    uint8_t digest[HASH_BYTES];

    assert_int_equal(facts->scan_failure, UNINSPECTABLE_NONE);
    assert_int_equal(facts->labels.count, 0);
    assert_true(span_equals(part->where, SPAN("1")));
    assert_true(span_equals(part->name, SPAN("note.txt")));
    assert_true(span_equals(part->detected, SPAN("text")));
    assert_int_equal(part->bytes, note.len);
    assert_int_equal(part->reason, UNINSPECTABLE_NONE);
    assert_false(part->mismatch);
    assert_int_equal(hash_sha256(note, digest), 0);
    assert_memory_equal(digest, part->sha256, sizeof digest);
}

/* Octets without a reader are unread, and yet searched, in one-octet and two-octet characters. */
static void test_walk_searches_what_it_cannot_read(void **state)
{
    static const struct span hidden[] = {
        SPAN("\x01 DIFFUSION RESTREINTE\x01"),
        SPAN("\x01" "D\0I\0F\0F\0U\0S\0I\0O\0N\0 \0R\0E\0S\0T\0R\0E\0I\0N\0T\0E\0\x01"),
        SPAN("\x01\0D\0I\0F\0F\0U\0S\0I\0O\0N\0 \0R\0E\0S\0T\0R\0E\0I\0N\0T\0E\x01"),
    };

    /* At every offset, so that no way of stepping over noise steps over the words. */
    for (size_t i = 0; i < 130 * sizeof hidden / sizeof *hidden; i++) {
        const struct span words = hidden[i % (sizeof hidden / sizeof *hidden)];
        char blob[2000];
        const struct facts *facts;
        uint32_t seed = 7;

        for (size_t j = 0; j < sizeof blob; j++) {
            seed = seed * 1664525U + 1013904223U;
            blob[j] = (char)(seed >> 24);
        }
        memcpy(blob + 900 + i / 3, words.ptr, words.len);
        facts = read_file(*state, "", (struct span){ blob, sizeof blob });
        assert_int_equal(facts->parts.items[0].reason, UNINSPECTABLE_UNSUPPORTED);
        if (facts->labels.count == 0)
            fail_msg("words %zu were not found", i);
        assert_int_equal(facts->labels.items[0].source, SOURCE_HIDDEN);
    }
}

/* A marking on the seam of two pieces of a long text is found, wherever the seam falls. */
static void test_walk_misses_nothing_at_a_seam(void **state)
{
    const size_t size = 600 << 10, seam = 256 << 10;
    char *text = malloc(size);

    assert_non_null(text);
    for (size_t at = seam - 30; at < seam + 10; at += 3) {
        for (int lines = 0; lines < 2; lines++) {
            memset(text, 'a', size);
            for (size_t i = 60; lines == 1 && i < size; i += 61)
                text[i] = '\n';
            memcpy(text + at, "\nDIFFUSION RESTREINTE\n", 22);
            if (read_file(*state, "long.txt", (struct span){ text, size })->labels.count == 0)
                fail_msg("missed at %zu", at);
        }
    }
    free(text);
}

/* Unread octets are searched a mebibyte at a time: no seam may fall into a word, or into a character. */
static void test_walk_searches_across_its_own_stretches(void **state)
{
    static const char mark[] = "DIFFUSION RESTREINTE";
    const size_t size = (1U << 20) + 4096;
    char *bytes = malloc(size);

    assert_non_null(bytes);
    for (size_t before = 0; before < 2 * sizeof mark; before++) {
        memset(bytes, 0x01, size);
        for (size_t i = 0; i < sizeof mark - 1; i++) {
            bytes[(1U << 20) - before + 2 * i] = mark[i];
            bytes[(1U << 20) - before + 2 * i + 1] = '\0';
        }
        assert_int_equal(read_file(*state, "data.bin", (struct span){ bytes, size })->labels.count, 1);
    }
    free(bytes);
}

static void test_walk_sees_broken_promises(void **state)
{
    static const struct { const char *name; const char *bytes; bool mismatch; } cases[] = {
        { "note.txt", "Bonjour\n", false },      { "note.csv", "a;b\n", false },
        { "note.pdf", "Bonjour\n", true },       { "note.PNG", "Bonjour\n", true },
        { "note.txt", "%PDF-1.4\n%%EOF", true }, { "note", "Bonjour\n", false },
        { "note.xyz", "Bonjour\n", false },      { "a.pdf/note", "Bonjour\n", false },
        { "page.html", "<html><p>Bonjour", false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct facts *facts = read_file(*state, cases[i].name, span_of(cases[i].bytes));
        if (facts->parts.items[0].mismatch != cases[i].mismatch)
            fail_msg("%s: mismatch %d, want %d (%.*s)", cases[i].name, !cases[i].mismatch,
                     cases[i].mismatch, SPAN_ARG(facts->parts.items[0].detected));
    }
}

static void test_walk_takes_the_empty_file(void **state)
{
    const struct facts *facts = read_file(*state, "empty.pdf", SPAN(""));

    assert_true(span_equals(facts->parts.items[0].detected, SPAN("empty")));
    assert_int_equal(facts->parts.items[0].reason, UNINSPECTABLE_NONE);
    assert_false(facts->parts.items[0].mismatch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_walk_lists_a_part, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_walk_searches_what_it_cannot_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_walk_misses_nothing_at_a_seam, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_walk_searches_across_its_own_stretches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_walk_sees_broken_promises, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_walk_takes_the_empty_file, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
