/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Lines as people and programs write them (reading.txt), each in its place, with the
 * labels and confidences that recognition must give and no others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "scan/reading.h"
#include "schemes.h"

enum { LINE_BYTES = 4096 };

static const char before_text[] = "Madame, Monsieur,\n\nVous trouverez ci-joint le compte rendu.\n"
                                  "La réunion a lieu jeudi à dix heures.\nMerci de confirmer.\n\n";
static const char after_text[] = "\n\nCordialement,\nJeanne Martin\nBureau des affaires courantes\n"
                                 "Standard poste 1234\n";

struct bench {
    struct arena *arena;
    struct scan_plan *plan;
    struct matcher *matcher;
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct span missed;

    bench->arena = arena_new(0);
    bench->plan = schemes_load(bench->arena, schemes_shipped);
    schemes_add(bench->arena, bench->plan, "test", "PHRASE", "some words");
    schemes_add(bench->arena, bench->plan, "test", "SECRETNO", "СЕКРЕТНО");
    schemes_add(bench->arena, bench->plan, "test", "JIMI", "机密");
    schemes_add(bench->arena, bench->plan, "test", "ORION", "Projet Orion n° 5 (été)");
    bench->matcher = matcher_new(bench->plan, &missed);
    *state = bench;
    return bench->matcher == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;

    matcher_free(&bench->matcher);
    arena_free(&bench->arena);
    free(bench);
    return 0;
}

/* "\n", "\t", "\uXXXX" and "\UXXXXXXXX" of the table made real. */
static void unescape(struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i], next = i + 1 < text.len ? text.ptr[i + 1] : '\0';
        size_t digits = next == 'u' ? 4 : 8;
        char hex[9] = "";

        if (c != '\\') {
            buf_append_byte(out, c);
        } else if (next == 'n' || next == 't') {
            buf_append_byte(out, next == 'n' ? '\n' : '\t');
            i++;
        } else if ((next == 'u' || next == 'U') && i + 1 + digits < text.len) {
            memcpy(hex, text.ptr + i + 2, digits);
            buf_append_rune(out, (uint32_t)strtoul(hex, NULL, 16));
            i += 1 + digits;
        } else {
            buf_append_byte(out, c);
        }
    }
}

struct place_name {
    const char *name;
    enum region region;
    enum source source;
    bool before, after; /* other text stands around it */
};

static const struct place_name places[] = {
    { "whole", REGION_BODY, SOURCE_TEXT, false, false },
    { "top", REGION_BODY, SOURCE_TEXT, false, true },
    { "mid", REGION_BODY, SOURCE_TEXT, true, true },
    { "end", REGION_BODY, SOURCE_TEXT, true, false },
    { "header", REGION_HEADER, SOURCE_TEXT, false, false },
    { "footer", REGION_FOOTER, SOURCE_TEXT, false, false },
    { "watermark", REGION_WATERMARK, SOURCE_TEXT, false, false },
    { "title", REGION_TITLE, SOURCE_TEXT, false, false },
    { "alt", REGION_ALT, SOURCE_TEXT, false, false },
    { "code", REGION_CODE, SOURCE_HIDDEN, false, false },
    { "link", REGION_LINK, SOURCE_TEXT, false, false },
    { "hidden", REGION_HIDDEN, SOURCE_HIDDEN, false, false },
    { "subject", REGION_BODY, SOURCE_SUBJECT, false, false },
    { "file", REGION_NAME, SOURCE_FILENAME, false, false },
};

static const struct place_name *find_place(struct span name)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (span_equals(span_of(places[i].name), name))
            return &places[i];
    return NULL;
}

static void read_in_place(struct reading *reading, const struct place_name *place, struct span text)
{
    struct passage passage = { .where = SPAN("1"),
                               .document = 1,
                               .region = place->region,
                               .source = place->source,
                               .unit = UNIT_NONE,
                               .first_line = 1,
                               .is_first = true,
                               .is_last = true };
    struct buf whole;

    if (place->source == SOURCE_FILENAME) {
        reading_filename(reading, SPAN("2"), 1, text);
        return;
    }
    if (place->source == SOURCE_SUBJECT) {
        reading_header(reading, SPAN("header:Subject"), 1, SPAN("Subject"), text, text);
        return;
    }
    buf_init(&whole, 0);
    buf_append(&whole, span_of(place->before ? before_text : ""));
    buf_append(&whole, text);
    buf_append(&whole, span_of(place->after ? after_text : ""));
    passage.text = buf_span(&whole);
    reading_text(reading, &passage);
    buf_fini(&whole);
}

