/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/nameset.h"

enum { FIRST_CAPACITY = 16 };

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;

    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + ('a' - 'A')) : u;
}

static uint64_t first_bit(struct span entry)
{
    return UINT64_C(1) << (entry.len == 0 ? 0 : lower(entry.ptr[0])) % 64;
}

/* FNV-1a over lower case. Only an operator's entries are stored, so nobody can flood a chain. */
static uint64_t hash_nocase(struct span s)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ lower(s.ptr[i])) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

/* The slot where entry is or would go; there always is a free one. */
static struct span *slot_of(const struct nameset *set, struct span entry)
{
    size_t mask = set->capacity - 1;
    size_t i = (size_t)hash_nocase(entry) & mask;

    while (set->slots[i].ptr != NULL && !span_equals_nocase(set->slots[i], entry))
        i = (i + 1) & mask;
    return &set->slots[i];
}

static int grow(struct arena *arena, struct nameset *set)
{
    struct nameset bigger = *set;

    bigger.capacity = set->capacity == 0 ? FIRST_CAPACITY : set->capacity * 2;
    if (bigger.capacity > SIZE_MAX / 2 / sizeof *bigger.slots)
        return -1;
    bigger.slots = arena_alloc(arena, bigger.capacity * sizeof *bigger.slots);
    if (bigger.slots == NULL)
        return -1;
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i].ptr != NULL)
            *slot_of(&bigger, set->slots[i]) = set->slots[i];
    *set = bigger;
    return 0;
}

int nameset_add(struct arena *arena, struct nameset *set, struct span entry)
{
    struct span *slot, copy;

    if (span_equals(entry, SPAN("*"))) {
        set->everything = true;
        return 0;
    }
    if (set->count >= set->capacity / 2 && grow(arena, set) != 0)
        return -1;
    slot = slot_of(set, entry);
    if (slot->ptr != NULL)
        return 0;
    copy = arena_copy(arena, entry);
    if (copy.ptr == NULL)
        return -1;
    *slot = copy;
    set->count++;
    set->lengths |= UINT64_C(1) << entry.len % 64;
    set->firsts |= first_bit(entry);
    if (entry.len > 0 && entry.ptr[0] == '.')
        set->suffix_count++;
    return 0;
}

bool nameset_has(const struct nameset *set, struct span entry)
{
    return (set->lengths >> entry.len % 64 & 1) != 0 && (set->firsts & first_bit(entry)) != 0 && slot_of(set, entry)->ptr != NULL;
}

static bool found(const struct nameset *set, struct span entry, struct span *by)
{
    if (!nameset_has(set, entry))
        return false;
    if (by != NULL)
        *by = *slot_of(set, entry);
    return true;
}

bool nameset_has_suffix(const struct nameset *set, struct span domain, struct span *by)
{
    for (size_t i = 1; set->suffix_count > 0 && i < domain.len; i++)
        if (domain.ptr[i] == '.' && found(set, span_slice(domain, i, domain.len), by))
            return true;
    return false;
}

bool nameset_has_domain(const struct nameset *set, struct span domain, struct span *by)
{
    if (set->everything) {
        if (by != NULL)
            *by = SPAN("*");
        return true;
    }
    return domain.len > 0 && (found(set, domain, by) || nameset_has_suffix(set, domain, by));
}

bool nameset_has_address(const struct nameset *set, struct span address, struct span domain)
{
    return nameset_has_domain(set, domain, NULL) || (address.len > 0 && nameset_has(set, address));
}
