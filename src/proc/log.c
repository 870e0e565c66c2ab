/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <syslog.h>

#include "base/logline.h"
#include "proc_priv.h"

static int facility_from_name(struct span name)
{
    static const struct { const char *name; int facility; } table[] = {
        { "mail", LOG_MAIL },     { "daemon", LOG_DAEMON }, { "auth", LOG_AUTH },
        { "authpriv", LOG_AUTHPRIV }, { "user", LOG_USER },
        { "local0", LOG_LOCAL0 }, { "local1", LOG_LOCAL1 }, { "local2", LOG_LOCAL2 },
        { "local3", LOG_LOCAL3 }, { "local4", LOG_LOCAL4 }, { "local5", LOG_LOCAL5 },
        { "local6", LOG_LOCAL6 }, { "local7", LOG_LOCAL7 },
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (span_equals(name, span_of(table[i].name)))
            return table[i].facility;
    return LOG_MAIL;
}

void log_open(const char *role, bool foreground, struct span facility)
{
    /* Under systemd, standard error is the journal too: each line once is enough. */
    const bool to_stderr = foreground && getenv("JOURNAL_STREAM") == NULL;

    closelog();
    openlog(role, LOG_PID | LOG_NDELAY | (to_stderr ? LOG_PERROR : 0), facility_from_name(facility));
}

void log_line(int level, const struct buf *line)
{
    if (line->failed)
        syslog(level, "log problem=\"no memory for a line\"");
    else
        syslog(level, "%.*s", (int)line->len, line->ptr);
}

void log_problem(int level, const char *event, const char *text)
{
    log_event(level, event, "problem", span_of(text));
}

void log_missing(const char *role, const char *missing)
{
    struct buf line;

    if (missing[0] == '\0')
        return;
    buf_init(&line, 0);
    logline_begin(&line, "sandbox");
    logline_add(&line, "role", span_of(role));
    logline_add(&line, "missing", span_of(missing));
    log_line(LOG_WARNING, &line);
    buf_fini(&line);
}

void log_event(int level, const char *event, const char *key, struct span value)
{
    struct buf line;

    buf_init(&line, 0);
    logline_begin(&line, event);
    logline_add(&line, key, value);
    log_line(level, &line);
    buf_fini(&line);
}
