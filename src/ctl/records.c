/* SPDX-License-Identifier: EUPL-1.2 */
#include "records.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

const char *member_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

bool record_is(const json_t *record, const char *kind)
{
    return strcmp(member_text(record, "kind"), kind) == 0;
}

/* The number of the first record in a file: what tells which file is older. 0: there is none. */
static uint64_t first_sequence(const char *path)
{
    struct line_reader *reader = line_reader_open(path, NULL);
    struct span line;
    uint64_t sequence = 0;
    json_t *record;

    if (reader == NULL)
        return 0;
    if (line_reader_next(reader, &line, NULL) == 1) {
        record = json_loadb(line.ptr, line.len, 0, NULL);
        sequence = (uint64_t)json_integer_value(json_object_get(record, "seq"));
        json_decref(record);
    }
    line_reader_close(&reader);
    return sequence;
}

static int add_file(struct record_files *files, const char *path)
{
    size_t place = files->count;
    char **paths = realloc(files->paths, (place + 1) * sizeof *paths);
    uint64_t *sequences;

    if (paths == NULL)
        return -1;
    files->paths = paths;
    sequences = realloc(files->first_sequences, (place + 1) * sizeof *sequences);
    if (sequences == NULL)
        return -1;
    files->first_sequences = sequences;
    paths[place] = strdup(path);
    if (paths[place] == NULL)
        return -1;
    sequences[place] = strcmp(path, "-") == 0 ? 0 : first_sequence(path);
    files->count++;
    /* A file without records stays where it was named: at the end when it is the newest one. */
    for (; place > 0 && sequences[place] != 0 && sequences[place - 1] > sequences[place]; place--) {
        char *moved_path = paths[place];
        uint64_t moved = sequences[place];

        paths[place] = paths[place - 1];
        paths[place - 1] = moved_path;
        sequences[place] = sequences[place - 1];
        sequences[place - 1] = moved;
    }
    return 0;
}

static int add_rotated(struct record_files *files, const char *path, const char *suffix)
{
    int result = 0;
    char *pattern;
    glob_t found;

    if (asprintf(&pattern, "%s%s", path, suffix) < 0)
        return -1;
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc && result == 0; i++)
            if (!span_ends_with_nocase(span_of(found.gl_pathv[i]), SPAN(".head")))
                result = add_file(files, found.gl_pathv[i]);
        globfree(&found);
    }
    free(pattern);
    return result;
}

/* The record that a policy's settings name, with all that was rotated away from it. */
static int add_policy_record(struct record_files *files, const char *policy_path)
{
    struct ruleset ruleset;
    char *path;
    int result = -1;

    if (ruleset_load(policy_path, &ruleset) != 0)
        return -1;
    path = strndup(ruleset.conf->settings.audit_file.ptr, ruleset.conf->settings.audit_file.len);
    ruleset_fini(&ruleset);
    if (path != NULL && add_rotated(files, path, ".[0-9]*") == 0 &&
        add_rotated(files, path, "-[0-9]*") == 0 && add_file(files, path) == 0)
        result = 0;
    else
        complain("no memory");
    free(path);
    return result;
}

int record_files_find(const char **paths, size_t path_count, const char *policy_path,
                      struct record_files *files_out)
{
    *files_out = (struct record_files){ 0 };
    if (path_count == 0)
        return add_policy_record(files_out, policy_path);
    for (size_t i = 0; i < path_count; i++)
        if (add_file(files_out, paths[i]) != 0) {
            complain("no memory");
            record_files_free(files_out);
            return -1;
        }
    return 0;
}

void record_files_free(struct record_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->paths[i]);
    free(files->paths);
    free(files->first_sequences);
    *files = (struct record_files){ 0 };
}

bool record_line_visit(struct span line, const struct record_filter *filter, record_visit *visit,
                       void *data, size_t *bad_lines)
{
    json_t *record;
    bool go_on = true;

    if (!filter_may_match(filter, line))
        return true;
    record = json_loadb(line.ptr, line.len, JSON_ALLOW_NUL, NULL);
    if (!json_is_object(record))
        ++*bad_lines;
    else if (filter_matches(filter, record))
        go_on = visit(data, record, line);
    json_decref(record);
    return go_on;
}

static int visit_file(const char *path, const struct record_filter *filter, record_visit *visit,
                      void *data, bool *go_on)
{
    struct err err = { "" };
    struct line_reader *reader = line_reader_open(path, &err);
    size_t bad_lines = 0;
    struct span line;
    int more = -1;

    while (reader != NULL && *go_on && (more = line_reader_next(reader, &line, &err)) == 1)
        *go_on = record_line_visit(line, filter, visit, data, &bad_lines);
    line_reader_close(&reader);
    if (bad_lines > 0)
        complain("%s: %zu lines are no records; see vaguemestre audit verify", path, bad_lines);
    if (more < 0 && *go_on) {
        complain("%s: %s", path, err.text);
        return -1;
    }
    return 0;
}

int records_each(const struct record_files *files, const struct record_filter *filter,
                 record_visit *visit, void *data)
{
    bool go_on = true;
    int result = 0;

    for (size_t i = 0; i < files->count && go_on; i++)
        if (visit_file(files->paths[i], filter, visit, data, &go_on) != 0)
            result = -1;
    return result;
}

void count_up(json_t *counts, const char *name)
{
    json_t *count = json_object_get(counts, name);

    if (count == NULL)
        json_object_set_new(counts, name, json_integer(1));
    else
        json_integer_set(count, json_integer_value(count) + 1);
}

struct count {
    const char *name;
    json_int_t count;
};

static int more_first(const void *a, const void *b)
{
    const struct count *one = a, *other = b;

    if (one->count != other->count)
        return one->count < other->count ? 1 : -1;
    return strcmp(one->name, other->name);
}

void print_counts(FILE *out, const char *heading, const json_t *counts, size_t limit)
{
    size_t count = json_object_size(counts), filled = 0;
    struct count *sorted = calloc(count + 1, sizeof *sorted);
    const char *name;
    json_t *value;

    if (sorted == NULL || count == 0) {
        free(sorted);
        return;
    }
    json_object_foreach((json_t *)counts, name, value)
        sorted[filled++] = (struct count){ name, json_integer_value(value) };
    qsort(sorted, count, sizeof *sorted, more_first);
    fprintf(out, "%s\n", heading);
    for (size_t i = 0; i < count && (limit == 0 || i < limit); i++) {
        fprintf(out, "  %9" JSON_INTEGER_FORMAT "  ", sorted[i].count);
        print_safe(out, span_of(sorted[i].name));
        fputc('\n', out);
    }
    if (limit > 0 && count > limit)
        fprintf(out, "  %9s  and %zu more\n", "…", count - limit);
    free(sorted);
}
