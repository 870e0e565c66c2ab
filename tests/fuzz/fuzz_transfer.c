/* SPDX-License-Identifier: EUPL-1.2 */
/* Every transfer encoding and reading over the same octets; the first octet picks them. */
#include <stdint.h>
#include <stdlib.h>

#include "mail/transfer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const enum transfer_encoding encodings[] = {
        TRANSFER_IDENTITY, TRANSFER_BASE64, TRANSFER_QUOTED_PRINTABLE,
        TRANSFER_UUENCODE, TRANSFER_YENC,   TRANSFER_UNKNOWN,
    };
    static const enum transfer_reading readings[] = { READING_TOLERANT, READING_STRICT,
                                                      READING_THROUGH };
    struct span text = { (const char *)bytes, size }, name, block;
    enum transfer_encoding encoding;

    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
        for (size_t k = 0; k < sizeof readings / sizeof readings[0]; k++) {
            struct ambiguity_set seen = { 0 };
            struct buf out;

            /* A uuencoded line of two characters may stand for 63 octets, trailing blanks lost. */
            buf_init(&out, 64 * size + 64);
            if (!transfer_decode(encodings[i], readings[k], text, &out, &seen))
                abort();
            transfer_needs_more(encodings[i], &seen);
            buf_fini(&out);
        }
    while (transfer_find_block(&text, &encoding, &name, &block))
        if (block.len == 0)
            abort();
    return 0;
}
