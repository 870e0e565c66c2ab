/* SPDX-License-Identifier: EUPL-1.2 */
/* The further conditions of a rule, and the same as "unless_…". */
#include <string.h>

#include "conf_priv.h"

static const char *const days[7] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

static bool day_of(struct span name, unsigned *out)
{
    for (*out = 0; *out < 7; ++*out)
        if (span_equals_nocase(name, span_of(days[*out])))
            return true;
    return false;
}

/* "Mon-Fri" or "Sat,Sun" */
static bool days_of(struct span text, uint8_t *out)
{
    struct span piece;

    while (span_next(&text, ',', &piece)) {
        size_t dash = span_find_byte(piece, '-');
        unsigned from, to;
        if (!day_of(span_slice(piece, 0, dash), &from))
            return false;
        to = from;
        if (dash < piece.len && !day_of(span_slice(piece, dash + 1, piece.len), &to))
            return false;
        for (unsigned day = from;; day = (day + 1) % 7) {
            *out = (uint8_t)(*out | 1U << day);
            if (day == to)
                break;
        }
    }
    return *out != 0;
}

static bool minute_of(struct span text, uint16_t *out)
{
    size_t colon = span_find_byte(text, ':');
    uint64_t hour, minute = 0;

    if (!span_to_u64(span_slice(text, 0, colon), &hour) ||
        (colon < text.len && !span_to_u64(span_slice(text, colon + 1, text.len), &minute)) ||
        hour > 24 || minute > 59 || hour * 60 + minute > 1440)
        return false;
    *out = (uint16_t)(hour * 60 + minute);
    return true;
}

static bool window_of(struct span text, struct time_window *out)
{
    struct span rest = span_trim(text), word;
    bool any = false;

    *out = (struct time_window){ .to_minute = 1440 };
    while (span_next(&rest, ' ', &word)) {
        size_t dash = span_find_byte(word, '-');
        any = true;
        if (word.len > 0 && word.ptr[0] >= '0' && word.ptr[0] <= '9') {
            if (dash == word.len || !minute_of(span_slice(word, 0, dash), &out->from_minute) ||
                !minute_of(span_slice(word, dash + 1, word.len), &out->to_minute))
                return false;
        } else if (!days_of(word, &out->days)) {
            return false;
        }
    }
    if (out->days == 0)
        out->days = 0x7F;
    return any && out->from_minute != out->to_minute;
}

static void windows(struct build *build, struct condition *condition, struct build_values values)
{
    condition->windows = arena_alloc(build->arena, (values.count + 1) * sizeof *condition->windows);
    for (size_t i = 0; condition->windows != NULL && i < values.count; i++) {
        if (window_of(values.items[i].text, &condition->windows[condition->window_count]))
            condition->window_count++;
        else
            diagnose_error(build->d, values.items[i].place,
                           "time: \"%.*s\" is no window; accepted: \"Mon-Fri 08:00-18:30\", "
                           "\"22:00-06:00\", \"Sat,Sun\"",
                           SPAN_ARG(values.items[i].text));
    }
}

static void header_tests(struct build *build, struct condition *condition,
                         struct build_values values)
{
    condition->headers = arena_alloc(build->arena, (values.count + 1) * sizeof *condition->headers);
    for (size_t i = 0; condition->headers != NULL && i < values.count; i++) {
        struct header_test *test = &condition->headers[condition->header_count];
        struct span text = values.items[i].text;
        size_t colon = span_find_byte(text, ':');
        struct err err = { "" };
        test->name = span_trim(span_slice(text, 0, colon));
        test->any_value = colon == text.len;
        if (!test->any_value &&
            pattern_init(build->arena, &test->value,
                         span_trim(span_slice(text, colon + 1, text.len)), &err) != 0)
            diagnose_error(build->d, values.items[i].place, "header: %s", err.text);
        else
            condition->header_count++;
    }
}

