/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/record.h"
#include "policy/policy.h"

/* A message with one of each finding, and a verdict on it. */
struct scene {
    struct arena *arena;
    struct policy policy;
    struct facts *facts;
    struct verdict verdict;
    struct rule_outcome rules[2];
    struct edit edits[2];
    struct span names[1], because[1], lines[2];
};

static void set_facts(struct scene *scene)
{
    struct facts *facts = scene->facts;
    struct part_fact *part = facts_add_part(facts);

    *facts_add_sender(facts) = (struct sender_fact){ .where = SPAN("envelope"),
                                                     .address = SPAN("x@example.net"),
                                                     .domain = SPAN("example.net") };
    *facts_add_sender(facts) = (struct sender_fact){ .where = SPAN("From"),
                                                     .address = SPAN("a\xFF\x01 b"),
                                                     .malformed = true };
    facts_add_recipient(facts)->address = SPAN("c@example.org");
    *facts_add_label(facts) = (struct label_fact){ 0, CONFIDENCE_LIKELY, SOURCE_TEXT, SPAN("1#line=1"),
                                                   SPAN("SECRET"), false, true };
    *facts_add_label(facts) = (struct label_fact){ LABEL_UNKNOWN, CONFIDENCE_CERTAIN, SOURCE_HEADER,
                                                   SPAN("header:X"), SPAN("ZULU"), true, false };
    facts_add_contact(facts)->address = SPAN("p@gmail.com");
    part->where = SPAN("2!x.zip!y");
    part->reason = UNINSPECTABLE_ENCRYPTED;
    facts_add_ambiguity(facts)->kind = AMBIGUITY_FROM_DUPLICATE;
    facts->subject = SPAN("the subject stays out");
    facts->queue_id = SPAN("4FXQ");
    facts->scanned = true;
    facts->scan_failure = UNINSPECTABLE_NONE;
}

static void set_verdict(struct scene *scene)
{
    scene->because[0] = SPAN("fr:SECRET in text at 1#line=1");
    scene->lines[0] = SPAN("Message refuse.");
    scene->lines[1] = SPAN("Message refused.");
    scene->rules[0] = (struct rule_outcome){ .name = SPAN("over"), .at = SPAN("policy.conf:14"),
                                             .mode = RULE_ENFORCE, .action = ACTION_REJECT,
                                             .met = true, .decided = true,
                                             .because = scene->because, .because_count = 1 };
    scene->rules[1] = (struct rule_outcome){ .name = SPAN("excused"), .mode = RULE_ENFORCE,
                                             .action = ACTION_REJECT, .exception = SPAN("press") };
    scene->edits[0] = (struct edit){ EDIT_HEADER_SET, SPAN("subject"), SPAN("[S] the subject stays out"),
                                     SPAN("mark") };
    scene->edits[1] = (struct edit){ EDIT_HEADER_ADD, SPAN("X-Mark"), SPAN("SECRET"), SPAN("mark") };
    scene->verdict = (struct verdict){ .action = ACTION_REJECT, .rule = SPAN("over"),
                                       .rule_at = SPAN("policy.conf:14"),
                                       .reply = { 550, SPAN("5.7.1"), scene->lines, 2 },
                                       .rules = scene->rules, .rule_count = 2,
                                       .edits = scene->edits, .edit_count = 2,
                                       .would = ACTION_REJECT };
}

static void scene_init(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    scene->arena = arena_new(0);
    policy_init(&scene->policy, scene->arena);
    scene->names[0] = SPAN("fr:SECRET");
    scene->policy.label_names = scene->names;
    scene->policy.plan.label_count = 1;
    scene->facts = facts_new(scene->arena);
    set_facts(scene);
    set_verdict(scene);
}

/* A member by its path, as compact JSON. */
static void assert_member(const json_t *object, const char *key, size_t index, const char *member,
                          const char *expected)
{
    const json_t *value = json_object_get(object, key);
    char *text;

    if (member != NULL)
        value = json_object_get(json_array_get(value, index), member);
    text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(text == NULL ? "(none)" : text, expected);
    free(text);
}

