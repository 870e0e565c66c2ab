/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The audit role: only writer of the record chain. Takes all records that wait,
 * brings them to disk with one fdatasync(), and only then answers each. Where nobody
 * waits for an answer (what was done, after the verdict) they are written at once
 * and go to disk with the next that somebody waits for, or after SETTLE_MS.
 */
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "audit/chain.h"
#include "audit/uses.h"
#include "base/clock.h"
#include "proc_priv.h"
#include "sandbox/sandbox.h"
#include "wire/wire.h"

enum { BATCH = 256, SETTLE_MS = 500 };

struct auditor {
    struct chain_writer *chain;
    int control_fd;
    int client_fd;              /* -1: no milter */
    bool failing;               /* said so in the log */
    bool stopping;
    struct buf packet;
    struct uses uses;           /* counted from what is on disk */
    struct uses pending;        /* from what waits */
    bool uses_known;
    int directory_fd;
    char directory[PATH_BYTES], name[PATH_BYTES];   /* of the record */
    /* The records taken: who waits for an answer (0: nobody), and where each stands in the chain. */
    struct { uint64_t number, sequence; } waiting[BATCH];
    size_t count;
    bool awaited;               /* somebody waits for one of them */
};

static void answer(struct auditor *auditor, uint64_t number, uint64_t sequence, const char *problem)
{
    if (number == 0 || auditor->client_fd < 0)
        return;
    buf_clear(&auditor->packet);
    wire_put_u64(&auditor->packet, number);
    wire_put_u64(&auditor->packet, sequence);
    wire_put_span(&auditor->packet, span_of(problem));
    /* A milter that takes no answers gives up by itself, and defers. */
    (void)wire_send(auditor->client_fd, buf_span(&auditor->packet), NULL, 0,
                    clock_monotonic_us() + 1000000);
}

static void drop_client(struct auditor *auditor)
{
    if (auditor->client_fd >= 0)
        close(auditor->client_fd);
    auditor->client_fd = -1;
}

/* Append one record that came; a refused one is answered at once. */
static void take_record(struct auditor *auditor)
{
    struct wire_in in = wire_in_of(buf_span(&auditor->packet));
    const uint64_t number = wire_get_u64(&in);
    const struct span record = wire_get_text(&in, RECORD_MAX_BYTES);
    struct err err = { "" };
    uint64_t sequence;

    if (!wire_is_done(&in)) {
        drop_client(auditor);
        return;
    }
    if (chain_append(auditor->chain, record, clock_realtime_us(), &sequence, &err) < 0) {
        log_problem(LOG_ERR, "audit", err.text);
        answer(auditor, number, 0, err.text);
        return;
    }
    if (uses_note_record(&auditor->pending, record) != 0)
        auditor->uses_known = false;
    auditor->waiting[auditor->count].number = number;
    auditor->waiting[auditor->count++].sequence = sequence;
    auditor->awaited |= number != 0;
}

static void reopen_if_rotated(struct auditor *auditor)
{
    struct err err = { "" };

    if (!chain_is_rotated(auditor->chain))
        return;
    if (chain_reopen(auditor->chain, clock_realtime_us(), &err) < 0)
        log_problem(LOG_ERR, "audit", err.text);
    else
        log_event(LOG_INFO, "audit", "state", SPAN("reopened"));
}

/* Once when it begins and once when it is over: a full disk must not fill the log. */
static void note_commit(struct auditor *auditor, const struct err *err)
{
    const bool failed = err->text[0] != '\0';

    if (failed && !auditor->failing)
        log_problem(LOG_CRIT, "audit", err->text);
    if (!failed && auditor->failing)
        log_event(LOG_NOTICE, "audit", "state", SPAN("recovered"));
    auditor->failing = failed;
}