/* "possible", "likely!", "certain": the label must be there so, "!" for obfuscated. */
static bool is_expected(const struct facts *facts, int32_t label, struct span want)
{
    const struct label_fact *best = NULL;
    bool obfuscated = want.len > 0 && want.ptr[want.len - 1] == '!';
    enum confidence confidence;

    if (obfuscated)
        want.len--;
    for (size_t i = 0; i < facts->labels.count; i++)
        if (facts->labels.items[i].label == label &&
            (best == NULL || facts->labels.items[i].confidence > best->confidence))
            best = &facts->labels.items[i];
    if (span_equals(want, SPAN("none")))
        return best == NULL;
    return best != NULL && confidence_from_name(want, &confidence) &&
           best->confidence == confidence && best->obfuscated == obfuscated && best->text.len > 0 &&
           best->text.len <= 128;
}

static void describe(const struct scan_plan *plan, const struct facts *facts, struct buf *out)
{
    for (size_t i = 0; i < facts->labels.count; i++) {
        const struct label_fact *fact = &facts->labels.items[i];
        buf_printf(out, " %.*s:%.*s=%s%s", SPAN_ARG(plan->labels[fact->label].scheme),
                   SPAN_ARG(plan->labels[fact->label].name), confidence_name(fact->confidence),
                   fact->obfuscated ? "!" : "");
    }
}

/* Expectations are "LABEL=CONFIDENCE" parted by ", "; no other label of a named scheme may be likely. "-": none may. */
static bool is_as_wanted(const struct bench *bench, const struct facts *facts, struct span wanted)
{
    bool good = true;
    struct span rest = wanted;

    while (rest.len > 0 && !span_equals(wanted, SPAN("-"))) {
        size_t comma = span_find(rest, SPAN(", ")), equals = span_find_byte(rest, '=');
        struct span item = span_slice(rest, 0, comma);
        int32_t label = schemes_find(bench->plan, span_slice(item, 0, equals));

        if (label == LABEL_UNKNOWN)
            fail_msg("no label in \"%.*s\"", SPAN_ARG(item));
        good &= is_expected(facts, label, span_slice(item, equals + 1, item.len));
        for (size_t i = 0; i < facts->labels.count; i++) {
            const struct label_fact *other = &facts->labels.items[i];
            good &= other->confidence < CONFIDENCE_LIKELY || other->label == label ||
                    span_find(wanted, bench->plan->labels[other->label].name) < wanted.len ||
                    !span_equals(bench->plan->labels[other->label].scheme,
                                 bench->plan->labels[label].scheme);
        }
        rest = span_slice(rest, comma + 2, rest.len);
    }
    for (size_t i = 0; span_equals(wanted, SPAN("-")) && i < facts->labels.count; i++)
        good &= facts->labels.items[i].confidence < CONFIDENCE_LIKELY;
    return good;
}

static int check_line(const struct bench *bench, struct span line, unsigned number)
{
    struct arena *arena = arena_new(0);
    struct facts *facts = facts_new(arena);
    struct reading *reading = reading_new(bench->matcher, facts);
    struct span place_name, text, wanted;
    const struct place_name *place;
    struct buf plain, got;
    int bad;

    if (!span_next(&line, '|', &place_name) || !span_next(&line, '|', &text))
        fail_msg("line %u: no fields", number);
    wanted = span_trim(line);
    place = find_place(span_trim(place_name));
    if (place == NULL)
        fail_msg("line %u: no place \"%.*s\"", number, SPAN_ARG(place_name));
    buf_init(&plain, 0);
    buf_init(&got, 0);
    unescape(span_slice(text, 1, text.len - 1), &plain);
    read_in_place(reading, place, buf_span(&plain));
    reading_finish(reading);
    bad = !is_as_wanted(bench, facts, wanted);
    if (bad) {
        describe(bench->plan, facts, &got);
        printf("# reading.txt:%u: %.*s |%.*s| want %.*s, got%.*s\n", number, SPAN_ARG(place_name),
               SPAN_ARG(text), SPAN_ARG(wanted), SPAN_ARG(buf_span(&got)));
    }
    buf_fini(&plain);
    buf_fini(&got);
    arena_free(&arena);
    return bad;
}

static void test_reading_table(void **state)
{
    const struct bench *bench = *state;
    const char *top = getenv("srcdir");
    char path[4096], line[LINE_BYTES];
    unsigned number = 0, checked = 0;
    int bad = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/tests/unit/scan/reading.txt", top == NULL ? "." : top);
    file = fopen(path, "rb");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        struct span text = span_trim(span_of(line));

        number++;
        if (text.len == 0 || text.ptr[0] == '#')
            continue;
        checked++;
        bad += check_line(bench, text, number);
    }
    fclose(file);
    printf("# %u lines\n", checked);
    assert_int_equal(bad, 0);
}

