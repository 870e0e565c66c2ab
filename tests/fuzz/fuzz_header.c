/* SPDX-License-Identifier: EUPL-1.2 */
/* Header blocks from any octets, and the parameters of each field. No octet may fall between header and body. */
#include <stdint.h>
#include <stdlib.h>

#include "mail/header.h"
#include "mail/param.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool lies_in(struct span part, struct span whole)
{
    return part.len == 0 || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct span text = { (const char *)bytes, size };
    struct arena *arena = arena_new(0);
    struct header_block block;

    header_parse(arena, text, line_ends_of(text), true, &block);
    require(block.count <= HEADER_FIELDS);
    require(lies_in(block.body, text) && lies_in(block.second_body, text));
    require(block.body.len == 0 || block.body.ptr + block.body.len == text.ptr + text.len);
    for (size_t i = 0; i < block.count; i++) {
        struct ambiguity_set seen = { 0 };
        struct param_field field;

        require(lies_in(block.fields[i].raw, text) && lies_in(block.fields[i].value, text));
        require(block.fields[i].name.len > 0);
        header_decode(arena, &block.fields[i], &seen);
        param_parse(arena, block.fields[i].value, &field, &seen);
        require(field.count <= 4 * PARAM_MAX);
    }
    arena_free(&arena);
    return 0;
}
