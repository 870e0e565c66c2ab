/* SPDX-License-Identifier: EUPL-1.2 */
#include "conf_fixture.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"

const int64_t conf_fixture_now_us = INT64_C(1780315200000000);

void conf_fixture_init(struct conf_fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    strcpy(fixture->folder, "/tmp/vaguemestre-conf-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    buf_init(&fixture->told, 0);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

void conf_fixture_fini(struct conf_fixture *fixture)
{
    conf_free(&fixture->conf);
    bundle_free(&fixture->bundle);
    buf_fini(&fixture->told);
    nftw(fixture->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

void conf_fixture_write(struct conf_fixture *fixture, const char *name, const char *text)
{
    char path[256];
    const char *slash = strchr(name, '/');
    FILE *file;

    if (slash != NULL) {
        snprintf(path, sizeof path, "%s/%.*s", fixture->folder, (int)(slash - name), name);
        mkdir(path, 0700);
    }
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void tell(struct conf_fixture *fixture)
{
    size_t folder = strlen(fixture->folder) + 1;

    buf_clear(&fixture->told);
    for (size_t i = 0; i < fixture->conf->diagnostic_count; i++) {
        const struct diagnostic *diagnostic = &fixture->conf->diagnostics[i];
        struct span file = span_slice(diagnostic->file, folder, diagnostic->file.len);
        buf_printf(&fixture->told, "%s %.*s:%u: %.*s\n",
                   diagnostic->severity == SEVERITY_ERROR ? "error" : "warning", SPAN_ARG(file),
                   diagnostic->line, SPAN_ARG(diagnostic->text));
    }
    buf_append_byte(&fixture->told, '\0');
}

void conf_fixture_parse(struct conf_fixture *fixture, const char *text)
{
    char path[128];
    struct err err;

    conf_free(&fixture->conf);
    bundle_free(&fixture->bundle);
    conf_fixture_write(fixture, "policy.conf", text);
    snprintf(path, sizeof path, "%s/policy.conf", fixture->folder);
    fixture->bundle = bundle_read(path, &err);
    assert_non_null(fixture->bundle);
    fixture->conf = conf_parse(fixture->bundle, conf_fixture_now_us);
    assert_non_null(fixture->conf);
    tell(fixture);
}
