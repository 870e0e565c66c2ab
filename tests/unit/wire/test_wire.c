/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "wire/job.h"
#include "wire/plan.h"
#include "wire/report.h"
#include "wire/revision.h"

static uint64_t soon(void)
{
    return clock_monotonic_us() + 5000000;
}

static void test_wire_values_round_trip(void **state)
{
    struct buf out;
    struct wire_in in;

    (void)state;
    buf_init(&out, 0);
    wire_put_u8(&out, 1);
    wire_put_u32(&out, 0xDEADBEEF);
    wire_put_u64(&out, UINT64_MAX);
    wire_put_span(&out, SPAN("TR\xC3\x88S"));
    in = wire_in_of(buf_span(&out));
    assert_true(wire_get_bool(&in));
    assert_int_equal(wire_get_u32(&in), 0xDEADBEEF);
    assert_true(wire_get_u64(&in) == UINT64_MAX);
    assert_false(wire_is_done(&in));
    assert_true(span_equals(wire_get_text(&in, 5), SPAN("TR\xC3\x88S")));
    assert_true(wire_is_done(&in));
    wire_get_u8(&in);
    assert_false(wire_is_done(&in));
    buf_fini(&out);
}

/* What a getter refuses stays refused, whatever follows. */
static void test_wire_refuses(void **state)
{
    static const struct { struct span bytes; int getter; } cases[] = {
        { SPAN("\x02"), 0 },                        /* no bool */
        { SPAN("\x05\0\0\0"), 1 },                  /* past 4 */
        { SPAN("\x04\0\0\0abc"), 2 },               /* longer than what is left */
        { SPAN("\x03\0\0\0abc"), 3 },               /* longer than allowed */
        { SPAN("\x02\0\0\0\xC3\x28"), 2 },          /* no UTF-8 */
        { SPAN("\xFF\xFF\xFF\xFF"), 4 },            /* more items than octets */
        { SPAN("\x01\0\0"), 1 },                    /* cut short */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_in in = wire_in_of(cases[i].bytes);
        switch (cases[i].getter) {
        case 0: wire_get_bool(&in); break;
        case 1: wire_get_range(&in, 1, 4); break;
        case 2: wire_get_text(&in, 100); break;
        case 3: wire_get_span(&in, 2); break;
        case 4: wire_get_count(&in, SIZE_MAX, 1); break;
        }
        if (!in.failed)
            fail_msg("case %zu was taken", i);
        assert_int_equal(wire_get_u8(&in), 0);
    }
}

static void *echo(void *fds)
{
    const int fd = ((int *)fds)[1];
    struct buf message;

    buf_init(&message, 0);
    while (wire_receive(fd, &message, WIRE_MESSAGE_BYTES, NULL, NULL, WIRE_FOREVER) == WIRE_OK)
        wire_send(fd, buf_span(&message), NULL, 0, WIRE_FOREVER);
    buf_fini(&message);
    return NULL;
}

static void test_wire_carries_messages_of_any_size(void **state)
{
    static const size_t sizes[] = { 0, 1, WIRE_FRAME_BYTES - 1, WIRE_FRAME_BYTES,
                                    WIRE_FRAME_BYTES + 1, 1000003 };
    char *bytes = malloc(1000003);
    struct buf back;
    pthread_t thread;
    int fds[2];

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < 1000003; i++)
        bytes[i] = (char)(i * 7 >> 3);
    assert_int_equal(wire_pair(fds, NULL), 0);
    assert_int_equal(pthread_create(&thread, NULL, echo, fds), 0);
    buf_init(&back, 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct span sent = { bytes, sizes[i] };
        assert_int_equal(wire_send(fds[0], sent, NULL, 0, soon()), WIRE_OK);
        assert_int_equal(wire_receive(fds[0], &back, 2000000, NULL, NULL, soon()), WIRE_OK);
        assert_true(span_equals(buf_span(&back), sent));
    }
    assert_int_equal(wire_send(fds[0], (struct span){ bytes, 5000 }, NULL, 0, soon()), WIRE_OK);
    assert_int_equal(wire_receive(fds[0], &back, 4999, NULL, NULL, soon()), WIRE_BROKEN);
    close(fds[0]);
    pthread_join(thread, NULL);
    close(fds[1]);
    buf_fini(&back);
    free(bytes);
}

