/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cage/cage.h"
#include "conf/conf.h"
#include "ctl_priv.h"
#include "policy/decide.h"
#include "review/review.h"
#include "sandbox/sandbox.h"
#include "spool/spool.h"

enum {
    JUDGEMENT_ARENA_BYTES = 256 << 20,
    HEADER_LIMIT_BYTES = 1 << 20,   /* of a header block, where an envelope is looked for */
    READ_BYTES = 64 << 10
};

/* All of fd into the spool. -1, err: a read failed; SPOOL_TOO_LARGE is no failure. */
static int fill_spool(int fd, struct spool *spool, enum spool_result *result_out, struct err *err)
{
    char block[READ_BYTES];
    ssize_t got;

    *result_out = SPOOL_OK;
    while ((got = read(fd, block, sizeof block)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            err_set(err, "%s", strerror(errno));
            return -1;
        }
        *result_out = spool_append(spool, (struct span){ block, (size_t)got }, err);
        if (*result_out == SPOOL_FAILED)
            return -1;
        if (*result_out == SPOOL_TOO_LARGE)
            return 0;
    }
    return 0;
}

static int read_path(const char *path, struct spool *spool, enum spool_result *result_out,
                     struct err *err)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), result;

    if (fd < 0) {
        err_set(err, "%s", strerror(errno));
        return -1;
    }
    result = fill_spool(fd, spool, result_out, err);
    if (fd != STDIN_FILENO)
        close(fd);
    return result;
}

/* The first octets of the message: as much as an envelope is looked for in. */
static struct span message_start(int fd, uint64_t size, struct arena *arena)
{
    size_t want = size < HEADER_LIMIT_BYTES ? (size_t)size : HEADER_LIMIT_BYTES;
    char *bytes = arena_alloc(arena, want + 1);
    ssize_t got;

    if (bytes == NULL || (got = pread(fd, bytes, want, 0)) < 0)
        return (struct span){ 0 };
    return (struct span){ bytes, (size_t)got };
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static int scan(const struct judge *judge, const char *path, int fd, uint64_t size,
                enum spool_result held, struct facts *facts, struct err *err)
{
    enum scan_kind kind = judge->envelope.document ? SCAN_DOCUMENT : SCAN_MESSAGE;

    facts->message_bytes = size;
    envelope_fill(&judge->envelope, message_start(fd, size, facts->arena), facts);
    if (held == SPOOL_TOO_LARGE) {
        facts->scan_failure = UNINSPECTABLE_TOO_LARGE;
        return 0;
    }
    return cage_scan(judge->cage, fd, size, kind, span_of(base_name(path)), NULL, facts, err);
}

/* As the daemon does: a verdict that edits the body holds only if the edits can be made. */
static void edit_body(const struct judge *judge, int fd, uint64_t size, struct judgement *out)
{
    const struct review_subject subject = { .cage = judge->cage, .policy = judge->conf->policy,
                                            .facts = out->facts, .message_fd = fd, .size = size };
    struct err err = { "" };
    struct review review;

    review_verdict(&subject, out->arena, &out->verdict, &review, &err);
    review_fini(&review);
    if (err.text[0] != '\0')
        complain("%s: %s", out->path, err.text);
}

/* Our end of a template's socket, or -1 with err. */
static int spawn(const char *program, struct err *err)
{
    char path[PATH_MAX];

    return cage_find_program(program, path, sizeof path, err) != 0 ? -1 : cage_spawn(path, err);
}

struct cage *judge_open_cage(const struct policy *policy, bool enter_sandbox, struct err *err)
{
    const struct scan_plan *plan = policy_plan(policy);
    const int fd = spawn(CAGE_SCANNER, err);
    const int ocr_fd = fd >= 0 && plan->ocr.wanted ? spawn(CAGE_OCR, err) : -1;
    struct cage *cage = NULL;

    if (fd >= 0 && (ocr_fd >= 0 || !plan->ocr.wanted) &&
        (!enter_sandbox || sandbox_enter(SANDBOX_TOOL, NULL, NULL, err) == 0))
        cage = cage_attach(fd, plan, NULL, err);
    else if (fd >= 0)
        close(fd);
    if (ocr_fd >= 0 && cage == NULL)
        close(ocr_fd);
    else if (ocr_fd >= 0 && cage_attach_ocr(cage, ocr_fd, plan, err) != 0)
        cage_free(&cage);
    return cage;
}

/* octets is NULL where the path is to be read. */
static int judge_spooled(const struct judge *judge, const char *path, const struct span *octets,
                         struct spool *spool, struct judgement *out, struct err *err)
{
    enum spool_result held;
    uint64_t size, start;
    int fd;

    if (octets != NULL)
        held = spool_append(spool, *octets, err);
    else if (read_path(path, spool, &held, err) != 0)
        return -1;
    if (held == SPOOL_FAILED || (fd = spool_seal(spool, &size, err)) < 0)
        return -1;
    start = clock_monotonic_us();
    out->facts->received_us = clock_realtime_us();
    if (scan(judge, path, fd, size, held, out->facts, err) != 0)
        return -1;
    uses_tell(judge->uses, out->facts);
    policy_decide(judge->conf->policy, out->facts, DECIDE_ALL, out->arena, &out->verdict);
    if (!judge->envelope.document)
        edit_body(judge, fd, size, out);
    out->elapsed_us = clock_monotonic_us() - start;
    return 0;
}

static int judge_any(const struct judge *judge, const char *path, const struct span *octets,
                     struct judgement *out, struct err *err)
{
    struct spool_limits limits = { .directory_fd = -1, .memory_bytes = UINT64_MAX,
                                   .message_bytes = judge->conf->settings.message_limit_bytes };
    struct spool *spool = spool_new(&limits, err);
    int result = -1;

    *out = (struct judgement){ .path = path };
    if (spool == NULL)
        return -1;
    out->arena = arena_new(JUDGEMENT_ARENA_BYTES);
    out->facts = out->arena == NULL ? NULL : facts_new(out->arena);
    if (out->facts == NULL)
        err_set(err, "no memory");
    else
        result = judge_spooled(judge, path, octets, spool, out, err);
    spool_free(&spool);
    if (result != 0)
        judgement_fini(out);
    return result;
}

int judge_path(const struct judge *judge, const char *path, struct judgement *out, struct err *err)
{
    return judge_any(judge, path, NULL, out, err);
}

int judge_octets(const struct judge *judge, const char *name, struct span octets,
                 struct judgement *out, struct err *err)
{
    return judge_any(judge, name, &octets, out, err);
}

void judgement_fini(struct judgement *judgement)
{
    arena_free(&judgement->arena);
    judgement->facts = NULL;
}
