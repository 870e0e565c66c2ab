/* SPDX-License-Identifier: EUPL-1.2 */
/* A security policy information file: whatever it is, it is read or refused with a reason. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "conf/spif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(0);
    struct spif spif;
    const char *why;

    if (arena == NULL)
        abort();
    if (spif_read(arena, (struct span){ (const char *)data, size }, &spif, &why)) {
        if (spif.count == 0 || spif.count > SPIF_MAX_VALUES || spif.name.len == 0)
            abort();
    } else if (why == NULL) {
        abort();
    }
    arena_free(&arena);
    return 0;
}
