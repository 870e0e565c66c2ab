/* SPDX-License-Identifier: EUPL-1.2 */
/* Which language people read, by their domain, and texts in these languages. */
#include "policy_priv.h"

static const struct span names[LANGUAGE_COUNT] = {
    [LANGUAGE_FR] = { "fr", 2 }, [LANGUAGE_EN] = { "en", 2 }, [LANGUAGE_DE] = { "de", 2 },
    [LANGUAGE_ES] = { "es", 2 }, [LANGUAGE_IT] = { "it", 2 },
};

struct span language_name(enum language language)
{
    return names[language];
}

bool language_from_name(struct span name, enum language *out)
{
    for (enum language language = 1; language < LANGUAGE_COUNT; language++)
        if (span_equals(name, names[language])) {
            *out = language;
            return true;
        }
    return false;
}

static unsigned of_domain(const struct policy *policy, struct span domain)
{
    for (size_t i = 0; i < policy->reader_count; i++)
        if (nameset_has_domain(&policy->readers[i].domains, domain, NULL))
            return 1U << policy->readers[i].language;
    return policy->languages;
}

unsigned languages_of(const struct judgement *j, enum reader reader)
{
    unsigned languages = 0;

    if (reader == READER_SENDER)
        return of_domain(j->policy, j->facts->senders.count > 0 ? j->facts->senders.items[0].domain
                                                                : SPAN(""));
    for (size_t i = 0; i < j->facts->recipients.count; i++)
        if (!j->dropped[i])
            languages |= of_domain(j->policy, j->facts->recipients.items[i].domain);
    return languages == 0 ? j->policy->languages : languages;
}

bool text_reference(struct span value, struct span *name_out)
{
    const struct span prefix = SPAN("%{text:");

    if (!span_starts_with(value, prefix) || value.ptr[value.len - 1] != '}' ||
        span_find_byte(value, '}') != value.len - 1)
        return false;
    *name_out = span_slice(value, prefix.len, value.len - 1);
    return true;
}

/* Where nothing is written in any of the readers' languages, all there is. */
static struct span join(const struct judgement *j, const struct text *text, unsigned languages)
{
    struct span joined = { NULL, 0 };

    for (enum language language = 1; language < LANGUAGE_COUNT; language++)
        if ((languages >> language & 1) != 0 && text->in[language].len > 0)
            joined = arena_printf(j->arena, "%.*s%s%.*s", SPAN_ARG(joined), joined.len > 0 ? "\n" : "",
                                  SPAN_ARG(text->in[language]));
    return joined;
}

struct span text_in_languages(const struct judgement *j, struct span value, enum reader reader)
{
    struct span name, joined;

    if (!text_reference(value, &name))
        return value;
    for (size_t i = 0; i < j->policy->text_count; i++) {
        if (!span_equals(j->policy->texts[i].name, name))
            continue;
        joined = join(j, &j->policy->texts[i], languages_of(j, reader));
        return joined.len > 0 ? joined : join(j, &j->policy->texts[i], UINT32_MAX);
    }
    return value;
}
