/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TEXT_LOOKALIKE_H
#define TEXT_LOOKALIKE_H

/* Domain labels made to be taken for others (UTS #39). */
#include <stdbool.h>

#include "base/span.h"

/*
 * A label of a domain in UTF-8 ("xn--" decoded): true when all of it looks like
 * ASCII and is not ("аpple" with a Cyrillic letter), or when it mixes Latin letters
 * with those of another script. Accented letters, and words wholly in a script of
 * their own, are not suspicious; nor is anything that is ASCII.
 */
bool lookalike_is_suspicious(struct span utf8_domain_label);

#endif
