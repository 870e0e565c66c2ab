/* SPDX-License-Identifier: EUPL-1.2 */
/* The labels of a security policy information file, beside those a scheme has of its own. */
#include "conf_priv.h"
#include "conf/spif.h"

static void add_text(struct build *build, struct span_list *list, struct span text)
{
    struct span *items;

    for (size_t i = 0; i < list->count; i++)
        if (span_equals_nocase(list->items[i], text))
            return;
    if (list->count >= PLAN_MAX_MARKS || text.len > PLAN_MARK_BYTES)
        return;
    items = arena_grow(build->arena, list->items, list->count, &list->capacity, sizeof *items);
    if (items == NULL)
        return;
    list->items = items;
    items[list->count++] = text;
}

/* The label of this name that the scheme has already, from its own section. */
static size_t own_label(const struct policy *policy, size_t from, struct span name)
{
    size_t i = from;

    while (i < policy->plan.label_count && !span_equals_nocase(policy->plan.labels[i].name, name))
        i++;
    return i;
}

static void describe(struct build *build, const struct spif *spif, const struct spif_value *value,
                     size_t i)
{
    struct arena *arena = build->arena;
    struct label_def *label = &build->policy->plan.labels[i];
    struct span_list *nations = &build->policy->releases[i].nations;

    for (size_t n = 0; n < value->phrases.count; n++)
        add_text(build, &label->marks, value->phrases.items[n]);
    if (value->is_category) {
        if (value->phrases.count == 0)
            add_text(build, &label->marks, value->name);
        add_text(build, &label->identifiers,
                 arena_printf(arena, "caveat:%.*s:%.*s", SPAN_ARG(spif->name), SPAN_ARG(value->name)));
        add_text(build, nations, value->name);
        return;
    }
    add_text(build, &label->marks,
             arena_printf(arena, "%.*s %.*s", SPAN_ARG(spif->name), SPAN_ARG(value->name)));
    add_text(build, &label->identifiers,
             arena_printf(arena, "4774:%.*s:%.*s", SPAN_ARG(spif->name), SPAN_ARG(value->name)));
    if (spif->id.len == 0)
        return;
    add_text(build, &label->identifiers,
             arena_printf(arena, "4774:%.*s:%.*s", SPAN_ARG(spif->id), SPAN_ARG(value->name)));
    add_text(build, &label->identifiers,
             arena_printf(arena, "oid:%.*s:%.*s", SPAN_ARG(spif->id), SPAN_ARG(value->number)));
}

/* The file a scheme names; NULL when it names none or it cannot be read, which is then told. */
static const struct bundle_file *spif_file(struct build *build, const struct outline_setting *setting)
{
    const struct outline_value *value = &setting->values[0];
    struct span path = bundle_resolve(build->arena, value->place.file, value->text);
    const struct bundle_file *file = bundle_find(build->bundle, path);

    if (file != NULL && !file->missing)
        return file;
    diagnose_error(build->d, value->place, "spif: cannot read %.*s: %.*s", SPAN_ARG(path),
                   SPAN_ARG(file == NULL ? SPAN("too many files") : file->content));
    return NULL;
}

size_t build_spif_room(const struct outline *scheme)
{
    return outline_setting(scheme, "spif") == NULL ? 0 : SPIF_MAX_VALUES;
}

void build_spif(struct build *build, const struct outline *scheme, int32_t scheme_index, size_t first)
{
    const struct outline_setting *setting = outline_setting(scheme, "spif");
    const struct bundle_file *file =
        setting == NULL || setting->value_count == 0 ? NULL : spif_file(build, setting);
    struct policy *policy = build->policy;
    struct spif spif;
    const char *why;

    if (file == NULL)
        return;
    if (!spif_read(build->arena, file->content, &spif, &why)) {
        diagnose_error(build->d, setting->place, "spif: %.*s: %s", SPAN_ARG(file->name), why);
        return;
    }
    for (size_t n = 0; n < spif.count; n++) {
        size_t i = own_label(policy, first, spif.values[n].name);

        if (i == policy->plan.label_count) {
            policy->plan.labels[i] = (struct label_def){ .scheme = scheme->title,
                                                         .name = spif.values[n].name,
                                                         .rank = spif.values[n].hierarchy,
                                                         .level = -1,
                                                         .strength = LABEL_STRONG };
            policy->label_scheme[i] = scheme_index;
            policy->label_names[i] = arena_printf(build->arena, "%.*s:%.*s", SPAN_ARG(scheme->title),
                                                  SPAN_ARG(spif.values[n].name));
            policy->plan.label_count++;
        }
        describe(build, &spif, &spif.values[n], i);
    }
}
