/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_INFLATED_H
#define EXTRACT_INFLATED_H

/* Deflated octets (RFC 1950 to 1952) by zlib, each chunk asked for at the sink first. */
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "extract/extract.h"

/* What surrounds the deflated octets. */
enum inflated_frame { INFLATED_ZLIB = 1, INFLATED_GZIP, INFLATED_BARE };

/*
 * Append what in unpacks to. Returns how many octets of in it took, or 0 when the
 * stream is broken, cut, or dearer than the budget; out keeps what came before.
 */
size_t inflated_append(struct sink *sink, struct span in, enum inflated_frame frame, struct buf *out);

#endif