/* What a document of pages gives, one passage a page, for the best finding of a label. */
static const struct label_fact *best_of(const struct facts *facts, int32_t label)
{
    const struct label_fact *best = NULL;

    for (size_t i = 0; i < facts->labels.count; i++)
        if (facts->labels.items[i].label == label &&
            (best == NULL || facts->labels.items[i].confidence > best->confidence))
            best = &facts->labels.items[i];
    return best;
}

static struct facts *read_pages(const struct bench *bench, struct arena *arena,
                                const char *const *pages)
{
    struct facts *facts = facts_new(arena);
    struct reading *reading = reading_new(bench->matcher, facts);

    for (uint32_t i = 0; pages[i] != NULL; i++) {
        struct passage page = { .text = span_of(pages[i]),
                                .where = SPAN("2!a.pdf"),
                                .document = 1,
                                .region = REGION_BODY,
                                .source = SOURCE_TEXT,
                                .unit = UNIT_PAGE,
                                .number = i + 1 };
        reading_text(reading, &page);
    }
    reading_finish(reading);
    return facts;
}

#define FILLER "One line.\nAnother line.\nA third line.\n"

/* Alone on a line in the middle: likely; on every page, or beside a copy number: certain. */
static void test_reading_weighs_the_whole_document(void **state)
{
    static const struct {
        const char *pages[4];
        const char *label;
        enum confidence confidence;
    } cases[] = {
        { { FILLER "TRÈS SECRET\n" FILLER, FILLER }, "fr:TRES SECRET", CONFIDENCE_LIKELY },
        { { FILLER "TRÈS SECRET\n" FILLER, FILLER "TRÈS SECRET\n" FILLER, FILLER },
          "fr:TRES SECRET", CONFIDENCE_CERTAIN },
        { { FILLER "TRÈS SECRET\n" FILLER, FILLER "Exemplaire n° 3\n" FILLER }, "fr:TRES SECRET",
          CONFIDENCE_CERTAIN },
        { { FILLER "TOP SECRET\n" FILLER "Declassify On: 20401231\n" FILLER }, "us:TOP SECRET",
          CONFIDENCE_CERTAIN },
        { { FILLER "CONFIDENTIEL\n" FILLER, FILLER "CONFIDENTIEL\n" FILLER }, "generic:CONFIDENTIAL",
          CONFIDENCE_LIKELY },
        { { FILLER "CONFIDENTIEL\n" FILLER, FILLER, FILLER }, "generic:CONFIDENTIAL",
          CONFIDENCE_POSSIBLE },
        { { FILLER "(S) One.\n(U) Two.\n(S) Three.\n" FILLER }, "us:SECRET", CONFIDENCE_POSSIBLE },
        { { "SECRET//NOFORN\n" FILLER "(S) One.\n(U) Two.\n(S) Three.\n" FILLER }, "us:UNCLASSIFIED",
          CONFIDENCE_LIKELY },
    };
    const struct bench *bench = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena *arena = arena_new(0);
        const struct facts *facts = read_pages(bench, arena, cases[i].pages);
        const struct label_fact *best =
            best_of(facts, schemes_find(bench->plan, span_of(cases[i].label)));

        if (best == NULL || best->confidence != cases[i].confidence)
            fail_msg("case %zu: %s %s, want %s", i, cases[i].label,
                     best == NULL ? "missing" : confidence_name(best->confidence),
                     confidence_name(cases[i].confidence));
        arena_free(&arena);
    }
}

static void test_reading_tells_the_place(void **state)
{
    static const char *const pages[] = { FILLER, "SECRET\n" FILLER, NULL };
    const struct bench *bench = *state;
    struct arena *arena = arena_new(0);
    const struct facts *facts = read_pages(bench, arena, pages);
    const struct label_fact *best = best_of(facts, schemes_find(bench->plan, SPAN("fr:SECRET")));

    assert_non_null(best);
    assert_true(span_equals(best->where, SPAN("2!a.pdf#page=2")));
    assert_true(span_equals(best->text, SPAN("SECRET")));
    arena_free(&arena);
}

