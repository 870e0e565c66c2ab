/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef AUDIT_CHAIN_H
#define AUDIT_CHAIN_H

/*
 * The record of all decisions: JSON objects, one a line, each holding its number,
 * the hash of the one before and its own, so that an edited, missing or moved line
 * shows. The format is vaguemestre-audit(5).
 *
 * The hash is SHA-256, or HMAC-SHA-256 (RFC 2104) under a key that only the writer
 * and an inspector have: without a key, whoever may write the file may also compute
 * the whole chain anew.
 *
 * Beside the file NAME stands NAME.head, the number and hash of the last record on
 * disk: it shows when the end was cut off, and carries the chain over a rotation
 * and a restart. It is locked as long as a writer is at work, so that there is one.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/span.h"

enum {
    CHAIN_RECORD_BYTES = 16 << 20,  /* one line; longer ones are refused and called damaged */
    CHAIN_KEY_MIN_BYTES = 16,
    CHAIN_KEY_MAX_BYTES = 1024
};

struct chain_options {
    int directory_fd;       /* what name is relative to; AT_FDCWD for the current one. Borrowed */
    const char *name;       /* of the file; copied */
    struct span key;        /* HMAC key, empty for a plain hash; copied */
    bool sync;              /* fdatasync() in each commit */
};

/* Where a chain is: the number and hash of its last record; both zero before the first. */
struct chain_head {
    uint64_t sequence;
    uint8_t hash[HASH_BYTES];
};

struct chain_writer;

/*
 * Open or create the file and go on where its chain stopped. A last line that a
 * crash left torn is cut off, and a "recovered" record says so; where the head
 * file knows of later records than the file holds, numbering goes on from the
 * head, so that the gap shows. A new file begins with a "begins" record, or a
 * "continues" record when the chain is older. NULL: err.
 */
struct chain_writer *chain_open(const struct chain_options *options, int64_t now_us,
                                struct err *err);
void chain_close(struct chain_writer **writer);

/*
 * Add a record: one JSON object, as text, without the members "seq", "time", "prev"
 * and "hash". It waits in memory for chain_commit(). -1, err: no such object, too
 * long, or no memory; then nothing was added.
 */
int chain_append(struct chain_writer *writer, struct span record, int64_t now_us,
                 uint64_t *sequence_out, struct err *err);

/*
 * Write all that waits to the file, where readers see it and the end of this process
 * does not lose it, but not yet to disk: for records that nobody waits for. On -1 none
 * of them is in the file or counted in the chain.
 */
int chain_write(struct chain_writer *writer, struct err *err);

/* Is all that was written on disk? */
bool chain_is_safe(const struct chain_writer *writer);

/*
 * Bring all that waits, and all that was written since the last commit, to disk with
 * one write and one fdatasync(). On 0 each record is safe. On -1 none that waited is
 * in the file or counted in the chain, and the next append starts afresh: a full disk
 * heals by itself.
 */
int chain_commit(struct chain_writer *writer, struct err *err);

/*
 * After a rotation renamed the file: open NAME anew and write "continues" there.
 * Nothing may wait. On -1 the writer keeps the old file.
 */
int chain_reopen(struct chain_writer *writer, int64_t now_us, struct err *err);

/* Is NAME another file than the one that is open (or gone)? Then it is time to reopen. */
bool chain_is_rotated(const struct chain_writer *writer);

/* Where the chain is on disk. */
struct chain_head chain_writer_head(const struct chain_writer *writer);

/* What is wrong with a line; zero is never "good". */
enum chain_state {
    CHAIN_GOOD = 1,
    CHAIN_EDITED,       /* its hash is not that of its text (or the key is another) */
    CHAIN_NO_RECORD,    /* not a line of a chain at all, or longer than any */
    CHAIN_MISSING,      /* good in itself, but records are missing before it */
    CHAIN_MISPLACED,    /* good in itself, but its number was passed: copied or moved */
    CHAIN_UNLINKED      /* the right number, but it does not follow the record before it */
};

const char *chain_state_name(enum chain_state state);

/*
 * Walk a chain line by line, over as many files as it spans, oldest first. A zeroed
 * verifier with a key (borrowed) is ready for the first line.
 */
struct chain_verifier {
    struct span key;
    struct chain_head head;     /* of the last line that was good in itself */
    bool started;               /* false until the first line that can be read */
    uint64_t first_sequence;
    uint64_t missing_from;      /* with CHAIN_MISSING: the first number that is not there */
};

/* line without its newline. The verifier goes on from any line that is good in itself. */
enum chain_state chain_verify(struct chain_verifier *verifier, struct span line);

/* The content of a head file. -1: not one, or its HMAC is wrong. */
int chain_head_parse(struct span text, struct span key, struct chain_head *head_out);

/*
 * A key: the octets of a file without white space at its ends. key is appended to.
 * -1: err; a file that everybody may read or write holds no key.
 */
int chain_key_read(const char *path, struct buf *key, struct err *err);

/* The same from a descriptor, whoever may read it; name is for err. */
int chain_key_read_fd(int fd, const char *name, struct buf *key, struct err *err);

#endif
