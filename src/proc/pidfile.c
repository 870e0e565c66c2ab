/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "proc_priv.h"

int pid_file_open(const char *path, struct err *err)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);

    if (fd < 0)
        err_set(err, "%s: %s", path, strerror(errno));
    return fd;
}

void pid_file_write(int fd)
{
    if (fd >= 0 && dprintf(fd, "%ld\n", (long)getpid()) < 0)
        log_problem(LOG_WARNING, "pid-file", strerror(errno));
}

void pid_file_remove(int fd, const char *path)
{
    if (fd < 0)
        return;
    if (unlink(path) < 0 && ftruncate(fd, 0) < 0)
        log_problem(LOG_WARNING, "pid-file", strerror(errno));
    close(fd);
}
