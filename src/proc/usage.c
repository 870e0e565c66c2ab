/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Exceptions with a limit of use: the milter's counts. They begin with what the
 * audit writer counted from the record; each message takes its use while it is
 * decided, so that no two take the last one.
 */
#include <pthread.h>
#include <stdlib.h>
#include <syslog.h>
#include <time.h>

#include "audit/uses.h"
#include "base/logline.h"
#include "policy/policy.h"
#include "proc_priv.h"

struct usage {
    pthread_mutex_t mutex;
    pthread_cond_t told;
    struct uses uses;
    bool known;
};

enum { WAIT_SECONDS = 5 };

struct usage *usage_new(void)
{
    struct usage *usage = calloc(1, sizeof *usage);

    if (usage != NULL)
        pthread_mutex_init(&usage->mutex, NULL);
    if (usage != NULL)
        pthread_cond_init(&usage->told, NULL);
    return usage;
}

/* A use this process has taken may not be on record yet: no count goes down. */
int usage_take_counts(struct usage *usage, struct span text)
{
    struct uses counted = { 0 };
    uint64_t sequence;
    int status = uses_decode(&counted, text, &sequence);

    pthread_mutex_lock(&usage->mutex);
    usage->known = status == 0 && uses_raise(&usage->uses, &counted) == 0;
    pthread_cond_broadcast(&usage->told);
    pthread_mutex_unlock(&usage->mutex);
    uses_fini(&counted);
    return status;
}

/* The first messages may come before the counts do. With the mutex held. */
static void wait_for_counts(struct usage *usage)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_SECONDS;
    while (!usage->known && pthread_cond_timedwait(&usage->told, &usage->mutex, &until) == 0)
        continue;
}

/* With the mutex held. A list that does not fit leaves the counts unknown. */
static void tell_counts(const struct usage *usage, const struct policy *policy, struct facts *facts)
{
    const int64_t today = uses_day(facts->received_us);

    facts->uses_known = usage->known;
    for (size_t i = 0; i < policy->exception_count; i++) {
        const struct exception *exception = &policy->exceptions[i];
        const struct use *use = uses_find(&usage->uses, exception->name);
        struct use_fact *fact;
        if (!exception_is_limited(exception) || use == NULL)
            continue;
        fact = facts_add_use(facts);
        if (fact == NULL) {
            facts->uses_known = false;
            return;
        }
        *fact = (struct use_fact){ exception->name, use->total, use->day == today ? use->today : 0 };
    }
}

/* In the log while there is still time: when a tenth is left, and when nothing is. */
static void warn_of_end(const struct usage *usage, const struct exception *exception)
{
    const struct use *use = uses_find(&usage->uses, exception->name);
    const uint64_t left = use == NULL || use->total >= exception->uses ? 0 : exception->uses - use->total;
    struct buf line;

    if (exception->uses == 0 || (left != 0 && left != (exception->uses + 9) / 10))
        return;
    buf_init(&line, 0);
    logline_begin(&line, "exception");
    logline_add(&line, "name", exception->name);
    logline_add(&line, "owner", exception->owner);
    logline_add_u64(&line, "uses_left", left);
    log_line(LOG_WARNING, &line);
    buf_fini(&line);
}

/* With the mutex held. */
static void move(struct usage *usage, const struct policy *policy, const struct facts *facts,
                 const struct verdict *verdict, int64_t by)
{
    for (size_t i = 0; i < verdict->exception_count; i++)
        if (uses_add(&usage->uses, verdict->exceptions[i], uses_day(facts->received_us), by) != 0)
            usage->known = false;
    for (size_t i = 0; i < policy->exception_count && by > 0; i++)
        for (size_t n = 0; n < verdict->exception_count; n++)
            if (span_equals(verdict->exceptions[n], policy->exceptions[i].name))
                warn_of_end(usage, &policy->exceptions[i]);
}

void usage_decide(struct usage *usage, const struct policy *policy, struct facts *facts,
                  struct arena *arena, struct verdict *verdict_out)
{
    if (!policy_limits_uses(policy)) {
        policy_decide(policy, facts, DECIDE_MET, arena, verdict_out);
        return;
    }
    pthread_mutex_lock(&usage->mutex);
    wait_for_counts(usage);
    tell_counts(usage, policy, facts);
    policy_decide(policy, facts, DECIDE_MET, arena, verdict_out);
    move(usage, policy, facts, verdict_out, 1);
    pthread_mutex_unlock(&usage->mutex);
}

void usage_give_back(struct usage *usage, const struct policy *policy, const struct facts *facts,
                     const struct verdict *verdict)
{
    if (verdict->exception_count == 0 || !policy_limits_uses(policy))
        return;
    pthread_mutex_lock(&usage->mutex);
    move(usage, policy, facts, verdict, -1);
    pthread_mutex_unlock(&usage->mutex);
}
