/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

/*
 * Holds one message while it arrives, once: in a memory descriptor up to a
 * limit, then in a file without a name in a spool directory, so that nothing is
 * left behind whatever happens. When the message is whole, spool_seal() gives a
 * descriptor that nobody can write to, for a scanner to read.
 *
 * Not for use by two threads at once.
 */
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

struct spool;

struct spool_limits {
    int directory_fd;       /* where unnamed files go, borrowed; -1: memory only */
    uint64_t memory_bytes;  /* a message above it moves to a file */
    uint64_t message_bytes; /* above it nothing more is stored; 0: no limit */
};

enum spool_result {
    SPOOL_OK = 1,
    SPOOL_TOO_LARGE,        /* past message_bytes: this append and all later ones stored nothing */
    SPOOL_FAILED            /* no memory, no disk: err says what; the spool can only be freed */
};

/* An empty spool. NULL, err: no memory or descriptor left. */
struct spool *spool_new(const struct spool_limits *limits, struct err *err);
void spool_free(struct spool **spool);

/* Small pieces are gathered before they are written, large ones are written as they come. */
enum spool_result spool_append(struct spool *spool, struct span octets, struct err *err);

/*
 * Finish: returns a descriptor through which nobody can change what it holds any
 * more (memory is sealed, a file is open for reading only), and how many octets that
 * is. Read it by offset, since its position is anywhere. It stays the spool's and is closed by spool_free(). -1 and
 * err when the last octets could not be stored. Nothing may be appended after.
 */
int spool_seal(struct spool *spool, uint64_t *size_out, struct err *err);

/* Octets appended so far. */
uint64_t spool_size(const struct spool *spool);

#endif
