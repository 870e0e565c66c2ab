/* SPDX-License-Identifier: EUPL-1.2 */
#include "review/review.h"

#include <string.h>

#include "facts/revision.h"
#include "policy/policy.h"
#include "spool/spool.h"

void review_fini(struct review *review)
{
    buf_fini(&review->answer);
}

static bool edits_body(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->edit_count; i++)
        if (edit_kind_is_body(verdict->edits[i].kind))
            return true;
    return false;
}

/* All edits or none: a message that cannot be edited is for a person to look at. */
static void hold(struct arena *arena, struct verdict *verdict, enum revise_result result)
{
    verdict->action = verdict->would = ACTION_QUARANTINE;
    verdict->edit_count = 0;
    verdict->hold_reason =
        arena_printf(arena, "the body could not be edited: %s", revise_result_name(result));
}

static void fail(const struct review_subject *subject, struct arena *arena, struct verdict *verdict)
{
    struct rule_outcome *rules = verdict->rules;
    size_t rule_count = verdict->rule_count;

    policy_decide_failure(subject->policy, subject->facts, FAILURE_POLICY, arena, verdict);
    verdict->rules = rules;
    verdict->rule_count = rule_count;
}

/* Session and envelope of the same message, without what was found in it. */
static struct facts *same_message(const struct facts *facts, struct arena *arena)
{
    struct facts *again = facts_new(arena);
    struct sender_fact *envelope;

    if (again == NULL)
        return NULL;
    again->session = facts->session;
    again->queue_id = facts->queue_id;
    again->received_us = facts->received_us;
    again->message_bytes = facts->message_bytes;
    again->recipients = facts->recipients;
    if (facts->senders.count > 0 && (envelope = facts_add_sender(again)) != NULL)
        *envelope = facts->senders.items[0];
    return again;
}

/* Was that part replaced? What is there now are our own words, which may name the label. */
static bool is_replaced(const struct verdict *verdict, struct span part)
{
    for (size_t i = 0; i < verdict->edit_count; i++)
        if (verdict->edits[i].kind == EDIT_PART && span_equals(verdict->edits[i].name, part))
            return true;
    return false;
}

/* Is the edited message one the policy lets go, with nothing left to edit? */
static bool is_good(const struct facts *facts, const struct verdict *first, const struct verdict *second)
{
    if (!facts->scanned || facts->scan_failure != UNINSPECTABLE_NONE)
        return false;
    for (size_t i = 0; i < second->edit_count; i++)
        if (second->edits[i].kind == EDIT_ADDRESS ||
            (second->edits[i].kind == EDIT_PART && !is_replaced(first, second->edits[i].name)))
            return false;
    return second->action == first->action || second->action == ACTION_ACCEPT ||
           second->action == ACTION_TAG || second->action == ACTION_REWRITE;
}

/* Read and judge what came out, as it would leave. */
static bool judge_again(const struct review_subject *subject, struct arena *arena,
                        const struct verdict *verdict, struct span message, struct err *err)
{
    const struct spool_limits limits = { .directory_fd = -1, .memory_bytes = UINT64_MAX };
    struct spool *spool = spool_new(&limits, err);
    struct facts *facts = same_message(subject->facts, arena);
    struct verdict second;
    bool good = false;
    uint64_t size;
    int fd;

    if (spool == NULL)
        return false;
    if (facts != NULL && spool_append(spool, message, err) == SPOOL_OK &&
        (fd = spool_seal(spool, &size, err)) >= 0 &&
        cage_scan(subject->cage, fd, size, SCAN_MESSAGE, (struct span){ NULL, 0 }, &subject->wait,
                  facts, err) == 0) {
        policy_decide(subject->policy, facts, DECIDE_MET, arena, &second);
        good = is_good(facts, verdict, &second);
        if (!good)
            err_set(err, "the edited message would be judged %s", action_name(second.action));
    }
    spool_free(&spool);
    return good;
}

static bool add_edit(struct arena *arena, struct verdict *verdict, enum edit_kind kind,
                     struct span name, struct span value)
{
    struct edit *edits = arena_alloc(arena, (verdict->edit_count + 1) * sizeof *edits);

    if (edits == NULL)
        return false;
    memcpy(edits, verdict->edits, verdict->edit_count * sizeof *edits);
    edits[verdict->edit_count++] = (struct edit){ kind, name, value, verdict->rule };
    verdict->edits = edits;
    return true;
}

/* A message of one part that became a notice has a notice's header. */
static bool retype(struct arena *arena, struct verdict *verdict, struct span type)
{
    struct span kept = arena_copy(arena, type);

    return type.len == 0 ||
           (kept.ptr != NULL &&
            add_edit(arena, verdict, EDIT_HEADER_SET, SPAN("Content-Type"), kept) &&
            add_edit(arena, verdict, EDIT_HEADER_SET, SPAN("Content-Transfer-Encoding"),
                     SPAN("quoted-printable")) &&
            add_edit(arena, verdict, EDIT_HEADER_DELETE, SPAN("Content-Disposition"), SPAN("")));
}

void review_verdict(const struct review_subject *subject, struct arena *arena,
                    struct verdict *verdict, struct review *review_out, struct err *err)
{
    struct revised revised = { .result = REVISE_IMPOSSIBLE };
    struct revision revision;

    *review_out = (struct review){ .edited = false };
    buf_init(&review_out->answer, 0);
    if (!edits_body(verdict))
        return;
    if (revision_of(arena, verdict, &revision) != 0) {
        hold(arena, verdict, REVISE_IMPOSSIBLE);
        return;
    }
    if (cage_revise(subject->cage, subject->message_fd, subject->size, &revision, &subject->wait,
                    &review_out->answer, &revised, err) != 0) {
        fail(subject, arena, verdict);
        return;
    }
    /* Footers may be there already; an address or part that was found must be reached. */
    if (revised.result == REVISE_UNCHANGED &&
        revision.replacement_count + revision.notice_count == 0)
        return;
    if (revised.result != REVISE_DONE) {
        hold(arena, verdict, revised.result);
        return;
    }
    review_out->body = span_slice(revised.message, (size_t)revised.body_at, revised.message.len);
    review_out->edited = judge_again(subject, arena, verdict, revised.message, err);
    if (!review_out->edited || !retype(arena, verdict, revised.type)) {
        review_out->edited = false;
        fail(subject, arena, verdict);
    }
}
