/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * System calls by purpose. What is on no list of a role is answered "not
 * implemented", so that a library tries its older way, and what no role of ours
 * could want, short of being taken over, ends the process at once.
 *
 * Run tests/sandbox again at each new C library: what a function of it calls
 * has changed before (fstat became newfstatat, clone became clone3).
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>

#include "sandbox_priv.h"

enum { LIST_END = -1 };

/* Whoever calls these has been taken over. */
static const int fatal[] = {
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
    SCMP_SYS(kexec_load), SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
    SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(setns),
    SCMP_SYS(unshare), SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(keyctl), SCMP_SYS(add_key),
    SCMP_SYS(request_key), SCMP_SYS(open_by_handle_at), SCMP_SYS(pidfd_getfd), LIST_END
};

/* Refused to the roles that start no program. */
static const int starting[] = { SCMP_SYS(execve), SCMP_SYS(execveat), LIST_END };

/* Refused to the roles that open no socket. */
static const int reaching_out[] = { SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind),
                                    SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4),
                                    LIST_END };

/* Answered "permission denied", which libraries take as "no such file here". */
static const int opening[] = { SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(creat),
                               SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
                               SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(stat),
                               SCMP_SYS(lstat), SCMP_SYS(statx), LIST_END };

/* Memory, time, locks, the end; reading and answering on descriptors that are open. */
static const int compute[] = {
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64),
    SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(brk), SCMP_SYS(munmap),
    SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group),
    SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
    SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid),
    SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getppid),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(rseq), SCMP_SYS(set_robust_list), LIST_END
};

/* Sockets that are open, and waiting for them. */
static const int messages[] = {
    SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select),
    SCMP_SYS(pselect6), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait), SCMP_SYS(eventfd2), SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(shutdown),
    SCMP_SYS(socketpair), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt), SCMP_SYS(fcntl), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3),
    SCMP_SYS(memfd_create), SCMP_SYS(ftruncate), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(signalfd4),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(rt_sigsuspend),
    SCMP_SYS(getrusage), SCMP_SYS(times), SCMP_SYS(uname), SCMP_SYS(sysinfo),
    SCMP_SYS(getrlimit), SCMP_SYS(prlimit64), SCMP_SYS(prctl), SCMP_SYS(alarm), SCMP_SYS(setitimer),
    SCMP_SYS(close_range), LIST_END
};

/* Names of files; where, is Landlock's and the user's to say. */
static const int files[] = {
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat),
    SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(getdents64),
    SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(preadv), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
    SCMP_SYS(fallocate), SCMP_SYS(truncate), SCMP_SYS(rename), SCMP_SYS(renameat),
    SCMP_SYS(renameat2), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(link), SCMP_SYS(linkat),
    SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(fchmod), SCMP_SYS(fchmodat),
    SCMP_SYS(chmod), SCMP_SYS(fchown), SCMP_SYS(fchownat), SCMP_SYS(chown), SCMP_SYS(umask),
    SCMP_SYS(flock), SCMP_SYS(fadvise64), SCMP_SYS(statfs), SCMP_SYS(fstatfs),
    SCMP_SYS(copy_file_range), SCMP_SYS(sendfile), SCMP_SYS(utimensat), LIST_END
};

static const int network[] = { SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind),
                               SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4),
                               SCMP_SYS(sendmmsg), SCMP_SYS(recvmmsg), LIST_END };

/* clone is added with the flags of a thread only. */
static const int threads[] = { SCMP_SYS(tgkill), SCMP_SYS(set_tid_address), SCMP_SYS(sched_setscheduler),
                               SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler),
                               SCMP_SYS(membarrier), LIST_END };

static const int processes[] = { SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(clone), SCMP_SYS(wait4),
                                 SCMP_SYS(waitid), SCMP_SYS(kill), SCMP_SYS(tgkill),
                                 SCMP_SYS(setsid), SCMP_SYS(setpgid), SCMP_SYS(set_tid_address),
                                 SCMP_SYS(getpgrp), LIST_END };

