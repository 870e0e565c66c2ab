/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts to booleans, numbers, sizes, durations and dates, each with its own complaint. */
#include <stdlib.h>

#include "base/clock.h"
#include "conf_priv.h"

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit sizes[] = {
    { "", 1 },        { "B", 1 },         { "K", 1 << 10 },   { "KB", 1 << 10 }, { "KIB", 1 << 10 },
    { "M", 1 << 20 }, { "MB", 1 << 20 },  { "MIB", 1 << 20 }, { "G", 1 << 30 },  { "GB", 1 << 30 },
    { "GIB", 1 << 30 },
};
static const struct unit durations[] = {
    { "ms", 1 },       { "s", 1000 },      { "", 1000 },
    { "min", 60000 },  { "m", 60000 },     { "h", 3600000 },
};

static bool with_unit(struct span text, const struct unit *units, size_t count, int64_t *out)
{
    size_t digits = 0;
    uint64_t number;
    struct span unit;

    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
        digits++;
    unit = span_trim(span_slice(text, digits, text.len));
    if (!span_to_u64(span_slice(text, 0, digits), &number) || number > INT64_MAX)
        return false;
    for (size_t i = 0; i < count; i++)
        if (span_equals_nocase(unit, span_of(units[i].name)))
            return !__builtin_mul_overflow((int64_t)number, units[i].factor, out);
    return false;
}

static bool to_number(struct span text, int64_t *out)
{
    bool negative = text.len > 1 && text.ptr[0] == '-';
    uint64_t number;

    if (!span_to_u64(span_slice(text, negative, text.len), &number) || number > INT64_MAX)
        return false;
    *out = negative ? -(int64_t)number : (int64_t)number;
    return true;
}

static bool to_bool(struct span text, int64_t *out)
{
    static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_equals_nocase(text, span_of(words[i]))) {
            *out = i % 2 == 1;
            return true;
        }
    return false;
}

static bool to_date(struct span text, int64_t *out)
{
    char name[40];

    if (text.len >= sizeof name)
        return false;
    for (size_t i = 0; i < text.len; i++)
        name[i] = text.ptr[i];
    name[text.len] = '\0';
    return clock_parse(name, out) == 0;
}

static bool to_choice(struct span text, const char *choices, int64_t *out)
{
    struct span rest = span_of(choices), choice;

    for (*out = 0; span_next(&rest, ' ', &choice); ++*out)
        if (span_equals(text, choice))
            return true;
    return false;
}

static bool convert(const struct setting *setting, struct span text, int64_t *out)
{
    *out = 0;
    switch (setting->type) {
    case VALUE_TEXT:
    case VALUE_FILE: return true;
    case VALUE_BOOL: return to_bool(text, out);
    case VALUE_NUMBER: return to_number(text, out);
    case VALUE_SIZE: return with_unit(text, sizes, sizeof sizes / sizeof *sizes, out);
    case VALUE_DURATION:
        return with_unit(text, durations, sizeof durations / sizeof *durations, out);
    case VALUE_DATE: return to_date(text, out);
    case VALUE_CHOICE: return to_choice(text, setting->choices, out);
    }
    return false;
}

static const char *accepted(enum value_type type)
{
    switch (type) {
    case VALUE_BOOL: return "true or false";
    case VALUE_NUMBER: return "a whole number";
    case VALUE_SIZE: return "a size such as 500K, 50M or 1G";
    case VALUE_DURATION: return "a duration such as 500ms, 30s or 5min";
    case VALUE_DATE: return "a date such as 2026-12-31 or 2026-12-31T18:00";
    case VALUE_TEXT:
    case VALUE_FILE:
    case VALUE_CHOICE: break;
    }
    return "text";
}

