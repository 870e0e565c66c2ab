/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vaguemestre log: list, follow, show one message, count.
 */
#include <string.h>

#include "base/clock.h"
#include "records.h"

enum { FOLLOW = FILTER_OPTIONS, JSON, OPTION_COUNT };

struct listing {
    bool json, colour;
    size_t shown;
};

static void print_json(struct span line)
{
    fwrite(line.ptr, 1, line.len, stdout);
    fputc('\n', stdout);
}

static bool list_record(void *data, const json_t *record, struct span line)
{
    struct listing *listing = data;

    /* That a verdict was applied is the rule and not worth a line; that it was not is. */
    if (!record_is(record, "verdict") && !record_is(record, "failed"))
        return true;
    listing->shown++;
    if (listing->json)
        print_json(line);
    else
        print_record_line(stdout, record, listing->colour);
    return !ferror(stdout);
}

static bool show_record(void *data, const json_t *record, struct span line)
{
    struct listing *listing = data;

    if (!listing->json && listing->shown > 0)
        putchar('\n');
    listing->shown++;
    if (listing->json)
        print_json(line);
    else
        print_record_full(stdout, record);
    return !ferror(stdout);
}

struct totals {
    json_t *verdicts, *enforced, *observed, *labels, *senders, *failures;
    uint64_t messages, bytes;
};

static bool count_record(void *data, const json_t *record, struct span line)
{
    struct totals *totals = data;
    const json_t *item;
    size_t i;

    (void)line;
    if (record_is(record, "failed"))
        count_up(totals->failures, member_text(record, "problem"));
    if (!record_is(record, "verdict"))
        return true;
    totals->messages++;
    totals->bytes += (uint64_t)json_integer_value(json_object_get(record, "bytes"));
    count_up(totals->verdicts, member_text(record, "verdict"));
    json_array_foreach(json_object_get(record, "rules"), i, item)
        count_up(strcmp(member_text(item, "mode"), "observe") == 0 ? totals->observed
                                                                   : totals->enforced,
                 member_text(item, "name"));
    json_array_foreach(json_object_get(record, "labels"), i, item)
        count_up(totals->labels, json_is_null(json_object_get(item, "label"))
                                     ? "unknown label"
                                     : member_text(item, "label"));
    item = json_array_get(json_object_get(record, "senders"), 0);
    count_up(totals->senders, *member_text(item, "address") == '\0' ? "<>"
                                                                     : member_text(item, "address"));
    return true;
}

static int print_totals(const struct totals *totals, bool json)
{
    json_t *object;

    if (json) {
        object = json_pack("{s:I, s:I, s:O, s:O, s:O, s:O, s:O, s:O}", "messages",
                           (json_int_t)totals->messages, "bytes", (json_int_t)totals->bytes,
                           "verdicts", totals->verdicts, "rules", totals->enforced, "observed",
                           totals->observed, "labels", totals->labels, "senders", totals->senders,
                           "failures", totals->failures);
        json_dumpf(object, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(object);
        return EXIT_GOOD;
    }
    printf("%llu messages, %llu octets\n", (unsigned long long)totals->messages,
           (unsigned long long)totals->bytes);
    print_counts(stdout, "verdicts", totals->verdicts, 0);
    print_counts(stdout, "rules met, enforced", totals->enforced, 0);
    print_counts(stdout, "rules met, only observed", totals->observed, 0);
    print_counts(stdout, "labels found", totals->labels, 0);
    print_counts(stdout, "senders", totals->senders, 20);
    print_counts(stdout, "verdicts that could not be applied", totals->failures, 0);
    return EXIT_GOOD;
}

static int log_counts(const struct record_files *files, const struct record_filter *filter,
                      bool json)
{
    struct totals totals = { json_object(), json_object(), json_object(), json_object(),
                             json_object(), json_object(), 0, 0 };
    int result = records_each(files, filter, count_record, &totals);

    print_totals(&totals, json);
    json_decref(totals.verdicts);
    json_decref(totals.enforced);
    json_decref(totals.observed);
    json_decref(totals.labels);
    json_decref(totals.senders);
    json_decref(totals.failures);
    return result == 0 ? EXIT_GOOD : EXIT_TROUBLE;
}

static int log_show(const struct record_files *files, const struct record_filter *filter,
                    bool json)
{
    struct listing listing = { .json = json };
    int result = records_each(files, filter, show_record, &listing);

    if (result == 0 && listing.shown == 0)
        complain("no record of \"%s\"", filter->id);
    return result != 0 ? EXIT_TROUBLE : listing.shown == 0 ? EXIT_FINDING : EXIT_GOOD;
}

static int log_list(const struct record_files *files, const struct record_filter *filter, bool json,
                    bool follow)
{
    struct listing listing = { .json = json, .colour = !json && terminal_has_colour(stdout) };
    struct record_files older = *files;
    int result;

    older.count -= follow && files->count > 0;
    result = records_each(&older, filter, list_record, &listing);
    if (follow && files->count > 0 &&
        records_follow(files->paths[files->count - 1], filter, list_record, &listing) != 0)
        result = -1;
    return result != 0 ? EXIT_TROUBLE : listing.shown == 0 ? EXIT_FINDING : EXIT_GOOD;
}

/* The words behind "log": "show ID", "counts", or files at once. */
static int run(const struct options *options)
{
    const struct option *items = options->items;
    bool show = options->path_count > 0 && strcmp(options->paths[0], "show") == 0;
    bool counts = options->path_count > 0 && strcmp(options->paths[0], "counts") == 0;
    size_t words = show ? 2 : counts ? 1 : 0;
    bool json = items[JSON].count > 0;
    struct record_filter filter;
    struct record_files files;
    int status;

    if (options->path_count < words) {
        complain("log show: an ID is missing");
        return EXIT_TROUBLE;
    }
    if (filter_read(items, clock_realtime_us(), &filter) != 0 ||
        record_files_find(options->paths + words, options->path_count - words,
                          option_value(&items[FILTER_POLICY]), &files) != 0)
        return EXIT_TROUBLE;
    if (show)
        filter.id = options->paths[1];
    status = show     ? log_show(&files, &filter, json)
             : counts ? log_counts(&files, &filter, json)
                      : log_list(&files, &filter, json, items[FOLLOW].count > 0);
    record_files_free(&files);
    return status;
}

int log_main(int argc, char **argv)
{
    struct option items[OPTION_COUNT] = {
        [FOLLOW] = { .name = "follow", .help = "go on with what is recorded from now on" },
        [JSON] = { .name = "json", .help = "the records as they are, one a line" },
    };
    struct options options = {
        .command = "log", .arguments = "[show ID | counts] [FILE…]",
        .summary = "Search the record of verdicts, in its files as they are rotated and compressed.\n"
                   "Exit status: 0 something was found, 1 nothing, 2 could not run.\n",
        .items = items, .item_count = OPTION_COUNT
    };

    filter_items(items);
    return options_run(&options, argc, argv, run);
}
