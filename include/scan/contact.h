/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SCAN_CONTACT_H
#define SCAN_CONTACT_H

/* Mail addresses a reader is sent to: plain, mailto:, in vCards, and written in disguise. */
#include "scan/reading.h"

/* Add every address in the passage to facts->contacts, once for each place. */
void contact_find(struct reading *reading, const struct passage *passage);

#endif
