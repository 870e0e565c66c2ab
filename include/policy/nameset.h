/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef POLICY_NAMESET_H
#define POLICY_NAMESET_H

/*
 * A set of domains, domain suffixes and mailboxes, built once and then only
 * asked: 100,000 entries cost an answer no more than ten.
 *
 * Entries: "defense.gouv.fr" (that domain), ".gouv.fr" (all domains under it,
 * not gouv.fr itself), "press@example.org" (one mailbox), "*" (everything).
 * ASCII case means nothing; domains are compared as octets beyond that, so the
 * caller normalises them (mail/domain.h).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

struct nameset {
    struct span *slots;     /* open addressing; a null pointer is a free slot */
    size_t capacity;        /* a power of two */
    size_t count;
    size_t suffix_count;
    uint64_t lengths;       /* bit of each entry's length, and of its first octet, both modulo 64: */
    uint64_t firsts;        /* small sets of many rules say no without hashing */
    bool everything;        /* "*" is in it */
};

/* Copies entry into arena; one that is there already changes nothing. -1 when the arena is full. */
int nameset_add(struct arena *arena, struct nameset *set, struct span entry);

/* Is exactly this entry in the set? */
bool nameset_has(const struct nameset *set, struct span entry);

/* Is the domain in it by name, by a suffix, or by "*"? The entry that says so goes to *by when not NULL. */
bool nameset_has_domain(const struct nameset *set, struct span domain, struct span *by);

/* Does a suffix in the set cover the domain (or longer suffix)? Which one goes to *by when not NULL. */
bool nameset_has_suffix(const struct nameset *set, struct span domain, struct span *by);

/* Is "local@domain" in it, by its mailbox or by its domain? */
bool nameset_has_address(const struct nameset *set, struct span address, struct span domain);

#endif
