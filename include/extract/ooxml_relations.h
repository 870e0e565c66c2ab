/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_OOXML_RELATIONS_H
#define EXTRACT_OOXML_RELATIONS_H

/*
 * Who points to whom in an Office Open XML package (ISO/IEC 29500-2, 9): the
 * ".rels" part beside a part gives each of its links an id, a type, a target.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"

struct ooxml_relation {
    struct span id, type, target;   /* target of an inner link is a part name without leading "/" */
    bool external;
};

struct ooxml_relations {
    struct ooxml_relation *items;
    size_t count, capacity;
};

/* Read rels, the links of the part named source. All is copied to the arena. */
void ooxml_relations_read(struct ooxml_relations *relations, struct arena *arena, struct span source,
                          struct span rels);

/* The relation of that id, or NULL. */
const struct ooxml_relation *ooxml_relation_find(const struct ooxml_relations *relations, struct span id);

/* "ppt/_rels/presentation.xml.rels" for "ppt/presentation.xml". */
struct span ooxml_relations_name(struct arena *arena, struct span part);

#endif
