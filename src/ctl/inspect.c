/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vaguemestre inspect: several threads judge, one prints in the order of the
 * command line.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/record.h"
#include "audit/uses.h"
#include "cage/cage.h"
#include "conf/conf.h"
#include "ctl_priv.h"
#include "policy/decide.h"

/* How far judging may run ahead of printing: keeps memory flat over any number of paths. */
enum { AHEAD = 64, MAX_THREADS = 64 };

/* What there is to print of one path. */
struct answer {
    char *text;
    char *problem;      /* for standard error, instead of text */
    int status;
    bool done;
};

struct work {
    struct judge judge;
    const char **paths;
    size_t count;
    bool json, colour;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t next, printed;   /* under lock, like the answers */
    struct answer answers[AHEAD];
};

/* The edits are in the operator's own hands here, so their values are shown where the record has only a hash. */
static void show_edit_values(json_t *object, const struct verdict *verdict)
{
    json_t *edits = json_object_get(object, "edits");

    for (size_t i = 0; i < verdict->edit_count; i++)
        json_object_set_new(json_array_get(edits, i), "value",
                            json_stringn(verdict->edits[i].value.ptr != NULL
                                             ? verdict->edits[i].value.ptr
                                             : "",
                                         verdict->edits[i].value.len));
}

static char *answer_json(const struct work *work, const struct judgement *judgement)
{
    json_t *object = json_object();
    json_t *members =
        record_encode(work->judge.conf->policy, judgement->facts, &judgement->verdict);
    char *text = NULL;

    if (members != NULL && object != NULL) {
        show_edit_values(members, &judgement->verdict);
        json_object_set_new(object, "path", json_string(judgement->path));
        json_object_update(object, members);
        json_object_set_new(object, "elapsed_us", json_integer((json_int_t)judgement->elapsed_us));
        text = json_dumps(object, JSON_COMPACT);
    }
    json_decref(members);
    json_decref(object);
    return text;
}

static char *answer_text(const struct work *work, const struct judgement *judgement)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return NULL;
    explain(out, judgement, work->judge.conf->policy, work->colour);
    return fclose(out) == 0 ? text : NULL;
}

static struct answer judge_one(const struct work *work, const char *path)
{
    struct answer answer = { .status = EXIT_TROUBLE, .done = true };
    struct judgement judgement;
    struct err err = { "" };

    if (judge_path(&work->judge, path, &judgement, &err) != 0) {
        answer.problem = strdup(err.text);
        return answer;
    }
    answer.text = work->json ? answer_json(work, &judgement) : answer_text(work, &judgement);
    if (answer.text != NULL)
        answer.status = judgement.verdict.action == ACTION_ACCEPT ? EXIT_GOOD : EXIT_FINDING;
    judgement_fini(&judgement);
    return answer;
}

static void *judge_paths(void *data)
{
    struct work *work = data;

    pthread_mutex_lock(&work->lock);
    while (work->next < work->count) {
        size_t index = work->next;
        struct answer answer;

        if (index >= work->printed + AHEAD) {
            pthread_cond_wait(&work->changed, &work->lock);
            continue;
        }
        work->next++;
        pthread_mutex_unlock(&work->lock);
        answer = judge_one(work, work->paths[index]);
        pthread_mutex_lock(&work->lock);
        work->answers[index % AHEAD] = answer;
        pthread_cond_broadcast(&work->changed);
    }
    pthread_mutex_unlock(&work->lock);
    return NULL;
}

/* Print answer number index once it is there; its exit status. */
static int print_answer(struct work *work, size_t index)
{
    struct answer answer;

    pthread_mutex_lock(&work->lock);
    while (!work->answers[index % AHEAD].done)
        pthread_cond_wait(&work->changed, &work->lock);
    answer = work->answers[index % AHEAD];
    work->answers[index % AHEAD] = (struct answer){ 0 };
    work->printed = index + 1;
    pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->lock);

    if (answer.text == NULL)
        complain("%s: %s", work->paths[index], answer.problem != NULL ? answer.problem : "no memory");
    else if (work->json)
        puts(answer.text);
    else
        printf("%s%s", index == 0 ? "" : "\n", answer.text);
    free(answer.text);
    free(answer.problem);
    return answer.status;
}

