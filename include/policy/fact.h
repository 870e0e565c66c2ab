/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef POLICY_FACT_H
#define POLICY_FACT_H

/*
 * The facts a rule's "when" can name. Each is a question about one message whose
 * answer is yes, no, or not known; what each means stands in
 * vaguemestre-policy.conf(5), and the one line here is what the tools print.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum fact {
    FACT_SENDER_UNAPPROVED = 1, /* a claiming sender is not approved, or not from its own server */
    FACT_SENDER_MALFORMED,
    FACT_SENDER_LOOKALIKE,
    FACT_SENDER_NEAR_MISS,      /* one slip away from an approved domain */
    FACT_SERVER_UNAPPROVED,
    FACT_LOGIN_MISMATCH,
    FACT_NO_LOGIN,
    FACT_NULL_SENDER,
    FACT_RECIPIENT_MALFORMED,
    FACT_RECIPIENT_NEAR_MISS,   /* one slip away from a destination's domain */
    FACT_LABEL_ABOVE_CEILING,
    FACT_LABELLED,
    FACT_LABEL_MISSING,
    FACT_LABEL_UNKNOWN,
    FACT_LABEL_DISAGREEMENT,
    FACT_LABEL_DOWNGRADE,       /* the message's own mark is below that of what it carries or quotes */
    FACT_LABEL_DROPPED,         /* it carries or quotes a label and bears none itself */
    FACT_OBFUSCATED,
    FACT_UNINSPECTABLE,
    FACT_ENCRYPTED,
    FACT_AMBIGUOUS,
    FACT_CONTACT_UNAPPROVED,
    FACT_TYPE_MISMATCH,
    FACT_ACTIVE_CONTENT,
    FACT_SIGNED,
    FACT_SIGNED_APPROVED,       /* the whole message, under an authority of the policy */
    FACT_NO_TLS,
    FACT_CHANNEL_UNMET,
    FACT_UNDECIDED,
    FACT_ALWAYS,
    FACT_COUNT
};

/* Sets of facts: bit FACT_X. */
typedef uint64_t fact_set;

static inline fact_set fact_bit(enum fact fact)
{
    return UINT64_C(1) << fact;
}

const char *fact_name(enum fact fact);
const char *fact_meaning(enum fact fact);
bool fact_from_name(struct span name, enum fact *out);

#endif
