/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

/*
 * The policy file to an immutable, counted policy and the daemon's settings; or
 * a list of diagnostics, all of them at once.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

struct policy;

enum severity { SEVERITY_WARNING = 1, SEVERITY_ERROR };

struct diagnostic {
    enum severity severity;
    struct span file;       /* as named on the command line or in include() */
    unsigned line;          /* 0 when about the whole file */
    struct span text;       /* what was seen, what is accepted */
};

/*
 * Every file a policy is made of, read once: the same octets are checked by the
 * parent, parsed by the milter and digested for the record, so no process can see
 * half of an edit. A bundle travels as one sealed descriptor.
 */
struct bundle;

/* Read path and all it includes or lists. Missing files become diagnostics at parsing. */
struct bundle *bundle_read(const char *path, struct err *err);

/* Write it into a new sealed memory descriptor, and read it back there. -1, NULL: err. */
int bundle_seal(const struct bundle *bundle, struct err *err);
struct bundle *bundle_unseal(int fd, struct err *err);
void bundle_free(struct bundle **bundle);

/* SHA-256 over names and contents. */
void bundle_digest(const struct bundle *bundle, uint8_t digest_out[32]);

/* How the daemon runs; not part of judging. Spans live in conf's arena. */
struct settings {
    struct span listen;             /* libmilter's form, "inet:8894@localhost" */
    struct span socket_mode, socket_group;
    struct span user;               /* to become when started as root */
    struct span audit_file;
    struct span audit_key_file;     /* path of the chain's HMAC key; empty: a plain hash */
    struct span spool_directory;
    uint64_t spool_memory_bytes;    /* a message above it spills to an unlinked file */
    uint64_t message_limit_bytes;   /* above it: the too-large failure setting */
    unsigned scanners;              /* 0: one a processor */
    uint32_t content_timeout_ms;    /* in all for one message; under the mail server's own */
    bool audit_sync;                /* fdatasync before the action */
    struct span syslog_facility;
};

struct conf {
    struct arena *arena;
    struct settings settings;
    struct policy *policy;          /* NULL when there was an error */
    struct diagnostic *diagnostics; /* in order of file and line */
    size_t diagnostic_count, error_count;
};

/* now_us decides which exceptions have expired, for the warnings only. NULL only without memory. */
struct conf *conf_parse(const struct bundle *bundle, int64_t now_us);
void conf_free(struct conf **conf);

#endif
