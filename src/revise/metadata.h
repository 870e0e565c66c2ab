/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef REVISE_METADATA_H
#define REVISE_METADATA_H

/*
 * Documents and pictures without what they say of their author. Each appends the
 * whole new file to out on REVISE_DONE; REVISE_UNCHANGED: it says nothing of that
 * kind; REVISE_PROTECTED: it is signed; REVISE_IMPOSSIBLE: not one we would touch.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"
#include "facts/revision.h"

enum revise_result metadata_strip_zip(struct arena *arena, struct span zip, struct buf *out);
enum revise_result metadata_strip_jpeg(struct span jpeg, struct buf *out);
enum revise_result metadata_strip_png(struct span png, struct buf *out);

#endif
