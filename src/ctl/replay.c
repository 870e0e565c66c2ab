/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vaguemestre replay: past messages, as the record knows them, under another policy.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "policy/decide.h"
#include "recall.h"
#include "replay.h"

enum { JSON = FILTER_OPTIONS, SUMMARY, MESSAGES, HELD, CONFIG, WAS, OPTION_COUNT };
enum { REPLAY_ARENA_BYTES = 64 << 20, RECORDS_PROGRESS = 1000, MESSAGES_PROGRESS = 10 };

static void show_progress(const struct replay *replay, bool last)
{
    uint64_t spent = clock_monotonic_us() - replay->start_us;

    if (!replay->progress || (!last && replay->messages % replay->progress_every != 0))
        return;
    fprintf(stderr, "\r%" PRIu64 " messages, %" PRIu64 " would change, %" PRIu64 " messages/s%s",
            replay->messages, replay->changed,
            spent == 0 ? 0 : replay->messages * 1000000 / spent, last ? "\n" : "");
}

static void print_because(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->rule_count; i++) {
        const struct rule_outcome *rule = &verdict->rules[i];

        if (!rule->met || !span_equals(rule->name, verdict->rule))
            continue;
        for (size_t j = 0; j < rule->because_count; j++) {
            fputs("    ", stdout);
            print_safe(stdout, rule->because[j]);
            putchar('\n');
        }
    }
}

