/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Landlock (Linux 5.13 and later): which files, TCP ports and processes stay in
 * reach. Raw system calls, and the numbers of the kernel's interface written out,
 * because the headers of the build machine may be older or newer than the kernel
 * we run on: the kernel is asked what it knows.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox_priv.h"

/* Rights on files, by bit, as the interface numbers them. */
enum {
    FS_EXECUTE = 1 << 0,
    FS_WRITE_FILE = 1 << 1,
    FS_READ_FILE = 1 << 2,
    FS_READ_DIR = 1 << 3,
    FS_VERSION_1 = (1 << 13) - 1, /* all of the first version: the above, remove, make… */
    FS_REFER = 1 << 13,           /* version 2: rename between folders */
    FS_TRUNCATE = 1 << 14,        /* version 3 */
    FS_IOCTL_DEVICE = 1 << 15     /* version 5 */
};

/* On a file, as against a folder, only these can be granted. */
enum { FS_OF_A_FILE = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEVICE };

enum { NET_BIND_TCP = 1 << 0, NET_CONNECT_TCP = 1 << 1 };   /* version 4 */
enum { SCOPE_ABSTRACT_UNIX = 1 << 0, SCOPE_SIGNAL = 1 << 1 }; /* version 6 */
enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1 };

struct ruleset {
    uint64_t handled_fs, handled_net, scoped;
};

struct path_rule {
    uint64_t allowed;
    int32_t parent_fd;
} __attribute__((packed));

static uint64_t rights_on_files(int version)
{
    uint64_t all = FS_VERSION_1;

    if (version >= 2)
        all |= FS_REFER;
    if (version >= 3)
        all |= FS_TRUNCATE;
    if (version >= 5)
        all |= FS_IOCTL_DEVICE;
    return all;
}

static int allow(int ruleset, const char *path, uint64_t allowed, struct err *err)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    struct path_rule rule = { .allowed = allowed, .parent_fd = fd };
    struct stat what;
    int result;

    if (fd < 0)
        return 0; /* not there, nothing to open */
    if (fstat(fd, &what) == 0 && !S_ISDIR(what.st_mode))
        rule.allowed &= FS_OF_A_FILE;
    result = (int)syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0);
    if (result != 0)
        err_set(err, "Landlock rule for %s: %s", path, strerror(errno));
    close(fd);
    return result;
}

static int allow_all(int ruleset, const struct role_rights *rights,
                     const struct sandbox_options *options, uint64_t everything, struct err *err)
{
    const uint64_t reading = FS_READ_FILE | FS_READ_DIR;

    if (rights->reads_anywhere &&
        (allow(ruleset, "/", reading | FS_EXECUTE, err) != 0 ||
         /* What is thrown away, and what says something on a terminal. */
         allow(ruleset, "/dev", everything & (FS_OF_A_FILE | FS_READ_DIR), err) != 0))
        return -1;
    for (const char *const *path = rights->reads; path != NULL && *path != NULL; path++)
        if (allow(ruleset, *path, reading, err) != 0)
            return -1;
    for (size_t i = 0; i < options->path_count; i++) {
        bool write = options->paths[i].access == SANDBOX_WRITE;
        if (allow(ruleset, options->paths[i].path, write ? everything & ~(uint64_t)FS_EXECUTE : reading,
                  err) != 0)
            return -1;
    }
    return 0;
}

int landlock_enter(const struct role_rights *rights, const struct sandbox_options *options,
                   bool *missing_out, struct err *err)
{
    int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
    struct ruleset attributes = { 0 };
    int fd, result;

    *missing_out = version < 1;
    if (version < 1)
        return 0;
    attributes.handled_fs = rights_on_files(version);
    if (version >= 4 && !rights->uses_tcp)
        attributes.handled_net = NET_BIND_TCP | NET_CONNECT_TCP;
    if (version >= 6 && (rights->calls & (CALLS_PROCESSES | CALLS_NETWORK)) == 0)
        attributes.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL;
    fd = (int)syscall(SYS_landlock_create_ruleset, &attributes,
                      version < 4   ? sizeof attributes.handled_fs
                      : version < 6 ? 2 * sizeof attributes.handled_fs
                                    : sizeof attributes,
                      0);
    if (fd < 0) {
        err_set(err, "Landlock: %s", strerror(errno));
        return -1;
    }
    result = allow_all(fd, rights, options, attributes.handled_fs, err);
    if (result == 0 && syscall(SYS_landlock_restrict_self, fd, 0) != 0) {
        err_set(err, "Landlock: %s", strerror(errno));
        result = -1;
    }
    close(fd);
    return result;
}
