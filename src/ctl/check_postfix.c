/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Postfix's configuration against what judging needs: that its mail comes to the
 * daemon, with what the policy asks about, and waits where the daemon is lost.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "ctl_priv.h"
#include "policy/policy.h"

/* The parameters that matter, as postconf(1) says them. */
enum parameter {
    DEFAULT_ACTION, SMTPD_MILTERS, OTHER_MILTERS, PROTOCOL, CONTENT_TIMEOUT, SIZE_LIMIT, MAIL_MACROS,
    HELO_MACROS, RCPT_MACROS, END_MACROS, EXEMPT, OVERRIDES, QUEUE_DIRECTORY, PARAMETER_COUNT
};

static const char *const names[PARAMETER_COUNT] = {
    [DEFAULT_ACTION] = "milter_default_action",
    [SMTPD_MILTERS] = "smtpd_milters",
    [OTHER_MILTERS] = "non_smtpd_milters",
    [PROTOCOL] = "milter_protocol",
    [CONTENT_TIMEOUT] = "milter_content_timeout",
    [SIZE_LIMIT] = "message_size_limit",
    [MAIL_MACROS] = "milter_mail_macros",
    [HELO_MACROS] = "milter_helo_macros",
    [RCPT_MACROS] = "milter_rcpt_macros",
    [END_MACROS] = "milter_end_of_data_macros",
    [EXEMPT] = "smtpd_milter_maps",
    [OVERRIDES] = "receive_override_options",
    [QUEUE_DIRECTORY] = "queue_directory",
};

struct postfix {
    struct arena *arena;
    struct span values[PARAMETER_COUNT];
    size_t *count;
};

static void doubt(struct postfix *postfix, const char *where, struct span value, const char *words)
{
    printf("postfix: warning: %s = ", where);
    print_safe(stdout, value);
    printf(": %s\n", words);
    ++*postfix->count;
}

/* "name = value" */
static void take_line(struct postfix *postfix, struct span line)
{
    size_t equals = span_find(line, SPAN(" ="));
    struct span name = span_slice(line, 0, equals);

    for (size_t i = 0; i < PARAMETER_COUNT; i++)
        if (span_equals(name, span_of(names[i])))
            postfix->values[i] = arena_copy(postfix->arena,
                                            span_trim(span_slice(line, equals + 2, line.len)));
}

static bool has_word(struct span list, struct span word)
{
    size_t at = 0;

    while ((at += span_find_nocase(span_slice(list, at, list.len), word)) < list.len) {
        size_t end = at + word.len;
        bool begins = at == 0 || strchr(" ,{\t", list.ptr[at - 1]) != NULL;
        bool ends = end == list.len || strchr(" ,}\t", list.ptr[end]) != NULL;
        if (begins && ends)
            return true;
        at++;
    }
    return false;
}

/* "inet:8894@localhost" as Postfix says it, "inet:localhost:8894", by any name of this host; a path as it sees it. */
static bool names_us(const struct postfix *postfix, struct span milters, struct span listen)
{
    static const char *const here[] = { "localhost", "127.0.0.1", "[::1]", "::1" };
    size_t colon = span_find_byte(listen, ':');
    struct span rest = span_slice(listen, colon + 1, listen.len);
    size_t at = span_find_byte(rest, '@');
    struct span port = span_slice(rest, 0, at), host = span_slice(rest, at + 1, rest.len);
    struct span queue = postfix->values[QUEUE_DIRECTORY];
    bool local = false;

    if (!span_starts_with(listen, SPAN("inet"))) {
        if (has_word(milters, arena_printf(postfix->arena, "unix:%.*s", SPAN_ARG(rest))))
            return true;
        return span_starts_with(rest, queue) && queue.len + 1 < rest.len &&
               has_word(milters, arena_printf(postfix->arena, "unix:%.*s",
                                              SPAN_ARG(span_slice(rest, queue.len + 1, rest.len))));
    }
    for (size_t i = 0; i < sizeof here / sizeof *here; i++)
        local = local || span_equals_nocase(host, span_of(here[i]));
    for (size_t i = 0; local && i < sizeof here / sizeof *here; i++)
        if (has_word(milters, arena_printf(postfix->arena, "inet:%s:%.*s", here[i], SPAN_ARG(port))))
            return true;
    return has_word(milters, arena_printf(postfix->arena, "inet:%.*s:%.*s", SPAN_ARG(host), SPAN_ARG(port)));
}

/* "300s", "5m", "1h"; milliseconds. */
static uint64_t duration_ms(struct span text)
{
    static const struct { char unit; uint64_t seconds; } units[] = {
        { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 },
    };
    uint64_t value, factor = 1;

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text.len > 0 && text.ptr[text.len - 1] == units[i].unit) {
            factor = units[i].seconds;
            text.len--;
            break;
        }
    return span_to_u64(text, &value) && value < UINT32_MAX ? value * factor * 1000 : 0;
}

/* What a milter in braces says for itself: "{ inet:host:port, default_action = accept }". */
static bool opens_for_one(struct span milters)
{
    size_t at = span_find(milters, SPAN("default_action"));
    struct span value = span_slice(milters, at, milters.len);

    value = span_trim(span_slice(value, span_find_byte(value, '=') + 1, value.len));
    return at < milters.len && !span_starts_with(value, SPAN("tempfail"));
}

