/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The parent: opens what needs rights, gives them up, starts the roles and
 * watches over them. It reads the policy and nothing a stranger wrote.
 *
 * SIGHUP: read the policy anew; with errors the old one stays. SIGUSR1: the audit
 * file was renamed. SIGTERM, SIGINT: let the roles finish, then end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "audit/chain.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/logline.h"
#include "policy/policy.h"
#include "proc_priv.h"
#include "sandbox/sandbox.h"

enum {
    STOP_US = 12000000,         /* then what still runs is killed */
    PING_US = 5000000           /* or thrice in the time systemd's watchdog allows */
};

/* Between two looks at the exceptions. */
static const uint64_t remind_every_us = UINT64_C(86400000000);

struct parent {
    const struct daemon_options *options;
    struct listener listener;
    struct user user;
    struct conf *conf;          /* in force, or last good */
    struct buf audit_key;       /* read while we still might; every audit writer gets it */
    int signal_fd;
    int pid_fd;                 /* of the pid file, -1: none */
    struct children children;
    bool ready;                 /* said READY=1 */
    bool reloading;
    bool failed;                /* could not start */
    uint64_t stop_us, ping_us;
    uint64_t ping_every_us;
    uint64_t remind_us;         /* when to look for exceptions that end */
};

/* ---- policy ---- */

static void log_diagnostics(const struct conf *conf)
{
    for (size_t i = 0; i < conf->diagnostic_count; i++) {
        const struct diagnostic *d = &conf->diagnostics[i];
        struct buf line;

        buf_init(&line, 0);
        buf_printf(&line, "%.*s:%u: %s%.*s", SPAN_ARG(d->file), d->line,
                   d->severity == SEVERITY_ERROR ? "" : "warning: ", SPAN_ARG(d->text));
        log_event(d->severity == SEVERITY_ERROR ? LOG_ERR : LOG_WARNING, "policy", "problem", buf_span(&line));
        buf_fini(&line);
    }
}

static struct span yes_or_no(bool value)
{
    return value ? SPAN("yes") : SPAN("no");
}

/* Settings that were used up at the start, while we still had the rights. */
static void warn_of_restart(const struct settings *old, const struct settings *new)
{
    const struct { const char *name; struct span old, new; } fixed[] = {
        { "listen", old->listen, new->listen },
        { "socket_mode", old->socket_mode, new->socket_mode },
        { "socket_group", old->socket_group, new->socket_group },
        { "user", old->user, new->user },
        { "audit_file", old->audit_file, new->audit_file },
        { "audit_key_file", old->audit_key_file, new->audit_key_file },
        { "audit_sync", yes_or_no(old->audit_sync), yes_or_no(new->audit_sync) },
        { "spool_directory", old->spool_directory, new->spool_directory },
        { "syslog_facility", old->syslog_facility, new->syslog_facility },
    };

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (!span_equals(fixed[i].old, fixed[i].new))
            log_event(LOG_WARNING, "reload", "needs-restart", span_of(fixed[i].name));
}

/* The policy as it is on disk, when it is good and whoever must sign it has. NULL: err. */
static struct conf *read_policy(const struct parent *parent, int *fd_out, struct err *err)
{
    const struct daemon_options *options = parent->options;
    const bool allow_older = options->allow_older && parent->conf == NULL;
    struct bundle *bundle = bundle_read(options->policy_path, err);
    struct conf *conf = NULL;

    *fd_out = -1;
    if (bundle != NULL &&
        (options->authority_path == NULL ||
         bundle_approve(bundle, options->policy_path, options->authority_path, err) == 0)) {
        conf = conf_parse(bundle, clock_realtime_us());
        if (conf == NULL)
            err_set(err, "no memory");
        else
            log_diagnostics(conf);
        if (conf != NULL && conf->policy == NULL)
            err_set(err, "%zu errors", conf->error_count);
        else if (conf != NULL && (allow_older || approve_version(options, conf->policy, err) == 0))
            *fd_out = bundle_seal(bundle, err);
    }
    bundle_free(&bundle);
    if (*fd_out < 0)
        conf_free(&conf);
    return conf;
}

/* A program this policy needs may be one that was not built: better told now than at each start of it. */
static int find_programs(const struct policy *policy, struct err *err)
{
    char path[PATH_BYTES];

    return policy_plan(policy)->ocr.wanted ? cage_find_program(CAGE_OCR, path, sizeof path, err) : 0;
}