static void test_wire_passes_only_wanted_descriptors(void **state)
{
    int fds[2], got[WIRE_MAX_FDS];
    size_t count = 1;
    struct buf message;
    char octet;

    (void)state;
    buf_init(&message, 0);
    assert_int_equal(wire_pair(fds, NULL), 0);
    assert_int_equal(wire_send(fds[0], SPAN("x"), &fds[0], 1, soon()), WIRE_OK);
    assert_int_equal(wire_receive(fds[1], &message, 10, got, &count, soon()), WIRE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(write(got[0], "yyyyy", 5), 5);
    assert_int_equal(read(fds[1], &octet, 1), 1);
    assert_true(fcntl(got[0], F_GETFD) & FD_CLOEXEC);
    close(got[0]);

    assert_int_equal(wire_send(fds[0], SPAN("x"), fds, 2, soon()), WIRE_OK);
    assert_int_equal(wire_receive(fds[1], &message, 10, got, &count, soon()), WIRE_BROKEN);
    assert_int_equal(wire_send(fds[0], SPAN("x"), fds, 1, soon()), WIRE_OK);
    assert_int_equal(wire_receive(fds[1], &message, 10, NULL, NULL, soon()), WIRE_BROKEN);
    close(fds[0]);
    assert_int_equal(wire_receive(fds[1], &message, 10, NULL, NULL, soon()), WIRE_CLOSED);
    close(fds[1]);
    buf_fini(&message);
}

static void test_wire_waits_no_longer_than_told(void **state)
{
    const char *const broken[] = { "ab", "\x01\0\0\0" "abc" };
    struct buf message;
    int fds[2];

    (void)state;
    buf_init(&message, 0);
    assert_int_equal(wire_pair(fds, NULL), 0);
    assert_int_equal(wire_receive(fds[0], &message, 10, NULL, NULL, WIRE_NO_WAIT), WIRE_AGAIN);
    assert_int_equal(wire_receive(fds[0], &message, 10, NULL, NULL, clock_monotonic_us() + 1000),
                     WIRE_TIMEOUT);
    /* A length without all its octets. */
    assert_int_equal(write(fds[1], "\x09\0\0\0abc", 7), 7);
    assert_int_equal(wire_receive(fds[0], &message, 10, NULL, NULL, clock_monotonic_us() + 1000),
                     WIRE_TIMEOUT);
    for (size_t i = 0; i < 2; i++) {
        size_t len = i == 0 ? 2 : 7;
        assert_int_equal(write(fds[1], broken[i], len), len);
        assert_int_equal(wire_receive(fds[0], &message, 10, NULL, NULL, soon()), WIRE_BROKEN);
    }
    close(fds[0]);
    close(fds[1]);
    buf_fini(&message);
}

static void test_plan_round_trips(void **state)
{
    struct span marks[] = { SPAN("SECRET"), SPAN("TR\xC3\x88S SECRET") };
    struct span words[] = { SPAN("motdepasse") };
    struct span certificates[] = { SPAN("0\x82\xFF\0") };
    struct label_def labels[] = { { .scheme = SPAN("fr"),
                                    .name = SPAN("SECRET"),
                                    .rank = 30,
                                    .level = -1,
                                    .strength = LABEL_WEAK,
                                    .marks = { marks, 2, 2 },
                                    .identifiers = { words, 1, 1 } } };
    const struct scan_plan plan = { labels, 1, { words, 1, 1 }, { certificates, 1, 1 },
                                    plan_default_limits,
                                    { true, SPAN("fra+eng"), 20, 1000000, 5000 } };
    struct arena *arena = arena_new(0);
    const struct scan_plan *got;
    struct wire_in in;
    struct buf out;

    (void)state;
    buf_init(&out, 0);
    plan_encode(&plan, &out);
    in = wire_in_of(buf_span(&out));
    got = plan_decode(&in, arena);
    assert_non_null(got);
    assert_int_equal(got->label_count, 1);
    assert_int_equal(got->labels[0].level, -1);
    assert_int_equal(got->labels[0].strength, LABEL_WEAK);
    assert_true(span_equals(got->labels[0].marks.items[1], marks[1]));
    assert_int_equal(got->labels[0].short_marks.count, 0);
    assert_true(span_equals(got->passwords.items[0], words[0]));
    assert_true(span_equals(got->authorities.items[0], certificates[0]));
    assert_true(memcmp(&got->limits, &plan.limits, sizeof plan.limits) == 0);
    assert_true(got->ocr.wanted);
    assert_true(span_equals(got->ocr.languages, SPAN("fra+eng")));
    assert_int_equal(got->ocr.pictures, 20);
    assert_int_equal(got->ocr.pixels, 1000000);
    assert_int_equal(got->ocr.time_ms, 5000);
    /* No shorter message is a plan. */
    for (size_t len = 0; len < out.len; len++) {
        in = wire_in_of(span_slice(buf_span(&out), 0, len));
        assert_null(plan_decode(&in, arena));
    }
    buf_fini(&out);
    arena_free(&arena);
}

static void fill(struct facts *facts)
{
    facts->subject = SPAN("note");
    facts->scan_us = 7;
    facts->cost = (struct reading_cost){ 4096, 3, 12 };
    *facts_add_sender(facts) = (struct sender_fact){ .where = SPAN("From"), .malformed = true };
    *facts_add_header(facts) = (struct header_fact){ SPAN("X"), SPAN("y") };
    *facts_add_label(facts) = (struct label_fact){ .label = LABEL_UNKNOWN,
                                                   .confidence = CONFIDENCE_CERTAIN,
                                                   .source = SOURCE_METADATA,
                                                   .where = SPAN("1"),
                                                   .text = SPAN("S") };
    *facts_add_contact(facts) = (struct contact_fact){ .address = SPAN("a@b") };
    *facts_add_part(facts) = (struct part_fact){ .where = SPAN("1"),
                                                 .bytes = 9,
                                                 .sha256 = { 1, 2, 3 },
                                                 .reason = UNINSPECTABLE_ENCRYPTED };
    *facts_add_ambiguity(facts) =
        (struct ambiguity_fact){ AMBIGUITY_XML_DTD, SPAN("1!bad\xFF") };
    *facts_add_signature(facts) = (struct signature_fact){ .kind = SPAN("smime"),
                                                             .verified = true };
    facts->scan_failure = UNINSPECTABLE_NONE;
}

static void test_report_round_trips(void **state)
{
    struct arena *arena = arena_new(0);
    struct facts *sent = facts_new(arena), *got = facts_new(arena);
    bool leaving = false;
    struct buf out;

    (void)state;
    buf_init(&out, 0);
    fill(sent);
    report_encode(42, true, &plan_default_limits, sent, &out);
    *facts_add_sender(got) = (struct sender_fact){ .where = SPAN("envelope") };
    assert_int_equal(report_decode(buf_span(&out), 42, 1, &plan_default_limits, got, &leaving), 0);
    assert_true(leaving && got->scanned);
    assert_int_equal(got->senders.count, 2);
    assert_true(got->senders.items[1].malformed);
    assert_int_equal(got->labels.items[0].label, LABEL_UNKNOWN);
    assert_int_equal(got->parts.items[0].reason, UNINSPECTABLE_ENCRYPTED);
    assert_int_equal(got->parts.items[0].sha256[2], 3);
    assert_true(span_equals(got->ambiguities.items[0].where, SPAN("1!bad\xEF\xBF\xBD")));
    assert_true(span_equals(got->signatures.items[0].kind, SPAN("smime")));
    buf_fini(&out);
    arena_free(&arena);
}

/* Every single octet changed, and every length: taken whole or refused whole, never half. */
static void test_report_is_all_or_nothing(void **state)
{
    struct arena *arena = arena_new(0);
    struct facts *sent = facts_new(arena);
    struct buf out;
    bool leaving;

    (void)state;
    buf_init(&out, 0);
    fill(sent);
    report_encode(42, false, &plan_default_limits, sent, &out);
    for (size_t i = 0; i < 2 * out.len; i++) {
        struct facts *got = facts_new(arena);
        struct span bytes = buf_span(&out);

        if (i < out.len)
            out.ptr[i] = (char)(out.ptr[i] ^ 0xFF);
        else
            bytes = span_slice(bytes, 0, i - out.len);
        if (report_decode(bytes, 42, 1, &plan_default_limits, got, &leaving) != 0) {
            assert_false(got->scanned);
            assert_int_equal(got->labels.count + got->parts.count + got->senders.count, 0);
        } else {
            assert_true(i < out.len);
            assert_true(got->scanned);
        }
        if (i < out.len)
            out.ptr[i] = (char)(out.ptr[i] ^ 0xFF);
    }
    buf_fini(&out);
    arena_free(&arena);
}

static void test_report_believes_no_index(void **state)
{
    struct arena *arena = arena_new(0);
    struct facts *sent = facts_new(arena), *got = facts_new(arena);
    bool leaving;
    struct buf out;

    (void)state;
    buf_init(&out, 0);
    *facts_add_label(sent) = (struct label_fact){ .label = 3,
                                                  .confidence = CONFIDENCE_LIKELY,
                                                  .source = SOURCE_TEXT };
    report_encode(1, false, &plan_default_limits, sent, &out);
    assert_int_equal(report_decode(buf_span(&out), 1, 4, &plan_default_limits, got, &leaving), 0);
    assert_int_equal(report_decode(buf_span(&out), 1, 3, &plan_default_limits, got, &leaving), -1);
    assert_int_equal(report_decode(buf_span(&out), 2, 4, &plan_default_limits, got, &leaving), -1);
    buf_fini(&out);
    arena_free(&arena);
}

static void test_job_round_trips(void **state)
{
    const struct job sent = { 7, SCAN_DOCUMENT, 1U << 20, 300, SPAN("note\xFF.docx"), SPAN("") };
    struct wire_in in;
    struct buf out;
    struct job got;

    (void)state;
    buf_init(&out, 0);
    job_encode(&sent, &out);
    in = wire_in_of(buf_span(&out));
    assert_true(job_decode(&in, &got));
    assert_int_equal(got.kind, SCAN_DOCUMENT);
    assert_int_equal(got.time_ms, 300);
    assert_true(span_equals(got.name, sent.name));
    buf_append_byte(&out, 'x');
    in = wire_in_of(buf_span(&out));
    assert_false(job_decode(&in, &got));
    buf_fini(&out);
}

/* An order to edit, cut anywhere or too large, is none. */
static void test_revision_round_trips(void **state)
{
    struct replacement replacement = { SPAN("a@b.c"), SPAN("d@e.f") };
    struct notice notice = { SPAN("2.1"), SPAN("retir\xC3\xA9\n") };
    struct span stripped = SPAN("3");
    struct edit field = { .kind = EDIT_HEADER_DELETE, .name = SPAN("Received"), .value = SPAN("2") };
    struct revision sent = { &replacement, 1, &notice, 1, &stripped, 1, &field, 1, SPAN("-- \n"),
                             SPAN("<p></p>") }, got;
    struct arena *arena = arena_new(0);
    char large[REVISION_BYTES];
    struct wire_in in;
    struct buf out;

    (void)state;
    buf_init(&out, 0);
    revision_encode(&sent, &out);
    in = wire_in_of(buf_span(&out));
    assert_true(revision_decode(&in, arena, &got) && wire_is_done(&in));
    assert_int_equal(got.replacement_count, 1);
    assert_true(span_equals(got.replacements[0].to, replacement.to));
    assert_true(span_equals(got.notices[0].text, notice.text));
    assert_int_equal(got.stripped_count, 1);
    assert_true(span_equals(got.stripped[0], stripped));
    assert_int_equal(got.field_count, 1);
    assert_int_equal(got.fields[0].kind, EDIT_HEADER_DELETE);
    assert_true(span_equals(got.fields[0].name, field.name) && span_equals(got.fields[0].value, field.value));
    assert_true(span_equals(got.footer_html, sent.footer_html));
    for (size_t len = 0; len < out.len; len++) {
        in = wire_in_of(span_slice(buf_span(&out), 0, len));
        assert_false(revision_decode(&in, arena, &got) && wire_is_done(&in));
    }
    buf_clear(&out);
    memset(large, 'x', sizeof large);
    sent.footer_text = (struct span){ large, sizeof large };
    revision_encode(&sent, &out);
    assert_true(out.failed);
    buf_fini(&out);
    arena_free(&arena);
}

/* What a child says it edited is believed no more than its report. */
static void test_revised_is_checked(void **state)
{
    const struct revised sent = { REVISE_DONE, SPAN("text/plain"), SPAN("From: a\r\n\r\nb"), 11, 20 };
    const struct revised beyond = { REVISE_DONE, SPAN(""), SPAN("abc"), 4, 3 };
    const struct revised forged = { REVISE_DONE, SPAN("text/plain\r\nBcc: x"), SPAN("abc"), 0, 3 };
    struct revised got;
    bool leaving = false;
    struct buf out;

    (void)state;
    buf_init(&out, 0);
    revised_encode(7, true, &sent, &out);
    assert_true(revised_decode(buf_span(&out), 7, &got, &leaving));
    assert_true(leaving && got.result == REVISE_DONE && got.body_at == 11 && got.rest_at == 20);
    assert_true(span_equals(got.message, sent.message));
    assert_false(revised_decode(buf_span(&out), 8, &got, &leaving));
    assert_false(revised_decode(span_slice(buf_span(&out), 0, out.len - 1), 7, &got, &leaving));
    buf_clear(&out);
    revised_encode(7, false, &beyond, &out);
    assert_false(revised_decode(buf_span(&out), 7, &got, &leaving));
    buf_clear(&out);
    revised_encode(7, false, &forged, &out);
    assert_false(revised_decode(buf_span(&out), 7, &got, &leaving));
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire_values_round_trip),
        cmocka_unit_test(test_wire_refuses),
        cmocka_unit_test(test_wire_carries_messages_of_any_size),
        cmocka_unit_test(test_wire_passes_only_wanted_descriptors),
        cmocka_unit_test(test_wire_waits_no_longer_than_told),
        cmocka_unit_test(test_plan_round_trips),
        cmocka_unit_test(test_report_round_trips),
        cmocka_unit_test(test_report_is_all_or_nothing),
        cmocka_unit_test(test_report_believes_no_index),
        cmocka_unit_test(test_job_round_trips),
        cmocka_unit_test(test_revision_round_trips),
        cmocka_unit_test(test_revised_is_checked),
    };

    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
