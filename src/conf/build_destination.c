/* SPDX-License-Identifier: EUPL-1.2 */
/* Destinations and exceptions. */
#include "conf_priv.h"

static void members(struct build *build, const struct outline *section,
                    struct destination *destination)
{
    struct build_values values = build_list(build, section, "domains");

    for (size_t i = 0; i < values.count; i++)
        build_address(build, &destination->members, values.items[i]);
    values = build_file_lines(build, section, "domains_file");
    for (size_t i = 0; i < values.count; i++)
        build_address(build, &destination->members, values.items[i]);
    if (destination->members.names.count + destination->members.patterns.count == 0 &&
        !destination->members.names.everything)
        diagnose_error(build->d, section->place,
                       "destination \"%.*s\" lists no domains; \"*\" stands for all",
                       SPAN_ARG(section->title));
}

static void caveats(struct build *build, const struct outline *section, struct ceiling *ceiling)
{
    struct build_values values = build_list(build, section, "never");

    if (values.count > 0)
        ceiling->never = arena_alloc(build->arena, build->policy->plan.label_count + 1);
    for (size_t i = 0; i < values.count && ceiling->never != NULL; i++) {
        int32_t label = build_label(build, values.items[i]);
        if (label != POLICY_NONE)
            ceiling->never[label] = true;
    }
}

static void nations(struct build *build, const struct outline *section, struct span_list *list)
{
    struct build_values values = build_list(build, section, "nations");

    list->items = arena_alloc(build->arena, (values.count + 1) * sizeof *list->items);
    for (size_t i = 0; list->items != NULL && i < values.count; i++)
        list->items[list->count++] = values.items[i].text;
}

static void channel(struct build *build, const struct outline *section,
                    struct destination *destination)
{
    struct build_values values = build_list(build, section, "certificates");

    destination->tls_minimum = tls_rank(value_text(section, "tls_minimum"));
    for (size_t i = 0; i < values.count; i++)
        build_pattern(build, &destination->certificates, values.items[i]);
    destination->require_encrypted = value_bool(section, "require_encrypted");
    destination->require_signed = value_bool(section, "require_signed");
    if (destination->require_signed && outline_setting(build->outline, "authorities") == NULL)
        diagnose_error(build->d, section->place,
                       "destination \"%.*s\" requires a signature, but no authorities are set",
                       SPAN_ARG(section->title));
}

void build_destinations(struct build *build)
{
    struct policy *policy = build->policy;
    size_t count = 0;

    while (build_section(build, SECTION_DESTINATION, count) != NULL)
        count++;
    policy->destinations = arena_alloc(build->arena, (count + 1) * sizeof *policy->destinations);
    for (size_t i = 0; policy->destinations != NULL && i < count; i++) {
        const struct outline *section = build_section(build, SECTION_DESTINATION, i);
        struct destination *destination = &policy->destinations[policy->destination_count++];
        struct build_values ceiling = build_list(build, section, "ceiling");
        destination->name = section->title;
        destination->at = build_at(build, section->place);
        destination->require_tls = value_bool(section, "require_tls");
        channel(build, section, destination);
        members(build, section, destination);
        build_ceiling(build, &destination->ceiling, &ceiling);
        caveats(build, section, &destination->ceiling);
        nations(build, section, &destination->nations);
        destination->ceiling.unknown_allowed =
            destination->ceiling.everything ||
            span_equals(value_text(section, "unknown_label"), SPAN("allowed"));
    }
}

int32_t build_destination_index(struct build *build, struct outline_value value)
{
    const struct policy *policy = build->policy;
    struct suggestion near;

    suggestion_begin(&near, value.text);
    for (size_t i = 0; i < policy->destination_count; i++) {
        if (span_equals(policy->destinations[i].name, value.text))
            return (int32_t)i;
        suggestion_offer(&near, policy->destinations[i].name);
    }
    diagnose_error(build->d, value.place, "unknown destination \"%.*s\"%.*s", SPAN_ARG(value.text),
                   SPAN_ARG(suggestion_words(build->arena, &near)));
    return POLICY_NONE;
}

/* The index of a rule by name among the outline's, which will be the policy's order. */
static int32_t rule_index(const struct build *build, struct span name, struct suggestion *near)
{
    int32_t index = 0;

    for (size_t i = 0; i < build->outline->section_count; i++) {
        const struct outline *section = build->outline->sections[i];
        if (section->kind != SECTION_RULE)
            continue;
        if (span_equals(section->title, name))
            return index;
        suggestion_offer(near, section->title);
        index++;
    }
    return POLICY_NONE;
}

static size_t rule_total(const struct build *build)
{
    size_t total = 0;

    while (build_section(build, SECTION_RULE, total) != NULL)
        total++;
    return total;
}

