/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CTL_MESSAGES_H
#define CTL_MESSAGES_H

/*
 * Mail that is kept somewhere: in a file of its own, an mbox (RFC 4155), a Maildir
 * or any folder of these, and in Postfix's hold queue.
 */
#include "base/span.h"
#include "ctl_priv.h"

/* One message. envelope is NULL where only its header tells. false ends the reading. */
typedef bool message_fn(void *data, const char *name, struct span octets,
                        const struct envelope_options *envelope);

/*
 * Every message at path. Of one that is larger than most_bytes only that much and one
 * octet is given. -1 after a complaint: something could not be read.
 */
int messages_each(const char *path, uint64_t most_bytes, message_fn *each, void *data);

/* Every message in the hold queue, with its own envelope. */
int messages_each_held(const char *config, uint64_t most_bytes, message_fn *each, void *data);

#endif
