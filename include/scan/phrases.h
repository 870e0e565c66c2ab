/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SCAN_PHRASES_H
#define SCAN_PHRASES_H

/* Words around markings and addresses, in the languages markings come in. */
#include <stdbool.h>

#include "base/span.h"

/* Lists that end with NULL; folded when a matcher is built. */
extern const char *const phrases_negative[];    /* no markings, though one is in them */
extern const char *const phrases_company[];     /* stand near markings */
extern const char *const phrases_contact[];     /* for "@" and "." */

/* The same, written as folded text has it. */
extern const char *const phrases_release[];     /* a list of names follows: "rel to" */

/* Does this, before a colon, announce a classification? */
bool phrases_is_key(struct span folded);

/* May this word stand beside a marking and be part of it? */
bool phrases_is_qualifier(struct span folded);

#endif
