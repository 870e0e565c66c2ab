/* SPDX-License-Identifier: EUPL-1.2 */
/* What all builders need: lists, files, domains, networks, patterns. */
#include "base/utf8.h"
#include "conf_priv.h"
#include "mail/address.h"
#include "mail/domain.h"

struct span build_at(struct build *build, struct place place)
{
    return arena_printf(build->arena, "%.*s:%u", SPAN_ARG(place.file), place.line);
}

const struct outline *build_section(const struct build *build, enum section kind, size_t n)
{
    for (size_t i = 0; i < build->outline->section_count; i++)
        if (build->outline->sections[i]->kind == kind && n-- == 0)
            return build->outline->sections[i];
    return NULL;
}

static void append(struct build *build, struct build_values *values, struct outline_value value)
{
    struct outline_value *items =
        arena_grow(build->arena, values->items, values->count, &values->capacity, sizeof *items);

    if (items == NULL)
        return;
    values->items = items;
    items[values->count++] = value;
}

static const struct outline *find_list(struct build *build, struct span name, struct place place)
{
    struct suggestion near;

    suggestion_begin(&near, name);
    for (size_t i = 0; i < build->outline->section_count; i++) {
        const struct outline *section = build->outline->sections[i];
        if (section->kind != SECTION_LIST)
            continue;
        if (span_equals(section->title, name))
            return section;
        suggestion_offer(&near, section->title);
    }
    diagnose_error(build->d, place, "no list \"%.*s\"%.*s", SPAN_ARG(name),
                   SPAN_ARG(suggestion_words(build->arena, &near)));
    return NULL;
}

static void append_all(struct build *build, struct build_values *values,
                       struct build_values more)
{
    for (size_t i = 0; i < more.count; i++)
        append(build, values, more.items[i]);
}

/* A list does not name lists: one step is enough for people, and cannot go in a circle. */
struct build_values build_written(struct build *build, const struct outline_setting *setting)
{
    struct build_values values = { 0 };

    for (size_t i = 0; setting != NULL && i < setting->value_count; i++) {
        struct outline_value value = setting->values[i];
        const struct outline *list;
        if (value.text.len < 2 || value.text.ptr[0] != '@') {
            append(build, &values, value);
            continue;
        }
        list = find_list(build, span_slice(value.text, 1, value.text.len), value.place);
        if (list == NULL)
            continue;
        if (outline_setting(list, "values") != NULL)
            for (size_t n = 0; n < outline_setting(list, "values")->value_count; n++)
                append(build, &values, outline_setting(list, "values")->values[n]);
        append_all(build, &values, build_file_lines(build, list, "file"));
    }
    return values;
}

struct build_values build_list(struct build *build, const struct outline *section, const char *name)
{
    return build_written(build, outline_setting(section, name));
}

static void append_lines(struct build *build, struct build_values *values,
                         const struct bundle_file *file)
{
    struct span rest = file->content, line;
    struct place place = { file->name, 0 };

    while (span_next(&rest, '\n', &line)) {
        place.line++;
        line = span_trim(span_slice(line, 0, span_find_byte(line, '#')));
        if (line.len > 0)
            append(build, values, (struct outline_value){ line, place });
    }
    if (!utf8_is_valid(file->content))
        diagnose_error(build->d, (struct place){ file->name, 0 }, "is not UTF-8");
}

struct build_values build_file_lines(struct build *build, const struct outline *section,
                                     const char *name)
{
    const struct outline_setting *setting = outline_setting(section, name);
    struct build_values values = { 0 };

    for (size_t i = 0; setting != NULL && i < setting->value_count; i++) {
        struct outline_value value = setting->values[i];
        struct span path = bundle_resolve(build->arena, value.place.file, value.text);
        const struct bundle_file *file = bundle_find(build->bundle, path);
        if (file == NULL || file->missing)
            diagnose_error(build->d, value.place, "%s: cannot read %.*s: %.*s", name,
                           SPAN_ARG(path),
                           SPAN_ARG(file == NULL ? SPAN("too many files") : file->content));
        else
            append_lines(build, &values, file);
    }
    return values;
}

static struct span normal_domain(struct build *build, struct outline_value value,
                                 struct span written)
{
    struct span domain = domain_normalise(build->arena, written);

    if (domain.ptr == NULL)
        diagnose_error(build->d, value.place,
                       "\"%.*s\" is no domain; accepted: \"example.org\", \".example.org\" for all "
                       "domains under it, \"name@example.org\", or \"*\"",
                       SPAN_ARG(value.text));
    return domain;
}

/* A domain, ".suffix", mailbox or "*" in the form that is compared; a null pointer when it is none. */
struct span build_name(struct build *build, struct outline_value value)
{
    struct span text = value.text, domain;
    size_t at = text.len;

    if (span_equals(text, SPAN("*")))
        return text;
    while (at > 0 && text.ptr[at - 1] != '@')
        at--;
    if (at > 0) {
        struct address address;
        if (address_parse_path(build->arena, text, &address) == ADDRESS_OK)
            return address.full;
        diagnose_error(build->d, value.place, "\"%.*s\" is no mail address", SPAN_ARG(text));
        return (struct span){ NULL, 0 };
    }
    if (text.len > 1 && text.ptr[0] == '.') {
        domain = normal_domain(build, value, span_slice(text, 1, text.len));
        return domain.ptr == NULL ? domain
                                  : arena_printf(build->arena, ".%.*s", SPAN_ARG(domain));
    }
    return normal_domain(build, value, text);
}

void build_domain(struct build *build, struct nameset *set, struct outline_value value)
{
    struct span name = build_name(build, value);

    if (name.ptr != NULL && nameset_add(build->arena, set, name) != 0)
        diagnose_error(build->d, value.place, "out of memory");
}

void build_pattern(struct build *build, struct pattern_list *list, struct outline_value value)
{
    struct err err = { "" };
    struct pattern *items =
        arena_grow(build->arena, list->items, list->count, &list->capacity, sizeof *items);

    if (items == NULL)
        return;
    list->items = items;
    if (pattern_init(build->arena, &items[list->count], value.text, &err) == 0)
        list->count++;
    else
        diagnose_error(build->d, value.place, "regular expression %.*s: %s", SPAN_ARG(value.text),
                       err.text);
}

static bool is_pattern(struct span text)
{
    bool wild = span_find_byte(text, '*') < text.len || span_find_byte(text, '?') < text.len;
    bool regex = text.len >= 2 && text.ptr[0] == '/' && text.ptr[text.len - 1] == '/';

    return regex || (wild && text.len > 1);
}

void build_address(struct build *build, struct address_set *set, struct outline_value value)
{
    if (is_pattern(value.text))
        build_pattern(build, &set->patterns, value);
    else
        build_domain(build, &set->names, value);
}

void build_network(struct build *build, struct network_list *list, struct outline_value value)
{
    struct network *items =
        arena_grow(build->arena, list->items, list->count, &list->capacity, sizeof *items);

    if (items == NULL)
        return;
    list->items = items;
    if (network_parse(value.text, &items[list->count]))
        list->count++;
    else
        diagnose_error(build->d, value.place,
                       "\"%.*s\" is no network; accepted: \"192.0.2.1\", \"10.0.0.0/8\", "
                       "\"2001:db8::/32\", with no bit set behind the prefix",
                       SPAN_ARG(value.text));
}
