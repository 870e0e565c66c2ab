/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The parser of record. libconfuse reads what the outline found good, and each
 * value it reads must be the one the outline holds: a policy on which two readers
 * differ is refused, like a message would be.
 */
#include <confuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf_priv.h"

enum { NAME_BYTES = 64 };

struct opts {
    cfg_opt_t *items;
    size_t count, capacity;
};

/* It passes no data to hang a list on; that it complains at all is what counts. */
static void on_error(cfg_t *cfg, const char *format, va_list args)
{
    (void)cfg;
    (void)format;
    (void)args;
}

static void add_opt(struct arena *arena, struct opts *opts, cfg_opt_t opt)
{
    cfg_opt_t *items =
        arena_grow(arena, opts->items, opts->count, &opts->capacity, sizeof *items);

    if (items == NULL)
        return;
    opts->items = items;
    items[opts->count++] = opt;
}

static void add_setting(struct arena *arena, struct opts *opts, const char *name, bool is_list)
{
    add_opt(arena, opts,
            is_list ? (cfg_opt_t)CFG_STR_LIST(name, NULL, CFGF_NONE)
                    : (cfg_opt_t)CFG_STR(name, NULL, CFGF_NONE));
}

/* Sections lie at most three deep. */
static cfg_opt_t *opts_of(struct arena *arena, enum section section)
{
    struct opts opts = { 0 };

    for (size_t i = 0; i < settings_count; i++) {
        const struct setting *setting = &settings_table[i];
        if (setting->section != section)
            continue;
        add_setting(arena, &opts, setting->name, setting->is_list);
        if (setting->condition != 0)
            add_setting(arena, &opts, arena_printf(arena, "unless_%s", setting->name).ptr,
                        setting->is_list);
    }
    for (enum section kind = SECTION_TOP + 1; kind < SECTION_COUNT; kind++) {
        const struct section_kind *child = section_kind(kind);
        cfg_flag_t flags = child->titled ? CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES : CFGF_NONE;
        if (child->parent == section)
            add_opt(arena, &opts,
                    (cfg_opt_t)CFG_SEC(child->name, opts_of(arena, kind), flags));
    }
    add_opt(arena, &opts, (cfg_opt_t)CFG_END());
    return opts.items;
}

static bool same_values(cfg_t *cfg, const struct outline_setting *written)
{
    char name[NAME_BYTES];
    cfg_opt_t *opt;

    snprintf(name, sizeof name, "%.*s", SPAN_ARG(written->name));
    opt = cfg_getopt(cfg, name);
    if (opt == NULL || cfg_opt_size(opt) != written->value_count)
        return false;
    for (unsigned i = 0; i < written->value_count; i++)
        if (!span_equals(span_of(cfg_opt_getnstr(opt, i)), written->values[i].text))
            return false;
    return true;
}

/* The n-th section of a kind here is the n-th there: both keep the file's order. */
static void compare(cfg_t *cfg, const struct outline *section, struct diagnoses *d)
{
    unsigned next[SECTION_COUNT] = { 0 };

    for (size_t i = 0; i < section->setting_count; i++)
        if (!same_values(cfg, &section->settings[i]))
            diagnose_error(d, section->settings[i].place, "%.*s: libconfuse reads another value",
                           SPAN_ARG(section->settings[i].name));
    for (size_t i = 0; i < section->section_count; i++) {
        const struct outline *child = section->sections[i];
        const char *name = section_kind(child->kind)->name;
        unsigned n = next[child->kind]++;
        cfg_t *inner = n < cfg_size(cfg, name) ? cfg_getnsec(cfg, name, n) : NULL;
        if (inner == NULL || !span_equals(span_of(cfg_title(inner)), child->title))
            diagnose_error(d, child->place, "%s: libconfuse reads another section", name);
        else
            compare(inner, child, d);
    }
}

void confuse_confirm(const struct outline *outline, struct span text, struct diagnoses *d)
{
    cfg_opt_t *opts = opts_of(d->arena, SECTION_TOP);
    cfg_t *cfg = opts == NULL ? NULL : cfg_init(opts, CFGF_NONE);

    if (cfg == NULL) {
        diagnose_error(d, outline->place, "out of memory");
        return;
    }
    cfg_set_error_function(cfg, on_error);
    /* An empty buffer is no error, but not one that fmemopen(3) opens. */
    if (text.len > 0 && cfg_parse_buf(cfg, text.ptr) != CFG_SUCCESS)
        diagnose_error(d, outline->place, "libconfuse does not read this policy, which it should");
    else
        compare(cfg, outline, d);
    cfg_free(cfg);
}
