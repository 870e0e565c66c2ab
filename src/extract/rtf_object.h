/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_RTF_OBJECT_H
#define EXTRACT_RTF_OBJECT_H

/* Embedded objects and pictures of RTF, which are hexadecimal text. */
#include <stdbool.h>

#include "base/buf.h"
#include "extract/extract.h"

/* Hand the octets over as a file; of an object, what its OLE wrapping holds. Overwrites the text. */
void rtf_object_read(struct sink *sink, struct buf *hexadecimal, bool is_object);

#endif
