/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What holds of every verdict, over thousands of generated policies and messages:
 * an action that exists, a reply that SMTP takes, no acceptance of what was not
 * read, no change in observe mode, and the same answer when asked again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/decide.h"
#include "policy/policy.h"

enum { ROUNDS = 4000, RULES = 6, LABELS = 4 };

/* Small, the same everywhere, and seeded by the round, so that a failure can be had again. */
struct dice {
    uint64_t state;
};

static unsigned roll(struct dice *dice, unsigned sides)
{
    dice->state = dice->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(dice->state >> 33) % sides;
}

struct world {
    struct arena *arena;
    struct policy policy;
    struct facts *facts;
    struct destination destinations[2];
    struct rule rules[RULES];
    struct label_def labels[LABELS];
    int32_t label_scheme[LABELS], limits[2];
    struct span schemes[2], label_names[LABELS];
};

static void make_labels(struct world *world)
{
    static const char *const names[LABELS] = { "a:LOW", "a:HIGH", "b:LOW", "b:OFF" };

    for (int32_t i = 0; i < LABELS; i++) {
        world->labels[i] = (struct label_def){ .rank = i % 2, .level = i == 3 ? -1 : i % 2 };
        world->label_scheme[i] = i / 2;
        world->label_names[i] = span_of(names[i]);
    }
    world->policy.plan.labels = world->labels;
    world->policy.plan.label_count = LABELS;
    world->policy.label_scheme = world->label_scheme;
    world->policy.label_names = world->label_names;
    world->policy.schemes = world->schemes;
    world->policy.scheme_count = 2;
}

static void make_destinations(struct world *world)
{
    world->limits[0] = 0;
    world->limits[1] = POLICY_NONE;
    world->destinations[0] =
        (struct destination){ .name = SPAN("near"),
                              .ceiling = { .by_scheme = world->limits, .level = 0 } };
    world->destinations[1] =
        (struct destination){ .name = SPAN("open"), .ceiling = { .everything = true } };
    nameset_add(world->arena, &world->destinations[0].members.names, SPAN("near.example"));
    nameset_add(world->arena, &world->destinations[1].members.names, SPAN(".open.example"));
    world->policy.destinations = world->destinations;
    world->policy.destination_count = 2;
}

static enum action any_action(struct dice *dice)
{
    static const enum action actions[] = { ACTION_ACCEPT,     ACTION_TAG,    ACTION_REWRITE,
                                           ACTION_REDIRECT,   ACTION_REJECT, ACTION_TEMPFAIL,
                                           ACTION_QUARANTINE, ACTION_DISCARD, ACTION_COPY };

    return actions[roll(dice, sizeof actions / sizeof *actions)];
}

static const char *const templates[] = {
    "5 pièces refusées : %{label} %{where} pour %{recipients}",
    "%{sender}\n\n%{nothing} 100 % sûr %{",
    "",
    "7",
};

static void make_rules(struct world *world, struct dice *dice)
{
    static struct header_template header = { SPAN("X-Tag"), SPAN("%{label}") };
    static struct span to = SPAN("desk@near.example");
    static struct span replies[2];

    world->policy.rule_count = roll(dice, RULES + 1);
    world->policy.rules = world->rules;
    for (size_t i = 0; i < world->policy.rule_count; i++) {
        struct rule *rule = &world->rules[i];
        *rule = (struct rule){ .name = SPAN("règle 1"), .at = SPAN("policy.conf:1") };
        rule->mode = roll(dice, 4) == 0 ? RULE_OBSERVE : RULE_ENFORCE;
        rule->action = any_action(dice);
        rule->when = (UINT64_C(1) << (1 + roll(dice, FACT_COUNT - 1))) |
                     (UINT64_C(1) << (1 + roll(dice, FACT_COUNT - 1)));
        rule->unless = roll(dice, 3) == 0 ? UINT64_C(1) << (1 + roll(dice, FACT_COUNT - 1)) : 0;
        rule->confidence = (enum confidence)(1 + roll(dice, 3));
        rule->some = (enum some_recipients)(1 + roll(dice, 3));
        rule->headers = &header;
        rule->header_count = rule->action == ACTION_TAG;
        rule->recipients.items = &to;
        rule->recipients.count = rule->action == ACTION_REDIRECT || rule->action == ACTION_COPY;
        replies[0] = span_of(templates[roll(dice, 4)]);
        replies[1] = span_of(templates[roll(dice, 4)]);
        rule->reply.items = replies;
        rule->reply.count = roll(dice, 3);
        rule->code = (uint16_t)(roll(dice, 2) == 0 ? 0 : 400 + roll(dice, 200));
    }
}

