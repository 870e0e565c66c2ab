/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Objects without cross-references: every "N G obj" in the file, in order. It
 * serves damaged files, and shows objects that no section names any more.
 */
#include <string.h>

#include "pdf_priv.h"

static const char *back_over_digits(const char *at, const char *start, uint64_t *value_out)
{
    const char *end = at;
    uint64_t unit = 1;

    *value_out = 0;
    while (at > start && at[-1] >= '0' && at[-1] <= '9' && end - at < 10) {
        *value_out += (uint64_t)(*--at - '0') * unit;
        unit *= 10;
    }
    return at == end ? NULL : at;
}

static const char *back_over_space(const char *at, const char *start)
{
    const char *end = at;

    while (at > start && pdf_is_space(at[-1]) && end - at < 8)
        at--;
    return at == end ? NULL : at;
}

static void add_swept(struct pdf_file *file, uint32_t number, uint64_t offset)
{
    struct pdf_definition **moved = arena_grow(file->arena, file->swept, file->swept_count,
                                               &file->swept_capacity, sizeof(struct pdf_definition *));
    struct pdf_definition *definition = arena_alloc(file->arena, sizeof *definition);

    if (moved == NULL || definition == NULL)
        return;
    definition->number = number;
    definition->offset = offset;
    definition->is_swept = true;
    file->swept = moved;
    file->swept[file->swept_count++] = definition;
}

void pdf_sweep(struct pdf_file *file)
{
    const char *start = file->bytes.ptr, *end = start + file->bytes.len, *at = start;

    while (at < end && (at = memmem(at, (size_t)(end - at), "obj", 3)) != NULL) {
        uint64_t number, generation;
        const char *back = back_over_space(at, start);
        at += 3;
        if (back == NULL || (back = back_over_digits(back, start, &generation)) == NULL ||
            (back = back_over_space(back, start)) == NULL ||
            (back = back_over_digits(back, start, &number)) == NULL)
            continue;
        if (number > 0 && number < PDF_MAX_OBJECTS)
            add_swept(file, (uint32_t)number, (uint64_t)(back - start));
    }
}

/* Revisions end in "%%EOF": how many of them stand behind an offset, walking from the end. */
struct revision_walk {
    size_t from;
    uint32_t behind;
};

static void walk_back(struct pdf_file *file, struct revision_walk *walk, uint64_t offset)
{
    while (walk->from > offset) {
        const char *found = memrchr(file->bytes.ptr, '%', walk->from);
        size_t at = found == NULL ? 0 : (size_t)(found - file->bytes.ptr);
        if (found == NULL || at <= offset) {
            walk->from = (size_t)offset;
            return;
        }
        if (span_starts_with(span_slice(file->bytes, at, file->bytes.len), SPAN("%EOF")) &&
            walk->behind < PDF_MAX_SECTIONS - 1)
            walk->behind++;
        walk->from = at;
    }
}

/* Trailer dictionaries, last first, merged into one by the first that has the key. */
static void collect_trailers(struct pdf_file *file)
{
    struct span rest = file->bytes;
    size_t at = 0;

    file->section_count = 0;
    while ((at += span_find(span_slice(rest, at, rest.len), SPAN("trailer"))) < rest.len) {
        struct pdf_lexer lexer;
        struct pdf_value value;
        at += 7;
        pdf_lexer_init(&lexer, span_slice(rest, at, rest.len), file->arena);
        if (file->section_count < PDF_MAX_SECTIONS && pdf_parse_value(&lexer, &value) &&
            value.kind == PDF_DICT) {
            memmove(file->trailers + 1, file->trailers, file->section_count * sizeof(struct pdf_dict *));
            file->trailers[0] = value.dict;
            file->section_count++;
        }
        at = (size_t)(lexer.at - rest.ptr);     /* also behind what was none: time stays linear */
    }
}

