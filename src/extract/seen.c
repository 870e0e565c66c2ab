/* SPDX-License-Identifier: EUPL-1.2 */
#include "seen.h"

#include <stdlib.h>

/* FNV-1a; never 0, which marks an empty slot. */
static uint64_t hash_of(struct span text)
{
    uint64_t hash = 0xCBF29CE484222325U;

    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (uint8_t)text.ptr[i]) * 0x100000001B3U;
    return hash == 0 ? 1 : hash;
}

/* The slot of a hash, or the empty one where it would go. */
static uint64_t *find(const struct seen *seen, uint64_t hash)
{
    size_t at = (size_t)(hash ^ hash >> 32) & (seen->capacity - 1);

    while (seen->slots[at] != 0 && seen->slots[at] != hash)
        at = (at + 1) & (seen->capacity - 1);
    return &seen->slots[at];
}

static bool grow(struct seen *seen)
{
    struct seen larger = { .capacity = seen->capacity == 0 ? 256 : seen->capacity * 2, .count = seen->count };

    if (seen->count >= SEEN_MAX)
        return false;
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < seen->capacity; i++)
        if (seen->slots[i] != 0)
            *find(&larger, seen->slots[i]) = seen->slots[i];
    free(seen->slots);
    *seen = larger;
    return true;
}

bool seen_has(const struct seen *seen, struct span text)
{
    return seen->capacity > 0 && *find(seen, hash_of(text)) != 0;
}

bool seen_add(struct seen *seen, struct span text)
{
    uint64_t hash = hash_of(text), *slot;

    if (seen->count * 2 >= seen->capacity && !grow(seen))
        return !seen_has(seen, text);
    slot = find(seen, hash);
    if (*slot != 0)
        return false;
    *slot = hash;
    seen->count++;
    return true;
}

void seen_fini(struct seen *seen)
{
    free(seen->slots);
    *seen = (struct seen){ .slots = NULL };
}
