/* SPDX-License-Identifier: EUPL-1.2 */
/* Each role in a process of its own: what it may do works, what it may not is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sandbox/sandbox.h"

enum { KILLED = 1000, NOT_ENTERED = 120 };

/* What happens when role does attempt: its errno (0: it worked), or KILLED + signal. */
static int in_role(enum sandbox_role role, const struct sandbox_options *options,
                   int (*attempt)(void))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        struct err err;
        alarm(20);
        if (sandbox_enter(role, options, NULL, &err) != 0)
            _exit(NOT_ENTERED);
        errno = 0;
        _exit(attempt() < 0 ? errno : 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? KILLED + WTERMSIG(status) : WEXITSTATUS(status);
}

static int open_secret(void)
{
    return open("/etc/shadow", O_RDONLY);
}

static int write_file(void)
{
    return open("/tmp/vaguemestre-must-not-be", O_WRONLY | O_CREAT, 0600);
}

static int stat_file(void)
{
    return access("/etc/passwd", R_OK);
}

static int open_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int fork_child(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid < 0 ? -1 : 0;
}

static void *nothing(void *data)
{
    return data;
}

static int start_thread(void)
{
    pthread_t thread;

    errno = pthread_create(&thread, NULL, nothing, NULL);
    if (errno != 0)
        return -1;
    pthread_join(thread, NULL);
    return 0;
}

static int execute(void)
{
    return execl("/bin/true", "true", (char *)NULL);
}

static int map_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? -1 : 0;
}

static int turn_to_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return page == MAP_FAILED ? 0 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int kill_parent(void)
{
    return kill(getppid(), 0);
}

static int take_memory(void)
{
    void *big = malloc((size_t)512 << 20);

    return big == NULL ? -1 : 0;
}

static int spin(void)
{
    volatile unsigned i = 0;

    while (i < 2)
        i = 1 - i;
    return 0;
}

static int work(void)
{
    char *page = malloc(1 << 20);
    unsigned sum = 0;

    if (page == NULL)
        return -1;
    memset(page, 1, 1 << 20);
    for (int i = 0; i < 1 << 20; i += 4096)
        sum += (unsigned char)page[i];
    free(page);
    return sum == 256 && write(STDERR_FILENO, "", 0) == 0 ? 0 : -1;
}

static void test_scanner_can_only_compute(void **state)
{
    static const struct { const char *name; int (*attempt)(void); int want; } cases[] = {
        { "compute", work, 0 },
        { "read a file", open_secret, EACCES },
        { "write a file", write_file, EACCES },
        { "look for a file", stat_file, EACCES },
        { "socket", open_socket, KILLED + SIGSYS },
        { "fork", fork_child, ENOSYS },
        { "execve", execute, KILLED + SIGSYS },
        { "map code", map_code, ENOSYS },
        { "turn data to code", turn_to_code, ENOSYS },
        { "signal", kill_parent, ENOSYS },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int got = in_role(SANDBOX_SCANNER, NULL, cases[i].attempt);
        if (got != cases[i].want)
            fail_msg("%s: got %d, want %d", cases[i].name, got, cases[i].want);
    }
}

static void test_limits_hold(void **state)
{
    const struct sandbox_options options = { .memory_bytes = 256U << 20, .cpu_seconds = 1 };

    (void)state;
#if !defined(__SANITIZE_ADDRESS__)
    assert_int_equal(in_role(SANDBOX_SCANNER, &options, take_memory), ENOMEM);
#endif
    assert_in_range(in_role(SANDBOX_SCANNER, &options, spin), KILLED, KILLED + 64);
}