static void add_packed_objects(struct pdf_file *file, struct pdf_definition *container)
{
    struct pdf_dict *dict = pdf_dict_of(container->value);
    struct pdf_lexer lexer;
    double count = pdf_get_number(file, dict, SPAN("N"), 0);

    pdf_lexer_init(&lexer, pdf_stream_bytes(file, dict), file->arena);
    for (uint32_t i = 0; (double)i < count; i++) {
        struct pdf_definition *inner;
        struct pdf_token number, offset;
        pdf_lexer_next(&lexer, &number);
        pdf_lexer_next(&lexer, &offset);
        if (number.kind != PDF_TOKEN_VALUE || number.value.kind != PDF_INTEGER ||
            offset.kind != PDF_TOKEN_VALUE || number.value.integer <= 0 ||
            number.value.integer >= PDF_MAX_OBJECTS)
            return;
        inner = pdf_file_define(file, (uint32_t)number.value.integer, container->section);
        if (inner != NULL) {
            inner->container = container->number;
            inner->index = i;
        }
    }
}

/* A trailer where there is none: from a cross-reference stream, or just the catalogue. */
static void adopt_root(struct pdf_file *file, struct pdf_definition *definition)
{
    struct pdf_dict *dict = pdf_dict_of(definition->value), *trailer;
    struct span type = pdf_get_name(file, dict, SPAN("Type"));

    if (file->section_count > 0 && pdf_dict_raw(file->trailers[0], SPAN("Root")).kind == PDF_REF)
        return;
    if (span_equals(type, SPAN("XRef"))) {
        file->trailers[0] = dict;
        file->section_count = 1;
    } else if (span_equals(type, SPAN("Catalog"))) {
        trailer = arena_alloc(file->arena, sizeof *trailer);
        if (trailer == NULL || (trailer->entries = arena_alloc(file->arena, sizeof *trailer->entries)) == NULL)
            return;
        trailer->count = trailer->capacity = 1;
        trailer->entries[0].key = SPAN("Root");
        trailer->entries[0].value = (struct pdf_value){ .kind = PDF_REF, .ref = { definition->number, 0 } };
        file->trailers[0] = trailer;
        file->section_count = 1;
    }
}

void pdf_rebuild(struct pdf_file *file)
{
    struct revision_walk walk = { .from = file->bytes.len };
    uint32_t base = 0;

    file->is_rebuilt = file->is_damaged = true;
    file->has_superseded = false;
    file->view = 0;
    if (file->number_limit > 0)
        memset(file->newest, 0, file->number_limit * sizeof(struct pdf_definition *));
    collect_trailers(file);
    for (size_t i = file->swept_count; i-- > 0;) {
        struct pdf_definition *swept = file->swept[i], *definition;
        walk_back(file, &walk, swept->offset);
        if (i + 1 == file->swept_count)
            base = walk.behind;         /* what stands behind the last object ends the last revision */
        file->oldest_section = walk.behind - base;
        definition = pdf_file_define(file, swept->number, file->oldest_section);
        if (definition != NULL)
            definition->offset = swept->offset;
    }
    for (size_t i = file->swept_count; i-- > 0;) {
        struct pdf_definition *definition = pdf_file_find(file, file->swept[i]->number);
        if (definition == NULL || definition->container != 0 || definition->is_loaded)
            continue;
        pdf_file_load(file, definition);
        if (definition->value.kind != PDF_DICT)
            continue;
        if (span_equals(pdf_get_name(file, definition->value.dict, SPAN("Type")), SPAN("ObjStm")))
            add_packed_objects(file, definition);
        adopt_root(file, definition);
    }
    for (uint32_t number = 0; number < file->number_limit; number++) {
        struct pdf_definition *definition = pdf_file_find(file, number);
        if (definition != NULL && definition->container != 0 &&
            pdf_file_load(file, definition).kind == PDF_DICT)
            adopt_root(file, definition);
    }
    if (file->section_count == 0)
        file->section_count = 1;        /* all views are of section 0 */
}
