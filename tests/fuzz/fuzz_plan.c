/* SPDX-License-Identifier: EUPL-1.2 */
/* What is a plan reads back the same once written again; the first octet chooses plan or job. */
#include <stdlib.h>

#include "wire/job.h"
#include "wire/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void plan(struct span message)
{
    struct arena *arena = arena_new(1 << 22);
    struct wire_in in = wire_in_of(message);
    const struct scan_plan *decoded = plan_decode(&in, arena);
    struct buf again;

    buf_init(&again, 0);
    if (decoded != NULL) {
        plan_encode(decoded, &again);
        if (!span_equals(buf_span(&again), message))
            abort();
    }
    buf_fini(&again);
    arena_free(&arena);
}

static void job(struct span message)
{
    struct wire_in in = wire_in_of(message);
    struct job decoded;
    struct buf again;

    buf_init(&again, 0);
    if (job_decode(&in, &decoded)) {
        job_encode(&decoded, &again);
        if (!span_equals(buf_span(&again), message))
            abort();
    }
    buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct span message = { (const char *)bytes, size };

    if (size == 0)
        return 0;
    if (bytes[0] == 'j')
        job(span_slice(message, 1, size));
    else
        plan(span_slice(message, 1, size));
    return 0;
}
