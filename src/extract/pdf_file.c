/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Cross-reference tables and streams, object streams, revisions (ISO 32000-2, 7.5).
 *
 * Each section of the chain that starts at "startxref" is one revision. An object
 * keeps a list of its definitions, newest first, and a view says from which
 * section on they count: so an older revision is read by the same code.
 */
#include <string.h>

#include "pdf_priv.h"

/* An object stream, opened: where its objects begin. */
struct pdf_packed {
    struct span bytes;
    uint64_t first;
    uint32_t count;
    struct { uint32_t number, offset; } objects[];
};

enum { STARTXREF_TAIL = 4096, REFERENCES_IN_A_ROW = 16, PARSE_FACTOR = 16 };

static bool grow_numbers(struct pdf_file *file, uint32_t number)
{
    size_t capacity = file->number_capacity == 0 ? 256 : file->number_capacity;
    struct pdf_definition **moved;

    if (number >= PDF_MAX_OBJECTS) {
        file->is_short = true;
        return false;
    }
    while (capacity <= number)
        capacity *= 2;
    if (capacity > file->number_capacity) {
        moved = arena_alloc(file->arena, capacity * sizeof(struct pdf_definition *));
        if (moved == NULL)
            return false;
        if (file->number_limit > 0)
            memcpy(moved, file->newest, file->number_limit * sizeof(struct pdf_definition *));
        file->newest = moved;
        file->number_capacity = capacity;
    }
    if (number >= file->number_limit)
        file->number_limit = number + 1;
    return true;
}

/* A new definition behind all of newer sections; NULL when that section has one already. */
struct pdf_definition *pdf_file_define(struct pdf_file *file, uint32_t number, uint32_t section)
{
    struct pdf_definition **slot, *definition;

    if (!grow_numbers(file, number))
        return NULL;
    for (slot = &file->newest[number]; *slot != NULL && (*slot)->section <= section; slot = &(*slot)->older)
        if ((*slot)->section == section)
            return NULL;
    if (slot != &file->newest[number] || *slot != NULL)
        file->has_superseded = true;
    definition = arena_alloc(file->arena, sizeof *definition);
    if (definition == NULL)
        return NULL;
    definition->number = number;
    definition->section = section;
    definition->older = *slot;
    *slot = definition;
    return definition;
}

struct pdf_definition *pdf_file_find(struct pdf_file *file, uint32_t number)
{
    struct pdf_definition *definition = number < file->number_limit ? file->newest[number] : NULL;

    while (definition != NULL && definition->section < file->view)
        definition = definition->older;
    return definition == NULL || definition->is_free ? NULL : definition;
}

static bool take_integer(struct pdf_lexer *lexer, int64_t *out)
{
    struct pdf_token token;

    pdf_lexer_next(lexer, &token);
    if (token.kind != PDF_TOKEN_VALUE || token.value.kind != PDF_INTEGER)
        return false;
    *out = token.value.integer;
    return true;
}

static bool take_word(struct pdf_lexer *lexer, struct span word)
{
    struct pdf_token token;

    pdf_lexer_next(lexer, &token);
    return token.kind == PDF_TOKEN_WORD && span_equals(token.word, word);
}

/* The octets behind "stream": by Length where "endstream" follows there, else up to the word. */
static struct span find_stream(struct pdf_file *file, const struct pdf_lexer *lexer, struct pdf_dict *dict)
{
    const char *at = lexer->at;
    struct span rest;
    double length;
    size_t end;

    if (at < lexer->end && *at == '\r')
        at++;
    if (at < lexer->end && *at == '\n')
        at++;
    rest = (struct span){ at, (size_t)(lexer->end - at) };
    length = pdf_number(pdf_get(file, dict, SPAN("Length")), -1);
    if (length >= 0 && length <= (double)rest.len) {
        struct span behind = span_slice(rest, (size_t)length, (size_t)length + 32);
        if (span_find(behind, SPAN("endstream")) <= 2 || span_starts_with(span_trim(behind), SPAN("endobj")))
            return span_slice(rest, 0, (size_t)length);
    }
    end = span_find(rest, SPAN("endstream"));
    file->parse_work += end;    /* or many streams without an end cost the file's length each */
    if (end == rest.len)
        file->is_damaged = true;
    return span_slice(rest, 0, end);
}

