/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef POLICY_NETWORK_H
#define POLICY_NETWORK_H

/* IP networks in CIDR form (RFC 4632, RFC 4291, 2.3). IPv4-mapped IPv6 is IPv4. */
#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct network {
    uint8_t octets[16];     /* network order; the first 4 for IPv4 */
    uint8_t bits;           /* that must agree */
    uint8_t family;         /* 4 or 6; 0: no address */
};

/*
 * "10.0.0.0/8", "2001:db8::/32", or one address. Returns false when it is neither,
 * or when bits behind the prefix are set: "10.1.0.0/8" is a slip, not a network.
 */
bool network_parse(struct span text, struct network *out);

/* Is the one address inside? An address without family is in no network. */
bool network_contains(const struct network *network, const struct network *address);

#endif
