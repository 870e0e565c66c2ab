/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How long a large policy takes to load, and one message to be judged by it: 2,000
 * rules and 100,000 approved domains. One line of figures; not a test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "conf/conf.h"
#include "facts/facts.h"
#include "policy/decide.h"

enum { RULES = 2000, DOMAINS = 100000, DECISIONS = 2000 };

static FILE *create(const char *folder, const char *name)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return fopen(path, "w");
}

/* A third of the rules by facts, a third by recipient, a third by login, client and file name. */
static void write_rules(FILE *file)
{
    for (unsigned i = 0; i < RULES; i++) {
        fprintf(file, "rule \"r%u\" { ", i);
        if (i % 3 == 0)
            fprintf(file, "when = {label-above-ceiling} destination = far sender = \"d%u.example\"", i);
        else if (i % 3 == 1)
            fprintf(file, "recipient = {\"p%u.example\", \".q%u.example\"}", i, i);
        else
            fprintf(file, "login = \"user%u\" client = \"10.%u.0.0/16\" file_name = \"*.x%u\"", i,
                    i % 256, i);
        fprintf(file, " action = reject }\n");
    }
}

static int write_policy(const char *folder)
{
    FILE *policy = create(folder, "policy.conf"), *domains = create(folder, "domains.txt");

    if (policy == NULL || domains == NULL)
        return -1;
    fputs("scheme \"x\" { label \"LOW\" { rank = 1 level = 0 marks = a }\n"
          "             label \"HIGH\" { rank = 2 level = 3 marks = b } }\n"
          "senders { approved_file = \"domains.txt\" }\n"
          "destination \"far\" { domains = \"far.example\" ceiling = \"x:LOW\" }\n"
          "rule \"sender\" { when = sender-unapproved action = reject }\n",
          policy);
    write_rules(policy);
    for (unsigned i = 0; i < DOMAINS; i++)
        fprintf(domains, "d%u.example\n", i);
    return fclose(policy) + fclose(domains);
}

static struct facts *write_facts(struct arena *arena)
{
    struct facts *facts = facts_new(arena);

    for (unsigned i = 0; i < 3; i++) {
        struct sender_fact *sender = facts_add_sender(facts);
        sender->where = i == 0 ? SPAN("envelope") : i == 1 ? SPAN("From") : SPAN("Reply-To");
        sender->address = SPAN("a@d77777.example");
        sender->domain = SPAN("d77777.example");
    }
    for (unsigned i = 0; i < 5; i++) {
        struct recipient_fact *recipient = facts_add_recipient(facts);
        recipient->domain = SPAN("far.example");
        recipient->address = arena_printf(arena, "b%u@far.example", i);
        recipient->verbatim = recipient->address;
    }
    for (unsigned i = 0; i < 3; i++) {
        struct label_fact *label = facts_add_label(facts);
        label->confidence = CONFIDENCE_LIKELY;
        label->source = SOURCE_TEXT;
        label->where = SPAN("1#line=1");
    }
    facts->session.client_address = SPAN("192.0.2.1");
    facts->session.login = SPAN("anne");
    facts->scanned = true;
    return facts;
}

static void report(const struct policy *policy, uint64_t load_us, size_t bytes)
{
    struct arena *arena = arena_new(0), *work = arena_new(0);
    const struct facts *facts = write_facts(arena);
    clock_t start = clock();
    struct verdict verdict;
    double taken_us;

    for (unsigned i = 0; i < DECISIONS; i++) {
        arena_reset(work);
        policy_decide(policy, facts, DECIDE_MET, work, &verdict);
    }
    taken_us = (double)(clock() - start) * 1e6 / CLOCKS_PER_SEC;
    printf("policy of %d rules, %d domains: load %.0f ms, %zu KiB; decision %.1f us of processor (%s)\n",
           RULES, DOMAINS, (double)load_us / 1000, bytes / 1024, taken_us / DECISIONS,
           action_name(verdict.action));
    arena_free(&work);
    arena_free(&arena);
}

static int measure(const char *folder)
{
    char path[128];
    struct err err = { "" };
    clock_t start = clock();
    struct bundle *bundle;
    struct conf *conf;
    int status = EXIT_FAILURE;

    snprintf(path, sizeof path, "%s/policy.conf", folder);
    bundle = bundle_read(path, &err);
    conf = bundle == NULL ? NULL : conf_parse(bundle, clock_realtime_us());
    if (conf != NULL && conf->policy != NULL) {
        report(conf->policy, (uint64_t)(clock() - start) * 1000000 / CLOCKS_PER_SEC, arena_used_bytes(conf->arena));
        status = EXIT_SUCCESS;
    } else {
        fprintf(stderr, "no policy: %s\n", err.text);
    }
    conf_free(&conf);
    bundle_free(&bundle);
    return status;
}

int main(void)
{
    char folder[] = "/tmp/vaguemestre-bench-XXXXXX", path[128];
    static const char *const names[] = { "policy.conf", "domains.txt" };
    int status;

    if (mkdtemp(folder) == NULL || write_policy(folder) != 0) {
        perror(folder);
        return EXIT_FAILURE;
    }
    status = measure(folder);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    return status;
}