static const int sandboxing[] = { SCMP_SYS(seccomp), SCMP_SYS(setrlimit),
                                  SCMP_SYS(landlock_create_ruleset),
                                  SCMP_SYS(landlock_add_rule), SCMP_SYS(landlock_restrict_self),
                                  LIST_END };

static const int terminal[] = { SCMP_SYS(ioctl), LIST_END };

static const struct {
    int group;
    const int *calls;
} groups[] = {
    { CALLS_COMPUTE, compute },     { CALLS_MESSAGES, messages },   { CALLS_FILES, files },
    { CALLS_NETWORK, network },     { CALLS_THREADS, threads },     { CALLS_PROCESSES, processes },
    { CALLS_SANDBOX, sandboxing },  { CALLS_TERMINAL, terminal },
};

/* A call this processor does not have (open on arm64) is no error. */
static int add_list(scmp_filter_ctx filter, uint32_t action, const int *calls)
{
    for (; *calls != LIST_END; calls++) {
        int result = seccomp_rule_add(filter, action, *calls, 0);
        if (result != 0 && result != -EDOM && result != -EACCES)
            return result;
    }
    return 0;
}

/* New mappings may be data, never code. The sanitizers map no code either. */
static int add_memory(scmp_filter_ctx filter)
{
    int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

    if (result == 0)
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    return result;
}

/* No file by name; fstat in its newer form names none. */
static int add_cage(scmp_filter_ctx filter)
{
    const uint32_t denied = SCMP_ACT_ERRNO(EACCES);
    int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
                                  SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));

    if (result == 0)
        result = seccomp_rule_add(filter, denied, SCMP_SYS(newfstatat), 1,
                                  SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, 0));
    return result != 0 ? result : add_list(filter, denied, opening);
}

/* glibc falls back from clone3, whose flags a filter cannot see, to clone. */
static int add_threads(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
}

static int add_groups(scmp_filter_ctx filter, int kept)
{
    int result = 0;

    for (size_t i = 0; result == 0 && i < sizeof groups / sizeof *groups; i++)
        if ((kept & groups[i].group) != 0)
            result = add_list(filter, SCMP_ACT_ALLOW, groups[i].calls);
    if (result == 0 && (kept & CALLS_THREADS) != 0 && (kept & CALLS_PROCESSES) == 0)
        result = add_threads(filter);
    return result;
}

static int fill(scmp_filter_ctx filter, const struct role_rights *rights)
{
    const uint32_t refused = rights->dies ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM);
    int result = add_list(filter, SCMP_ACT_KILL_PROCESS, fatal);

    if (result != 0 || rights->calls == CALLS_EVERY)
        return result;
    result = add_list(filter, refused, starting);
    if (result == 0 && (rights->calls & CALLS_NETWORK) == 0)
        result = add_list(filter, refused, reaching_out);
    if (result == 0)
        result = add_memory(filter);
    if (result == 0 && (rights->calls & CALLS_FILES) == 0)
        result = add_cage(filter);
    if (result == 0)
        result = add_groups(filter, rights->calls);
    return result;
}

int seccomp_enter(const struct role_rights *rights, struct err *err)
{
    scmp_filter_ctx filter = seccomp_init(rights->calls == CALLS_EVERY ? SCMP_ACT_ALLOW
                                                                       : SCMP_ACT_ERRNO(ENOSYS));
    int result;

    if (filter == NULL) {
        err_set(err, "seccomp: no memory");
        return -1;
    }
    result = fill(filter, rights);
    /* The numbers most used are asked first: a binary tree over the sorted rest. */
    if (result == 0)
        result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    /* Over all threads there are, should a caller have started one already. */
    if (result == 0)
        result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (result == 0)
        result = seccomp_load(filter);
    seccomp_release(filter);
    if (result == 0)
        return 0;
    err_set(err, "seccomp: %s", strerror(-result));
    return -1;
}
