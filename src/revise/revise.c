/* SPDX-License-Identifier: EUPL-1.2 */
#include "revise_priv.h"

enum {
    PARTS = 10000,
    DEPTH = 64,
    TEXT_BYTES = 64 << 20   /* one text part */
};

struct reviser {
    struct arena *arena;
    const struct revision *revision;
    struct span message;
    struct mime_tree tree;
    struct span line_end;
    struct patches patches;
    struct buf decoded, replaced, encoded;
    bool text_footer_done, html_footer_done;
    struct span *type_out;
};

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

static size_t offset_of(const struct reviser *reviser, struct span inside)
{
    return (size_t)(inside.ptr - reviser->message.ptr);
}

static bool has_type(const struct mime_part *part, struct span type)
{
    for (size_t i = 0; i < part->type_count; i++)
        if (span_equals(part->types[i], type))
            return true;
    return false;
}

/* Is it, or anything it is in, under a signature (or an encryption)? */
static bool is_protected(const struct reviser *reviser, uint32_t index)
{
    for (; index != MIME_NO_PARENT; index = reviser->tree.parts[index].parent) {
        const struct mime_part *part = &reviser->tree.parts[index];
        if (has_type(part, SPAN("multipart/signed")) || has_type(part, SPAN("multipart/encrypted")))
            return true;
    }
    return false;
}

/* Charsets whose lower half is ASCII: all that mail uses but UTF-16, UTF-32, UTF-7, ISO-2022 and HZ. */
static bool holds_ascii(struct span charset)
{
    static const struct span prefixes[] = {
        { "us-ascii", 8 }, { "utf-8", 5 }, { "iso-8859-", 9 }, { "windows-125", 11 }, { "cp125", 5 },
        { "koi8-", 5 },    { "macintosh", 9 },
    };

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (span_starts_with_nocase(charset, prefixes[i]))
            return true;
    return charset.len == 0;
}

static bool is_text(const struct mime_part *part)
{
    return has_type(part, SPAN("text/plain")) || has_type(part, SPAN("text/html")) ||
           has_type(part, SPAN("text/vcard")) || has_type(part, SPAN("text/x-vcard")) ||
           has_type(part, SPAN("text/calendar"));
}

/* The first inline text of each kind gets the footer of its kind. */
static bool wants_footer(struct reviser *reviser, const struct mime_part *part, bool html)
{
    bool *done = html ? &reviser->html_footer_done : &reviser->text_footer_done;
    struct span footer = html ? reviser->revision->footer_html : reviser->revision->footer_text;

    if (*done || footer.len == 0 || part->attachment ||
        (!html && !has_type(part, SPAN("text/plain"))))
        return false;
    *done = true;
    return true;
}

/* The new content as the part's encoding writes it. */
static enum revise_result write_back(struct reviser *reviser, const struct mime_part *part)
{
    struct span text = buf_span(&reviser->replaced), content = part->contents[0];
    bool ok = true;

    buf_clear(&reviser->encoded);
    switch (part->encodings[0]) {
    case TRANSFER_IDENTITY:
        ok = buf_append(&reviser->encoded, text);
        break;
    case TRANSFER_BASE64:
        ok = encode_base64(text, reviser->line_end, &reviser->encoded);
        break;
    case TRANSFER_QUOTED_PRINTABLE:
        ok = encode_quoted_printable(text, reviser->line_end, &reviser->encoded);
        break;
    case TRANSFER_UUENCODE:
    case TRANSFER_YENC:
    case TRANSFER_UNKNOWN:
        return REVISE_IMPOSSIBLE;
    }
    if (!ok || !patches_add(&reviser->patches, offset_of(reviser, content), content.len,
                            buf_span(&reviser->encoded)))
        return REVISE_IMPOSSIBLE;
    return REVISE_DONE;
}

static enum revise_result revise_text(struct reviser *reviser, uint32_t index)
{
    const struct mime_part *part = &reviser->tree.parts[index];
    struct span charset = part->charset_count > 0 ? part->charsets[0] : SPAN("");
    bool html = has_type(part, SPAN("text/html"));
    struct text_edit edit = { .revision = reviser->revision, .html = html,
                              .wants_footer = wants_footer(reviser, part, html),
                              .utf8 = span_starts_with_nocase(charset, SPAN("utf-8")),
                              .line_end = reviser->line_end };
    enum revise_result result;

    buf_clear(&reviser->decoded);
    if (!transfer_decode(part->encodings[0], READING_TOLERANT, part->contents[0], &reviser->decoded,
                         NULL))
        return REVISE_IMPOSSIBLE;
    if (!edit.wants_footer && !text_has_target(reviser->revision, buf_span(&reviser->decoded)))
        return REVISE_UNCHANGED;
    if (is_protected(reviser, index) ||
        span_find(buf_span(&reviser->decoded), SPAN("-----BEGIN PGP ")) < reviser->decoded.len)
        return REVISE_PROTECTED;
    if (!holds_ascii(charset))
        return REVISE_IMPOSSIBLE;
    result = text_revise(&edit, buf_span(&reviser->decoded), &reviser->replaced);
    return result == REVISE_DONE ? write_back(reviser, part) : result;
}