static void test_record_has_the_members_scripts_rely_on(void **state)
{
    struct scene scene;
    json_t *object;

    (void)state;
    scene_init(&scene);
    object = record_encode(&scene.policy, scene.facts, &scene.verdict);
    assert_non_null(object);
    assert_member(object, "verdict", 0, NULL, "\"reject\"");
    assert_member(object, "rule", 0, NULL, "\"over\"");
    assert_member(object, "reply", 0, NULL,
                  "\"550-5.7.1 Message refuse.\\n550 5.7.1 Message refused.\"");
    assert_member(object, "rules", 0, "because", "[\"fr:SECRET in text at 1#line=1\"]");
    assert_member(object, "rules", 0, "at", "\"policy.conf:14\"");
    assert_member(object, "rules", 0, "mode", "\"enforce\"");
    assert_member(object, "rules", 1, "name", "(none)");
    assert_member(object, "rules_unmet", 0, "exception", "\"press\"");
    assert_member(object, "senders", 0, "approved", "false");
    assert_member(object, "senders", 1, "malformed", "true");
    assert_member(object, "recipients", 0, NULL, "[\"c@example.org\"]");
    assert_member(object, "labels", 0, "label", "\"fr:SECRET\"");
    assert_member(object, "labels", 0, "confidence", "\"likely\"");
    assert_member(object, "labels", 0, "quoted", "true");
    assert_member(object, "labels", 1, "label", "null");
    assert_member(object, "labels", 1, "source", "\"header\"");
    assert_member(object, "contacts", 0, "address", "\"p@gmail.com\"");
    assert_member(object, "parts", 0, "inspected", "false");
    assert_member(object, "parts", 0, "reason", "\"encrypted\"");
    assert_member(object, "ambiguities", 0, "kind", "\"from-duplicate\"");
    assert_member(object, "scan_failure", 0, NULL, "null");
    json_decref(object);
    arena_free(&scene.arena);
}

static void test_record_is_clean_and_tells_no_text(void **state)
{
    struct scene scene;
    struct buf text;
    json_t *object;

    (void)state;
    scene_init(&scene);
    buf_init(&text, 0);
    assert_int_equal(record_verdict(&scene.policy, scene.facts, &scene.verdict, &text), 0);
    assert_true(span_starts_with(buf_span(&text), SPAN("{\"kind\":\"verdict\",")));
    assert_int_equal(span_find(buf_span(&text), SPAN("the subject stays out")), text.len);
    for (size_t i = 0; i < text.len; i++)
        assert_true((unsigned char)text.ptr[i] >= ' ');
    object = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(object);
    assert_member(object, "senders", 1, "address", "\"a\xEF\xBF\xBD\\u0001 b\"");
    assert_member(object, "edits", 0, "bytes", "25");
    assert_member(object, "edits", 0, "value", "(none)");
    assert_member(object, "edits", 1, "value", "\"SECRET\"");
    json_decref(object);
    buf_fini(&text);
    arena_free(&scene.arena);
}

static void test_record_cuts_what_is_endless(void **state)
{
    static char endless[100000];
    struct scene scene;
    json_t *object;

    (void)state;
    scene_init(&scene);
    memset(endless, 'a', sizeof endless);
    scene.facts->senders.items[0].address = (struct span){ endless, sizeof endless };
    object = record_encode(&scene.policy, scene.facts, &scene.verdict);
    assert_int_equal(json_string_length(json_object_get(
                         json_array_get(json_object_get(object, "senders"), 0), "address")),
                     1024);
    json_decref(object);
    arena_free(&scene.arena);
}

static void test_record_of_the_outcome(void **state)
{
    struct scene scene;
    struct buf text;

    (void)state;
    scene_init(&scene);
    buf_init(&text, 0);
    assert_int_equal(record_outcome(SPAN("4F"), &scene.verdict, SPAN(""), &text), 0);
    assert_true(span_equals(
        buf_span(&text),
        SPAN("{\"kind\":\"applied\",\"queue_id\":\"4F\",\"verdict\":\"reject\",\"edits\":2}")));
    buf_clear(&text);
    assert_int_equal(record_outcome(SPAN("4F"), &scene.verdict, SPAN("lost"), &text), 0);
    assert_true(span_starts_with(buf_span(&text), SPAN("{\"kind\":\"failed\"")));
    buf_fini(&text);
    arena_free(&scene.arena);
}

static void test_line_is_short_and_greppable(void **state)
{
    struct scene scene;
    struct buf line;

    (void)state;
    scene_init(&scene);
    buf_init(&line, 0);
    record_line(&scene.policy, scene.facts, &scene.verdict, 17, &line);
    assert_true(span_starts_with(
        buf_span(&line),
        SPAN("verdict id=4FXQ record=17 action=reject rule=over at=policy.conf:14 from=x@example.net "
             "to=c@example.org recipients=1")));
    assert_true(span_find(buf_span(&line), SPAN(" label=unknown confidence=certain ")) < line.len);
    assert_true(span_find(buf_span(&line), SPAN(" uninspected=1 ambiguities=1 ")) < line.len);
    buf_fini(&line);
    arena_free(&scene.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_has_the_members_scripts_rely_on),
        cmocka_unit_test(test_record_is_clean_and_tells_no_text),
        cmocka_unit_test(test_record_cuts_what_is_endless),
        cmocka_unit_test(test_record_of_the_outcome),
        cmocka_unit_test(test_line_is_short_and_greppable),
    };

    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