static void complain_choice(struct diagnoses *d, const struct outline_setting *written,
                            const struct outline_value *value)
{
    struct span rest = span_of(written->setting->choices), choice, list = SPAN("");
    struct suggestion near;

    suggestion_begin(&near, value->text);
    while (span_next(&rest, ' ', &choice)) {
        suggestion_offer(&near, choice);
        list = arena_printf(d->arena, "%.*s%s%.*s", SPAN_ARG(list), list.len == 0 ? "" : ", ",
                            SPAN_ARG(choice));
    }
    diagnose_error(d, value->place, "%.*s: unknown value \"%.*s\"; accepted: %.*s%.*s",
                   SPAN_ARG(written->name), SPAN_ARG(value->text), SPAN_ARG(list),
                   SPAN_ARG(suggestion_words(d->arena, &near)));
}

static void check_value(struct diagnoses *d, const struct outline_setting *written,
                        const struct outline_value *value)
{
    const struct setting *setting = written->setting;
    int64_t number;

    if (!convert(setting, value->text, &number)) {
        if (setting->type == VALUE_CHOICE)
            complain_choice(d, written, value);
        else
            diagnose_error(d, value->place, "%.*s: \"%.*s\" is not %s", SPAN_ARG(written->name),
                           SPAN_ARG(value->text), accepted(setting->type));
        return;
    }
    if (setting->min < setting->max && (number < setting->min || number > setting->max))
        diagnose_error(d, value->place, "%.*s: %.*s is out of range; accepted: %lld to %lld%s",
                       SPAN_ARG(written->name), SPAN_ARG(value->text), setting->min, setting->max,
                       setting->type == VALUE_SIZE       ? " octets"
                       : setting->type == VALUE_DURATION ? " ms"
                                                         : "");
}

static void check_required(const struct outline *section, struct diagnoses *d)
{
    for (size_t i = 0; i < settings_count; i++)
        if (settings_table[i].section == section->kind && settings_table[i].required &&
            outline_setting(section, settings_table[i].name) == NULL)
            diagnose_error(d, section->place, "%s \"%.*s\" needs %s: %s",
                           section_kind(section->kind)->name, SPAN_ARG(section->title),
                           settings_table[i].name, settings_table[i].meaning);
}

/* Sections lie at most three deep, so this does too. */
void values_check(const struct outline *section, struct diagnoses *d)
{
    for (size_t i = 0; i < section->setting_count; i++)
        for (size_t n = 0; n < section->settings[i].value_count; n++)
            check_value(d, &section->settings[i], &section->settings[i].values[n]);
    check_required(section, d);
    for (size_t i = 0; i < section->section_count; i++)
        values_check(section->sections[i], d);
}

static const struct setting *known(const struct outline *section, const char *name)
{
    bool unless;

    return setting_find(section->kind, span_of(name), &unless);
}

struct span value_text(const struct outline *section, const char *name)
{
    const struct outline_setting *written = outline_setting(section, name);

    if (written != NULL && written->value_count > 0)
        return written->values[0].text;
    return span_of(known(section, name)->fallback);
}

int64_t value_number(const struct outline *section, const char *name)
{
    int64_t number;

    /* A value that does not convert was reported; the fallback then lets the rest be checked. */
    if (convert(known(section, name), value_text(section, name), &number) ||
        convert(known(section, name), span_of(known(section, name)->fallback), &number))
        return number;
    return 0;
}

bool value_bool(const struct outline *section, const char *name)
{
    return value_number(section, name) != 0;
}

int64_t value_date(const struct outline *section, const char *name, int64_t if_unset)
{
    const struct outline_setting *written = outline_setting(section, name);
    int64_t date;

    if (written == NULL || written->value_count == 0 || !to_date(written->values[0].text, &date))
        return if_unset;
    return date;
}

bool value_of_setting(const struct outline_setting *written, int64_t *out)
{
    const struct setting *setting = written->setting;

    return setting->type != VALUE_TEXT && setting->type != VALUE_FILE &&
           setting->type != VALUE_CHOICE && written->value_count > 0 &&
           convert(setting, written->values[0].text, out);
}
