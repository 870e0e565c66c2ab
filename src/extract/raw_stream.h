/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_RAW_STREAM_H
#define EXTRACT_RAW_STREAM_H

/* One packed stream without members, by libarchive, each block asked for at the sink first. */
#include <stdbool.h>

#include "base/buf.h"
#include "extract/extract.h"

enum raw_filter { RAW_BZIP2 = 1, RAW_XZ };

/* Append what in unpacks to. false when it is broken, cut, or dearer than the budget; out keeps what came. */
bool raw_stream_append(struct sink *sink, struct span in, enum raw_filter filter, struct buf *out);

struct archive;

/* The same of the member an archive just opened stands at. */
bool raw_stream_copy(struct sink *sink, struct archive *archive, struct buf *out);

#endif
