/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CONF_SETTING_H
#define CONF_SETTING_H

/*
 * The one table of everything a policy file may say. Parsing, defaults, checks,
 * the list that tools print, and the test that compares it with the manual and
 * with etc/policy.conf are all drawn from it.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "policy/policy.h"

/* The kinds of sections; SECTION_TOP is the file itself. */
enum section {
    SECTION_TOP = 1,
    SECTION_SENDERS,
    SECTION_SERVER,
    SECTION_LIST,
    SECTION_LANGUAGE,
    SECTION_TEXT,
    SECTION_SCHEME,
    SECTION_LABEL,
    SECTION_DESTINATION,
    SECTION_EXCEPTION,
    SECTION_RULE,
    SECTION_FAILURE,
    SECTION_LIMITS,
    SECTION_COUNT
};

struct section_kind {
    const char *name;       /* as written; NULL for the file itself */
    enum section parent;
    bool titled;            /* section "NAME" { … }, as often as wanted; else at most once */
    const char *meaning;
};

enum value_type {
    VALUE_TEXT = 1,
    VALUE_BOOL,             /* true, false, yes, no, on, off */
    VALUE_NUMBER,           /* whole, min to max */
    VALUE_SIZE,             /* octets: 500, 20K, 50M, 1G */
    VALUE_DURATION,         /* milliseconds: 500ms, 30s, 5min, 1h */
    VALUE_FILE,             /* the name of a file to read with the policy */
    VALUE_DATE,             /* 2026-12-31, 2026-12-31T18:00 (UTC) */
    VALUE_CHOICE            /* one of the words in choices, separated by blanks */
};

struct setting {
    enum section section;
    const char *name;
    enum value_type type;
    bool is_list;           /* {"a", "b"}, or one value */
    bool required;
    const char *fallback;   /* what is in force when it is not set; NULL: nothing */
    const char *choices;    /* for VALUE_CHOICE */
    long long min, max;     /* for numbers, sizes and durations */
    enum condition_kind condition;  /* of a rule: "unless_NAME" is then a setting too; else 0 */
    const char *meaning;
};

const struct section_kind *section_kind(enum section section);

extern const struct setting settings_table[];
extern const size_t settings_count;

/* NULL when the section has no such setting. *unless_out: it was written "unless_NAME". */
const struct setting *setting_find(enum section section, struct span name, bool *unless_out);

/* The names of a section's settings and sections, for messages: "a, b, c". */
struct span settings_listed(struct arena *arena, enum section section);

/* SECTION_COUNT when parent has no such section. */
enum section section_find(enum section parent, struct span name);

#endif
