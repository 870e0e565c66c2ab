/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_ZIP_LAYOUT_H
#define EXTRACT_ZIP_LAYOUT_H

/*
 * The records of a ZIP archive: signatures, fixed lengths, little-endian numbers
 * (APPNOTE.TXT 4.3 and 4.4). Numbers read past the end of a record are 0.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct zip_member;

enum {
    ZIP_LOCAL_BYTES = 30,
    ZIP_CENTRAL_BYTES = 46,
    ZIP_END_BYTES = 22,
    ZIP_LOCATOR64_BYTES = 20,
    ZIP_END64_BYTES = 56,

    ZIP_FLAG_ENCRYPTED = 1 << 0,
    ZIP_FLAG_DESCRIPTOR = 1 << 3,
    ZIP_FLAG_UTF8 = 1 << 11,

    ZIP_METHOD_STORED = 0,
    ZIP_METHOD_DEFLATED = 8,
    ZIP_METHOD_DEFLATE64 = 9,
    ZIP_METHOD_BZIP2 = 12,
    ZIP_METHOD_LZMA = 14,
    ZIP_METHOD_ZSTD = 93,
    ZIP_METHOD_XZ = 95,
    ZIP_METHOD_PPMD = 98,
    ZIP_METHOD_AES = 99         /* the true method stands in extra field 0x9901 */
};

enum zip_record {
    ZIP_LOCAL = 0x04034b50,
    ZIP_CENTRAL = 0x02014b50,
    ZIP_END = 0x06054b50,
    ZIP_LOCATOR64 = 0x07064b50,
    ZIP_END64 = 0x06064b50,
    ZIP_DESCRIPTOR = 0x08074b50
};

uint16_t zip_u16(struct span s, size_t at);
uint32_t zip_u32(struct span s, size_t at);
uint64_t zip_u64(struct span s, size_t at);

/* Whether a record of that kind begins here and its fixed part is whole. */
bool zip_is_record(struct span s, enum zip_record kind);

/* Replace sizes and offset that are all ones by those of extra field 1 (4.5.3). */
void zip_widen_sizes(struct span extra, uint64_t *unpacked, uint64_t *packed, uint64_t *offset);

/* How long the data of a member is whose header does not say: by unpacking it, or by the next record. */
size_t zip_packed_bytes(const struct zip_member *member);

#endif
