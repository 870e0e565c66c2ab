/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

/*
 * Giving up rights: each process calls sandbox_enter() once, after it has opened
 * what it needs and before it reads what a stranger wrote. Nothing is given back.
 *
 * What a role may still do stands in one table, src/sandbox/sandbox.c: no new
 * privileges, no core dump, a Landlock domain for files and TCP (where the kernel
 * has it), resource limits, and a list of system calls (seccomp). Domain and list
 * are inherited, so a parent keeps what its children need and each child tightens.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum sandbox_role {
    SANDBOX_PARENT = 1, /* starts and watches the others; reads anywhere, writes only below its paths */
    SANDBOX_MILTER,     /* threads, accepts connections; opens only below its paths; starts nothing */
    SANDBOX_AUDIT,      /* one descriptor or folder it appends to; no network, starts nothing */
    SANDBOX_TEMPLATE,   /* forks scanner children and sends their sockets; opens nothing */
    SANDBOX_SCANNER,    /* computes on what it was handed; no file, network, process, or code */
    SANDBOX_TOOL        /* the operators' command, once its scanner template is started: reads anywhere, writes only to what is open */
};

/* "parent", "milter"… for log lines. */
const char *sandbox_role_name(enum sandbox_role role);

enum sandbox_access {
    SANDBOX_READ = 1,   /* open for reading, list */
    SANDBOX_WRITE       /* also create, write, rename, remove */
};

/* A file or folder (with all below it) that stays open to the role. */
struct sandbox_path {
    const char *path;   /* a path that is not there is passed over */
    enum sandbox_access access;
};

struct sandbox_options {
    const struct sandbox_path *paths;
    size_t path_count;
    uint64_t memory_bytes;  /* address space (RLIMIT_AS); 0: as it is */
    uint32_t cpu_seconds;   /* processor time in all (RLIMIT_CPU); 0: as it is */
};

/*
 * Enter role for good. options may be NULL: no path, no limit of its own.
 *
 * missing_out gets, for one log line, what this kernel lacks ("Landlock"), or the
 * empty text; that is no error, seccomp then stands alone. May be NULL.
 *
 * Returns -1 with err when something the kernel has could not be set: the caller
 * must not go on. Call it before starting threads: the list of calls reaches those
 * that run already, the fence around files does not.
 */
int sandbox_enter(enum sandbox_role role, const struct sandbox_options *options,
                  struct err *missing_out, struct err *err);

#endif
