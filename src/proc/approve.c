/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A signed policy at the gate: who signed it, and that it is no older than the one
 * before. The last version accepted is kept in a file, so that a restart knows it too.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "policy/policy.h"
#include "proc_priv.h"

enum { STATE_BYTES = 128 };

/* "VERSION DIGEST\n" */
static void state_text(const struct policy *policy, char out[STATE_BYTES])
{
    char hex[HASH_HEX_CHARS + 1];

    hash_to_hex(policy->digest, hex);
    snprintf(out, STATE_BYTES, "%" PRIu64 " %s\n", policy->version, hex);
}

/* 1: read; 0: there is none yet; -1: err. */
static int state_read(const char *path, char out[STATE_BYTES], struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, STATE_BYTES - 1);
    int problem = errno;

    if (fd >= 0)
        close(fd);
    if (fd < 0 && problem == ENOENT)
        return 0;
    if (n < 0) {
        err_set(err, "%s: %s", path, strerror(problem));
        return -1;
    }
    out[n] = '\0';
    return 1;
}

int approve_version(const struct daemon_options *options, const struct policy *policy,
                    struct err *err)
{
    char known[STATE_BYTES], now[STATE_BYTES];
    struct span rest, word;
    uint64_t last;
    int found;

    if (options->authority_path == NULL)
        return 0;
    found = state_read(options->state_path, known, err);
    if (found <= 0)
        return found;
    rest = span_of(known);
    if (!span_next(&rest, ' ', &word) || !span_to_u64(word, &last)) {
        err_set(err, "%s holds no version of a policy", options->state_path);
        return -1;
    }
    state_text(policy, now);
    if (policy->version > last || strcmp(known, now) == 0)
        return 0;
    err_set(err, policy->version < last
                     ? "version %" PRIu64 " of the policy is older than %" PRIu64 ", the last in force"
                     : "version %" PRIu64 " of the policy is not the version %" PRIu64 " that was in force",
            policy->version, last);
    return -1;
}

int approve_note(const struct daemon_options *options, const struct policy *policy, struct err *err)
{
    char path[PATH_BYTES], text[STATE_BYTES];
    int fd, status = -1;

    if (options->authority_path == NULL)
        return 0;
    state_text(policy, text);
    snprintf(path, sizeof path, "%s.new", options->state_path);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fsync(fd) == 0 &&
        rename(path, options->state_path) == 0)
        status = 0;
    else
        err_set(err, "noting the version of the policy in %s: %s", options->state_path,
                strerror(errno));
    if (fd >= 0)
        close(fd);
    return status;
}
