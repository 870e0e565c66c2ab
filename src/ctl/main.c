/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vaguemestre: the operators' tool. One command a file; this one finds it.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "config.h"
#include "ctl_priv.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    { "inspect", inspect_main, "judge messages or files as the daemon would, and say why" },
    { "config", config_main, "check or show a policy, or compare two" },
    { "log", log_main, "search the record of past verdicts" },
    { "report", report_main, "daily totals of verdicts, rules and labels" },
    { "replay", replay_main, "what past verdicts would be under another policy" },
    { "audit", audit_main, "verify that the record is whole" },
    { "quarantine", quarantine_main, "list, show and release held messages" },
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static void print_help(void)
{
    puts("usage: vaguemestre COMMAND [OPTION]… [ARGUMENT]…\n\nCommands:");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-12s %s\n", commands[i].name, commands[i].summary);
    puts("\n\"vaguemestre COMMAND --help\" tells a command's options; vaguemestre(1) tells the rest.");
}

static int unknown_command(const char *typed)
{
    const char *names[COMMAND_COUNT], *nearest;

    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    nearest = nearest_name(typed, names, COMMAND_COUNT);
    if (nearest != NULL)
        complain("unknown command \"%s\"; did you mean \"%s\"?", typed, nearest);
    else
        complain("unknown command \"%s\"; see vaguemestre --help", typed);
    return EXIT_TROUBLE;
}

/* What was printed must have arrived: a full disk is no success. */
static int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (errno != EPIPE)
        complain("standard output: %s", strerror(errno));
    return EXIT_TROUBLE;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        complain("a command is missing; see vaguemestre --help");
        return EXIT_TROUBLE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help();
        return finish(EXIT_GOOD);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("vaguemestre " PACKAGE_VERSION);
        return finish(EXIT_GOOD);
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return finish(commands[i].run(argc - 1, argv + 1));
    return unknown_command(argv[1]);
}
