/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two policies compared statement by statement, in words: what is new, what is
 * gone, what changed, and which rules changed places, since order decides.
 *
 * Lists are compared as sets, and so are the lines of the files they name.
 */
#include <stdlib.h>

#include "conf/diff.h"
#include "conf_priv.h"

enum { MOST_NAMED = 10 };

struct comparison {
    struct arena *arena;
    struct build before, after;     /* as far as build_written() and build_file_lines() need */
    struct span_list *lines;
};

static void say(struct comparison *c, struct span line)
{
    struct span *items = arena_grow(c->arena, c->lines->items, c->lines->count,
                                    &c->lines->capacity, sizeof *items);

    if (items == NULL || line.ptr == NULL)
        return;
    c->lines->items = items;
    items[c->lines->count++] = line;
}

static struct span section_name(struct comparison *c, const struct outline *section)
{
    const char *name = section_kind(section->kind)->name;

    if (name == NULL)
        return SPAN("");
    if (section->title.len == 0)
        return arena_printf(c->arena, "%s: ", name);
    return arena_printf(c->arena, "%s \"%.*s\": ", name, SPAN_ARG(section->title));
}

static struct span joined(struct comparison *c, struct build_values values)
{
    struct span text = SPAN("");

    for (size_t i = 0; i < values.count && i < MOST_NAMED; i++)
        text = arena_printf(c->arena, "%.*s%s%.*s", SPAN_ARG(text), i == 0 ? "" : ", ",
                            SPAN_ARG(values.items[i].text));
    if (values.count > MOST_NAMED)
        text = arena_printf(c->arena, "%.*s and %zu more", SPAN_ARG(text),
                            values.count - MOST_NAMED);
    return text;
}

static int by_text(const void *a, const void *b)
{
    const struct outline_value *one = a, *two = b;

    return span_compare(one->text, two->text);
}

/* What a has and b has not; both sorted. */
static struct build_values minus(struct comparison *c, struct build_values a, struct build_values b)
{
    struct build_values rest = { .items = arena_alloc(c->arena, (a.count + 1) * sizeof *a.items) };
    size_t n = 0;

    for (size_t i = 0; i < a.count && rest.items != NULL; i++) {
        while (n < b.count && span_compare(b.items[n].text, a.items[i].text) < 0)
            n++;
        if (n == b.count || !span_equals(b.items[n].text, a.items[i].text))
            rest.items[rest.count++] = a.items[i];
    }
    return rest;
}

/* A file by its lines, anything else by its values with lists put in place. */
static struct build_values values_of(struct build *build, const struct outline *section,
                                     const struct outline_setting *setting)
{
    struct build_values values = { 0 };

    if (setting == NULL)
        return values;
    if (setting->setting->type == VALUE_FILE)
        values = build_file_lines(build, section, setting->setting->name);
    else
        values = build_written(build, setting);
    if (values.count > 1)
        qsort(values.items, values.count, sizeof *values.items, by_text);
    return values;
}

static void compare_setting(struct comparison *c, const struct outline *old_section,
                            const struct outline *new_section, struct span name,
                            const struct outline_setting *old, const struct outline_setting *new)
{
    struct span where = section_name(c, new_section);
    struct build_values before = values_of(&c->before, old_section, old);
    struct build_values after = values_of(&c->after, new_section, new);
    struct build_values gone = minus(c, before, after), come = minus(c, after, before);

    if (gone.count + come.count == 0)
        return;
    if (before.count == 1 && after.count == 1)
        say(c, arena_printf(c->arena, "%.*s%.*s was %.*s, is %.*s", SPAN_ARG(where), SPAN_ARG(name),
                            SPAN_ARG(before.items[0].text), SPAN_ARG(after.items[0].text)));
    else if (old == NULL || new == NULL)
        say(c, arena_printf(c->arena, "%.*s%.*s %s: %.*s", SPAN_ARG(where), SPAN_ARG(name),
                            old == NULL ? "is now set" : "is no longer set",
                            SPAN_ARG(joined(c, old == NULL ? come : gone))));
    else {
        if (come.count > 0)
            say(c, arena_printf(c->arena, "%.*s%.*s has also: %.*s", SPAN_ARG(where),
                                SPAN_ARG(name), SPAN_ARG(joined(c, come))));
        if (gone.count > 0)
            say(c, arena_printf(c->arena, "%.*s%.*s has no longer: %.*s", SPAN_ARG(where),
                                SPAN_ARG(name), SPAN_ARG(joined(c, gone))));
    }
}

