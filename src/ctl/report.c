/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vaguemestre report: what each day brought, for those who answer for it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "records.h"

enum { JSON = FILTER_OPTIONS, OPTION_COUNT };

/* {"2026-11-23": {"messages": N, "verdicts": {…}, "rules": {…}, "observed": {…}, "labels": {…}, "uninspectable": {…}}} */
static json_t *day_of(json_t *days, const json_t *record)
{
    char name[11];
    json_t *day;

    snprintf(name, sizeof name, "%.10s", member_text(record, "time"));
    day = json_object_get(days, name);
    if (day == NULL) {
        day = json_pack("{s:i, s:{}, s:{}, s:{}, s:{}, s:{}}", "messages", 0, "verdicts", "rules",
                        "observed", "labels", "uninspectable");
        json_object_set_new(days, name, day);
    }
    return day;
}

/* Each label once a message, however often it was seen in it. */
static void count_labels(json_t *counts, const json_t *labels)
{
    json_t *seen = json_object();
    const json_t *label;
    const char *name;
    size_t i;

    json_array_foreach(labels, i, label) {
        name = json_is_null(json_object_get(label, "label")) ? "unknown label"
                                                             : member_text(label, "label");
        if (json_object_get(seen, name) == NULL)
            count_up(counts, name);
        json_object_set_new(seen, name, json_true());
    }
    json_decref(seen);
}

static bool add_record(void *data, const json_t *record, struct span line)
{
    const json_t *item;
    json_t *day;
    size_t i;

    (void)line;
    if (!record_is(record, "verdict"))
        return true;
    day = day_of(data, record);
    count_up(day, "messages");
    count_up(json_object_get(day, "verdicts"), member_text(record, "verdict"));
    json_array_foreach(json_object_get(record, "rules"), i, item) {
        bool observed = strcmp(member_text(item, "mode"), "observe") == 0;

        count_up(json_object_get(day, observed ? "observed" : "rules"), member_text(item, "name"));
    }
    count_labels(json_object_get(day, "labels"), json_object_get(record, "labels"));
    json_array_foreach(json_object_get(record, "parts"), i, item)
        if (json_is_string(json_object_get(item, "reason")))
            count_up(json_object_get(day, "uninspectable"), member_text(item, "reason"));
    return true;
}

static void print_verdict_columns(const json_t *day)
{
    const char *const verdicts[] = { "accept",     "tag",    "rewrite",  "redirect",
                                     "quarantine", "reject", "tempfail", "discard" };
    const json_t *counts = json_object_get(day, "verdicts");

    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (day == NULL)
            printf(" %10s", verdicts[i]);
        else
            printf(" %10" JSON_INTEGER_FORMAT,
                   json_integer_value(json_object_get(counts, verdicts[i])));
    putchar('\n');
}

/* Add up one of the tables over all days. */
static void print_sum(const json_t *days, const char *heading, const char *table)
{
    json_t *sum = json_object();
    const char *name, *key;
    const json_t *day, *count;

    json_object_foreach((json_t *)days, name, day)
        json_object_foreach(json_object_get(day, table), key, count)
            json_object_set_new(sum, key,
                                json_integer(json_integer_value(json_object_get(sum, key)) +
                                             json_integer_value(count)));
    print_counts(stdout, heading, sum, 0);
    json_decref(sum);
}

static void print_report(const json_t *days)
{
    const char *name;
    const json_t *day;

    printf("%-10s %9s", "day", "messages");
    print_verdict_columns(NULL);
    json_object_foreach((json_t *)days, name, day) {
        printf("%-10s %9" JSON_INTEGER_FORMAT, name,
               json_integer_value(json_object_get(day, "messages")));
        print_verdict_columns(day);
    }
    print_sum(days, "\nmessages by rule met, enforced", "rules");
    print_sum(days, "\nmessages by rule met, only observed: what enforcing it would touch", "observed");
    print_sum(days, "\nmessages by label found", "labels");
    print_sum(days, "\nparts that could not be read", "uninspectable");
}

static int run(const struct options *options)
{
    const struct option *items = options->items;
    struct record_filter filter;
    struct record_files files;
    json_t *days = json_object();
    int status = EXIT_TROUBLE;

    if (filter_read(items, clock_realtime_us(), &filter) == 0 &&
        record_files_find(options->paths, options->path_count, option_value(&items[FILTER_POLICY]), &files) == 0) {
        status = records_each(&files, &filter, add_record, days) == 0 ? EXIT_GOOD : EXIT_TROUBLE;
        if (items[JSON].count > 0) {
            json_dumpf(days, stdout, JSON_COMPACT);
            putchar('\n');
        } else {
            print_report(days);
        }
        record_files_free(&files);
    }
    json_decref(days);
    return status;
}

int report_main(int argc, char **argv)
{
    struct option items[OPTION_COUNT] = {
        [JSON] = { .name = "json", .help = "one JSON object, a member a day" },
    };
    struct options options = { .command = "report", .arguments = "[FILE…]",
                               .summary = "Daily totals of verdicts, rules met (observed ones too) and labels.\n",
                               .items = items, .item_count = OPTION_COUNT };

    filter_items(items);
    return options_run(&options, argc, argv, run);
}
