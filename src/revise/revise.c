/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>

#include "revise_priv.h"

enum {
    PARTS = 10000,
    DEPTH = 64,
    TEXT_BYTES = 64 << 20   /* one text part */
};

static const struct mime_limits limits = { PARTS, DEPTH };

bool patches_add(struct patches *patches, size_t at, size_t len, struct span octets)
{
    struct patch *moved = arena_grow(patches->arena, patches->items, patches->count,
                                     &patches->capacity, sizeof *moved);
    struct span kept = arena_copy(patches->arena, octets);

    if (moved == NULL || kept.ptr == NULL)
        return false;
    patches->items = moved;
    patches->items[patches->count++] = (struct patch){ at, len, kept };
    return true;
}

size_t offset_of(const struct reviser *reviser, struct span inside)
{
    return (size_t)(inside.ptr - reviser->message.ptr);
}

bool has_type(const struct mime_part *part, struct span type)
{
    for (size_t i = 0; i < part->type_count; i++)
        if (span_equals(part->types[i], type))
            return true;
    return false;
}

/* Is it, or anything it is in, under a signature (or an encryption)? */
bool is_protected(const struct reviser *reviser, uint32_t index)
{
    for (; index != MIME_NO_PARENT; index = reviser->tree.parts[index].parent) {
        const struct mime_part *part = &reviser->tree.parts[index];
        if (has_type(part, SPAN("multipart/signed")) || has_type(part, SPAN("multipart/encrypted")))
            return true;
    }
    return false;
}

static bool is_text(const struct mime_part *part)
{
    return has_type(part, SPAN("text/plain")) || has_type(part, SPAN("text/html")) ||
           has_type(part, SPAN("text/vcard")) || has_type(part, SPAN("text/x-vcard")) ||
           has_type(part, SPAN("text/calendar"));
}

static const struct notice *notice_for(const struct revision *revision, struct span where)
{
    for (size_t i = 0; i < revision->notice_count; i++)
        if (span_equals(revision->notices[i].where, where) ||
            (where.len == 0 && span_equals(revision->notices[i].where, SPAN("1"))))
            return &revision->notices[i];
    return NULL;
}

static bool is_stripped(const struct revision *revision, struct span where)
{
    for (size_t i = 0; i < revision->stripped_count; i++)
        if (span_equals(revision->stripped[i], where))
            return true;
    return false;
}

static bool is_under(const struct reviser *reviser, uint32_t index, uint32_t above)
{
    while (index != MIME_NO_PARENT && index != above)
        index = reviser->tree.parts[index].parent;
    return index == above;
}

static int by_place(const void *a, const void *b)
{
    const struct mime_part *one = *(const struct mime_part *const *)a;
    const struct mime_part *other = *(const struct mime_part *const *)b;

    if (one->octets.ptr != other->octets.ptr)
        return one->octets.ptr < other->octets.ptr ? -1 : 1;
    return one->depth < other->depth ? -1 : one->depth > other->depth;
}

/* The tree lists all parts of one depth before the next; edits go through the message as it is read. */
static const struct mime_part **in_order(const struct reviser *reviser)
{
    const struct mime_part **parts = arena_alloc(reviser->arena, (reviser->tree.count + 1) * sizeof *parts);

    for (size_t i = 0; parts != NULL && i < reviser->tree.count; i++)
        parts[i] = &reviser->tree.parts[i];
    if (parts != NULL)
        qsort(parts, reviser->tree.count, sizeof *parts, by_place);
    return parts;
}

static enum revise_result revise_parts(struct reviser *reviser)
{
    const struct mime_part **parts = in_order(reviser);
    enum revise_result all = REVISE_UNCHANGED;
    uint32_t replaced = MIME_NO_PARENT;     /* the last part that a notice stands for */
    size_t notices = 0;

