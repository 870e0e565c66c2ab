/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The owner of every sink: one open stream each, over the stack of containers
 * around it. The stack is as deep as the plan's depth allows, never deeper.
 */
#include "base/hash.h"
#include "base/utf8.h"
#include "extract/zip.h"
#include "scan_priv.h"

enum {
    RATIO_FREE_BYTES = 1 << 20, /* below it no stream is asked for its ratio */
    MAX_POLYGLOT = 4            /* further formats the same octets are read as */
};

/* A stream while its extractor runs. */
struct walk {
    struct sink sink;       /* first: the extractor's view of it */
    struct scan *scan;
    const struct stream *stream;
    uint32_t document;      /* its number for the reading */
    struct passages passages;
    struct span detected;   /* in the arena, or static */
    uint64_t unpacked;
    size_t members;
    enum uninspectable reason;
    bool active;
    bool opened;            /* sealed, and read by a password of the policy */
    bool asked, holds;      /* whether the signatures it is are good */
    bool stopped;           /* this stream has passed a limit of its own */
};

static struct walk *walk_of(struct sink *sink)
{
    return (struct walk *)sink;
}

struct span walk_keep_text(struct scan *scan, struct span text, size_t max)
{
    struct buf clean;
    struct span kept;

    text = utf8_cut(text, max);
    if (utf8_is_valid(text))
        return arena_copy(scan->facts->arena, text);
    buf_init(&clean, 0);
    utf8_append_clean(&clean, text);
    kept = arena_copy(scan->facts->arena, buf_span(&clean));
    buf_fini(&clean);
    return kept;
}

/* "2!note.docx" and a part of it; the whole stream where part is empty. */
static struct span place_of(struct walk *walk, struct span part)
{
    struct arena *arena = walk->scan->facts->arena;

    if (part.len == 0)
        return walk->stream->where;
    part = walk_keep_text(walk->scan, part, 1024);
    return arena_printf(arena, "%.*s!%.*s", SPAN_ARG(walk->stream->where), SPAN_ARG(part));
}

void walk_ambiguity(struct scan *scan, enum ambiguity kind, struct span where)
{
    struct ambiguity_fact *fact;

    /* The same said twice of one place is one fact; looking back a little is enough for loops. */
    for (size_t i = scan->facts->ambiguities.count, back = 0; i > 0 && back < 64; i--, back++)
        if (scan->facts->ambiguities.items[i - 1].kind == kind &&
            span_equals(scan->facts->ambiguities.items[i - 1].where, where))
            return;
    if (scan->facts->ambiguities.count >= scan->plan->limits.findings) {
        scan->facts->dropped_findings++;
        return;
    }
    fact = facts_add_ambiguity(scan->facts);
    if (fact == NULL)
        return;
    fact->kind = kind;
    fact->where = walk_keep_text(scan, where, 4096);
}

/* The worse reason stays: what ends the reading of everything outranks what hides a part of it. */
static void note_reason(struct walk *walk, enum uninspectable reason)
{
    if (walk->reason == UNINSPECTABLE_NONE)
        walk->reason = reason;
}

static void on_place(struct sink *sink, const struct place *place)
{
    struct walk *walk = walk_of(sink);
    const bool pages =
        place->unit == UNIT_PAGE || place->unit == UNIT_SHEET || place->unit == UNIT_SLIDE;

    if (pages && place->number > walk->scan->plan->limits.pages) {
        note_reason(walk, UNINSPECTABLE_TOO_MANY);
        walk->stopped = true;
    }
    else if (pages && place->number > walk->scan->facts->cost.pages)
        walk->scan->facts->cost.pages = place->number;
    passages_place(&walk->passages, place);
}

static void on_look(struct sink *sink, unsigned look)
{
    passages_look(&walk_of(sink)->passages, look);
}

static void on_text(struct sink *sink, struct span utf8)
{
    passages_text(&walk_of(sink)->passages, utf8);
}

static void on_property(struct sink *sink, enum property_kind kind, struct span name,
                        struct span value)
{
    struct walk *walk = walk_of(sink);
    struct span where = place_of(walk, walk->passages.next_part);

