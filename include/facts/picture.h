/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FACTS_PICTURE_H
#define FACTS_PICTURE_H

/*
 * Between who walks a message and who makes out the words in its pictures. Only
 * vaguemestre-ocr has a reader; elsewhere a picture is told as image-only.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* What the pictures of one message may still cost. */
struct picture_budget {
    uint32_t pictures;      /* images and frames of images */
    uint64_t deadline_us;   /* of clock_monotonic_us() */
};

struct picture_reader {
    void *data;
    /*
     * Append the words of a raster image file, whatever its octets, to text_out,
     * a line each. false: not all words in it could be made out, whatever the
     * reason; those that could are in text_out all the same.
     */
    bool (*read)(void *data, struct span image, struct picture_budget *budget,
                 struct buf *text_out);
};

#endif