    if (parts == NULL)
        return REVISE_IMPOSSIBLE;
    for (size_t n = 0; n < reviser->tree.count; n++) {
        const struct mime_part *part = parts[n];
        const uint32_t i = (uint32_t)(part - reviser->tree.parts);
        const struct notice *notice;
        enum revise_result result = REVISE_UNCHANGED;

        if (replaced != MIME_NO_PARENT && is_under(reviser, i, replaced))
            continue;
        notice = part->shape == MIME_MULTIPART && part->where.len == 0
                     ? NULL
                     : notice_for(reviser->revision, part->where);
        if (notice != NULL) {
            result = put_notice(reviser, i, notice);
            replaced = i;
            notices++;
        } else if (is_stripped(reviser->revision, part->where)) {
            result = strip_metadata(reviser, i);
        } else if (part->shape == MIME_SINGLE && is_text(part)) {
            result = revise_text(reviser, i);
        }
        /* Where no empty line ends the header, a text behind it would be one of its fields. */
        if (result == REVISE_DONE && !part->header.has_separator)
            result = REVISE_IMPOSSIBLE;
        if (result == REVISE_DONE)
            all = REVISE_DONE;
        else if (result != REVISE_UNCHANGED)
            return result;
    }
    return notices < reviser->revision->notice_count ? REVISE_IMPOSSIBLE : all;
}

/* The message with the patches in place. */
static bool splice(const struct reviser *reviser, struct buf *message_out, size_t *body_at_out)
{
    size_t body_at = offset_of(reviser, reviser->tree.parts[0].contents[0]), at = 0;

    *body_at_out = 0;
    for (size_t i = 0; i <= reviser->patches.count; i++) {
        const struct patch *patch = i < reviser->patches.count ? &reviser->patches.items[i] : NULL;
        size_t to = patch == NULL ? reviser->message.len : patch->at;
        if (to < at)
            return false;
        if (at <= body_at && body_at <= to)
            *body_at_out = message_out->len + (body_at - at);
        buf_append(message_out, span_slice(reviser->message, at, to));
        if (patch == NULL)
            break;
        buf_append(message_out, patch->octets);
        at = patch->at + patch->len;
    }
    return !message_out->failed;
}

static bool has_ambiguity(const struct mime_tree *tree)
{
    if (tree->stopped != UNINSPECTABLE_NONE)
        return true;
    for (size_t i = 0; i < tree->count; i++)
        for (enum ambiguity kind = AMBIGUITY_HEADER_MALFORMED;
             kind <= AMBIGUITY_MESSAGE_PARTIAL; kind++)
            if (ambiguity_set_has(&tree->parts[i].seen, kind))
                return true;
    return false;
}

/* What was made is read once more: no edit may leave a message that readers take in different ways. */
static bool is_sound(struct arena *arena, struct span message)
{
    struct mime_tree tree;

    mime_parse(arena, message, (struct span){ NULL, 0 }, &limits, &tree);
    return !arena_is_full(arena) && tree.count > 0 && !has_ambiguity(&tree);
}

enum revise_result revise_message(struct arena *arena, struct span message,
                                  const struct revision *revision, struct buf *message_out,
                                  size_t *body_at_out, struct span *type_out)
{
    struct reviser reviser = { .arena = arena, .revision = revision, .message = message,
                               .patches = { .arena = arena }, .type_out = type_out };
    enum revise_result result;

    *type_out = (struct span){ NULL, 0 };
    mime_parse(arena, message, (struct span){ NULL, 0 }, &limits, &reviser.tree);
    if (arena_is_full(arena) || reviser.tree.count == 0 || has_ambiguity(&reviser.tree))
        return REVISE_AMBIGUOUS;
    reviser.line_end = reviser.tree.ends == LINE_ENDS_LF ? SPAN("\n") : SPAN("\r\n");
    buf_init(&reviser.decoded, TEXT_BYTES);
    buf_init(&reviser.unicode, TEXT_BYTES);
    buf_init(&reviser.replaced, TEXT_BYTES);
    buf_init(&reviser.encoded, 2 * (size_t)TEXT_BYTES);
    result = revise_parts(&reviser);
    buf_fini(&reviser.decoded);
    buf_fini(&reviser.unicode);
    buf_fini(&reviser.replaced);
    buf_fini(&reviser.encoded);
    if (result == REVISE_DONE && (!splice(&reviser, message_out, body_at_out) ||
                                  !is_sound(arena, buf_span(message_out)))) {
        buf_clear(message_out);
        return REVISE_IMPOSSIBLE;
    }
    return result;
}
