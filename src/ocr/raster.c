/* SPDX-License-Identifier: EUPL-1.2 */
#include "ocr_priv.h"

enum {
    SMALL_PIXELS = 1200,    /* the longer side of a screen shot or a stamp: its letters are small */
    SMALL_FACTOR = 2
};

static bool fits(l_int32 width, l_int32 height, uint64_t pixels_max)
{
    return width > 0 && height > 0 && (uint64_t)width * (uint64_t)height <= pixels_max;
}

static PIX *decode_tiff(struct span file, int frame, uint64_t pixels_max, bool *more_out)
{
    const l_uint8 *bytes = (const l_uint8 *)file.ptr;
    l_int32 width = 0, height = 0;

    *more_out = readHeaderMemTiff(bytes, file.len, frame + 1, &width, &height, NULL, NULL, NULL,
                                  NULL, NULL) == 0;
    if (readHeaderMemTiff(bytes, file.len, frame, &width, &height, NULL, NULL, NULL, NULL, NULL) !=
            0 ||
        !fits(width, height, pixels_max))
        return NULL;
    return pixReadMemTiff(bytes, file.len, frame);
}

/* A size is believed only where the decoder says it without decoding. */
static PIX *decode(struct span file, int frame, uint64_t pixels_max, bool *more_out)
{
    const l_uint8 *bytes = (const l_uint8 *)file.ptr;
    l_int32 format = IFF_UNKNOWN, width = 0, height = 0;

    *more_out = false;
    if (file.len < 12 || findFileFormatBuffer(bytes, &format) != 0)
        return NULL;
    if (L_FORMAT_IS_TIFF(format))
        return decode_tiff(file, frame, pixels_max, more_out);
    if (pixReadHeaderMem(bytes, file.len, NULL, &width, &height, NULL, NULL, NULL) != 0 ||
        !fits(width, height, pixels_max))
        return NULL;
    return pixReadMem(bytes, file.len);
}

/* Each step takes the pixels over; NULL without memory. */
static PIX *put_on_white(PIX *pix)
{
    PIX *opaque = pix == NULL ? NULL : pixRemoveAlpha(pix);

    pixDestroy(&pix);
    return opaque;
}

static PIX *enlarge(PIX *pix)
{
    PIX *larger;

    if (pix == NULL || pixGetWidth(pix) > SMALL_PIXELS || pixGetHeight(pix) > SMALL_PIXELS)
        return pix;
    larger = pixScale(pix, SMALL_FACTOR, SMALL_FACTOR);
    pixDestroy(&pix);
    return larger;
}

PIX *raster_frame(struct span file, int frame, uint64_t pixels_max, bool *more_out)
{
    return enlarge(put_on_white(decode(file, frame, pixels_max, more_out)));
}
