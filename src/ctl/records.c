/* SPDX-License-Identifier: EUPL-1.2 */
#include "records.h"

#include <stdlib.h>
#include <string.h>

const char *member_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

bool record_is(const json_t *record, const char *kind)
{
    return strcmp(member_text(record, "kind"), kind) == 0;
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
