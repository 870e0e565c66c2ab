/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CONF_MANIFEST_H
#define CONF_MANIFEST_H

/* Between manifest.c, which knows the text, and approval.c, which knows the signature. */
#include "conf/approval.h"
#include "conf_priv.h"

/* False when the text is no manifest. date is borrowed from it. */
bool manifest_read_head(struct span text, uint64_t *version_out, struct span *date_out);

/* Does the text list these files with these digests, and nothing else? -1: err says where not. */
int manifest_check(const struct bundle *bundle, struct span text, uint64_t *version_out,
                   struct err *err);

#endif
