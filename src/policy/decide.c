/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Facts and policy to a verdict: the rules from the top, tags and rewrites adding
 * up, until one decides; then whatever no rule decided.
 */
#include "policy/decide.h"

#include <string.h>

#include "policy_priv.h"

/* "rule NAME: first reason": what a person at the hold queue reads. */
static struct span hold_reason(struct judgement *j, const struct rule *rule,
                               const struct reasons *reasons)
{
    return arena_printf(j->arena, "rule %.*s: %.*s", SPAN_ARG(rule->name),
                        SPAN_ARG(reasons->count > 0 ? reasons->lines[0] : SPAN("met")));
}

static void say_left_out(struct judgement *j, struct reasons *reasons)
{
    if (reasons->left_out > 0 && reasons->count > 0)
        reasons->lines[reasons->count - 1] =
            arena_printf(j->arena, "%.*s (and %zu more)",
                         SPAN_ARG(reasons->lines[reasons->count - 1]), reasons->left_out);
}

static struct span why_not(struct judgement *j, enum truth truth, const struct reasons *reasons,
                           bool reached)
{
    if (!reached)
        return SPAN("not reached: a rule above decided");
    if (truth == TRUTH_UNKNOWN)
        return SPAN("cannot be told: the content was not read to its end");
    if (reasons->failed != NULL)
        return arena_printf(j->arena, "its condition %s does not hold",
                            condition_name(reasons->failed->kind));
    if (reasons->excepted)
        return SPAN("something its unless names holds");
    if (reasons->exception.len > 0)
        return arena_printf(j->arena, "excused by exception \"%.*s\"",
                            SPAN_ARG(reasons->exception));
    return SPAN("none of its facts holds");
}

static struct rule_outcome *add_outcome(struct judgement *j, const struct rule *rule,
                                        enum truth truth, struct reasons *reasons, bool reached,
                                        struct verdict *verdict)
{
    struct rule_outcome *outcomes = arena_grow(j->arena, verdict->rules, verdict->rule_count,
                                               &j->outcome_capacity, sizeof *outcomes);
    struct rule_outcome *outcome;

    if (outcomes == NULL)
        return NULL;
    verdict->rules = outcomes;
    outcome = &outcomes[verdict->rule_count++];
    say_left_out(j, reasons);
    *outcome = (struct rule_outcome){ .name = rule->name,
                                      .at = rule->at,
                                      .mode = rule->mode,
                                      .action = rule->action,
                                      .met = truth == TRUTH_YES,
                                      .because = reasons->lines,
                                      .because_count = reasons->count,
                                      .exception = reasons->exception };
    if (truth != TRUTH_YES) {
        outcome->because = arena_alloc(j->arena, sizeof *outcome->because);
        outcome->because_count = outcome->because == NULL ? 0 : 1;
        if (outcome->because != NULL)
            *outcome->because = why_not(j, truth, reasons, reached);
    }
    return outcome;
}

static void fail(struct judgement *j, enum failure failure, struct verdict *verdict)
{
    verdict->action = j->policy->failures[failure];
    if (verdict->action == ACTION_REJECT || verdict->action == ACTION_TEMPFAIL)
        reply_build_failure(j, failure, verdict->action, &verdict->reply);
    if (verdict->action == ACTION_QUARANTINE)
        verdict->hold_reason =
            arena_printf(j->arena, "could not be decided: %s", failure_name(failure));
}

static bool is_for_some(const struct judgement *j, const struct reasons *reasons)
{
    for (size_t i = 0; i < j->facts->recipients.count; i++)
        if (!j->dropped[i] && !is_selected(reasons->recipients, i))
            return true;
    return false;
}

/* The deciding rule's own action, or what it says for reasons that are about some recipients only. */
static void decide(struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                   enum action action, struct verdict *verdict)
{
    verdict->action = action;
    verdict->rule = rule->name;
    verdict->rule_at = rule->at;
    if (action == ACTION_REJECT || action == ACTION_TEMPFAIL)
        reply_build(j, rule, reasons, action, &verdict->reply);
    if (action == ACTION_QUARANTINE)
        verdict->hold_reason = hold_reason(j, rule, reasons);
    if (action == ACTION_REDIRECT && effects_redirect(j, rule, verdict) != 0)
        fail(j, FAILURE_POLICY, verdict);
}

