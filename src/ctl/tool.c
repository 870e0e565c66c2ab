/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl_priv.h"

extern char **environ;

enum { MAX_TOOL_ARGUMENTS = 8 };

int tool_start(struct tool *tool, const char *name, const char *config, const char *first,
               const char *second)
{
    const char *argv[MAX_TOOL_ARGUMENTS] = { name };
    posix_spawn_file_actions_t actions;
    int pipe_fds[2], error, count = 1;

    if (config != NULL) {
        argv[count++] = "-c";
        argv[count++] = config;
    }
    argv[count++] = first;
    argv[count] = second;
    if (pipe2(pipe_fds, O_CLOEXEC) != 0) {
        complain("pipe: %s", strerror(errno));
        return -1;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDOUT_FILENO);
    error = posix_spawnp(&tool->pid, name, &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_fds[1]);
    tool->out = error == 0 ? fdopen(pipe_fds[0], "r") : NULL;
    if (tool->out != NULL)
        return 0;
    complain("%s: %s", name, strerror(error != 0 ? error : errno));
    close(pipe_fds[0]);
    return -1;
}

int tool_finish(struct tool *tool)
{
    int status;

    fclose(tool->out);
    while (waitpid(tool->pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}
