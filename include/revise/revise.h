/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef REVISE_REVISE_H
#define REVISE_REVISE_H

/*
 * Edits to what a message says, so that it stays the mail it was.
 *
 * Only the octets that change are changed: parts without an edit keep theirs, an
 * edited text keeps its charset and transfer encoding (RFC 2045, 6), and the
 * header of the message is left to the caller. Nothing is edited in a message
 * that readers take in different ways, nor inside a signature or encryption
 * (RFC 1847, RFC 8551, RFC 9580). The caller has the result read and judged again.
 *
 * Runs in the cage: it parses the message.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"
#include "facts/revision.h"

/*
 * body_out gets the new body, all that follows the header, on REVISE_DONE. When
 * a message of a single part was itself replaced, *type_out gets the value its
 * Content-Type field must have then and Content-Transfer-Encoding must be
 * quoted-printable and Content-Disposition go; else it is empty.
 */
enum revise_result revise_message(struct arena *arena, struct span message,
                                  const struct revision *revision, struct buf *body_out,
                                  struct span *type_out);

#endif
