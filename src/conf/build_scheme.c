/* SPDX-License-Identifier: EUPL-1.2 */
/* Schemes and labels to the scan plan; label names and ceilings back to indexes. */
#include "conf_priv.h"
#include "policy/ascii.h"

static void text_list(struct build *build, const struct outline *section, const char *name,
                      struct span_list *list)
{
    struct build_values values = build_list(build, section, name);

    if (values.count > PLAN_MAX_MARKS)
        diagnose_error(build->d, section->place, "label \"%.*s\": %s has more than %d values",
                       SPAN_ARG(section->title), name, PLAN_MAX_MARKS);
    list->items = arena_alloc(build->arena, (values.count + 1) * sizeof *list->items);
    for (size_t i = 0; list->items != NULL && i < values.count && i < PLAN_MAX_MARKS; i++) {
        struct outline_value value = values.items[i];
        if (value.text.len == 0 || value.text.len > PLAN_MARK_BYTES)
            diagnose_error(build->d, value.place, "%s: a text of 1 to %d octets is expected", name,
                           PLAN_MARK_BYTES);
        else
            list->items[list->count++] = value.text;
    }
    list->capacity = list->count;
}

/* "listed" is no nation: it stands for the names behind the mark. */
static void releases(struct build *build, const struct outline *section, struct label_def *label,
                     struct release *release)
{
    struct span_list *nations = &release->nations;

    text_list(build, section, "releasable_to", nations);
    for (size_t i = 0; i < nations->count; i++)
        if (span_equals(nations->items[i], SPAN("listed"))) {
            label->lists_nations = release->listed = true;
            nations->items[i--] = nations->items[--nations->count];
        }
}

static void one_label(struct build *build, const struct outline *scheme, int32_t scheme_index,
                      const struct outline *section)
{
    struct policy *policy = build->policy;
    size_t i = policy->plan.label_count;
    struct label_def *label = &policy->plan.labels[i];

    *label = (struct label_def){
        .scheme = scheme->title,
        .name = section->title,
        .rank = (int32_t)value_number(section, "rank"),
        .level = (int32_t)value_number(section, "level"),
        .strength = span_equals(value_text(section, "strength"), SPAN("weak")) ? LABEL_WEAK
                                                                               : LABEL_STRONG,
    };
    text_list(build, section, "marks", &label->marks);
    text_list(build, section, "short_marks", &label->short_marks);
    text_list(build, section, "identifiers", &label->identifiers);
    releases(build, section, label, &policy->releases[i]);
    if (label->marks.count + label->short_marks.count + label->identifiers.count == 0)
        diagnose_warning(build->d, section->place,
                         "label \"%.*s\" has no marks and no identifiers: nothing will ever carry it",
                         SPAN_ARG(section->title));
    policy->label_scheme[i] = scheme_index;
    policy->label_names[i] = arena_printf(build->arena, "%.*s:%.*s", SPAN_ARG(scheme->title),
                                          SPAN_ARG(section->title));
    policy->plan.label_count++;
}

static size_t count_labels(const struct build *build, size_t *schemes_out)
{
    size_t labels = 0;
    const struct outline *scheme;

    for (*schemes_out = 0; (scheme = build_section(build, SECTION_SCHEME, *schemes_out)) != NULL;
         ++*schemes_out)
        labels += scheme->section_count + build_spif_room(scheme);
    return labels;
}

void build_schemes(struct build *build)
{
    struct policy *policy = build->policy;
    size_t schemes, labels = count_labels(build, &schemes), first;

    if (labels > PLAN_MAX_LABELS) {
        diagnose_error(build->d, build->outline->place, "more than %d labels", PLAN_MAX_LABELS);
        return;
    }
    policy->schemes = arena_alloc(build->arena, (schemes + 1) * sizeof *policy->schemes);
    policy->plan.labels = arena_alloc(build->arena, (labels + 1) * sizeof *policy->plan.labels);
    policy->label_scheme = arena_alloc(build->arena, (labels + 1) * sizeof *policy->label_scheme);
    policy->label_names = arena_alloc(build->arena, (labels + 1) * sizeof *policy->label_names);
    policy->releases = arena_alloc(build->arena, (labels + 1) * sizeof *policy->releases);
    if (policy->schemes == NULL || policy->plan.labels == NULL || policy->label_scheme == NULL ||
        policy->label_names == NULL || policy->releases == NULL)
        return;
    for (size_t i = 0; i < schemes; i++) {
        const struct outline *scheme = build_section(build, SECTION_SCHEME, i);
        policy->schemes[policy->scheme_count++] = scheme->title;
        if (span_find_byte(scheme->title, ':') < scheme->title.len)
            diagnose_error(build->d, scheme->place, "scheme \"%.*s\": \":\" cannot be in the name",
                           SPAN_ARG(scheme->title));
        first = policy->plan.label_count;
        for (size_t n = 0; n < scheme->section_count; n++)
            one_label(build, scheme, (int32_t)i, scheme->sections[n]);
        build_spif(build, scheme, (int32_t)i, first);
    }
}