static void check_milters(struct postfix *postfix, const struct settings *settings)
{
    const struct span action = postfix->values[DEFAULT_ACTION];

    if (!span_equals(action, SPAN("tempfail")))
        doubt(postfix, names[DEFAULT_ACTION], action, "fails open or loses mail when the daemon is lost; want tempfail");
    for (enum parameter p = SMTPD_MILTERS; p <= OTHER_MILTERS; p++) {
        if (!names_us(postfix, postfix->values[p], settings->listen))
            doubt(postfix, names[p], postfix->values[p],
                  p == SMTPD_MILTERS ? "mail that comes by SMTP is not judged: the daemon's socket is not among them"
                                     : "mail handed in by sendmail(1) is not judged: the daemon's socket is not among them");
        if (opens_for_one(postfix->values[p]))
            doubt(postfix, names[p], postfix->values[p], "its default_action is not tempfail");
    }
}

static void check_limits(struct postfix *postfix, const struct settings *settings)
{
    uint64_t protocol = 0, size = 0;

    if (!span_to_u64(postfix->values[PROTOCOL], &protocol) || protocol < 6)
        doubt(postfix, names[PROTOCOL], postfix->values[PROTOCOL], "the daemon speaks version 6");
    if (duration_ms(postfix->values[CONTENT_TIMEOUT]) <= settings->content_timeout_ms)
        doubt(postfix, names[CONTENT_TIMEOUT], postfix->values[CONTENT_TIMEOUT],
              "not longer than the policy's content_timeout");
    if (!span_to_u64(postfix->values[SIZE_LIMIT], &size) || size == 0 || size > settings->message_limit_bytes)
        doubt(postfix, names[SIZE_LIMIT], postfix->values[SIZE_LIMIT],
              "takes messages above the policy's message_limit, which are not judged");
}

static void check_macros(struct postfix *postfix)
{
    static const struct { enum parameter list; struct span macro; const char *words; } wanted[] = {
        { MAIL_MACROS, { "{auth_authen}", 13 }, "without {auth_authen} nobody is logged in" },
        { MAIL_MACROS, { "{mail_addr}", 11 }, "without {mail_addr} short sender addresses are malformed" },
        { HELO_MACROS, { "{tls_version}", 13 }, "without {tls_version} every client comes without TLS" },
        { HELO_MACROS, { "{cert_subject}", 14 }, "without {cert_subject} no client has a certificate" },
        { RCPT_MACROS, { "{rcpt_addr}", 11 }, "without {rcpt_addr} short recipient addresses are malformed" },
        { END_MACROS, { "i", 1 }, "without i records have no queue id" },
    };

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (span_find(postfix->values[wanted[i].list], wanted[i].macro) ==
            postfix->values[wanted[i].list].len)
            doubt(postfix, names[wanted[i].list], postfix->values[wanted[i].list], wanted[i].words);
}

static void check_ways_around(struct postfix *postfix)
{
    if (has_word(postfix->values[OVERRIDES], SPAN("no_milters")))
        doubt(postfix, names[OVERRIDES], postfix->values[OVERRIDES], "no mail is judged at all");
    if (postfix->values[EXEMPT].len > 0)
        doubt(postfix, names[EXEMPT], postfix->values[EXEMPT], "may exempt clients from being judged");
}

/* One line of "postconf -P": "smtp/inet/smtpd_milters = …", where a service of its own differs. */
static void check_service(struct postfix *postfix, const struct settings *settings, struct span line)
{
    size_t equals = span_find(line, SPAN(" ="));
    struct span name = span_slice(line, 0, equals);
    struct span value = span_trim(span_slice(line, equals + 2, line.len));
    struct span where = arena_printf(postfix->arena, "%.*s", SPAN_ARG(name));

    if (span_ends_with_nocase(name, SPAN("/milter_default_action")) && !span_equals(value, SPAN("tempfail")))
        doubt(postfix, where.ptr, value, "fails open or loses mail when the daemon is lost; want tempfail");
    if (span_ends_with_nocase(name, SPAN("/smtpd_milters")) &&
        (!names_us(postfix, value, settings->listen) || opens_for_one(value)))
        doubt(postfix, where.ptr, value, "mail of this service is not judged");
    if (span_ends_with_nocase(name, SPAN("/receive_override_options")) && has_word(value, SPAN("no_milters")))
        doubt(postfix, where.ptr, value, "mail of this service is not judged");
}

/* All lines of "postconf [-c folder] option". -1 after a complaint. */
static int read_postconf(struct postfix *postfix, const char *folder, const char *option,
                         const struct settings *settings)
{
    struct tool tool;
    char *line = NULL;
    size_t size = 0;

    if (tool_start(&tool, "postconf", folder, option, NULL) != 0)
        return -1;
    while (getline(&line, &size, tool.out) >= 0) {
        if (settings == NULL)
            take_line(postfix, span_trim(span_of(line)));
        else
            check_service(postfix, settings, span_trim(span_of(line)));
    }
    free(line);
    if (tool_finish(&tool) == 0)
        return 0;
    complain("postconf could not read Postfix's configuration");
    return -1;
}

int check_postfix(const struct conf *conf, const char *folder, size_t *count)
{
    struct postfix postfix = { .arena = arena_new(0), .count = count };
    int status = -1;

    if (postfix.arena == NULL) {
        complain("no memory");
    } else if (read_postconf(&postfix, folder, "-x", NULL) == 0) {
        check_milters(&postfix, &conf->settings);
        check_limits(&postfix, &conf->settings);
        check_macros(&postfix);
        check_ways_around(&postfix);
        status = read_postconf(&postfix, folder, "-P", &conf->settings);
    }
    arena_free(&postfix.arena);
    return status;
}
