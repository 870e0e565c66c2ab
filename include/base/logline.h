/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef BASE_LOGLINE_H
#define BASE_LOGLINE_H

/*
 * One event in one line: "EVENT key=value key=value", easy to grep.
 *
 * A value with white space, quotes or "=" is put in double quotes; control
 * characters, backslash, quotes and octets that are no UTF-8 are written \xNN,
 * and a value is cut after LOGLINE_VALUE_BYTES with "..." behind it: what a
 * stranger sent can neither forge a line nor fill the log.
 */
#include "base/buf.h"
#include "base/span.h"

enum { LOGLINE_VALUE_BYTES = 256 };

void logline_begin(struct buf *line, const char *event);
void logline_add(struct buf *line, const char *key, struct span value);
void logline_add_u64(struct buf *line, const char *key, uint64_t value);

#endif
