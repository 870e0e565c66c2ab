/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Runs while the program is built and prints src/text/fold_table.h: what folding
 * does to each code point, in the layout of fold_rule.h. Equal blocks and equal
 * records are stored once.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fold_rule.h"

enum { BLOCKS = FOLD_TABLE_RUNES / FOLD_BLOCK, POOL_BYTES = 1 << 16, RECORD_BYTES = 300 };
enum { HANGUL_FIRST = 0xAC00, HANGUL_LAST = 0xD7A3 };

struct table {
    uint16_t blocks[BLOCKS];            /* number of the stored block */
    uint16_t entries[BLOCKS][FOLD_BLOCK];
    size_t stored;
    unsigned char pool[POOL_BYTES];
    size_t pool_len;
};

static void fail(const char *why)
{
    fprintf(stderr, "gen_fold: %s\n", why);
    exit(1);
}

/* Where the record stands in the pool; appended when it is new. */
static uint16_t pool_offset(struct table *table, const unsigned char *record, size_t len)
{
    for (size_t at = 2; at < table->pool_len;) {
        const unsigned char *have = table->pool + at;
        size_t have_len = 2U + have[1];

        if ((have[0] & FOLD_SCRIPTED) != 0)
            have_len += 1U + have[have_len];
        if (have_len == len && memcmp(have, record, len) == 0)
            return (uint16_t)at;
        at += have_len;
    }
    if (table->pool_len + len > POOL_BYTES)
        fail("the pool is full: widen its offsets");
    memcpy(table->pool + table->pool_len, record, len);
    table->pool_len += len;
    return (uint16_t)(table->pool_len - len);
}

static uint16_t entry_for(struct table *table, const struct fold_rule *rule, uint32_t rune)
{
    unsigned char record[RECORD_BYTES];
    char folded[FOLD_RULE_BYTES], scripted[FOLD_RULE_BYTES];
    size_t folded_len, scripted_len, len = 0;
    unsigned flags = fold_rule_apply(rule, rune, false, folded, &folded_len);
    struct buf self;
    uint16_t entry = 0;

    (void)fold_rule_apply(rule, rune, true, scripted, &scripted_len);
    buf_init(&self, 0);
    buf_append_rune(&self, rune);
    if (folded_len != scripted_len || memcmp(folded, scripted, folded_len) != 0)
        flags |= FOLD_SCRIPTED;
    if (flags == 0 && span_equals(buf_span(&self), (struct span){ folded, folded_len })) {
        buf_fini(&self);
        return entry;
    }
    record[len++] = (unsigned char)flags;
    record[len++] = (unsigned char)folded_len;
    memcpy(record + len, folded, folded_len);
    len += folded_len;
    if ((flags & FOLD_SCRIPTED) != 0) {
        record[len++] = (unsigned char)scripted_len;
        memcpy(record + len, scripted, scripted_len);
        len += scripted_len;
    }
    entry = pool_offset(table, record, len);
    buf_fini(&self);
    return entry;
}

static void add_block(struct table *table, const struct fold_rule *rule, uint32_t number)
{
    uint16_t *fresh = table->entries[table->stored];

    for (uint32_t i = 0; i < FOLD_BLOCK; i++) {
        uint32_t rune = number * FOLD_BLOCK + i;
        /* Syllables are taken apart by arithmetic (The Unicode Standard, 3.12). */
        bool computed = rune >= HANGUL_FIRST && rune <= HANGUL_LAST;

        fresh[i] = computed ? 0 : entry_for(table, rule, rune);
    }
    for (size_t have = 0; have < table->stored; have++)
        if (memcmp(table->entries[have], fresh, sizeof table->entries[0]) == 0) {
            table->blocks[number] = (uint16_t)have;
            return;
        }
    table->blocks[number] = (uint16_t)table->stored++;
}

static void print_table(const struct table *table)
{
    printf("/* SPDX-License-Identifier: EUPL-1.2 */\n/* Made by gen_fold; do not edit. */\n"
           "#include <stdint.h>\n\nstatic const uint16_t fold_blocks[%d] = {", BLOCKS);
    for (size_t i = 0; i < BLOCKS; i++)
        printf("%s%u,", i % 16 == 0 ? "\n    " : " ", table->blocks[i]);
    printf("\n};\n\nstatic const uint16_t fold_entries[%zu][%d] = {", table->stored, FOLD_BLOCK);
    for (size_t block = 0; block < table->stored; block++) {
        printf("\n    {");
        for (size_t i = 0; i < FOLD_BLOCK; i++)
            printf("%s%u,", i % 16 == 0 ? "\n        " : " ", table->entries[block][i]);
        printf("\n    },");
    }
    printf("\n};\n\nstatic const unsigned char fold_pool[%zu] = {", table->pool_len);
    for (size_t i = 0; i < table->pool_len; i++)
        printf("%s%u,", i % 20 == 0 ? "\n    " : " ", table->pool[i]);
    printf("\n};\n");
}

int main(void)
{
    struct fold_rule *rule = fold_rule_new();
    struct table *table = calloc(1, sizeof *table);

    if (rule == NULL || table == NULL)
        fail("no memory, or no ICU data");
    table->pool_len = 2;    /* offset 0 is no record */
    for (uint32_t number = 0; number < BLOCKS; number++)
        add_block(table, rule, number);
    print_table(table);
    fold_rule_free(&rule);
    free(table);
    return fflush(stdout) == 0 ? 0 : 1;
}
