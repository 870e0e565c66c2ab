/* SPDX-License-Identifier: EUPL-1.2 */
#include <unistd.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ctl_priv.h"

void diagnostics_print(FILE *out, const struct conf *conf)
{
    for (size_t i = 0; i < conf->diagnostic_count; i++) {
        const struct diagnostic *diagnostic = &conf->diagnostics[i];

        print_safe(out, diagnostic->file);
        if (diagnostic->line > 0)
            fprintf(out, ":%u", diagnostic->line);
        fputs(diagnostic->severity == SEVERITY_ERROR ? ": error: " : ": warning: ", out);
        print_safe(out, diagnostic->text);
        fputc('\n', out);
    }
}

int ruleset_load(const char *path, struct ruleset *ruleset)
{
    struct err err = { "" };

    *ruleset = (struct ruleset){ 0 };
    if (path == NULL) {
        path = SYSCONFDIR "/policy.conf";
        if (access(path, F_OK) != 0) {
            complain("%s is not there: judging by the built-in defaults (--policy FILE names another)",
                     path);
            path = "/dev/null";
        }
    }
    ruleset->bundle = bundle_read(path, &err);
    if (ruleset->bundle == NULL) {
        complain("%s", err.text);
        return -1;
    }
    ruleset->conf = conf_parse(ruleset->bundle, clock_realtime_us());
    if (ruleset->conf != NULL && ruleset->conf->policy != NULL)
        return 0;
    if (ruleset->conf == NULL)
        complain("%s: no memory", path);
    else
        diagnostics_print(stderr, ruleset->conf);
    ruleset_fini(ruleset);
    return -1;
}

void ruleset_fini(struct ruleset *ruleset)
{
    conf_free(&ruleset->conf);
    bundle_free(&ruleset->bundle);
}
