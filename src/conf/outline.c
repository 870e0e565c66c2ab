/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * All statements of a policy with their places, whatever is wrong with some.
 *
 * libconfuse stops at the first thing it does not know and counts lines its own
 * way; this reader goes on, names the file and line of each error, and writes the
 * statements that are right, token by token, for libconfuse to read next. Includes
 * are put in place, since a policy is read from memory.
 */
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "conf_priv.h"

enum { MAX_TITLE_BYTES = 200 };

struct reader {
    const struct bundle *bundle;
    struct arena *arena;
    struct diagnoses *d;
    struct buf *accepted;
    struct lexer lexer;
    struct token token;     /* the one to look at */
    struct span file;
    unsigned depth;         /* of includes */
    unsigned *includes;     /* how many there were in all: files that include each other could go on */
};

static struct place here(const struct reader *r)
{
    return (struct place){ r->file, r->token.line };
}

static void advance(struct reader *r)
{
    r->token = lexer_next(&r->lexer);
}

static void accept_raw(struct reader *r, struct span raw)
{
    buf_append(r->accepted, raw);
    buf_append_byte(r->accepted, ' ');
}

static struct span seen(struct reader *r)
{
    if (r->token.kind == TOKEN_END)
        return SPAN("the end of the file");
    return arena_printf(r->arena, "\"%.*s\"", SPAN_ARG(utf8_cut(r->token.raw, 60)));
}

/* Go on behind the next brace that closes what is open here, or where a new line begins a statement. */
static void recover(struct reader *r)
{
    unsigned line = r->token.line, open = 0;

    while (r->token.kind != TOKEN_END) {
        if (r->token.kind == TOKEN_OPEN)
            open++;
        else if (r->token.kind == TOKEN_CLOSE && open > 0)
            open--;
        else if (r->token.kind == TOKEN_CLOSE || (open == 0 && r->token.kind == TOKEN_WORD &&
                                                  r->token.line > line))
            return;
        advance(r);
    }
}

static void complain(struct reader *r, const char *wanted)
{
    if (r->token.kind == TOKEN_BAD)
        diagnose_error(r->d, here(r), "%.*s", SPAN_ARG(r->token.value));
    else
        diagnose_error(r->d, here(r), "expected %s, found %.*s", wanted, SPAN_ARG(seen(r)));
    recover(r);
}

const struct outline_setting *outline_setting(const struct outline *section, const char *name)
{
    for (size_t i = 0; i < section->setting_count; i++)
        if (span_equals(section->settings[i].name, span_of(name)))
            return &section->settings[i];
    return NULL;
}

static bool add_value(struct reader *r, struct outline_setting *setting)
{
    struct outline_value *values;

    if (setting->value_count == CONF_MAX_VALUES) {
        diagnose_error(r->d, here(r), "%.*s: more than %d values; use a file",
                       SPAN_ARG(setting->name), CONF_MAX_VALUES);
        return false;
    }
    values = arena_grow(r->arena, setting->values, setting->value_count, &setting->value_capacity,
                        sizeof *values);
    if (values == NULL)
        return false;
    setting->values = values;
    values[setting->value_count++] = (struct outline_value){ r->token.value, here(r) };
    accept_raw(r, r->token.raw);
    return true;
}

/* { value, value } with the brace next. */
static bool read_list(struct reader *r, struct outline_setting *setting)
{
    accept_raw(r, r->token.raw);
    advance(r);
    while (r->token.kind != TOKEN_CLOSE) {
        if (!token_is_text(&r->token)) {
            complain(r, "a value or \"}\"");
            return false;
        }
        if (!add_value(r, setting))
            return false;
        advance(r);
        if (r->token.kind == TOKEN_COMMA) {
            accept_raw(r, r->token.raw);
            advance(r);
        } else if (r->token.kind != TOKEN_CLOSE) {
            complain(r, "\",\" or \"}\"");
            return false;
        }
    }
    accept_raw(r, r->token.raw);
    advance(r);
    return true;
}

