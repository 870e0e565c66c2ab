/* SPDX-License-Identifier: EUPL-1.2 */
/* Which files make up a record, and in which order. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "records.h"

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
    const struct settings *settings;
    struct ruleset ruleset;
    char *path;
    int result = -1;

    if (ruleset_load(policy_path, &ruleset) != 0)
        return -1;
    settings = &ruleset.conf->settings;
    path = strndup(settings->audit_file.ptr, settings->audit_file.len);
    if (settings->audit_key_file.len > 0)
        files->key_path = strndup(settings->audit_key_file.ptr, settings->audit_key_file.len);
    if (path != NULL && (files->key_path != NULL || settings->audit_key_file.len == 0) &&
        add_rotated(files, path, ".[0-9]*") == 0 &&
        add_rotated(files, path, "-[0-9]*") == 0 && add_file(files, path) == 0)
        result = 0;
    else
        complain("no memory");
    free(path);
    ruleset_fini(&ruleset);
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
    free(files->key_path);
    free(files->first_sequences);
    *files = (struct record_files){ 0 };
}
