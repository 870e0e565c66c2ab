/* SPDX-License-Identifier: EUPL-1.2 */
#include "fuzz_extract.h"

#include <stdlib.h>
#include <string.h>

int fuzz_extractor(const char *name, const char *declared, const uint8_t *bytes, size_t size)
{
    struct extract_input input = { .bytes = { (const char *)bytes, size }, .declared = span_of(declared) };
    static const char *const passwords[] = { "sésame", NULL };    /* that of the sealed seeds */
    struct recorder recorder;

    recorder_init(&recorder);
    recorder.budget_bytes = 1 << 20;
    recorder.passwords = passwords;
    for (size_t i = 0; extract_formats[i] != NULL; i++) {
        if (strcmp(extract_formats[i]->name, name) != 0)
            continue;
        extract_formats[i]->read(&input, &recorder.sink);
        recorder_fini(&recorder);
        return 0;
    }
    abort();        /* the table has no such format */
}
