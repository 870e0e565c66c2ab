/* SPDX-License-Identifier: EUPL-1.2 */
#include "ole2.h"

#include <string.h>

#include "base/buf.h"
#include "codepage.h"
#include "le.h"

enum {
    HEADER_BYTES = 512, ENTRY_BYTES = 128, MINI_SECTOR_BYTES = 64, HEADER_DIFAT = 109,
    TYPE_STORAGE = 1, TYPE_STREAM = 2, TYPE_ROOT = 5
};

static const uint32_t last_regular_sector = 0xFFFFFFFA;

static struct span sector(const struct ole2 *ole, uint32_t number)
{
    uint64_t at = ((uint64_t)number + 1) * ole->sector_bytes;

    return at >= ole->file.len ? (struct span){ NULL, 0 }
                               : span_slice(ole->file, (size_t)at, (size_t)at + ole->sector_bytes);
}

/* Append the numbers of one sector to the allocation table. */
static void add_fat_sector(struct ole2 *ole, uint32_t number, size_t *filled)
{
    struct span bytes = sector(ole, number);

    for (size_t i = 0; i < ole->sector_bytes / 4 && *filled < ole->fat_count; i++)
        ole->fat[(*filled)++] = i * 4 + 4 <= bytes.len ? le32(bytes, i * 4) : OLE2_NONE;
}

/* The table of sector chains, by the list in the header and its continuation. */
static bool read_fat(struct ole2 *ole)
{
    size_t sectors = ole->file.len / ole->sector_bytes + 1, filled = 0;
    uint32_t next = le32(ole->file, 0x44);

    ole->fat_count = sectors;
    ole->fat = arena_alloc(ole->arena, sectors * sizeof *ole->fat);
    if (ole->fat == NULL)
        return false;
    memset(ole->fat, 0xFF, sectors * sizeof *ole->fat);
    for (size_t i = 0; i < HEADER_DIFAT; i++) {
        uint32_t number = le32(ole->file, 0x4C + 4 * i);
        if (number < last_regular_sector)
            add_fat_sector(ole, number, &filled);
    }
    for (size_t steps = 0; next < last_regular_sector && steps < sectors; steps++) {
        struct span list = sector(ole, next);
        size_t count = ole->sector_bytes / 4 - 1;
        for (size_t i = 0; i < count; i++) {
            uint32_t number = le32(list, 4 * i);
            if (number < last_regular_sector && 4 * i + 4 <= list.len)
                add_fat_sector(ole, number, &filled);
        }
        next = list.len == 0 ? OLE2_NONE : le32(list, 4 * count);
    }
    return true;
}

/*
 * The octets of a chain, at most size of them: a view where the sectors follow
 * each other, else a copy. No chain is longer than there are sectors.
 */
static struct span chain(struct ole2 *ole, uint32_t start, uint64_t size)
{
    size_t want = (size_t)((size + ole->sector_bytes - 1) / ole->sector_bytes), run = 0, count = 0;
    uint32_t number = start;
    char *copy;

    if (want > ole->fat_count)
        want = ole->fat_count;
    while (run < want && number == start + run && number < ole->fat_count && sector(ole, number).len > 0) {
        run++;
        number = ole->fat[number];
    }
    if (run == want) {
        uint64_t at = ((uint64_t)start + 1) * ole->sector_bytes;
        struct span whole = want == 0 ? (struct span){ "", 0 } : span_slice(ole->file, (size_t)at, (size_t)(at + size));
        ole->is_damaged |= whole.len < size;
        return whole;
    }
    copy = arena_alloc(ole->arena, want * ole->sector_bytes);
    if (copy == NULL) {
        ole->is_damaged = true;
        return (struct span){ "", 0 };
    }
    number = start;
    for (size_t i = 0; i < want && number < ole->fat_count; i++) {
        struct span bytes = sector(ole, number);
        if (bytes.len == 0)
            break;
        memcpy(copy + count, bytes.ptr, bytes.len);
        count += bytes.len;
        number = ole->fat[number];
    }
    ole->is_damaged |= count < size;
    return (struct span){ copy, count < size ? count : (size_t)size };
}

static struct span mini_chain(struct ole2 *ole, uint32_t start, uint64_t size)
{
    size_t want = (size_t)((size + MINI_SECTOR_BYTES - 1) / MINI_SECTOR_BYTES), count = 0;
    char *copy = want > ole->mini_fat_count ? NULL : arena_alloc(ole->arena, want * MINI_SECTOR_BYTES + 1);

    if (copy == NULL) {
        ole->is_damaged |= want > 0;
        return (struct span){ "", 0 };
    }
    for (size_t i = 0; i < want && start < ole->mini_fat_count; i++) {
        struct span bytes = span_slice(ole->mini, (size_t)start * MINI_SECTOR_BYTES,
                                       ((size_t)start + 1) * MINI_SECTOR_BYTES);
        if (bytes.len == 0)
            break;
        memcpy(copy + count, bytes.ptr, bytes.len);
        count += bytes.len;
        start = ole->mini_fat[start];
    }
    ole->is_damaged |= count < size;
    return (struct span){ copy, count < size ? count : (size_t)size };
}