static void members(struct build *build, struct condition *condition, struct build_values values,
                    size_t count, int32_t (*find)(struct build *, struct outline_value))
{
    condition->members = arena_alloc(build->arena, count + 1);
    for (size_t i = 0; condition->members != NULL && i < values.count; i++) {
        int32_t index = find(build, values.items[i]);
        if (index != POLICY_NONE)
            condition->members[index] = true;
    }
}

static void unknown_word(struct build *build, const char *setting, struct outline_value value,
                         const char *(*name)(unsigned), unsigned count)
{
    struct suggestion near;
    struct span words, list = SPAN("");

    suggestion_begin(&near, value.text);
    for (unsigned i = 1; i < count; i++) {
        suggestion_offer(&near, span_of(name(i)));
        list = arena_printf(build->arena, "%.*s%s%s", SPAN_ARG(list), i == 1 ? "" : ", ", name(i));
    }
    words = suggestion_words(build->arena, &near);
    if (words.len == 0)
        words = arena_printf(build->arena, "; accepted: %.*s", SPAN_ARG(list));
    diagnose_error(build->d, value.place, "%s: unknown value \"%.*s\"%.*s", setting,
                   SPAN_ARG(value.text), SPAN_ARG(words));
}

static const char *source_word(unsigned value)
{
    return source_name((enum source)value);
}

static const char *reason_word(unsigned value)
{
    return uninspectable_name((enum uninspectable)value);
}

static const char *ambiguity_word(unsigned value)
{
    return ambiguity_name((enum ambiguity)value);
}

static void sources(struct build *build, struct condition *condition, struct build_values values)
{
    for (size_t i = 0; i < values.count; i++) {
        enum source source;
        if (source_from_name(values.items[i].text, &source))
            condition->mask |= UINT64_C(1) << source;
        else
            unknown_word(build, "source", values.items[i], source_word, SOURCE_IMAGE + 1);
    }
}

static void uninspectable_reasons(struct build *build, struct condition *condition,
                                  struct build_values values)
{
    for (size_t i = 0; i < values.count; i++) {
        enum uninspectable reason;
        if (uninspectable_from_name(values.items[i].text, &reason) && reason != UNINSPECTABLE_NONE)
            condition->mask |= UINT64_C(1) << reason;
        else
            unknown_word(build, "reason", values.items[i], reason_word,
                         UNINSPECTABLE_IMAGE_ONLY + 1);
    }
}

static void ambiguities(struct build *build, struct condition *condition,
                        struct build_values values)
{
    for (size_t i = 0; i < values.count; i++) {
        enum ambiguity kind;
        if (ambiguity_from_name(values.items[i].text, &kind))
            condition->ambiguities[kind / 64] |= UINT64_C(1) << kind % 64;
        else
            unknown_word(build, "ambiguity", values.items[i], ambiguity_word, AMBIGUITY_COUNT);
    }
}

static void hashes(struct build *build, struct condition *condition, struct build_values values)
{
    for (size_t i = 0; i < values.count; i++) {
        struct span text = values.items[i].text;
        bool good = text.len == 64;
        for (size_t n = 0; n < text.len && good; n++)
            good = strchr("0123456789abcdefABCDEF", text.ptr[n]) != NULL;
        if (good)
            nameset_add(build->arena, &condition->hashes, text);
        else
            diagnose_error(build->d, values.items[i].place,
                           "sha256: \"%.*s\" is no digest of 64 hexadecimal digits", SPAN_ARG(text));
    }
}

static void patterns(struct build *build, struct condition *condition, struct build_values values)
{
    for (size_t i = 0; i < values.count; i++)
        build_pattern(build, &condition->patterns, values.items[i]);
}

