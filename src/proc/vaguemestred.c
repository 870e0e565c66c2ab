/* SPDX-License-Identifier: EUPL-1.2 */
/* The daemon's command line; the parent runs this same program for each role. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "config.h"
#include "proc_priv.h"

#define AUTHORITY_PATH SYSCONFDIR "/authority.pem"
#define STATE_PATH     LOCALSTATEDIR "/lib/vaguemestre/policy.version"

static const char usage[] =
    "usage: vaguemestred [-fnrV] [-a AUTHORITY] [-c POLICY] [-p PIDFILE] [-s STATE]\n"
    "  -a AUTHORITY  certificates (PEM) the policy must be signed by\n"
    "              (" AUTHORITY_PATH ", where there is one)\n"
    "  -c POLICY   the policy file (" SYSCONFDIR "/policy.conf)\n"
    "  -f          stay in the foreground, log to standard error as well\n"
    "  -n          check the policy, say what is wrong with it, and end\n"
    "  -p PIDFILE  write the process number there once ready\n"
    "  -r          take a signed policy that is older than the last one in force\n"
    "  -s STATE    where the version of a signed policy is noted\n"
    "              (" STATE_PATH ")\n"
    "  -V          print the version\n";

struct command {
    struct daemon_options options;
    const char *role;       /* NULL: the parent */
    bool check_only, version, help, bad;
};

static void parse_command(int argc, char **argv, struct command *command)
{
    int option;

    while ((option = getopt(argc, argv, "a:c:fhnp:rs:VR:A:D:SKL:")) != -1) {
        switch (option) {
        case 'a':
            command->options.authority_path = optarg;
            break;
        case 'c':
            command->options.policy_path = optarg;
            break;
        case 'f':
            command->options.foreground = true;
            break;
        case 'h':
            command->help = true;
            break;
        case 'n':
            command->check_only = true;
            break;
        case 'p':
            command->options.pid_file = optarg;
            break;
        case 'r':
            command->options.allow_older = true;
            break;
        case 's':
            command->options.state_path = optarg;
            break;
        case 'V':
            command->version = true;
            break;
        /* What the parent tells a role; no use to anybody else. */
        case 'R':
            command->role = optarg;
            break;
        case 'A':
            command->options.audit_file = optarg;
            break;
        case 'D':
            command->options.spool_directory = optarg;
            break;
        case 'S':
            command->options.audit_sync = true;
            break;
        case 'K':
            command->options.audit_keyed = true;
            break;
        case 'L':
            command->options.facility = optarg;
            break;
        case '?':
            command->bad = true;
            break;
        }
    }
    if (optind < argc)
        command->bad = true;
}

/* As "vaguemestre config check": every problem at once; 0 good, 1 errors, 2 could not look. */
static int check_policy(const struct daemon_options *options)
{
    struct err err = { "" };
    struct bundle *bundle = bundle_read(options->policy_path, &err);
    struct conf *conf = bundle == NULL ? NULL : conf_parse(bundle, clock_realtime_us());
    int status;

    if (conf == NULL) {
        fprintf(stderr, "vaguemestred: %s\n", bundle == NULL ? err.text : "no memory");
        bundle_free(&bundle);
        return 2;
    }
    for (size_t i = 0; i < conf->diagnostic_count; i++) {
        const struct diagnostic *d = &conf->diagnostics[i];

        fprintf(stderr, "%.*s:%u: %s%.*s\n", SPAN_ARG(d->file), d->line,
                d->severity == SEVERITY_ERROR ? "" : "warning: ", SPAN_ARG(d->text));
    }
    status = conf->policy == NULL ? 1 : 0;
    if (options->authority_path != NULL &&
        bundle_approve(bundle, options->policy_path, options->authority_path, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        status = 1;
    }
    conf_free(&conf);
    bundle_free(&bundle);
    return status;
}

static int run_role(const struct command *command)
{
    if (command->role == NULL)
        return parent_main(&command->options);
    if (strcmp(command->role, "milter") == 0 && command->options.spool_directory != NULL)
        return milter_main(&command->options);
    if (strcmp(command->role, "audit") == 0 && command->options.audit_file != NULL)
        return audit_main(&command->options);
    return 2;
}

int main(int argc, char **argv)
{
    struct command command = { .options = { .policy_path = SYSCONFDIR "/policy.conf", .state_path = STATE_PATH, .facility = "mail" } };

    parse_command(argc, argv, &command);
    /* A file that root put there binds a daemon that was not told of it, too. */
    if (command.options.authority_path == NULL && access(AUTHORITY_PATH, F_OK) == 0)
        command.options.authority_path = AUTHORITY_PATH;
    if (command.bad || command.help) {
        fputs(usage, command.bad ? stderr : stdout);
        return command.bad ? 2 : 0;
    }
    if (command.version) {
        puts("vaguemestred " PACKAGE_VERSION);
        return 0;
    }
    if (command.check_only)
        return check_policy(&command.options);
    if (command.role == NULL && !command.options.foreground && daemon(1, 0) < 0) {
        perror("vaguemestred");
        return 1;
    }
    return run_role(&command);
}
