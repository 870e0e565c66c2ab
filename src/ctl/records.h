/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CTL_RECORDS_H
#define CTL_RECORDS_H

/*
 * Reading the audit record back: lines of plain and compressed files, which of
 * them are wanted, and a walk over all files of a record, oldest first.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "ctl_priv.h"

/* ---- lines.c ---- */

struct line_reader;

/* Plain, gzip, bzip2, xz or zstd by content; "-" is standard input. NULL: err. */
struct line_reader *line_reader_open(const char *path, struct err *err);

/* The same over octets in memory, which must stay. */
struct line_reader *line_reader_open_memory(struct span octets, struct err *err);
void line_reader_close(struct line_reader **reader);

/*
 * The next line without its newline, valid until the next call; a line longer
 * than CHAIN_RECORD_BYTES comes cut one octet past it. Returns 1, or 0 at the end,
 * or -1 and err when the file cannot be read on.
 */
int line_reader_next(struct line_reader *reader, struct span *line_out, struct err *err);

/* Did the last line returned end with a newline? A writer may still be at work on it. */
bool line_reader_is_whole(const struct line_reader *reader);

/* ---- filter.c ---- */

/* Which records are wanted; NULL or empty: any. Words may hold "*", "?" and "[…]" (fnmatch(3)). */
struct record_filter {
    char since[28], until[28];  /* as in the records, so they compare as text */
    const char *sender, *recipient, *verdict, *rule, *label, *id;
};

/* The options every command over records has; filter_items fills them in, filter_read reads them. */
enum { FILTER_SINCE, FILTER_UNTIL, FILTER_SENDER, FILTER_RECIPIENT, FILTER_VERDICT, FILTER_RULE,
       FILTER_LABEL, FILTER_ID, FILTER_POLICY, FILTER_OPTIONS };

void filter_items(struct option items[FILTER_OPTIONS]);

/* -1 after a complaint: a time or a verdict that is none. now_us is for "2h", "today". */
int filter_read(const struct option items[FILTER_OPTIONS], int64_t now_us,
                struct record_filter *filter_out);

/* Could the line match? Never false when filter_matches() is true, and much cheaper. */
bool filter_may_match(const struct record_filter *filter, struct span line);
bool filter_matches(const struct record_filter *filter, const json_t *record);

/* An instant as RFC 3339 text or "today", "yesterday", "90s", "15m", "2h", "7d" (ago). -1: none. */
int instant_parse(const char *text, int64_t now_us, int64_t *realtime_us_out);

/* ---- files.c ---- */

/* The files of a record, oldest first. */
struct record_files {
    char **paths;
    uint64_t *first_sequences;
    size_t count;
    char *key_path;         /* of the chain's key, where the policy that named the record names one; else NULL */
};

/*
 * The paths given or, when there are none, the record the policy names with what
 * a rotation put beside it ("FILE.1", "FILE-20261123.xz"…). -1 after a complaint.
 */
int record_files_find(const char **paths, size_t path_count, const char *policy_path,
                      struct record_files *files_out);
void record_files_free(struct record_files *files);

/* ---- records.c ---- */

/*
 * Parse and visit each record the filter wants, until visit returns false. Lines
 * that are no record are counted and complained of once. -1 after a complaint when
 * a file could not be read, the others still are.
 */
typedef bool record_visit(void *data, const json_t *record, struct span line);

int records_each(const struct record_files *files, const struct record_filter *filter,
                 record_visit *visit, void *data);

/* One line of a record file: parsed, matched, visited. Returns what visit returned, or true. */
bool record_line_visit(struct span line, const struct record_filter *filter, record_visit *visit,
                       void *data, size_t *bad_lines);

/* ---- members of a record, whatever a damaged line holds instead ---- */

/* "" when it is no string. */
const char *member_text(const json_t *object, const char *key);
bool record_is(const json_t *record, const char *kind);

/* A table of counts by name, for totals. */
void count_up(json_t *counts, const char *name);

/* Most frequent first, indented, at most limit (0: all); nothing when empty. */
void print_counts(FILE *out, const char *heading, const json_t *counts, size_t limit);

/* ---- printing ---- */
void print_record_line(FILE *out, const json_t *record, bool colour);
void print_record_full(FILE *out, const json_t *record);

/* ---- follow.c ---- */

/* Visit what is and what will be appended to path, over rotations, until visit returns false. */
int records_follow(const char *path, const struct record_filter *filter, record_visit *visit,
                   void *data);

#endif
