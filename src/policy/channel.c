/* SPDX-License-Identifier: EUPL-1.2 */
/* What a destination requires of the way a message comes and of the message itself. */
#include "policy_priv.h"

unsigned tls_rank(struct span version)
{
    static const struct span versions[] = {
        { "TLSv1", 5 }, { "TLSv1.1", 7 }, { "TLSv1.2", 7 }, { "TLSv1.3", 7 },
    };

    for (unsigned i = 0; i < sizeof versions / sizeof *versions; i++)
        if (span_equals_nocase(version, versions[i]))
            return i + 1;
    return 0;
}

/* An enveloped CMS message as the one part there is. */
static bool is_encrypted(const struct judgement *j)
{
    const struct part_fact *part = j->facts->parts.items;

    return j->facts->parts.count == 1 && span_equals(part->where, SPAN("1")) &&
           span_equals(part->detected, SPAN("p7m")) && part->reason == UNINSPECTABLE_ENCRYPTED;
}

bool message_is_signed(const struct judgement *j)
{
    for (size_t i = 0; i < j->facts->signatures.count; i++)
        if (j->facts->signatures.items[i].verified && j->facts->signatures.items[i].covers_message)
            return true;
    return false;
}

/* What of the session does not do; NULL when all does. Mail handed in on the gateway crossed no network. */
static const char *session_lacks(const struct judgement *j, const struct destination *to)
{
    const struct session_facts *session = &j->facts->session;

    if (session->local_submission)
        return NULL;
    if (session->tls_version.len == 0 && (to->require_tls || to->tls_minimum > 0))
        return "TLS";
    if (tls_rank(session->tls_version) < to->tls_minimum)
        return "a newer version of TLS";
    if (to->certificates.count > 0 &&
        (session->tls_subject.len == 0 ||
         pattern_list_match(&to->certificates, session->tls_subject) != PATTERN_YES))
        return "a certificate of the client that it knows";
    return NULL;
}

static const char *message_lacks(const struct judgement *j, const struct destination *to)
{
    if (to->require_encrypted && !is_encrypted(j))
        return "an encrypted message";
    if (to->require_signed && !message_is_signed(j))
        return "a message signed under an authority";
    return NULL;
}

enum truth channels_unmet(struct judgement *j, const struct selection *selection,
                          struct reasons *reasons)
{
    enum truth truth = TRUTH_NO;

    for (size_t i = 0; i < j->facts->recipients.count; i++) {
        const struct destination *to;
        const char *lacks;
        if (!is_recipient(j, selection, i) || j->destinations[i] == POLICY_NONE)
            continue;
        to = &j->policy->destinations[j->destinations[i]];
        lacks = session_lacks(j, to);
        if (lacks == NULL && (lacks = message_lacks(j, to)) != NULL && !j->whole) {
            truth = truth == TRUTH_YES ? TRUTH_YES : TRUTH_UNKNOWN;
            continue;
        }
        if (lacks == NULL)
            continue;
        reasons_add(j, reasons, FACT_CHANNEL_UNMET, "destination \"%.*s\" of %.*s requires %s",
                    SPAN_ARG(to->name), SPAN_ARG(j->facts->recipients.items[i].address), lacks);
        reasons_keep(&reasons->destination, to->name);
        reasons_recipient(j, reasons, i);
        truth = TRUTH_YES;
    }
    return truth;
}
