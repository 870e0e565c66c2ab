/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_PGP_PACKETS_H
#define EXTRACT_PGP_PACKETS_H

/* OpenPGP without its armour: a row of packets (RFC 9580, 4 and 5; the older forms of RFC 1991 too). */
#include <stdbool.h>

#include "extract/extract.h"

/* Whether octets begin with a whole packet that fits its kind, and end or go on with another. */
bool pgp_packets_look_so(struct span bytes);

/*
 * Hand over what is only signed or packed, tell what is encrypted, and who signed
 * is not looked into. Compressed packets inside of each other are opened to a
 * depth no program writes.
 */
enum extract_result pgp_packets_read(struct span bytes, struct sink *sink);

#endif
