/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

/*
 * Typed messages between our processes: put on one side, got in the same order on
 * the other, over a SOCK_SEQPACKET pair, with descriptors beside them.
 *
 * Numbers travel in the byte order of the machine (both ends are the same one);
 * a span as its length (32 bits) and its octets. Getting past the end, or a value
 * a getter refuses, sets failed for good and yields zeros, so a decoder may get on
 * and look once at the end, with wire_is_done().
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* Writing appends to a buf; its failed flag says whether all fitted. */
void wire_put_u8(struct buf *out, uint8_t value);
void wire_put_u32(struct buf *out, uint32_t value);
void wire_put_u64(struct buf *out, uint64_t value);
void wire_put_span(struct buf *out, struct span value);

struct wire_in {
    struct span rest;
    bool failed;
};

struct wire_in wire_in_of(struct span bytes);
uint8_t wire_get_u8(struct wire_in *in);
uint32_t wire_get_u32(struct wire_in *in);
uint64_t wire_get_u64(struct wire_in *in);

/* 0 or 1, nothing else. */
bool wire_get_bool(struct wire_in *in);

/* A number from lowest to highest, both included: enums and indexes. */
uint32_t wire_get_range(struct wire_in *in, uint32_t lowest, uint32_t highest);

/* A view into the message, at most max octets. */
struct span wire_get_span(struct wire_in *in, size_t max);

/* The same, and clean UTF-8 (base/utf8.h). */
struct span wire_get_text(struct wire_in *in, size_t max);

/* A count of items that each take at least item_bytes of what is left: no count can claim more. */
size_t wire_get_count(struct wire_in *in, size_t max, size_t item_bytes);

/* true when nothing failed and every octet was got. */
bool wire_is_done(const struct wire_in *in);

enum wire_result {
    WIRE_OK = 1,
    WIRE_CLOSED,    /* the peer has ended */
    WIRE_TIMEOUT,
    WIRE_BROKEN,    /* what came is no message, or larger than allowed; or the socket failed */
    WIRE_AGAIN      /* wire_receive() with a deadline of WIRE_NO_WAIT: nothing there yet */
};

enum {
    WIRE_FRAME_BYTES = 60000,       /* of a message in one packet */
    WIRE_MESSAGE_BYTES = 64 << 20,  /* of a whole message */
    WIRE_MAX_FDS = 4
};

/* Deadlines are instants of clock_monotonic_us(). */
#define WIRE_FOREVER UINT64_MAX
#define WIRE_NO_WAIT 0

/* A connected pair, close-on-exec. Returns -1 with err. */
int wire_pair(int fds_out[2], struct err *err);

/* Send one message, split into packets where it is long; descriptors go with the first. */
enum wire_result wire_send(int fd, struct span message, const int *fds, size_t fd_count,
                           uint64_t deadline_us);

/*
 * Receive one message of at most max_bytes into message_out, which is cleared
 * first. Up to *fd_count_inout descriptors are kept, close-on-exec and the
 * caller's; with more, or on any result but WIRE_OK, all are closed.
 * fds_out may be NULL: then none are allowed.
 */
enum wire_result wire_receive(int fd, struct buf *message_out, size_t max_bytes, int *fds_out,
                              size_t *fd_count_inout, uint64_t deadline_us);

#endif
