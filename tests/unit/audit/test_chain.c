/* SPDX-License-Identifier: EUPL-1.2 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/chain.h"

enum { NOW = 1000000 };

/* A folder of its own for each test. */
struct place {
    char path[64];
    int fd;
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    strcpy(place->path, "/tmp/vaguemestre-chain.XXXXXX");
    assert_non_null(mkdtemp(place->path));
    place->fd = open(place->path, O_RDONLY | O_DIRECTORY);
    assert_true(place->fd >= 0);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    static const char *const names[] = { "log", "log.1", "log.head", "key" };
    struct place *place = *state;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlinkat(place->fd, names[i], 0);
    close(place->fd);
    rmdir(place->path);
    free(place);
    return 0;
}

static struct chain_writer *open_writer(const struct place *place, struct span key)
{
    const struct chain_options options = { place->fd, "log", key, true };
    struct err err = { "" };
    struct chain_writer *writer = chain_open(&options, NOW, &err);

    if (writer == NULL)
        print_message("# %s\n", err.text);
    return writer;
}

static void append(struct chain_writer *writer, unsigned from, unsigned to)
{
    for (unsigned i = from; i <= to; i++) {
        char record[64];

        snprintf(record, sizeof record, "{\"kind\":\"verdict\",\"n\":%u}", i);
        assert_int_equal(chain_append(writer, span_of(record), NOW, NULL, NULL), 0);
    }
    assert_int_equal(chain_commit(writer, NULL), 0);
}

static size_t read_file(const struct place *place, const char *name, char *bytes, size_t size)
{
    int fd = openat(place->fd, name, O_RDONLY);
    ssize_t got = read(fd, bytes, size);

    assert_true(fd >= 0 && got >= 0);
    close(fd);
    return (size_t)got;
}