static int judge_all(struct work *work)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = processors < 1 ? 1 : (size_t)processors, started = 0;
    pthread_t threads[MAX_THREADS];
    int status = EXIT_GOOD;

    if (wanted > MAX_THREADS)
        wanted = MAX_THREADS;
    if (wanted > work->count)
        wanted = work->count;
    pthread_mutex_init(&work->lock, NULL);
    pthread_cond_init(&work->changed, NULL);
    while (started < wanted &&
           pthread_create(&threads[started], NULL, judge_paths, work) == 0)
        started++;
    if (started == 0) {
        complain("no thread could be started");
        status = EXIT_TROUBLE;
    }
    for (size_t i = 0; started > 0 && i < work->count; i++) {
        int one = print_answer(work, i);

        status = one > status ? one : status;
    }
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_cond_destroy(&work->changed);
    pthread_mutex_destroy(&work->lock);
    return status;
}

static int inspect_paths(struct work *work)
{
    struct err err = { "" };
    int status;

    work->judge.cage = judge_open_cage(work->judge.conf->policy, true, &err);
    if (work->judge.cage == NULL) {
        complain("no scanner: %s", err.text);
        return EXIT_TROUBLE;
    }
    status = judge_all(work);
    cage_free(&work->judge.cage);
    return status;
}

enum { POLICY, SENDER, RECIPIENT, LOGIN, CLIENT, TLS, CERTIFICATE, DAEMON, PORT, DOCUMENT, JSON };

static int inspect(const struct options *options)
{
    const struct option *items = options->items;
    struct ruleset ruleset;
    struct uses uses = { 0 };
    struct work *work;
    int status;

    if (options->path_count == 0) {
        complain("inspect: a PATH is missing; see vaguemestre inspect --help");
        return EXIT_TROUBLE;
    }
    if (ruleset_load(option_value(&items[POLICY]), &ruleset) != 0)
        return EXIT_TROUBLE;
    work = calloc(1, sizeof *work);
    if (work == NULL) {
        complain("no memory");
        ruleset_fini(&ruleset);
        return EXIT_TROUBLE;
    }
    work->judge.conf = ruleset.conf;
    work->judge.uses = uses_of_record(ruleset.conf, &uses) == 0 ? &uses : NULL;
    work->judge.envelope = (struct envelope_options){
        .sender = option_value(&items[SENDER]),
        .recipients = items[RECIPIENT].values,
        .recipient_count = items[RECIPIENT].count,
        .login = option_value(&items[LOGIN]),
        .client = option_value(&items[CLIENT]),
        .tls = option_value(&items[TLS]),
        .certificate = option_value(&items[CERTIFICATE]),
        .daemon = option_value(&items[DAEMON]),
        .port = option_value(&items[PORT]),
        .document = items[DOCUMENT].count > 0,
    };
    work->paths = options->paths;
    work->count = options->path_count;
    work->json = items[JSON].count > 0;
    work->colour = !work->json && terminal_has_colour(stdout);
    status = inspect_paths(work);
    free(work);
    uses_fini(&uses);
    ruleset_fini(&ruleset);
    return status;
}

int inspect_main(int argc, char **argv)
{
    struct option items[] = {
        [POLICY] = { .name = "policy", .argument = "FILE", .help = "judge by this policy" },
        [SENDER] = { .name = "sender", .argument = "ADDR",
                     .help = "envelope sender (else Return-Path, else From)" },
        [RECIPIENT] = { .name = "recipient", .argument = "ADDR",
                        .help = "envelope recipient, once for each (else To and Cc)" },
        [LOGIN] = { .name = "login", .argument = "NAME", .help = "who logged in to send it" },
        [CLIENT] = { .name = "client", .argument = "IP", .help = "the client it came from" },
        [TLS] = { .name = "tls", .argument = "VERSION", .help = "its TLS version, \"TLSv1.3\"" },
        [CERTIFICATE] = { .name = "certificate", .argument = "NAME",
                          .help = "subject of its verified certificate" },
        [DAEMON] = { .name = "daemon", .argument = "NAME", .help = "the mail server's daemon it came to" },
        [PORT] = { .name = "port", .argument = "NUMBER", .help = "and the port of that daemon" },
        [DOCUMENT] = { .name = "document", .help = "PATHs are bare files, not messages" },
        [JSON] = { .name = "json", .help = "one JSON object per PATH and line" },
    };
    struct options options = { .command = "inspect", .arguments = "PATH…",
                               .summary = "Judge messages (\"-\": standard input) as the daemon would, and say why.\n"
                                          "Exit status: 0 all accepted, 1 any other verdict, 2 could not run.\n",
                               .items = items, .item_count = sizeof items / sizeof *items };

    return options_run(&options, argc, argv, inspect);
}
