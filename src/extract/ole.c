/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Compound files: what kind of document each storage holds, then whatever else
 * is in the file: property sets, macros, embedded objects, label streams. Every
 * stream is looked at, also those that no document refers to.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "cipher.h"
#include "extract_priv.h"
#include "le.h"
#include "ole_priv.h"

enum { ARENA_BYTES = 256 << 20, MAX_DOCUMENTS = 64 };

static enum recognition ole_recognise(const struct extract_input *input)
{
    return span_starts_with(input->bytes, SPAN("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) ? RECOGNISE_MAGIC
                                                                                     : RECOGNISE_NO;
}

struct span ole_open_password(size_t index)
{
    static const char *const passwords[OLE_OPEN_PASSWORDS] = { "VelvetSweatshop", "/01Hannes Ruescher/01" };

    return span_of(passwords[index]);
}

void ole_line(struct sink *sink, enum region region, enum place_unit unit, uint32_t number, struct span utf8)
{
    struct place place = { .region = region, .unit = unit, .number = number };

    if (utf8.len == 0)
        return;
    sink_place(sink, &place);
    sink_text(sink, utf8);
    sink_text(sink, SPAN("\n"));
}

struct walk {
    struct ole2 ole;
    struct sink *sink;
    uint64_t bytes_left;        /* streams that share sectors could be read for ever */
    unsigned documents;
    bool is_partial, is_sealed, is_known, is_short;
};

/* May this stream, and the document it may be, be read as well? */
static bool afford(struct walk *walk, uint32_t entry, bool is_document)
{
    uint64_t size = walk->ole.entries[entry].size;

    if (size > walk->bytes_left || (is_document && walk->documents >= MAX_DOCUMENTS)) {
        if (!walk->is_short)
            sink_uninspectable(walk->sink, UNINSPECTABLE_TOO_MANY, walk->ole.entries[entry].name);
        walk->is_short = walk->is_partial = true;
        return false;
    }
    walk->bytes_left -= size;
    walk->documents += is_document;
    return true;
}

/* A packaged file: label, path, length, octets, each behind its own count. */
static void read_package(struct walk *walk, struct span stream)
{
    struct span rest = span_slice(stream, 6, stream.len), name, path;
    struct nested nested;
    uint32_t length;

    if (!span_next(&rest, '\0', &name) || !span_next(&rest, '\0', &path))
        return;
    rest = span_slice(rest, 4, rest.len);
    length = le32(rest, 0);
    rest = span_slice(rest, 4 + (size_t)length, rest.len);  /* the path it came from */
    length = le32(rest, 0);
    nested = (struct nested){ .bytes = span_slice(rest, 4, 4 + (size_t)length), .name = name };
    if (nested.bytes.len == 0)
        nested.bytes = stream;
    sink_nested(walk->sink, &nested);
}

/* A stream of no known name: read it when it is something by its first octets. */
static void read_unknown(struct walk *walk, struct span name, struct span stream)
{
    struct extract_input input = { .bytes = stream, .name = name };
    const struct extractor *format = stream.len > 0 ? extract_recognise(&input) : NULL;
    struct nested nested = { .bytes = stream, .name = name };

    if (format != NULL && format->recognise(&input) == RECOGNISE_MAGIC)
        sink_nested(walk->sink, &nested);
}

static void tell_sealed(struct walk *walk)
{
    if (!walk->is_sealed)
        sink_uninspectable(walk->sink, UNINSPECTABLE_ENCRYPTED, SPAN(""));
    walk->is_sealed = true;
}

enum stream_kind {
    STREAM_WORD = 1, STREAM_SHEETS, STREAM_SLIDES, STREAM_MESSAGE, STREAM_PROPERTIES, STREAM_SEALED_PACKAGE,
    STREAM_SEALED, STREAM_LABELS,
    STREAM_PACKAGE, STREAM_MACROS, STREAM_OTHER
};

static enum stream_kind kind_of(struct span name)
{
    static const struct { const char *name; enum stream_kind kind; } kinds[] = {
        { "WordDocument", STREAM_WORD }, { "Workbook", STREAM_SHEETS }, { "Book", STREAM_SHEETS },
        { "PowerPoint Document", STREAM_SLIDES }, { "__properties_version1.0", STREAM_MESSAGE },
        { "\005SummaryInformation", STREAM_PROPERTIES }, { "\005DocumentSummaryInformation", STREAM_PROPERTIES },
        { "EncryptedPackage", STREAM_SEALED_PACKAGE }, { "\011DRMContent", STREAM_SEALED },
        { "EncryptedSummary", STREAM_SEALED }, { "LabelInfo", STREAM_LABELS }, { "\001Ole10Native", STREAM_PACKAGE },
        { "_VBA_PROJECT", STREAM_MACROS }, { "_VBA_PROJECT_CUR", STREAM_MACROS },
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (span_equals_nocase(name, span_of(kinds[i].name)))
            return kinds[i].kind;
    return STREAM_OTHER;
}

static void know(struct walk *walk, struct span type)
{
    if (!walk->is_known)
        sink_detected(walk->sink, type);
    walk->is_known = true;
}

/* Is this property stream that of a message itself, not of a recipient or an attachment in it? */
static bool is_top_message(const struct ole2 *ole, uint32_t entry)
{
    return ole->entries[entry].parent == OLE2_ROOT;
}

static void read_stream(struct walk *walk, uint32_t entry)
{
    struct span name = walk->ole.entries[entry].name;
    enum stream_kind kind = kind_of(name);
    bool fine = true;

    if (!afford(walk, entry, kind == STREAM_WORD || kind == STREAM_SHEETS || kind == STREAM_SLIDES))
        return;
    switch (kind) {
    case STREAM_WORD:
        know(walk, SPAN("doc"));
        ole_open_word(&walk->ole, entry, walk->sink);
        fine = doc_read(&walk->ole, entry, walk->sink);
        break;
    case STREAM_SHEETS:
        know(walk, SPAN("xls"));
        ole_open_sheets(&walk->ole, entry, walk->sink);
        fine = xls_read(&walk->ole, entry, walk->sink);
        break;
    case STREAM_SLIDES:
        know(walk, SPAN("ppt"));
        fine = ppt_read(&walk->ole, entry, walk->sink);
        break;
    case STREAM_MESSAGE:
        if (is_top_message(&walk->ole, entry)) {
            know(walk, SPAN("msg"));
            fine = msg_read(&walk->ole, OLE2_ROOT, walk->sink);
        }
        break;
    case STREAM_PROPERTIES:
        ole2_properties(ole2_stream(&walk->ole, entry), walk->sink);
        break;
    case STREAM_SEALED_PACKAGE:
        know(walk, SPAN("ole2"));
        if (!ole_open_sealed(&walk->ole, entry, walk->sink) && !sink_spent(walk->sink))
            tell_sealed(walk);
        break;
    case STREAM_SEALED:
        know(walk, SPAN("ole2"));
        tell_sealed(walk);
        break;
    case STREAM_LABELS:
        sink_property(walk->sink, PROPERTY_LABEL_XML, SPAN("LabelInfo"), ole2_stream(&walk->ole, entry));
        break;
    case STREAM_PACKAGE:
        read_package(walk, ole2_stream(&walk->ole, entry));
        break;
    case STREAM_MACROS:
        sink_active(walk->sink);
        break;
    case STREAM_OTHER: {
        struct span stream = span_starts_with(name, SPAN("__substg1.0_")) ? (struct span){ "", 0 }
                                                                          : ole2_stream(&walk->ole, entry);
        ovba_read(stream, walk->sink);
        read_unknown(walk, name, stream);
        break;
    }
    }
    walk->is_partial |= !fine;
}

static enum extract_result read_all(struct walk *walk)
{
    for (uint32_t i = 1; i < walk->ole.entry_count && !sink_spent(walk->sink); i++)
        if (!walk->ole.entries[i].is_storage && walk->ole.entries[i].name.len > 0)
            read_stream(walk, i);
    if (sink_spent(walk->sink))
        return EXTRACT_STOPPED;
    if (walk->ole.is_damaged || arena_is_full(walk->ole.arena)) {
        sink_uninspectable(walk->sink, UNINSPECTABLE_DAMAGED, SPAN(""));
        walk->is_partial = true;
    } else if (!walk->is_known) {
        sink_uninspectable(walk->sink, UNINSPECTABLE_UNSUPPORTED, SPAN("compound file of an unknown program"));
        walk->is_partial = true;
    }
    return walk->is_sealed || walk->is_partial ? EXTRACT_PARTIAL : EXTRACT_OK;
}

static enum extract_result ole_read(const struct extract_input *input, struct sink *sink)
{
    struct walk walk = { .sink = sink, .bytes_left = 2 * (uint64_t)input->bytes.len };
    struct arena *arena = arena_new(ARENA_BYTES);
    enum extract_result result = EXTRACT_FAILED;

    if (arena != NULL && ole2_open(&walk.ole, input->bytes, arena))
        result = read_all(&walk);
    else
        sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, SPAN(""));
    arena_free(&arena);
    return result;
}

const struct extractor extract_ole = { .name = "ole2", .recognise = ole_recognise, .read = ole_read, .prepare = cipher_prepare };
