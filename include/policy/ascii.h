/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef POLICY_ASCII_H
#define POLICY_ASCII_H

/*
 * UTF-8 told in ASCII, for SMTP replies (RFC 5321, 4.2 allows nothing else) and
 * for comparing names an operator wrote with or without accents: "É" is "E",
 * "œ" is "oe", a no-break space is a space, what has no such form is "?".
 * Control characters become spaces.
 */
#include "base/arena.h"
#include "base/span.h"

/* In arena; a null pointer when it is full. */
struct span ascii_from_utf8(struct arena *arena, struct span utf8);

#endif