struct span ole2_stream(struct ole2 *ole, uint32_t index)
{
    const struct ole2_entry *entry = &ole->entries[index];

    if (entry->opened.len > 0)
        return entry->opened;
    if (entry->is_storage || entry->size == 0)
        return (struct span){ "", 0 };
    return entry->size < ole->mini_cutoff ? mini_chain(ole, entry->start, entry->size)
                                          : chain(ole, entry->start, entry->size);
}

/* Numbers of the children, from the red-black tree of a storage: a plain walk, each entry once. */
static void adopt_children(struct ole2 *ole, struct span directory, uint8_t *is_adopted)
{
    struct task { uint32_t entry, parent; } *tasks;
    size_t count = 0, capacity = 3 * (size_t)ole->entry_count + 3;

    tasks = arena_alloc(ole->arena, capacity * sizeof *tasks);
    if (tasks == NULL || ole->entry_count == 0)
        return;
    tasks[count++] = (struct task){ le32(directory, 76), OLE2_ROOT };
    while (count > 0) {
        struct task task = tasks[--count];
        size_t at = (size_t)task.entry * ENTRY_BYTES;
        if (task.entry == OLE2_ROOT || task.entry >= ole->entry_count || is_adopted[task.entry])
            continue;
        is_adopted[task.entry] = 1;
        ole->entries[task.entry].parent = task.parent;
        tasks[count++] = (struct task){ le32(directory, at + 68), task.parent };
        tasks[count++] = (struct task){ le32(directory, at + 72), task.parent };
        if (ole->entries[task.entry].is_storage)
            tasks[count++] = (struct task){ le32(directory, at + 76), task.entry };
    }
}

static void read_entry(struct ole2 *ole, struct span bytes, struct ole2_entry *entry)
{
    uint8_t type = le8(bytes, 66);
    size_t name_bytes = le16(bytes, 64) >= 2 && le16(bytes, 64) <= 64 ? le16(bytes, 64) - 2U : 0;
    struct buf name;

    entry->parent = OLE2_NONE;
    entry->is_storage = type == TYPE_STORAGE || type == TYPE_ROOT;
    entry->start = le32(bytes, 116);
    entry->size = type == TYPE_STREAM || type == TYPE_ROOT ? le32(bytes, 120) : 0;
    if (type != TYPE_STREAM && !entry->is_storage)
        return;
    buf_init(&name, 0);
    codepage_decode_utf16(span_slice(bytes, 0, name_bytes), &name);
    entry->name = arena_copy(ole->arena, buf_span(&name));
    buf_fini(&name);
}

static bool read_directory(struct ole2 *ole)
{
    struct span directory = chain(ole, le32(ole->file, 0x30), ole->file.len);
    size_t count = directory.len / ENTRY_BYTES;
    uint8_t *is_adopted;

    /* Its length is not said anywhere: the chain's end is its end, but sectors are whole. */
    ole->is_damaged = directory.len % ole->sector_bytes != 0;
    if (count > OLE2_MAX_ENTRIES) {
        count = OLE2_MAX_ENTRIES;
        ole->is_damaged = true;
    }
    ole->entries = arena_alloc(ole->arena, (count + 1) * sizeof *ole->entries);
    is_adopted = arena_alloc(ole->arena, count + 1);
    if (ole->entries == NULL || is_adopted == NULL || count == 0)
        return false;
    ole->entry_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++)
        read_entry(ole, span_slice(directory, i * ENTRY_BYTES, (i + 1) * ENTRY_BYTES), &ole->entries[i]);
    ole->entries[OLE2_ROOT].is_storage = true;
    adopt_children(ole, directory, is_adopted);
    return true;
}

static void read_mini_fat(struct ole2 *ole)
{
    uint64_t bytes = (uint64_t)le32(ole->file, 0x40) * ole->sector_bytes;
    struct span table = chain(ole, le32(ole->file, 0x3C), bytes < ole->file.len ? bytes : ole->file.len);
    const struct ole2_entry *root = &ole->entries[OLE2_ROOT];

    ole->mini = chain(ole, root->start, root->size);
    ole->mini_fat = arena_alloc(ole->arena, table.len + 4);
    if (ole->mini_fat == NULL)
        return;
    ole->mini_fat_count = table.len / 4;
    for (size_t i = 0; i < ole->mini_fat_count; i++)
        ole->mini_fat[i] = le32(table, 4 * i);
}

bool ole2_open(struct ole2 *ole, struct span file, struct arena *arena)
{
    uint16_t shift = le16(file, 0x1E);

    *ole = (struct ole2){ .file = file, .arena = arena };
    if (!span_starts_with(file, SPAN("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) || file.len < HEADER_BYTES ||
        shift < 7 || shift > 16)
        return false;
    ole->sector_bytes = (size_t)1 << shift;
    ole->mini_cutoff = le32(file, 0x38);
    if (!read_fat(ole) || !read_directory(ole))
        return false;
    read_mini_fat(ole);
    return true;
}

uint32_t ole2_find(const struct ole2 *ole, uint32_t storage, struct span name)
{
    for (uint32_t i = 1; i < ole->entry_count; i++)
        if (ole->entries[i].parent == storage && span_equals_nocase(ole->entries[i].name, name))
            return i;
    return OLE2_NONE;
}
