/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef OCR_PRIV_H
#define OCR_PRIV_H

/* Image files to pixels that a reader of words can be given. */
#include <leptonica/allheaders.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/*
 * Frame number frame, from 0, of an image file: on white, large enough to be read;
 * *more_out whether another follows. NULL when it has more than pixels_max pixels,
 * or cannot be decoded. The caller ends it with pixDestroy().
 */
PIX *raster_frame(struct span file, int frame, uint64_t pixels_max, bool *more_out);

#endif
