/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts in several languages, and who reads which. */
#include "conf_priv.h"

static unsigned language_of(struct build *build, struct span name, struct place place)
{
    enum language language;

    if (language_from_name(name, &language))
        return 1U << language;
    diagnose_error(build->d, place, "unknown language \"%.*s\"; accepted: fr, en, de, es, it",
                   SPAN_ARG(name));
    return 0;
}

static void languages(struct build *build)
{
    struct build_values values = build_list(build, build->outline, "languages");

    if (values.count > 0)
        build->policy->languages = 0;
    for (size_t i = 0; i < values.count; i++)
        build->policy->languages |= language_of(build, values.items[i].text, values.items[i].place);
}

static void readers(struct build *build)
{
    const struct outline *section;
    struct policy *policy = build->policy;
    size_t count = 0;

    while (build_section(build, SECTION_LANGUAGE, count) != NULL)
        count++;
    policy->readers = arena_alloc(build->arena, (count + 1) * sizeof *policy->readers);
    for (size_t i = 0; policy->readers != NULL && i < count; i++) {
        struct readers *group = &policy->readers[policy->reader_count];
        struct build_values domains;
        section = build_section(build, SECTION_LANGUAGE, i);
        domains = build_list(build, section, "domains");
        if (language_of(build, section->title, section->place) == 0 ||
            !language_from_name(section->title, &group->language))
            continue;
        policy->reader_count++;
        for (size_t n = 0; n < domains.count; n++)
            build_domain(build, &group->domains, domains.items[n]);
    }
}

static void one_text(struct build *build, const struct outline *section, struct text *text)
{
    bool any = false;

    text->name = section->title;
    for (size_t i = 0; i < section->setting_count; i++) {
        const struct outline_setting *setting = &section->settings[i];
        enum language language;
        struct span reference;
        if (!language_from_name(setting->name, &language) || setting->value_count == 0)
            continue;
        text->in[language] = setting->values[0].text;
        any = any || text->in[language].len > 0;
        if (text_reference(text->in[language], &reference))
            diagnose_error(build->d, setting->values[0].place, "text \"%.*s\" stands for another text",
                           SPAN_ARG(section->title));
        else
            build_template(build, "text", setting->values[0]);
    }
    if (!any)
        diagnose_error(build->d, section->place, "text \"%.*s\" says nothing", SPAN_ARG(section->title));
}

/* Before the rules, which name them. */
void build_texts(struct build *build)
{
    struct policy *policy = build->policy;
    size_t count = 0;

    while (build_section(build, SECTION_TEXT, count) != NULL)
        count++;
    policy->texts = arena_alloc(build->arena, (count + 1) * sizeof *policy->texts);
    for (size_t i = 0; policy->texts != NULL && i < count; i++)
        one_text(build, build_section(build, SECTION_TEXT, i), &policy->texts[policy->text_count++]);
    languages(build);
    readers(build);
}

bool build_text_reference(struct build *build, struct outline_value value)
{
    struct suggestion near;
    struct span name;

    if (!text_reference(value.text, &name))
        return false;
    suggestion_begin(&near, name);
    for (size_t i = 0; i < build->policy->text_count; i++) {
        if (span_equals(build->policy->texts[i].name, name))
            return true;
        suggestion_offer(&near, build->policy->texts[i].name);
    }
    diagnose_error(build->d, value.place, "no text \"%.*s\"%.*s", SPAN_ARG(name),
                   SPAN_ARG(suggestion_words(build->arena, &near)));
    return true;
}