    name = walk_keep_text(walk->scan, name, 1024);
    /* A label may be binary (DER); all other values are text. */
    if (kind != PROPERTY_LABEL_DER && !utf8_is_valid(value))
        value = walk_keep_text(walk->scan, value, 1 << 20);
    reading_property(walk->scan->reading, where, walk->document, kind, name, value);
}

static void on_nested(struct sink *sink, const struct nested *nested)
{
    struct walk *walk = walk_of(sink);
    struct stream child = { .bytes = nested->bytes,
                            .name = walk_keep_text(walk->scan, nested->name, 1024),
                            .declared = walk_keep_text(walk->scan, nested->declared, 256),
                            .charset = nested->charset,
                            .depth = walk->stream->depth + 1 };

    walk->members++;
    child.where = child.name.len > 0
                      ? arena_printf(walk->scan->facts->arena, "%.*s!%.*s",
                                     SPAN_ARG(walk->stream->where), SPAN_ARG(child.name))
                      : arena_printf(walk->scan->facts->arena, "%.*s!%zu",
                                     SPAN_ARG(walk->stream->where), walk->members);
    walk_stream(walk->scan, &child);
}

static bool on_wants_images(struct sink *sink)
{
    return walk_of(sink)->scan->pictures != NULL;
}

static bool on_image(struct sink *sink, struct span file)
{
    const struct walk *walk = walk_of(sink);

    return picture_read(walk->scan, file, walk->stream->where, walk->document,
                        &walk->passages.next);
}

static void on_ambiguity(struct sink *sink, enum ambiguity kind, struct span part)
{
    struct walk *walk = walk_of(sink);

    walk_ambiguity(walk->scan, kind, place_of(walk, part));
}

/* A fact of the whole stream stands with it; of a spot inside, as a part of its own. */
static void on_uninspectable(struct sink *sink, enum uninspectable reason, struct span part)
{
    struct walk *walk = walk_of(sink);
    struct part_fact *fact;

    if (reason == UNINSPECTABLE_NONE)
        return;
    note_reason(walk, reason);
    if (part.len == 0)
        return;
    if (walk->scan->facts->parts.count >= walk->scan->plan->limits.parts) {
        walk->scan->budget.spent = UNINSPECTABLE_TOO_MANY;
        return;
    }
    fact = facts_add_part(walk->scan->facts);
    if (fact == NULL)
        return;
    fact->where = place_of(walk, part);
    fact->name = walk_keep_text(walk->scan, part, 1024);
    fact->detected = SPAN("unknown");
    fact->reason = reason;
}

static void on_detected(struct sink *sink, struct span type)
{
    struct walk *walk = walk_of(sink);

    walk->detected = walk_keep_text(walk->scan, type, 64);
}

/* Of a message with many signers all must be good, so it is asked once. */
static bool signed_well(struct walk *walk)
{
    if (!walk->asked)
        walk->holds = signature_holds(walk->scan, walk->stream->bytes, walk->stream->signed_content);
    walk->asked = true;
    return walk->holds;
}

static void on_signature(struct sink *sink, struct span kind, struct span signer)
{
    struct walk *walk = walk_of(sink);
    struct signature_fact *fact;

    if (walk->scan->facts->signatures.count >= walk->scan->plan->limits.findings) {
        walk->scan->facts->dropped_findings++;
        return;
    }
    fact = facts_add_signature(walk->scan->facts);
    if (fact == NULL)
        return;
    fact->where = arena_copy(walk->scan->facts->arena, walk->stream->where);
    fact->kind = walk_keep_text(walk->scan, kind, 64);
    fact->signer = walk_keep_text(walk->scan, signer, 1024);
    fact->verified = span_equals(kind, SPAN("smime")) && signed_well(walk);
    fact->covers_message = walk->stream->is_whole_message && !walk->stream->reread;
}

static void on_active(struct sink *sink)
{
    walk_of(sink)->active = true;
}