static void test_milter_has_threads_and_sockets_but_starts_nothing(void **state)
{
    (void)state;
    assert_int_equal(in_role(SANDBOX_MILTER, NULL, start_thread), 0);
    assert_int_equal(in_role(SANDBOX_MILTER, NULL, open_socket), 0);
    assert_int_equal(in_role(SANDBOX_MILTER, NULL, fork_child), ENOSYS);
    assert_int_equal(in_role(SANDBOX_MILTER, NULL, execute), EPERM);
    assert_int_equal(in_role(SANDBOX_MILTER, NULL, map_code), ENOSYS);
    assert_int_equal(in_role(SANDBOX_AUDIT, NULL, open_socket), EPERM);
    assert_int_equal(in_role(SANDBOX_AUDIT, NULL, fork_child), ENOSYS);
}

static void test_template_forks_but_starts_nothing(void **state)
{
    (void)state;
    assert_int_equal(in_role(SANDBOX_TEMPLATE, NULL, fork_child), 0);
    assert_int_equal(in_role(SANDBOX_TEMPLATE, NULL, execute), KILLED + SIGSYS);
    assert_int_equal(in_role(SANDBOX_TEMPLATE, NULL, open_socket), KILLED + SIGSYS);
}

/* What "vaguemestre inspect" is while it judges. */
static void test_tool_reads_and_answers(void **state)
{
    (void)state;
#if !defined(__SANITIZE_ADDRESS__) /* whose own search for leaks needs what is forbidden: sandbox.c */
    assert_int_equal(in_role(SANDBOX_TOOL, NULL, stat_file), 0);
    assert_int_equal(in_role(SANDBOX_TOOL, NULL, start_thread), 0);
    assert_int_equal(in_role(SANDBOX_TOOL, NULL, open_socket), EPERM);
    assert_int_equal(in_role(SANDBOX_TOOL, NULL, execute), EPERM);
    assert_int_equal(in_role(SANDBOX_TOOL, NULL, fork_child), ENOSYS);
    assert_int_equal(in_role(SANDBOX_TOOL, NULL, kill_parent), ENOSYS);
    assert_int_equal(in_role(SANDBOX_TOOL, NULL, map_code), ENOSYS);
#endif
}

static char folder[] = "/tmp/vaguemestre-sandbox-XXXXXX";

static int write_inside(void)
{
    char path[128];

    snprintf(path, sizeof path, "%s/inside", folder);
    return open(path, O_WRONLY | O_CREAT, 0600);
}

static void test_paths_open_what_they_name(void **state)
{
    const struct sandbox_path paths[] = { { folder, SANDBOX_WRITE } };
    const struct sandbox_options options = { .paths = paths, .path_count = 1 };
    struct err missing, err;
    pid_t pid;
    int status;

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(in_role(SANDBOX_AUDIT, &options, write_inside), 0);
    pid = fork();
    if (pid == 0)
        _exit(sandbox_enter(SANDBOX_AUDIT, NULL, &missing, &err) != 0 || missing.text[0] != '\0');
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (status == 0) { /* this kernel has Landlock */
        assert_int_equal(in_role(SANDBOX_AUDIT, NULL, write_inside), EACCES);
        assert_int_equal(in_role(SANDBOX_AUDIT, &options, write_file), EACCES);
        assert_int_equal(in_role(SANDBOX_PARENT, &options, write_inside), 0);
        assert_int_equal(in_role(SANDBOX_PARENT, &options, write_file), EACCES);
        assert_int_equal(in_role(SANDBOX_PARENT, &options, execute), 0);
#if !defined(__SANITIZE_ADDRESS__)
        assert_int_equal(in_role(SANDBOX_TOOL, NULL, write_file), EACCES);
#endif
    }
}

static int remove_folder(void **state)
{
    char path[128];

    (void)state;
    snprintf(path, sizeof path, "%s/inside", folder);
    unlink(path);
    rmdir(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scanner_can_only_compute),
        cmocka_unit_test(test_limits_hold),
        cmocka_unit_test(test_milter_has_threads_and_sockets_but_starts_nothing),
        cmocka_unit_test(test_tool_reads_and_answers),
        cmocka_unit_test(test_template_forks_but_starts_nothing),
        cmocka_unit_test_teardown(test_paths_open_what_they_name, remove_folder),
    };

    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
