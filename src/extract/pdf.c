/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The PDF extractor: pages of the current revision, then every object, then what
 * older revisions and unnamed objects hold and nobody is shown any more.
 *
 * Standards: ISO 32000-1 and -2. Gaps: public-key and rights-managed encryption
 * (told as encrypted); embedded fonts without any character map, whose glyphs
 * have no name (told as unsupported, with the page); pixels, which
 * pdf_picture.c hands on.
 */
#include <stdlib.h>
#include <string.h>

#include "extract_priv.h"
#include "cipher.h"
#include "pdf_priv.h"

enum { MAX_PAGES = 100000, MAX_VIEWS = 64, HEADER_WITHIN = 1024, UNMAPPED_ALLOWED = 5, STROKES_OF_A_WORD = 64 };

static const uint64_t least_work = 64 << 20, work_factor = 64;

static enum recognition recognise(const struct extract_input *input)
{
    struct span head = span_slice(input->bytes, 0, HEADER_WITHIN);
    size_t at = span_find(head, SPAN("%PDF-"));

    if (at < head.len)
        return at == 0 ? RECOGNISE_MAGIC : RECOGNISE_LOOKS;
    return span_equals(input->declared, SPAN("application/pdf")) || span_ends_with_nocase(input->name, SPAN(".pdf"))
               ? RECOGNISE_WEAK
               : RECOGNISE_NO;
}

void pdf_emit(struct pdf_reader *reader, enum region region, uint32_t page, struct span text)
{
    struct sink *sink = reader->file.sink;
    struct span trimmed = span_trim(text);

    if (trimmed.len == 0)
        return;
    if (reader->is_older) {
        if (seen_has(&reader->lines, trimmed))
            return;
        region = REGION_DELETED;
        if (!reader->told_revisions)
            sink_ambiguity(sink, AMBIGUITY_PDF_REVISIONS, SPAN(""));
        reader->told_revisions = true;
    }
    seen_add(&reader->lines, trimmed);
    if (region != reader->last_region || page != reader->last_page) {
        struct place place = { .region = region, .unit = page > 0 ? UNIT_PAGE : UNIT_NONE, .number = page };
        sink_place(sink, &place);
        reader->last_region = region;
        reader->last_page = page;
    }
    sink_text(sink, trimmed);
    sink_text(sink, SPAN("\n"));
}

static void tell(struct pdf_reader *reader, enum uninspectable reason, uint32_t page, const char *what)
{
    struct buf part;

    buf_init(&part, 256);
    if (page > 0)
        buf_printf(&part, "page=%u%s", page, what);
    else
        buf_printf(&part, "%s", what);
    sink_uninspectable(reader->file.sink, reason, buf_span(&part));
    buf_fini(&part);
}

static void add_page(struct pdf_reader *reader, struct pdf_dict *dict)
{
    struct pdf_dict **moved;

    if (reader->page_count >= MAX_PAGES) {
        reader->is_cut = true;
        return;
    }
    moved = arena_grow(reader->file.arena, reader->pages, reader->page_count, &reader->page_capacity,
                       sizeof(struct pdf_dict *));
    if (moved == NULL)
        return;
    reader->pages = moved;
    reader->pages[reader->page_count++] = dict;
}

/* Leaves of the page tree in order; a node met again is not followed. */
static void walk_pages(struct pdf_reader *reader, struct pdf_dict *node, unsigned depth)
{
    struct pdf_array *kids = pdf_get_array(&reader->file, node, SPAN("Kids"));

    if (node == NULL || depth > PDF_MAX_DEPTH || node->visit == reader->serial)
        return;
    node->visit = reader->serial;
    if (kids == NULL) {
        add_page(reader, node);
        return;
    }
    for (size_t i = 0; i < kids->count && !reader->is_cut; i++)
        walk_pages(reader, pdf_dict_of(pdf_at(&reader->file, kids, i)), depth + 1);
}

static struct pdf_dict *inherited_resources(struct pdf_file *file, struct pdf_dict *page)
{
    for (int up = 0; page != NULL && up < PDF_MAX_DEPTH; up++) {
        struct pdf_dict *resources = pdf_get_dict(file, page, SPAN("Resources"));
        if (resources != NULL)
            return resources;
        page = pdf_get_dict(file, page, SPAN("Parent"));
    }
    return NULL;
}

