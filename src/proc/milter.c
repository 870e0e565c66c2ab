/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The milter role: speaks to the mail server, by libmilter's callbacks, and to
 * nobody else. The callbacks only translate; what they gather is message.c, what
 * comes of it judge.c.
 *
 * libmilter calls back on changing threads and hands no pointer of ours along
 * before smfi_setpriv(), so the one static of the daemon is here.
 *
 * On a unix socket, header and body go without an answer (NR_HDR, NR_EOH, NR_BODY),
 * which spares a round trip for each; what fails there is answered for at the end of
 * the message. Over TCP every step gets its answer: a mail server that sends twice
 * without hearing anything waits for a delayed acknowledgement, 40 ms a message.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/logline.h"
#include "proc_priv.h"
#include "sandbox/sandbox.h"

enum {
    DRAIN_MS = 10000,       /* at the end, for callbacks at work */
    FLUSH_US = 100000       /* and for libmilter to send their answers */
};

struct milter {
    struct judge judge;
    struct kicker *kicker;
    pthread_mutex_t mutex;          /* guards current and recording */
    pthread_cond_t changed;
    struct generation *current;     /* NULL before the first policy */
    bool recording;                 /* an audit writer has been there */
    atomic_bool stopping;
    bool quiet;                     /* no answers to header fields and body: on a unix socket */
};

static struct milter *the_milter;

static struct generation *hold_current(struct milter *milter)
{
    struct generation *generation = NULL;

    pthread_mutex_lock(&milter->mutex);
    if (milter->current != NULL)
        generation = generation_hold(milter->current);
    pthread_mutex_unlock(&milter->mutex);
    return generation;
}

static void replace_current(struct milter *milter, struct generation *generation)
{
    struct generation *old;

    pthread_mutex_lock(&milter->mutex);
    old = milter->current;
    milter->current = generation;
    pthread_cond_signal(&milter->changed);
    pthread_mutex_unlock(&milter->mutex);
    generation_release(&old);
}

/* ---- callbacks, in the order of a session ---- */

static sfsistat on_negotiate(SMFICTX *context, unsigned long offered_actions, unsigned long offered_steps,
                             unsigned long unused2, unsigned long unused3, unsigned long *actions,
                             unsigned long *steps, unsigned long *zero2, unsigned long *zero3)
{
    const unsigned long wanted_actions = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY | SMFIF_ADDRCPT |
                                         SMFIF_DELRCPT | SMFIF_CHGFROM | SMFIF_QUARANTINE;
    const unsigned long wanted_steps = SMFIP_HDR_LEADSPC |
                                       (the_milter->quiet ? SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY : 0);

    (void)unused2;
    (void)unused3;
    /* libmilter keeps one table of what is allowed for all connections: ask for the same on each. */
    if ((offered_actions & wanted_actions) != wanted_actions || (offered_steps & wanted_steps) != wanted_steps) {
        log_problem(LOG_ERR, "negotiate", "the mail server does not offer what judging needs");
        return SMFIS_REJECT;
    }
    if ((offered_actions & SMFIF_SETSYMLIST) != 0)
        (void)smfi_setsymlist(context, SMFIM_CONNECT,
                              (char[]){ "j {daemon_name} {daemon_addr} {daemon_port} {client_addr} "
                                        "{client_name} {client_resolve}" });
    *actions = wanted_actions | (offered_actions & SMFIF_SETSYMLIST);
    *steps = wanted_steps | SMFIP_NOUNKNOWN;
    *zero2 = *zero3 = 0;
    return SMFIS_CONTINUE;
}

static void copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
}

/* A name counts only when the mail server has verified it; "[ip]" and "unknown" are none. */
static void note_client_name(SMFICTX *context, struct connection *connection, const char *host)
{
    const char *name = smfi_getsymval(context, (char[]){ "{client_name}" });
    const char *resolved = smfi_getsymval(context, (char[]){ "{client_resolve}" });

    if (name == NULL)
        name = host;
    if (name == NULL || name[0] == '[' || strcmp(name, "unknown") == 0 ||
        (resolved != NULL && strcmp(resolved, "OK") != 0))
        return;
    copy_text(connection->client_name, sizeof connection->client_name, name);
}

