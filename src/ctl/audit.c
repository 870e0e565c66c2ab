/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vaguemestre audit verify: is the record whole?
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/chain.h"
#include "records.h"

enum { KEY, EXPECT, POLICY, OPTION_COUNT };

/* How many damaged lines of one file are told one by one. */
enum { MAX_TOLD = 50 };

struct inspection {
    struct chain_verifier verifier;
    uint64_t records, problems;
};

static void tell(struct inspection *inspection, const char *path, uint64_t line_number,
                 enum chain_state state)
{
    const struct chain_verifier *verifier = &inspection->verifier;

    if (inspection->problems++ >= MAX_TOLD)
        return;
    printf("%s:%" PRIu64 ": ", path, line_number);
    switch (state) {
    case CHAIN_GOOD: puts("good"); return;
    case CHAIN_EDITED:
        puts("edited: the hash of this line is not that of its text, or the key is another");
        return;
    case CHAIN_NO_RECORD: puts("no-record: this line is no record of a chain"); return;
    case CHAIN_MISSING:
        printf("missing: records %" PRIu64 " to %" PRIu64 " are not there\n", verifier->missing_from,
               verifier->head.sequence - 1);
        return;
    case CHAIN_MISPLACED:
        puts("misplaced: a record with this number or a later one stood before");
        return;
    case CHAIN_UNLINKED:
        puts("unlinked: this record does not follow from the one before it");
        return;
    }
}

static int verify_file(struct inspection *inspection, const char *path)
{
    struct err err = { "" };
    struct line_reader *reader = line_reader_open(path, &err);
    uint64_t line_number = 0;
    struct span line;
    int more = -1;

    while (reader != NULL && (more = line_reader_next(reader, &line, &err)) == 1) {
        enum chain_state state;

        line_number++;
        /* The writer may be at work on it; if not, the head file knows of the record. */
        if (!line_reader_is_whole(reader))
            break;
        state = chain_verify(&inspection->verifier, line);
        inspection->records++;
        if (state != CHAIN_GOOD)
            tell(inspection, path, line_number, state);
    }
    line_reader_close(&reader);
    if (more < 0)
        complain("%s: %s", path, err.text);
    return more < 0 ? -1 : 0;
}

/* What is known of the chain's end from elsewhere, against what was read. */
static void compare_head(struct inspection *inspection, const char *source,
                         const struct chain_head *known, bool same_end)
{
    const struct chain_head *seen = &inspection->verifier.head;

    if (known->sequence > seen->sequence) {
        inspection->problems++;
        printf("%s: truncated: records %" PRIu64 " to %" PRIu64 " are missing at the end\n", source,
               seen->sequence + 1, known->sequence);
    } else if (known->sequence == seen->sequence && same_end &&
               memcmp(known->hash, seen->hash, HASH_BYTES) != 0) {
        inspection->problems++;
        printf("%s: replaced: record %" PRIu64 " is not the one that was written\n", source,
               seen->sequence);
    }
}

/* What NAME.head says, read before the records so that a writer at work cannot outrun us. */
enum head_state { HEAD_NONE = 1, HEAD_GOOD, HEAD_EDITED };

static enum head_state read_head(const char *head_path, struct span key, struct chain_head *head)
{
    char text[512];
    int fd = open(head_path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    if (fd < 0)
        return HEAD_NONE;
    got = read(fd, text, sizeof text);
    close(fd);
    return got >= 0 && chain_head_parse((struct span){ text, (size_t)got }, key, head) == 0
               ? HEAD_GOOD
               : HEAD_EDITED;
}

static void verify_head(struct inspection *inspection, const char *head_path,
                        enum head_state state, const struct chain_head *head)
{
    switch (state) {
    case HEAD_NONE: printf("%s: not there, so a cut-off end would not show\n", head_path); return;
    case HEAD_GOOD: compare_head(inspection, head_path, head, true); return;
    case HEAD_EDITED:
        inspection->problems++;
        printf("%s: edited: its hash is not that of its text, or the key is another\n", head_path);
        return;
    }
}

static int verify(const struct record_files *files, const struct chain_head *expected,
                  struct inspection *inspection)
{
    const char *newest = files->paths[files->count - 1];
    struct chain_head head = { 0 };
    enum head_state state;
    char *head_path;
    int result = 0;

    if (asprintf(&head_path, "%s.head", newest) < 0)
        return -1;
    state = read_head(head_path, inspection->verifier.key, &head);
    for (size_t i = 0; i < files->count; i++)
        if (verify_file(inspection, files->paths[i]) != 0)
            result = -1;
    if (strcmp(newest, "-") != 0)
        verify_head(inspection, head_path, state, &head);
    compare_head(inspection, "--expect", expected, false);
    free(head_path);
    return result;
}

static int run(const struct options *options)
{
    const struct option *items = options->items;
    const char *key_path = option_value(&items[KEY]);
    const char *expect = option_value(&items[EXPECT]);
    struct inspection inspection = { 0 };
    struct chain_head expected = { 0 };
    struct record_files files;
    struct err err = { "" };
    struct buf key;
    int result = -1;

    if (options->path_count == 0 || strcmp(options->paths[0], "verify") != 0) {
        complain("audit: the one thing to do is \"verify\"; see vaguemestre audit --help");
        return EXIT_TROUBLE;
    }
    if (expect != NULL && !span_to_u64(span_of(expect), &expected.sequence)) {
        complain("--expect: \"%s\" is not the number of a record", expect);
        return EXIT_TROUBLE;
    }
    if (record_files_find(options->paths + 1, options->path_count - 1, option_value(&items[POLICY]),
                          &files) != 0)
        return EXIT_TROUBLE;
    buf_init(&key, CHAIN_KEY_MAX_BYTES);
    if (key_path == NULL)
        key_path = files.key_path;
    if (key_path != NULL && chain_key_read(key_path, &key, &err) != 0) {
        complain("%s", err.text);
    } else {
        inspection.verifier.key = buf_span(&key);
        result = verify(&files, &expected, &inspection);
    }
    buf_fini(&key);
    record_files_free(&files);
    if (result != 0)
        return EXIT_TROUBLE;
    printf("%" PRIu64 " records, number %" PRIu64 " to %" PRIu64 ": %" PRIu64 " problems\n",
           inspection.records, inspection.verifier.first_sequence, inspection.verifier.head.sequence,
           inspection.problems);
    return inspection.problems == 0 ? EXIT_GOOD : EXIT_FINDING;
}

int audit_main(int argc, char **argv)
{
    struct option items[OPTION_COUNT] = {
        [KEY] = { .name = "key", .argument = "FILE", .help = "the key the record is written with" },
        [EXPECT] = { .name = "expect", .argument = "NUMBER",
                     .help = "a record known, from another log, to have been written" },
        [POLICY] = { .name = "policy", .argument = "FILE", .help = "the policy that names the record" },
    };
    struct options options = { .command = "audit", .arguments = "verify [FILE…]",
                               .summary = "Verify that no record was edited, moved, taken out or cut off.\n"
                                          "Exit status: 0 whole, 1 not whole, 2 could not run.\n",
                               .items = items, .item_count = OPTION_COUNT };

    return options_run(&options, argc, argv, run);
}
