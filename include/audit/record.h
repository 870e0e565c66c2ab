/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef AUDIT_RECORD_H
#define AUDIT_RECORD_H

/*
 * One verdict as JSON: the members that vaguemestre-audit(5) and "inspect --json"
 * share, and the same in one short line for the log. Never holds message text
 * beyond a marking: no subject, and of an edited subject or body its size and
 * SHA-256 only.
 */
#include <jansson.h>

#include "base/buf.h"
#include "facts/facts.h"
#include "facts/verdict.h"
#include "policy/decide.h"

/*
 * A new object: verdict, rule, reply, rules, senders, labels, contacts, parts,
 * ambiguities, edits, and the session, envelope, sizes and timings. NULL only
 * without memory.
 */
json_t *record_encode(const struct policy *policy, const struct facts *facts,
                      const struct verdict *verdict);

/*
 * The record written before the action: record_encode() with "kind": "verdict"
 * in front, as compact JSON text behind what out holds. Returns -1 without memory
 * or when out is full.
 */
int record_verdict(const struct policy *policy, const struct facts *facts,
                   const struct verdict *verdict, struct buf *out);

/*
 * The record written after it: "kind": "applied", or "failed" with the reason, in
 * words, when problem is not empty. queue_id ties both to their message.
 */
int record_outcome(struct span queue_id, const struct verdict *verdict, struct span problem,
                   struct buf *out);

/*
 * The verdict in one line of base/logline.h: "verdict id=… record=… action=… rule=… from=… …".
 * sequence is the number of its record in the chain, which joins the two; 0: it has none.
 */
void record_line(const struct policy *policy, const struct facts *facts,
                 const struct verdict *verdict, uint64_t sequence, struct buf *out);

#endif
