/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "proc_priv.h"

void folder_of(const char *file, char out[PATH_BYTES])
{
    const char *slash = strrchr(file, '/');

    if (slash == NULL)
        snprintf(out, PATH_BYTES, ".");
    else
        snprintf(out, PATH_BYTES, "%.*s", slash == file ? 1 : (int)(slash - file), file);
}

void folder_make(char *path, const struct user *user)
{
    for (char *slash = strchr(path + 1, '/'); path[0] != '\0' && slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0755);
        *slash = '/';
    }
    if (mkdir(path, 0750) == 0 && user->change && chown(path, user->uid, user->gid) < 0)
        log_problem(LOG_WARNING, "start", strerror(errno));
}
