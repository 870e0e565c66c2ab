/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Starting the roles and the scanner templates, giving each pair its socket, and
 * starting anew what ended, later and later when it will not stay.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/logline.h"
#include "proc_priv.h"
#include "wire/wire.h"

enum {
    BACKOFF_MIN_US = 100000,
    BACKOFF_MAX_US = 30000000,
    STEADY_US = 60000000        /* what ran this long starts anew without delay */
};

const char *child_name(enum child_kind kind)
{
    switch (kind) {
    case CHILD_AUDIT:
        return "audit";
    case CHILD_MILTER:
        return "milter";
    case CHILD_SCANNER:
        return "scanner";
    case CHILD_OCR:
        return "ocr";
    case CHILD_COUNT:
        break;
    }
    return "";
}

/* In the new process: nothing but standard streams and what the role is handed stays open. */
static void become_child(const int *fds, size_t count, const char *const *arguments)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* Out of the way first, so that no copy lands on one still needed. */
    int high[2];
    for (size_t i = 0; i < count; i++)
        if ((high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, ROLE_CONTROL_FD + (int)count)) < 0)
            _exit(127);
    for (size_t i = 0; i < count; i++)
        if (dup2(high[i], ROLE_CONTROL_FD + (int)i) < 0)
            _exit(127);
    if (close_range(ROLE_CONTROL_FD + (unsigned)count, ~0U, 0) < 0)
        _exit(127);
    execv(arguments[0], (char *const *)(uintptr_t)arguments);   /* it only reads */
    _exit(127);
}

static int spawn(struct children *children, enum child_kind kind, const int *fds, size_t count,
                 const char *const *arguments, struct err *err)
{
    struct child *child = &children->all[kind];
    const pid_t pid = fork();

    if (pid < 0) {
        err_set(err, "starting %s: %s", child_name(kind), strerror(errno));
        return -1;
    }
    if (pid == 0)
        become_child(fds, count, arguments);
    child->pid = pid;
    child->started_us = clock_monotonic_us();
    child->restart_us = 0;
    return 0;
}

/* The key goes by a pipe that holds all of it: never by an argument, which others may see. */
static int open_key(struct span key, struct err *err)
{
    int pipe_fds[2];

    if (pipe2(pipe_fds, O_CLOEXEC) < 0) {
        err_set(err, "pipe: %s", strerror(errno));
        return -1;
    }
    if (write(pipe_fds[1], key.ptr, key.len) != (ssize_t)key.len) {
        err_set(err, "handing over the key of the record: %s", strerror(errno));
        close(pipe_fds[0]);
        pipe_fds[0] = -1;
    }
    close(pipe_fds[1]);
    return pipe_fds[0];
}

