/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The end of a message: scan, decide, record, act, in this order. Whatever goes
 * wrong on the way ends in a temporary failure, never in a pass.
 */
#include <syslog.h>

#include "audit/record.h"
#include "base/clock.h"
#include "base/logline.h"
#include "proc_priv.h"

/* Edits come later, so nothing stands between them and these. */
static void tell_progress(void *context)
{
    (void)smfi_progress(context);
}

/* More time than the operator allows for one message: after it, the mail server may have given up on us. */
static uint64_t allowed_us(const struct message *message)
{
    return message->generation->conf->settings.content_timeout_ms * UINT64_C(1000);
}

static void note_envelope(SMFICTX *context, struct message *message)
{
    const char *queue_id = smfi_getsymval(context, (char[]){ "i" });

    message->facts->received_us = clock_realtime_us();
    message->facts->message_bytes = spool_size(message->spool);
    if (queue_id != NULL)
        message->facts->queue_id = arena_copy(message->arena, span_slice(span_of(queue_id), 0, 255));
}

/* Have the content read. -1: it could not even be handed over; the reason is in message->problem. */
static int scan(struct message *message, const struct cage_wait *wait)
{
    struct facts *facts = message->facts;
    struct err err = { "" };

    message_end_header(message);
    if (message->problem.text[0] != '\0')
        return -1;
    if (message->too_large) {
        facts->scan_failure = UNINSPECTABLE_TOO_LARGE;
        return 0;
    }
    message->sealed_fd =
        spool_seal(message->spool, &message->sealed_bytes, &message->problem);
    if (message->sealed_fd < 0)
        return -1;
    if (cage_scan(message->generation->cage, message->sealed_fd, message->sealed_bytes,
                  SCAN_MESSAGE, (struct span){ NULL, 0 }, wait, facts, &err) < 0)
        log_problem(LOG_ERR, "scan", err.text);
    return 0;
}

/* Have the edits in the body made, and what comes out judged, before any of it is recorded. */
static void edit_body(struct message *message, const struct cage_wait *wait, struct verdict *verdict,
                      struct review *review)
{
    const struct review_subject subject = { message->generation->cage,
                                            message->generation->conf->policy,
                                            message->facts,
                                            message->sealed_fd,
                                            message->sealed_bytes,
                                            *wait };
    struct err err = { "" };

    review_verdict(&subject, message->arena, verdict, review, &err);
    if (err.text[0] != '\0')
        log_problem(LOG_WARNING, "edit", err.text);
}

/* One line for the system's log; sequence 0: there is no record. */
static void log_verdict(const struct message *message, const struct verdict *verdict, uint64_t sequence)
{
    struct buf line;

    buf_init(&line, 0);
    record_line(message->generation->conf->policy, message->facts, verdict, sequence, &line);
    log_line(LOG_INFO, &line);
    buf_fini(&line);
}

static int record(const struct judge *judge, const struct message *message, const struct verdict *verdict,
                  struct err *err)
{
    const struct policy *policy = message->generation->conf->policy;
    uint64_t sequence = 0;
    struct buf text;
    int status;

    buf_init(&text, RECORD_MAX_BYTES);
    status = record_verdict(policy, message->facts, verdict, &text);
    if (status < 0)
        err_set(err, "no memory for the record");
    else
        status = recorder_write(judge->recorder, buf_span(&text), &sequence, err);
    buf_fini(&text);
    if (status == 0)
        log_verdict(message, verdict, sequence);
    return status;
}

static void record_outcome_of(const struct judge *judge, const struct message *message,
                              const struct verdict *verdict, const struct err *problem)
{
    struct err err = { "" };
    struct buf text;

    buf_init(&text, RECORD_MAX_BYTES);
    if (record_outcome(message->facts->queue_id, verdict, span_of(problem->text), &text) < 0)
        err_set(&err, "no memory for the record");
    else
        (void)recorder_post(judge->recorder, buf_span(&text), &err);
    buf_fini(&text);
    if (err.text[0] != '\0')
        log_problem(LOG_ERR, "record", err.text);
}

