/* SPDX-License-Identifier: EUPL-1.2 */
/* Whole messages through the scanner: which senders, parts, ambiguities and marks come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "scan/scan.h"

static struct span marks[] = { SPAN("TOMBOLA BLEUE") };
static struct label_def labels[] = {
    { .scheme = SPAN("t"), .name = SPAN("BLEUE"), .rank = 10, .level = 1, .strength = LABEL_STRONG,
      .marks = { marks, 1, 1 } },
};

struct fixture {
    struct scan_plan plan;
    struct scanner *scanner;
    struct arena *arena;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    fixture.plan = (struct scan_plan){ .labels = labels, .label_count = 1, .limits = plan_default_limits };
    fixture.scanner = scanner_new(&fixture.plan);
    fixture.arena = arena_new(0);
    *state = &fixture;
    return fixture.scanner == NULL || fixture.arena == NULL;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    scanner_free(&fixture->scanner);
    arena_free(&fixture->arena);
    return 0;
}

static struct facts *scan(struct fixture *fixture, const char *message)
{
    struct facts *facts = facts_new(fixture->arena);
    const struct scan_job job = { .kind = SCAN_MESSAGE, .bytes = span_of(message) };

    scanner_scan(fixture->scanner, &job, facts);
    assert_true(facts->scanned);
    assert_int_equal(facts->scan_failure, UNINSPECTABLE_NONE);
    return facts;
}

static bool has_mark(const struct facts *facts, const char *where)
{
    for (size_t i = 0; i < facts->labels.count; i++)
        if (facts->labels.items[i].label == 0 &&
            span_starts_with(facts->labels.items[i].where, span_of(where)))
            return true;
    return false;
}

static bool has_ambiguity(const struct facts *facts, enum ambiguity kind, const char *where)
{
    for (size_t i = 0; i < facts->ambiguities.count; i++)
        if (facts->ambiguities.items[i].kind == kind &&
            span_equals(facts->ambiguities.items[i].where, span_of(where)))
            return true;
    return false;
}

static const struct part_fact *find_part(const struct facts *facts, const char *where)
{
    for (size_t i = 0; i < facts->parts.count; i++)
        if (span_equals(facts->parts.items[i].where, span_of(where)))
            return &facts->parts.items[i];
    return NULL;
}

static void test_message_ordinary(void **state)
{
    struct facts *facts = scan(*state,
        "From: Alice <alice@a.example>\r\nTo: b@b.example\r\nMessage-ID: <1@a.example>\r\n"
        "Subject: =?utf-8?q?caf=C3=A9?=\r\n\r\nhello\r\n");

    assert_int_equal(facts->ambiguities.count, 0);
    assert_int_equal(facts->labels.count, 0);
    assert_int_equal(facts->senders.count, 1);
    assert_true(span_equals(facts->senders.items[0].where, SPAN("From")));
    assert_true(span_equals(facts->senders.items[0].address, SPAN("alice@a.example")));
    assert_true(span_equals(facts->senders.items[0].domain, SPAN("a.example")));
    assert_true(span_equals(facts->senders.items[0].display_name, SPAN("Alice")));
    assert_true(span_equals(facts->subject, SPAN("caf\303\251")));
    assert_true(span_equals(facts->message_id, SPAN("<1@a.example>")));
    assert_int_equal(facts->headers.count, 4);
    assert_int_equal(facts->parts.count, 1);
    assert_true(span_equals(facts->parts.items[0].where, SPAN("1")));
    assert_true(span_equals(facts->parts.items[0].declared, SPAN("text/plain")));
    assert_int_equal(facts->parts.items[0].bytes, 7);
}

#define TOP "From: a@a.example\nMIME-Version: 1.0\n"

static void test_message_places(void **state)
{
    struct facts *facts = scan(*state,
        TOP "Subject: TOMBOLA =?utf-8?q?BLE?= =?utf-8?q?UE?=\nContent-Type: multipart/mixed; boundary=b\n\n"
        "TOMBOLA BLEUE\n--b\n\nTOMBOLA BLEUE\n"
        "--b\nContent-Type: message/rfc822\n\nFrom: in@c.example\nSubject: TOMBOLA BLEUE\n\nTOMBOLA BLEUE\n"
        "--b\nContent-Type: text/plain; name=\"TOMBOLA BLEUE.txt\"\nContent-Transfer-Encoding: base64\n\n"
        "VE9NQk9MQSBCTEVVRQ==\n--b--\nTOMBOLA BLEUE\n");

    assert_true(has_mark(facts, "header:Subject"));
    assert_true(has_mark(facts, "preamble"));
    assert_true(has_mark(facts, "1"));
    assert_true(has_mark(facts, "2.header:Subject"));
    assert_true(has_mark(facts, "2.1"));
    assert_true(has_mark(facts, "3"));
    assert_true(has_mark(facts, "epilogue"));
    assert_int_equal(facts->ambiguities.count, 0);
    assert_int_equal(facts->senders.count, 1);
    assert_non_null(find_part(facts, "2"));
    assert_true(span_equals(find_part(facts, "2")->detected, SPAN("message")));
    assert_non_null(find_part(facts, "2.1"));
    assert_true(span_equals(find_part(facts, "3")->name, SPAN("TOMBOLA BLEUE.txt")));
    assert_int_equal(find_part(facts, "3")->bytes, 13);
}

/* A message whose mark only one kind of reader sees: the mark is found and the reason named. */
static void test_message_readings(void **state)
{
    static const struct {
        const char *message;
        enum ambiguity kind;
        const char *where;
    } cases[] = {
        { TOP "Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 8bit\n\nVE9NQk9MQSBCTEVVRQ==\n",
          AMBIGUITY_CONTENT_ENCODING_DUPLICATE, "1" },
        { TOP "Content-Transfer-Encoding: 8bit\nContent-Transfer-Encoding: base64\n\nVE9NQk9MQSBCTEVVRQ==\n",
          AMBIGUITY_CONTENT_ENCODING_DUPLICATE, "1" },
        { TOP "Content-Transfer-Encoding: base64\n\nVE9NQk9M*QSBCTEVVRQ==\n", AMBIGUITY_BASE64_JUNK, "1" },
        { TOP "Content-Transfer-Encoding: base64\n\neA==VE9NQk9MQSBCTEVVRQ==\n",
          AMBIGUITY_BASE64_PADDING, "1" },
        { TOP "Content-Transfer-Encoding: base64\n\nVE=9NQk9MQSBCTEVVRQ==\n", AMBIGUITY_BASE64_PADDING, "1" },
        { TOP "Content-Transfer-Encoding: quoted-printable\n\nTOMBOLA BL=EUE\n", AMBIGUITY_QP_MALFORMED, "1" },
        { TOP "Content-Transfer-Encoding: x-secret\n\nVE9NQk9MQSBCTEVVRQ==\n",
          AMBIGUITY_CONTENT_ENCODING_UNKNOWN, "1" },
        { TOP "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n"
              "LS1iCkNvbnRlbnQtVHJhbnNmZXItRW5jb2Rpbmc6IGJhc2U2NAoKVkU5TlFrOU1RU0JDVEVWVlJRPT0KLS1iLS0K\n",
          AMBIGUITY_CONTENT_ENCODING_COMPOSITE, "body" },
        { TOP "Content-Type: multipart/mixed; boundary=a\nContent-Type: multipart/mixed; boundary=b\n\n"
              "--a\n\nx\n--a--\n--b\nContent-Transfer-Encoding: base64\n\nVE9NQk9MQSBCTEVVRQ==\n--b--\n",
          AMBIGUITY_CONTENT_TYPE_DUPLICATE, "body" },
        { TOP "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n"
              "--a\nContent-Transfer-Encoding: base64\n\nVE9NQk9MQSBCTEVVRQ==\n--a--\n",
          AMBIGUITY_EPILOGUE_CONTENT, "body" },
        { TOP "X: y\rSubject: TOMBOLA BLEUE\n\nx\n", AMBIGUITY_HEADER_BARE_CR, "header" },
        { TOP "\njunk\n\nbegin 644 a.txt\n-5$]-0D],02!\"3$5510``\nend\n", 0, "" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct facts *facts = scan(*state, cases[i].message);
        if (!has_mark(facts, ""))
            fail_msg("case %zu: mark missed", i);
        if (cases[i].kind != 0 && !has_ambiguity(facts, cases[i].kind, cases[i].where))
            fail_msg("case %zu: %s not named", i, ambiguity_name(cases[i].kind));
    }
}

static void test_message_senders(void **state)
{
    static const struct {
        const char *header;
        const char *senders;    /* "where:address …" */
        enum ambiguity kind;
    } cases[] = {
        { "From: a@a.example\n", "From:a@a.example", 0 },
        { "From: a@a.example\nSender: b@b.example\nReply-To: c@c.example\n",
          "From:a@a.example Sender:b@b.example Reply-To:c@c.example", 0 },
        { "From: a@a.example\nfrom: b@b.example\n", "From:a@a.example From:b@b.example", AMBIGUITY_FROM_DUPLICATE },
        { "To: a@a.example\n", "", AMBIGUITY_FROM_MISSING },
        { "From: nobody\n", "From:nobody!", AMBIGUITY_FROM_MALFORMED },
        { "From:\n", "From:!", AMBIGUITY_FROM_MALFORMED },
        { "From: a@a.example, b@b.example\n", "From:a@a.example From:b@b.example",
          AMBIGUITY_FROM_MULTIPLE_NO_SENDER },
        { "From: a@a.example, b@b.example\nSender: a@a.example\n",
          "From:a@a.example From:b@b.example Sender:a@a.example", 0 },
        { "From: a@a.example\nReply-To: a@a.example\nReply-To: b@b.example\n",
          "From:a@a.example Reply-To:a@a.example Reply-To:b@b.example", AMBIGUITY_SENDER_DUPLICATE },
        { "From: a@a.example\nResent-From: b@b.example\nResent-From: c@c.example\n",
          "From:a@a.example Resent-From:b@b.example Resent-From:c@c.example", AMBIGUITY_SENDER_DUPLICATE },
        { "From: \"x@good.example\" <a@a.example>\n", "From:a@a.example", AMBIGUITY_DISPLAY_NAME_ADDRESS },
        { "From : a@a.example\n", "From:a@a.example", AMBIGUITY_HEADER_SPACE_BEFORE_COLON },
        { "From: a@a.example\rFrom: b@b.example\n", "From:b@b.example From:a@a.example From:a@a.examplefrom From:b@b.example",
          AMBIGUITY_FROM_DUPLICATE },
    };
    struct buf shown;

    buf_init(&shown, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char message[1024];
        struct facts *facts;

        snprintf(message, sizeof message, "%s\nx\n", cases[i].header);
        facts = scan(*state, message);
        buf_clear(&shown);
        for (size_t k = 0; k < facts->senders.count; k++) {
            const struct sender_fact *sender = &facts->senders.items[k];
            buf_printf(&shown, "%s%.*s:%.*s%s", k > 0 ? " " : "", SPAN_ARG(sender->where),
                       SPAN_ARG(sender->address), sender->malformed ? "!" : "");
        }
        if (!span_equals(buf_span(&shown), span_of(cases[i].senders)))
            fail_msg("%s: got %.*s, want %s", cases[i].header, SPAN_ARG(buf_span(&shown)), cases[i].senders);
        if (cases[i].kind == 0 && facts->ambiguities.count > 0)
            fail_msg("%s: %s", cases[i].header, ambiguity_name(facts->ambiguities.items[0].kind));
        if (cases[i].kind != 0) {
            bool found = false;
            for (size_t k = 0; k < facts->ambiguities.count; k++)
                found |= facts->ambiguities.items[k].kind == cases[i].kind;
            if (!found)
                fail_msg("%s: %s not named", cases[i].header, ambiguity_name(cases[i].kind));
        }
    }
    buf_fini(&shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_ordinary),
        cmocka_unit_test(test_message_places),
        cmocka_unit_test(test_message_readings),
        cmocka_unit_test(test_message_senders),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
