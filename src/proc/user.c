/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "proc_priv.h"

enum { LOOKUP_BYTES = 16384 };

int user_find(struct span name, struct user *user_out, struct err *err)
{
    struct passwd entry, *found = NULL;
    char room[LOOKUP_BYTES];
    int status;

    memset(user_out, 0, sizeof *user_out);
    user_out->uid = (uid_t)-1;
    user_out->gid = (gid_t)-1;
    if (geteuid() != 0)
        return 0;
    if (name.len >= sizeof user_out->name) {
        err_set(err, "user name is too long");
        return -1;
    }
    snprintf(user_out->name, sizeof user_out->name, "%.*s", SPAN_ARG(name));
    status = getpwnam_r(user_out->name, &entry, room, sizeof room, &found);
    if (found == NULL) {
        err_set(err, "user \"%s\": %s", user_out->name,
                status != 0 ? strerror(status) : "no such user; create it, or name another in the policy file");
        return -1;
    }
    user_out->change = entry.pw_uid != 0;
    user_out->uid = entry.pw_uid;
    user_out->gid = entry.pw_gid;
    return 0;
}

int user_find_or_nobody(struct span name, struct user *user_out, struct err *err)
{
    if (user_find(name, user_out, err) == 0)
        return 0;
    if (!span_equals(name, SPAN("vaguemestre")) || user_find(SPAN("nobody"), user_out, NULL) < 0)
        return -1;
    log_problem(LOG_WARNING, "start", "no user \"vaguemestre\": running as nobody; create it for a real gateway");
    return 0;
}

int group_find(struct span name, gid_t *gid_out, struct err *err)
{
    struct group entry, *found = NULL;
    char room[LOOKUP_BYTES], text[64];
    int status;

    snprintf(text, sizeof text, "%.*s", SPAN_ARG(name));
    status = getgrnam_r(text, &entry, room, sizeof room, &found);
    if (found == NULL) {
        err_set(err, "group \"%s\": %s", text, status != 0 ? strerror(status) : "no such group");
        return -1;
    }
    *gid_out = entry.gr_gid;
    return 0;
}

int user_become(const struct user *user, struct err *err)
{
    if (!user->change)
        return 0;
    if (initgroups(user->name, user->gid) < 0 || setresgid(user->gid, user->gid, user->gid) < 0 ||
        setresuid(user->uid, user->uid, user->uid) < 0) {
        err_set(err, "becoming user %s: %s", user->name, strerror(errno));
        return -1;
    }
    if (setuid(0) == 0) {
        err_set(err, "root could not be given up");
        return -1;
    }
    return 0;
}
