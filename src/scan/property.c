/* SPDX-License-Identifier: EUPL-1.2 */
#include "reading_priv.h"

void reading_property(struct reading *reading, struct span where, uint32_t document,
                      enum property_kind kind, struct span name, struct span value)
{
    struct store_place place = { where, document, SOURCE_METADATA };

    (void)kind, (void)name;
    (void)store_marking(reading, &place, value);
}
