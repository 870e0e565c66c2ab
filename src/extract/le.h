/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_LE_H
#define EXTRACT_LE_H

/* Little-endian numbers at an offset; 0 where the octets are not all there. */
#include <stdint.h>

#include "base/span.h"

static inline uint32_t le_at(struct span s, size_t at, size_t octets)
{
    uint32_t value = 0;

    if (at > s.len || s.len - at < octets)
        return 0;
    for (size_t i = octets; i-- > 0;)
        value = value << 8 | (uint8_t)s.ptr[at + i];
    return value;
}

static inline uint8_t le8(struct span s, size_t at)
{
    return (uint8_t)le_at(s, at, 1);
}

static inline uint16_t le16(struct span s, size_t at)
{
    return (uint16_t)le_at(s, at, 2);
}

static inline uint32_t le32(struct span s, size_t at)
{
    return le_at(s, at, 4);
}

#endif
