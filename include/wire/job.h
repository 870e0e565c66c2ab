/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef WIRE_JOB_H
#define WIRE_JOB_H

/* One message to read, from the safe side to a caged child; its descriptor travels beside it. */
#include "facts/plan.h"
#include "facts/revision.h"
#include "wire/wire.h"

enum { JOB_NAME_BYTES = 4096 };

struct job {
    uint64_t id;            /* comes back in the report */
    enum scan_kind kind;
    uint64_t size;          /* octets to read from offset 0 of the descriptor */
    uint32_t time_ms;       /* after which the child ends its walk by itself */
    struct span name;       /* of a bare file; any octets, cut to JOB_NAME_BYTES */
    struct span revision;   /* with SCAN_REVISION, encoded; else empty */
};

void job_encode(const struct job *job, struct buf *out);

/* false when the message is no job. Name and revision are views into it. */
bool job_decode(struct wire_in *in, struct job *job_out);

#endif
