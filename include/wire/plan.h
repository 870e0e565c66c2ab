/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef WIRE_PLAN_H
#define WIRE_PLAN_H

/* A scan plan as one message: from the safe side to the scanner template. */
#include "base/arena.h"
#include "facts/plan.h"
#include "wire/wire.h"

/* out->failed when it is larger than a message may be. */
void plan_encode(const struct scan_plan *plan, struct buf *out);

/* A plan in arena, its text copied there. NULL when the message is no plan, or the arena is full. */
struct scan_plan *plan_decode(struct wire_in *in, struct arena *arena);

#endif
