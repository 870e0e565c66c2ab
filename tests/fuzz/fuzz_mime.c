/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Part trees from any octets. Every octet of the message must lie in a header or
 * in a content that is read: what no part covers, no reading sees.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void cover(uint8_t *covered, const uint8_t *bytes, struct span span)
{
    if (span.len > 0)
        memset(covered + ((const uint8_t *)span.ptr - bytes), 1, span.len);
}

/* Line ends, and the lines of delimiters themselves, may stand outside of all parts. */
static bool may_be_outside(const uint8_t *bytes, size_t size, size_t at)
{
    size_t line = at;

    if (bytes[at] == '\r' || bytes[at] == '\n' || bytes[at] == ' ' || bytes[at] == '\t')
        return true;
    while (line > 0 && bytes[line - 1] != '\n' && bytes[line - 1] != '\r')
        line--;
    return line + 1 < size && bytes[line] == '-' && bytes[line + 1] == '-';
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct span message = { (const char *)bytes, size };
    const struct mime_limits limits = { .parts = 2000, .depth = 16 };
    struct arena *arena = arena_new(256U << 20);
    uint8_t *covered = calloc(size + 1, 1);
    struct mime_tree tree;

    require(covered != NULL);
    mime_parse(arena, message, (struct span){ NULL, 0 }, &limits, &tree);
    require(tree.count >= 1 && tree.count <= limits.parts);
    for (size_t i = 0; i < tree.count; i++) {
        const struct mime_part *part = &tree.parts[i];

        require(part->parent == MIME_NO_PARENT || part->parent < i);
        require(part->type_count >= 1 && part->encoding_count >= 1);
        for (size_t k = 0; k < part->header.count; k++)
            cover(covered, bytes, part->header.fields[k].raw);
        if (part->shape != MIME_MULTIPART || part->also_single)
            for (size_t k = 0; k < part->content_count; k++)
                cover(covered, bytes, part->contents[k]);
    }
    if (tree.stopped == UNINSPECTABLE_NONE && !arena_is_full(arena) &&
        !(size >= 5 && memcmp(bytes, "From ", 5) == 0))
        for (size_t i = 0; i < size; i++)
            require(covered[i] || may_be_outside(bytes, size, i));
    free(covered);
    arena_free(&arena);
    return 0;
}