/* Altering signed mail would break its signature or make it lie about its author (RFC 8550, 3). */
static bool must_not_alter(const struct judgement *j, const struct rule *rule)
{
    bool is_signed = false;

    for (size_t i = 0; i < j->facts->signatures.count; i++)
        is_signed = is_signed || !span_equals(j->facts->signatures.items[i].kind, SPAN("dkim"));
    return is_signed && rule->action == ACTION_REWRITE &&
           (sendermap_touches(j, rule) || bodymap_touches(j, rule));
}

/* Does an enforced rule that is met end the judgement? */
static bool act(struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                struct verdict *verdict)
{
    bool refuses = rule->action != ACTION_ACCEPT && action_is_final(rule->action);

    if (must_not_alter(j, rule)) {
        decide(j, rule, reasons, ACTION_QUARANTINE, verdict);
        return true;
    }
    if (!action_is_final(rule->action)) {
        if (effects_apply(j, rule, reasons, verdict) == 0)
            return false;
        fail(j, FAILURE_POLICY, verdict);
        return true;
    }
    if (refuses && rule->some != SOME_ALL && is_for_some(j, reasons)) {
        if (rule->some == SOME_DROP &&
            effects_drop_recipients(j, rule, reasons, verdict) == 0 &&
            (!rule->tell_sender || effects_tell_sender(j, rule, reasons, verdict) == 0))
            return false;
        decide(j, rule, reasons, ACTION_QUARANTINE, verdict);
        return true;
    }
    decide(j, rule, reasons, rule->action, verdict);
    return true;
}

/*
 * One rule; true when the judgement is ended. A rule that only observes is judged
 * even then: what it would meet is what it is there to tell.
 */
static bool judge_rule(struct judgement *j, size_t i, enum decide_detail detail, bool ended,
                       struct verdict *verdict)
{
    const struct rule *rule = &j->policy->rules[i];
    bool reached = !ended || rule->mode == RULE_OBSERVE, ends = false;
    struct reasons reasons = { 0 };
    struct rule_outcome *outcome;
    enum truth truth;

    j->counts_uses = !ended && rule->mode == RULE_ENFORCE;
    truth = reached ? rule_holds(j, i, &reasons) : TRUTH_NO;

    if (truth == TRUTH_YES || detail == DECIDE_ALL || reasons.exception.len > 0) {
        outcome = add_outcome(j, rule, truth, &reasons, reached, verdict);
        if (outcome == NULL)
            return ended;
        if (!ended && rule->mode == RULE_ENFORCE && truth == TRUTH_YES)
            outcome->decided = ends = act(j, rule, &reasons, verdict);
    }
    /* What might have decided cannot be told: going on could only guess. */
    if (!ended && rule->mode == RULE_ENFORCE && truth == TRUTH_UNKNOWN &&
        action_is_final(rule->action)) {
        fail(j, judgement_failure(j), verdict);
        ends = true;
    }
    return ended || ends;
}

static bool has_unanswered_part(const struct judgement *j)
{
    for (size_t i = 0; i < j->facts->parts.count; i++)
        if (j->facts->parts.items[i].reason != UNINSPECTABLE_NONE && !j->answered[i])
            return true;
    return false;
}

static void no_rule_decided(struct judgement *j, struct verdict *verdict)
{
    if (!j->whole)
        fail(j, judgement_failure(j), verdict);
    else if (has_unanswered_part(j))
        fail(j, FAILURE_UNINSPECTABLE, verdict);
    else
        verdict->action = ACTION_ACCEPT;
}

