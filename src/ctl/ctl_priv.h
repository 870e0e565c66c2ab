/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CTL_PRIV_H
#define CTL_PRIV_H

/* What the commands of the operators' tool share. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "facts/facts.h"
#include "facts/verdict.h"

/* Exit statuses of every command. */
enum { EXIT_GOOD = 0, EXIT_FINDING = 1, EXIT_TROUBLE = 2 };

/* The commands: argv[0] is the command's own name. */
int inspect_main(int argc, char **argv);
int config_main(int argc, char **argv);
int log_main(int argc, char **argv);
int report_main(int argc, char **argv);
int replay_main(int argc, char **argv);
int audit_main(int argc, char **argv);
int quarantine_main(int argc, char **argv);

/* "vaguemestre: text" on standard error, with a newline. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- options.c: --name, --name VALUE, --name=VALUE, anywhere before "--" ---- */

struct option {
    const char *name;           /* without dashes */
    const char *argument;       /* what its value is called; NULL when it takes none */
    const char *help;
    const char **values;        /* as given, in order */
    size_t count;               /* how often it was given */
};

struct options {
    const char *command;        /* "inspect" */
    const char *arguments;      /* "PATH…" */
    const char *summary;
    struct option *items;
    size_t item_count;
    const char **paths;         /* what is no option */
    size_t path_count;
    const char **pool;          /* where values and paths live */
};

/*
 * Read the command line and run the command by it: the exit status of the command, EXIT_GOOD
 * after help (to standard output), EXIT_TROUBLE for what is wrong (said, with the nearest right
 * name, on standard error).
 */
int options_run(struct options *options, int argc, char **argv,
                int (*command)(const struct options *options));

/* The last value given, or NULL. */
const char *option_value(const struct option *option);

/* The nearest of names to what was typed, or NULL when none is near. */
const char *nearest_name(const char *typed, const char *const *names, size_t count);

/* One of several words; says which there are when it is none. name is the option's. */
bool option_word_is_known(const char *name, const char *word, const char *const *words,
                          size_t count);

/* ---- ruleset.c: the policy to judge by ---- */

struct bundle;
struct conf;

struct ruleset {
    struct bundle *bundle;
    struct conf *conf;
};

/*
 * Read and parse path; NULL means SYSCONFDIR/policy.conf, or the built-in defaults
 * where there is none, which is said on standard error. Diagnostics that stand in
 * the way go to standard error too. -1 when there is no usable policy.
 */
int ruleset_load(const char *path, struct ruleset *ruleset);
void ruleset_fini(struct ruleset *ruleset);

/* Every diagnostic, "file:line: error: text", one a line. */
void diagnostics_print(FILE *out, const struct conf *conf);

/* ---- judge.c: one message or file through the scanner and the core ---- */

struct cage;
struct policy;
struct uses;

/* Those of the record that the policy names. -1 after a complaint: there are some, but nobody can read them. */
int uses_of_record(const struct conf *conf, struct uses *uses);

/* Fill in what a policy's limits need. */
void uses_tell(const struct uses *uses, struct facts *facts);

/* What the command line says of the session and the envelope. */
struct envelope_options {
    const char *sender;         /* NULL: Return-Path, else From, of the message */
    const char **recipients;
    size_t recipient_count;     /* 0: To and Cc */
    const char *login, *client; /* these may be NULL */
    const char *tls, *certificate, *daemon, *port;
    bool document;              /* a bare file, not a message */
};

struct judge {
    const struct conf *conf;
    struct cage *cage;
    struct envelope_options envelope;
    struct uses *uses;          /* of exceptions, by the record; NULL: they cannot be told */
};

struct judgement {
    const char *path;
    struct arena *arena;
    struct facts *facts;
    struct verdict verdict;
    uint64_t elapsed_us;
};

/*
 * The scanners of a policy; with enter_sandbox nothing may be started, or written but
 * answers, from then on. NULL and err when there are none.
 */
struct cage *judge_open_cage(const struct policy *policy, bool enter_sandbox, struct err *err);

/* "-" is standard input. -1, err: it could not be read or no scanner was to be had. */
int judge_path(const struct judge *judge, const char *path, struct judgement *out,
               struct err *err);
/* The same of octets in memory; name is what they are called. */
int judge_octets(const struct judge *judge, const char *name, struct span octets,
                 struct judgement *out, struct err *err);
void judgement_fini(struct judgement *judgement);

/* Sender and recipients as options say, and from the header what they leave open. */
void envelope_fill(const struct envelope_options *options, struct span message,
                   struct facts *facts);

/* The judgement for a person, every rule met or not, and why. */
void explain(FILE *out, const struct judgement *judgement, const struct policy *policy,
             bool colour);

/* ---- tool.c: the mail server's own tools, never a shell ---- */

/* A tool at work, and what it says. */
struct tool {
    pid_t pid;
    FILE *out;
};

/* Start name [-c config] first second with its standard output as a pipe. -1 after a complaint. */
int tool_start(struct tool *tool, const char *name, const char *config, const char *first,
               const char *second);

/* 0 when the tool ended well. */
int tool_finish(struct tool *tool);

/* ---- check_record.c, check_postfix.c: a policy against what surrounds it. -1 after a complaint ---- */

/* Say which rules, exceptions and limits the records since then leave in doubt; now many is added to *count. */
int check_record(const struct conf *conf, const char *path, const char *record, const char *since,
                 size_t *count);

/* Say where Postfix, as configured in the folder (NULL: its own), would let mail pass unjudged. */
int check_postfix(const struct conf *conf, const char *folder, size_t *count);

/* ---- terminal.c ---- */

enum style { STYLE_PLAIN = 1, STYLE_BOLD, STYLE_FAINT, STYLE_GOOD, STYLE_WARN, STYLE_BAD };

/* Is out a terminal that wants colours (NO_COLOR is not set)? */
bool terminal_has_colour(FILE *out);
const char *style_on(bool colour, enum style style);
const char *style_off(bool colour);
enum style style_of_action(enum action action);

/* Text of a stranger without control characters: a terminal must not obey it. */
void print_safe(FILE *out, struct span text);

#endif
