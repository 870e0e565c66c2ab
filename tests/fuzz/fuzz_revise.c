/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whatever comes in, out comes sound mail or a refusal: what was edited parses
 * without an ambiguity, holds every part that no edit was about to the octet, and
 * edited once more it stays as it is.
 */
#include <stdint.h>
#include <stdlib.h>

#include "mail/mime.h"
#include "revise/revise.h"

/* Whatever the header is, its edited fields are such, and the rest begins inside the message. */
static void check_header(struct arena *arena, struct span message, size_t number)
{
    struct edit edits[] = { { EDIT_HEADER_SET, SPAN("Subject"), SPAN("[DR] x"), SPAN("") },
                            { EDIT_HEADER_ADD, SPAN("X-Label"), SPAN("\xC3\xA9"), SPAN("") },
                            { EDIT_HEADER_DELETE, SPAN("Received"), number == 1 ? SPAN("1") : SPAN(""), SPAN("") } };
    const struct revision revision = { .fields = edits, .field_count = 3 };
    struct buf header;
    size_t rest_at = 0;

    buf_init(&header, 0);
    if (revise_header(arena, message, &revision, &header, &rest_at) &&
        (rest_at > message.len || span_find(buf_span(&header), SPAN("Subject: [DR] x")) == header.len))
        abort();
    buf_fini(&header);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct mime_limits limits = { 10000, 64 };

static void check_unambiguous(const struct mime_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        for (enum ambiguity kind = AMBIGUITY_HEADER_MALFORMED; kind <= AMBIGUITY_MESSAGE_PARTIAL; kind++)
            if (ambiguity_set_has(&tree->parts[i].seen, kind))
                abort();
}

static bool is_about(const struct revision *revision, const struct mime_tree *tree, uint32_t i)
{
    if (span_starts_with(tree->parts[i].types[0], SPAN("text/")))
        return true;
    for (; i != MIME_NO_PARENT; i = tree->parts[i].parent) {
        struct span where = tree->parts[i].where;
        if (revision->notice_count > 0 && (where.len == 0 || span_equals(where, revision->notices->where)))
            return true;
        if (revision->stripped_count > 0 && span_equals(where, *revision->stripped))
            return true;
    }
    return false;
}

static void check(struct arena *arena, struct span message, const struct revision *revision,
                  struct span after)
{
    struct mime_tree before, tree;
    struct span type;
    struct buf again;
    size_t body_at;

    mime_parse(arena, after, SPAN(""), &limits, &tree);
    check_unambiguous(&tree);
    mime_parse(arena, message, SPAN(""), &limits, &before);
    for (uint32_t i = 0; i < before.count; i++)
        if (before.parts[i].shape != MIME_MULTIPART && !is_about(revision, &before, i) &&
            span_find(after, before.parts[i].contents[0]) == after.len && before.parts[i].contents[0].len > 0)
            abort();
    buf_init(&again, 0);
    if (revise_message(arena, after, revision, &again, &body_at, &type) != REVISE_UNCHANGED &&
        !span_equals(buf_span(&again), after))
        abort();
    buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct replacement replacement = { { "a@b.c", 5 }, { "press@x.example", 15 } };
    struct notice notice = { { "2", 1 }, { "notice \xC3\xA9\n", 10 } };
    struct span stripped = SPAN("3");
    const struct revision revision = { .replacements = &replacement, .replacement_count = 1,
                                       .notices = &notice, .notice_count = size % 2,
                                       .stripped = &stripped, .stripped_count = size / 2 % 2,
                                       .footer_text = size / 4 % 2 ? SPAN("-- \nfooter\n") : SPAN("\xC3\xA9t\xC5\x93\n"),
                                       .footer_html = SPAN("<p>f\xC3\xA9</p>") };
    struct span message = { (const char *)bytes, size }, type;
    struct arena *arena = arena_new(0);
    enum revise_result result;
    size_t body_at = 0;
    struct buf whole;

    buf_init(&whole, 0);
    result = revise_message(arena, message, &revision, &whole, &body_at, &type);
    if (result == REVISE_DONE && body_at > whole.len)
        abort();
    if (result != REVISE_DONE && whole.len > 0)
        abort();
    if (result == REVISE_DONE)
        check(arena, message, &revision, buf_span(&whole));
    check_header(arena, message, size % 3);
    buf_fini(&whole);
    arena_free(&arena);
    return 0;
}
