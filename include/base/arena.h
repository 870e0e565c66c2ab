/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

/*
 * Memory that lives and dies together: all that is derived from one message, or
 * all of one policy. Nothing in it is freed alone.
 *
 * Every function returns NULL (or a span with a null pointer) once the limit is
 * reached or the system has no more memory; arena_is_full() then stays true, so
 * a caller may build on and ask once at the end.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct arena;

/* limit_bytes caps the sum of what is handed out; 0 means no cap. */
struct arena *arena_new(size_t limit_bytes);
void arena_free(struct arena **arena);

/* Forget all content but keep the first block, and clear the full mark. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any object. */
void *arena_alloc(struct arena *arena, size_t size_bytes);

/* A copy with a NUL after it (not counted in len). */
struct span arena_copy(struct arena *arena, struct span s);

/* Text as by printf(3), with a NUL after it (not counted). */
struct span arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Make room for one more item in an array that lives in the arena: returns the
 * array, moved when it had to grow, or NULL when full (the old one stays valid).
 * The new item is zeroed; the caller counts it.
 */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity,
                 size_t item_bytes);

bool arena_is_full(const struct arena *arena);
size_t arena_used_bytes(const struct arena *arena);

#endif