static void make_envelope(struct facts *facts, struct dice *dice)
{
    static const char *const domains[] = { "near.example", "x.open.example", "far.example" };
    struct sender_fact *sender = facts_add_sender(facts);

    sender->where = SPAN("envelope");
    sender->address = SPAN("a@near.example");
    sender->domain = SPAN("near.example");
    sender->null_sender = roll(dice, 5) == 0;
    sender->malformed = roll(dice, 5) == 0;
    for (unsigned i = roll(dice, 4); i > 0; i--) {
        struct recipient_fact *recipient = facts_add_recipient(facts);
        recipient->domain = span_of(domains[roll(dice, 3)]);
        recipient->address = arena_printf(facts->arena, "b%u@%.*s", i, SPAN_ARG(recipient->domain));
        recipient->verbatim = arena_printf(facts->arena, "<%.*s>", SPAN_ARG(recipient->address));
    }
}

static void make_content(struct facts *facts, struct dice *dice)
{
    for (unsigned i = roll(dice, 4); i > 0; i--) {
        struct label_fact *label = facts_add_label(facts);
        label->label = (int32_t)roll(dice, LABELS + 1) - 1;
        label->confidence = (enum confidence)(1 + roll(dice, 3));
        label->source = (enum source)(1 + roll(dice, 8));
        label->where = roll(dice, 2) == 0 ? SPAN("header:Subject") : SPAN("2!a.docx");
        label->text = SPAN("MÄRK\r\n250 fine");
        label->obfuscated = roll(dice, 4) == 0;
    }
    for (unsigned i = roll(dice, 3); i > 0; i--) {
        struct part_fact *part = facts_add_part(facts);
        part->where = SPAN("2");
        part->name = SPAN("é\n.zip");
        part->reason = (enum uninspectable)(1 + roll(dice, 10));
        part->mismatch = roll(dice, 3) == 0;
    }
    if (roll(dice, 3) == 0)
        facts_add_ambiguity(facts)->kind = AMBIGUITY_BODY_NUL;
    if (roll(dice, 3) == 0)
        facts_add_signature(facts)->kind = SPAN("smime");
    facts->scanned = roll(dice, 4) != 0;
    facts->scan_failure =
        roll(dice, 4) == 0 ? (enum uninspectable)(1 + roll(dice, 10)) : UNINSPECTABLE_NONE;
    facts->dropped_findings = roll(dice, 8) == 0;
}

static void make_world(struct world *world, struct dice *dice)
{
    memset(world, 0, sizeof *world);
    world->arena = arena_new(0);
    policy_init(&world->policy, world->arena);
    make_labels(world);
    make_destinations(world);
    make_rules(world, dice);
    world->policy.mode = roll(dice, 6) == 0 ? RULE_OBSERVE : RULE_ENFORCE;
    world->facts = facts_new(world->arena);
    make_envelope(world->facts, dice);
    make_content(world->facts, dice);
}

static void check_reply(const struct verdict *verdict)
{
    const struct smtp_reply *reply = &verdict->reply;
    unsigned class = verdict->would == ACTION_TEMPFAIL ? 4 : 5;

    if (verdict->would != ACTION_REJECT && verdict->would != ACTION_TEMPFAIL)
        return;
    assert_int_equal(reply->code / 100, class);
    assert_int_equal(reply->enhanced.ptr[0] - '0', class);
    assert_in_range(reply->line_count, 1, 32);
    for (size_t i = 0; i < reply->line_count; i++) {
        struct span line = reply->lines[i];
        assert_in_range(line.len, 1, 400);
        assert_false(line.ptr[0] >= '0' && line.ptr[0] <= '9');
        for (size_t n = 0; n < line.len; n++)
            assert_in_range((unsigned char)line.ptr[n], 0x20, 0x7E);
    }
}

