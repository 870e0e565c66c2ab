/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules: facts, action and what the action needs. */
#include "base/utf8.h"
#include "conf_priv.h"
#include "mail/address.h"

enum { MAX_REPLY_VALUES = 32 };

static void fact_list(struct build *build, const struct outline *section, const char *name,
                      fact_set *set)
{
    struct build_values values = build_list(build, section, name);

    for (size_t i = 0; i < values.count; i++) {
        struct suggestion near;
        enum fact fact;
        if (fact_from_name(values.items[i].text, &fact)) {
            *set |= fact_bit(fact);
            continue;
        }
        suggestion_begin(&near, values.items[i].text);
        for (fact = 1; fact < FACT_COUNT; fact++)
            suggestion_offer(&near, span_of(fact_name(fact)));
        diagnose_error(build->d, values.items[i].place, "%s: unknown fact \"%.*s\"%.*s", name,
                       SPAN_ARG(values.items[i].text),
                       SPAN_ARG(near.best.len > 0
                                    ? suggestion_words(build->arena, &near)
                                    : SPAN("; accepted: the facts of vaguemestre-policy.conf(5)")));
    }
}

static bool is_digit(struct span text, size_t i)
{
    return i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9';
}

static size_t digits_at(struct span text, size_t i)
{
    size_t count = 0;

    while (is_digit(text, i + count))
        count++;
    return count;
}

/* Length of "5.7.1" at the front, with a blank or nothing behind it; else 0. */
static size_t enhanced_length(struct span text)
{
    size_t subject = digits_at(text, 2), detail;

    if (!is_digit(text, 0) || (text.ptr[0] != '4' && text.ptr[0] != '5') || text.len < 5 ||
        text.ptr[1] != '.' || subject < 1 || subject > 3 || 2 + subject >= text.len ||
        text.ptr[2 + subject] != '.')
        return 0;
    detail = digits_at(text, 3 + subject);
    if (detail < 1 || detail > 3)
        return 0;
    detail += 3 + subject;
    return detail == text.len || text.ptr[detail] == ' ' ? detail : 0;
}

static char class_of(const struct rule *rule)
{
    return rule->action == ACTION_TEMPFAIL ? '4' : '5';
}

static void set_code(struct build *build, struct rule *rule, struct outline_value value)
{
    uint64_t code = 0;

    if (!span_to_u64(value.text, &code) || code > 599 || code / 100 != (uint64_t)(class_of(rule) - '0'))
        diagnose_error(build->d, value.place, "code %.*s does not fit %s; accepted: %cxx",
                       SPAN_ARG(value.text), action_name(rule->action), class_of(rule));
    else
        rule->code = (uint16_t)code;
}

static void set_enhanced(struct build *build, struct rule *rule, struct outline_value value)
{
    if (enhanced_length(value.text) != value.text.len || value.text.ptr[0] != class_of(rule))
        diagnose_error(build->d, value.place,
                       "enhanced code %.*s does not fit %s; accepted: %c.N.N",
                       SPAN_ARG(value.text), action_name(rule->action), class_of(rule));
    else
        rule->enhanced = value.text;
}

/* A reply may begin with "550", "5.7.1" or both; the words are what follows. */
static struct span take_codes(struct build *build, struct rule *rule, struct outline_value value)
{
    struct span text = span_trim(value.text);
    size_t length;

    if (digits_at(text, 0) == 3 && (text.len == 3 || text.ptr[3] == ' ')) {
        set_code(build, rule, (struct outline_value){ span_slice(text, 0, 3), value.place });
        text = span_trim(span_slice(text, 3, text.len));
    }
    length = enhanced_length(text);
    if (length > 0) {
        set_enhanced(build, rule,
                     (struct outline_value){ span_slice(text, 0, length), value.place });
        text = span_trim(span_slice(text, length, text.len));
    }
    return text;
}

void build_template(struct build *build, const char *name, struct outline_value value)
{
    struct span unknown;

    if (!template_check(value.text, &unknown))
        diagnose_error(build->d, value.place, "%s: unknown placeholder \"%%{%.*s}\"; accepted: %s",
                       name, SPAN_ARG(unknown), template_placeholders);
    if (!utf8_is_valid(value.text))
        diagnose_error(build->d, value.place, "%s: is not UTF-8", name);
}

/* What may be a text in several languages. */
static void text_or_template(struct build *build, const char *name, struct outline_value value)
{
    if (!build_text_reference(build, value))
        build_template(build, name, value);
}

static struct span template_setting(struct build *build, const struct outline *section,
                                    const char *name)
{
    const struct outline_setting *setting = outline_setting(section, name);

    if (setting == NULL || setting->value_count == 0)
        return (struct span){ NULL, 0 };
    text_or_template(build, name, setting->values[0]);
    return setting->values[0].text;
}

