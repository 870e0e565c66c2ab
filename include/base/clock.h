/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Time, read where the world is read and passed on as a value. */
#include <stdint.h>

/* Since some start that never jumps: for deadlines and durations. */
uint64_t clock_monotonic_us(void);

/* Since 1970-01-01T00:00:00Z: for records, and for the dates a policy names. */
int64_t clock_realtime_us(void);

/* "2026-11-23T17:04:05.678901Z" (RFC 3339), 27 octets and a NUL. */
void clock_format(int64_t realtime_us, char out[28]);

/*
 * The reverse, for "2026-12-31", "2026-12-31T18:00" and the form above; a date
 * alone is its first instant, UTC. Returns -1 when the text is none of these.
 */
int clock_parse(const char *text, int64_t *realtime_us_out);

#endif
