/* SPDX-License-Identifier: EUPL-1.2 */
/* How the daemon runs: what would only come out when it starts, or is never meant, is told here. */
#include "conf_priv.h"

enum { SOCKET_PATH_BYTES = 107 };

/* Where the setting is written, or for a fallback the file. */
static struct place place_of(const struct build *build, const char *name)
{
    const struct outline_setting *written = outline_setting(build->outline, name);

    return written == NULL ? build->outline->place : written->place;
}

static bool is_port(struct span port)
{
    uint64_t number;

    /* Else the name of a service, which only the machine it runs on knows. */
    if (port.len > 0 && port.ptr[0] >= 'a' && port.ptr[0] <= 'z')
        return true;
    return span_to_u64(port, &number) && number >= 1 && number <= 65535;
}

static bool is_listen(struct span listen)
{
    struct span rest = listen, form, port;

    if (span_starts_with(listen, SPAN("/")))
        return listen.len <= SOCKET_PATH_BYTES;
    if (!span_next(&rest, ':', &form))
        return false;
    if (span_equals(form, SPAN("unix")) || span_equals(form, SPAN("local")))
        return span_starts_with(rest, SPAN("/")) && rest.len <= SOCKET_PATH_BYTES;
    return (span_equals(form, SPAN("inet")) || span_equals(form, SPAN("inet6"))) &&
           span_next(&rest, '@', &port) && is_port(port) && rest.len > 0;
}

static void check_listen(struct build *build, struct span listen)
{
    if (!is_listen(listen))
        diagnose_error(build->d, place_of(build, "listen"),
                       "listen: \"%.*s\"; accepted: \"inet:PORT@HOST\", \"inet6:PORT@HOST\", "
                       "\"unix:/PATH\"",
                       SPAN_ARG(listen));
}

static void check_socket_mode(struct build *build, struct span mode)
{
    bool octal = mode.len == 3 || (mode.len == 4 && mode.ptr[0] == '0');

    for (size_t i = 0; i < mode.len; i++)
        octal = octal && mode.ptr[i] >= '0' && mode.ptr[i] <= '7';
    if (!octal)
        diagnose_error(build->d, place_of(build, "socket_mode"),
                       "socket_mode: \"%.*s\" is no mode; accepted: three octal digits such as 0660",
                       SPAN_ARG(mode));
}

/* Not relative to the policy, and the daemon may be started anywhere. */
static void check_path(struct build *build, const char *name, struct span path)
{
    if (path.len == 0 || path.ptr[0] != '/')
        diagnose_error(build->d, place_of(build, name), "%s: \"%.*s\" is no absolute path", name,
                       SPAN_ARG(path));
}

/* A scan that may take longer than the whole message ends before its own time. */
static void compare_times(struct build *build, uint32_t content_timeout_ms)
{
    const struct outline *limits = build_section(build, SECTION_LIMITS, 0);
    const uint32_t time_ms = build->policy->plan.limits.time_ms;

    if (limits != NULL && time_ms > content_timeout_ms)
        diagnose_warning(build->d, limits->place,
                         "limits: a scan may take %u ms, but content_timeout ends it after %u", time_ms,
                         content_timeout_ms / 8 * 7);
}

void build_settings(struct build *build, struct settings *settings)
{
    const struct outline *top = build->outline;

    *settings = (struct settings){
        .listen = value_text(top, "listen"),
        .socket_mode = value_text(top, "socket_mode"),
        .socket_group = value_text(top, "socket_group"),
        .user = value_text(top, "user"),
        .audit_file = value_text(top, "audit_file"),
        .audit_key_file = value_text(top, "audit_key_file"),
        .spool_directory = value_text(top, "spool_directory"),
        .spool_memory_bytes = (uint64_t)value_number(top, "spool_memory"),
        .message_limit_bytes = (uint64_t)value_number(top, "message_limit"),
        .scanners = (unsigned)value_number(top, "scanners"),
        .content_timeout_ms = (uint32_t)value_number(top, "content_timeout"),
        .audit_sync = value_bool(top, "audit_sync"),
        .syslog_facility = value_text(top, "syslog_facility"),
    };
    check_listen(build, settings->listen);
    check_socket_mode(build, settings->socket_mode);
    check_path(build, "audit_file", settings->audit_file);
    check_path(build, "spool_directory", settings->spool_directory);
    if (settings->audit_key_file.len > 0)
        check_path(build, "audit_key_file", settings->audit_key_file);
    compare_times(build, settings->content_timeout_ms);
}
