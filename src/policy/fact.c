/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/fact.h"

#include <stddef.h>

static const struct {
    const char *name, *meaning;
} facts[FACT_COUNT] = {
    [FACT_SENDER_UNAPPROVED] = { "sender-unapproved",
                                 "an address that claims to send is not on the approved list, or "
                                 "does not come from its own servers" },
    [FACT_SENDER_MALFORMED] = { "sender-malformed", "a sender is no address of RFC 5321 or 5322" },
    [FACT_SENDER_LOOKALIKE] = { "sender-lookalike",
                                "a sender's domain imitates another with foreign letters" },
    [FACT_SENDER_NEAR_MISS] = { "sender-near-miss",
                                "a sender's domain is one slip away from an approved one" },
    [FACT_SERVER_UNAPPROVED] = { "server-unapproved",
                                 "an approved sender does not come from its own servers" },
    [FACT_LOGIN_MISMATCH] = { "login-mismatch", "the login may not use one of the sender addresses" },
    [FACT_NO_LOGIN] = { "no-login", "the client gave no login" },
    [FACT_NULL_SENDER] = { "null-sender", "the envelope sender is empty: a bounce or notice" },
    [FACT_RECIPIENT_MALFORMED] = { "recipient-malformed", "a recipient is no address of RFC 5321" },
    [FACT_RECIPIENT_NEAR_MISS] = { "recipient-near-miss",
                                   "a recipient's domain is one slip away from a known one" },
    [FACT_LABEL_ABOVE_CEILING] = { "label-above-ceiling",
                                   "a label is higher than a recipient's destination allows" },
    [FACT_LABELLED] = { "labelled", "a label was found" },
    [FACT_LABEL_MISSING] = { "label-missing", "no label was found" },
    [FACT_LABEL_UNKNOWN] = { "label-unknown", "something is labelled in a way no scheme knows" },
    [FACT_LABEL_DISAGREEMENT] = { "label-disagreement",
                                  "two labels of one document or message contradict each other" },
    [FACT_LABEL_DOWNGRADE] = { "label-downgrade",
                               "the message's own mark is below what it carries or quotes" },
    [FACT_LABEL_DROPPED] = { "label-dropped",
                             "the message carries or quotes a label and bears none itself" },
    [FACT_OBFUSCATED] = { "obfuscated", "a mark or contact was disguised" },
    [FACT_UNINSPECTABLE] = { "uninspectable", "a part could not be fully read" },
    [FACT_ENCRYPTED] = { "encrypted", "a part is encrypted" },
    [FACT_AMBIGUOUS] = { "ambiguous", "two readers would see different content or senders" },
    [FACT_CONTACT_UNAPPROVED] = { "contact-unapproved",
                                  "a contact address in the content is not approved" },
    [FACT_TYPE_MISMATCH] = { "type-mismatch", "a part is not what its name or type says" },
    [FACT_ACTIVE_CONTENT] = { "active-content", "a part carries macros or scripts" },
    [FACT_SIGNED] = { "signed", "the message or a part carries a signature" },
    [FACT_SIGNED_APPROVED] = { "signed-approved",
                               "the whole message is signed under one of the authorities" },
    [FACT_NO_TLS] = { "no-tls", "a destination requires TLS and the client came without" },
    [FACT_CHANNEL_UNMET] = { "channel-unmet",
                             "a destination requires TLS, a certificate, encryption or a signature "
                             "that is not there" },
    [FACT_UNDECIDED] = { "undecided", "the content was not read, or not to its end" },
    [FACT_ALWAYS] = { "always", "every message" },
};

const char *fact_name(enum fact fact)
{
    return fact > 0 && fact < FACT_COUNT ? facts[fact].name : NULL;
}

const char *fact_meaning(enum fact fact)
{
    return fact > 0 && fact < FACT_COUNT ? facts[fact].meaning : NULL;
}

bool fact_from_name(struct span name, enum fact *out)
{
    for (enum fact fact = 1; fact < FACT_COUNT; fact++)
        if (span_equals(name, span_of(facts[fact].name))) {
            *out = fact;
            return true;
        }
    return false;
}
