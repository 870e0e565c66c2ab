/* SPDX-License-Identifier: EUPL-1.2 */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "config.h"
#include "sandbox_priv.h"

/* Time zones and names, which the C library opens again at will. */
static const char *const daemon_reads[] = {
    "/etc/localtime", "/usr/share/zoneinfo", "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf",
    "/etc/services", "/etc/passwd", "/etc/group", "/dev/null", "/dev/log", "/run/systemd", NULL
};

static const struct role_rights roles[] = {
    /* Starts the other roles, which inherit its fences: so it keeps what any of them needs. */
    [SANDBOX_PARENT] = { .name = "parent",
                         .calls = CALLS_EVERY,
                         .reads_anywhere = true,
                         .uses_tcp = true,
                         .writes_files = true },
    /* Speaks to the mail server, keeps messages in memory or in an unlinked file of the spool. */
    [SANDBOX_MILTER] = { .name = "milter",
                         .calls = CALLS_COMPUTE | CALLS_MESSAGES | CALLS_FILES | CALLS_NETWORK |
                                  CALLS_THREADS | CALLS_TERMINAL,
                         .uses_tcp = true,
                         .writes_files = true,
                         .reads = daemon_reads },
    /* Appends to the record. */
    [SANDBOX_AUDIT] = { .name = "audit",
                        .calls = CALLS_COMPUTE | CALLS_MESSAGES | CALLS_FILES | CALLS_TERMINAL |
                                 CALLS_THREADS,
                        .writes_files = true,
                        .reads = daemon_reads },
    /* Has loaded every library; all it does now is fork children that go into the cage. */
    [SANDBOX_TEMPLATE] = { .name = "template",
                           .calls = CALLS_COMPUTE | CALLS_MESSAGES | CALLS_PROCESSES |
                                    CALLS_SANDBOX | CALLS_TERMINAL,
                           .dies = true },
    /* Reads hostile octets, with what it was handed and nothing else. */
    [SANDBOX_SCANNER] = { .name = "scanner", .calls = CALLS_COMPUTE, .dies = true },
    /* Runs as the operator who called it: reads what it is told to, and answers. */
    [SANDBOX_TOOL] = { .name = "tool",
                       .calls = CALLS_COMPUTE | CALLS_MESSAGES | CALLS_FILES | CALLS_THREADS |
                                CALLS_TERMINAL,
                       .reads_anywhere = true,
                       .writes_files = true },
};

const char *sandbox_role_name(enum sandbox_role role)
{
    return roles[role].name;
}

static int limit(int resource, uint64_t value, const char *what, struct err *err)
{
    const struct rlimit both = { value, value };

    if (setrlimit(resource, &both) == 0)
        return 0;
    err_set(err, "cannot limit %s: %s", what, strerror(errno));
    return -1;
}

static int set_limits(const struct role_rights *rights, const struct sandbox_options *options,
                      struct err *err)
{
    if (limit(RLIMIT_CORE, 0, "core dumps", err) != 0)
        return -1;
    /* Zero kills whoever writes to a file, memory files among them; sockets are no files. */
    if (!rights->writes_files && limit(RLIMIT_FSIZE, 0, "file size", err) != 0)
        return -1;
#ifndef WITH_SANITIZERS /* their shadow alone maps terabytes */
    if (options->memory_bytes > 0 &&
        limit(RLIMIT_AS, options->memory_bytes, "address space", err) != 0)
        return -1;
#endif
    if (options->cpu_seconds > 0 && limit(RLIMIT_CPU, options->cpu_seconds, "processor time", err))
        return -1;
    return 0;
}

int sandbox_enter(enum sandbox_role role, const struct sandbox_options *options,
                  struct err *missing_out, struct err *err)
{
    static const struct sandbox_options none;
    const struct role_rights *rights = &roles[role];
    bool no_landlock = false;

#ifdef WITH_SANITIZERS /* the search for leaks at its end traces the process, which is just what is forbidden */
    if (role == SANDBOX_TOOL)
        return 0;
#endif
    if (options == NULL)
        options = &none;
    err_set(missing_out, "%s", "");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        err_set(err, "prctl: %s", strerror(errno));
        err_context(err, "sandbox of %s", rights->name);
        return -1;
    }
    if (landlock_enter(rights, options, &no_landlock, err) != 0 ||
        set_limits(rights, options, err) != 0 || seccomp_enter(rights, err) != 0) {
        err_context(err, "sandbox of %s", rights->name);
        return -1;
    }
    if (no_landlock)
        err_set(missing_out, "Landlock");
    return 0;
}
