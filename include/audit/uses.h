/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef AUDIT_USES_H
#define AUDIT_USES_H

/*
 * How often each exception was used, counted from the record: a verdict that let a
 * message go names the exceptions it needed.
 *
 * NAME.uses beside the record NAME holds the counts up to one of its records, so
 * that they outlive a rotation; what the file NAME holds behind that record is
 * counted when they are loaded. Days are those of UTC.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum { USES_MAX = 10000, USES_FILE_BYTES = 8 << 20 };

struct use {
    char *name;                 /* of the exception */
    uint64_t total;
    int64_t day;                /* since 1970-01-01 */
    uint64_t today;             /* on that day */
};

/* Zeroed is empty. Not for several threads at once. */
struct uses {
    struct use *items;
    size_t count, capacity;
};

void uses_fini(struct uses *uses);

int64_t uses_day(int64_t realtime_us);

/* More uses (or, below zero, fewer) of one exception on one day. -1: no memory, or more than USES_MAX names. */
int uses_add(struct uses *uses, struct span name, int64_t day, int64_t by);
const struct use *uses_find(const struct uses *uses, struct span name);

/* Take the greater of both counts, name by name. */
int uses_raise(struct uses *uses, const struct uses *other);

/* Add what a record's text says was used; most say nothing, and cost a look. -1: no memory. */
int uses_note_record(struct uses *uses, struct span record);
int uses_merge(struct uses *uses, const struct uses *more);

/* As a JSON text, with the number of the last record counted. */
int uses_encode(const struct uses *uses, uint64_t sequence, struct buf *out);
int uses_decode(struct uses *uses, struct span text, uint64_t *sequence_out);

/*
 * Of the record NAME in the folder: NAME.uses and what the file holds behind it. No
 * files is no uses. -1: err, what is there cannot be read; nobody may then say
 * that anything is left.
 */
int uses_load(int directory_fd, const char *name, struct uses *uses, struct err *err);

/* Replace NAME.uses. -1: err. */
int uses_save(int directory_fd, const char *name, const struct uses *uses, uint64_t sequence,
              struct err *err);

#endif
