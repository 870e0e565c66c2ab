/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "ctl_priv.h"

enum options_result { OPTIONS_OK = 1, OPTIONS_HELP, OPTIONS_WRONG };

enum { NAME_LIMIT_CHARS = 40 };

/* How many letters must be put in, left out, exchanged or swapped (a and b are cut at the limit). */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][NAME_LIMIT_CHARS + 1];
    size_t a_len = strnlen(a, NAME_LIMIT_CHARS), b_len = strnlen(b, NAME_LIMIT_CHARS);

    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a_len % 3][b_len];
}

const char *nearest_name(const char *typed, const char *const *names, size_t count)
{
    size_t best = strlen(typed) / 3 + 2;
    const char *nearest = NULL;

    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(typed, names[i]);

        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

bool option_word_is_known(const char *name, const char *word, const char *const *words,
                          size_t count)
{
    const char *nearest;

    for (size_t i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    nearest = nearest_name(word, words, count);
    fprintf(stderr, "vaguemestre: unknown %s \"%s\"; ", name, word);
    if (nearest != NULL)
        fprintf(stderr, "did you mean \"%s\"? ", nearest);
    fputs("There are", stderr);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "%s %s", i == 0 ? "" : ",", words[i]);
    fputc('\n', stderr);
    return false;
}

static void print_help(const struct options *options)
{
    printf("usage: vaguemestre %s [OPTION]… %s\n%s\n", options->command, options->arguments,
           options->summary);
    for (size_t i = 0; i < options->item_count; i++) {
        const struct option *option = &options->items[i];
        int used = printf("  --%s%s%s", option->name, option->argument == NULL ? "" : " ",
                          option->argument == NULL ? "" : option->argument);

        printf("%*s %s\n", used < 24 ? 24 - used : 0, "", option->help);
    }
}

static enum options_result unknown_option(const struct options *options, struct span typed)
{
    char name[NAME_LIMIT_CHARS + 1];
    const char **names = calloc(options->item_count + 1, sizeof *names);
    const char *nearest = NULL;

    snprintf(name, sizeof name, "%.*s", SPAN_ARG(typed));
    if (names != NULL) {
        for (size_t i = 0; i < options->item_count; i++)
            names[i] = options->items[i].name;
        names[options->item_count] = "help";
        nearest = nearest_name(name, names, options->item_count + 1);
        free(names);
    }
    if (nearest != NULL)
        complain("%s: unknown option --%s; did you mean --%s?", options->command, name, nearest);
    else
        complain("%s: unknown option --%s; see vaguemestre %s --help", options->command, name,
                 options->command);
    return OPTIONS_WRONG;
}

static struct option *find_option(const struct options *options, struct span name)
{
    for (size_t i = 0; i < options->item_count; i++)
        if (span_equals(name, span_of(options->items[i].name)))
            return &options->items[i];
    return NULL;
}

/* One option at *argv; *index moves over a value that stands in the next argument. */
static enum options_result take_option(struct options *options, int argc, char **argv, int *index)
{
    struct span rest = span_of(argv[*index] + 2), name;
    bool has_value = strchr(argv[*index], '=') != NULL;
    struct option *option;

    span_next(&rest, '=', &name);
    if (span_equals(name, SPAN("help"))) {
        print_help(options);
        return OPTIONS_HELP;
    }
    option = find_option(options, name);
    if (option == NULL)
        return unknown_option(options, name);
    if (option->argument == NULL && has_value) {
        complain("%s: --%s takes no value", options->command, option->name);
        return OPTIONS_WRONG;
    }
    if (option->argument != NULL && !has_value && *index + 1 >= argc) {
        complain("%s: --%s needs a value: %s", options->command, option->name, option->argument);
        return OPTIONS_WRONG;
    }
    if (option->argument != NULL)
        option->values[option->count] = has_value ? strchr(argv[*index], '=') + 1 : argv[++*index];
    option->count++;
    return OPTIONS_OK;
}

static enum options_result parse(struct options *options, int argc, char **argv)
{
    size_t slots = (size_t)argc + 1;
    bool only_paths = false;

    options->pool = calloc((options->item_count + 1) * slots, sizeof *options->pool);
    if (options->pool == NULL) {
        complain("no memory");
        return OPTIONS_WRONG;
    }
    options->paths = options->pool;
    for (size_t i = 0; i < options->item_count; i++)
        options->items[i].values = options->pool + (i + 1) * slots;
    for (int i = 1; i < argc; i++) {
        enum options_result result = OPTIONS_OK;

        if (only_paths || argv[i][0] != '-' || argv[i][1] == '\0')
            options->paths[options->path_count++] = argv[i];
        else if (strcmp(argv[i], "--") == 0)
            only_paths = true;
        else if (strcmp(argv[i], "-h") == 0)
            result = take_option(options, 1, (char *[]){ (char[]){ "--help" } }, &(int){ 0 });
        else if (argv[i][1] != '-')
            result = unknown_option(options, span_of(argv[i] + 1));
        else
            result = take_option(options, argc, argv, &i);
        if (result != OPTIONS_OK)
            return result;
    }
    return OPTIONS_OK;
}

int options_run(struct options *options, int argc, char **argv,
                int (*command)(const struct options *options))
{
    enum options_result parsed = parse(options, argc, argv);
    int status = parsed == OPTIONS_OK     ? command(options)
                 : parsed == OPTIONS_HELP ? EXIT_GOOD
                                          : EXIT_TROUBLE;

    free(options->pool);
    options->pool = NULL;
    return status;
}

const char *option_value(const struct option *option)
{
    return option->count == 0 ? NULL : option->values[option->count - 1];
}
