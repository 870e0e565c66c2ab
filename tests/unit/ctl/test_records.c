/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "audit/chain.h"
#include "ctl/records.h"

/* 2026-11-23T12:00:00Z */
#define NOW_US (INT64_C(1795435200) * 1000000)

static const char record_text[] =
    "{\"seq\":7,\"time\":\"2026-11-23T10:00:00.000000Z\",\"kind\":\"verdict\",\"verdict\":\"reject\","
    "\"queue_id\":\"4FXQ\",\"message_id\":\"<a@b>\",\"rule\":\"over-ceiling\","
    "\"rules\":[{\"name\":\"look\",\"mode\":\"observe\"},{\"name\":\"over-ceiling\"}],"
    "\"senders\":[{\"address\":\"Agent@defense.gouv.fr\"},{\"address\":\"x@gmail.com\"}],"
    "\"recipients\":[\"a@example.com\",\"b@example.org\"],"
    "\"labels\":[{\"label\":null},{\"label\":\"fr:SECRET\"}]}";

static bool matches(const struct record_filter *filter)
{
    json_t *record = json_loads(record_text, 0, NULL);
    bool matched;

    assert_non_null(record);
    matched = filter_matches(filter, record);
    if (matched)
        assert_true(filter_may_match(filter, span_of(record_text)));
    json_decref(record);
    return matched;
}

static void test_filter_matches_members(void **state)
{
    static const struct {
        struct record_filter filter;
        bool matched;
    } cases[] = {
        { { .sender = NULL }, true },
        { { .sender = "agent@DEFENSE.gouv.fr" }, true },
        { { .sender = "*@gmail.com" }, true },
        { { .sender = "*@gmail.co" }, false },
        { { .recipient = "b@example.org" }, true },
        { { .recipient = "c@example.org" }, false },
        { { .verdict = "reject" }, true },
        { { .verdict = "accept" }, false },
        { { .rule = "look" }, true },
        { { .rule = "over-*" }, true },
        { { .rule = "over" }, false },
        { { .label = "fr:*" }, true },
        { { .label = "nato:*" }, false },
        { { .id = "4FXQ" }, true },
        { { .id = "<a@b>" }, true },
        { { .id = "4FX" }, false },
        { { .since = "2026-11-23T10:00:00.000000Z" }, true },
        { { .since = "2026-11-23T10:00:00.000001Z" }, false },
        { { .until = "2026-11-23T10:00:00.000000Z" }, false },
        { { .until = "2026-11-23T10:00:00.000001Z" }, true },
        { { .sender = "x@gmail.com", .verdict = "accept" }, false },
        { { .sender = "x@gmail.com", .verdict = "reject", .label = "fr:SECRET" }, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (matches(&cases[i].filter) != cases[i].matched)
            fail_msg("case %zu", i);
}

static void test_filter_does_not_parse_in_vain(void **state)
{
    const struct record_filter filter = { .id = "4ABC" }, glob = { .id = "4AB*" };

    (void)state;
    assert_false(filter_may_match(&filter, span_of(record_text)));
    assert_true(filter_may_match(&glob, span_of(record_text)));
}

static void test_instant_takes_dates_and_spans(void **state)
{
    static const struct {
        const char *text;
        int64_t before_now_s;
    } cases[] = {
        { "today", 43200 },       { "yesterday", 43200 + 86400 },   { "90s", 90 }, { "15m", 900 },
        { "2h", 7200 },           { "7d", 7 * 86400 },              { "1w", 7 * 86400 },
        { "2026-11-23", 43200 },  { "2026-11-23T11:00:00Z", 3600 }, { "0s", 0 },
    };
    static const char *const wrong[] = { "", "h", "2", "2y", "-2h", "tomorrow", "2026-13-01",
                                         "99999999999d" };
    int64_t instant;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(instant_parse(cases[i].text, NOW_US, &instant), 0);
        assert_int_equal(NOW_US - instant, cases[i].before_now_s * 1000000);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(instant_parse(wrong[i], NOW_US, &instant), -1);
}

static void assert_lines(struct span octets, const char *const *lines, size_t count)
{
    struct line_reader *reader = line_reader_open_memory(octets, NULL);
    struct span line;

    assert_non_null(reader);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(line_reader_next(reader, &line, NULL), 1);
        assert_true(span_equals(line, span_of(lines[i])));
    }
    assert_int_equal(line_reader_next(reader, &line, NULL), 0);
    line_reader_close(&reader);
    assert_null(reader);
}

static void test_lines_of_plain_text(void **state)
{
    (void)state;
    assert_lines(SPAN(""), NULL, 0);
    assert_lines(SPAN("a\nbc\n"), (const char *const[]){ "a", "bc" }, 2);
    assert_lines(SPAN("a\n\nbc"), (const char *const[]){ "a", "", "bc" }, 3);
}

static void test_lines_tell_an_unfinished_one(void **state)
{
    struct line_reader *reader = line_reader_open_memory(SPAN("a\nbc"), NULL);
    struct span line;

    (void)state;
    assert_int_equal(line_reader_next(reader, &line, NULL), 1);
    assert_true(line_reader_is_whole(reader));
    assert_int_equal(line_reader_next(reader, &line, NULL), 1);
    assert_false(line_reader_is_whole(reader));
    line_reader_close(&reader);
}

/* The text as one of libarchive's filters packs it. */
static size_t pack(const char *filter, struct span text, char *packed, size_t size)
{
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    size_t used = 0;

    assert_int_equal(archive_write_add_filter_by_name(archive, filter), ARCHIVE_OK);
    archive_write_set_format_raw(archive);
    archive_write_set_bytes_in_last_block(archive, 1);
    assert_int_equal(archive_write_open_memory(archive, packed, size, &used), ARCHIVE_OK);
    archive_entry_set_filetype(entry, AE_IFREG);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, text.ptr, text.len), (la_ssize_t)text.len);
    archive_entry_free(entry);
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    return used;
}

