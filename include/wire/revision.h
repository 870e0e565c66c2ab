/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef WIRE_REVISION_H
#define WIRE_REVISION_H

/* An order to edit a message, and the edited body back. What comes back is believed no more than a report. */
#include "base/arena.h"
#include "facts/revision.h"
#include "wire/wire.h"

/* out->failed when it holds more than a decoder takes. */
void revision_encode(const struct revision *revision, struct buf *out);

/* Lists in arena, text in message. false when it is none, or the arena is full. */
bool revision_decode(struct wire_in *in, struct arena *arena, struct revision *revision_out);

struct revised {
    enum revise_result result;
    struct span type;       /* new Content-Type of a message replaced whole; else empty */
    struct span message;    /* with REVISE_DONE, whole; else the header, where fields of it were to be edited */
    uint64_t body_at;       /* in it */
    uint64_t rest_at;       /* in the message as it was: what follows there stands behind this one */
};

void revised_encode(uint64_t job_id, bool leaving, const struct revised *revised, struct buf *out);

/* Views into message. false when it is no answer to this job. */
bool revised_decode(struct span message, uint64_t job_id, struct revised *revised_out, bool *leaving_out);

#endif
