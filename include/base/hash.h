/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

/* SHA-256 (FIPS 180-4) by OpenSSL, as raw octets and in lower-case hexadecimal. */
#include <stdint.h>

#include "base/span.h"

enum { HASH_BYTES = 32, HASH_HEX_CHARS = 64 };

/* Of the whole span. Returns -1 only when OpenSSL has no memory left. */
int hash_sha256(struct span bytes, uint8_t digest_out[HASH_BYTES]);

/* hex_out gets 64 characters and a NUL. */
void hash_to_hex(const uint8_t digest[HASH_BYTES], char hex_out[HASH_HEX_CHARS + 1]);

#endif
