/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef POLICY_PATTERN_H
#define POLICY_PATTERN_H

/*
 * Texts to compare with, as an operator writes them: "word" (equal, ASCII case
 * apart), "*.docm" (a glob with * and ?), "/^re-?gex$/" (PCRE2, UTF-8, caseless,
 * found anywhere unless anchored).
 *
 * A match costs time linear in the text for the first two; a regular expression
 * has a limit on steps and memory, and says so when it meets it.
 */
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum pattern_kind { PATTERN_EQUAL = 1, PATTERN_GLOB, PATTERN_REGEX };

enum pattern_result {
    PATTERN_NO = 1,
    PATTERN_YES,
    PATTERN_UNDECIDED   /* a limit was met or memory ended */
};

struct pattern {
    enum pattern_kind kind;
    struct span text;   /* as written */
    const void *regex;  /* pcre2_code in the arena; NULL for the other kinds */
};

/* text is borrowed; what is compiled lives in arena. -1 and err when the regular expression is no good. */
int pattern_init(struct arena *arena, struct pattern *pattern, struct span text, struct err *err);

enum pattern_result pattern_match(const struct pattern *pattern, struct span subject);

struct pattern_list {
    struct pattern *items;
    size_t count, capacity;
};

/* YES when one matches; else UNDECIDED when one could not be told; else NO. */
enum pattern_result pattern_list_match(const struct pattern_list *list, struct span subject);

#endif
