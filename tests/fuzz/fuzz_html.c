/* SPDX-License-Identifier: EUPL-1.2 */
#include "../unit/extract/recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct extract_input input = { .bytes = { (const char *)bytes, size }, .declared = SPAN("text/html") };
    struct recorder recorder;

    recorder_init(&recorder);
    recorder.budget_bytes = 1 << 20;
    recorder_read_input(&recorder, &input);
    recorder_fini(&recorder);
    return 0;
}
