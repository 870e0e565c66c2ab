/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef WIRE_REPORT_H
#define WIRE_REPORT_H

/*
 * What a caged child found, as one message back to the safe side.
 *
 * The child may have been taken over by what it read, so decoding believes
 * nothing: counts, lengths, enum values and label indexes are checked, text must
 * be clean UTF-8, and one wrong octet refuses the whole.
 */
#include "facts/facts.h"
#include "facts/plan.h"
#include "wire/wire.h"

enum {
    REPORT_BYTES = 16 << 20,        /* of a whole report */
    REPORT_TEXT_BYTES = 8192,       /* of a where, name, address… */
    REPORT_MARK_BYTES = 128,        /* label_fact.text */
    REPORT_HEADERS = 10000,
    REPORT_SENDERS = 10000,
    REPORT_SIGNATURES = 1000
};

/* Encode the content part of facts; lists longer and texts longer than a decoder takes are cut and counted as dropped. */
void report_encode(uint64_t job_id, bool leaving, const struct plan_limits *limits,
                   const struct facts *facts, struct buf *out);

/*
 * Add a report to facts, in whose arena all its text is copied. *leaving_out: the
 * child ends now and must be replaced. Returns -1, with the content of facts
 * dropped again, when the report is not one, or not for this job.
 */
int report_decode(struct span message, uint64_t job_id, size_t label_count,
                  const struct plan_limits *limits, struct facts *facts, bool *leaving_out);

#endif
