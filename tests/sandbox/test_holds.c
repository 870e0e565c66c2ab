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
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "cage/cage.h"

static struct cage *start_within(uint64_t memory_bytes, uint32_t time_ms)
{
    const struct cage_options options = { .children = 1 };
    struct scan_plan plan = { .limits = plan_default_limits };
    char path[PATH_MAX];
    struct cage *cage;
    struct err err;
    int fd;

    plan.limits.time_ms = time_ms;
    plan.limits.memory_bytes = memory_bytes;
    snprintf(path, sizeof path, "%s/tests/sandbox/rogue", getenv("builddir"));
    fd = cage_spawn(path, &err);
    cage = fd < 0 ? NULL : cage_attach(fd, &plan, &options, &err);
    if (cage == NULL)
        fail_msg("%s", err.text);
    return cage;
}

static struct cage *start(uint64_t memory_bytes)
{
    return start_within(memory_bytes, 500);
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

/* What a reader of pictures may say, and what becomes of the picture when it says nothing. */
static void check_picture(struct cage *cage, const char *deed, enum uninspectable picture, size_t labels)
{
    struct arena *arena = arena_new(0);
    const struct facts *facts = tell(cage, arena, deed);

    if (!facts->scanned || facts->scan_failure != UNINSPECTABLE_NONE || facts->parts.count != 2 ||
        facts->parts.items[0].reason != UNINSPECTABLE_ENCRYPTED ||
        facts->parts.items[1].reason != picture || facts->labels.count != labels ||
        facts->labels.items[0].source != SOURCE_TEXT)
        fail_msg("%s: %zu parts, %zu labels, the picture %d", deed, facts->parts.count,
                 facts->labels.count, facts->parts.count < 2 ? 0 : (int)facts->parts.items[1].reason);
    if (labels > 1)
        assert_int_equal(facts->labels.items[1].source, SOURCE_IMAGE);
    assert_true(tell(cage, arena, "behave")->scanned);
    arena_free(&arena);
}

static void test_cage_looks_twice_at_pictures(void **state)
{
    static const struct {
        const char *deed;
        enum uninspectable picture;
        size_t labels;
    } deeds[] = {
        { "picture read-file", UNINSPECTABLE_NONE, 2 },
        { "picture leave", UNINSPECTABLE_IMAGE_ONLY, 2 },
        { "picture spin", UNINSPECTABLE_TIMEOUT, 1 },
        { "picture fault", UNINSPECTABLE_CRASHED, 1 },
        { "picture start-program", UNINSPECTABLE_CRASHED, 1 },
        { "picture answer-garbage", UNINSPECTABLE_CRASHED, 1 },
    };
    struct scan_plan plan = { .limits = plan_default_limits, .ocr = { .wanted = true, .time_ms = 400 } };
    struct cage *cage = start(1U << 30);
    char path[PATH_MAX];
    struct err err;
    int fd;

    (void)state;
    snprintf(path, sizeof path, "%s/tests/sandbox/rogue", getenv("builddir"));
    fd = cage_spawn(path, &err);
    if (fd < 0 || cage_attach_ocr(cage, fd, &plan, &err) != 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        check_picture(cage, deeds[i].deed, deeds[i].picture, deeds[i].labels);
    cage_free(&cage);
}

#if !defined(__SANITIZE_ADDRESS__) /* whose own memory has no bounds the kernel could keep */
static void test_cage_caps_memory(void **state)
{
    struct cage *cage = start_within(300U << 20, 10000);   /* to fill it takes a while */

    (void)state;
    check(cage, &(struct deed){ "take-memory", "refused 12", 0 });
    cage_free(&cage);
}
#endif

/* The parent of a process, by /proc; 0 when it is gone. */
static int parent_of(int pid)
{
    char path[64];
    FILE *file;
    int parent = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    file = fopen(path, "r");
    if (file != NULL && fscanf(file, "%*d (%*[^)]) %*c %d", &parent) != 1)
        parent = 0;
    if (file != NULL)
        fclose(file);
    return parent;
}

/* The template, which is a child process of this one, and what there may still be of those before it. */
static void kill_templates(void)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;

    assert_non_null(processes);
    while ((entry = readdir(processes)) != NULL)
        if (atoi(entry->d_name) > 0 && parent_of(atoi(entry->d_name)) == (int)getpid())
            kill(atoi(entry->d_name), SIGKILL);
    closedir(processes);
}

/* Without its template a cage reads nothing any more, and says so: whoever started it starts the next. */
static void test_cage_without_template_is_dead(void **state)
{
    struct cage *cage = start(1U << 30);
    struct arena *arena = arena_new(0);
    int fd = memfd_create("message", MFD_CLOEXEC);
    struct facts *facts = facts_new(arena);
    struct err err = { "" };

    (void)state;
    assert_true(tell(cage, arena, "behave")->scanned);
    assert_int_equal(write(fd, "behave", 6), 6);
    /* A child that is ready may still take one. */
    for (int i = 0; i < 40 && strstr(err.text, "the scanner template has ended") == NULL; i++) {
        kill_templates();
        cage_scan(cage, fd, 6, SCAN_MESSAGE, SPAN(""), NULL, facts, &err);
        assert_true(facts->scanned || facts->scan_failure != UNINSPECTABLE_NONE);
    }
    if (strstr(err.text, "the scanner template has ended") == NULL)
        fail_msg("\"%s\"", err.text);
    assert_int_equal(facts->scan_failure, UNINSPECTABLE_CRASHED);
    assert_false(facts->scanned);
    close(fd);
    cage_free(&cage);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cage_refuses),
        cmocka_unit_test(test_cage_ends_what_was_taken_over),
        cmocka_unit_test(test_cage_contains),
        cmocka_unit_test(test_cage_looks_twice_at_pictures),
#if !defined(__SANITIZE_ADDRESS__)
        cmocka_unit_test(test_cage_caps_memory),
#endif
        cmocka_unit_test(test_cage_without_template_is_dead),
    };

    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