/* What a role is handed beside its control socket: a copy of its own to close, or -1 and err. */
static int second_descriptor(const struct children *children, enum child_kind kind, struct err *err)
{
    int fd;

    if (kind == CHILD_AUDIT)
        return open_key(children->audit_key, err);
    fd = fcntl(children->listen_fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        err_set(err, "listening socket: %s", strerror(errno));
    return fd;
}

static int start_role(struct children *children, enum child_kind kind, struct err *err)
{
    const struct daemon_options *options = children->options;
    struct child *child = &children->all[kind];
    const struct settings *settings = children->settings;
    char path[PATH_BYTES], facility[32];
    const char *arguments[12] = { "/proc/self/exe", "-R", child_name(kind), "-L", facility };
    size_t count = 5;
    int pair[2], fds[2];
    int status;

    if (wire_pair(pair, err) < 0)
        return -1;
    if (options->foreground)
        arguments[count++] = "-f";
    snprintf(facility, sizeof facility, "%.*s", SPAN_ARG(settings->syslog_facility));
    snprintf(path, sizeof path, "%.*s",
             SPAN_ARG(kind == CHILD_AUDIT ? settings->audit_file : settings->spool_directory));
    arguments[count++] = kind == CHILD_AUDIT ? "-A" : "-D";
    arguments[count++] = path;
    if (kind == CHILD_AUDIT && settings->audit_sync)
        arguments[count++] = "-S";
    if (kind == CHILD_AUDIT && children->audit_key.len > 0)
        arguments[count++] = "-K";
    fds[0] = pair[1];
    fds[1] = second_descriptor(children, kind, err);
    status = fds[1] < 0 ? -1 : spawn(children, kind, fds, 2, arguments, err);
    if (fds[1] >= 0)
        close(fds[1]);
    close(pair[1]);
    if (status < 0)
        close(pair[0]);
    else
        child->control_fd = pair[0];
    return status;
}

/* A fresh template; *fd_out gets our end of its socket. */
static int start_template(struct children *children, enum child_kind kind, int *fd_out,
                          struct err *err)
{
    char path[PATH_BYTES];
    const char *arguments[2] = { path, NULL };
    int pair[2], status;

    if (cage_find_program(kind == CHILD_OCR ? CAGE_OCR : CAGE_SCANNER, path, sizeof path, err) < 0 ||
        wire_pair(pair, err) < 0)
        return -1;
    status = spawn(children, kind, &pair[1], 1, arguments, err);
    close(pair[1]);
    if (status < 0)
        close(pair[0]);
    else
        *fd_out = pair[0];
    return status;
}

/* Fresh templates; their sockets go to the milter with the policy they shall know. */
static int start_scanner(struct children *children, struct err *err)
{
    int fds[3] = { children->bundle_fd, -1, -1 };
    int status = start_template(children, CHILD_SCANNER, &fds[1], err);

    /* One of a policy gone by ends unnoticed. */
    children->all[CHILD_OCR].pid = 0;
    if (status == 0 && children->wants_ocr)
        status = start_template(children, CHILD_OCR, &fds[2], err);
    if (status == 0)
        status = channel_send(children->all[CHILD_MILTER].control_fd,
                              children->wants_ocr ? CHANNEL_POLICY_OCR : CHANNEL_POLICY, fds, "", err);
    for (size_t i = 1; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    return status;
}

/* A new private socket between milter and audit writer, whenever either is new. */
static int join_audit(struct children *children, struct err *err)
{
    int pair[2], status;

    if (children->all[CHILD_AUDIT].pid == 0 || children->all[CHILD_MILTER].pid == 0)
        return 0;
    if (wire_pair(pair, err) < 0)
        return -1;
    status = channel_send(children->all[CHILD_AUDIT].control_fd, CHANNEL_CLIENT, &pair[0], "", err);
    if (status == 0)
        status = channel_send(children->all[CHILD_MILTER].control_fd, CHANNEL_AUDIT, &pair[1], "", err);
    close(pair[0]);
    close(pair[1]);
    return status;
}

static int start_one(struct children *children, enum child_kind kind, struct err *err)
{
    switch (kind) {
    case CHILD_AUDIT:
        return start_role(children, kind, err) < 0 ? -1 : join_audit(children, err);
    case CHILD_MILTER:
        /* The old template, if there is one, ends with its milter. */
        if (start_role(children, kind, err) < 0)
            return -1;
        return start_scanner(children, err) < 0 ? -1 : join_audit(children, err);
    case CHILD_SCANNER:
    case CHILD_OCR:
        return children->all[CHILD_MILTER].pid == 0 ? 0 : start_scanner(children, err);
    case CHILD_COUNT:
        break;
    }
    return -1;
}

static void schedule_restart(struct children *children, enum child_kind kind)
{
    struct child *child = &children->all[kind];
    const uint64_t now_us = clock_monotonic_us();

    if (child->backoff_us == 0 || now_us > child->started_us + STEADY_US)
        child->backoff_us = BACKOFF_MIN_US;
    else if (child->backoff_us < BACKOFF_MAX_US)
        child->backoff_us *= 2;
    child->restart_us = now_us + child->backoff_us;
}

void children_start(struct children *children, enum child_kind kind)
{
    struct err err = { "" };

    if (start_one(children, kind, &err) < 0) {
        log_problem(LOG_ERR, "start", err.text);
        if (children->all[kind].pid == 0)
            schedule_restart(children, kind);
    }
}

static void log_end(enum child_kind kind, pid_t pid, int status, bool expected)
{
    struct buf line;

    buf_init(&line, 0);
    logline_begin(&line, "ended");
    logline_add(&line, "role", span_of(child_name(kind)));
    logline_add_u64(&line, "pid", (uint64_t)pid);
    if (WIFSIGNALED(status))
        logline_add_u64(&line, "signal", (uint64_t)WTERMSIG(status));
    else
        logline_add_u64(&line, "status", (uint64_t)WEXITSTATUS(status));
    log_line(expected ? LOG_INFO : LOG_ERR, &line);
    buf_fini(&line);
}

/* Templates of policies gone by end as well; only the current ones matter. */
void children_reap(struct children *children)
{
    pid_t pid;
    int status;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (enum child_kind kind = CHILD_AUDIT; kind < CHILD_COUNT; kind++) {
            struct child *child = &children->all[kind];

            if (child->pid != pid)
                continue;
            log_end(kind, pid, status, children->stopping);
            child->pid = 0;
            if (child->control_fd >= 0)
                close(child->control_fd);
            child->control_fd = -1;
            if (!children->stopping)
                schedule_restart(children, kind);
        }
    }
}

void children_restart_due(struct children *children, uint64_t now_us)
{
    for (enum child_kind kind = CHILD_AUDIT; kind < CHILD_COUNT; kind++) {
        struct child *child = &children->all[kind];

        if (child->pid != 0 || child->restart_us == 0 || child->restart_us > now_us)
            continue;
        child->restart_us = 0;
        children_start(children, kind);
    }
}


uint64_t children_next_restart_us(const struct children *children)
{
    uint64_t next_us = UINT64_MAX;

    for (enum child_kind kind = CHILD_AUDIT; kind < CHILD_COUNT; kind++) {
        const struct child *child = &children->all[kind];

        if (child->pid == 0 && child->restart_us != 0 && child->restart_us < next_us)
            next_us = child->restart_us;
    }
    return next_us;
}

void children_tell(struct children *children, enum child_kind to, enum channel_kind what)
{
    struct err err = { "" };

    /* One that cannot be told has ended: it is reaped in a moment. */
    if (children->all[to].control_fd >= 0)
        (void)channel_send(children->all[to].control_fd, what, NULL, "", &err);
}

void children_kill(struct children *children)
{
    for (enum child_kind kind = CHILD_AUDIT; kind < CHILD_COUNT; kind++)
        if (children->all[kind].pid != 0)
            kill(children->all[kind].pid, SIGKILL);
}
