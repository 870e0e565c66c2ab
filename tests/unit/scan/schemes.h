/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TEST_SCHEMES_H
#define TEST_SCHEMES_H

/* The shipped label schemes as a plan, for tests of rooms that may not include conf/. */
#include "base/arena.h"
#include "facts/plan.h"

/* Read etc/labels.d/NAME.conf for each of names (ended by NULL). Ends the test when it cannot. */
struct scan_plan *schemes_load(struct arena *arena, const char *const *names);

/* All that are shipped. */
extern const char *const schemes_shipped[];

/* Add one label with one mark, as a custom scheme file would. */
void schemes_add(struct arena *arena, struct scan_plan *plan, const char *scheme, const char *name,
                 const char *mark);

/* Index of "fr:SECRET", or LABEL_UNKNOWN. */
int32_t schemes_find(const struct scan_plan *plan, struct span full_name);

#endif
