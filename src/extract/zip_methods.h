/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_ZIP_METHODS_H
#define EXTRACT_ZIP_METHODS_H

/*
 * The rarer ways members of a ZIP archive are packed, and how they are sealed.
 * Each appends to room what comes out, asks the budget first, and tells nobody:
 * false means that not all came out, whatever the reason.
 */
#include <stdbool.h>

#include "base/buf.h"
#include "extract/zip.h"

/* Deflate64 (APPNOTE 4.4.5, method 9): deflate with a window of 64 KiB and longer matches. */
bool zip_inflate64(struct sink *sink, struct span packed, struct buf *room);

/* bzip2, LZMA, XZ, Zstandard and PPMd, by libarchive. */
bool zip_unpack_by_library(struct sink *sink, const struct zip_member *member, struct buf *room);

/* Whether the library is asked at all: of the method, and of its need for memory. */
bool zip_library_knows(const struct zip_member *member);

/*
 * Decrypt a sealed member with a password: AES (WinZip's AE-1 and AE-2), whose code
 * is checked, or the old cipher (6.1), whose check lets one in 128 wrong passwords
 * pass. *plain_out is then the member as it would be unsealed, its data in packed.
 */
bool zip_unseal(const struct zip_member *member, struct span password, struct buf *packed,
                struct zip_member *plain_out);

#endif