/* What is on disk counts; the file of counts may come a moment later, since the record itself is counted again. */
static void note_uses(struct auditor *auditor, bool committed)
{
    struct err err = { "" };

    if (committed && auditor->pending.count > 0) {
        if (uses_merge(&auditor->uses, &auditor->pending) != 0)
            auditor->uses_known = false;
        if (auditor->uses_known && uses_save(auditor->directory_fd, auditor->name, &auditor->uses,
                                             chain_writer_head(auditor->chain).sequence, &err) < 0)
            log_problem(LOG_ERR, "audit", err.text);
    }
    uses_fini(&auditor->pending);
}

/* A milter that was not told takes every limited exception for spent. */
static void tell_uses(struct auditor *auditor)
{
    struct buf text;

    buf_init(&text, USES_FILE_BYTES);
    if (auditor->uses_known && uses_encode(&auditor->uses, 0, &text) == 0) {
        buf_clear(&auditor->packet);
        wire_put_u64(&auditor->packet, 0);
        wire_put_u64(&auditor->packet, 0);
        wire_put_span(&auditor->packet, buf_span(&text));
        (void)wire_send(auditor->client_fd, buf_span(&auditor->packet), NULL, 0,
                        clock_monotonic_us() + 1000000);
    }
    buf_fini(&text);
}

/* All that waits, and what was written and not waited for. */
static void bring_to_disk(struct auditor *auditor, struct err *err)
{
    note_uses(auditor, chain_commit(auditor->chain, err) == 0);
    note_commit(auditor, err);
}

static void serve_client(struct auditor *auditor)
{
    enum wire_result result = WIRE_OK;
    struct err err = { "" };

    reopen_if_rotated(auditor);
    auditor->count = 0;
    auditor->awaited = false;
    while (auditor->count < BATCH && auditor->client_fd >= 0) {
        result = wire_receive(auditor->client_fd, &auditor->packet, RECORD_MAX_BYTES + 64, NULL, NULL,
                              WIRE_NO_WAIT);
        if (result != WIRE_OK)
            break;
        take_record(auditor);
    }
    if (auditor->count > 0) {
        if (auditor->awaited) {
            bring_to_disk(auditor, &err);
        } else {
            (void)chain_write(auditor->chain, &err);
            note_commit(auditor, &err);
        }
        for (size_t i = 0; i < auditor->count; i++)
            answer(auditor, auditor->waiting[i].number, auditor->waiting[i].sequence, err.text);
    }
    if (result != WIRE_OK && result != WIRE_AGAIN)
        drop_client(auditor);
}

static void follow_parent(struct auditor *auditor)
{
    struct channel_message message;
    struct err err = { "" };

    if (channel_receive(auditor->control_fd, &message, &err) != 1) {
        auditor->stopping = true;
        return;
    }
    switch (message.kind) {
    case CHANNEL_CLIENT:
        drop_client(auditor);
        auditor->client_fd = message.fds[0];
        tell_uses(auditor);
        break;
    case CHANNEL_REOPEN:
        reopen_if_rotated(auditor);
        break;
    case CHANNEL_PING:
        (void)channel_send(auditor->control_fd, CHANNEL_PONG, NULL, "", &err);
        break;
    case CHANNEL_STOP:
    case CHANNEL_POLICY:
    case CHANNEL_POLICY_OCR:
    case CHANNEL_AUDIT:
    case CHANNEL_READY:
    case CHANNEL_FAILED:
    case CHANNEL_PONG:
        auditor->stopping = true;
        break;
    }
}

static void settle(struct auditor *auditor)
{
    struct err err = { "" };

    bring_to_disk(auditor, &err);
}

static void serve(struct auditor *auditor)
{
    while (!auditor->stopping) {
        struct pollfd fds[2] = { { .fd = auditor->control_fd, .events = POLLIN },
                                 { .fd = auditor->client_fd, .events = POLLIN } };
        const int ready = poll(fds, 2, chain_is_safe(auditor->chain) ? -1 : SETTLE_MS);

        if (ready < 0)
            continue;
        if (ready == 0)
            settle(auditor);
        if (fds[1].revents != 0)
            serve_client(auditor);
        if (fds[0].revents != 0)
            follow_parent(auditor);
    }
    /* What the milter sent before it ended still counts. */
    if (auditor->client_fd >= 0)
        serve_client(auditor);
    settle(auditor);
}

