/* SPDX-License-Identifier: EUPL-1.2 */
#include "ocr/ocr.h"

#include <stdlib.h>
#include <string.h>
#include <tesseract/capi.h>

#include "base/clock.h"
#include "ocr_priv.h"

enum {
    RESOLUTION_DPI = 300,   /* what is assumed: only the size of letters in pixels counts */
    LEAST_SURE = 60         /* mean confidence in percent below which words were guessed, not read */
};

struct ocr {
    TessBaseAPI *tesseract;
    uint64_t pixels_max;
};

struct ocr *ocr_new(const struct scan_plan *plan)
{
    char languages[PLAN_LANGUAGES_BYTES + 1] = "";
    struct ocr *ocr = calloc(1, sizeof *ocr);

    if (ocr == NULL || plan->ocr.languages.len > PLAN_LANGUAGES_BYTES ||
        (ocr->tesseract = TessBaseAPICreate()) == NULL) {
        free(ocr);
        return NULL;
    }
    setMsgSeverity(L_SEVERITY_NONE);
    memcpy(languages, plan->ocr.languages.ptr, plan->ocr.languages.len);
    ocr->pixels_max = plan->ocr.pixels;
    if (TessBaseAPIInit2(ocr->tesseract, NULL, languages, OEM_LSTM_ONLY) != 0)
        ocr_free(&ocr);
    else
        TessBaseAPISetPageSegMode(ocr->tesseract, PSM_AUTO);
    return ocr;
}

void ocr_free(struct ocr **ocr)
{
    if (*ocr == NULL)
        return;
    TessBaseAPIDelete((*ocr)->tesseract);
    free(*ocr);
    *ocr = NULL;
}

/* The words as the picture stands, and whether they are sure enough to have been read. */
static bool read_upright(struct ocr *ocr, PIX *pix, uint64_t deadline_us, struct buf *text_out)
{
    const uint64_t now_us = clock_monotonic_us();
    ETEXT_DESC *monitor;
    char *text = NULL;
    bool sure = false;

    if (now_us >= deadline_us || (monitor = TessMonitorCreate()) == NULL)
        return false;
    TessMonitorSetDeadlineMSecs(monitor, (int)((deadline_us - now_us) / 1000));
    TessBaseAPISetImage2(ocr->tesseract, pix);
    TessBaseAPISetSourceResolution(ocr->tesseract, RESOLUTION_DPI);
    if (TessBaseAPIRecognize(ocr->tesseract, monitor) == 0 &&
        (text = TessBaseAPIGetUTF8Text(ocr->tesseract)) != NULL) {
        buf_append(text_out, span_of(text));
        buf_append_byte(text_out, '\n');
        sure = clock_monotonic_us() < deadline_us &&
               (span_trim(span_of(text)).len == 0 ||
                TessBaseAPIMeanTextConf(ocr->tesseract) >= LEAST_SURE);
    }
    TessDeleteText(text);
    TessMonitorDelete(monitor);
    TessBaseAPIClear(ocr->tesseract);
    return sure;
}

/* Sheets come out of a scanner upside down; lines that run up or down are turned by Tesseract itself. */
static bool read_frame(struct ocr *ocr, PIX *pix, uint64_t deadline_us, struct buf *text_out)
{
    PIX *turned;
    bool sure = read_upright(ocr, pix, deadline_us, text_out);

    if (sure || (turned = pixRotate180(NULL, pix)) == NULL)
        return sure;
    sure = read_upright(ocr, turned, deadline_us, text_out);
    pixDestroy(&turned);
    return sure;
}

bool ocr_read(struct ocr *ocr, struct span image, struct picture_budget *budget,
              struct buf *text_out)
{
    bool sure = true, more = true;

    for (int frame = 0; more; frame++) {
        PIX *pix;

        if (budget->pictures == 0)
            return false;
        budget->pictures--;
        pix = raster_frame(image, frame, ocr->pixels_max, &more);
        sure = pix != NULL && read_frame(ocr, pix, budget->deadline_us, text_out) && sure;
        pixDestroy(&pix);
    }
    return sure && !text_out->failed;
}
