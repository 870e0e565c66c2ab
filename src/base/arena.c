/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK_BYTES = 8192, LARGEST_STEP_BYTES = 1 << 20 };

struct block {
    struct block *older;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *newest;
    size_t limit, handed_out;
    bool full;
};

struct arena *arena_new(size_t limit_bytes)
{
    struct arena *arena = calloc(1, sizeof *arena);

    if (arena != NULL)
        arena->limit = limit_bytes == 0 ? SIZE_MAX : limit_bytes;
    return arena;
}

static void free_blocks(struct block *block)
{
    while (block != NULL) {
        struct block *older = block->older;
        free(block);
        block = older;
    }
}

void arena_free(struct arena **arena)
{
    if (*arena == NULL)
        return;
    free_blocks((*arena)->newest);
    free(*arena);
    *arena = NULL;
}

void arena_reset(struct arena *arena)
{
    struct block *first = arena->newest;

    while (first != NULL && first->older != NULL) {
        struct block *older = first->older;
        free(first);
        first = older;
    }
    if (first != NULL)
        first->used = 0;
    arena->newest = first;
    arena->handed_out = 0;
    arena->full = false;
}

static bool add_block(struct arena *arena, size_t at_least)
{
    size_t size = arena->newest == NULL ? FIRST_BLOCK_BYTES : arena->newest->size * 2;
    struct block *block;

    if (size > LARGEST_STEP_BYTES)
        size = LARGEST_STEP_BYTES;
    if (size < at_least)
        size = at_least;
    block = malloc(sizeof *block + size);
    if (block == NULL)
        return false;
    block->older = arena->newest;
    block->used = 0;
    block->size = size;
    arena->newest = block;
    return true;
}

/* The next size octets, not cleared. */
static void *take(struct arena *arena, size_t size)
{
    const size_t alignment = alignof(max_align_t);
    void *taken;

    if (size > SIZE_MAX - alignment - sizeof(struct block) || arena->full) {
        arena->full = true;
        return NULL;
    }
    size = (size + alignment - 1) / alignment * alignment;
    if (size > arena->limit - arena->handed_out ||
        ((arena->newest == NULL || size > arena->newest->size - arena->newest->used) &&
         !add_block(arena, size))) {
        arena->full = true;
        return NULL;
    }
    taken = arena->newest->bytes + arena->newest->used;
    arena->newest->used += size;
    arena->handed_out += size;
    return taken;
}

void *arena_alloc(struct arena *arena, size_t size_bytes)
{
    void *taken = take(arena, size_bytes);

    return taken == NULL ? NULL : memset(taken, 0, size_bytes);
}

struct span arena_copy(struct arena *arena, struct span s)
{
    char *copy = s.len == SIZE_MAX ? NULL : take(arena, s.len + 1);

    if (copy == NULL)
        return (struct span){ NULL, 0 };
    if (s.len > 0)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return (struct span){ copy, s.len };
}

struct span arena_printf(struct arena *arena, const char *format, ...)
{
    struct span text = { NULL, 0 };
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    if (len >= 0) {
        char *copy = take(arena, (size_t)len + 1);
        if (copy != NULL) {
            vsnprintf(copy, (size_t)len + 1, format, again);
            text = (struct span){ copy, (size_t)len };
        }
    }
    va_end(again);
    va_end(args);
    return text;
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t *capacity,
                 size_t item_bytes)
{
    size_t larger, bytes;
    void *moved;

    if (count < *capacity) {
        memset((char *)items + count * item_bytes, 0, item_bytes);
        return items;
    }
    larger = *capacity == 0 ? 8 : *capacity;
    if (__builtin_mul_overflow(larger, 2U, &larger) ||
        __builtin_mul_overflow(larger, item_bytes, &bytes)) {
        arena->full = true;
        return NULL;
    }
    moved = arena_alloc(arena, bytes);
    if (moved == NULL)
        return NULL;
    if (count > 0)
        memcpy(moved, items, count * item_bytes);
    *capacity = larger;
    return moved;
}

bool arena_is_full(const struct arena *arena)
{
    return arena->full;
}

size_t arena_used_bytes(const struct arena *arena)
{
    return arena->handed_out;
}
