/* SPDX-License-Identifier: EUPL-1.2 */
/* What stands alone: mode, failure settings, limits, passwords, time. */
#include "conf_priv.h"

static void failures(struct build *build, const struct outline *section)
{
    for (enum failure failure = 1; failure < FAILURE_COUNT; failure++) {
        enum action action;
        struct span word = value_text(section, failure_name(failure));
        if (action_from_name(word, &action))
            build->policy->failures[failure] = action;
        if (span_equals(word, SPAN("accept")))
            diagnose_warning(build->d, outline_setting(section, failure_name(failure))->place,
                             "%s = accept fails open: such messages leave unjudged",
                             failure_name(failure));
    }
}

static void limits(struct build *build, const struct outline *section)
{
    build->policy->plan.limits = (struct plan_limits){
        .expanded_bytes = (uint64_t)value_number(section, "expanded"),
        .ratio = (uint64_t)value_number(section, "ratio"),
        .depth = (uint32_t)value_number(section, "depth"),
        .parts = (uint32_t)value_number(section, "parts"),
        .pages = (uint32_t)value_number(section, "pages"),
        .findings = (uint32_t)value_number(section, "findings"),
        .time_ms = (uint32_t)value_number(section, "time"),
        .memory_bytes = (uint64_t)value_number(section, "memory"),
    };
}

static void passwords(struct build *build)
{
    struct build_values inline_ones = build_list(build, build->outline, "passwords");
    struct build_values listed = build_file_lines(build, build->outline, "password_file");
    struct span_list *list = &build->policy->plan.passwords;
    size_t count = inline_ones.count + listed.count;

    list->items = arena_alloc(build->arena, (count + 1) * sizeof *list->items);
    if (list->items == NULL)
        return;
    for (size_t i = 0; i < inline_ones.count; i++)
        if (inline_ones.items[i].text.len > 0)     /* the empty one is tried by itself */
            list->items[list->count++] = inline_ones.items[i].text;
    for (size_t i = 0; i < listed.count; i++)
        list->items[list->count++] = listed.items[i].text;
    list->capacity = count;
}

/* "+01:00" */
static void utc_offset(struct build *build)
{
    struct span text = value_text(build->outline, "utc_offset");
    const struct outline_setting *written = outline_setting(build->outline, "utc_offset");
    uint64_t hours = 0, minutes = 0;
    bool good = text.len == 6 && (text.ptr[0] == '+' || text.ptr[0] == '-') &&
                text.ptr[3] == ':' && span_to_u64(span_slice(text, 1, 3), &hours) &&
                span_to_u64(span_slice(text, 4, 6), &minutes) && hours <= 14 && minutes <= 59;

    if (!good) {
        diagnose_error(build->d, written == NULL ? build->outline->place : written->place,
                       "utc_offset: \"%.*s\"; accepted: \"+01:00\"", SPAN_ARG(text));
        return;
    }
    build->policy->utc_offset_minutes = (int32_t)(hours * 60 + minutes);
    if (text.ptr[0] == '-')
        build->policy->utc_offset_minutes = -build->policy->utc_offset_minutes;
}

static enum broken_signatures broken_signatures(struct span word)
{
    if (span_equals(word, SPAN("remove")))
        return BROKEN_REMOVE;
    return span_equals(word, SPAN("hold")) ? BROKEN_HOLD : BROKEN_KEEP;
}

void build_rest(struct build *build)
{
    const struct outline *top = build->outline;
    const struct outline *failure = build_section(build, SECTION_FAILURE, 0);
    const struct outline none = { .kind = SECTION_LIMITS, .place = top->place };
    const struct outline *written = build_section(build, SECTION_LIMITS, 0);
    const struct outline *limit = written == NULL ? &none : written;

    build->policy->mode =
        span_equals(value_text(top, "mode"), SPAN("observe")) ? RULE_OBSERVE : RULE_ENFORCE;
    build->policy->summer_time = value_bool(top, "summer_time");
    build->policy->broken_signatures = broken_signatures(value_text(top, "broken_signatures"));
    utc_offset(build);
    passwords(build);
    if (failure != NULL)
        failures(build, failure);
    limits(build, limit);
    build_ocr(build, limit);
}