static bool append_content(struct pdf_reader *reader, struct pdf_dict *stream, struct buf *content)
{
    struct buf one;
    struct span codec;
    bool fine;

    if (stream == NULL || stream->stream.ptr == NULL)
        return true;
    stream->is_read = true;
    buf_init(&one, 0);
    fine = pdf_stream_decode(&reader->file, stream, &one, &codec) && codec.len == 0;
    if (content->len == 0) {
        buf_fini(content);
        *content = one;
        return fine;
    }
    buf_append_byte(content, '\n');     /* a token does not go over the end of a stream */
    fine = buf_append(content, buf_span(&one)) && fine;
    buf_fini(&one);
    return fine;
}

/* In older revisions only pages whose content is no newer page's. */
static bool has_new_content(struct pdf_reader *reader, struct pdf_value contents)
{
    struct pdf_file *file = &reader->file;

    if (!reader->is_older)
        return true;
    if (contents.kind == PDF_DICT)
        return !contents.dict->is_read;
    for (size_t i = 0; contents.kind == PDF_ARRAY && i < contents.array->count; i++) {
        struct pdf_dict *stream = pdf_dict_of(pdf_at(file, contents.array, i));
        if (stream != NULL && !stream->is_read)
            return true;
    }
    return false;
}

static void mark_annotations(struct pdf_reader *reader, struct pdf_dict *dict, uint32_t number)
{
    struct pdf_array *annotations = pdf_get_array(&reader->file, dict, SPAN("Annots"));

    for (size_t i = 0; annotations != NULL && i < annotations->count; i++) {
        struct pdf_dict *annotation = pdf_dict_of(pdf_at(&reader->file, annotations, i));
        if (annotation != NULL && annotation->page == 0)
            annotation->page = number;
    }
}

/* A page without text that shows something all the same, which nobody read. */
static bool shows_unread(struct pdf_reader *reader, const struct pdf_page *page, enum region region)
{
    if (span_trim(buf_span(&page->text)).len > 0 || page->unmapped > 0)
        return false;
    return (page->images > 0 && !pdf_pictures_read(reader, page, region)) || page->strokes >= STROKES_OF_A_WORD;
}

static void read_page(struct pdf_reader *reader, struct pdf_dict *dict, uint32_t number, enum region region)
{
    struct pdf_file *file = &reader->file;
    struct pdf_value contents = pdf_get(file, dict, SPAN("Contents"));
    struct pdf_page page;
    struct buf content;
    bool fine = true;

    mark_annotations(reader, dict, number);
    dict->is_read = true;
    if (!has_new_content(reader, contents))
        return;
    buf_init(&content, 0);
    if (contents.kind == PDF_DICT)
        fine = append_content(reader, contents.dict, &content);
    for (size_t i = 0; contents.kind == PDF_ARRAY && i < contents.array->count && !sink_spent(file->sink); i++)
        fine &= append_content(reader, pdf_dict_of(pdf_at(file, contents.array, i)), &content);
    pdf_page_init(&page, reader, dict, number);
    pdf_content_run(reader, &page, buf_span(&content), inherited_resources(file, dict));
    pdf_page_emit(reader, &page, region);
    if (!fine)
        tell(reader, UNINSPECTABLE_DAMAGED, number, "");
    if (page.unmapped > UNMAPPED_ALLOWED)
        tell(reader, UNINSPECTABLE_UNSUPPORTED, number, " text in a font without characters");
    if (shows_unread(reader, &page, region))
        tell(reader, UNINSPECTABLE_IMAGE_ONLY, number, "");
    pdf_page_fini(&page);
    buf_fini(&content);
}

static struct pdf_dict *root_of(struct pdf_reader *reader)
{
    struct pdf_file *file = &reader->file;
    uint32_t newest = file->view < file->section_count ? file->view : file->section_count - 1;

    for (uint32_t section = newest; section < file->section_count; section++) {
        struct pdf_dict *root = pdf_get_dict(file, file->trailers[section], SPAN("Root"));
        if (root != NULL)
            return root;
    }
    return NULL;
}

static void read_pages(struct pdf_reader *reader)
{
    struct pdf_dict *root = root_of(reader);

    reader->page_count = 0;
    reader->serial++;
    pdf_layers_read(reader, root);
    walk_pages(reader, pdf_get_dict(&reader->file, root, SPAN("Pages")), 0);
    for (size_t i = 0; i < reader->page_count && !sink_spent(reader->file.sink); i++)
        read_page(reader, reader->pages[i], (uint32_t)i + 1, REGION_BODY);
}

