/* SPDX-License-Identifier: EUPL-1.2 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "records.h"

#define SECOND_US INT64_C(1000000)
#define DAY_US    (86400 * SECOND_US)

void filter_items(struct option items[FILTER_OPTIONS])
{
    static const struct option defaults[FILTER_OPTIONS] = {
        [FILTER_SINCE] = { .name = "since", .argument = "TIME",
                           .help = "from then on: 2026-11-23, 2026-11-23T18:00, today, 2h" },
        [FILTER_UNTIL] = { .name = "until", .argument = "TIME", .help = "before then" },
        [FILTER_SENDER] = { .name = "sender", .argument = "ADDR",
                            .help = "any sender address; \"*@example.org\"" },
        [FILTER_RECIPIENT] = { .name = "recipient", .argument = "ADDR", .help = "any recipient" },
        [FILTER_VERDICT] = { .name = "verdict", .argument = "WORD", .help = "accept, reject, …" },
        [FILTER_RULE] = { .name = "rule", .argument = "NAME", .help = "a rule that was met" },
        [FILTER_LABEL] = { .name = "label", .argument = "LABEL",
                           .help = "a label found; \"fr:*\"" },
        [FILTER_ID] = { .name = "id", .argument = "ID", .help = "queue id or message id" },
        [FILTER_POLICY] = { .name = "policy", .argument = "FILE",
                            .help = "the policy that names the record" },
    };

    memcpy(items, defaults, sizeof defaults);
}

/* "2h" and the like: how long ago; -1 when it is no such text. */
static int64_t ago_us(const char *text)
{
    static const struct { char unit; int64_t seconds; } units[] = {
        { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 },
    };
    size_t length = strlen(text);
    uint64_t count;

    if (length < 2 || !span_to_u64((struct span){ text, length - 1 }, &count) || count > 1000000)
        return -1;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text[length - 1] == units[i].unit)
            return (int64_t)count * units[i].seconds * SECOND_US;
    return -1;
}

int instant_parse(const char *text, int64_t now_us, int64_t *realtime_us_out)
{
    int64_t today = now_us - now_us % DAY_US, ago = ago_us(text);

    if (ago >= 0)
        *realtime_us_out = now_us - ago;
    else if (strcmp(text, "today") == 0)
        *realtime_us_out = today;
    else if (strcmp(text, "yesterday") == 0)
        *realtime_us_out = today - DAY_US;
    else
        return clock_parse(text, realtime_us_out);
    return 0;
}

static int read_instant(const struct option *option, int64_t now_us, char out[28])
{
    const char *text = option_value(option);
    int64_t instant;

    if (text == NULL)
        return 0;
    if (instant_parse(text, now_us, &instant) != 0) {
        complain("--%s: \"%s\" is no time; write 2026-11-23, 2026-11-23T18:00, today, yesterday, "
                 "or how long ago: 90s, 15m, 2h, 7d",
                 option->name, text);
        return -1;
    }
    clock_format(instant, out);
    return 0;
}

int filter_read(const struct option items[FILTER_OPTIONS], int64_t now_us,
                struct record_filter *filter_out)
{
    static const char *const verdicts[] = { "accept",     "tag",    "rewrite",  "redirect",
                                            "quarantine", "reject", "tempfail", "discard" };

    *filter_out = (struct record_filter){
        .sender = option_value(&items[FILTER_SENDER]),
        .recipient = option_value(&items[FILTER_RECIPIENT]),
        .verdict = option_value(&items[FILTER_VERDICT]),
        .rule = option_value(&items[FILTER_RULE]),
        .label = option_value(&items[FILTER_LABEL]),
        .id = option_value(&items[FILTER_ID]),
    };
    if (filter_out->verdict != NULL &&
        !option_word_is_known("verdict", filter_out->verdict, verdicts,
                              sizeof verdicts / sizeof *verdicts))
        return -1;
    if (read_instant(&items[FILTER_SINCE], now_us, filter_out->since) != 0 ||
        read_instant(&items[FILTER_UNTIL], now_us, filter_out->until) != 0)
        return -1;
    return 0;
}

/* Text that stands in the record as it is, so that it can be looked for before parsing. */
static bool is_literal(const char *word)
{
    return word != NULL && strpbrk(word, "*?[]\\\"") == NULL;
}

bool filter_may_match(const struct record_filter *filter, struct span line)
{
    const char *const words[] = { filter->sender, filter->recipient, filter->verdict,
                                  filter->rule,   filter->label,     filter->id };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_literal(words[i]) && span_find_nocase(line, span_of(words[i])) == line.len)
            return false;
    return true;
}

static bool word_matches(const char *pattern, const char *word)
{
    return fnmatch(pattern, word, FNM_CASEFOLD) == 0;
}

/* Does any item of the list match, by its member key (NULL: the items are strings)? */
static bool any_matches(const json_t *list, const char *key, const char *pattern)
{
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item) {
        const json_t *value = key == NULL ? item : json_object_get(item, key);

        if (json_is_string(value) && word_matches(pattern, json_string_value(value)))
            return true;
    }
    return false;
}

static bool time_matches(const struct record_filter *filter, const char *time)
{
    return (filter->since[0] == '\0' || strcmp(time, filter->since) >= 0) &&
           (filter->until[0] == '\0' || strcmp(time, filter->until) < 0);
}

bool filter_matches(const struct record_filter *filter, const json_t *record)
{
    if (!time_matches(filter, member_text(record, "time")))
        return false;
    if (filter->id != NULL && !word_matches(filter->id, member_text(record, "queue_id")) &&
        !word_matches(filter->id, member_text(record, "message_id")))
        return false;
    if (filter->verdict != NULL && strcmp(member_text(record, "verdict"), filter->verdict) != 0)
        return false;
    return (filter->sender == NULL ||
            any_matches(json_object_get(record, "senders"), "address", filter->sender)) &&
           (filter->recipient == NULL ||
            any_matches(json_object_get(record, "recipients"), NULL, filter->recipient)) &&
           (filter->rule == NULL ||
            any_matches(json_object_get(record, "rules"), "name", filter->rule)) &&
           (filter->label == NULL ||
            any_matches(json_object_get(record, "labels"), "label", filter->label));
}