static void reply(struct build *build, const struct outline *section, struct rule *rule)
{
    const struct outline_setting *code = outline_setting(section, "code");
    const struct outline_setting *enhanced = outline_setting(section, "enhanced");
    struct build_values values = build_list(build, section, "reply");
    struct span_list *list = &rule->reply;

    if (code != NULL && code->value_count > 0)
        set_code(build, rule, code->values[0]);
    if (enhanced != NULL && enhanced->value_count > 0)
        set_enhanced(build, rule, enhanced->values[0]);
    if (values.count == 0)
        return;
    if (rule->action != ACTION_REJECT && rule->action != ACTION_TEMPFAIL)
        diagnose_error(build->d, values.items[0].place, "reply: %s sends none; reject and tempfail do",
                       action_name(rule->action));
    if (values.count > MAX_REPLY_VALUES)
        diagnose_error(build->d, values.items[0].place, "reply: more than %d lines",
                       MAX_REPLY_VALUES);
    list->items = arena_alloc(build->arena, values.count * sizeof *list->items);
    for (size_t i = 0; list->items != NULL && i < values.count; i++) {
        struct span text = values.items[i].text;
        text_or_template(build, "reply", values.items[i]);
        if (i == 0)
            text = take_codes(build, rule, values.items[0]);
        if (text.len > 0)
            list->items[list->count++] = text;
    }
}

static bool mailbox(struct build *build, const char *name, struct outline_value value,
                    struct span text, struct span *out)
{
    struct address address;

    if (address_parse_path(build->arena, text, &address) == ADDRESS_OK) {
        *out = address.full;
        return true;
    }
    diagnose_error(build->d, value.place, "%s: \"%.*s\" is no mail address", name, SPAN_ARG(text));
    return false;
}

static void recipients(struct build *build, const struct outline *section, struct rule *rule)
{
    struct build_values values = build_list(build, section, "to");
    bool wants = rule->action == ACTION_REDIRECT || rule->action == ACTION_COPY;

    if (wants && values.count == 0)
        diagnose_error(build->d, section->place, "rule \"%.*s\": %s needs to = {\"ADDRESS\"}",
                       SPAN_ARG(section->title), action_name(rule->action));
    if (!wants && values.count > 0)
        diagnose_error(build->d, values.items[0].place, "to: %s has none; redirect and copy do",
                       action_name(rule->action));
    rule->recipients.items =
        arena_alloc(build->arena, (values.count + 1) * sizeof *rule->recipients.items);
    for (size_t i = 0; rule->recipients.items != NULL && i < values.count; i++)
        if (mailbox(build, "to", values.items[i], values.items[i].text,
                    &rule->recipients.items[rule->recipients.count]))
            rule->recipients.count++;
}

/* A map's setting, what it says about each side, and where the pairs go. */
struct map_setting {
    const char *name, *accepted;
    bool from_domains;      /* senders by domain too; in running text a domain says too little */
};

/* "FROM -> TO" pairs; those with an error are told and left out. */
static void address_map(struct build *build, const struct outline *section,
                        const struct map_setting *setting, struct sender_mapping **pairs_out,
                        size_t *count_out)
{
    struct build_values values = build_list(build, section, setting->name);
    struct sender_mapping *pairs = arena_alloc(build->arena, (values.count + 1) * sizeof *pairs);

    *pairs_out = pairs;
    for (size_t i = 0; pairs != NULL && i < values.count; i++) {
        struct outline_value value = values.items[i];
        size_t arrow = span_find(value.text, SPAN("->"));
        struct span to = span_trim(span_slice(value.text, arrow + 2, value.text.len));
        struct sender_mapping *pair = &pairs[*count_out];
        if (arrow == value.text.len) {
            diagnose_error(build->d, value.place, "%s: \"%.*s\"; accepted: \"%s\"", setting->name,
                           SPAN_ARG(value.text), setting->accepted);
            continue;
        }
        value.text = span_trim(span_slice(value.text, 0, arrow));
        if (setting->from_domains)
            pair->from = build_name(build, value);
        else if (!mailbox(build, setting->name, value, value.text, &pair->from))
            continue;
        if (pair->from.ptr != NULL && mailbox(build, setting->name, value, to, &pair->to))
            ++*count_out;
    }
}

static void maps(struct build *build, const struct outline *section, struct rule *rule)
{
    static const struct map_setting senders = { "sender_map", "ADDRESS-OR-DOMAIN -> ADDRESS", true };
    static const struct map_setting contacts = { "contact_map", "ADDRESS -> ADDRESS", false };

    address_map(build, section, &senders, &rule->mappings, &rule->mapping_count);
    address_map(build, section, &contacts, &rule->contacts, &rule->contact_count);
}

