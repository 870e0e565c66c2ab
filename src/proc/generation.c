/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc_priv.h"

static struct conf *parse_policy(int bundle_fd, struct err *err)
{
    struct bundle *bundle = bundle_unseal(bundle_fd, err);
    struct conf *conf;

    if (bundle == NULL)
        return NULL;
    conf = conf_parse(bundle, clock_realtime_us());
    bundle_free(&bundle);
    if (conf != NULL && conf->policy != NULL)
        return conf;
    /* The parent found it good: the same octets must be so here. */
    err_set(err, conf == NULL ? "no memory for the policy" : "the policy has errors");
    if (conf != NULL)
        conf_free(&conf);
    return NULL;
}

/* -1: err, and both sockets are closed. */
static int attach_cages(struct generation *generation, int scanner_fd, int ocr_fd, struct err *err)
{
    const struct scan_plan *plan = policy_plan(generation->conf->policy);
    const struct cage_options options = { .children = generation->conf->settings.scanners };

    generation->cage = cage_attach(scanner_fd, plan, &options, err);
    if (ocr_fd < 0)
        return generation->cage == NULL ? -1 : 0;
    if (generation->cage != NULL)
        return cage_attach_ocr(generation->cage, ocr_fd, plan, err);
    close(ocr_fd);
    return -1;
}

static void close_sockets(int scanner_fd, int ocr_fd)
{
    close(scanner_fd);
    if (ocr_fd >= 0)
        close(ocr_fd);
}

struct generation *generation_new(int bundle_fd, int scanner_fd, int ocr_fd, struct err *err)
{
    struct generation *generation = calloc(1, sizeof *generation);

    if (generation == NULL) {
        err_set(err, "no memory for a policy");
        close(bundle_fd);
        close_sockets(scanner_fd, ocr_fd);
        return NULL;
    }
    atomic_init(&generation->references, 1);
    generation->conf = parse_policy(bundle_fd, err);
    if (generation->conf == NULL) {
        close_sockets(scanner_fd, ocr_fd);
        free(generation);
        return NULL;
    }
    if (attach_cages(generation, scanner_fd, ocr_fd, err) != 0)
        generation_release(&generation);
    else
        log_missing("scanner", cage_missing(generation->cage));
    return generation;
}

struct generation *generation_hold(struct generation *generation)
{
    atomic_fetch_add(&generation->references, 1);
    return generation;
}

void generation_release(struct generation **generation)
{
    struct generation *released = *generation;

    *generation = NULL;
    if (released == NULL || atomic_fetch_sub(&released->references, 1) > 1)
        return;
    if (released->cage != NULL)
        cage_free(&released->cage);
    conf_free(&released->conf);
    free(released);
}