/* "N G obj" at an offset: the object, and *number_out what it says it is. */
static bool parse_object(struct pdf_file *file, struct pdf_definition *definition)
{
    struct pdf_lexer lexer;
    int64_t number, generation;
    struct pdf_token token;

    if (definition->offset >= file->bytes.len || file->parse_work > PARSE_FACTOR * (uint64_t)file->bytes.len + 4096) {
        file->is_short |= definition->offset < file->bytes.len;
        return false;
    }
    pdf_lexer_init(&lexer, span_slice(file->bytes, (size_t)definition->offset, file->bytes.len), file->arena);
    if (!take_integer(&lexer, &number) || !take_integer(&lexer, &generation) ||
        !take_word(&lexer, SPAN("obj")) || number != definition->number)
        return false;
    lexer.crypt = file->crypt;
    lexer.number = definition->number;
    lexer.generation = definition->generation = (uint32_t)generation;
    if (pdf_parse_value(&lexer, &definition->value) && definition->value.kind == PDF_DICT) {
        struct pdf_dict *dict = definition->value.dict;
        dict->number = definition->number;
        dict->generation = definition->generation;
        pdf_lexer_next(&lexer, &token);
        if (token.kind == PDF_TOKEN_WORD && span_equals(token.word, SPAN("stream")))
            dict->stream = find_stream(file, &lexer, dict);
    }
    file->parse_work += (uint64_t)(lexer.at - lexer.start);
    return true;
}

static struct pdf_packed *open_packed(struct pdf_file *file, struct pdf_definition *container)
{
    struct pdf_dict *dict = pdf_dict_of(pdf_file_load(file, container));
    double count = pdf_get_number(file, dict, SPAN("N"), 0);
    struct pdf_packed *packed;
    struct pdf_lexer lexer;
    struct span bytes;

    if (dict == NULL || dict->stream.ptr == NULL || count < 0 || count > PDF_MAX_OBJECTS)
        return NULL;
    bytes = pdf_stream_bytes(file, dict);
    if (count > (double)bytes.len / 2)
        count = (double)bytes.len / 2;
    packed = arena_alloc(file->arena, sizeof *packed + (size_t)count * sizeof packed->objects[0]);
    if (packed == NULL)
        return NULL;
    dict->is_read = true;
    packed->bytes = bytes;
    packed->first = (uint64_t)pdf_get_number(file, dict, SPAN("First"), 0);
    pdf_lexer_init(&lexer, bytes, file->arena);
    while (packed->count < (uint32_t)count) {
        int64_t number, offset;
        if (!take_integer(&lexer, &number) || !take_integer(&lexer, &offset) || number < 0 || offset < 0)
            break;
        packed->objects[packed->count].number = (uint32_t)number;
        packed->objects[packed->count++].offset = (uint32_t)offset;
    }
    return packed;
}

static bool parse_packed(struct pdf_file *file, struct pdf_definition *definition)
{
    struct pdf_definition *container = pdf_file_find(file, definition->container);
    struct pdf_packed *packed;
    struct pdf_lexer lexer;
    uint64_t offset;

    if (container == NULL || container->container != 0)
        return false;
    if (container->packed == NULL)
        container->packed = open_packed(file, container);
    packed = container->packed;
    if (packed == NULL || definition->index >= packed->count ||
        packed->objects[definition->index].number != definition->number)
        return false;
    offset = packed->first + packed->objects[definition->index].offset;
    if (offset >= packed->bytes.len)
        return false;
    pdf_lexer_init(&lexer, span_slice(packed->bytes, (size_t)offset, packed->bytes.len), file->arena);
    pdf_parse_value(&lexer, &definition->value);
    if (definition->value.kind == PDF_DICT)
        definition->value.dict->number = definition->number;
    file->parse_work += (uint64_t)(lexer.at - lexer.start);
    return true;
}

/* What the sweep found under that number, when a section points nowhere. */
static bool parse_swept(struct pdf_file *file, struct pdf_definition *definition)
{
    for (size_t i = file->swept_count; i-- > 0;) {
        if (file->swept[i]->number != definition->number)
            continue;
        definition->offset = file->swept[i]->offset;
        definition->container = 0;
        return parse_object(file, definition);
    }
    return false;
}

struct pdf_value pdf_file_load(struct pdf_file *file, struct pdf_definition *definition)
{
    bool done;

    if (definition->is_loaded || definition->is_loading)
        return definition->value;
    definition->is_loading = true;
    done = definition->container != 0 ? parse_packed(file, definition) : parse_object(file, definition);
    if (!done && !definition->is_swept && file->repairs < 1024) {
        file->repairs++;
        file->is_damaged |= !parse_swept(file, definition);
    }
    definition->is_loading = false;
    definition->is_loaded = true;
    return definition->value;
}

struct pdf_value pdf_resolve(struct pdf_file *file, struct pdf_value value)
{
    for (int i = 0; value.kind == PDF_REF && i < REFERENCES_IN_A_ROW; i++) {
        struct pdf_definition *definition = pdf_file_find(file, value.ref.number);
        if (definition == NULL)
            return (struct pdf_value){ .kind = PDF_NULL };
        value = pdf_file_load(file, definition);
    }
    if (value.kind == PDF_REF)
        return (struct pdf_value){ .kind = PDF_NULL };
    return value;
}

