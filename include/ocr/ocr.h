/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef OCR_OCR_H
#define OCR_OCR_H

/*
 * Words out of pixels, by Tesseract and Leptonica. Runs in the cage, on octets a
 * stranger wrote: all files (language data) are opened by ocr_new().
 */
#include "facts/picture.h"
#include "facts/plan.h"

struct ocr;

/*
 * Load the language data ("fra+eng") of plan->ocr. NULL when there is none of a
 * language, or no memory. Call it with OMP_THREAD_LIMIT=1 in the environment the
 * program was started with: the cage lets no thread be made.
 */
struct ocr *ocr_new(const struct scan_plan *plan);
void ocr_free(struct ocr **ocr);

/* As picture_reader.read: all frames of a TIFF, the first of other formats. */
bool ocr_read(struct ocr *ocr, struct span image, struct picture_budget *budget,
              struct buf *text_out);

#endif
