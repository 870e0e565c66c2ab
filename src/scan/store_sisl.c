/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Fortra (Boldon James) labels in document properties: sisl XML cut into pieces of
 * 255 characters, bjDocumentLabelXML, bjDocumentLabelXML-0, -1 and so on.
 */
#include "reading_priv.h"

enum { MAX_DOCUMENTS = 64, PIECES_BYTES = 1 << 16 };

struct sisl_pieces {
    struct sisl_pieces *next;
    uint32_t document;
    struct span where;
    size_t len;
    char text[PIECES_BYTES];
};

bool store_sisl_piece(struct reading *reading, const struct store_place *place, struct span name,
                      struct span value)
{
    struct sisl_pieces *pieces = reading->sisl;
    unsigned documents = 0;

    if (!span_starts_with_nocase(name, SPAN("bjDocumentLabelXML")))
        return false;
    for (; pieces != NULL && pieces->document != place->document; pieces = pieces->next)
        documents++;
    if (pieces == NULL && documents < MAX_DOCUMENTS) {
        pieces = arena_alloc(reading->facts->arena, sizeof *pieces);
        if (pieces != NULL) {
            pieces->next = reading->sisl;
            pieces->document = place->document;
            pieces->where = arena_copy(reading->facts->arena, place->where);
            reading->sisl = pieces;
        }
    }
    if (pieces == NULL || value.len > PIECES_BYTES - pieces->len) {
        store_unknown(reading, place, name);
        return true;
    }
    for (size_t i = 0; i < value.len; i++)
        pieces->text[pieces->len++] = value.ptr[i];
    return true;
}

void store_sisl_finish(struct reading *reading)
{
    for (const struct sisl_pieces *pieces = reading->sisl; pieces != NULL; pieces = pieces->next) {
        struct store_place place = { .where = pieces->where,
                                     .document = pieces->document,
                                     .source = SOURCE_METADATA };

        store_xml(reading, &place, (struct span){ pieces->text, pieces->len });
    }
}