static bool on_spend(struct sink *sink, uint64_t unpacked_bytes)
{
    struct walk *walk = walk_of(sink);
    const uint64_t ratio = walk->scan->plan->limits.ratio;
    uint64_t allowed;

    if (!budget_spend(&walk->scan->budget, unpacked_bytes)) {
        note_reason(walk, walk->scan->budget.spent);
        return false;
    }
    walk->unpacked += unpacked_bytes;
    if (__builtin_mul_overflow((uint64_t)walk->stream->bytes.len, ratio, &allowed))
        return true;
    if (walk->unpacked <= RATIO_FREE_BYTES || walk->unpacked <= allowed)
        return true;
    note_reason(walk, UNINSPECTABLE_TOO_LARGE);
    walk->stopped = true;
    return false;
}

static bool on_spent(struct sink *sink)
{
    struct walk *walk = walk_of(sink);

    if (walk->stopped)
        return true;
    if (!budget_seems_spent(&walk->scan->budget))
        return false;
    note_reason(walk, walk->scan->budget.spent);
    return true;
}

static struct span on_password(struct sink *sink, size_t index)
{
    const struct scan *scan = walk_of(sink)->scan;
    const struct span_list *passwords = &scan->plan->passwords;

    return index < passwords->count && budget_has_time_to_try(&scan->budget)
               ? passwords->items[index]
               : (struct span){ NULL, 0 };
}

static void on_opened(struct sink *sink)
{
    walk_of(sink)->opened = true;
}

static void on_leave(struct sink *sink)
{
    walk_of(sink)->scan->leaving = true;
}

static const struct sink_calls calls = {
    .place = on_place,
    .look = on_look,
    .text = on_text,
    .property = on_property,
    .nested = on_nested,
    .wants_images = on_wants_images,
    .image = on_image,
    .ambiguity = on_ambiguity,
    .uninspectable = on_uninspectable,
    .detected = on_detected,
    .signature = on_signature,
    .active = on_active,
    .spend = on_spend,
    .spent = on_spent,
    .password = on_password,
    .opened = on_opened,
    .leave = on_leave,
};

/* One extractor's turn. */
static enum extract_result extract(struct walk *walk, const struct extractor *format,
                                   const struct extract_input *input)
{
    enum extract_result result;

    passages_begin(&walk->passages, walk->scan, walk->stream->where, walk->document, SOURCE_TEXT);
    result = format->read(input, &walk->sink);
    passages_end(&walk->passages);
    switch (result) {
    case EXTRACT_OK: break;
    case EXTRACT_PARTIAL:
    case EXTRACT_FAILED: note_reason(walk, UNINSPECTABLE_DAMAGED); break;
    case EXTRACT_STOPPED:
        note_reason(walk, walk->scan->budget.spent != UNINSPECTABLE_NONE
                              ? walk->scan->budget.spent
                              : UNINSPECTABLE_TOO_LARGE);
        break;
    }
    return result;
}

/*
 * Octets that are good as other formats too. An archive that stored its members
 * as they are, and was read to its end, shows their signatures for its own.
 */
static void extract_others(struct walk *walk, const struct extract_input *input,
                           const struct extractor *const *others, size_t count)
{
    const struct span detected = walk->detected;

    for (size_t i = 0; i < count; i++) {
        walk_ambiguity(walk->scan, AMBIGUITY_POLYGLOT, walk->stream->where);
        extract(walk, others[i], input);
    }
    walk->detected = detected;
}

/*
 * The surest extractor reads; then each other whose signature is there too, since
 * another program may open the same octets as that. What nobody could read is
 * searched for bare words. was_read: as a message already, so only signatures count.
 */
static void extract_all(struct walk *walk, bool was_read)
{
    const struct stream *stream = walk->stream;
    const struct extract_input input = { .bytes = stream->bytes,
                                         .name = stream->name,
                                         .declared = stream->declared,
                                         .charset = stream->charset };
    const struct extractor *best = NULL, *others[MAX_POLYGLOT];
    enum recognition best_sure = was_read ? RECOGNISE_MAGIC : RECOGNISE_NO;
    enum extract_result result = EXTRACT_FAILED;
    size_t other_count = 0;

    for (const struct extractor *const *format = extract_formats; *format != NULL; format++) {
        const enum recognition sure = (*format)->recognise(&input);
        if (sure > best_sure) {
            best = *format;
            best_sure = sure;
        } else if (sure == RECOGNISE_MAGIC && other_count < MAX_POLYGLOT) {
            others[other_count++] = *format;
        }
    }
    if (best == NULL && !was_read)
        note_reason(walk, UNINSPECTABLE_UNSUPPORTED);
    else if (best != NULL)
        walk->detected = span_of(best->name);
    if (best != NULL)
        result = extract(walk, best, &input);
    if (result == EXTRACT_FAILED && !was_read)
        strings_read(walk->scan, stream->bytes, stream->where, walk->document);
    if (best == NULL || !best->verbatim || result != EXTRACT_OK || zip_closes(stream->bytes))
        extract_others(walk, &input, others, other_count);
}

