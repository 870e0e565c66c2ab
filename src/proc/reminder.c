/* SPDX-License-Identifier: EUPL-1.2 */
/* Once a day, in the log: which exceptions are about to end, while their owners can still do something. */
#include <inttypes.h>
#include <syslog.h>

#include "base/logline.h"
#include "policy/policy.h"
#include "proc_priv.h"

enum { AHEAD_DAYS = 30 };

static const int64_t day_us = INT64_C(86400000000);

static void remind_of(const struct exception *exception, int64_t left_us)
{
    struct buf line;

    buf_init(&line, 0);
    logline_begin(&line, "exception");
    logline_add(&line, "name", exception->name);
    logline_add(&line, "owner", exception->owner);
    logline_add(&line, "expires", exception->expires);
    if (left_us > 0)
        logline_add_u64(&line, "days_left", (uint64_t)(left_us / day_us));
    else
        logline_add(&line, "state", SPAN("expired"));
    log_line(LOG_WARNING, &line);
    buf_fini(&line);
}

void reminder_log(const struct policy *policy, int64_t now_us)
{
    for (size_t i = 0; i < policy->exception_count; i++) {
        const struct exception *exception = &policy->exceptions[i];
        const int64_t left_us = exception->expires_us - now_us;

        if (left_us <= AHEAD_DAYS * day_us)
            remind_of(exception, left_us);
    }
}