static void print_change(const struct replay *replay, const json_t *record,
                         const struct verdict *verdict)
{
    const char *before = member_text(record, "rule");

    if (replay->json) {
        json_t *change = json_pack(
            "{s:O*, s:O*, s:O*, s:O*, s:s, s:s%}", "seq", json_object_get(record, "seq"), "time",
            json_object_get(record, "time"), "queue_id", json_object_get(record, "queue_id"), "before",
            json_object_get(record, "verdict"), "now", action_name(verdict->action), "rule",
            verdict->rule.len > 0 ? verdict->rule.ptr : "", verdict->rule.len);

        json_dumpf(change, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(change);
        return;
    }
    printf("%.19s  ", member_text(record, "time"));
    print_safe(stdout, span_of(member_text(record, "queue_id")));
    printf("  %s (%s) -> %s%s%s (", member_text(record, "verdict"), *before == '\0' ? "-" : before,
           style_on(replay->colour, style_of_action(verdict->action)),
           action_name(verdict->action), style_off(replay->colour));
    print_safe(stdout, verdict->rule.len == 0 ? SPAN("-") : verdict->rule);
    puts(")");
    print_because(verdict);
}

/* Rules met, per message, before and now: an observed rule counts like an enforced one. */
static void count_rules(const struct replay *replay, const json_t *record,
                        const struct verdict *verdict)
{
    const json_t *rule;
    size_t i;

    json_array_foreach(json_object_get(record, "rules"), i, rule)
        count_up(replay->rules_before, member_text(rule, "name"));
    for (i = 0; i < verdict->rule_count; i++)
        if (verdict->rules[i].met) {
            struct span name = arena_copy(replay->arena, verdict->rules[i].name);

            if (name.ptr != NULL)
                count_up(replay->rules_now, name.ptr);
        }
}

bool replay_compare(struct replay *replay, const json_t *record, const struct verdict *verdict)
{
    const char *before = member_text(record, "verdict");
    char change[64];

    count_rules(replay, record, verdict);
    if (strcmp(before, action_name(verdict->action)) != 0) {
        snprintf(change, sizeof change, "%.20s -> %s", before, action_name(verdict->action));
        count_up(replay->changes, change);
        replay->changed++;
        if (!replay->summary)
            print_change(replay, record, verdict);
    }
    show_progress(replay, false);
    return !ferror(stdout);
}

static bool replay_record(void *data, const json_t *record, struct span line)
{
    struct replay *replay = data;
    struct verdict verdict = { 0 };
    struct facts *facts;

    (void)line;
    if (!record_is(record, "verdict"))
        return true;
    arena_reset(replay->arena);
    facts = recall_facts(record, replay->indexes, replay->arena);
    replay->messages++;
    if (facts == NULL) {
        replay->undecided++;
        return true;
    }
    policy_decide(replay->policy, facts, DECIDE_MET, replay->arena, &verdict);
    return replay_compare(replay, record, &verdict);
}

static void print_rule_changes(const struct replay *replay)
{
    json_t *names = json_copy(replay->rules_before);
    const char *name;
    const json_t *count;

    json_object_update_missing(names, replay->rules_now);
    if (json_object_size(names) > 0)
        puts("messages by rule met: before, now");
    json_object_foreach(names, name, count) {
        printf("  %9" JSON_INTEGER_FORMAT " %9" JSON_INTEGER_FORMAT "  ",
               json_integer_value(json_object_get(replay->rules_before, name)),
               json_integer_value(json_object_get(replay->rules_now, name)));
        print_safe(stdout, span_of(name));
        putchar('\n');
    }
    json_decref(names);
}

static void print_totals(const struct replay *replay)
{
    if (replay->json) {
        json_t *totals = json_pack("{s:I, s:I, s:I, s:O, s:O, s:O}", "messages",
                                   (json_int_t)replay->messages, "changed",
                                   (json_int_t)replay->changed, "undecided",
                                   (json_int_t)replay->undecided, "changes", replay->changes,
                                   "rules_before", replay->rules_before, "rules_now",
                                   replay->rules_now);

        json_dumpf(totals, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(totals);
        return;
    }
    printf("%" PRIu64 " messages, %" PRIu64 " would be judged otherwise\n", replay->messages,
           replay->changed);
    if (replay->undecided > 0)
        printf("%" PRIu64 " records were too large to be judged again\n", replay->undecided);
    print_counts(stdout, "verdicts that change", replay->changes, 0);
    print_rule_changes(replay);
}

static int replay_recorded(struct replay *replay, const struct options *options)
{
    struct record_filter filter;
    struct record_files files;
    int result;

    replay->progress_every = RECORDS_PROGRESS;
    if (filter_read(options->items, clock_realtime_us(), &filter) != 0 ||
        record_files_find(options->paths, options->path_count,
                          option_value(&options->items[FILTER_POLICY]), &files) != 0)
        return -1;
    result = records_each(&files, &filter, replay_record, replay);
    record_files_free(&files);
    return result;
}

static int replay_stored(struct replay *replay, const struct options *options,
                         const struct ruleset *ruleset)
{
    const struct replay_mail mail = { .paths = options->paths, .path_count = options->path_count,
                                      .held = options->items[HELD].count > 0,
                                      .config = option_value(&options->items[CONFIG]),
                                      .was = option_value(&options->items[WAS]) };

    replay->progress_every = MESSAGES_PROGRESS;
    return replay_messages(replay, ruleset, &mail);
}

static int replay_all(struct replay *replay, const struct options *options, const struct ruleset *ruleset)
{
    bool stored = options->items[MESSAGES].count + options->items[HELD].count > 0;
    int result = -1;

    replay->arena = arena_new(REPLAY_ARENA_BYTES);
    replay->indexes = recall_labels(replay->policy);
    replay->changes = json_object();
    replay->rules_before = json_object();
    replay->rules_now = json_object();
    replay->start_us = clock_monotonic_us();
    if (replay->arena == NULL || replay->indexes == NULL) {
        complain("no memory");
    } else {
        result = stored ? replay_stored(replay, options, ruleset) : replay_recorded(replay, options);
        show_progress(replay, true);
        print_totals(replay);
    }
    arena_free(&replay->arena);
    json_decref(replay->indexes);
    json_decref(replay->changes);
    json_decref(replay->rules_before);
    json_decref(replay->rules_now);
    return result != 0 ? EXIT_TROUBLE : replay->changed > 0 ? EXIT_FINDING : EXIT_GOOD;
}

static int run(const struct options *options)
{
    const struct option *items = options->items;
    struct ruleset ruleset;
    struct replay replay = { .json = items[JSON].count > 0,
                             .summary = items[SUMMARY].count > 0,
                             .colour = items[JSON].count == 0 && terminal_has_colour(stdout),
                             .progress = isatty(STDERR_FILENO) == 1 };
    int status;

    if (option_value(&items[FILTER_POLICY]) == NULL) {
        complain("replay: --policy FILE is missing: the policy to judge by");
        return EXIT_TROUBLE;
    }
    if (items[MESSAGES].count > 0 && options->path_count == 0) {
        complain("replay --messages: a PATH is missing");
        return EXIT_TROUBLE;
    }
    if (ruleset_load(option_value(&items[FILTER_POLICY]), &ruleset) != 0)
        return EXIT_TROUBLE;
    replay.policy = ruleset.conf->policy;
    status = replay_all(&replay, options, &ruleset);
    ruleset_fini(&ruleset);
    return status;
}

int replay_main(int argc, char **argv)
{
    struct option items[OPTION_COUNT] = {
        [JSON] = { .name = "json", .help = "one JSON object a change, and one of totals" },
        [SUMMARY] = { .name = "summary", .help = "totals only" },
        [MESSAGES] = { .name = "messages", .help = "the paths are messages: files, mbox, Maildir or folders" },
        [HELD] = { .name = "held", .help = "messages in Postfix's hold queue, in full" },
        [CONFIG] = { .name = "config", .argument = "DIR", .help = "Postfix's configuration, when not the usual one" },
        [WAS] = { .name = "was", .argument = "OLD",
                  .help = "the policy messages were judged by, when neither held nor accepted says it" },
    };
    struct options options = {
        .command = "replay", .arguments = "--policy NEW [FILE… | --messages PATH… | --held]",
        .summary = "Judge the recorded facts of past messages by another policy: what would change.\n"
                   "Conditions on header fields, subject and display names cannot be met here: the\n"
                   "record does not hold them. Messages in full are read by a scanner and judged whole.\n"
                   "Exit status: 0 nothing would change, 1 something would, 2 could not run.\n",
        .items = items, .item_count = OPTION_COUNT
    };

    filter_items(items);
    items[FILTER_POLICY].help = "the policy to judge by";
    return options_run(&options, argc, argv, run);
}
