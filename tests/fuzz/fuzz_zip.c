/* SPDX-License-Identifier: EUPL-1.2 */
/* Whole archives and packages. */
#include "../unit/extract/recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct recorder recorder;

    recorder_init(&recorder);
    recorder.budget_bytes = 4 << 20;
    recorder.recurse = true;
    recorder_read(&recorder, (struct span){ (const char *)bytes, size });
    recorder_fini(&recorder);
    return 0;
}
