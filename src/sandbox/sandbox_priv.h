/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SANDBOX_PRIV_H
#define SANDBOX_PRIV_H

/* The two fences of sandbox_enter(), one file each. */
#include <stdbool.h>

#include "sandbox/sandbox.h"

/* Families of system calls a role may use; what is in each, and why, stands in seccomp.c. */
enum call_group {
    CALLS_COMPUTE = 1 << 0,     /* memory, time, end of process, descriptors already open */
    CALLS_MESSAGES = 1 << 1,    /* send and receive on open sockets, wait for them */
    CALLS_FILES = 1 << 2,       /* open, stat, rename, remove: Landlock says where */
    CALLS_NETWORK = 1 << 3,     /* new sockets */
    CALLS_THREADS = 1 << 4,     /* threads of the same process, signals between them */
    CALLS_PROCESSES = 1 << 5,   /* fork, wait, kill */
    CALLS_SANDBOX = 1 << 6,     /* give up rights once more */
    CALLS_TERMINAL = 1 << 7     /* ioctl on what is open, as printing to a terminal asks */
};

/* What one role keeps. */
struct role_rights {
    const char *name;
    int calls;              /* set of enum call_group; CALLS_EVERY: refuse only what nobody needs */
    bool dies;              /* a program or socket it asks for ends it; else it is refused */
    bool reads_anywhere;    /* Landlock: reading and executing stay free, writing needs a path */
    bool uses_tcp;          /* Landlock: TCP stays free */
    bool writes_files;      /* RLIMIT_FSIZE stays as it is */
    const char *const *reads; /* folders the role always reads, ended by NULL; may be NULL */
};

enum { CALLS_EVERY = -1 };

/* Returns 0, or -1 with err; *missing_out true where the kernel has none. */
int landlock_enter(const struct role_rights *rights, const struct sandbox_options *options,
                   bool *missing_out, struct err *err);

int seccomp_enter(const struct role_rights *rights, struct err *err);

#endif
