/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TESTS_UNIT_CONF_CONF_FIXTURE_H
#define TESTS_UNIT_CONF_CONF_FIXTURE_H

/* Policies written to a folder of their own, parsed, and told as one text of diagnostics. */
#include "base/buf.h"
#include "conf/conf.h"

struct conf_fixture {
    char folder[64];
    struct buf told;        /* "error policy.conf:3: words\n" for each diagnostic */
    struct bundle *bundle;
    struct conf *conf;
};

/* 2026-06-01T12:00:00Z, the day all these tests are run on. */
extern const int64_t conf_fixture_now_us;

void conf_fixture_init(struct conf_fixture *fixture);
void conf_fixture_fini(struct conf_fixture *fixture);

/* A file beside policy.conf; name may have one folder in front. */
void conf_fixture_write(struct conf_fixture *fixture, const char *name, const char *text);

/* Write policy.conf and parse it; what it was parsed to before is forgotten. */
void conf_fixture_parse(struct conf_fixture *fixture, const char *text);

#endif
