/* SPDX-License-Identifier: EUPL-1.2 */
/* How often exceptions were used, as the daemon counted it beside its record. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/uses.h"
#include "conf/conf.h"
#include "ctl_priv.h"
#include "policy/policy.h"

enum { PATH_BYTES = 4096 };

int uses_of_record(const struct conf *conf, struct uses *uses)
{
    char folder[PATH_BYTES], file[PATH_BYTES];
    struct err err = { "" };
    int fd, status;

    if (!policy_limits_uses(conf->policy))
        return 0;
    snprintf(folder, sizeof folder, "%.*s", SPAN_ARG(conf->settings.audit_file));
    snprintf(file, sizeof file, "%.*s", SPAN_ARG(conf->settings.audit_file));
    fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        err_set(&err, "%s: %s", folder, strerror(errno));
    status = fd < 0 ? -1 : uses_load(fd, basename(file), uses, &err);
    if (fd >= 0)
        close(fd);
    if (status != 0)
        complain("exceptions with a limit of use are taken as spent: %s", err.text);
    return status;
}

void uses_tell(const struct uses *uses, struct facts *facts)
{
    const int64_t today = uses_day(facts->received_us);

    facts->uses_known = uses != NULL;
    for (size_t i = 0; uses != NULL && i < uses->count; i++) {
        struct use_fact *fact = facts_add_use(facts);
        if (fact != NULL)
            *fact = (struct use_fact){ span_of(uses->items[i].name), uses->items[i].total,
                                       uses->items[i].day == today ? uses->items[i].today : 0 };
        facts->uses_known = facts->uses_known && fact != NULL;
    }
}