/* Read and check the policy; on success it replaces the one in force. */
static int load_policy(struct parent *parent, struct err *err)
{
    int fd;
    struct conf *conf = read_policy(parent, &fd, err);

    if (conf == NULL)
        return -1;
    /* At the start its folder may have to be made first: set_up() does both. */
    if (find_programs(conf->policy, err) < 0 ||
        (parent->conf != NULL && approve_note(parent->options, conf->policy, err) < 0)) {
        conf_free(&conf);
        close(fd);
        return -1;
    }
    if (parent->conf != NULL) {
        warn_of_restart(&parent->conf->settings, &conf->settings);
        conf_free(&parent->conf);
        close(parent->children.bundle_fd);
    }
    parent->conf = conf;
    parent->children.bundle_fd = fd;
    parent->children.settings = &conf->settings;
    parent->children.wants_ocr = policy_plan(conf->policy)->ocr.wanted;
    return 0;
}

/* ---- hearing from the roles ---- */

/* "EVENT key=value policy=DIGEST", and who signed it when somebody had to. */
static void log_policy(const struct parent *parent, const char *event, const char *key, struct span value)
{
    const struct policy *policy = parent->conf->policy;
    char digest[HASH_HEX_CHARS + 1];
    struct buf line;

    hash_to_hex(policy->digest, digest);
    buf_init(&line, 0);
    logline_begin(&line, event);
    logline_add(&line, key, value);
    logline_add(&line, "policy", span_of(digest));
    if (policy->version > 0) {
        logline_add_u64(&line, "version", policy->version);
        logline_add(&line, "signer", policy->signer);
    }
    log_line(LOG_INFO, &line);
    buf_fini(&line);
}

static void note_in_force(struct parent *parent)
{
    if (!parent->ready) {
        pid_file_write(parent->pid_fd);
        log_policy(parent, "ready", "listen", parent->conf->settings.listen);
    } else if (parent->reloading) {
        log_policy(parent, "reload", "state", SPAN("in-force"));
    }
    (void)sd_notify(0, "READY=1");
    parent->ready = true;
    parent->reloading = false;
}

static void begin_stop(struct parent *parent)
{
    if (parent->children.stopping)
        return;
    (void)sd_notify(0, "STOPPING=1");
    log_event(LOG_INFO, "stop", "state", SPAN("begun"));
    parent->children.stopping = true;
    parent->stop_us = clock_monotonic_us() + STOP_US;
    /* The audit writer ends when the milter has: its records come first. */
    children_tell(&parent->children, CHILD_MILTER, CHANNEL_STOP);
}

/*
 * At the very start the operator must see it and mend it. Later the scanner is the
 * only one a running milter can miss: a fresh one comes with the policy once more.
 */
static void take_failure(struct parent *parent, enum child_kind kind, const char *text)
{
    const pid_t scanner = parent->children.all[CHILD_SCANNER].pid;

    log_problem(LOG_ERR, child_name(kind), text);
    if (!parent->ready) {
        parent->failed = true;
        begin_stop(parent);
    } else if (kind == CHILD_MILTER && scanner != 0) {
        kill(scanner, SIGKILL);
    }
}

static void hear(struct parent *parent, enum child_kind kind)
{
    struct child *child = &parent->children.all[kind];
    struct channel_message message;
    struct err err = { "" };

    if (channel_receive(child->control_fd, &message, &err) != 1) {
        /* Its end is reaped; a role that closed the socket but lives on is of no use. */
        close(child->control_fd);
        child->control_fd = -1;
        kill(child->pid, SIGKILL);
        return;
    }
    if (message.kind == CHANNEL_READY && kind == CHILD_MILTER)
        note_in_force(parent);
    if (message.kind == CHANNEL_FAILED)
        take_failure(parent, kind, message.text);
    if (message.kind == CHANNEL_PONG && kind == CHILD_MILTER)
        (void)sd_notify(0, "WATCHDOG=1");
}

/* ---- signals ---- */

static void notify_reloading(void)
{
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)clock_monotonic_us());
}

static void reload(struct parent *parent)
{
    struct err err = { "" };

    notify_reloading();
    if (load_policy(parent, &err) < 0) {
        log_problem(LOG_ERR, "reload", err.text);
        log_event(LOG_ERR, "reload", "state", SPAN("old-policy-stays"));
        (void)sd_notify(0, "READY=1");
        return;
    }
    parent->reloading = true;
    /* The new template takes the old one's place; that one ends with the last message it serves. */
    children_start(&parent->children, CHILD_SCANNER);
}

