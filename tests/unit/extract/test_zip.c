/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recorder.h"
#include "zip_builder.h"

static void expect(const struct recorder *recorder, const char *line)
{
    if (recorder_has_line(recorder, line))
        return;
    print_error(" want: %s\n got: %.*s", line, (int)recorder->log.len, recorder->log.ptr);
    fail();
}

/* An archive of one honest member and one with these lies; the log must hold the line. */
static void check_lies(unsigned lies, const char *line, const char *second_line)
{
    struct zip_builder builder;
    struct recorder recorder;

    zip_builder_init(&builder);
    zip_builder_add(&builder, "a.txt", SPAN("harmless"), ZIP_HONEST);
    zip_builder_add(&builder, "b.txt", SPAN("SECRET"), lies);
    recorder_init(&recorder);
    recorder_read(&recorder, zip_builder_finish(&builder, ""));
    expect(&recorder, line);
    expect(&recorder, second_line);
    recorder_fini(&recorder);
    zip_builder_fini(&builder);
}

static void test_zip_reads_honest_archives_without_a_word(void **state)
{
    struct zip_builder builder;
    struct recorder recorder;

    (void)state;
    zip_builder_init(&builder);
    zip_builder_add(&builder, "a/", SPAN(""), ZIP_HONEST);
    zip_builder_add(&builder, "a/b.txt", SPAN("harmless"), ZIP_HONEST);
    zip_builder_add(&builder, "c.txt", SPAN("later"), ZIP_WITH_DESCRIPTOR);
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, zip_builder_finish(&builder, "SECRET")), EXTRACT_OK);
    expect(&recorder, "nested a/b.txt 8");
    expect(&recorder, "nested c.txt 5");
    expect(&recorder, "[comment (archive comment)] SECRET");
    assert_false(recorder_has(&recorder, "ambiguity"));
    assert_false(recorder_has(&recorder, "uninspectable"));
    recorder_fini(&recorder);
    zip_builder_fini(&builder);
}

static void test_zip_names_each_contradiction(void **state)
{
    (void)state;
    check_lies(ZIP_NOT_LISTED, "ambiguity archive-hidden-member ", "nested b.txt 6");
    check_lies(ZIP_ONLY_LISTED, "ambiguity archive-hidden-member b.txt", "uninspectable damaged b.txt");
    check_lies(ZIP_LOCAL_NAME, "ambiguity archive-header-conflict b.txt", "nested other 6");
    check_lies(ZIP_LOCAL_ENCRYPTED, "ambiguity archive-header-conflict b.txt", "nested b.txt 6");
    check_lies(ZIP_CENTRAL_ENCRYPTED, "ambiguity archive-header-conflict b.txt", "nested b.txt 6");
    check_lies(ZIP_LOCAL_SIZE, "ambiguity archive-header-conflict b.txt", "nested b.txt 6");
    check_lies(ZIP_LOCAL_ENCRYPTED | ZIP_CENTRAL_ENCRYPTED, "uninspectable encrypted b.txt", "[name -] b.txt");
}

static void test_zip_sees_what_is_around_it(void **state)
{
    struct zip_builder builder;
    struct recorder recorder;
    struct span whole;

    (void)state;
    zip_builder_init(&builder);
    zip_builder_add(&builder, "a.txt", SPAN("first"), ZIP_HONEST);
    zip_builder_add(&builder, "a.txt", SPAN("second one"), ZIP_HONEST);
    zip_builder_add(&builder, "../up.txt", SPAN("x"), ZIP_HONEST);
    zip_builder_finish(&builder, "");
    buf_append(&builder.bytes, SPAN("trailing octets"));
    recorder_init(&recorder);
    recorder_read(&recorder, buf_span(&builder.bytes));
    expect(&recorder, "ambiguity archive-duplicate-member a.txt");
    expect(&recorder, "ambiguity archive-name ../up.txt");
    expect(&recorder, "ambiguity archive-trailing-data ");
    expect(&recorder, "nested (unclaimed octets) 15");
    expect(&recorder, "nested a.txt 5");
    expect(&recorder, "nested a.txt 10");
    recorder_fini(&recorder);

    /* Two archives glued: the first one's directory is what some readers see. */
    buf_clear(&builder.bytes);
    zip_builder_add(&builder, "one.txt", SPAN("SECRET"), ZIP_HONEST);
    zip_builder_finish(&builder, "");
    zip_builder_add(&builder, "two.txt", SPAN("harmless"), ZIP_HONEST);
    whole = zip_builder_finish(&builder, "");
    recorder_init(&recorder);
    recorder_read(&recorder, whole);
    expect(&recorder, "ambiguity archive-multiple-directories ");
    expect(&recorder, "nested one.txt 6");
    expect(&recorder, "nested two.txt 8");
    recorder_fini(&recorder);

    /* Cut off before its directory. */
    recorder_init(&recorder);
    recorder_read(&recorder, span_slice(whole, 0, 43));
    expect(&recorder, "nested one.txt 6");
    expect(&recorder, "uninspectable damaged ");
    recorder_fini(&recorder);
    zip_builder_fini(&builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zip_reads_honest_archives_without_a_word),
        cmocka_unit_test(test_zip_names_each_contradiction),
        cmocka_unit_test(test_zip_sees_what_is_around_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
