/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From inside the cage: each forbidden thing is tried and seen refused or
 * contained, and each time the next message is judged all the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "cage/cage.h"

static struct cage *start(uint64_t memory_bytes)
{
    const struct cage_options options = { .children = 1 };
    struct scan_plan plan = { .limits = plan_default_limits };
    char path[PATH_MAX];
    struct cage *cage;
    struct err err;

    plan.limits.time_ms = 500;
    plan.limits.memory_bytes = memory_bytes;
    snprintf(path, sizeof path, "%s/tests/sandbox/rogue", getenv("builddir"));
    cage = cage_start(path, &plan, &options, &err);
    if (cage == NULL)
        fail_msg("%s", err.text);
    return cage;
}

static struct facts *tell(struct cage *cage, struct arena *arena, const char *deed)
{
    struct facts *facts = facts_new(arena);
    int fd = memfd_create("message", MFD_CLOEXEC);
    struct err err;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, deed, strlen(deed)), strlen(deed));
    if (cage_scan(cage, fd, strlen(deed), SCAN_MESSAGE, SPAN(""), NULL, facts, &err) != 0)
        fail_msg("%s: %s", deed, err.text);
    close(fd);
    return facts;
}

struct deed {
    const char *name;
    const char *subject;            /* what comes back, or NULL: no report at all */
    enum uninspectable failure;     /* without one */
};

static void check(struct cage *cage, const struct deed *deed)
{
    struct arena *arena = arena_new(0);
    struct facts *facts = tell(cage, arena, deed->name);

    if (deed->subject == NULL) {
        if (facts->scanned || facts->scan_failure != deed->failure)
            fail_msg("%s: scanned %d, failure %d, \"%.*s\"", deed->name, facts->scanned,
                     (int)facts->scan_failure, SPAN_ARG(facts->subject));
    } else if (!facts->scanned || !span_equals(facts->subject, span_of(deed->subject))) {
        fail_msg("%s: got failure %d, \"%.*s\", want \"%s\"", deed->name,
                 (int)facts->scan_failure, SPAN_ARG(facts->subject), deed->subject);
    }
    facts = tell(cage, arena, "behave");
    if (!facts->scanned || !span_equals(facts->subject, SPAN("behaved")))
        fail_msg("after %s the next message was not read", deed->name);
    arena_free(&arena);
}

/* EACCES 13, EPERM 1, ENOSYS 38 */
static void test_cage_refuses(void **state)
{
    static const struct deed deeds[] = {
        { "read-file", "refused 13", 0 },
        { "write-file", "refused 13", 0 },
        { "write-proc", "refused 13", 0 },
        { "list-root", "refused 13", 0 },
        { "make-temporary", "refused 13", 0 },
        { "remove-file", "refused 38", 0 },
        { "stat-file", "refused 13", 0 },
        { "change-mode", "refused 38", 0 },
        { "start-process", "refused 38", 0 },
        { "kill-parent", "refused 38", 0 },
        { "kill-by-thread", "refused 38", 0 },
        { "become-another", "refused 38", 0 },
        { "lift-limit", "refused 38", 0 },
        { "map-code", "refused 38", 0 },
        { "turn-to-code", "refused 38", 0 },
    };
    struct cage *cage = start(1U << 30);

    (void)state;
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        check(cage, &deeds[i]);
    cage_free(&cage);
}

static void test_cage_ends_what_was_taken_over(void **state)
{
    static const char *const deeds[] = { "open-socket", "open-local-socket", "connect",
                                         "start-program", "trace-parent", "io-uring", "bpf" };
    struct cage *cage = start(1U << 30);

    (void)state;
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        check(cage, &(struct deed){ deeds[i], NULL, UNINSPECTABLE_CRASHED });
    cage_free(&cage);
}

static void test_cage_contains(void **state)
{
    static const struct deed deeds[] = {
        { "spin", NULL, UNINSPECTABLE_TIMEOUT },
        { "fault", NULL, UNINSPECTABLE_CRASHED },
        { "abort", NULL, UNINSPECTABLE_CRASHED },
        { "end-silently", NULL, UNINSPECTABLE_CRASHED },
        { "exhaust-stack", NULL, UNINSPECTABLE_CRASHED },
        { "answer-garbage", NULL, UNINSPECTABLE_CRASHED },
        { "answer-half", NULL, UNINSPECTABLE_TIMEOUT },
        { "answer-too-much", NULL, UNINSPECTABLE_CRASHED },
        { "answer-with-descriptor", NULL, UNINSPECTABLE_CRASHED },
    };
    struct cage *cage = start(1U << 30);

    (void)state;
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        check(cage, &deeds[i]);
    cage_free(&cage);
}

#if !defined(__SANITIZE_ADDRESS__) /* whose own memory has no bounds the kernel could keep */
static void test_cage_caps_memory(void **state)
{
    struct cage *cage = start(300U << 20);

    (void)state;
    check(cage, &(struct deed){ "take-memory", "refused 12", 0 });
    cage_free(&cage);
}
#endif

/* The one child process of this one: the template. */
static pid_t template_pid(void)
{
    char path[64];
    FILE *file;
    int pid = 0;

    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1);
    fclose(file);
    return pid;
}

/* Without its template the cage starts another; nobody is told more than that it took a moment. */
static void test_cage_outlives_its_template(void **state)
{
    struct cage *cage = start(1U << 30);
    struct arena *arena = arena_new(0);
    struct facts *facts = tell(cage, arena, "behave");
    bool served = false;

    (void)state;
    assert_true(facts->scanned);
    assert_int_equal(kill(template_pid(), SIGKILL), 0);
    /* The message at hand may be lost with its child, or find none in time: it is never "read". */
    for (int i = 0; i < 20 && !served; i++) {
        int fd = memfd_create("message", MFD_CLOEXEC);
        struct err err;

        assert_int_equal(write(fd, "behave", 6), 6);
        facts = facts_new(arena);
        cage_scan(cage, fd, 6, SCAN_MESSAGE, SPAN(""), NULL, facts, &err);
        served = facts->scanned;
        assert_true(served || facts->scan_failure != UNINSPECTABLE_NONE);
        close(fd);
    }
    assert_true(served);
    cage_free(&cage);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cage_refuses),
        cmocka_unit_test(test_cage_ends_what_was_taken_over),
        cmocka_unit_test(test_cage_contains),
#if !defined(__SANITIZE_ADDRESS__)
        cmocka_unit_test(test_cage_caps_memory),
#endif
        cmocka_unit_test(test_cage_outlives_its_template),
    };

    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
