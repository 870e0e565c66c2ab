/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_SEAL_TERMS_H
#define EXTRACT_SEAL_TERMS_H

/* The terms of a sealed document as XML attributes tell them: numbers, and octets in base64. */
#include <stdint.h>

#include "extract/xml.h"

enum { SEAL_OCTETS_MAX = 64 };

struct seal_octets {
    uint8_t bytes[SEAL_OCTETS_MAX];
    size_t len;                 /* 0: not there, or longer than of any scheme we know */
};

void seal_read_octets(struct xml *xml, const char *attribute, struct seal_octets *out);

/* otherwise, where it is no number or not there. */
uint64_t seal_read_number(struct xml *xml, const char *attribute, uint64_t otherwise);

#endif
