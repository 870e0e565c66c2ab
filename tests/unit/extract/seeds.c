/* SPDX-License-Identifier: EUPL-1.2 */
#include "seeds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void seeds_load(const char *name, struct buf *out)
{
    const char *top = getenv("srcdir");
    char path[4096], chunk[4096];
    size_t got;
    FILE *file;

    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", top == NULL ? "." : top, name);
    file = fopen(path, "rb");
    assert_non_null(file);
    buf_init(out, 0);
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_append(out, (struct span){ chunk, got });
    fclose(file);
}

void seeds_expect(const char *name, enum extract_result result, const char *const *lines)
{
    struct recorder recorder;
    struct buf bytes;

    seeds_load(name, &bytes);
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, buf_span(&bytes)), result);
    for (; *lines != NULL; lines++) {
        if (!recorder_has_line(&recorder, *lines)) {
            print_error("%s: want: %s\n got: %s", name, *lines, recorder.log.ptr);
            fail();
        }
    }
    recorder_fini(&recorder);
    buf_fini(&bytes);
}