static sfsistat on_connect(SMFICTX *context, char *host, _SOCK_ADDR *address)
{
    struct connection *connection = calloc(1, sizeof *connection);

    if (connection == NULL)
        return SMFIS_TEMPFAIL;
    if (address != NULL && address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;

        inet_ntop(AF_INET, &in->sin_addr, connection->client_address, sizeof connection->client_address);
        connection->from_port_zero = in->sin_port == 0;
    } else if (address != NULL && address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;

        inet_ntop(AF_INET6, &in6->sin6_addr, connection->client_address, sizeof connection->client_address);
        connection->from_port_zero = in6->sin6_port == 0;
    }
    note_client_name(context, connection, host);
    (void)smfi_setpriv(context, connection);
    return SMFIS_CONTINUE;
}

static sfsistat on_helo(SMFICTX *context, char *name)
{
    struct connection *connection = smfi_getpriv(context);

    if (connection == NULL)
        return SMFIS_TEMPFAIL;
    copy_text(connection->helo, sizeof connection->helo, name);
    return SMFIS_CONTINUE;
}

static const char *macro_of(void *context, const char *name)
{
    return smfi_getsymval(context, (char *)(uintptr_t)name);
}

static sfsistat on_mail(SMFICTX *context, char **arguments)
{
    struct connection *connection = smfi_getpriv(context);
    struct milter *milter = the_milter;
    struct generation *generation = hold_current(milter);
    struct err err = { "no policy is in force" };

    if (connection != NULL)
        message_free(&connection->message);
    if (connection == NULL || generation == NULL || atomic_load(&milter->stopping)) {
        generation_release(&generation);
        return reply_send(context, reply_internal_failure(), ACTION_TEMPFAIL);
    }
    connection->message = message_new(generation, milter->judge.spool_directory_fd, connection,
                                      (const char *const *)arguments, macro_of, context, &err);
    if (connection->message != NULL)
        return SMFIS_CONTINUE;
    log_problem(LOG_ERR, "message", err.text);
    return reply_send(context, reply_internal_failure(), ACTION_TEMPFAIL);
}

static struct message *message_of(SMFICTX *context)
{
    const struct connection *connection = smfi_getpriv(context);

    return connection == NULL ? NULL : connection->message;
}

static sfsistat on_rcpt(SMFICTX *context, char **arguments)
{
    struct message *message = message_of(context);

    /* Refuses this recipient alone, for now. */
    if (message == NULL || message_add_recipient(message, arguments[0], macro_of(context, "{rcpt_addr}")) < 0)
        return reply_send(context, reply_internal_failure(), ACTION_TEMPFAIL);
    return SMFIS_CONTINUE;
}

static sfsistat on_data(SMFICTX *context)
{
    (void)context;
    return SMFIS_CONTINUE;
}

