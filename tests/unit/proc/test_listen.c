/* SPDX-License-Identifier: EUPL-1.2 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../src/proc/proc_priv.h"

static const struct listen_owner as_it_is = { (uid_t)-1, (gid_t)-1, 0660 };

static void test_listen_refuses_what_it_does_not_understand(void **state)
{
    static const char *const bad[] = { "", "8894", "inet:8894", "inet:@localhost", "inet:8894@", "tcp:1@localhost",
                                       "unix:", "inet:8894@no.such.host.invalid" };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct listener listener;
        struct err err = { "" };

        assert_int_equal(listener_open(span_of(bad[i]), &as_it_is, &listener, &err), -1);
        assert_non_null(strstr(err.text, "listen = "));
        assert_int_equal(listener.fd, -1);
    }
}

static void test_listen_opens_inet(void **state)
{
    struct listener listener;
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    struct err err;

    (void)state;
    assert_int_equal(listener_open(SPAN("inet:0@[127.0.0.1]"), &as_it_is, &listener, &err), 0);
    getsockname(listener.fd, (struct sockaddr *)&address, &size);
    assert_int_equal(address.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    listener_close(&listener);
}

static void test_listen_opens_inet6(void **state)
{
    struct listener listener;
    struct err err;

    (void)state;
    if (access("/proc/net/if_inet6", R_OK) != 0)
        skip();
    assert_int_equal(listener_open(SPAN("inet6:0@[::1]"), &as_it_is, &listener, &err), 0);
    listener_close(&listener);
}

/* A path of the test's own, as "unix:/tmp/…/sock". */
static void make_path(char where[64])
{
    char folder[] = "/tmp/test_listen.XXXXXX";

    assert_non_null(mkdtemp(folder));
    snprintf(where, 64, "unix:%s/sock", folder);
}

static void remove_folder(char *where)
{
    char lock[80];

    snprintf(lock, sizeof lock, "%s.lock", where + 5);
    unlink(lock);
    *strrchr(where, '/') = '\0';
    assert_int_equal(rmdir(where + 5), 0);
}

static void test_listen_gives_a_unix_socket_its_mode(void **state)
{
    struct listener listener;
    struct stat info;
    struct err err;
    char where[64];

    (void)state;
    make_path(where);
    assert_int_equal(listener_open(span_of(where), &as_it_is, &listener, &err), 0);
    assert_int_equal(stat(where + 5, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0660);
    listener_close(&listener);
    assert_int_equal(stat(where + 5, &info), -1);
    remove_folder(where);
}

static void test_listen_never_takes_a_live_socket(void **state)
{
    struct listener first, second;
    struct err err;
    char where[64];

    (void)state;
    make_path(where);
    assert_int_equal(listener_open(span_of(where), &as_it_is, &first, &err), 0);
    assert_int_equal(listener_open(span_of(where), &as_it_is, &second, &err), -1);
    assert_non_null(strstr(err.text, "another vaguemestred is running"));
    assert_int_equal(access(where + 5, F_OK), 0);
    listener_close(&first);
    remove_folder(where);
}

/* Another program does not know of our lock: its socket answers, so it stays. */
static void test_listen_leaves_another_program_alone(void **state)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    struct listener listener;
    struct err err;
    char where[64];

    (void)state;
    make_path(where);
    strcpy(address.sun_path, where + 5);
    assert_int_equal(bind(other, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(other, 1), 0);
    assert_int_equal(listener_open(span_of(where), &as_it_is, &listener, &err), -1);
    assert_non_null(strstr(err.text, "another program listens there"));
    assert_int_equal(access(where + 5, F_OK), 0);
    close(other);

    /* Now nobody is behind it: what a crash leaves. */
    assert_int_equal(listener_open(span_of(where), &as_it_is, &listener, &err), 0);
    listener_close(&listener);
    remove_folder(where);
}

static void test_listen_never_removes_a_file(void **state)
{
    struct listener listener;
    struct err err;
    char where[64];
    FILE *file;

    (void)state;
    make_path(where);
    file = fopen(where + 5, "w");
    fclose(file);
    assert_int_equal(listener_open(span_of(where), &as_it_is, &listener, &err), -1);
    assert_int_equal(access(where + 5, F_OK), 0);
    unlink(where + 5);
    remove_folder(where);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listen_refuses_what_it_does_not_understand),
        cmocka_unit_test(test_listen_opens_inet),
        cmocka_unit_test(test_listen_opens_inet6),
        cmocka_unit_test(test_listen_gives_a_unix_socket_its_mode),
        cmocka_unit_test(test_listen_never_takes_a_live_socket),
        cmocka_unit_test(test_listen_leaves_another_program_alone),
        cmocka_unit_test(test_listen_never_removes_a_file),
    };

    return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
