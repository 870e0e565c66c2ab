/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_CIPHER_H
#define EXTRACT_CIPHER_H

/*
 * What the readers of sealed documents share: a pass of a cipher, a digest, and a
 * password stretched to a key, all by OpenSSL. Names of algorithms are OpenSSL's
 * ("AES-256-CBC", "SHA256"). Every false or -1 means "not opened", never "read".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "extract/extract.h"

enum { CIPHER_DIGEST_MAX = 64, CIPHER_BLOCK_MAX = 16 };

/* Load the old ciphers, whose module is a file: once, before the cage closes. */
void cipher_prepare(void);

/*
 * Run in through the cipher into out, which has room for in.len and a block;
 * out may be where in is. Returns the octets made, or -1. iv may be NULL for
 * ciphers without. With padding, wrong padding costs the last block only.
 */
int cipher_run(const char *name, bool encrypt, bool padding, const uint8_t *key, size_t key_bytes,
               const uint8_t *iv, struct span in, uint8_t *out);

struct cipher_piece {
    const void *bytes;
    size_t len;
};

/* The digest of the pieces one behind the other. */
bool cipher_digest(const char *name, const struct cipher_piece *pieces, size_t count, uint8_t out[CIPHER_DIGEST_MAX]);

/* Octets of that digest, 0 when there is none of the name. */
size_t cipher_digest_bytes(const char *name);

/*
 * hash becomes the digest of (round as 32 bits, little-endian, then hash), rounds
 * times over ([MS-OFFCRYPTO] 2.3.4.7 and .11). false when the budget ended first.
 */
bool cipher_spin(struct sink *sink, const char *name, uint32_t rounds, uint8_t hash[CIPHER_DIGEST_MAX]);

/*
 * A password as ISO-8859-1, as older programs hash it; false, and out of no use,
 * when it has other characters, or is ASCII and so the same.
 */
bool cipher_latin1(struct span password, struct buf *out);

/* A password as UTF-16LE, as documents of Microsoft hash it. */
void cipher_utf16(struct span password, struct buf *out);

#endif
