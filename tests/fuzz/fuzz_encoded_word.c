/* SPDX-License-Identifier: EUPL-1.2 */
/* Encoded words in any octets: what comes out is UTF-8 without control octets. */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "mail/encoded_word.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new(0);
    struct ambiguity_set seen = { 0 };
    struct span out =
        encoded_word_decode(arena, (struct span){ (const char *)bytes, size }, &seen);

    if (!utf8_is_valid(out))
        abort();
    for (size_t i = 0; i < out.len; i++)
        if ((unsigned char)out.ptr[i] < 0x20 && out.ptr[i] != '\t')
            abort();
    arena_free(&arena);
    return 0;
}
