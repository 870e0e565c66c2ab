/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_DATA_URI_H
#define EXTRACT_DATA_URI_H

/* A file inside a link: "data:image/png;base64,iVBOR…" (RFC 2397). */
#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"

bool data_uri_is(struct span uri);

/*
 * Append what it carries, percent escapes and base64 undone; octets that belong
 * to neither are passed over, as browsers do. *type_out is a view of its media
 * type without parameters, empty when it says none. false when it is no data URI.
 */
bool data_uri_decode(struct span uri, struct span *type_out, struct buf *bytes_out);

/* Append what base64 text holds, up to its padding; octets outside the alphabet are passed over. */
void data_uri_base64(struct span text, struct buf *bytes_out);

/* Append text with its percent escapes (RFC 3986, 2.1) undone; what is none stays. */
void data_uri_percent(struct span text, struct buf *out);

#endif
