/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_SEEN_H
#define EXTRACT_SEEN_H

/*
 * A set of texts met before, by their 64-bit hash: for repeated member names and
 * for lines that a document says twice. A false "seen" needs a chosen collision.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { SEEN_MAX = 1 << 22 };    /* texts kept; later ones count as new for ever */

struct seen {
    uint64_t *slots;            /* zeroed struct: empty set */
    size_t count, capacity;
};

bool seen_has(const struct seen *seen, struct span text);

/* false when it was there already. */
bool seen_add(struct seen *seen, struct span text);
void seen_fini(struct seen *seen);

#endif