static void fill(struct build *build, struct condition *condition, struct build_values values)
{
    const struct policy *policy = build->policy;

    switch (condition->kind) {
    case CONDITION_SENDER:
    case CONDITION_RECIPIENT:
    case CONDITION_CONTACT:
        for (size_t i = 0; i < values.count; i++)
            build_address(build, &condition->addresses, values.items[i]);
        break;
    case CONDITION_DESTINATION:
        members(build, condition, values, policy->destination_count, build_destination_index);
        break;
    case CONDITION_LABEL:
        members(build, condition, values, policy->plan.label_count, build_label);
        break;
    case CONDITION_LABEL_AT_LEAST: build_ceiling(build, &condition->at_least, &values); break;
    case CONDITION_SOURCE: sources(build, condition, values); break;
    case CONDITION_REASON: uninspectable_reasons(build, condition, values); break;
    case CONDITION_SHA256: hashes(build, condition, values); break;
    case CONDITION_AMBIGUITY: ambiguities(build, condition, values); break;
    case CONDITION_CLIENT:
        for (size_t i = 0; i < values.count; i++)
            build_network(build, &condition->networks, values.items[i]);
        break;
    case CONDITION_HEADER: header_tests(build, condition, values); break;
    case CONDITION_TIME: windows(build, condition, values); break;
    case CONDITION_SENDER_FIELD:
    case CONDITION_FILE_NAME:
    case CONDITION_TYPE:
    case CONDITION_LOGIN:
    case CONDITION_TLS:
    case CONDITION_CERTIFICATE:
    case CONDITION_PORT:
    case CONDITION_MAILER:
    case CONDITION_PLACE:
    case CONDITION_DAEMON:
    case CONDITION_SUBJECT:
    case CONDITION_SIGNER: patterns(build, condition, values); break;
    case CONDITION_PART_ABOVE:
    case CONDITION_SIZE_ABOVE:
    case CONDITION_RECIPIENTS_ABOVE:
    case CONDITION_EXPANDED_ABOVE:
    case CONDITION_DEPTH_ABOVE:
    case CONDITION_PARTS_ABOVE:
    case CONDITION_PAGES_ABOVE:
    case CONDITION_COUNT: break;
    }
}

static void one_condition(struct build *build, const struct outline_setting *setting,
                          struct condition_list *list)
{
    struct condition *items =
        arena_grow(build->arena, list->items, list->count, &list->capacity, sizeof *items);
    struct build_values values = build_written(build, setting);
    int64_t number;

    if (items == NULL)
        return;
    list->items = items;
    items[list->count].kind = setting->setting->condition;
    if (value_of_setting(setting, &number))
        items[list->count].above = (uint64_t)number;
    fill(build, &items[list->count], values);
    if (values.count == 0 && setting->setting->is_list)
        diagnose_error(build->d, setting->place, "%.*s lists nothing: the condition could not hold",
                       SPAN_ARG(setting->name));
    list->count++;
}

/* Cheap questions first, so that a rule about other clients costs next to nothing. */
static unsigned cost(enum condition_kind kind)
{
    if (kind == CONDITION_HEADER || kind == CONDITION_MAILER || kind == CONDITION_SUBJECT)
        return 2;
    return kind >= CONDITION_LOGIN ? 0 : 1;
}

static void sort_by_cost(struct condition_list *list)
{
    for (size_t i = 1; i < list->count; i++)
        for (size_t n = i; n > 0 && cost(list->items[n].kind) < cost(list->items[n - 1].kind); n--) {
            struct condition swapped = list->items[n];
            list->items[n] = list->items[n - 1];
            list->items[n - 1] = swapped;
        }
}

void build_conditions(struct build *build, const struct outline *section, struct rule *rule)
{
    for (size_t i = 0; i < section->setting_count; i++) {
        const struct outline_setting *setting = &section->settings[i];
        if (setting->setting->condition != 0)
            one_condition(build, setting,
                          setting->unless ? &rule->unless_conditions : &rule->conditions);
    }
    sort_by_cost(&rule->conditions);
    sort_by_cost(&rule->unless_conditions);
}