static bool was_decided_by_rule(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->rule_count; i++)
        if (verdict->rules[i].decided)
            return true;
    return false;
}

static void check_verdict(const struct world *world, const struct verdict *verdict)
{
    bool whole = world->facts->scanned && world->facts->scan_failure == UNINSPECTABLE_NONE &&
                 world->facts->dropped_findings == 0;

    assert_non_null(action_name(verdict->action));
    assert_true(verdict->action != ACTION_COPY);
    check_reply(verdict);
    /* All failure settings are tempfail here: nothing unread passes but by a rule that says so. */
    if (!whole && !was_decided_by_rule(verdict))
        assert_int_equal(verdict->would, ACTION_TEMPFAIL);
    if (world->policy.mode == RULE_OBSERVE) {
        assert_int_equal(verdict->action, ACTION_ACCEPT);
        assert_int_equal(verdict->edit_count, 0);
    }
    for (size_t i = 0; i < verdict->rule_count; i++) {
        assert_false(verdict->rules[i].decided && verdict->rules[i].mode == RULE_OBSERVE);
        assert_true(verdict->rules[i].because_count > 0);
    }
    for (size_t i = 0; i < verdict->edit_count; i++)
        assert_non_null(edit_kind_name(verdict->edits[i].kind));
}

static void test_decide_keeps_its_promises(void **state)
{
    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct dice dice = { round };
        struct world world;
        struct verdict verdict, again;
        make_world(&world, &dice);
        policy_decide(&world.policy, world.facts, DECIDE_MET, world.arena, &verdict);
        check_verdict(&world, &verdict);
        policy_decide(&world.policy, world.facts, DECIDE_ALL, world.arena, &again);
        assert_int_equal(again.action, verdict.action);
        assert_int_equal(again.edit_count, verdict.edit_count);
        assert_int_equal(again.rule_count, world.policy.rule_count);
        arena_free(&world.arena);
    }
}

/* With whatever little room: tempfail, or the very answer that enough room gives. */
static void test_decide_fails_closed_without_room(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        struct dice dice = { round };
        struct world world;
        struct verdict whole;
        make_world(&world, &dice);
        policy_decide(&world.policy, world.facts, DECIDE_ALL, world.arena, &whole);
        for (size_t room = 1; room < 20000; room += room / 2 + 1) {
            struct arena *little = arena_new(room);
            struct verdict verdict;
            policy_decide(&world.policy, world.facts, DECIDE_ALL, little, &verdict);
            assert_true(verdict.action == ACTION_TEMPFAIL || verdict.action == whole.action);
            arena_free(&little);
        }
        arena_free(&world.arena);
    }
}

static void test_decide_failure_answers_by_its_setting(void **state)
{
    struct dice dice = { 1 };
    struct world world;
    struct verdict verdict;

    (void)state;
    make_world(&world, &dice);
    world.policy.mode = RULE_ENFORCE;
    policy_decide_failure(&world.policy, world.facts, FAILURE_AUDIT, world.arena, &verdict);
    assert_int_equal(verdict.action, ACTION_TEMPFAIL);
    check_reply(&verdict);
    assert_true(span_find(verdict.reply.lines[0], SPAN("(audit)")) < verdict.reply.lines[0].len);
    world.policy.failures[FAILURE_AUDIT] = ACTION_QUARANTINE;
    policy_decide_failure(&world.policy, world.facts, FAILURE_AUDIT, world.arena, &verdict);
    assert_int_equal(verdict.action, ACTION_QUARANTINE);
    assert_true(verdict.hold_reason.len > 0);
    arena_free(&world.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decide_keeps_its_promises),
        cmocka_unit_test(test_decide_fails_closed_without_room),
        cmocka_unit_test(test_decide_failure_answers_by_its_setting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
