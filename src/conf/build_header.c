/* SPDX-License-Identifier: EUPL-1.2 */
/* What a rule changes in the header: fields to set, fields to remove, the label in subject and fields. */
#include "conf_priv.h"

enum { MAX_HEADER_BYTES = 4000, MAX_MARK_BYTES = 200 };

static bool is_field_name(struct span name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] <= ' ' || name.ptr[i] >= 0x7F || name.ptr[i] == ':')
            return false;
    return name.len > 0 && name.len <= 200;
}

static void set_headers(struct build *build, const struct outline *section, struct rule *rule)
{
    struct build_values values = build_list(build, section, "headers");

    rule->headers = arena_alloc(build->arena, (values.count + 1) * sizeof *rule->headers);
    for (size_t i = 0; rule->headers != NULL && i < values.count; i++) {
        struct span text = values.items[i].text;
        size_t colon = span_find_byte(text, ':');
        struct span name = span_trim(span_slice(text, 0, colon));
        if (colon == text.len || !is_field_name(name) || text.len > MAX_HEADER_BYTES)
            diagnose_error(build->d, values.items[i].place,
                           "headers: \"%.*s\" is no header field; accepted: \"Name: value\"",
                           SPAN_ARG(text));
        else
            rule->headers[rule->header_count++] = (struct header_template){
                name, span_trim(span_slice(text, colon + 1, text.len))
            };
        build_template(build, "headers", values.items[i]);
    }
}

/* "Name", "Name: glob" or "Name: /regular expression/"; the name may be a glob. */
static void remove_headers(struct build *build, const struct outline *section, struct rule *rule)
{
    struct build_values values = build_list(build, section, "remove_headers");

    rule->removals = arena_alloc(build->arena, (values.count + 1) * sizeof *rule->removals);
    for (size_t i = 0; rule->removals != NULL && i < values.count; i++) {
        struct field_removal *removal = &rule->removals[rule->removal_count];
        struct span text = values.items[i].text;
        size_t colon = span_find_byte(text, ':');
        struct span name = span_trim(span_slice(text, 0, colon));
        struct span value = span_trim(span_slice(text, colon + 1, text.len));
        struct err err = { "" };
        removal->any_value = colon == text.len;
        if (!is_field_name(name))
            diagnose_error(build->d, values.items[i].place,
                           "remove_headers: \"%.*s\" is no name of a header field", SPAN_ARG(name));
        else if (pattern_init(build->arena, &removal->name, name, &err) != 0 ||
                 (!removal->any_value &&
                  pattern_init(build->arena, &removal->value, value, &err) != 0))
            diagnose_error(build->d, values.items[i].place, "remove_headers: %s", err.text);
        else
            rule->removal_count++;
    }
}

/* A mark must stand out, or taking it out of a subject would take words out. */
static void subject_mark(struct build *build, const struct outline *section, struct rule *rule)
{
    const struct outline_setting *setting = outline_setting(section, "subject_mark");
    struct span text = setting == NULL || setting->value_count == 0 ? SPAN("")
                                                                    : setting->values[0].text;
    size_t label = span_find(text, SPAN("%{label"));

    if (text.len == 0)
        return;
    build_template(build, "subject_mark", setting->values[0]);
    if (label == text.len || label == 0 || text.ptr[text.len - 1] == '}' || text.len > MAX_MARK_BYTES)
        diagnose_error(build->d, setting->values[0].place,
                       "subject_mark: \"%.*s\"; accepted: a label between signs, \"[%%{label_name}]\"",
                       SPAN_ARG(text));
    else
        rule->subject_mark = text;
}

static void label_headers(struct build *build, const struct outline *section, struct rule *rule)
{
    struct build_values values = build_list(build, section, "label_header");

    for (size_t i = 0; i < values.count; i++) {
        if (span_equals_nocase(values.items[i].text, SPAN("X-Protective-Marking")))
            rule->label_headers |= LABEL_HEADER_PSPF;
        else if (span_equals_nocase(values.items[i].text, SPAN("SIO-Label")))
            rule->label_headers |= LABEL_HEADER_SIO;
        else
            diagnose_error(build->d, values.items[i].place,
                           "label_header: \"%.*s\"; accepted: X-Protective-Marking, SIO-Label",
                           SPAN_ARG(values.items[i].text));
    }
}

void build_header_edits(struct build *build, const struct outline *section, struct rule *rule)
{
    set_headers(build, section, rule);
    remove_headers(build, section, rule);
    subject_mark(build, section, rule);
    label_headers(build, section, rule);
}