static void allow(struct build *build, struct exception *exception, struct outline_value value)
{
    struct suggestion near;
    enum fact fact;
    int32_t rule;

    if (fact_from_name(value.text, &fact)) {
        exception->allows |= fact_bit(fact);
        return;
    }
    suggestion_begin(&near, value.text);
    rule = rule_index(build, value.text, &near);
    if (rule == POLICY_NONE) {
        for (enum fact f = 1; f < FACT_COUNT; f++)
            suggestion_offer(&near, span_of(fact_name(f)));
        diagnose_error(build->d, value.place,
                       "allows: \"%.*s\" is neither a fact nor the name of a rule%.*s",
                       SPAN_ARG(value.text), SPAN_ARG(suggestion_words(build->arena, &near)));
        return;
    }
    if (exception->allows_rules == NULL)
        exception->allows_rules = arena_alloc(build->arena, rule_total(build) + 1);
    if (exception->allows_rules != NULL)
        exception->allows_rules[rule] = true;
}

static void who(struct build *build, const struct outline *section, struct exception *exception)
{
    struct build_values values = build_list(build, section, "sender");

    exception->has_senders = outline_setting(section, "sender") != NULL;
    for (size_t i = 0; i < values.count; i++)
        build_address(build, &exception->senders, values.items[i]);
    values = build_list(build, section, "login");
    for (size_t i = 0; i < values.count; i++)
        nameset_add(build->arena, &exception->logins, values.items[i].text);
    values = build_list(build, section, "client");
    for (size_t i = 0; i < values.count; i++)
        build_network(build, &exception->clients, values.items[i]);
    if (!exception->has_senders && exception->logins.count + exception->clients.count == 0)
        diagnose_error(build->d, section->place,
                       "exception \"%.*s\" is for everybody; name a sender, login or client",
                       SPAN_ARG(section->title));
}

static void whereto(struct build *build, const struct outline *section, struct exception *exception)
{
    struct build_values values = build_list(build, section, "destination");

    if (values.count > 0)
        exception->destinations =
            arena_alloc(build->arena, build->policy->destination_count + 1);
    for (size_t i = 0; i < values.count && exception->destinations != NULL; i++) {
        int32_t index = build_destination_index(build, values.items[i]);
        if (index != POLICY_NONE)
            exception->destinations[index] = true;
    }
    values = build_list(build, section, "recipient");
    exception->has_recipients = values.count > 0;
    for (size_t i = 0; i < values.count; i++)
        build_address(build, &exception->recipients, values.items[i]);
}

static void when(struct build *build, const struct outline *section, struct exception *exception)
{
    const int64_t day_us = INT64_C(86400000000);
    struct span expires = value_text(section, "expires");

    exception->from_us = value_date(section, "from", INT64_MIN);
    exception->expires_us = value_date(section, "expires", INT64_MIN);
    exception->expires = expires;
    /* "expires = 2026-12-31" is read as people mean it: that day is still good. */
    if (exception->expires_us != INT64_MIN && span_find_byte(expires, 'T') == expires.len)
        exception->expires_us += day_us;
    if (exception->expires_us == INT64_MIN)
        return;
    if (exception->from_us >= exception->expires_us)
        diagnose_error(build->d, section->place, "exception \"%.*s\" expires before it begins",
                       SPAN_ARG(section->title));
    else if (exception->expires_us <= build->now_us)
        diagnose_warning(build->d, section->place, "exception \"%.*s\" of %.*s expired on %.*s",
                         SPAN_ARG(section->title), SPAN_ARG(value_text(section, "owner")),
                         SPAN_ARG(expires));
    else if (exception->expires_us - build->now_us <= 30 * day_us)
        diagnose_warning(build->d, section->place,
                         "exception \"%.*s\" of %.*s expires on %.*s, in %lld days",
                         SPAN_ARG(section->title), SPAN_ARG(value_text(section, "owner")),
                         SPAN_ARG(expires),
                         (long long)((exception->expires_us - build->now_us) / day_us));
}

static void one_exception(struct build *build, const struct outline *section,
                          struct exception *exception)
{
    struct build_values values = build_list(build, section, "allows");

    exception->name = section->title;
    exception->at = build_at(build, section->place);
    exception->owner = value_text(section, "owner");
    exception->reason = value_text(section, "reason");
    for (size_t i = 0; i < values.count; i++)
        allow(build, exception, values.items[i]);
    who(build, section, exception);
    whereto(build, section, exception);
    when(build, section, exception);
    exception->uses = (uint64_t)value_number(section, "uses");
    exception->uses_a_day = (uint64_t)value_number(section, "uses_a_day");
    exception->has_ceiling = outline_setting(section, "ceiling") != NULL;
    values = build_list(build, section, "ceiling");
    build_ceiling(build, &exception->ceiling, &values);
    if ((exception->allows & fact_bit(FACT_LABEL_ABOVE_CEILING)) != 0 && !exception->has_ceiling)
        diagnose_error(build->d, section->place,
                       "exception \"%.*s\" allows label-above-ceiling but sets no ceiling of its own",
                       SPAN_ARG(section->title));
}

void build_exceptions(struct build *build)
{
    struct policy *policy = build->policy;
    size_t count = 0;

    while (build_section(build, SECTION_EXCEPTION, count) != NULL)
        count++;
    policy->exceptions = arena_alloc(build->arena, (count + 1) * sizeof *policy->exceptions);
    for (size_t i = 0; policy->exceptions != NULL && i < count; i++)
        one_exception(build, build_section(build, SECTION_EXCEPTION, i),
                      &policy->exceptions[policy->exception_count++]);
}