static const struct notice *notice_for(const struct revision *revision, struct span where)
{
    for (size_t i = 0; i < revision->notice_count; i++)
        if (span_equals(revision->notices[i].where, where) ||
            (where.len == 0 && span_equals(revision->notices[i].where, SPAN("1"))))
            return &revision->notices[i];
    return NULL;
}

/* The message's own Content-* fields: those of the notice take the place of the first, the others go. */
static bool retype_header(struct reviser *reviser, struct span type)
{
    const struct header_block *header = &reviser->tree.parts[0].header;
    struct span nl = reviser->line_end;
    bool written = false;

    buf_clear(&reviser->decoded);
    buf_printf(&reviser->decoded,
               "Content-Type: %.*s%.*sContent-Transfer-Encoding: quoted-printable%.*s",
               SPAN_ARG(type), SPAN_ARG(nl), SPAN_ARG(nl));
    for (size_t i = 0; i < header->count; i++) {
        const struct header_field *field = &header->fields[i];
        if (!span_starts_with_nocase(field->name, SPAN("Content-")))
            continue;
        if (!patches_add(&reviser->patches, offset_of(reviser, field->raw), field->raw.len,
                         written ? SPAN("") : buf_span(&reviser->decoded)))
            return false;
        written = true;
    }
    /* A message without such fields is plain ASCII text, and so is a notice in quoted-printable. */
    return written ||
           patches_add(&reviser->patches, 0, 0, buf_span(&reviser->decoded));
}

/* The part whole, header too, gives way to a text that says why. */
static enum revise_result put_notice(struct reviser *reviser, uint32_t index,
                                     const struct notice *notice)
{
    static const struct span type = { "text/plain; charset=utf-8", 25 };
    const struct mime_part *part = &reviser->tree.parts[index];
    const bool whole_message = part->parent == MIME_NO_PARENT;
    struct span old = whole_message ? part->contents[0] : part->octets;
    struct span nl = reviser->line_end;

    if (whole_message ? is_protected(reviser, index) : is_protected(reviser, part->parent))
        return REVISE_PROTECTED;
    buf_clear(&reviser->encoded);
    if (whole_message) {
        *reviser->type_out = type;
        if (!retype_header(reviser, type))
            return REVISE_IMPOSSIBLE;
    } else {
        buf_printf(&reviser->encoded,
                   "Content-Type: %.*s%.*sContent-Transfer-Encoding: quoted-printable%.*s"
                   "Content-Disposition: inline%.*s%.*s",
                   SPAN_ARG(type), SPAN_ARG(nl), SPAN_ARG(nl), SPAN_ARG(nl), SPAN_ARG(nl));
    }
    if (!encode_quoted_printable(notice->text, nl, &reviser->encoded) ||
        !patches_add(&reviser->patches, offset_of(reviser, old), old.len,
                     buf_span(&reviser->encoded)))
        return REVISE_IMPOSSIBLE;
    return REVISE_DONE;
}

static bool is_under(const struct reviser *reviser, uint32_t index, uint32_t above)
{
    while (index != MIME_NO_PARENT && index != above)
        index = reviser->tree.parts[index].parent;
    return index == above;
}

static enum revise_result revise_parts(struct reviser *reviser)
{
    enum revise_result all = REVISE_UNCHANGED;
    uint32_t replaced = MIME_NO_PARENT;     /* the last part that a notice stands for */
    size_t notices = 0;

    for (uint32_t i = 0; i < reviser->tree.count; i++) {
        const struct mime_part *part = &reviser->tree.parts[i];
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
        } else if (part->shape == MIME_SINGLE && is_text(part)) {
            result = revise_text(reviser, i);
        }
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

enum revise_result revise_message(struct arena *arena, struct span message,
                                  const struct revision *revision, struct buf *message_out,
                                  size_t *body_at_out, struct span *type_out)
{
    static const struct mime_limits limits = { PARTS, DEPTH };
    struct reviser reviser = { .arena = arena, .revision = revision, .message = message,
                               .patches = { .arena = arena }, .type_out = type_out };
    enum revise_result result;

    *type_out = (struct span){ NULL, 0 };
    mime_parse(arena, message, (struct span){ NULL, 0 }, &limits, &reviser.tree);
    if (arena_is_full(arena) || reviser.tree.count == 0 || has_ambiguity(&reviser.tree))
        return REVISE_AMBIGUOUS;
    reviser.line_end = reviser.tree.ends == LINE_ENDS_LF ? SPAN("\n") : SPAN("\r\n");
    buf_init(&reviser.decoded, TEXT_BYTES);
    buf_init(&reviser.replaced, TEXT_BYTES);
    buf_init(&reviser.encoded, 2 * (size_t)TEXT_BYTES);
    result = revise_parts(&reviser);
    buf_fini(&reviser.decoded);
    buf_fini(&reviser.replaced);
    buf_fini(&reviser.encoded);
    if (result == REVISE_DONE && !splice(&reviser, message_out, body_at_out))
        return REVISE_IMPOSSIBLE;
    return result;
}