static sfsistat on_header(SMFICTX *context, char *name, char *value)
{
    struct message *message = message_of(context);

    if (message != NULL)
        message_add_field(message, name, value);
    return the_milter->quiet ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/* Asked for although it tells nothing: without it, libmilter does not take a body behind no header. */
static sfsistat on_end_of_header(SMFICTX *context)
{
    struct message *message = message_of(context);

    if (message != NULL)
        message_end_header(message);
    return the_milter->quiet ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static sfsistat on_body(SMFICTX *context, unsigned char *octets, size_t length)
{
    struct message *message = message_of(context);

    if (message != NULL)
        message_add_body(message, (struct span){ (const char *)octets, length });
    return the_milter->quiet ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static sfsistat on_end(SMFICTX *context)
{
    struct connection *connection = smfi_getpriv(context);
    struct milter *milter = the_milter;
    struct kicker_entry entry;
    sfsistat status;

    if (connection == NULL || connection->message == NULL)
        return reply_send(context, reply_internal_failure(), ACTION_TEMPFAIL);
    kicker_enter(milter->kicker, &entry);
    if (atomic_load(&milter->stopping))
        status = reply_send(context, reply_internal_failure(), ACTION_TEMPFAIL);
    else
        status = judge_message(&milter->judge, context, connection->message);
    message_free(&connection->message);
    kicker_leave(milter->kicker, &entry);
    return status;
}

static sfsistat on_abort(SMFICTX *context)
{
    struct connection *connection = smfi_getpriv(context);

    if (connection != NULL)
        message_free(&connection->message);
    return SMFIS_CONTINUE;
}

/* May come without any callback before it. */
static sfsistat on_close(SMFICTX *context)
{
    struct connection *connection = smfi_getpriv(context);

    if (connection == NULL)
        return SMFIS_CONTINUE;
    message_free(&connection->message);
    free(connection);
    (void)smfi_setpriv(context, NULL);
    return SMFIS_CONTINUE;
}

/* ---- what the parent asks ---- */

/* Give the answers of what is at work a chance; the mail server defers the rest. */
static void stop(struct milter *milter)
{
    unsigned left;

    atomic_store(&milter->stopping, true);
    left = kicker_drain(milter->kicker, DRAIN_MS);
    if (left > 0)
        log_problem(LOG_WARNING, "stop", "messages at work are left to the mail server to try again");
    usleep(FLUSH_US);
    _exit(0);
}

static void take_policy(struct milter *milter, int control_fd, const struct channel_message *message)
{
    const int ocr_fd = message->kind == CHANNEL_POLICY_OCR ? message->fds[2] : -1;
    struct err err = { "" };
    struct generation *generation = generation_new(message->fds[0], message->fds[1], ocr_fd, &err);

    if (generation != NULL)
        replace_current(milter, generation);
    if (channel_send(control_fd, generation != NULL ? CHANNEL_READY : CHANNEL_FAILED, NULL, err.text, &err) < 0)
        stop(milter);
}

static void take_audit(struct milter *milter, int fd)
{
    struct err err;

    if (recorder_connect(milter->judge.recorder, fd, &err) < 0) {
        log_problem(LOG_ERR, "record", err.text);
        return;
    }
    pthread_mutex_lock(&milter->mutex);
    milter->recording = true;
    pthread_cond_signal(&milter->changed);
    pthread_mutex_unlock(&milter->mutex);
}

/* One message from the parent; without a parent there is nothing left to do. */
static void follow(struct milter *milter, int control_fd)
{
    struct channel_message message;
    struct err err = { "" };

    if (channel_receive(control_fd, &message, &err) != 1) {
        stop(milter);
        return;
    }
    switch (message.kind) {
    case CHANNEL_POLICY:
    case CHANNEL_POLICY_OCR:
        take_policy(milter, control_fd, &message);
        break;
    case CHANNEL_AUDIT:
        take_audit(milter, message.fds[0]);
        break;
    case CHANNEL_PING:
        (void)channel_send(control_fd, CHANNEL_PONG, NULL, "", &err);
        break;
    case CHANNEL_STOP:
    case CHANNEL_CLIENT:
    case CHANNEL_REOPEN:
    case CHANNEL_READY:
    case CHANNEL_FAILED:
    case CHANNEL_PONG:
        stop(milter);
        break;
    }
}

static void *follow_parent(void *data)
{
    for (;;)
        follow(data, ROLE_CONTROL_FD);
    return NULL;
}

/* ---- the role, read top to bottom ---- */

static int register_callbacks(void)
{
    struct smfiDesc description = {
        .xxfi_name = (char[]){ "vaguemestre" }, .xxfi_version = SMFI_VERSION,
        .xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY | SMFIF_ADDRCPT | SMFIF_DELRCPT |
                      SMFIF_CHGFROM | SMFIF_QUARANTINE | SMFIF_SETSYMLIST,
        .xxfi_connect = on_connect, .xxfi_helo = on_helo, .xxfi_envfrom = on_mail, .xxfi_envrcpt = on_rcpt,
        .xxfi_header = on_header, .xxfi_eoh = on_end_of_header, .xxfi_body = on_body, .xxfi_eom = on_end, .xxfi_abort = on_abort,
        .xxfi_close = on_close, .xxfi_data = on_data, .xxfi_negotiate = on_negotiate,
    };
    char where[16];

    snprintf(where, sizeof where, "fd:%d", ROLE_LISTEN_FD);
    if (smfi_setconn(where) != MI_SUCCESS || smfi_register(description) != MI_SUCCESS ||
        smfi_opensocket(0) != MI_SUCCESS)
        return -1;
    return 0;
}

static bool is_unix_socket(int fd)
{
    struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
    socklen_t size = sizeof address;

    return getsockname(fd, (struct sockaddr *)&address, &size) == 0 && address.ss_family == AF_UNIX;
}

/* Scanners are not ours to start, so all that is left to do is talk on sockets and spool. */
static int give_up_rights(struct milter *milter, const char *spool_directory, struct err *err)
{
    const struct sandbox_path paths[] = { { spool_directory, SANDBOX_WRITE } };
    const struct sandbox_options options = { .paths = paths, .path_count = 1 };
    struct err missing = { "" };
    int status;

    milter->judge.spool_directory_fd = open(spool_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (milter->judge.spool_directory_fd < 0)
        log_problem(LOG_WARNING, "spool", "no spool directory: every message is held in memory");
    status = sandbox_enter(SANDBOX_MILTER, &options, &missing, err);
    log_missing("milter", missing.text);
    return status;
}

static int start_threads(struct milter *milter, struct err *err)
{
    sigset_t blocked, before;
    pthread_t thread;

    /* Signals are libmilter's own thread's. */
    sigfillset(&blocked);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    milter->kicker = kicker_new(ROLE_LISTEN_FD, err);
    if (milter->kicker != NULL && pthread_create(&thread, NULL, follow_parent, milter) != 0) {
        err_set(err, "no thread");
        milter->kicker = NULL;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return milter->kicker == NULL ? -1 : 0;
}

/* Until mail can be judged, connections wait in the socket's queue rather than be deferred. */
static void wait_until_able(struct milter *milter)
{
    pthread_mutex_lock(&milter->mutex);
    while (milter->current == NULL || !milter->recording)
        pthread_cond_wait(&milter->changed, &milter->mutex);
    pthread_mutex_unlock(&milter->mutex);
}

int milter_main(const struct daemon_options *options)
{
    struct milter milter = { .current = NULL, .judge = { .spool_directory_fd = -1 } };
    struct err err = { "" };

    log_open("vaguemestred/milter", options->foreground, span_of(options->facility));
    pthread_mutex_init(&milter.mutex, NULL);
    pthread_cond_init(&milter.changed, NULL);
    the_milter = &milter;
    milter.quiet = is_unix_socket(ROLE_LISTEN_FD);
    milter.judge.usage = usage_new();
    milter.judge.recorder = milter.judge.usage == NULL ? NULL : recorder_new(milter.judge.usage);
    if (milter.judge.recorder == NULL || register_callbacks() < 0 ||
        give_up_rights(&milter, options->spool_directory, &err) < 0 || start_threads(&milter, &err) < 0) {
        log_problem(LOG_CRIT, "start", err.text[0] != '\0' ? err.text : "libmilter could not be set up");
        (void)channel_send(ROLE_CONTROL_FD, CHANNEL_FAILED, NULL, err.text, NULL);
        return 1;
    }
    wait_until_able(&milter);
    (void)smfi_main();
    stop(&milter);
    return 1;
}
