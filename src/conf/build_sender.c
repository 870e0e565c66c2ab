/* SPDX-License-Identifier: EUPL-1.2 */
/* Approved senders, their servers, and the login map. */
#include <stdlib.h>

#include "conf_priv.h"

/* An entry that a suffix of the list covers already says nothing new: often a slip, never harmful. */
static void warn_shadowed(struct build *build, const struct nameset *set,
                          const struct build_values *values)
{
    enum { MOST = 20 };
    size_t shadowed = 0;

    for (size_t i = 0; i < values->count; i++) {
        struct outline_value value = values->items[i];
        size_t at = span_find_byte(value.text, '@');
        struct span domain = span_slice(value.text, at < value.text.len ? at + 1 : 0,
                                        value.text.len), by;
        if (!nameset_has_suffix(set, domain, &by) &&
            (at == value.text.len || !nameset_has_domain(set, domain, &by)))
            continue;
        if (shadowed++ < MOST)
            diagnose_warning(build->d, value.place, "\"%.*s\" is covered by \"%.*s\" already",
                             SPAN_ARG(value.text), SPAN_ARG(by));
    }
    if (shadowed > MOST)
        diagnose_warning(build->d, values->items[0].place, "%zu more entries are covered by others",
                         shadowed - MOST);
}

static void add_all(struct build *build, struct nameset *set, struct build_values values)
{
    for (size_t i = 0; i < values.count; i++)
        build_domain(build, set, values.items[i]);
}

static void approved(struct build *build, const struct outline *section)
{
    struct nameset *set = &build->policy->senders.approved;
    struct build_values written = build_list(build, section, "approved");
    struct build_values listed = build_file_lines(build, section, "approved_file");

    add_all(build, set, written);
    add_all(build, set, listed);
    if (set->everything)
        diagnose_warning(build->d, section->place, "approved holds \"*\": every sender is approved");
    else {
        warn_shadowed(build, set, &written);
        warn_shadowed(build, set, &listed);
    }
}

static void servers(struct build *build)
{
    struct senders *senders = &build->policy->senders;
    const struct outline *section;
    size_t count = 0;

    while (build_section(build, SECTION_SERVER, count) != NULL)
        count++;
    senders->servers = arena_alloc(build->arena, (count + 1) * sizeof *senders->servers);
    for (size_t i = 0; senders->servers != NULL && i < count; i++) {
        struct server *server = &senders->servers[senders->server_count++];
        struct build_values values;
        section = build_section(build, SECTION_SERVER, i);
        server->name = section->title;
        server->at = build_at(build, section->place);
        server->local = value_bool(section, "local");
        add_all(build, &server->domains, build_list(build, section, "domains"));
        values = build_list(build, section, "networks");
        for (size_t n = 0; n < values.count; n++)
            build_network(build, &server->networks, values.items[n]);
        values = build_list(build, section, "logins");
        for (size_t n = 0; n < values.count; n++)
            nameset_add(build->arena, &server->logins, values.items[n].text);
        values = build_list(build, section, "certificates");
        for (size_t n = 0; n < values.count; n++)
            build_pattern(build, &server->certificates, values.items[n]);
        values = build_list(build, section, "daemons");
        for (size_t n = 0; n < values.count; n++)
            build_pattern(build, &server->daemons, values.items[n]);
        if (!server_is_bound(server) && !server->local)
            diagnose_error(build->d, section->place,
                           "server \"%.*s\" names no networks, logins, certificates or daemons: its "
                           "domains could come from nowhere",
                           SPAN_ARG(section->title));
    }
}

static bool next_word(struct span *rest, struct span *word)
{
    size_t end = 0;

    *rest = span_trim(*rest);
    while (end < rest->len && rest->ptr[end] != ' ' && rest->ptr[end] != '\t' &&
           rest->ptr[end] != ',')
        end++;
    *word = span_slice(*rest, 0, end);
    *rest = span_slice(*rest, end + (end < rest->len), rest->len);
    return word->len > 0;
}

static int by_login(const void *a, const void *b)
{
    const struct login_entry *one = a, *two = b;

    return login_compare(one->login, two->login);
}

static void login_line(struct build *build, struct login_entry *entry, struct outline_value value)
{
    struct span rest = value.text, word;
    size_t addresses = 0;

    next_word(&rest, &entry->login);
    while (rest.len > 0 && next_word(&rest, &word)) {
        build_domain(build, &entry->addresses, (struct outline_value){ word, value.place });
        addresses++;
    }
    if (addresses == 0)
        diagnose_error(build->d, value.place,
                       "login \"%.*s\" has no address; accepted: \"LOGIN ADDRESS-OR-DOMAIN…\"",
                       SPAN_ARG(entry->login));
}

static void logins(struct build *build, const struct outline *section)
{
    struct senders *senders = &build->policy->senders;
    struct build_values lines = build_file_lines(build, section, "login_file");

    senders->has_login_map = outline_setting(section, "login_file") != NULL;
    senders->logins = arena_alloc(build->arena, (lines.count + 1) * sizeof *senders->logins);
    if (senders->logins == NULL)
        return;
    for (size_t i = 0; i < lines.count; i++)
        login_line(build, &senders->logins[i], lines.items[i]);
    senders->login_count = lines.count;
    qsort(senders->logins, lines.count, sizeof *senders->logins, by_login);
    for (size_t i = 1; i < lines.count; i++)
        if (by_login(&senders->logins[i - 1], &senders->logins[i]) == 0)
            diagnose_error(build->d, lines.items[0].place, "login \"%.*s\" is listed twice",
                           SPAN_ARG(senders->logins[i].login));
}

void build_senders(struct build *build)
{
    const struct outline *section = build_section(build, SECTION_SENDERS, 0);

    servers(build);
    if (section == NULL)
        return;
    approved(build, section);
    logins(build, section);
    build->policy->senders.null_approved =
        span_equals(value_text(section, "null_sender"), SPAN("approved"));
}