/* Every object of the current view, pages that hang nowhere included. */
static void read_objects(struct pdf_reader *reader)
{
    struct pdf_file *file = &reader->file;

    for (uint32_t number = 0; number < file->number_limit && !sink_spent(file->sink); number++) {
        struct pdf_definition *definition = pdf_file_find(file, number);
        struct pdf_value value;
        if (definition == NULL)
            continue;
        value = pdf_file_load(file, definition);
        if (value.kind == PDF_DICT && !value.dict->is_read &&
            span_equals(pdf_get_name(file, value.dict, SPAN("Type")), SPAN("Page")))
            read_page(reader, value.dict, 0, REGION_HIDDEN);
        pdf_object_read(reader, value);
    }
    for (uint32_t number = 0; number < file->number_limit && !sink_spent(file->sink); number++) {
        struct pdf_definition *definition = pdf_file_find(file, number);
        if (definition != NULL && definition->value.kind == PDF_DICT)
            pdf_leftover_read(reader, definition->value.dict);
    }
}

static void read_old_object(struct pdf_reader *reader, struct pdf_definition *definition)
{
    struct pdf_value value = pdf_file_load(&reader->file, definition);

    pdf_object_read(reader, value);
    if (value.kind == PDF_DICT)
        pdf_leftover_read(reader, value.dict);
}

static void read_revisions(struct pdf_reader *reader)
{
    struct pdf_file *file = &reader->file;
    uint32_t views = file->is_rebuilt ? file->oldest_section + 1 : file->section_count;

    reader->is_older = true;
    for (file->view = 1; file->has_superseded && file->view < views && !sink_spent(file->sink); file->view++) {
        if (file->view >= MAX_VIEWS) {
            reader->is_cut = true;
            break;
        }
        read_pages(reader);
    }
    for (uint32_t number = 0; file->has_superseded && number < file->number_limit; number++) {
        struct pdf_definition *definition = file->newest[number];
        for (definition = definition == NULL ? NULL : definition->older; definition != NULL && !sink_spent(file->sink);
             definition = definition->older) {
            file->view = definition->section;
            if (!definition->is_free)
                read_old_object(reader, definition);
        }
    }
    file->view = 0;
}

/* Octets of the file that streams occupy: what looks like an object in there is none. */
struct extent {
    uint64_t from, to;
};

static int compare_extents(const void *left, const void *right)
{
    const struct extent *a = left, *b = right;

    return (a->from > b->from) - (a->from < b->from);
}

static size_t collect_extents(struct pdf_file *file, struct extent *extents, size_t capacity)
{
    size_t count = 0;

    for (uint32_t number = 0; number < file->number_limit; number++) {
        for (struct pdf_definition *d = file->newest[number]; d != NULL && count < capacity; d = d->older) {
            if (d->container != 0 || d->value.kind != PDF_DICT || d->value.dict->stream.ptr == NULL)
                continue;
            extents[count].from = (uint64_t)(d->value.dict->stream.ptr - file->bytes.ptr);
            extents[count].to = extents[count].from + d->value.dict->stream.len;
            count++;
        }
    }
    qsort(extents, count, sizeof *extents, compare_extents);
    return count;
}

static bool is_inside(const struct extent *extents, size_t count, uint64_t offset)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (extents[middle].from <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && offset < extents[low - 1].to;
}

static bool is_named(const struct pdf_file *file, const struct pdf_definition *swept)
{
    enum { SLACK = 16 };        /* octets by which cross-references are often wrong */

    if (swept->number >= file->number_limit)
        return false;
    for (struct pdf_definition *d = file->newest[swept->number]; d != NULL; d = d->older)
        if (d->container == 0 && swept->offset + SLACK >= d->offset && swept->offset <= d->offset + SLACK)
            return true;
    return false;
}

/* Objects that stand in the file and in no cross-reference section. */
static void read_orphans(struct pdf_reader *reader)
{
    struct pdf_file *file = &reader->file;
    size_t count = 0, orphans = 0;
    struct extent *extents;

    for (size_t i = 0; i < file->swept_count; i++)
        orphans += !is_named(file, file->swept[i]);
    if (file->is_rebuilt || orphans == 0)
        return;
    extents = calloc(file->swept_count + 1, sizeof *extents);
    if (extents != NULL)
        count = collect_extents(file, extents, file->swept_count);
    for (size_t i = 0; i < file->swept_count && !sink_spent(file->sink); i++) {
        struct pdf_definition *swept = file->swept[i];
        struct pdf_value value;
        if (is_named(file, swept) || is_inside(extents, count, swept->offset))
            continue;
        value = pdf_file_load(file, swept);
        if (value.kind == PDF_DICT && span_equals(pdf_get_name(file, value.dict, SPAN("Type")), SPAN("Page")))
            read_page(reader, value.dict, 0, REGION_DELETED);
        read_old_object(reader, swept);
    }
    free(extents);
}

