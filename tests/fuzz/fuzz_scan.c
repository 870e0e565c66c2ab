/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The whole scanner on any octets: a message, or (first octet odd) a bare file.
 * Whatever comes, the facts stay within the plan and hold together.
 */
#include <stdlib.h>

#include "scan/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct span marks[] = { { "DIFFUSION RESTREINTE", 20 }, { "SECRET", 6 } };
static struct label_def labels[] = { { .scheme = { "fr", 2 },
                                       .name = { "DIFFUSION RESTREINTE", 20 },
                                       .level = 1,
                                       .strength = LABEL_STRONG,
                                       .marks = { marks, 2, 2 } } };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct scan_plan plan = { .labels = labels,
                              .label_count = 1,
                              .limits = { .expanded_bytes = 4 << 20,
                                          .ratio = 50,
                                          .depth = 6,
                                          .parts = 200,
                                          .pages = 50,
                                          .findings = 50,
                                          .time_ms = 5000 } };
    static struct scanner *scanner; /* made once: it takes longer than most inputs */
    struct arena *arena = arena_new(16 << 20);
    struct facts *facts = facts_new(arena);
    struct scan_job job = { .kind = SCAN_MESSAGE };

    if (scanner == NULL)
        scanner = scanner_new(&plan);
    if (scanner == NULL || facts == NULL)
        abort();
    if (size > 0) {
        job.kind = bytes[0] % 2 == 1 ? SCAN_DOCUMENT : SCAN_MESSAGE;
        job.bytes = (struct span){ (const char *)bytes + 1, size - 1 };
    }
    scanner_scan(scanner, &job, facts);
    if (!facts->scanned || facts->parts.count > plan.limits.parts ||
        facts->labels.count > plan.limits.findings)
        abort();
    for (size_t i = 0; i < facts->parts.count; i++)
        if (uninspectable_name(facts->parts.items[i].reason) == NULL)
            abort();
    arena_free(&arena);
    return 0;
}
