/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vaguemestre quarantine: what the mail server holds because a rule said so. Held
 * messages are the mail server's; this only asks Postfix's own tools, never a shell.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/logline.h"
#include "quarantine.h"
#include "records.h"

enum { CONFIG, RECORD, JSON, OPTION_COUNT };

json_t *quarantine_held(const char *config)
{
    json_t *held = json_object();
    struct tool tool;
    char *line = NULL;
    size_t size = 0;

    if (tool_start(&tool, "postqueue", config, "-j", NULL) != 0) {
        json_decref(held);
        return NULL;
    }
    while (getline(&line, &size, tool.out) >= 0) {
        json_t *entry = json_loads(line, 0, NULL);

        if (strcmp(member_text(entry, "queue_name"), "hold") == 0)
            json_object_set(held, member_text(entry, "queue_id"), entry);
        json_decref(entry);
    }
    free(line);
    if (tool_finish(&tool) != 0) {
        complain("postqueue could not list the queue");
        json_decref(held);
        return NULL;
    }
    return held;
}

/* Note in each entry which rule held it, from the verdict records. */
static bool note_rule(void *data, const json_t *record, struct span line)
{
    json_t *entry = json_object_get(data, member_text(record, "queue_id"));

    (void)line;
    if (entry != NULL && record_is(record, "verdict")) {
        json_object_set(entry, "rule", json_object_get(record, "rule"));
        json_object_set(entry, "hold_reason", json_object_get(record, "hold_reason"));
    }
    return true;
}

static void note_rules(json_t *held, const struct option *record)
{
    static const struct record_filter quarantined = { .verdict = "quarantine" };
    struct record_files files;

    if (record->count == 0 || json_object_size(held) == 0 ||
        record_files_find(record->values, record->count, NULL, &files) != 0)
        return;
    records_each(&files, &quarantined, note_rule, held);
    record_files_free(&files);
}

static void print_entry(const json_t *entry)
{
    const json_t *recipients = json_object_get(entry, "recipients"), *recipient;
    time_t arrival = (time_t)json_integer_value(json_object_get(entry, "arrival_time"));
    char when[32];
    struct tm local;
    size_t i;

    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", localtime_r(&arrival, &local));
    printf("%s  %-12s %9" JSON_INTEGER_FORMAT "  ", when, member_text(entry, "queue_id"),
           json_integer_value(json_object_get(entry, "message_size")));
    print_safe(stdout, span_of(member_text(entry, "sender")));
    fputs(" ->", stdout);
    json_array_foreach(recipients, i, recipient) {
        putchar(' ');
        print_safe(stdout, span_of(member_text(recipient, "address")));
    }
    if (*member_text(entry, "rule") != '\0') {
        fputs("  rule ", stdout);
        print_safe(stdout, span_of(member_text(entry, "rule")));
    }
    if (*member_text(entry, "hold_reason") != '\0') {
        fputs(": ", stdout);
        print_safe(stdout, span_of(member_text(entry, "hold_reason")));
    }
    putchar('\n');
}

static int list(const struct option *items)
{
    json_t *held = quarantine_held(option_value(&items[CONFIG]));
    const char *id;
    const json_t *entry;

    if (held == NULL)
        return EXIT_TROUBLE;
    note_rules(held, &items[RECORD]);
    json_object_foreach(held, id, entry) {
        if (items[JSON].count == 0) {
            print_entry(entry);
            continue;
        }
        json_dumpf(entry, stdout, JSON_COMPACT);
        putchar('\n');
    }
    json_decref(held);
    return EXIT_GOOD;
}

/* Postfix's long and short ids; never "ALL", which its tools take for every message there is. */
static bool is_queue_id(const char *id)
{
    if (strcasecmp(id, "ALL") == 0 || *id == '\0')
        return false;
    for (; *id != '\0'; id++)
        if (!isalnum((unsigned char)*id))
            return false;
    return true;
}

/* Is it held? Complains when not. */
static bool is_held(const json_t *held, const char *id)
{
    if (is_queue_id(id) && json_object_get(held, id) != NULL)
        return true;
    complain("quarantine: no message \"%s\" is held", id);
    return false;
}

