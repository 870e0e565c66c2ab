/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "spool/spool.h"

/* A directory of the test's own, gone again but for its descriptor. */
static int open_directory(void)
{
    char path[] = "/tmp/test_spool.XXXXXX";
    int fd;

    assert_non_null(mkdtemp(path));
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void remove_directory(int fd)
{
    char link[32], path[64];
    ssize_t n;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof path - 1);
    assert_true(n > 0);
    path[n] = '\0';
    close(fd);
    assert_int_equal(rmdir(path), 0);   /* fails when a file was left behind */
}

static void append_pattern(struct spool *spool, size_t pieces, size_t piece_bytes)
{
    char piece[70000];
    struct err err;

    assert_true(piece_bytes <= sizeof piece);
    for (size_t i = 0; i < pieces; i++) {
        memset(piece, (int)('a' + i % 26), piece_bytes);
        assert_int_equal(spool_append(spool, (struct span){ piece, piece_bytes }, &err), SPOOL_OK);
    }
}

static void check_pattern(int fd, size_t pieces, size_t piece_bytes)
{
    const size_t size = pieces * piece_bytes;
    const char *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

    assert_ptr_not_equal(map, MAP_FAILED);
    for (size_t i = 0; i < size; i++)
        if (map[i] != (char)('a' + i / piece_bytes % 26))
            fail_msg("octet %zu is not what was appended", i);
    munmap((void *)(uintptr_t)map, size);
}

static void hold(uint64_t memory_bytes, size_t pieces, size_t piece_bytes)
{
    struct spool_limits limits = { open_directory(), memory_bytes, 0 };
    struct err err;
    struct spool *spool = spool_new(&limits, &err);
    uint64_t size;
    int fd;

    assert_non_null(spool);
    append_pattern(spool, pieces, piece_bytes);
    fd = spool_seal(spool, &size, &err);
    assert_true(fd >= 0);
    assert_int_equal(size, pieces * piece_bytes);
    check_pattern(fd, pieces, piece_bytes);
    assert_int_equal(write(fd, "x", 1), -1);
    assert_true(errno == EBADF || errno == EPERM); /* a file, memory */
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_ptr_equal(mmap(NULL, 1, PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    spool_free(&spool);
    assert_null(spool);
    remove_directory(limits.directory_fd);
}

static void test_spool_holds_in_memory(void **state)
{
    (void)state;
    hold(1 << 20, 1000, 7);
    hold(1 << 20, 3, 65535);
    hold(1 << 20, 2, 8192);
}

static void test_spool_moves_to_an_unnamed_file(void **state)
{
    (void)state;
    hold(1000, 1000, 7);
    hold(100000, 10, 65535);
    hold(0, 1, 1);
}

static void test_spool_seals_memory_for_good(void **state)
{
    struct spool_limits limits = { -1, 0, 0 };
    struct err err;
    struct spool *spool = spool_new(&limits, &err);
    uint64_t size;
    int fd, seals;

    (void)state;
    append_pattern(spool, 1, 5);
    fd = spool_seal(spool, &size, &err);
    seals = fcntl(fd, F_GET_SEALS);
    assert_int_equal(seals & (F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL),
                     F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
    spool_free(&spool);
}

static void test_spool_stops_at_the_message_limit(void **state)
{
    struct spool_limits limits = { -1, 1 << 20, 10 };
    struct err err;
    struct spool *spool = spool_new(&limits, &err);

    (void)state;
    assert_int_equal(spool_append(spool, SPAN("0123456789"), &err), SPOOL_OK);
    assert_int_equal(spool_append(spool, SPAN("x"), &err), SPOOL_TOO_LARGE);
    assert_int_equal(spool_append(spool, SPAN(""), &err), SPOOL_TOO_LARGE);
    assert_int_equal(spool_size(spool), 10);
    spool_free(&spool);
}

static void test_spool_holds_an_empty_message(void **state)
{
    struct spool_limits limits = { -1, 0, 0 };
    struct err err;
    struct spool *spool = spool_new(&limits, &err);
    uint64_t size = 1;

    (void)state;
    assert_true(spool_seal(spool, &size, &err) >= 0);
    assert_int_equal(size, 0);
    spool_free(&spool);
}

/* A directory that takes no files is an error with words, and not a lost octet. */
static void test_spool_says_why_it_failed(void **state)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct spool_limits limits = { null, 10, 0 };
    struct err err = { "" };
    struct spool *spool = spool_new(&limits, &err);
    uint64_t size;

    (void)state;
    append_pattern(spool, 1, 100);
    assert_int_equal(spool_seal(spool, &size, &err), -1);
    assert_non_null(strstr(err.text, "spool directory: "));
    spool_free(&spool);
    close(null);
}

static void test_spool_reports_a_full_disk(void **state)
{
    struct rlimit old, small = { 100000, 0 };
    struct spool_limits limits = { open_directory(), 1000, 0 };
    struct err err = { "" };
    struct spool *spool = spool_new(&limits, &err);
    static const char piece[60000];
    enum spool_result result;

    (void)state;
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    result = spool_append(spool, (struct span){ piece, sizeof piece }, &err);
    assert_int_equal(result, SPOOL_OK);
    result = spool_append(spool, (struct span){ piece, sizeof piece }, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(result, SPOOL_FAILED);
    assert_non_null(strstr(err.text, "storing a message: "));
    spool_free(&spool);
    remove_directory(limits.directory_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spool_holds_in_memory),
        cmocka_unit_test(test_spool_moves_to_an_unnamed_file),
        cmocka_unit_test(test_spool_seals_memory_for_good),
        cmocka_unit_test(test_spool_stops_at_the_message_limit),
        cmocka_unit_test(test_spool_holds_an_empty_message),
        cmocka_unit_test(test_spool_says_why_it_failed),
        cmocka_unit_test(test_spool_reports_a_full_disk),
    };

    /* Past the size limit we want the error, not the signal. */
    (void)sigaction(SIGXFSZ, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
    return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
