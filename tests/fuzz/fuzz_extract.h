/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TESTS_FUZZ_EXTRACT_H
#define TESTS_FUZZ_EXTRACT_H

/*
 * What the fuzz targets of extractors have in common: one extractor reads the
 * input, whatever it is, into a recorder with a small budget.
 */
#include <stddef.h>
#include <stdint.h>

#include "../unit/extract/recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* By name as in the table of formats; declared may be "". */
int fuzz_extractor(const char *name, const char *declared, const uint8_t *bytes, size_t size);

#endif