/* The value or values behind the "=". Nothing of them is kept when something is wrong. */
static bool read_values(struct reader *r, struct outline_setting *setting)
{
    bool is_list = setting->setting == NULL || setting->setting->is_list;

    if (r->token.kind == TOKEN_OPEN && is_list)
        return read_list(r, setting);
    if (r->token.kind == TOKEN_OPEN) {
        diagnose_error(r->d, here(r), "%.*s takes one value, not a list", SPAN_ARG(setting->name));
        advance(r);
        recover(r);
        if (r->token.kind == TOKEN_CLOSE)
            advance(r);
        return false;
    }
    if (!token_is_text(&r->token)) {
        complain(r, is_list ? "a value or a list in braces" : "a value");
        return false;
    }
    if (!add_value(r, setting))
        return false;
    advance(r);
    return true;
}

static struct outline_setting *find_written(struct outline *section, struct span name)
{
    for (size_t i = 0; i < section->setting_count; i++)
        if (span_equals(section->settings[i].name, name))
            return &section->settings[i];
    return NULL;
}

static struct span section_words(struct reader *r, const struct outline *section)
{
    const char *name = section_kind(section->kind)->name;

    if (name == NULL)
        return SPAN("");
    return section->title.len == 0
               ? arena_printf(r->arena, " in %s", name)
               : arena_printf(r->arena, " in %s \"%.*s\"", name, SPAN_ARG(section->title));
}

static void unknown_name(struct reader *r, const struct outline *section, struct span name,
                         struct place place)
{
    struct suggestion near;
    struct span words;

    suggestion_begin(&near, name);
    for (size_t i = 0; i < settings_count; i++)
        if (settings_table[i].section == section->kind)
            suggestion_offer(&near, span_of(settings_table[i].name));
    for (enum section kind = 1; kind < SECTION_COUNT; kind++)
        if (section_kind(kind)->parent == section->kind && kind != SECTION_TOP)
            suggestion_offer(&near, span_of(section_kind(kind)->name));
    words = suggestion_words(r->arena, &near);
    if (words.len == 0)
        words = arena_printf(r->arena, "; accepted: %.*s",
                             SPAN_ARG(settings_listed(r->arena, section->kind)));
    diagnose_error(r->d, place, "unknown setting \"%.*s\"%.*s%.*s", SPAN_ARG(name),
                   SPAN_ARG(section_words(r, section)), SPAN_ARG(words));
}

static void keep_setting(struct reader *r, struct outline *section,
                         const struct outline_setting *setting, bool appends)
{
    struct outline_setting *earlier = find_written(section, setting->name), *settings;

    if (earlier != NULL && !appends) {
        diagnose_error(r->d, setting->place, "%.*s is set twice (first at line %u)%s",
                       SPAN_ARG(setting->name), earlier->place.line,
                       setting->setting->is_list ? "; \"+=\" adds to a list" : "");
        return;
    }
    if (earlier != NULL) {
        for (size_t i = 0; i < setting->value_count; i++) {
            struct outline_value *values = arena_grow(r->arena, earlier->values,
                                                      earlier->value_count,
                                                      &earlier->value_capacity, sizeof *values);
            if (values == NULL)
                return;
            earlier->values = values;
            values[earlier->value_count++] = setting->values[i];
        }
        return;
    }
    settings = arena_grow(r->arena, section->settings, section->setting_count,
                          &section->setting_capacity, sizeof *settings);
    if (settings == NULL)
        return;
    section->settings = settings;
    settings[section->setting_count++] = *setting;
}