static struct facts *read_body(const struct bench *bench, struct arena *arena, struct span text,
                               size_t seen_before)
{
    struct facts *facts = facts_new(arena);
    struct reading *reading = reading_new(bench->matcher, facts);
    struct passage body = { .text = text,
                            .where = SPAN("1"),
                            .document = 1,
                            .region = REGION_BODY,
                            .source = SOURCE_TEXT,
                            .unit = UNIT_NONE,
                            .first_line = 10,
                            .seen_before = seen_before };

    reading_text(reading, &body);
    reading_finish(reading);
    return facts;
}

static void test_reading_counts_lines_and_skips_what_was_seen(void **state)
{
    const struct bench *bench = *state;
    struct arena *arena = arena_new(0);
    struct span text = SPAN("some words\n\nabout some\nwords\n");
    const struct facts *facts = read_body(bench, arena, text, 0);

    assert_int_equal(facts->labels.count, 2);
    assert_true(span_equals(facts->labels.items[0].where, SPAN("1#line=10")));
    assert_true(span_equals(facts->labels.items[1].where, SPAN("1#line=12")));
    assert_true(span_equals(facts->labels.items[1].text, SPAN("some words")));
    facts = read_body(bench, arena, text, 10);
    assert_int_equal(facts->labels.count, 1);
    arena_free(&arena);
}

/* Long ordinary text says the same word often: nothing is lost by not repeating it. */
static void test_reading_of_repetitive_text_is_whole(void **state)
{
    const struct bench *bench = *state;
    struct arena *arena = arena_new(0);
    const struct facts *facts;
    struct buf text;

    buf_init(&text, 0);
    for (int i = 0; i < 20000; i++)
        buf_append(&text, SPAN("C'est le service public. "));
    buf_append(&text, SPAN("\nTRÈS SECRET\n"));
    facts = read_body(bench, arena, buf_span(&text), 0);
    assert_int_equal(facts->dropped_findings, 0);
    assert_non_null(best_of(facts, schemes_find(bench->plan, SPAN("fr:TRES SECRET"))));
    assert_true(facts->labels.count < 100);
    buf_fini(&text);
    arena_free(&arena);
}

static void test_matcher_tells_what_it_would_miss(void **state)
{
    struct arena *arena = arena_new(0);
    struct scan_plan *plan = arena_alloc(arena, sizeof *plan);
    struct matcher *matcher;
    struct span missed;

    (void)state;
    plan->limits = plan_default_limits;
    schemes_add(arena, plan, "a", "GOOD", "good words");
    matcher = matcher_new(plan, &missed);
    assert_non_null(matcher);
    matcher_free(&matcher);
    schemes_add(arena, plan, "a", "EMPTY", " - / ");
    assert_null(matcher_new(plan, &missed));
    assert_true(span_equals(missed, SPAN("EMPTY")));
    arena_free(&arena);
}

/* Thousands of labels: each is found, and none stands for another. */
static void test_matcher_of_many_labels(void **state)
{
    enum { LABELS = 5000 };
    struct arena *arena = arena_new(0);
    struct bench many = { .arena = arena, .plan = arena_alloc(arena, sizeof *many.plan) };
    struct span_list marks = { arena_alloc(arena, LABELS * sizeof(struct span)), LABELS, LABELS };
    const struct facts *facts;
    struct span missed;

    (void)state;
    many.plan->limits = plan_default_limits;
    many.plan->labels = arena_alloc(arena, LABELS * sizeof *many.plan->labels);
    many.plan->label_count = LABELS;
    for (size_t i = 0; i < LABELS; i++) {
        marks.items[i] = arena_printf(arena, "project %c%c number %zu", (char)('a' + i % 26),
                                      (char)('a' + i / 26 % 26), i);
        many.plan->labels[i] = (struct label_def){ .scheme = SPAN("c"),
                                                   .name = marks.items[i],
                                                   .rank = (int32_t)i,
                                                   .strength = LABEL_STRONG,
                                                   .marks = { &marks.items[i], 1, 1 } };
    }
    many.matcher = matcher_new(many.plan, &missed);
    assert_non_null(many.matcher);
    facts = read_body(&many, arena, marks.items[4321], 0);
    assert_int_equal(facts->labels.count, 1);
    assert_int_equal(facts->labels.items[0].label, 4321);
    matcher_free(&many.matcher);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading_table),
        cmocka_unit_test(test_reading_weighs_the_whole_document),
        cmocka_unit_test(test_reading_tells_the_place),
        cmocka_unit_test(test_reading_counts_lines_and_skips_what_was_seen),
        cmocka_unit_test(test_reading_of_repetitive_text_is_whole),
        cmocka_unit_test(test_matcher_tells_what_it_would_miss),
        cmocka_unit_test(test_matcher_of_many_labels),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
