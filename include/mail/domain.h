/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef MAIL_DOMAIN_H
#define MAIL_DOMAIN_H

/*
 * Domains in the one form the rest of the program compares: A-labels (RFC 5890),
 * lower case, no trailing dot; address literals "[192.0.2.1]" and "[IPv6:…]" in
 * lower case.
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/span.h"

/*
 * Normalise a domain as written (ASCII or UTF-8, IDNA2008 non-transitional by
 * libidn2). Returns a span in arena; a null pointer when it is no domain of
 * RFC 5321 (empty label, over 63 or 255 octets, bad character, unassigned).
 */
struct span domain_normalise(struct arena *arena, struct span written);

/* Is domain under ".suffix" (a normalised domain with a dot in front)? "a.b" is under ".b", "b" is not. */
bool domain_is_under(struct span domain, struct span dotted_suffix);

/*
 * The domain as a hurried person reads it: A-labels shown, letters of any script that
 * look like ASCII as these, without accents. In arena; a null pointer when it cannot be told.
 */
struct span domain_as_seen(struct arena *arena, struct span domain);

/* Would a person take one of its labels for ASCII, or does one mix scripts? (text/lookalike.h) */
bool domain_is_lookalike(struct span domain);

#endif