static bool edits_body(const struct rule *rule)
{
    return rule->contact_count > 0 || rule->footer_text.len > 0 || rule->footer_html.len > 0 ||
           rule->notice.len > 0 || rule->strip_metadata;
}

static bool adds_headers(const struct rule *rule)
{
    return rule->header_count > 0 || rule->subject_mark.len > 0 || rule->label_headers != 0;
}

/* Settings that the action does not read are slips: the rule would do less than it seems to. */
static void check_fit(struct build *build, const struct outline *section, const struct rule *rule)
{
    bool edits = rule->action == ACTION_TAG || rule->action == ACTION_REWRITE;

    if (adds_headers(rule) && !edits)
        diagnose_error(build->d, section->place,
                       "rule \"%.*s\": headers, subject_mark and label_header are for tag and rewrite",
                       SPAN_ARG(section->title));
    if ((rule->removal_count + rule->mapping_count > 0 || edits_body(rule)) &&
        rule->action != ACTION_REWRITE)
        diagnose_error(build->d, section->place,
                       "rule \"%.*s\": remove_headers, sender_map, contact_map, strip_metadata, footer, footer_html "
                       "and notice are for rewrite",
                       SPAN_ARG(section->title));
    if (rule->action == ACTION_TAG && !adds_headers(rule))
        diagnose_error(build->d, section->place,
                       "rule \"%.*s\": tag needs headers = {\"Name: value\"}, subject_mark or label_header",
                       SPAN_ARG(section->title));
    if (rule->action == ACTION_REWRITE && rule->mode == RULE_ENFORCE &&
        rule->removal_count + rule->mapping_count == 0 && !adds_headers(rule) && !edits_body(rule))
        diagnose_warning(build->d, section->place,
                         "rule \"%.*s\": rewrite changes nothing without sender_map, contact_map, "
                         "headers, remove_headers, subject_mark, label_header, strip_metadata, footer, footer_html or notice",
                         SPAN_ARG(section->title));
    if (outline_setting(section, "when") == NULL && rule->conditions.count == 0)
        diagnose_error(build->d, section->place,
                       "rule \"%.*s\" has no condition; when = {always} stands for every message",
                       SPAN_ARG(section->title));
}

static enum some_recipients some_of(struct span word)
{
    if (span_equals(word, SPAN("drop")))
        return SOME_DROP;
    return span_equals(word, SPAN("hold")) ? SOME_HOLD : SOME_ALL;
}

static void one_rule(struct build *build, const struct outline *section, struct rule *rule)
{
    rule->name = section->title;
    rule->at = build_at(build, section->place);
    rule->mode = span_equals(value_text(section, "mode"), SPAN("observe")) ? RULE_OBSERVE
                                                                           : RULE_ENFORCE;
    if (!action_from_name(value_text(section, "action"), &rule->action))
        rule->action = ACTION_TEMPFAIL;
    if (!confidence_from_name(value_text(section, "confidence"), &rule->confidence))
        rule->confidence = CONFIDENCE_LIKELY;
    rule->some = some_of(value_text(section, "some_recipients"));
    rule->tell_sender = value_bool(section, "tell_sender");
    if (rule->tell_sender && rule->some != SOME_DROP)
        diagnose_error(build->d, section->place,
                       "rule \"%.*s\": tell_sender is for some_recipients = drop", SPAN_ARG(rule->name));
    fact_list(build, section, "when", &rule->when);
    fact_list(build, section, "unless", &rule->unless);
    build_conditions(build, section, rule);
    reply(build, section, rule);
    build_header_edits(build, section, rule);
    recipients(build, section, rule);
    maps(build, section, rule);
    rule->footer_text = template_setting(build, section, "footer");
    rule->footer_html = template_setting(build, section, "footer_html");
    rule->strip_metadata = value_bool(section, "strip_metadata");
    rule->notice = template_setting(build, section, "notice");
    if (span_equals(rule->notice, SPAN("standard")))
        rule->notice = policy_standard_notice();
    check_fit(build, section, rule);
}

void build_rules(struct build *build)
{
    struct policy *policy = build->policy;
    size_t count = 0;

    while (build_section(build, SECTION_RULE, count) != NULL)
        count++;
    policy->rules = arena_alloc(build->arena, (count + 1) * sizeof *policy->rules);
    for (size_t i = 0; policy->rules != NULL && i < count; i++)
        one_rule(build, build_section(build, SECTION_RULE, i),
                 &policy->rules[policy->rule_count++]);
}
