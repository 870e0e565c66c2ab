/* SPDX-License-Identifier: EUPL-1.2 */
/* A report from a child that was taken over: refused whole, or facts that hold together. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "wire/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new(1 << 20);
    struct facts *facts = facts_new(arena);
    uint64_t id = 0;
    bool leaving;

    if (size >= sizeof id)
        memcpy(&id, bytes, sizeof id);
    if (report_decode((struct span){ (const char *)bytes, size }, id, 5, &plan_default_limits,
                      facts, &leaving) == 0)
        for (size_t i = 0; i < facts->labels.count; i++)
            if (facts->labels.items[i].label < LABEL_UNKNOWN || facts->labels.items[i].label >= 5 ||
                !utf8_is_valid(facts->labels.items[i].text))
                abort();
    arena_free(&arena);
    return 0;
}