/* name = … with the "=" next. What is wrong with it is taken back from the accepted text. */
static void read_setting(struct reader *r, struct outline *section, struct token name)
{
    struct outline_setting setting = { .name = name.value, .place = { r->file, name.line } };
    bool appends = r->token.kind == TOKEN_APPENDS;
    size_t start = r->accepted->len, errors = r->d->error_count;

    setting.setting = setting_find(section->kind, name.value, &setting.unless);
    accept_raw(r, name.raw);
    accept_raw(r, r->token.raw);
    advance(r);
    if (setting.setting != NULL && appends && !setting.setting->is_list)
        diagnose_error(r->d, setting.place, "%.*s is no list; \"+=\" adds to lists only",
                       SPAN_ARG(name.value));
    if (read_values(r, &setting)) {
        if (setting.setting == NULL)
            unknown_name(r, section, name.value, setting.place);
        else if (r->d->error_count == errors)
            keep_setting(r, section, &setting, appends);
    }
    if (r->d->error_count > errors)
        r->accepted->len = start;
}

static void read_statements(struct reader *r, struct outline *section);

static struct outline *open_section(struct reader *r, struct outline *parent, enum section kind,
                                    struct place place, struct span title)
{
    struct outline *section = arena_alloc(r->arena, sizeof *section);
    struct outline **sections;

    if (section == NULL)
        return NULL;
    *section = (struct outline){ .kind = kind, .title = title, .place = place };
    for (size_t i = 0; i < parent->section_count; i++) {
        const struct outline *other = parent->sections[i];
        if (other->kind != kind || !span_equals(other->title, title))
            continue;
        diagnose_error(r->d, place, "second %s%s%.*s%s; the first is at %.*s:%u",
                       section_kind(kind)->name, title.len > 0 ? " \"" : "", SPAN_ARG(title),
                       title.len > 0 ? "\"" : "", SPAN_ARG(other->place.file), other->place.line);
        return section;
    }
    sections = arena_grow(r->arena, parent->sections, parent->section_count,
                          &parent->section_capacity, sizeof(struct outline *));
    if (sections == NULL)
        return NULL;
    parent->sections = sections;
    sections[parent->section_count++] = section;
    return section;
}

static void close_section(struct reader *r, const struct outline *section)
{
    if (r->token.kind == TOKEN_CLOSE) {
        advance(r);
        return;
    }
    diagnose_error(r->d, here(r), "%s that begins at line %u does not end: \"}\" is missing",
                   section_kind(section->kind)->name, section->place.line);
}

/* name [ "title" ] { … with what follows the name next. */
static void read_section(struct reader *r, struct outline *parent, struct token name)
{
    enum section kind = section_find(parent->kind, name.value);
    struct place place = { r->file, name.line };
    struct span title = { NULL, 0 }, raw_title = SPAN("");
    size_t start = r->accepted->len, errors = r->d->error_count;
    struct outline *section;

    if (token_is_text(&r->token)) {
        title = r->token.value;
        raw_title = r->token.raw;
        advance(r);
    }
    if (r->token.kind != TOKEN_OPEN) {
        complain(r, "\"=\" or \"{\"");
        return;
    }
    advance(r);
    if (kind == SECTION_COUNT) {
        unknown_name(r, parent, name.value, place);
        recover(r);
        while (r->token.kind != TOKEN_CLOSE && r->token.kind != TOKEN_END) {
            advance(r);
            recover(r);
        }
        if (r->token.kind == TOKEN_CLOSE)
            advance(r);
        return;
    }
    if (section_kind(kind)->titled != (title.len > 0))
        diagnose_error(r->d, place, section_kind(kind)->titled ? "%s needs a name: %s \"NAME\" { … }"
                                                               : "%s takes no name: %s { … }",
                       section_kind(kind)->name, section_kind(kind)->name);
    if (title.len > MAX_TITLE_BYTES)
        diagnose_error(r->d, place, "name of more than %d octets", MAX_TITLE_BYTES);
    section = open_section(r, parent, kind, place, title);
    if (section == NULL)
        return;
    accept_raw(r, name.raw);
    accept_raw(r, raw_title);
    buf_append(r->accepted, SPAN("{\n"));
    if (r->d->error_count > errors) {
        /* Read on for its errors; libconfuse does not see it, and neither do the later stages. */
        read_statements(r, section);
        r->accepted->len = start;
        if (parent->section_count > 0 && parent->sections[parent->section_count - 1] == section)
            parent->section_count--;
    } else {
        read_statements(r, section);
        buf_append(r->accepted, SPAN("}\n"));
    }
    close_section(r, section);
}

