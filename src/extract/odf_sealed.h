/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_ODF_SEALED_H
#define EXTRACT_ODF_SEALED_H

/*
 * Entries of an OpenDocument package behind a password (OpenDocument 1.3, part 2,
 * 4.4 to 4.16): each with its own salt, all usually with one password. AES in CBC
 * and Blowfish in CFB with PBKDF2 are opened; Argon2 and AES in GCM, which newer
 * programs write for a package sealed whole, are not: OpenSSL 3.0 lacks the first.
 */
#include <stdbool.h>
#include <stdint.h>

#include "extract/package.h"
#include "seal_terms.h"

/* What <encryption-data> and its children say of one entry. */
struct odf_seal {
    const char *cipher, *start_digest, *check_digest;   /* NULL: not one we know */
    struct seal_octets salt, vector, checksum;
    uint64_t rounds;
    size_t key_bytes;
};

/* Begin with a zeroed seal; then each element inside of <encryption-data>, and that one itself. */
void odf_seal_read(struct odf_seal *seal, struct xml *xml);

/*
 * Put the packed content in the place of the sealed one, so that the entry can be
 * unpacked like any other. *password is set to the one that did; when it is not
 * empty, no other is tried. false: not opened, nothing changed.
 */
bool odf_seal_open(const struct odf_seal *seal, struct package *package, struct zip_member *entry,
                   struct span *password);

#endif
