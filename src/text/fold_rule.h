/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TEXT_FOLD_RULE_H
#define TEXT_FOLD_RULE_H

/*
 * What folding does to one code point, computed from ICU's properties: the table
 * is generated from it, and a test holds the table against it. Not linked into
 * the programs.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How the fold table is laid out. A code point below FOLD_TABLE_RUNES has a block
 * number in fold_blocks[rune / 64], and there an offset into fold_pool; offset 0
 * means the character folds to itself. A record in the pool is a flag octet, a
 * length and so many octets of UTF-8; with FOLD_SCRIPTED a second length and text
 * follow, for FOLD_KEEP_SCRIPTS.
 */
enum fold_record_flag {
    FOLD_DISGUISE = 1,      /* nobody writes this by accident in the middle of a word */
    FOLD_IGNORED = 2,       /* nothing is seen of it */
    FOLD_SPACE = 4,
    FOLD_NEWLINE = 8,
    FOLD_SCRIPTED = 16
};

enum { FOLD_BLOCK = 64, FOLD_TABLE_RUNES = 0x2FA40 };

enum { FOLD_RULE_BYTES = 128 };

struct fold_rule;

/* NULL when ICU's confusables data cannot be loaded. */
struct fold_rule *fold_rule_new(void);
void fold_rule_free(struct fold_rule **rule);

/* A set of enum fold_record_flag; the folded UTF-8 in out, its length in *len_out. */
unsigned fold_rule_apply(const struct fold_rule *rule, uint32_t rune, bool keep_scripts,
                         char out[FOLD_RULE_BYTES], size_t *len_out);

#endif