/* A locked file may still show its metadata, and the label in it. */
static void read_clear_metadata(struct pdf_reader *reader, struct pdf_dict *encrypt)
{
    struct pdf_file *file = &reader->file;
    struct pdf_value clear = pdf_get(file, encrypt, SPAN("EncryptMetadata"));

    if (clear.kind == PDF_BOOL && !clear.yes)
        for (uint32_t number = 0; number < file->number_limit; number++) {
            struct pdf_definition *definition = pdf_file_find(file, number);
            struct pdf_dict *dict = definition == NULL ? NULL : pdf_dict_of(pdf_file_load(file, definition));
            if (span_equals(pdf_get_name(file, dict, SPAN("Type")), SPAN("Metadata")))
                pdf_object_read(reader, (struct pdf_value){ .kind = PDF_DICT, .dict = dict });
        }
    sink_uninspectable(file->sink, UNINSPECTABLE_ENCRYPTED, SPAN(""));
}

static struct pdf_value trailer_value(struct pdf_file *file, struct span key)
{
    struct pdf_value value = { .kind = PDF_NULL };

    for (uint32_t i = 0; i < file->section_count && value.kind == PDF_NULL; i++)
        value = pdf_get(file, file->trailers[i], key);
    return value;
}

/* Objects read before the key was known hold sealed strings: read them again. */
static void forget_loaded(struct pdf_file *file)
{
    for (uint32_t number = 0; number < file->number_limit; number++) {
        for (struct pdf_definition *d = file->newest[number]; d != NULL; d = d->older) {
            d->is_loaded = false;
            d->packed = NULL;
            d->value = (struct pdf_value){ .kind = PDF_NULL };
        }
    }
}

static bool unlock(struct pdf_reader *reader)
{
    struct pdf_file *file = &reader->file;
    struct pdf_value encrypt = trailer_value(file, SPAN("Encrypt"));
    struct pdf_value id = trailer_value(file, SPAN("ID"));
    struct pdf_value first = id.kind == PDF_ARRAY ? pdf_at(file, id.array, 0) : id;

    if (encrypt.kind != PDF_DICT)
        return true;
    if (pdf_crypt_open(file, encrypt.dict, first.kind == PDF_STRING ? first.bytes : SPAN("")) != PDF_CRYPT_OPEN) {
        read_clear_metadata(reader, encrypt.dict);
        return false;
    }
    forget_loaded(file);
    return true;
}

static enum extract_result read_document(struct pdf_reader *reader)
{
    struct pdf_file *file = &reader->file;

    if (!pdf_file_open(file)) {
        tell(reader, UNINSPECTABLE_DAMAGED, 0, "");
        return EXTRACT_FAILED;
    }
    if (!unlock(reader))
        return EXTRACT_FAILED;
    pdf_info_read(reader, pdf_dict_of(trailer_value(file, SPAN("Info"))));
    read_pages(reader);
    read_objects(reader);
    read_revisions(reader);
    read_orphans(reader);
    if (reader->is_cut)
        tell(reader, UNINSPECTABLE_TOO_MANY, 0, "pages or forms");
    if (file->is_short || arena_is_full(file->arena))
        tell(reader, UNINSPECTABLE_TOO_LARGE, 0, "");
    if (file->is_damaged)
        tell(reader, UNINSPECTABLE_DAMAGED, 0, "");
    if (sink_spent(file->sink))
        return EXTRACT_STOPPED;
    return reader->is_cut || file->is_short || file->is_damaged ? EXTRACT_PARTIAL : EXTRACT_OK;
}

static enum extract_result read(const struct extract_input *input, struct sink *sink)
{
    size_t header = span_find(span_slice(input->bytes, 0, HEADER_WITHIN), SPAN("%PDF-"));
    struct pdf_reader *reader = calloc(1, sizeof *reader);
    enum extract_result result = EXTRACT_FAILED;

    if (header >= input->bytes.len || header >= HEADER_WITHIN)
        header = 0;
    if (reader != NULL && (reader->file.arena = arena_new(PDF_ARENA_BYTES)) != NULL) {
        reader->file.bytes = span_slice(input->bytes, header, input->bytes.len);
        reader->file.sink = sink;
        reader->work = least_work + work_factor * (uint64_t)input->bytes.len;
        result = read_document(reader);
        seen_fini(&reader->lines);
        arena_free(&reader->file.arena);
    } else {
        sink_uninspectable(sink, UNINSPECTABLE_TOO_LARGE, SPAN(""));
    }
    free(reader);
    return result;
}

const struct extractor extract_pdf = {
    .name = "pdf", .recognise = recognise, .read = read, .prepare = cipher_prepare,
};