static void test_lines_of_compressed_files(void **state)
{
    static const char *const filters[] = { "gzip", "bzip2", "xz", "zstd" };
    char packed[4096];

    (void)state;
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        size_t size = pack(filters[i], SPAN("one\ntwo\nthree\n"), packed, sizeof packed);

        assert_lines((struct span){ packed, size }, (const char *const[]){ "one", "two", "three" }, 3);
    }
}

static void test_lines_report_damage(void **state)
{
    char packed[4096];
    size_t size = pack("gzip", SPAN("one\ntwo\nthree\n"), packed, sizeof packed);
    struct line_reader *reader = line_reader_open_memory((struct span){ packed, size - 9 }, NULL);
    struct err err = { "" };
    struct span line;
    int more = reader == NULL ? -1 : 1;

    (void)state;
    for (size_t i = 0; i < 10 && more == 1; i++)
        more = line_reader_next(reader, &line, &err);
    assert_int_equal(more, -1);
    line_reader_close(&reader);
}

static void test_lines_have_a_cap(void **state)
{
    size_t size = CHAIN_RECORD_BYTES + 1000;
    char *text = malloc(size);
    struct line_reader *reader;
    struct span line;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', size);
    text[size - 2] = '\n';
    reader = line_reader_open_memory((struct span){ text, size }, NULL);
    assert_int_equal(line_reader_next(reader, &line, NULL), 1);
    assert_int_equal(line.len, CHAIN_RECORD_BYTES + 1);
    assert_int_equal(line_reader_next(reader, &line, NULL), 1);
    assert_int_equal(line.len, 1);
    line_reader_close(&reader);
    free(text);
}

static void test_nearest_name_is_near(void **state)
{
    static const char *const names[] = { "sender", "recipient", "document" };

    (void)state;
    assert_string_equal(nearest_name("sendre", names, 3), "sender");
    assert_string_equal(nearest_name("recipent", names, 3), "recipient");
    assert_null(nearest_name("xyz", names, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter_matches_members),
        cmocka_unit_test(test_filter_does_not_parse_in_vain),
        cmocka_unit_test(test_instant_takes_dates_and_spans),
        cmocka_unit_test(test_lines_of_plain_text),
        cmocka_unit_test(test_lines_tell_an_unfinished_one),
        cmocka_unit_test(test_lines_of_compressed_files),
        cmocka_unit_test(test_lines_report_damage),
        cmocka_unit_test(test_lines_have_a_cap),
        cmocka_unit_test(test_nearest_name_is_near),
    };

    return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
