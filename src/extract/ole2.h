/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_OLE2_H
#define EXTRACT_OLE2_H

/*
 * OLE2 compound files ([MS-CFB]): storages and streams inside of one file, and
 * the property sets in them ([MS-OLEPS]). Chains are followed at most as far as
 * the file has sectors, so loops end; every entry of the directory is listed,
 * those that hang in no tree too.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "extract/extract.h"

enum { OLE2_NONE = UINT32_MAX, OLE2_ROOT = 0, OLE2_MAX_ENTRIES = 50000 };

struct ole2_entry {
    struct span name;           /* UTF-8 */
    bool is_storage;            /* root too */
    uint32_t parent;            /* index of its storage, OLE2_NONE for the root and for strays */
    uint32_t start;
    uint64_t size;
    struct span opened;         /* not empty: the octets after decryption, which stand for the sealed ones */
};

struct ole2 {
    struct span file;
    struct arena *arena;
    size_t sector_bytes;
    uint32_t *fat, *mini_fat;
    size_t fat_count, mini_fat_count;
    struct span mini;           /* the stream that small streams are cut from */
    uint32_t mini_cutoff;
    struct ole2_entry *entries;
    uint32_t entry_count;
    bool is_damaged;            /* some chain or the directory is broken */
};

/* Everything is allocated in arena and borrows file. false: no compound file at all. */
bool ole2_open(struct ole2 *ole, struct span file, struct arena *arena);

/* The octets of a stream, whole; short and is_damaged when its chain breaks. */
struct span ole2_stream(struct ole2 *ole, uint32_t entry);

/* A child of a storage by name (ASCII letters in any case); OLE2_NONE when there is none. */
uint32_t ole2_find(const struct ole2 *ole, uint32_t storage, struct span name);

/* All properties of a property set stream. */
void ole2_properties(struct span stream, struct sink *sink);

#endif
