/* SPDX-License-Identifier: EUPL-1.2 */
#include "fuzz_extract.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return fuzz_extractor("binhex", "", bytes, size);
}
