/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CTL_RECALL_H
#define CTL_RECALL_H

/* From a verdict record back to the facts it was decided on, for replay. */
#include <jansson.h>

#include "base/arena.h"
#include "facts/facts.h"

struct policy;

/* A policy's labels, name to index. To be released by json_decref(). NULL without memory. */
json_t *recall_labels(const struct policy *policy);

/*
 * New facts in arena; a label the policy does not have becomes LABEL_UNKNOWN. Header
 * fields, subject and display names are not in records and stay empty. NULL when the
 * arena is full.
 */
struct facts *recall_facts(const json_t *record, const json_t *indexes, struct arena *arena);

#endif
