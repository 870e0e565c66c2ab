/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_BE_H
#define EXTRACT_BE_H

/* Big-endian numbers at an offset; 0 where the octets are not all there. */
#include <stdint.h>

#include "base/span.h"

static inline uint32_t be_at(struct span s, size_t at, size_t octets)
{
    uint32_t value = 0;

    if (at > s.len || s.len - at < octets)
        return 0;
    for (size_t i = 0; i < octets; i++)
        value = value << 8 | (uint8_t)s.ptr[at + i];
    return value;
}

static inline uint8_t be8(struct span s, size_t at)
{
    return (uint8_t)be_at(s, at, 1);
}

static inline uint16_t be16(struct span s, size_t at)
{
    return (uint16_t)be_at(s, at, 2);
}

static inline uint32_t be32(struct span s, size_t at)
{
    return be_at(s, at, 4);
}

#endif