static void write_file(const struct place *place, const char *name, struct span bytes)
{
    int fd = openat(place->fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0 && write(fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
    close(fd);
}

/* A chain of "begins" and five verdicts, as text, and where its lines are. */
struct chain_text {
    char bytes[16384];
    struct span lines[16];
    size_t count;
};

static void load_lines(struct chain_text *chain, size_t size)
{
    struct span rest = { chain->bytes, size };

    chain->count = 0;
    while (rest.len > 0 && span_next(&rest, '\n', &chain->lines[chain->count]))
        chain->count++;
}

static void make_chain(const struct place *place, struct span key, struct chain_text *chain)
{
    struct chain_writer *writer = open_writer(place, key);

    assert_non_null(writer);
    append(writer, 1, 5);
    chain_close(&writer);
    load_lines(chain, read_file(place, "log", chain->bytes, sizeof chain->bytes));
    assert_int_equal(chain->count, 6);
}

/* Verify lines in the order given by indexes; the states seen. */
static void verify(const struct chain_text *chain, const int *order, size_t count, struct span key,
                   const enum chain_state *expected)
{
    struct chain_verifier verifier = { .key = key };

    for (size_t i = 0; i < count; i++)
        assert_string_equal(chain_state_name(chain_verify(&verifier, chain->lines[order[i]])),
                            chain_state_name(expected[i]));
}

static void test_chain_written_is_good(void **state)
{
    static const enum chain_state all_good[] = { CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD,
                                                 CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD };
    static struct chain_text chain;

    make_chain(*state, SPAN(""), &chain);
    verify(&chain, (const int[]){ 0, 1, 2, 3, 4, 5 }, 6, SPAN(""), all_good);
    assert_true(span_starts_with(chain.lines[0], SPAN("{\"seq\":1,\"time\":\"1970-01-01T00:00:01.000000Z\"")));
    assert_true(span_find(chain.lines[0], SPAN("\"kind\":\"begins\"")) < chain.lines[0].len);
}

static void test_chain_names_what_was_done_to_it(void **state)
{
    static struct chain_text chain;

    make_chain(*state, SPAN(""), &chain);
    /* a line taken out, two lines exchanged, one repeated, the first ones cut off */
    verify(&chain, (const int[]){ 0, 1, 3, 4 }, 4, SPAN(""),
           (const enum chain_state[]){ CHAIN_GOOD, CHAIN_GOOD, CHAIN_MISSING, CHAIN_GOOD });
    verify(&chain, (const int[]){ 0, 2, 1, 3 }, 4, SPAN(""),
           (const enum chain_state[]){ CHAIN_GOOD, CHAIN_MISSING, CHAIN_MISPLACED, CHAIN_GOOD });
    verify(&chain, (const int[]){ 0, 1, 1, 2 }, 4, SPAN(""),
           (const enum chain_state[]){ CHAIN_GOOD, CHAIN_GOOD, CHAIN_MISPLACED, CHAIN_GOOD });
    verify(&chain, (const int[]){ 3, 4, 5 }, 3, SPAN(""),
           (const enum chain_state[]){ CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD });
}

static void test_chain_sees_every_changed_octet(void **state)
{
    static struct chain_text chain;
    struct span line;

    make_chain(*state, SPAN(""), &chain);
    line = chain.lines[3];
    for (size_t i = 0; i < line.len; i++) {
        struct chain_verifier verifier = { 0 };
        char *octet = chain.bytes + (line.ptr - chain.bytes) + i, before = *octet;

        for (size_t j = 0; j < 3; j++)
            assert_int_equal(chain_verify(&verifier, chain.lines[j]), CHAIN_GOOD);
        *octet = (char)(before ^ 1);
        if (chain_verify(&verifier, line) == CHAIN_GOOD)
            fail_msg("octet %zu may be changed", i);
        *octet = before;
    }
}

static void test_chain_recomputed_without_key_is_edited(void **state)
{
    static struct chain_text keyed, forged;
    struct span key = SPAN("0123456789abcdef");
    struct chain_verifier verifier = { .key = key };

    make_chain(*state, key, &keyed);
    assert_int_equal(chain_verify(&verifier, keyed.lines[0]), CHAIN_GOOD);
    unlinkat(((struct place *)*state)->fd, "log", 0);
    unlinkat(((struct place *)*state)->fd, "log.head", 0);
    make_chain(*state, SPAN(""), &forged);
    assert_int_equal(chain_verify(&verifier, forged.lines[1]), CHAIN_EDITED);
    assert_int_equal(chain_verify(&verifier, SPAN("{\"seq\":2}")), CHAIN_NO_RECORD);
    assert_int_equal(chain_verify(&verifier, SPAN("")), CHAIN_NO_RECORD);
}

static void test_chain_replaced_tail_is_unlinked(void **state)
{
    static struct chain_text ours, other;
    struct place *place = *state;
    struct chain_verifier verifier = { 0 };
    struct chain_writer *writer;

    make_chain(place, SPAN(""), &ours);
    unlinkat(place->fd, "log", 0);
    unlinkat(place->fd, "log.head", 0);
    writer = open_writer(place, SPAN(""));
    append(writer, 7, 12);
    chain_close(&writer);
    load_lines(&other, read_file(place, "log", other.bytes, sizeof other.bytes));
    assert_int_equal(chain_verify(&verifier, ours.lines[0]), CHAIN_GOOD);
    assert_int_equal(chain_verify(&verifier, ours.lines[1]), CHAIN_GOOD);
    assert_int_equal(chain_verify(&verifier, other.lines[2]), CHAIN_UNLINKED);
}

static void test_chain_head_shows_a_cut_end(void **state)
{
    struct place *place = *state;
    static struct chain_text chain;
    char text[512];
    struct chain_head head;
    size_t size;

    make_chain(place, SPAN(""), &chain);
    size = read_file(place, "log.head", text, sizeof text);
    assert_int_equal(chain_head_parse((struct span){ text, size }, SPAN(""), &head), 0);
    assert_int_equal(head.sequence, 6);
    assert_int_equal(chain_head_parse((struct span){ text, size }, SPAN("another key 1234"), &head),
                     -1);
    text[8] ^= 1;
    assert_int_equal(chain_head_parse((struct span){ text, size }, SPAN(""), &head), -1);
}

static void test_chain_goes_on_after_restart_and_rotation(void **state)
{
    static const enum chain_state all_good[16] = {
        CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD,
        CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD,
    };
    struct place *place = *state;
    static struct chain_text chain;
    struct chain_writer *writer;
    size_t size;

    make_chain(place, SPAN(""), &chain);
    writer = open_writer(place, SPAN(""));
    append(writer, 6, 7);
    assert_false(chain_is_rotated(writer));
    assert_int_equal(renameat(place->fd, "log", place->fd, "log.1"), 0);
    assert_true(chain_is_rotated(writer));
    append(writer, 8, 8);
    assert_int_equal(chain_reopen(writer, NOW, NULL), 0);
    assert_false(chain_is_rotated(writer));
    append(writer, 9, 9);
    assert_int_equal(chain_writer_head(writer).sequence, 11);
    chain_close(&writer);

    size = read_file(place, "log.1", chain.bytes, sizeof chain.bytes);
    size += read_file(place, "log", chain.bytes + size, sizeof chain.bytes - size);
    load_lines(&chain, size);
    assert_int_equal(chain.count, 11);
    verify(&chain, (const int[]){ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, 11, SPAN(""), all_good);
    assert_true(span_find(chain.lines[9], SPAN("\"kind\":\"continues\"")) < chain.lines[9].len);
}

/* Nothing of what stands there can be trusted under this key, and the record says so. */
static void test_chain_under_a_new_key_begins_anew(void **state)
{
    const struct span key = SPAN("0123456789abcdef");
    struct place *place = *state;
    struct chain_verifier verifier = { .key = key };
    static struct chain_text chain;
    struct chain_writer *writer;

    make_chain(place, SPAN(""), &chain);
    writer = open_writer(place, key);
    assert_non_null(writer);
    assert_int_equal(chain_writer_head(writer).sequence, 1);
    chain_close(&writer);
    load_lines(&chain, read_file(place, "log", chain.bytes, sizeof chain.bytes));
    assert_int_equal(chain_verify(&verifier, chain.lines[5]), CHAIN_EDITED);
    assert_int_equal(chain_verify(&verifier, chain.lines[6]), CHAIN_GOOD);
    assert_true(span_find(chain.lines[6], SPAN("\"kind\":\"begins\",\"foreign_bytes\":")) <
                chain.lines[6].len);
}

static void test_chain_recovers_from_a_torn_line(void **state)
{
    struct place *place = *state;
    static struct chain_text chain;
    struct chain_writer *writer;
    size_t size;

    make_chain(place, SPAN(""), &chain);
    size = read_file(place, "log", chain.bytes, sizeof chain.bytes);
    memcpy(chain.bytes + size, "{\"seq\":7,\"ti", 12);
    write_file(place, "log", (struct span){ chain.bytes, size + 12 });
    writer = open_writer(place, SPAN(""));
    assert_non_null(writer);
    append(writer, 6, 6);
    chain_close(&writer);
    load_lines(&chain, read_file(place, "log", chain.bytes, sizeof chain.bytes));
    assert_int_equal(chain.count, 8);
    assert_true(span_find(chain.lines[6], SPAN("\"kind\":\"recovered\",\"torn_bytes\":12")) <
                chain.lines[6].len);
    verify(&chain, (const int[]){ 4, 5, 6, 7 }, 4, SPAN(""),
           (const enum chain_state[]){ CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD });
}

static void test_chain_does_not_hide_a_cut_end(void **state)
{
    struct place *place = *state;
    static struct chain_text chain;
    struct chain_writer *writer;
    struct chain_verifier verifier = { 0 };
    size_t kept;

    make_chain(place, SPAN(""), &chain);
    kept = (size_t)(chain.lines[4].ptr - chain.bytes);
    write_file(place, "log", (struct span){ chain.bytes, kept });
    writer = open_writer(place, SPAN(""));
    chain_close(&writer);
    load_lines(&chain, read_file(place, "log", chain.bytes, sizeof chain.bytes));
    assert_int_equal(chain.count, 5);
    assert_int_equal(chain_verify(&verifier, chain.lines[3]), CHAIN_GOOD);
    assert_int_equal(chain_verify(&verifier, chain.lines[4]), CHAIN_MISSING);
    assert_int_equal(verifier.missing_from, 5);
    assert_int_equal(verifier.head.sequence, 7);
}

static void test_chain_refuses_what_would_break_it(void **state)
{
    static const char *const wrong[] = {
        "", "{}", "[]", "{\"n\":1}", "{\"kind\":1}", "{\"kind\":\"x\"", "{\"kind\":\"x\"}\n",
        "{\"kind\":\"x\",\n\"n\":1}", "{\"kind\":\"x\",\"seq\":4}", "{\"kind\":\"x\",\"hash\":\"\"}",
        "{\"kind\":\"x\",\"kind\":\"y\"}", "{\"kind\":\"x\"},\"hash\":\"\"}", "{\"kind\":\"\xFF\"}",
    };
    struct chain_writer *writer = open_writer(*state, SPAN(""));
    struct err err = { "" };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(chain_append(writer, span_of(wrong[i]), NOW, NULL, &err), -1);
    append(writer, 1, 1);
    assert_int_equal(chain_writer_head(writer).sequence, 2);
    chain_close(&writer);
}

static void test_chain_has_one_writer(void **state)
{
    struct chain_writer *writer = open_writer(*state, SPAN(""));

    assert_non_null(writer);
    assert_null(open_writer(*state, SPAN("")));
    chain_close(&writer);
    writer = open_writer(*state, SPAN(""));
    assert_non_null(writer);
    chain_close(&writer);
}

static uint64_t head_on_disk(const struct place *place)
{
    struct chain_head head = { 0 };
    char text[512];
    size_t size = read_file(place, "log.head", text, sizeof text);

    assert_int_equal(chain_head_parse((struct span){ text, size }, SPAN(""), &head), 0);
    return head.sequence;
}

static void write_one(struct chain_writer *writer)
{
    struct err err = { "" };

    assert_int_equal(chain_append(writer, SPAN("{\"kind\":\"applied\"}"), NOW, NULL, &err), 0);
    assert_int_equal(chain_write(writer, &err), 0);
}

/* Numbers 1 ("begins") and 2 are committed, 3 is not: seen, not yet said to be safe, and kept after a crash. */
static void test_chain_writes_ahead_of_the_disk(void **state)
{
    struct place *place = *state;
    static struct chain_text chain;
    struct chain_writer *writer = open_writer(place, SPAN(""));
    struct err err = { "" };

    append(writer, 2, 2);
    assert_true(chain_is_safe(writer));
    write_one(writer);
    assert_false(chain_is_safe(writer));
    load_lines(&chain, read_file(place, "log", chain.bytes, sizeof chain.bytes));
    assert_int_equal(chain.count, 3);
    assert_int_equal(head_on_disk(place), 2);
    chain_close(&writer);
    writer = open_writer(place, SPAN(""));
    assert_int_equal(chain_writer_head(writer).sequence, 3);
    write_one(writer);
    assert_int_equal(chain_commit(writer, &err), 0);
    assert_true(chain_is_safe(writer));
    assert_int_equal(head_on_disk(place), 4);
    chain_close(&writer);
    load_lines(&chain, read_file(place, "log", chain.bytes, sizeof chain.bytes));
    verify(&chain, (const int[]){ 0, 1, 2, 3 }, 4, SPAN(""),
           (const enum chain_state[]){ CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD, CHAIN_GOOD });
}

static void test_chain_survives_a_full_disk(void **state)
{
    struct place *place = *state;
    static struct chain_text chain;
    struct chain_writer *writer = open_writer(place, SPAN(""));
    struct rlimit before, small;
    struct err err = { "" };
    struct stat full, after;

    append(writer, 1, 2);
    write_one(writer);
    fstatat(place->fd, "log", &full, 0);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = (rlim_t)full.st_size + 100;
    setrlimit(RLIMIT_FSIZE, &small);
    assert_int_equal(chain_append(writer, SPAN("{\"kind\":\"verdict\",\"n\":4}"), NOW, NULL, &err), 0);
    assert_int_equal(chain_commit(writer, &err), -1);
    setrlimit(RLIMIT_FSIZE, &before);
    fstatat(place->fd, "log", &after, 0);
    assert_int_equal(after.st_size, full.st_size);
    append(writer, 5, 5);
    chain_close(&writer);
    load_lines(&chain, read_file(place, "log", chain.bytes, sizeof chain.bytes));
    assert_int_equal(chain.count, 5);
    verify(&chain, (const int[]){ 3, 4 }, 2, SPAN(""),
           (const enum chain_state[]){ CHAIN_GOOD, CHAIN_GOOD });
}

static void test_chain_key_has_a_length(void **state)
{
    struct place *place = *state;
    char path[80];
    struct buf key;

    buf_init(&key, 0);
    snprintf(path, sizeof path, "%s/key", place->path);
    write_file(place, "key", SPAN("too short\n"));
    assert_int_equal(chain_key_read(path, &key, NULL), -1);
    write_file(place, "key", SPAN("0123456789abcdef\n"));
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chain_key_read(path, &key, NULL), -1);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(chain_key_read(path, &key, NULL), 0);
    assert_true(span_equals(buf_span(&key), SPAN("0123456789abcdef")));
    assert_int_equal(chain_key_read("/nowhere/key", &key, NULL), -1);
    buf_fini(&key);
}

#define CHAIN_TEST(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHAIN_TEST(test_chain_written_is_good),
        CHAIN_TEST(test_chain_names_what_was_done_to_it),
        CHAIN_TEST(test_chain_sees_every_changed_octet),
        CHAIN_TEST(test_chain_recomputed_without_key_is_edited),
        CHAIN_TEST(test_chain_replaced_tail_is_unlinked),
        CHAIN_TEST(test_chain_head_shows_a_cut_end),
        CHAIN_TEST(test_chain_goes_on_after_restart_and_rotation),
        CHAIN_TEST(test_chain_under_a_new_key_begins_anew),
        CHAIN_TEST(test_chain_recovers_from_a_torn_line),
        CHAIN_TEST(test_chain_does_not_hide_a_cut_end),
        CHAIN_TEST(test_chain_refuses_what_would_break_it),
        CHAIN_TEST(test_chain_has_one_writer),
        CHAIN_TEST(test_chain_writes_ahead_of_the_disk),
        CHAIN_TEST(test_chain_survives_a_full_disk),
        CHAIN_TEST(test_chain_key_has_a_length),
    };

    return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
