/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CTL_QUARANTINE_H
#define CTL_QUARANTINE_H

/* Postfix's hold queue, by its own tools. config: its folder of configuration, NULL the usual one. */
#include <jansson.h>

#include "base/buf.h"

/* Queue id to what "postqueue -j" says of it. NULL after a complaint. */
json_t *quarantine_held(const char *config);

/* Header and body of a held message into out, as far as it takes them. -1 after a complaint. */
int quarantine_read(const char *config, const char *id, struct buf *out);

#endif
