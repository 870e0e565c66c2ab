/* SPDX-License-Identifier: EUPL-1.2 */
#include "review/review.h"

#include <sys/mman.h>

#include "facts/revision.h"
#include "policy/policy.h"
#include "spool/spool.h"

void review_fini(struct review *review)
{
    buf_fini(&review->answer);
}

/* All edits or none: a message that cannot be edited is for a person to look at, by the rule that wanted to. */
static void hold(struct arena *arena, struct verdict *verdict, enum revise_result result)
{
    for (size_t i = 0; i < verdict->edit_count && verdict->rule.len == 0; i++)
        if (edit_kind_is_body(verdict->edits[i].kind))
            verdict->rule = verdict->edits[i].rule;
    for (size_t i = 0; i < verdict->rule_count && verdict->rule_at.len == 0; i++)
        if (span_equals(verdict->rules[i].name, verdict->rule))
            verdict->rule_at = verdict->rules[i].at;
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

static struct span domain_of(struct span address)
{
    size_t at = address.len;

    while (at > 0 && address.ptr[at - 1] != '@')
        at--;
    return span_slice(address, at, address.len);
}

/* The envelope as the verdict's edits will leave it. false: no memory. */
static bool edit_envelope(const struct facts *facts, const struct verdict *verdict, struct facts *again)
{
    const struct edit *edits = verdict->edits;
    struct sender_fact *envelope = facts->senders.count == 0 ? NULL : facts_add_sender(again);

    if (envelope != NULL)
        *envelope = facts->senders.items[0];
    for (size_t i = 0; i < facts->recipients.count; i++) {
        const struct recipient_fact *old = &facts->recipients.items[i];
        struct recipient_fact *kept;
        bool deleted = false;

        for (size_t k = 0; k < verdict->edit_count; k++)
            deleted |= edits[k].kind == EDIT_RECIPIENT_DELETE && span_equals(edits[k].value, old->verbatim);
        if (deleted)
            continue;
        if ((kept = facts_add_recipient(again)) == NULL)
            return false;
        *kept = *old;
    }
    for (size_t i = 0; envelope != NULL && i < verdict->edit_count; i++)
        if (edits[i].kind == EDIT_SENDER_SET) {
            envelope->address = edits[i].value;
            envelope->domain = domain_of(edits[i].value);
            envelope->malformed = envelope->null_sender = false;
        }
    return envelope != NULL || facts->senders.count == 0;
}

/* Session and envelope of the same message, without what was found in it. */
static struct facts *same_message(const struct facts *facts, const struct verdict *verdict,
                                  struct arena *arena)
{
    struct facts *again = facts_new(arena);

    if (again == NULL || !edit_envelope(facts, verdict, again))
        return NULL;
    again->session = facts->session;
    again->queue_id = facts->queue_id;
    again->received_us = facts->received_us;
    again->message_bytes = facts->message_bytes;
    again->uses = facts->uses;
    again->uses_known = facts->uses_known;
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

/* What came out, and behind it what was left as it is. */
static bool put_together(const struct review_subject *subject, const struct revised *revised,
                         struct spool *spool, struct err *err)
{
    const size_t rest = revised->rest_at < subject->size ? (size_t)(subject->size - revised->rest_at) : 0;
    char *whole = MAP_FAILED;
    bool good = spool_append(spool, revised->message, err) == SPOOL_OK;

    if (!good || rest == 0)
        return good;
    whole = mmap(NULL, subject->size, PROT_READ, MAP_PRIVATE, subject->message_fd, 0);
    if (whole == MAP_FAILED) {
        err_set(err, "mapping the message: %m");
        return false;
    }
    good = spool_append(spool, (struct span){ whole + revised->rest_at, rest }, err) == SPOOL_OK;
    munmap(whole, subject->size);
    return good;
}

/* Read and judge what came out, as it would leave. */
static bool judge_again(const struct review_subject *subject, struct arena *arena,
                        const struct verdict *verdict, const struct revised *revised, struct err *err)
{
    const struct spool_limits limits = { .directory_fd = -1, .memory_bytes = UINT64_MAX };
    struct spool *spool = spool_new(&limits, err);
    struct facts *facts = same_message(subject->facts, verdict, arena);
    struct verdict second;
    bool good = false;
    uint64_t size;
    int fd;

    if (spool == NULL)
        return false;
    if (facts != NULL && put_together(subject, revised, spool, err) &&
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

/* The header of a message of one part that became a notice, or a text in another charset. */
static bool retype(const struct facts *facts, struct arena *arena, struct verdict *verdict,
                   struct span type)
{
    static const struct span mime_fields[] = { { "Content-Disposition", 19 },
                                               { "Content-Description", 19 },
                                               { "Content-ID", 10 } };
    struct span kept = arena_copy(arena, type);

    if (type.len == 0)
        return true;
    if (kept.ptr == NULL || !verdict_add_edit(arena, verdict, EDIT_HEADER_SET, SPAN("Content-Type"), kept) ||
        !verdict_add_edit(arena, verdict, EDIT_HEADER_SET, SPAN("Content-Transfer-Encoding"),
                  SPAN("quoted-printable")) ||
        (!facts_has_header(facts, SPAN("MIME-Version")) &&
         !verdict_add_edit(arena, verdict, EDIT_HEADER_SET, SPAN("MIME-Version"), SPAN("1.0"))))
        return false;
    for (size_t i = 0; i < sizeof mime_fields / sizeof *mime_fields; i++)
        if (is_replaced(verdict, SPAN("1")) && facts_has_header(facts, mime_fields[i]) &&
            !verdict_add_edit(arena, verdict, EDIT_HEADER_DELETE, mime_fields[i], SPAN("")))
            return false;
    return true;
}

/* What the edits in the body asked for is there already: a message with no other edit is as it should be. */
static void drop_body_edits(struct verdict *verdict)
{
    size_t kept = 0;

    for (size_t i = 0; i < verdict->edit_count; i++)
        if (!edit_kind_is_body(verdict->edits[i].kind))
            verdict->edits[kept++] = verdict->edits[i];
    verdict->edit_count = kept;
    if (kept == 0 && verdict->action == ACTION_REWRITE)
        verdict->action = verdict->would = ACTION_ACCEPT;
}

/* Only now is it known which edits there are, and so which signatures they break. */
static void settle(const struct review_subject *subject, struct arena *arena, struct verdict *verdict)
{
    if (!policy_settle_signatures(subject->policy, subject->facts, arena, verdict))
        fail(subject, arena, verdict);
}

/* Is anything in it changed that a reader would judge the message by? A mere tag is not. */
static bool is_rewritten(const struct verdict *verdict)
{
    return verdict_edits_body(verdict) ||
           (verdict->action == ACTION_REWRITE && verdict_edits_header(verdict));
}

/* The body's edits were made, or had been before. false: the message is held. */
static bool take_body(struct arena *arena, const struct revision *revision,
                      const struct revised *revised, struct verdict *verdict)
{
    if (revised->result == REVISE_DONE || !revision_edits_body(revision))
        return true;
    /* Footers may be there already; an address or part that was found must be reached. */
    if (revised->result == REVISE_UNCHANGED && revision->replacement_count + revision->notice_count == 0) {
        drop_body_edits(verdict);
        return true;
    }
    hold(arena, verdict, revised->result);
    return false;
}

void review_verdict(const struct review_subject *subject, struct arena *arena,
                    struct verdict *verdict, struct review *review_out, struct err *err)
{
    struct revised revised = { .result = REVISE_IMPOSSIBLE };
    struct revision revision;

    *review_out = (struct review){ .edited = false };
    buf_init(&review_out->answer, 0);
    if (!is_rewritten(verdict))
        return;
    if (revision_of(arena, verdict, &revision) != 0) {
        hold(arena, verdict, REVISE_IMPOSSIBLE);
        return;
    }
    if (cage_revise(subject->cage, subject->message_fd, subject->size, &revision, &subject->wait,
                    &review_out->answer, &revised, err) != 0 ||
        (revised.result == REVISE_IMPOSSIBLE && !revision_edits_body(&revision))) {
        fail(subject, arena, verdict);
        return;
    }
    if (!take_body(arena, &revision, &revised, verdict))
        return;
    if (revised.message.len > 0 &&
        (!judge_again(subject, arena, verdict, &revised, err) ||
         !retype(subject->facts, arena, verdict, revised.type))) {
        fail(subject, arena, verdict);
        return;
    }
    if (revision_edits_body(&revision))
        settle(subject, arena, verdict);
    review_out->body = span_slice(revised.message, (size_t)revised.body_at, revised.message.len);
    review_out->edited = revised.result == REVISE_DONE && verdict_edits_body(verdict);
}