static sfsistat act(SMFICTX *context, const struct message *message, const struct verdict *verdict,
                    const struct review *review, struct err *problem)
{
    if (verdict->observed_only)
        return SMFIS_CONTINUE;
    switch (verdict->action) {
    case ACTION_ACCEPT:
    case ACTION_TAG:
    case ACTION_REWRITE:
    case ACTION_REDIRECT:
    case ACTION_QUARANTINE:
        if (actions_apply(context, message, verdict, review, problem) < 0)
            return reply_send(context, reply_internal_failure(), ACTION_TEMPFAIL);
        return SMFIS_CONTINUE;
    case ACTION_REJECT:
    case ACTION_TEMPFAIL:
        return reply_send(context, &verdict->reply, verdict->action);
    case ACTION_DISCARD:
        return SMFIS_DISCARD;
    case ACTION_COPY:
        break;
    }
    err_set(problem, "no such action");
    return reply_send(context, reply_internal_failure(), ACTION_TEMPFAIL);
}

/* What the operator set for a record that cannot be written; a temporary failure unless told otherwise. */
static sfsistat act_without_record(SMFICTX *context, const struct message *message)
{
    const struct policy *policy = message->generation->conf->policy;
    const struct review none = { .edited = false };
    struct err problem = { "" };
    struct verdict failure;
    sfsistat status;

    policy_decide_failure(policy, message->facts, FAILURE_AUDIT, message->arena, &failure);
    log_verdict(message, &failure, 0);
    status = act(context, message, &failure, &none, &problem);
    if (problem.text[0] != '\0')
        log_problem(LOG_ERR, "action", problem.text);
    return status;
}

static sfsistat record_and_act(const struct judge *judge, SMFICTX *context, struct message *message,
                               const struct verdict *verdict, const struct review *review)
{
    struct err problem = { "" };
    sfsistat status;

    if (record(judge, message, verdict, &problem) < 0) {
        log_problem(LOG_ERR, "record", problem.text);
        usage_give_back(judge->usage, message->generation->conf->policy, message->facts, verdict);
        return act_without_record(context, message);
    }
    status = act(context, message, verdict, review, &problem);
    if (problem.text[0] != '\0')
        log_problem(LOG_ERR, "action", problem.text);
    record_outcome_of(judge, message, verdict, &problem);
    return status;
}

sfsistat judge_message(const struct judge *judge, SMFICTX *context, struct message *message)
{
    const struct policy *policy = message->generation->conf->policy;
    const uint64_t started_us = clock_monotonic_us();
    /* An eighth of the time is for the record and the answer. */
    const struct cage_wait wait = { started_us + allowed_us(message) / 8 * 7, tell_progress, context };
    struct review review = { .edited = false };
    struct verdict verdict, decided = { .exception_count = 0 };
    sfsistat status;

    note_envelope(context, message);
    if (scan(message, &wait) == 0) {
        usage_decide(judge->usage, policy, message->facts, message->arena, &verdict);
        decided = verdict;
        edit_body(message, &wait, &verdict, &review);
    } else {
        policy_decide_failure(policy, message->facts, FAILURE_NOT_SCANNED, message->arena, &verdict);
    }
    if (clock_monotonic_us() - started_us > allowed_us(message)) {
        err_set(&message->problem, "content_timeout has passed");
        policy_decide_failure(policy, message->facts, FAILURE_SCANNER_TIMEOUT, message->arena, &verdict);
        review_fini(&review);
        review = (struct review){ .edited = false };
    }
    if (message->problem.text[0] != '\0')
        log_problem(LOG_ERR, "message", message->problem.text);
    if (verdict.exception_count == 0)
        usage_give_back(judge->usage, policy, message->facts, &decided);
    status = record_and_act(judge, context, message, &verdict, &review);
    review_fini(&review);
    return status;
}