static void take_signal(struct parent *parent)
{
    struct signalfd_siginfo info;

    if (read(parent->signal_fd, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    switch (info.ssi_signo) {
    case SIGHUP:
        if (!parent->children.stopping)
            reload(parent);
        break;
    case SIGUSR1:
        children_tell(&parent->children, CHILD_AUDIT, CHANNEL_REOPEN);
        break;
    case SIGTERM:
    case SIGINT:
        begin_stop(parent);
        break;
    case SIGCHLD:
        children_reap(&parent->children);
        break;
    }
}

/* ---- the loop ---- */

/* Stopping goes in steps: the milter by its own drain, then the audit writer. True when all is over. */
static bool step_stop(struct parent *parent, uint64_t now_us)
{
    const struct child *milter = &parent->children.all[CHILD_MILTER];
    struct child *audit = &parent->children.all[CHILD_AUDIT];

    if (milter->pid == 0 && audit->control_fd >= 0) {
        children_tell(&parent->children, CHILD_AUDIT, CHANNEL_STOP);
        close(audit->control_fd);
        audit->control_fd = -1;
    }
    if (now_us > parent->stop_us)
        children_kill(&parent->children);
    return milter->pid == 0 && audit->pid == 0;
}

static int next_timeout_ms(const struct parent *parent, uint64_t now_us)
{
    uint64_t until_us = parent->ping_us;

    if (children_next_restart_us(&parent->children) < until_us)
        until_us = children_next_restart_us(&parent->children);
    if (parent->children.stopping && parent->stop_us < until_us)
        until_us = parent->stop_us;
    return until_us <= now_us ? 0 : (int)((until_us - now_us) / 1000 + 1);
}

static void remind(struct parent *parent, uint64_t now_us)
{
    if (now_us < parent->remind_us)
        return;
    parent->remind_us = now_us + remind_every_us;
    reminder_log(parent->conf->policy, clock_realtime_us());
}

static void ping(struct parent *parent, uint64_t now_us)
{
    if (now_us < parent->ping_us)
        return;
    parent->ping_us = now_us + parent->ping_every_us;
    children_tell(&parent->children, CHILD_MILTER, CHANNEL_PING);
}

static void watch(struct parent *parent)
{
    for (;;) {
        struct pollfd fds[3] = {
            { .fd = parent->signal_fd, .events = POLLIN },
            { .fd = parent->children.all[CHILD_AUDIT].control_fd, .events = POLLIN },
            { .fd = parent->children.all[CHILD_MILTER].control_fd, .events = POLLIN },
        };
        uint64_t now_us = clock_monotonic_us();

        if (poll(fds, 3, next_timeout_ms(parent, now_us)) < 0 && errno != EINTR)
            return;
        if (fds[1].revents != 0)
            hear(parent, CHILD_AUDIT);
        if (fds[2].revents != 0)
            hear(parent, CHILD_MILTER);
        if (fds[0].revents != 0)
            take_signal(parent);
        now_us = clock_monotonic_us();
        if (parent->children.stopping) {
            if (step_stop(parent, now_us))
                return;
            continue;
        }
        children_restart_due(&parent->children, now_us);
        ping(parent, now_us);
        remind(parent, now_us);
    }
}

/* ---- setting up ---- */

static void make_directories(const struct parent *parent)
{
    const struct settings *settings = &parent->conf->settings;
    char path[PATH_BYTES], file[PATH_BYTES];

    snprintf(path, sizeof path, "%.*s", SPAN_ARG(settings->spool_directory));
    folder_make(path, &parent->user);
    snprintf(file, sizeof file, "%.*s", SPAN_ARG(settings->audit_file));
    folder_of(file, path);
    folder_make(path, &parent->user);
    if (parent->options->authority_path != NULL) {
        folder_of(parent->options->state_path, path);
        folder_make(path, &parent->user);
    }
}

/* Read before rights are given up, so that the user the daemon becomes need not be able to. */
static int read_key(struct parent *parent, struct err *err)
{
    const struct span file = parent->conf->settings.audit_key_file;
    char path[PATH_BYTES];

    snprintf(path, sizeof path, "%.*s", SPAN_ARG(file));
    if (file.len > 0 && chain_key_read(path, &parent->audit_key, err) < 0) {
        err_context(err, "audit_key_file");
        return -1;
    }
    parent->children.audit_key = buf_span(&parent->audit_key);
    return 0;
}

static int find_owner(const struct parent *parent, struct listen_owner *owner, struct err *err)
{
    const struct settings *settings = &parent->conf->settings;
    char mode[16];

    *owner = (struct listen_owner){ parent->user.uid, parent->user.gid, 0660 };
    if (settings->socket_mode.len > 0) {
        snprintf(mode, sizeof mode, "%.*s", SPAN_ARG(settings->socket_mode));
        owner->mode = (mode_t)strtoul(mode, NULL, 8) & 0777;
    }
    if (settings->socket_group.len > 0)
        return group_find(settings->socket_group, &owner->gid, err);
    return 0;
}

static uint64_t watchdog_period_us(void)
{
    uint64_t allowed_us = 0;

    if (sd_watchdog_enabled(0, &allowed_us) <= 0 || allowed_us / 3 > PING_US)
        return PING_US;
    return allowed_us / 3;
}

static int block_signals(struct parent *parent, struct err *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    parent->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
    if (parent->signal_fd < 0) {
        err_set(err, "signals: %s", strerror(errno));
        return -1;
    }
    return 0;
}

/* What the roles may write to, the parent must be allowed to as well: they inherit its fences. */
static int give_up_rights(struct parent *parent, struct err *err)
{
    const struct settings *settings = &parent->conf->settings;
    const char *pid_file = parent->options->pid_file;
    const bool signed_policy = parent->options->authority_path != NULL;
    char spool[PATH_BYTES], audit[PATH_BYTES], listen[PATH_BYTES], pid[PATH_BYTES], state[PATH_BYTES];
    struct sandbox_path paths[5] = { { spool, SANDBOX_WRITE }, { audit, SANDBOX_WRITE } };
    struct sandbox_options options = { .paths = paths, .path_count = 2 };
    struct err missing = { "" };

    snprintf(spool, sizeof spool, "%.*s", SPAN_ARG(settings->spool_directory));
    snprintf(listen, sizeof listen, "%.*s", SPAN_ARG(settings->audit_file));
    folder_of(listen, audit);
    folder_of(parent->listener.path, listen);
    folder_of(pid_file == NULL ? "" : pid_file, pid);
    folder_of(parent->options->state_path, state);
    if (parent->listener.path[0] != '\0')
        paths[options.path_count++] = (struct sandbox_path){ listen, SANDBOX_WRITE };
    if (pid_file != NULL)
        paths[options.path_count++] = (struct sandbox_path){ pid, SANDBOX_WRITE };
    if (signed_policy)
        paths[options.path_count++] = (struct sandbox_path){ state, SANDBOX_WRITE };
    if (user_become(&parent->user, err) < 0 || sandbox_enter(SANDBOX_PARENT, &options, &missing, err) < 0)
        return -1;
    log_missing("parent", missing.text);
    return 0;
}

static int set_up(struct parent *parent, struct err *err)
{
    struct listen_owner owner;

    if (load_policy(parent, err) < 0)
        return -1;
    log_open("vaguemestred", parent->options->foreground, parent->conf->settings.syslog_facility);
    if (read_key(parent, err) < 0 || user_find_or_nobody(parent->conf->settings.user, &parent->user, err) < 0 || find_owner(parent, &owner, err) < 0 ||
        listener_open(parent->conf->settings.listen, &owner, &parent->listener, err) < 0)
        return -1;
    parent->children.listen_fd = parent->listener.fd;
    if (parent->options->pid_file != NULL &&
        (parent->pid_fd = pid_file_open(parent->options->pid_file, err)) < 0)
        return -1;
    make_directories(parent);
    if (approve_note(parent->options, parent->conf->policy, err) < 0 || block_signals(parent, err) < 0)
        return -1;
    return give_up_rights(parent, err);
}

int parent_main(const struct daemon_options *options)
{
    struct parent parent = { .options = options, .listener = { .fd = -1, .lock_fd = -1 },
                             .signal_fd = -1, .pid_fd = -1, .ping_every_us = watchdog_period_us() };
    struct err err = { "" };

    buf_init(&parent.audit_key, CHAIN_KEY_MAX_BYTES);
    parent.children = (struct children){ .options = options, .bundle_fd = -1 };
    for (enum child_kind kind = CHILD_AUDIT; kind < CHILD_COUNT; kind++)
        parent.children.all[kind].control_fd = -1;
    log_open("vaguemestred", options->foreground, (struct span){ NULL, 0 });
    if (set_up(&parent, &err) < 0) {
        log_problem(LOG_CRIT, "start", err.text);
        buf_fini(&parent.audit_key);
        listener_close(&parent.listener);
        return 1;
    }
    children_start(&parent.children, CHILD_AUDIT);
    children_start(&parent.children, CHILD_MILTER);
    watch(&parent);
    listener_close(&parent.listener);
    pid_file_remove(parent.pid_fd, options->pid_file);
    log_event(LOG_INFO, "stop", "state", SPAN("done"));
    conf_free(&parent.conf);
    buf_fini(&parent.audit_key);
    return parent.failed ? 1 : 0;
}
