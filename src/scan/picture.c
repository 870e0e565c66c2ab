/* SPDX-License-Identifier: EUPL-1.2 */
#include "scan_priv.h"

bool picture_read(struct scan *scan, struct span image, struct span where, uint32_t document,
                  const struct place *place)
{
    const struct place here = { .region = REGION_BODY, .unit = place->unit, .number = place->number };
    struct passages passages;
    struct buf text;
    bool read;

    if (scan->pictures == NULL || budget_is_spent(&scan->budget))
        return false;
    buf_init(&text, scan->plan->limits.expanded_bytes);
    read = scan->pictures->read(scan->pictures->data, image, &scan->picture_budget, &text);
    passages_begin(&passages, scan, where, document, SOURCE_IMAGE);
    passages_place(&passages, &here);
    passages_text(&passages, buf_span(&text));
    passages_end(&passages);
    buf_fini(&text);
    /* Asked whatever was read: a reader that gave up for the time is late, not unable. */
    return !budget_is_spent(&scan->budget) && read;
}