/* The writer has its own copy of the key, so that this one lasts no longer than it must. */
static struct chain_writer *open_with_key(struct chain_options *chain, bool keyed, struct err *err)
{
    struct chain_writer *writer = NULL;
    struct buf key;

    buf_init(&key, CHAIN_KEY_MAX_BYTES);
    if (!keyed || chain_key_read_fd(ROLE_KEY_FD, "the key of the record", &key, err) == 0) {
        chain->key = buf_span(&key);
        writer = chain_open(chain, clock_realtime_us(), err);
    }
    close(ROLE_KEY_FD);
    if (key.len > 0)
        explicit_bzero(key.ptr, key.len);
    buf_fini(&key);
    return writer;
}

static struct chain_writer *open_chain(struct auditor *auditor, const struct daemon_options *options,
                                       struct err *err)
{
    struct chain_options chain = { .name = auditor->name, .sync = options->audit_sync };
    struct chain_writer *writer;

    auditor->directory_fd = open(auditor->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (auditor->directory_fd < 0) {
        err_set(err, "%s: %m", auditor->directory);
        return NULL;
    }
    chain.directory_fd = auditor->directory_fd;
    /* The folder stays open: it is where the writer looks for a renamed file. */
    writer = open_with_key(&chain, options->audit_keyed, err);
    if (writer == NULL)
        err_context(err, "%s", options->audit_file);
    return writer;
}

static void split_name(struct auditor *auditor, const char *file)
{
    char copy[PATH_BYTES];

    snprintf(copy, sizeof copy, "%s", file);
    snprintf(auditor->directory, sizeof auditor->directory, "%s", dirname(copy));
    snprintf(copy, sizeof copy, "%s", file);
    snprintf(auditor->name, sizeof auditor->name, "%s", basename(copy));
}

static void load_uses(struct auditor *auditor)
{
    struct err err = { "" };

    auditor->uses_known = uses_load(auditor->directory_fd, auditor->name, &auditor->uses, &err) == 0;
    if (!auditor->uses_known)
        log_problem(LOG_ERR, "uses", err.text);
}

static int give_up_rights(const struct auditor *auditor, struct err *err)
{
    const struct sandbox_path paths[] = { { auditor->directory, SANDBOX_WRITE } };
    const struct sandbox_options sandbox = { .paths = paths, .path_count = 1 };
    struct err missing = { "" };
    const int status = sandbox_enter(SANDBOX_AUDIT, &sandbox, &missing, err);

    log_missing("audit", missing.text);
    return status;
}

int audit_main(const struct daemon_options *options)
{
    struct auditor auditor = { .control_fd = ROLE_CONTROL_FD, .client_fd = -1 };
    struct err err = { "" };

    log_open("vaguemestred/audit", options->foreground, span_of(options->facility));
    signal(SIGXFSZ, SIG_IGN);
    buf_init(&auditor.packet, 0);
    split_name(&auditor, options->audit_file);
    auditor.chain = open_chain(&auditor, options, &err);
    if (auditor.chain == NULL || give_up_rights(&auditor, &err) < 0 ||
        channel_send(ROLE_CONTROL_FD, CHANNEL_READY, NULL, "", &err) < 0) {
        log_problem(LOG_CRIT, "audit", err.text);
        (void)channel_send(ROLE_CONTROL_FD, CHANNEL_FAILED, NULL, err.text, NULL);
        return 1;
    }
    load_uses(&auditor);
    serve(&auditor);
    uses_fini(&auditor.uses);
    chain_close(&auditor.chain);
    buf_fini(&auditor.packet);
    return 0;
}
