/* SPDX-License-Identifier: EUPL-1.2 */
/* Facts about who sends, to whom, and over what session. */
#include "policy_priv.h"

static enum truth not_found(const struct judgement *j)
{
    return j->whole ? TRUTH_NO : TRUTH_UNKNOWN;
}

static bool sender_shows(const struct judgement *j, size_t i, enum fact fact,
                         struct span *suggestion)
{
    const struct sender_fact *sender = &j->facts->senders.items[i];
    unsigned marks = j->sender_marks[i];

    if (fact == FACT_SENDER_UNAPPROVED)
        return (marks & (SENDER_NOT_APPROVED | SENDER_WRONG_SERVER)) != 0;
    if (fact == FACT_SERVER_UNAPPROVED)
        return (marks & SENDER_WRONG_SERVER) != 0;
    if (fact == FACT_LOGIN_MISMATCH)
        return (marks & SENDER_WRONG_LOGIN) != 0 && j->facts->session.login.len > 0 &&
               j->policy->senders.has_login_map;
    if (fact == FACT_SENDER_LOOKALIKE)
        return (marks & SENDER_LOOKALIKE) != 0;
    if (fact == FACT_SENDER_NEAR_MISS)
        return (marks & SENDER_NOT_APPROVED) != 0 &&
               sender_is_near_miss(j, sender->domain, suggestion);
    if (fact == FACT_SENDER_MALFORMED)
        return sender->malformed;
    return sender->null_sender;
}

static const char *sender_words(const struct judgement *j, size_t i, enum fact fact)
{
    const struct sender_fact *sender = &j->facts->senders.items[i];

    if (fact == FACT_SENDER_UNAPPROVED && sender->malformed)
        return "is no address, so it cannot be approved";
    if (fact == FACT_SENDER_UNAPPROVED && (j->sender_marks[i] & SENDER_NOT_APPROVED) != 0)
        return "is not on the approved list";
    if (fact == FACT_SENDER_UNAPPROVED || fact == FACT_SERVER_UNAPPROVED)
        return "does not come from a server of its domain";
    if (fact == FACT_LOGIN_MISMATCH)
        return "does not belong to the login";
    if (fact == FACT_SENDER_LOOKALIKE)
        return "imitates another domain";
    if (fact == FACT_SENDER_NEAR_MISS)
        return "is one slip away from an approved domain";
    return fact == FACT_SENDER_MALFORMED ? "is no address" : "is the null sender";
}

static enum truth senders_show(struct judgement *j, size_t rule, enum fact fact,
                               const struct selection *selection, struct reasons *reasons)
{
    enum truth truth = fact == FACT_NULL_SENDER ? TRUTH_NO : not_found(j);

    for (size_t i = 0; i < j->facts->senders.count; i++) {
        const struct sender_fact *sender = &j->facts->senders.items[i];
        const struct exception *exception;
        struct span suggestion = { NULL, 0 };
        if (!is_selected(selection->senders, i) || !sender_shows(j, i, fact, &suggestion))
            continue;
        exception = excuse_sender(j, rule, fact, sender);
        if (exception != NULL) {
            reasons_excuse(j, reasons, exception);
            continue;
        }
        reasons_add(j, reasons, fact, "%.*s <%.*s> %s", SPAN_ARG(sender->where),
                    SPAN_ARG(sender->address), sender_words(j, i, fact));
        reasons_keep(&reasons->suggestion, suggestion);
        reasons_keep(&reasons->sender, sender->address);
        reasons_keep(&reasons->where, sender->where);
        truth = TRUTH_YES;
    }
    return truth;
}

static enum truth recipients_malformed(struct judgement *j, const struct selection *selection,
                                       struct reasons *reasons)
{
    enum truth truth = TRUTH_NO;

    for (size_t i = 0; i < j->facts->recipients.count; i++) {
        const struct recipient_fact *recipient = &j->facts->recipients.items[i];
        if (!is_recipient(j, selection, i) || !recipient->malformed)
            continue;
        reasons_add(j, reasons, FACT_RECIPIENT_MALFORMED, "recipient %.*s is no address",
                    SPAN_ARG(recipient->verbatim));
        reasons_recipient(j, reasons, i);
        truth = TRUTH_YES;
    }
    return truth;
}

/* Mail handed in on the gateway itself crossed no network. */
static enum truth without_tls(struct judgement *j, const struct selection *selection,
                              struct reasons *reasons)
{
    enum truth truth = TRUTH_NO;

    if (j->facts->session.tls_version.len > 0 || j->facts->session.local_submission)
        return TRUTH_NO;
    for (size_t i = 0; i < j->facts->recipients.count; i++) {
        int32_t d = j->destinations[i];
        if (!is_recipient(j, selection, i) || d == POLICY_NONE ||
            !j->policy->destinations[d].require_tls)
            continue;
        reasons_add(j, reasons, FACT_NO_TLS, "destination \"%.*s\" of %.*s requires TLS",
                    SPAN_ARG(j->policy->destinations[d].name),
                    SPAN_ARG(j->facts->recipients.items[i].address));
        reasons_keep(&reasons->destination, j->policy->destinations[d].name);
        reasons_recipient(j, reasons, i);
        truth = TRUTH_YES;
    }
    return truth;
}

static enum truth without_login(struct judgement *j, struct reasons *reasons)
{
    if (j->facts->session.login.len > 0 || j->facts->session.local_submission)
        return TRUTH_NO;
    reasons_add(j, reasons, FACT_NO_LOGIN, "the client gave no login");
    return TRUTH_YES;
}

enum truth evidence_sender(struct judgement *j, size_t rule, enum fact fact,
                           const struct selection *selection, struct reasons *reasons)
{
    if (fact == FACT_RECIPIENT_MALFORMED)
        return recipients_malformed(j, selection, reasons);
    if (fact == FACT_RECIPIENT_NEAR_MISS)
        return recipients_near_miss(j, selection, reasons);
    if (fact == FACT_NO_TLS)
        return without_tls(j, selection, reasons);
    if (fact == FACT_CHANNEL_UNMET)
        return channels_unmet(j, selection, reasons);
    if (fact == FACT_NO_LOGIN)
        return without_login(j, reasons);
    return senders_show(j, rule, fact, selection, reasons);
}
