/* SPDX-License-Identifier: EUPL-1.2 */
#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf_priv.h"

static void build_policy(struct build *build)
{
    policy_init(build->policy, build->arena);
    bundle_digest(build->bundle, build->policy->digest);
    build->policy->version = bundle_approval(build->bundle)->version;
    build->policy->signer =
        arena_copy(build->arena, span_of(bundle_approval(build->bundle)->signer));
    build_schemes(build);
    build_senders(build);
    build_destinations(build);
    build_exceptions(build);
    build_texts(build);
    build_rules(build);
    build_authorities(build);
    build_rest(build);
    /* What is only likely wrong can be told once nothing is. */
    if (build->d->error_count == 0)
        lint(build);
}

static void parse(struct conf *conf, const struct bundle *bundle, int64_t now_us)
{
    struct diagnoses d = { .arena = conf->arena };
    struct buf accepted;
    struct build build = { .bundle = bundle, .arena = conf->arena, .d = &d, .now_us = now_us };
    struct outline *outline;

    buf_init(&accepted, 0);
    outline = outline_read(bundle, &d, &accepted);
    build.outline = outline;
    build.policy = arena_alloc(conf->arena, sizeof *build.policy);
    if (outline != NULL && build.policy != NULL && buf_append_byte(&accepted, '\0')) {
        values_check(outline, &d);
        confuse_confirm(outline, span_of(accepted.ptr), &d);
        build_policy(&build);
        build_settings(&build, &conf->settings);
    }
    buf_fini(&accepted);
    if (outline == NULL || accepted.failed || arena_is_full(conf->arena))
        diagnose_error(&d, (struct place){ bundle_first(bundle)->name, 0 }, "out of memory");
    diagnoses_sort(&d, bundle);
    conf->diagnostics = d.items;
    conf->diagnostic_count = d.count;
    conf->error_count = d.error_count;
    conf->policy = d.error_count == 0 ? build.policy : NULL;
}

struct conf *conf_parse(const struct bundle *bundle, int64_t now_us)
{
    struct conf *conf = calloc(1, sizeof *conf);

    if (conf == NULL)
        return NULL;
    conf->arena = arena_new(0);
    if (conf->arena == NULL) {
        free(conf);
        return NULL;
    }
    parse(conf, bundle, now_us);
    return conf;
}

void conf_free(struct conf **conf)
{
    if (*conf == NULL)
        return;
    arena_free(&(*conf)->arena);
    free(*conf);
    *conf = NULL;
}