/* An accepted message that is changed on the way is told as what is done to it. */
static void name_changes(struct verdict *verdict)
{
    bool altered = false;

    if (verdict->action != ACTION_ACCEPT || verdict->edit_count == 0)
        return;
    for (size_t i = 0; i < verdict->edit_count; i++)
        altered = altered || verdict->edits[i].kind == EDIT_HEADER_DELETE ||
                  verdict->edits[i].kind == EDIT_SENDER_SET ||
                  verdict->edits[i].kind == EDIT_RECIPIENT_DELETE ||
                  edit_kind_is_body(verdict->edits[i].kind);
    for (size_t i = 0; i < verdict->rule_count; i++)
        altered = altered || (verdict->rules[i].met && verdict->rules[i].mode == RULE_ENFORCE &&
                              verdict->rules[i].action == ACTION_REWRITE);
    verdict->action = altered ? ACTION_REWRITE : ACTION_TAG;
}

/* What a message that goes nowhere would have needed is no use of it. */
static int name_exceptions(struct judgement *j, struct verdict *verdict)
{
    verdict->exceptions = arena_alloc(j->arena, (j->policy->exception_count + 1) * sizeof *verdict->exceptions);
    for (size_t i = 0; i < j->policy->exception_count && verdict->exceptions != NULL; i++)
        if (j->used[i])
            verdict->exceptions[verdict->exception_count++] = j->policy->exceptions[i].name;
    return verdict->exceptions == NULL ? -1 : 0;
}

static bool leaves_edits(enum action action)
{
    return action != ACTION_REJECT && action != ACTION_TEMPFAIL && action != ACTION_DISCARD;
}

static void apply_mode(const struct policy *policy, struct verdict *verdict)
{
    if (!leaves_edits(verdict->action))
        verdict->edit_count = verdict->exception_count = 0;
    verdict->would = verdict->action;
    if (policy->mode != RULE_OBSERVE)
        return;
    verdict->observed_only = true;
    verdict->action = ACTION_ACCEPT;
    verdict->edit_count = 0;
}

/* Without room for an answer: the one that needs none. Nobody writes to the lines of a verdict. */
static void out_of_room(const struct policy *policy, struct verdict *verdict)
{
    static const struct span line = { "Message deferred: it could not be judged", 40 };

    memset(verdict, 0, sizeof *verdict);
    verdict->action = verdict->would = ACTION_TEMPFAIL;
    verdict->reply.code = 451;
    verdict->reply.enhanced = SPAN("4.3.0");
    verdict->reply.lines = (struct span *)(uintptr_t)&line;
    verdict->reply.line_count = 1;
    memcpy(verdict->policy_digest, policy->digest, sizeof verdict->policy_digest);
}

void policy_decide(const struct policy *policy, const struct facts *facts,
                   enum decide_detail detail, struct arena *arena, struct verdict *verdict_out)
{
    struct judgement j;
    bool ended = false;

    memset(verdict_out, 0, sizeof *verdict_out);
    memcpy(verdict_out->policy_digest, policy->digest, sizeof verdict_out->policy_digest);
    if (judgement_init(&j, policy, facts, arena) != 0) {
        out_of_room(policy, verdict_out);
        return;
    }
    for (size_t i = 0; i < policy->rule_count; i++)
        ended = judge_rule(&j, i, detail, ended, verdict_out);
    if (!ended)
        no_rule_decided(&j, verdict_out);
    if (leaves_edits(verdict_out->action) && !verdict_edits_body(verdict_out))
        (void)policy_settle_signatures(policy, facts, arena, verdict_out);
    name_changes(verdict_out);
    if (policy->exception_count > 0 && name_exceptions(&j, verdict_out) != 0)
        fail(&j, FAILURE_POLICY, verdict_out);
    apply_mode(policy, verdict_out);
    if (arena_is_full(arena))
        out_of_room(policy, verdict_out);
}

void policy_decide_failure(const struct policy *policy, const struct facts *facts,
                           enum failure failure, struct arena *arena, struct verdict *verdict_out)
{
    struct judgement j = { .policy = policy, .facts = facts, .arena = arena };

    memset(verdict_out, 0, sizeof *verdict_out);
    memcpy(verdict_out->policy_digest, policy->digest, sizeof verdict_out->policy_digest);
    fail(&j, failure, verdict_out);
    apply_mode(policy, verdict_out);
    if (arena_is_full(arena))
        out_of_room(policy, verdict_out);
}
