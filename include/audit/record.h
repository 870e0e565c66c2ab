/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef AUDIT_RECORD_H
#define AUDIT_RECORD_H

/*
 * One verdict as JSON: the members that vaguemestre-audit(5) and "inspect --json"
 * share. Never holds message text beyond a marking.
 */
#include <jansson.h>

#include "facts/facts.h"
#include "facts/verdict.h"
#include "policy/decide.h"

/* A new object: verdict, rule, reply, rules, senders, labels, contacts, parts, ambiguities, edits, … NULL without memory. */
json_t *record_encode(const struct policy *policy, const struct facts *facts,
                      const struct verdict *verdict);

#endif
