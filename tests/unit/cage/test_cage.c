/* SPDX-License-Identifier: EUPL-1.2 */
/* The pool against the real scanner program of this build. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "cage/cage.h"

static struct span marks[] = { { "DIFFUSION RESTREINTE", 20 } };
static struct label_def labels[] = {
    { .scheme = { "fr", 2 },
      .name = { "DIFFUSION RESTREINTE", 20 },
      .rank = 10,
      .level = 1,
      .strength = LABEL_STRONG,
      .marks = { marks, 1, 1 } },
};

static struct scan_plan a_plan(void)
{
    return (struct scan_plan){ .labels = labels, .label_count = 1, .limits = plan_default_limits };
}

static struct cage *start(const struct cage_options *options)
{
    const struct scan_plan plan = a_plan();
    char path[PATH_MAX];
    struct cage *cage;
    struct err err;
    int fd;

    snprintf(path, sizeof path, "%s/src/vaguemestre-scanner", getenv("builddir"));
    fd = cage_spawn(path, &err);
    cage = fd < 0 ? NULL : cage_attach(fd, &plan, options, &err);
    if (cage == NULL)
        fail_msg("%s", err.text);
    return cage;
}

static int sealed(struct span message)
{
    int fd = memfd_create("message", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, message.ptr, message.len), message.len);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK), 0);
    return fd;
}

static struct facts *scan(struct cage *cage, struct arena *arena, struct span message)
{
    struct facts *facts = facts_new(arena);
    int fd = sealed(message);
    struct err err;

    assert_non_null(facts);
    if (cage_scan(cage, fd, message.len, SCAN_MESSAGE, SPAN(""), NULL, facts, &err) != 0)
        fail_msg("%s", err.text);
    close(fd);
    return facts;
}

static const struct span marked = { "Subject: note\r\n\r\nDIFFUSION RESTREINTE\r\n\r\nBonjour.\r\n", 52 };
static const struct span plain = { "Subject: note\r\n\r\nBonjour.\r\n", 27 };

static void test_cage_reads_a_message(void **state)
{
    struct arena *arena = arena_new(0);
    struct cage *cage = start(NULL);
    struct facts *facts = scan(cage, arena, marked);

    (void)state;
    assert_true(facts->scanned);
    assert_int_equal(facts->scan_failure, UNINSPECTABLE_NONE);
    assert_true(facts->labels.count >= 1);
    assert_int_equal(facts->labels.items[0].label, 0);
    assert_true(facts->parts.count >= 1);
    assert_int_equal(scan(cage, arena, plain)->labels.count, 0);
    cage_free(&cage);
    assert_null(cage);
    arena_free(&arena);
}

/* Past their number of messages, children are replaced and nobody notices. */
static void test_cage_replaces_used_children(void **state)
{
    const struct cage_options options = { .children = 1, .reuse = 2 };
    struct cage *cage = start(&options);
    struct arena *arena = arena_new(0);

    (void)state;
    for (int i = 0; i < 20; i++)
        assert_true(scan(cage, arena, marked)->labels.count >= 1);
    cage_free(&cage);
    arena_free(&arena);
}

static void *many(void *data)
{
    struct arena *arena = arena_new(0);
    size_t right = 0;

    for (int i = 0; i < 50; i++) {
        arena_reset(arena);
        right += scan(data, arena, i % 2 == 0 ? marked : plain)->labels.count == (i % 2 == 0);
    }
    arena_free(&arena);
    return (void *)right;
}

/* More callers than children: each gets the answer to its own message. */
static void test_cage_serves_many_threads(void **state)
{
    const struct cage_options options = { .children = 2, .reuse = 7 };
    struct cage *cage = start(&options);
    pthread_t threads[8];

    (void)state;
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, many, cage), 0);
    for (size_t i = 0; i < 8; i++) {
        void *right;
        assert_int_equal(pthread_join(threads[i], &right), 0);
        assert_int_equal((size_t)right, 50);
    }
    cage_free(&cage);
}

static void test_cage_reads_a_large_message(void **state)
{
    const size_t size = 3 << 20;
    char *text = malloc(size);
    struct cage *cage = start(NULL);
    struct arena *arena = arena_new(0);
    struct facts *facts;

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = i % 70 == 69 ? '\n' : 'a';
    memcpy(text, "Subject: x\n\n", 12);
    memcpy(text + size - 30, "\nDIFFUSION RESTREINTE\n", 22);
    facts = scan(cage, arena, (struct span){ text, size });
    assert_int_equal(facts->labels.count, 1);
    assert_int_equal(facts->scan_failure, UNINSPECTABLE_NONE);
    cage_free(&cage);
    arena_free(&arena);
    free(text);
}

static void test_cage_says_why_it_cannot_start(void **state)
{
    const struct scan_plan plan = a_plan();
    struct err err;

    (void)state;
    assert_int_equal(cage_spawn("/nowhere/vaguemestre-scanner", &err), -1);
    assert_non_null(strstr(err.text, "/nowhere/vaguemestre-scanner"));
    assert_null(cage_attach(cage_spawn("/bin/true", &err), &plan, NULL, &err));
    assert_non_null(strstr(err.text, "ended before it was ready"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cage_reads_a_message),
        cmocka_unit_test(test_cage_replaces_used_children),
        cmocka_unit_test(test_cage_serves_many_threads),
        cmocka_unit_test(test_cage_reads_a_large_message),
        cmocka_unit_test(test_cage_says_why_it_cannot_start),
    };

    return cmocka_run_group_tests_name("cage", tests, NULL, NULL);
}
