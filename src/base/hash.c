/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/hash.h"

#include <openssl/evp.h>

int hash_sha256(struct span bytes, uint8_t digest_out[HASH_BYTES])
{
    return EVP_Digest(bytes.ptr, bytes.len, digest_out, NULL, EVP_sha256(), NULL) == 1 ? 0 : -1;
}

void hash_to_hex(const uint8_t digest[HASH_BYTES], char hex_out[HASH_HEX_CHARS + 1])
{
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < HASH_BYTES; i++) {
        hex_out[2 * i] = digits[digest[i] >> 4];
        hex_out[2 * i + 1] = digits[digest[i] & 15];
    }
    hex_out[HASH_HEX_CHARS] = '\0';
}