struct pdf_value pdf_get(struct pdf_file *file, const struct pdf_dict *dict, struct span key)
{
    return pdf_resolve(file, pdf_dict_raw(dict, key));
}

struct pdf_dict *pdf_dict_of(struct pdf_value value)
{
    return value.kind == PDF_DICT ? value.dict : NULL;
}

struct pdf_dict *pdf_get_dict(struct pdf_file *file, const struct pdf_dict *dict, struct span key)
{
    return pdf_dict_of(pdf_get(file, dict, key));
}

struct pdf_array *pdf_get_array(struct pdf_file *file, const struct pdf_dict *dict, struct span key)
{
    struct pdf_value value = pdf_get(file, dict, key);

    return value.kind == PDF_ARRAY ? value.array : NULL;
}

struct span pdf_get_name(struct pdf_file *file, const struct pdf_dict *dict, struct span key)
{
    struct pdf_value value = pdf_get(file, dict, key);

    return value.kind == PDF_NAME ? value.bytes : (struct span){ "", 0 };
}

double pdf_number(struct pdf_value value, double otherwise)
{
    if (value.kind == PDF_INTEGER)
        return (double)value.integer;
    return value.kind == PDF_REAL ? value.real : otherwise;
}

double pdf_get_number(struct pdf_file *file, const struct pdf_dict *dict, struct span key, double otherwise)
{
    return pdf_number(pdf_get(file, dict, key), otherwise);
}

struct pdf_value pdf_at(struct pdf_file *file, const struct pdf_array *array, size_t index)
{
    if (array == NULL || index >= array->count)
        return (struct pdf_value){ .kind = PDF_NULL };
    return pdf_resolve(file, array->items[index]);
}

static void define_at(struct pdf_file *file, uint32_t number, uint32_t section, uint64_t offset)
{
    struct pdf_definition *definition = pdf_file_define(file, number, section);

    if (definition != NULL)
        definition->offset = offset;
}

/* "xref" table behind its word (7.5.4); false when it ends in anything but a trailer. */
static bool read_table(struct pdf_file *file, struct pdf_lexer *lexer, uint32_t section)
{
    struct pdf_token token;

    for (;;) {
        int64_t start, count;
        pdf_lexer_next(lexer, &token);
        if (token.kind == PDF_TOKEN_WORD)
            return span_equals(token.word, SPAN("trailer"));
        if (token.kind != PDF_TOKEN_VALUE || token.value.kind != PDF_INTEGER)
            return false;
        start = token.value.integer;
        if (!take_integer(lexer, &count) || start < 0 || count < 0 || start + count > PDF_MAX_OBJECTS)
            return false;
        for (int64_t i = 0; i < count; i++) {
            int64_t offset, generation;
            if (!take_integer(lexer, &offset) || !take_integer(lexer, &generation))
                return false;
            pdf_lexer_next(lexer, &token);
            if (token.kind != PDF_TOKEN_WORD)
                return false;
            if (span_equals(token.word, SPAN("n")) && offset > 0) {
                define_at(file, (uint32_t)(start + i), section, (uint64_t)offset);
            } else {
                struct pdf_definition *freed = pdf_file_define(file, (uint32_t)(start + i), section);
                if (freed != NULL)
                    freed->is_free = true;
            }
        }
    }
}

static uint64_t take_field(const uint8_t *at, size_t width, uint64_t otherwise)
{
    uint64_t value = 0;

    if (width == 0)
        return otherwise;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | at[i];
    return value;
}

static void read_row(struct pdf_file *file, const uint8_t *row, const size_t *width, uint32_t number,
                     uint32_t section)
{
    uint64_t type = take_field(row, width[0], 1);
    uint64_t second = take_field(row + width[0], width[1], 0);
    uint64_t third = take_field(row + width[0] + width[1], width[2], 0);
    struct pdf_definition *definition;

    if (type > 2 || (type == 2 && (second == 0 || second >= PDF_MAX_OBJECTS)))
        return;
    definition = pdf_file_define(file, number, section);
    if (definition == NULL)
        return;
    definition->is_free = type == 0;
    if (type == 1) {
        definition->offset = second;
    } else if (type == 2) {
        definition->container = (uint32_t)second;
        definition->index = (uint32_t)third;
    }
}

