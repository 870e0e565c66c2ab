/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "recorder.h"

static void add_tar_member(struct buf *tar, const char *name, const char *content)
{
    char block[512] = "";
    unsigned sum = 0;

    snprintf(block, 100, "%s", name);
    memcpy(block + 100, "0000644", 8);
    snprintf(block + 124, 12, "%011o", (unsigned)strlen(content) & 0777U);
    memset(block + 148, ' ', 8);
    block[156] = '0';
    memcpy(block + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof block; i++)
        sum += (unsigned char)block[i];
    snprintf(block + 148, 8, "%06o", sum);
    buf_append(tar, (struct span){ block, sizeof block });
    memset(block, 0, sizeof block);
    memcpy(block, content, strlen(content));
    buf_append(tar, (struct span){ block, sizeof block });
}

static void end_tar(struct buf *tar)
{
    static const char zeros[1024];

    buf_append(tar, (struct span){ zeros, sizeof zeros });
}

static void test_archive_reads_every_member(void **state)
{
    struct recorder recorder;
    struct buf tar;

    (void)state;
    buf_init(&tar, 0);
    add_tar_member(&tar, "a.txt", "SECRET");
    add_tar_member(&tar, "../b.txt", "PUBLIC");
    add_tar_member(&tar, "a.txt", "RESTREINT");
    end_tar(&tar);
    recorder_init(&recorder);
    recorder.recurse = true;
    assert_int_equal(recorder_read(&recorder, buf_span(&tar)), EXTRACT_OK);
    assert_true(recorder_has_line(&recorder, "detected tar"));
    assert_true(recorder_has_line(&recorder, "nested a.txt 6"));
    assert_true(recorder_has_line(&recorder, "nested a.txt 9"));
    assert_true(recorder_has_line(&recorder, "ambiguity archive-name ../b.txt"));
    assert_true(recorder_has_line(&recorder, "ambiguity archive-duplicate-member a.txt"));
    assert_false(recorder_has(&recorder, "archive-trailing-data"));
    recorder_fini(&recorder);

    /* What follows the end mark is read as well, and named. */
    add_tar_member(&tar, "late.txt", "SECRET");
    end_tar(&tar);
    recorder_init(&recorder);
    recorder_read(&recorder, buf_span(&tar));
    assert_true(recorder_has_line(&recorder, "ambiguity archive-trailing-data "));
    assert_true(recorder_has_line(&recorder, "nested late.txt 6"));
    recorder_fini(&recorder);

    /* Cut in the middle of a member: told, and the first is kept. */
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, span_slice(buf_span(&tar), 0, 1600)), EXTRACT_PARTIAL);
    assert_true(recorder_has_line(&recorder, "nested a.txt 6"));
    assert_true(recorder_has(&recorder, "uninspectable damaged"));
    recorder_fini(&recorder);
    buf_fini(&tar);
}

static void add_gzip(struct buf *out, struct span content)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)content.ptr, .avail_in = (uInt)content.len };
    char *room = buf_reserve(out, content.len + 1024);

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = (Bytef *)room;
    z.avail_out = (uInt)content.len + 1024;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len += z.total_out;
    deflateEnd(&z);
}

static void test_gzip_names_what_readers_disagree_on(void **state)
{
    struct recorder recorder;
    struct buf file;

    (void)state;
    buf_init(&file, 0);
    add_gzip(&file, SPAN("PUBLIC\n"));
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, buf_span(&file)), EXTRACT_OK);
    assert_true(recorder_has_line(&recorder, "nested  7"));
    assert_false(recorder_has(&recorder, "ambiguity"));
    recorder_fini(&recorder);

    add_gzip(&file, SPAN("SECRET\n"));
    buf_append(&file, SPAN("and SECRET behind"));
    recorder_init(&recorder);
    recorder_read(&recorder, buf_span(&file));
    assert_true(recorder_has_line(&recorder, "nested  14"));
    assert_true(recorder_has_line(&recorder, "ambiguity archive-multiple-directories "));
    assert_true(recorder_has_line(&recorder, "ambiguity archive-trailing-data "));
    assert_true(recorder_has_line(&recorder, "nested trailing 17"));
    recorder_fini(&recorder);

    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, span_slice(buf_span(&file), 0, 20)), EXTRACT_PARTIAL);
    assert_true(recorder_has_line(&recorder, "uninspectable damaged "));
    recorder_fini(&recorder);
    buf_fini(&file);
}

/* 100 MB of nothing in 100 KB: the budget ends it. */
static void test_gzip_bomb_is_bounded(void **state)
{
    struct recorder recorder;
    struct buf zeros, file;

    (void)state;
    buf_init(&zeros, 0);
    buf_init(&file, 0);
    memset(buf_reserve(&zeros, 100 << 20), 0, 100 << 20);
    zeros.len = 100 << 20;
    add_gzip(&file, buf_span(&zeros));
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, buf_span(&file)), EXTRACT_STOPPED);
    recorder_fini(&recorder);
    buf_fini(&zeros);
    buf_fini(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_archive_reads_every_member),
        cmocka_unit_test(test_gzip_names_what_readers_disagree_on),
        cmocka_unit_test(test_gzip_bomb_is_bounded),
    };

    return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