static bool same_name(struct build *build, struct span a, struct span b)
{
    return span_equals_nocase(a, b) || span_equals_nocase(ascii_from_utf8(build->arena, a),
                                                          ascii_from_utf8(build->arena, b));
}

/* "fr:SECRET" to its index; case and accents mean nothing. POLICY_NONE after an error. */
int32_t build_label(struct build *build, struct outline_value value)
{
    const struct policy *policy = build->policy;
    struct suggestion near;

    for (size_t i = 0; i < policy->plan.label_count; i++)
        if (span_equals_nocase(policy->label_names[i], value.text))
            return (int32_t)i;
    suggestion_begin(&near, value.text);
    for (size_t i = 0; i < policy->plan.label_count; i++) {
        if (same_name(build, policy->label_names[i], value.text))
            return (int32_t)i;
        suggestion_offer(&near, policy->label_names[i]);
    }
    diagnose_error(build->d, value.place,
                   "unknown label \"%.*s\"; accepted: \"SCHEME:LABEL\" of a scheme of this policy%.*s",
                   SPAN_ARG(value.text), SPAN_ARG(suggestion_words(build->arena, &near)));
    return POLICY_NONE;
}

static bool is_caveat(const struct policy *policy, int32_t label)
{
    return policy->releases[label].listed || policy->releases[label].nations.count > 0;
}

/* A caveat has no rank: the ceiling that names it lets it pass, and says nothing about its scheme. */
static void set_limit(struct build *build, struct ceiling *ceiling, struct outline_value value)
{
    int32_t label = build_label(build, value), scheme, level;

    if (label == POLICY_NONE)
        return;
    if (is_caveat(build->policy, label)) {
        if (ceiling->caveats == NULL)
            ceiling->caveats = arena_alloc(build->arena, build->policy->plan.label_count + 1);
        if (ceiling->caveats != NULL)
            ceiling->caveats[label] = true;
        return;
    }
    scheme = build->policy->label_scheme[label];
    level = build->policy->plan.labels[label].level;
    if (ceiling->by_scheme[scheme] != POLICY_NONE)
        diagnose_error(build->d, value.place, "ceiling names two labels of scheme \"%.*s\"",
                       SPAN_ARG(build->policy->schemes[scheme]));
    ceiling->by_scheme[scheme] = label;
    if (level >= 0 && (ceiling->level < 0 || level < ceiling->level))
        ceiling->level = level;
}

void build_ceiling(struct build *build, struct ceiling *ceiling, const struct build_values *values)
{
    size_t schemes = build->policy->scheme_count;

    *ceiling = (struct ceiling){ .level = -1, .text = SPAN("none") };
    if (values->count == 1 && span_equals(values->items[0].text, SPAN("any"))) {
        ceiling->everything = true;
        ceiling->text = SPAN("any");
        return;
    }
    if (values->count == 0 ||
        (values->count == 1 && span_equals(values->items[0].text, SPAN("none"))))
        return;
    ceiling->by_scheme = arena_alloc(build->arena, (schemes + 1) * sizeof *ceiling->by_scheme);
    if (ceiling->by_scheme == NULL)
        return;
    for (size_t i = 0; i < schemes; i++)
        ceiling->by_scheme[i] = POLICY_NONE;
    ceiling->text = SPAN("");
    for (size_t i = 0; i < values->count; i++) {
        set_limit(build, ceiling, values->items[i]);
        ceiling->text = arena_printf(build->arena, "%.*s%s%.*s", SPAN_ARG(ceiling->text),
                                     i == 0 ? "" : ", ", SPAN_ARG(values->items[i].text));
    }
}