/* Rows of a cross-reference stream (7.5.8). */
static bool read_rows(struct pdf_file *file, struct pdf_dict *dict, uint32_t section)
{
    struct pdf_array *widths = pdf_get_array(file, dict, SPAN("W"));
    struct pdf_array *index = pdf_get_array(file, dict, SPAN("Index"));
    struct span rows = pdf_stream_bytes(file, dict);
    size_t width[3], row_bytes, at = 0, ranges = index == NULL ? 1 : index->count / 2;

    for (size_t i = 0; i < 3; i++) {
        double w = pdf_number(pdf_at(file, widths, i), 0);
        if (w < 0 || w > 8)
            return false;
        width[i] = (size_t)w;
    }
    row_bytes = width[0] + width[1] + width[2];
    if (row_bytes == 0)
        return false;
    dict->is_read = true;
    for (size_t i = 0; i < ranges; i++) {
        double start = index == NULL ? 0 : pdf_number(pdf_at(file, index, 2 * i), 0);
        double count = index == NULL ? pdf_get_number(file, dict, SPAN("Size"), 0)
                                     : pdf_number(pdf_at(file, index, 2 * i + 1), 0);
        if (start < 0 || count < 0 || start + count > PDF_MAX_OBJECTS)
            return false;
        for (uint32_t row = 0; row < (uint32_t)count && rows.len - at >= row_bytes; row++) {
            read_row(file, (const uint8_t *)rows.ptr + at, width, (uint32_t)start + row, section);
            at += row_bytes;
        }
    }
    return true;
}

/* One section by its offset; its dictionary (trailer, or that of the stream) or NULL. */
static struct pdf_dict *read_section(struct pdf_file *file, uint64_t offset, uint32_t section)
{
    struct pdf_definition at = { .offset = offset };
    struct pdf_lexer lexer;
    struct pdf_value value;
    int64_t number;

    if (offset >= file->bytes.len)
        return NULL;
    pdf_lexer_init(&lexer, span_slice(file->bytes, (size_t)offset, file->bytes.len), file->arena);
    if (take_word(&lexer, SPAN("xref"))) {
        if (!read_table(file, &lexer, section) || !pdf_parse_value(&lexer, &value))
            return NULL;
        return pdf_dict_of(value);
    }
    pdf_lexer_init(&lexer, span_slice(file->bytes, (size_t)offset, file->bytes.len), file->arena);
    if (!take_integer(&lexer, &number) || number <= 0 || number >= PDF_MAX_OBJECTS)
        return NULL;
    at.number = (uint32_t)number;
    if (!parse_object(file, &at) || at.value.kind != PDF_DICT || at.value.dict->stream.ptr == NULL ||
        !read_rows(file, at.value.dict, section))
        return NULL;
    return at.value.dict;
}

static bool read_sections(struct pdf_file *file, uint64_t offset)
{
    uint64_t seen[PDF_MAX_SECTIONS] = { 0 };

    while (file->section_count < PDF_MAX_SECTIONS) {
        struct pdf_dict *trailer;
        double previous, hybrid;
        for (uint32_t i = 0; i < file->section_count; i++)
            if (seen[i] == offset)
                return file->section_count > 0;
        trailer = read_section(file, offset, file->section_count);
        if (trailer == NULL)
            return false;
        hybrid = pdf_number(pdf_dict_raw(trailer, SPAN("XRefStm")), -1);
        if (hybrid >= 0)
            read_section(file, (uint64_t)hybrid, file->section_count);
        seen[file->section_count] = offset;
        file->trailers[file->section_count++] = trailer;
        previous = pdf_number(pdf_dict_raw(trailer, SPAN("Prev")), -1);
        if (previous < 0)
            return true;
        offset = (uint64_t)previous;
    }
    file->is_short = true;
    return true;
}

/* The number behind the last "startxref". */
static bool find_start(const struct pdf_file *file, uint64_t *offset_out)
{
    size_t from = file->bytes.len > STARTXREF_TAIL ? file->bytes.len - STARTXREF_TAIL : 0;
    struct span tail = span_slice(file->bytes, from, file->bytes.len), number;
    size_t at = tail.len, digits = 0;

    for (size_t next = 0; (next += span_find(span_slice(tail, next, tail.len), SPAN("startxref"))) < tail.len; next++)
        at = next;
    if (at == tail.len)
        return false;
    number = span_trim(span_slice(tail, at + 9, at + 40));
    while (digits < number.len && number.ptr[digits] >= '0' && number.ptr[digits] <= '9')
        digits++;
    return span_to_u64(span_slice(number, 0, digits), offset_out);
}

bool pdf_file_open(struct pdf_file *file)
{
    uint64_t offset;
    bool done = find_start(file, &offset) && read_sections(file, offset) &&
                pdf_get_dict(file, file->trailers[0], SPAN("Root")) != NULL;

    pdf_sweep(file);
    if (!done || pdf_get_dict(file, pdf_get_dict(file, file->trailers[0], SPAN("Root")), SPAN("Pages")) == NULL) {
        if (file->swept_count == 0)
            return false;
        /* Readers mend a file without a good table each in their own way. */
        sink_ambiguity(file->sink, AMBIGUITY_PDF_STRUCTURE, SPAN(""));
        pdf_rebuild(file);
    }
    return file->number_limit > 0;
}
