/* SPDX-License-Identifier: EUPL-1.2 */
#include "reading_priv.h"

void reading_header(struct reading *reading, struct span where, uint32_t document,
                    struct span name, struct span value, struct span raw_value)
{
    struct passage passage = { .text = value,
                               .where = where,
                               .document = document,
                               .region = REGION_BODY,
                               .source = span_equals_nocase(name, SPAN("Subject")) ? SOURCE_SUBJECT
                                                                                  : SOURCE_HEADER,
                               .unit = UNIT_NONE };

    (void)raw_value;
    sightings_read(reading, &passage);
}
