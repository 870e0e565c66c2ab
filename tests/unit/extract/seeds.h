/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TESTS_SEEDS_H
#define TESTS_SEEDS_H

/* Files of real producers, kept among the seeds of the fuzz targets. */
#include "recorder.h"

/* Append tests/fuzz/corpus/NAME; fails the test when it is not there. out is made new. */
void seeds_load(const char *name, struct buf *out);

/* Read a seed and look for these lines (ended by NULL) in the log. */
void seeds_expect(const char *name, enum extract_result result, const char *const *lines);

#endif
