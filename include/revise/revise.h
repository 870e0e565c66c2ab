/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef REVISE_REVISE_H
#define REVISE_REVISE_H

/*
 * Edits to what a message says, so that it stays the mail it was.
 *
 * Only the octets that change are changed: parts without an edit keep theirs, an
 * edited text keeps its charset and transfer encoding (RFC 2045, 6) unless they have no
 * place for a footer (then it becomes UTF-8 in quoted-printable), and the
 * header of the message is left to the caller (revise_header() shows what it becomes). Nothing is edited in a message
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
 * On REVISE_DONE message_out gets the whole new message; its body begins at
 * *body_at_out. Its header is the old one, unless a message of one part became a
 * notice, or a text in another charset: then *type_out has the new Content-Type (else
 * it is empty), the transfer encoding is quoted-printable, MIME-Version is there, and
 * of a notice the other Content-* fields are gone.
 */
enum revise_result revise_message(struct arena *arena, struct span message,
                                  const struct revision *revision, struct buf *message_out,
                                  size_t *body_at_out, struct span *type_out);

/*
 * The fields of the header as the mail server will have them once it has made these
 * edits; the empty line and the body begin at *rest_at_out of message. Values that
 * are not ASCII stand in encoded words. false: no memory, or a field to delete is not there.
 */
bool revise_header(struct arena *arena, struct span message, const struct revision *revision,
                   struct buf *header_out, size_t *rest_at_out);

#endif
