/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SCAN_RELEASE_H
#define SCAN_RELEASE_H

/* The nations and groups named behind "REL TO" and the like (CAPCO; ADatP-4774, "Releasable To"). */
#include <stddef.h>

#include "base/span.h"

/*
 * Where the list of names ends that begins at octet at of a text as written: names begin
 * with a capital or a digit, and commas, "/", "&", "and", "et" stand between them. A line's
 * end, "//" and any other word end it, and so do 256 octets. Returns at when no name stands there.
 */
size_t release_end(struct span text, size_t at);

#endif
