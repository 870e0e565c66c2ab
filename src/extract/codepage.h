/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_CODEPAGE_H
#define EXTRACT_CODEPAGE_H

/* Text under a Windows code page number, as office formats name their charsets. */
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* Append as UTF-8; an unknown number is read as windows-1252. */
void codepage_decode(uint32_t codepage, struct span bytes, struct buf *utf8_out);

/* UTF-16LE up to its first NUL, if any. */
void codepage_decode_utf16(struct span bytes, struct buf *utf8_out);

#endif