static int show(const char *config, const char *id)
{
    bool to_terminal = isatty(STDOUT_FILENO) == 1;
    struct tool tool;
    char *line = NULL;
    size_t size = 0;
    ssize_t got;

    if (tool_start(&tool, "postcat", config, "-q", id) != 0)
        return EXIT_TROUBLE;
    while ((got = getline(&line, &size, tool.out)) >= 0) {
        struct span text = { line, (size_t)got };

        if (!to_terminal) {
            fwrite(line, 1, text.len, stdout);
            continue;
        }
        print_safe(stdout, span_trim(text));
        putchar('\n');
    }
    free(line);
    return tool_finish(&tool) == 0 ? EXIT_GOOD : EXIT_TROUBLE;
}

int quarantine_read(const char *config, const char *id, struct buf *out)
{
    struct tool tool;
    char block[4096];
    size_t got;

    if (!is_queue_id(id) || tool_start(&tool, "postcat", config, "-bhq", id) != 0)
        return -1;
    while ((got = fread(block, 1, sizeof block, tool.out)) > 0)
        buf_append(out, span_slice((struct span){ block, got }, 0, out->limit - out->len));
    if (tool_finish(&tool) == 0)
        return 0;
    complain("%s: postcat could not show it", id);
    return -1;
}

/* Who let it go belongs in the log beside the verdict. */
static void log_release(const char *id, bool released)
{
    struct buf line;

    buf_init(&line, 0);
    logline_begin(&line, released ? "release" : "release-failed");
    logline_add(&line, "id", span_of(id));
    logline_add_u64(&line, "uid", getuid());
    logline_add(&line, "user", span_of(getenv("SUDO_USER")));
    openlog("vaguemestre", LOG_PID, LOG_MAIL);
    syslog(LOG_NOTICE, "%.*s", SPAN_ARG(buf_span(&line)));
    closelog();
    buf_fini(&line);
}

/* Run a tool that says nothing we need on its standard output. 0 when it ended well. */
static int tool_run(const char *name, const char *config, const char *option, const char *id)
{
    struct tool tool;

    if (tool_start(&tool, name, config, option, id) != 0)
        return -1;
    while (fgetc(tool.out) != EOF)
        ;
    return tool_finish(&tool);
}

static int release(const char *config, const char *id)
{
    /* Postfix puts what it releases among the deferred mail; -i has it tried at once. */
    bool released = tool_run("postsuper", config, "-H", id) == 0;

    log_release(id, released);
    if (!released) {
        complain("quarantine: %s could not be released", id);
        return EXIT_TROUBLE;
    }
    if (tool_run("postqueue", config, "-i", id) != 0)
        complain("quarantine: %s waits for the next queue run", id);
    printf("%s released; the mail server delivers it without asking its milters again\n", id);
    return EXIT_GOOD;
}

static int each_message(const struct option *items, const char **ids, size_t count,
                        int (*act)(const char *config, const char *id))
{
    const char *config = option_value(&items[CONFIG]);
    json_t *held = quarantine_held(config);
    int status = EXIT_GOOD;

    if (held == NULL)
        return EXIT_TROUBLE;
    for (size_t i = 0; i < count; i++)
        if (!is_held(held, ids[i]) || act(config, ids[i]) != EXIT_GOOD)
            status = EXIT_TROUBLE;
    json_decref(held);
    return status;
}

static int run(const struct options *options)
{
    static const char *const actions[] = { "list", "show", "release" };
    const char *action = options->path_count == 0 ? "list" : options->paths[0];

    if (!option_word_is_known("quarantine action", action, actions, 3))
        return EXIT_TROUBLE;
    if (strcmp(action, "list") == 0)
        return list(options->items);
    if (options->path_count < 2) {
        complain("quarantine %s: the ID of a held message is missing", action);
        return EXIT_TROUBLE;
    }
    return each_message(options->items, options->paths + 1, options->path_count - 1,
                        strcmp(action, "show") == 0 ? show : release);
}

int quarantine_main(int argc, char **argv)
{
    struct option items[OPTION_COUNT] = {
        [CONFIG] = { .name = "config", .argument = "DIR", .help = "Postfix's configuration, when not the usual one" },
        [RECORD] = { .name = "record", .argument = "FILE", .help = "list: say from this record which rule held it" },
        [JSON] = { .name = "json", .help = "list: one JSON object a message" },
    };
    struct options options = { .command = "quarantine", .arguments = "[list | show ID… | release ID…]",
                               .summary = "Messages in the mail server's hold queue. What is released is delivered\n"
                                          "without being judged again.\n",
                               .items = items, .item_count = OPTION_COUNT };

    return options_run(&options, argc, argv, run);
}