static const struct outline_setting *same_setting(const struct outline *section, struct span name)
{
    for (size_t i = 0; i < section->setting_count; i++)
        if (span_equals(section->settings[i].name, name))
            return &section->settings[i];
    return NULL;
}

static const struct outline *same_section(const struct outline *parent, const struct outline *sought)
{
    for (size_t i = 0; i < parent->section_count; i++)
        if (parent->sections[i]->kind == sought->kind &&
            span_equals(parent->sections[i]->title, sought->title))
            return parent->sections[i];
    return NULL;
}

static void announce(struct comparison *c, const struct outline *section, const char *words)
{
    struct span name = section_name(c, section);

    say(c, arena_printf(c->arena, "%.*s %s (%.*s:%u)", (int)name.len - 2, name.ptr, words,
                        SPAN_ARG(section->place.file), section->place.line));
}

/* Sections lie at most three deep. */
static void compare(struct comparison *c, const struct outline *old, const struct outline *new)
{
    for (size_t i = 0; i < new->setting_count; i++)
        compare_setting(c, old, new, new->settings[i].name,
                        same_setting(old, new->settings[i].name), &new->settings[i]);
    for (size_t i = 0; i < old->setting_count; i++)
        if (same_setting(new, old->settings[i].name) == NULL)
            compare_setting(c, old, new, old->settings[i].name, &old->settings[i], NULL);
    for (size_t i = 0; i < old->section_count; i++)
        if (same_section(new, old->sections[i]) == NULL)
            announce(c, old->sections[i], "is gone");
    for (size_t i = 0; i < new->section_count; i++) {
        const struct outline *before = same_section(old, new->sections[i]);
        if (before == NULL)
            announce(c, new->sections[i], "is new");
        else
            compare(c, before, new->sections[i]);
    }
}

/* Rules and destinations in both whose predecessor among those in both is another: they moved. */
static void compare_order(struct comparison *c, const struct outline *old,
                          const struct outline *new, enum section kind)
{
    size_t n = 0;

    for (size_t i = 0; i < new->section_count; i++) {
        const struct outline *section = new->sections[i];
        if (section->kind != kind || same_section(old, section) == NULL)
            continue;
        while (n < old->section_count && (old->sections[n]->kind != kind ||
                                          same_section(new, old->sections[n]) == NULL))
            n++;
        if (n < old->section_count && !span_equals(old->sections[n]->title, section->title)) {
            say(c, arena_printf(c->arena, "%ss stand in another order from \"%.*s\" on",
                                section_kind(kind)->name, SPAN_ARG(section->title)));
            return;
        }
        n++;
    }
}

void conf_diff(const struct bundle *old, const struct bundle *new, struct arena *arena,
               struct span_list *lines_out)
{
    struct diagnoses unheard = { .arena = arena };
    struct comparison c = { .arena = arena, .lines = lines_out };
    struct buf text;

    *lines_out = (struct span_list){ 0 };
    buf_init(&text, 0);
    c.before = (struct build){ .bundle = old, .arena = arena, .d = &unheard };
    c.after = (struct build){ .bundle = new, .arena = arena, .d = &unheard };
    c.before.outline = outline_read(old, &unheard, &text);
    c.after.outline = outline_read(new, &unheard, &text);
    buf_fini(&text);
    if (c.before.outline == NULL || c.after.outline == NULL)
        return;
    compare(&c, c.before.outline, c.after.outline);
    compare_order(&c, c.before.outline, c.after.outline, SECTION_RULE);
    compare_order(&c, c.before.outline, c.after.outline, SECTION_DESTINATION);
}
