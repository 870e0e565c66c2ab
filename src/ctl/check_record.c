/* SPDX-License-Identifier: EUPL-1.2 */
/* A policy against its record: rules nothing meets, exceptions nobody uses or that are nearly spent. */
#include <inttypes.h>
#include <string.h>

#include "audit/uses.h"
#include "base/clock.h"
#include "conf/conf.h"
#include "policy/policy.h"
#include "records.h"

/* What was seen: counts by name. */
struct seen {
    json_t *rules, *exceptions;
    size_t messages;
};

static bool note(void *data, const json_t *record, struct span line)
{
    static const char *const lists[] = { "rules", "rules_unmet" };
    struct seen *seen = data;
    const json_t *item;
    size_t i;

    (void)line;
    if (!record_is(record, "verdict"))
        return true;
    seen->messages++;
    for (size_t n = 0; n < sizeof lists / sizeof *lists; n++)
        json_array_foreach(json_object_get(record, lists[n]), i, item) {
            if (n == 0)
                count_up(seen->rules, member_text(item, "name"));
            if (member_text(item, "exception")[0] != '\0')
                count_up(seen->exceptions, member_text(item, "exception"));
        }
    return true;
}

static void warn_of(struct span at, const char *what, struct span name, const char *words, size_t *count)
{
    print_safe(stdout, at);
    printf(": warning: %s \"", what);
    print_safe(stdout, name);
    printf("\" %s\n", words);
    ++*count;
}

static bool was_seen(const json_t *counts, struct span name)
{
    char key[1024];

    snprintf(key, sizeof key, "%.*s", SPAN_ARG(name));
    return json_object_get(counts, key) != NULL;
}

/* How much is left of those with a limit, by the counts beside the policy's record. */
static void warn_of_uses(const struct conf *conf, size_t *count)
{
    struct uses uses = { 0 };

    if (uses_of_record(conf, &uses) == 0)
        for (size_t i = 0; i < conf->policy->exception_count; i++) {
            const struct exception *exception = &conf->policy->exceptions[i];
            const struct use *use = uses_find(&uses, exception->name);
            char words[128];
            if (exception->uses == 0 || use == NULL || use->total < exception->uses - exception->uses / 10)
                continue;
            snprintf(words, sizeof words, "was used %" PRIu64 " times of %" PRIu64, use->total,
                     exception->uses);
            warn_of(exception->at, "exception", exception->name, words, count);
        }
    uses_fini(&uses);
}

static void warn_of_unused(const struct policy *policy, const struct seen *seen, const char *since,
                           size_t *count)
{
    char words[128];

    snprintf(words, sizeof words, "was met by none of %zu messages since %s", seen->messages, since);
    for (size_t i = 0; i < policy->rule_count; i++)
        if (!was_seen(seen->rules, policy->rules[i].name))
            warn_of(policy->rules[i].at, "rule", policy->rules[i].name, words, count);
    snprintf(words, sizeof words, "excused none of %zu messages since %s", seen->messages, since);
    for (size_t i = 0; i < policy->exception_count; i++)
        if (!was_seen(seen->exceptions, policy->exceptions[i].name))
            warn_of(policy->exceptions[i].at, "exception", policy->exceptions[i].name, words, count);
}

int check_record(const struct conf *conf, const char *path, const char *record, const char *since,
                 size_t *count)
{
    struct seen seen = { json_object(), json_object(), 0 };
    struct record_filter filter = { .sender = NULL };
    const int64_t now_us = clock_realtime_us();
    struct record_files files;
    int64_t since_us;
    int status = -1;

    if (instant_parse(since == NULL ? "30d" : since, now_us, &since_us) != 0) {
        complain("--since: \"%s\" is no time; 2026-11-23, today, 30d are some", since);
    } else if (record_files_find(&record, record == NULL ? 0 : 1, path, &files) == 0) {
        clock_format(since_us, filter.since);
        status = records_each(&files, &filter, note, &seen);
        warn_of_unused(conf->policy, &seen, filter.since, count);
        warn_of_uses(conf, count);
        record_files_free(&files);
    }
    json_decref(seen.rules);
    json_decref(seen.exceptions);
    return status;
}
