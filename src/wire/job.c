/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/job.h"

void job_encode(const struct job *job, struct buf *out)
{
    wire_put_u64(out, job->id);
    wire_put_u32(out, job->kind);
    wire_put_u64(out, job->size);
    wire_put_u32(out, job->time_ms);
    wire_put_span(out, span_slice(job->name, 0, JOB_NAME_BYTES));
    wire_put_span(out, job->revision);
}

bool job_decode(struct wire_in *in, struct job *job_out)
{
    job_out->id = wire_get_u64(in);
    job_out->kind = wire_get_range(in, SCAN_MESSAGE, SCAN_REVISION);
    job_out->size = wire_get_u64(in);
    job_out->time_ms = wire_get_u32(in);
    job_out->name = wire_get_span(in, JOB_NAME_BYTES);
    job_out->revision = wire_get_span(in, REVISION_BYTES);
    return wire_is_done(in);
}