static void read_file(struct reader *r, struct outline *section, const struct bundle_file *file)
{
    struct reader inner = *r;

    inner.file = file->name;
    inner.depth = r->depth + 1;
    if (memchr(file->content.ptr, '\0', file->content.len) != NULL) {
        diagnose_error(r->d, (struct place){ file->name, 0 }, "holds NUL octets: not a text file");
        return;
    }
    lexer_init(&inner.lexer, r->arena, file->content);
    advance(&inner);
    read_statements(&inner, section);
    while (inner.token.kind == TOKEN_CLOSE) {
        diagnose_error(r->d, here(&inner), "\"}\" closes nothing");
        advance(&inner);
        read_statements(&inner, section);
    }
}

/* include("file") with the parenthesis next. */
static void read_include(struct reader *r, struct outline *section, struct place place)
{
    const struct bundle_file *file;
    struct span name;

    advance(r);
    if (!token_is_text(&r->token)) {
        complain(r, "the name of a file");
        return;
    }
    name = bundle_resolve(r->arena, r->file, r->token.value);
    advance(r);
    if (r->token.kind != TOKEN_PAREN_CLOSE) {
        complain(r, "\")\"");
        return;
    }
    advance(r);
    file = bundle_find(r->bundle, name);
    if (r->depth > CONF_MAX_INCLUDE_DEPTH)
        diagnose_error(r->d, place, "includes are nested more than %d deep", CONF_MAX_INCLUDE_DEPTH);
    else if (++*r->includes > CONF_MAX_FILES)
        diagnose_error(r->d, place, "more than %d includes", CONF_MAX_FILES);
    else if (file == NULL || file->missing)
        diagnose_error(r->d, place, "cannot read %.*s: %.*s", SPAN_ARG(name),
                       SPAN_ARG(file == NULL ? SPAN("too many files") : file->content));
    else
        read_file(r, section, file);
}

/* Until the "}" of the section, which stays, or the end of the file. */
static void read_statements(struct reader *r, struct outline *section)
{
    while (r->token.kind != TOKEN_END && r->token.kind != TOKEN_CLOSE) {
        struct token name = r->token;
        if (name.kind != TOKEN_WORD) {
            complain(r, "the name of a setting");
            continue;
        }
        advance(r);
        if (r->token.kind == TOKEN_EQUALS || r->token.kind == TOKEN_APPENDS)
            read_setting(r, section, name);
        else if (r->token.kind == TOKEN_PAREN_OPEN && span_equals(name.value, SPAN("include")))
            read_include(r, section, (struct place){ r->file, name.line });
        else if (r->token.kind == TOKEN_OPEN || token_is_text(&r->token))
            read_section(r, section, name);
        else
            complain(r, "\"=\" or \"{\"");
    }
}

struct outline *outline_read(const struct bundle *bundle, struct diagnoses *d, struct buf *accepted)
{
    const struct bundle_file *first = bundle_first(bundle);
    struct outline *top = arena_alloc(d->arena, sizeof *top);
    unsigned includes = 0;
    struct reader r = { .bundle = bundle,
                        .arena = d->arena,
                        .d = d,
                        .accepted = accepted,
                        .includes = &includes };

    if (top == NULL)
        return NULL;
    *top = (struct outline){ .kind = SECTION_TOP, .place = { first->name, 0 } };
    read_file(&r, top, first);
    return top;
}