static void read_content(struct walk *walk)
{
    const struct stream *stream = walk->stream;
    bool is_message;

    if (stream->depth > walk->scan->facts->cost.depth)
        walk->scan->facts->cost.depth = stream->depth;
    if (stream->depth > walk->scan->plan->limits.depth) {
        note_reason(walk, UNINSPECTABLE_TOO_DEEP);
        strings_read(walk->scan, stream->bytes, stream->where, walk->document);
        return;
    }
    is_message = message_looks_so(stream);
    if (is_message) {
        struct span prefix =
            arena_printf(walk->scan->facts->arena, "%.*s%s", SPAN_ARG(stream->where),
                         stream->is_mime_part ? "." : "!");
        walk->detected = SPAN("message");
        message_read(walk->scan, stream->bytes, prefix, stream->depth + 1);
    }
    extract_all(walk, is_message);
}

/*
 * The part's place in the list is taken before its members', so that a reader of
 * the list meets containers first; false when the list is full.
 */
static bool list_part(struct walk *walk, size_t *index_out)
{
    struct facts *facts = walk->scan->facts;
    struct part_fact *part;

    if (facts->parts.count >= walk->scan->plan->limits.parts) {
        walk->scan->budget.spent = UNINSPECTABLE_TOO_MANY;
        return false;
    }
    *index_out = facts->parts.count;
    part = facts_add_part(facts);
    if (part == NULL) {
        walk->scan->budget.spent = UNINSPECTABLE_TOO_LARGE;
        return false;
    }
    part->where = walk_keep_text(walk->scan, walk->stream->where, 4096);
    part->name = walk_keep_text(walk->scan, walk->stream->name, 1024);
    part->declared = walk_keep_text(walk->scan, walk->stream->declared, 256);
    part->bytes = walk->stream->bytes.len;
    hash_sha256(walk->stream->bytes, part->sha256);
    return true;
}

/* A promise the octets do not keep: of the type, which programs act on, also an ambiguity. */
static void note_mismatch(struct walk *walk, struct part_fact *part)
{
    const bool type = kind_type_differs(part->detected, part->declared);

    if (walk->stream->bytes.len == 0)
        return;
    part->mismatch = type || kind_name_differs(part->detected, part->name);
    if (type)
        walk_ambiguity(walk->scan, AMBIGUITY_TYPE_CONFLICT, part->where);
}

void walk_stream(struct scan *scan, const struct stream *stream)
{
    struct walk walk = { .sink = { &calls },
                         .scan = scan,
                         .stream = stream,
                         .detected = SPAN("unknown"),
                         .reason = UNINSPECTABLE_NONE };
    struct part_fact *part;
    size_t index = 0;

    if (!stream->reread && !list_part(&walk, &index))
        return;
    walk.document = ++scan->documents;
    if (stream->name.len > 0)
        reading_filename(scan->reading, stream->where, walk.document, stream->name);
    if (budget_is_spent(&scan->budget)) {
        note_reason(&walk, scan->budget.spent);
        /* Nothing more is unpacked; what is here is still searched for words. */
        strings_read(scan, stream->bytes, stream->where, walk.document);
    } else if (stream->bytes.len == 0) {
        walk.detected = SPAN("empty");
    } else {
        read_content(&walk);
    }
    if (stream->reread)
        return;
    /* The list may have moved while members were added. */
    part = &scan->facts->parts.items[index];
    part->detected = walk.detected;
    part->reason = walk.reason;
    part->active = walk.active;
    part->opened = walk.opened;
    note_mismatch(&walk, part);
}
