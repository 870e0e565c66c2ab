/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Exceptions: a narrow, dated permission. One speaks about a message when its
 * "who" fits, its time has come and not passed, and no label of the message is
 * above its own ceiling; it then excuses the facts, or whole rules, it names.
 */
#include "policy_priv.h"

static bool is_in_time(const struct exception *exception, int64_t now_us)
{
    return now_us >= exception->from_us && now_us < exception->expires_us;
}

static bool client_fits(const struct judgement *j, const struct exception *exception)
{
    for (size_t i = 0; i < exception->clients.count; i++)
        if (network_contains(&exception->clients.items[i], &j->client))
            return true;
    return exception->clients.count == 0;
}

static bool names_sender(const struct exception *exception, const struct sender_fact *sender)
{
    return address_set_match(&exception->senders, sender->address, sender->domain) == PATTERN_YES;
}

/* One sender at least is named, and everyone who is not approved is: nobody rides along. */
static bool senders_fit(const struct judgement *j, const struct exception *exception)
{
    bool named = false;

    if (!exception->has_senders)
        return true;
    for (size_t i = 0; i < j->facts->senders.count; i++) {
        if (names_sender(exception, &j->facts->senders.items[i]))
            named = true;
        else if ((j->sender_marks[i] & (SENDER_NOT_APPROVED | SENDER_WRONG_SERVER)) != 0)
            return false;
    }
    return named;
}

static bool labels_fit(const struct judgement *j, const struct exception *exception)
{
    if (!exception->has_ceiling)
        return true;
    for (size_t i = 0; i < j->facts->labels.count; i++) {
        const struct label_fact *label = &j->facts->labels.items[i];
        if (label->confidence >= CONFIDENCE_LIKELY &&
            ceiling_is_exceeded(j->policy, &exception->ceiling, label->label))
            return false;
    }
    return j->whole;
}

bool exception_is_in_force(const struct judgement *j, const struct exception *exception)
{
    return is_in_time(exception, j->facts->received_us) && client_fits(j, exception) &&
           (exception->logins.count == 0 ||
            nameset_has(&exception->logins, j->facts->session.login)) &&
           senders_fit(j, exception) && labels_fit(j, exception);
}

static const struct use_fact *use_of(const struct judgement *j, const struct exception *exception)
{
    for (size_t i = 0; i < j->facts->uses.count; i++)
        if (span_equals(j->facts->uses.items[i].name, exception->name))
            return &j->facts->uses.items[i];
    return NULL;
}

bool exception_is_spent(const struct judgement *j, const struct exception *exception)
{
    const struct use_fact *use = use_of(j, exception);

    if (!exception_is_limited(exception))
        return false;
    if (!j->facts->uses_known)
        return true;
    return use != NULL && ((exception->uses > 0 && use->total >= exception->uses) ||
                           (exception->uses_a_day > 0 && use->today >= exception->uses_a_day));
}

static bool covers_recipient(const struct judgement *j, const struct exception *exception, size_t i)
{
    const struct recipient_fact *recipient;

    if (exception->destinations == NULL && !exception->has_recipients)
        return true;
    if (i >= j->facts->recipients.count)
        return false;
    recipient = &j->facts->recipients.items[i];
    if (exception->destinations != NULL && j->destinations[i] != POLICY_NONE &&
        exception->destinations[j->destinations[i]])
        return true;
    return exception->has_recipients &&
           address_set_match(&exception->recipients, recipient->address, recipient->domain) ==
               PATTERN_YES;
}

static bool covers_all_recipients(const struct judgement *j, const struct exception *exception)
{
    bool all = covers_recipient(j, exception, 0);

    for (size_t i = 1; i < j->facts->recipients.count && all; i++)
        all = covers_recipient(j, exception, i);
    return all;
}

static bool allows(const struct exception *exception, size_t rule, enum fact fact)
{
    return (exception->allows & fact_bit(fact)) != 0 ||
           (exception->allows_rules != NULL && exception->allows_rules[rule]);
}

const struct exception *excuse_sender(const struct judgement *j, size_t rule, enum fact fact,
                                      const struct sender_fact *sender)
{
    for (size_t i = 0; i < j->policy->exception_count; i++) {
        const struct exception *exception = &j->policy->exceptions[i];
        if (j->in_force[i] && allows(exception, rule, fact) &&
            (!exception->has_senders || names_sender(exception, sender)) &&
            covers_all_recipients(j, exception))
            return exception;
    }
    return NULL;
}

/* Without a ceiling of its own an exception raises nobody else's. */
const struct exception *excuse_label(const struct judgement *j, size_t rule, int32_t label,
                                     size_t recipient)
{
    for (size_t i = 0; i < j->policy->exception_count; i++) {
        const struct exception *exception = &j->policy->exceptions[i];
        if (j->in_force[i] && allows(exception, rule, FACT_LABEL_ABOVE_CEILING) &&
            exception->has_ceiling && covers_recipient(j, exception, recipient) &&
            !ceiling_is_exceeded(j->policy, &exception->ceiling, label))
            return exception;
    }
    return NULL;
}

const struct exception *excuse_message(const struct judgement *j, size_t rule, enum fact fact)
{
    for (size_t i = 0; i < j->policy->exception_count; i++) {
        const struct exception *exception = &j->policy->exceptions[i];
        if (j->in_force[i] && allows(exception, rule, fact) && covers_all_recipients(j, exception))
            return exception;
    }
    return NULL;
}

/* Why a message like those before it is not excused any more. */
void exceptions_say_spent(struct judgement *j, size_t rule, struct reasons *reasons)
{
    for (size_t i = 0; i < j->policy->exception_count; i++) {
        const struct exception *exception = &j->policy->exceptions[i];
        if (!j->spent[i] || !allows(exception, rule, reasons->fact))
            continue;
        if (!j->facts->uses_known)
            reasons_add(j, reasons, reasons->fact,
                        "exception \"%.*s\" does not apply: nobody can tell how often it was used",
                        SPAN_ARG(exception->name));
        else
            reasons_add(j, reasons, reasons->fact,
                        "exception \"%.*s\" does not apply: its uses%s are spent",
                        SPAN_ARG(exception->name),
                        use_of(j, exception)->total < exception->uses || exception->uses == 0 ? " of the day"
                                                                                             : "");
    }
}
