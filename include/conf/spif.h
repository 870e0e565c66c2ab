/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CONF_SPIF_H
#define CONF_SPIF_H

/*
 * A security policy information file in XML (Open XML SPIF, http://www.xmlspif.org/spif):
 * what an authority publishes about its own labels. Elements are known by their local
 * names, so that files of all versions are read.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "facts/plan.h"

enum { SPIF_MAX_VALUES = 2000 };    /* classifications and categories together */

struct spif_value {
    struct span name;
    struct span number;         /* its "lacv": the value in a binary label */
    int32_t hierarchy;          /* of a classification */
    bool is_category;           /* a restrictive one: for whom, not how secret */
    struct span_list phrases;   /* how it is marked on paper */
};

struct spif {
    struct span name, id;       /* of the policy: "NATO", "1.3.26.1.3.1" */
    struct spif_value *values;
    size_t count, capacity;
};

/*
 * Read xml into out; all is copied to the arena. Obsolete classifications are read like
 * others, since old documents still bear them. False, and why in *why_out, when it is no
 * such file; a document type declaration is refused.
 */
bool spif_read(struct arena *arena, struct span xml, struct spif *out, const char **why_out);

#endif
