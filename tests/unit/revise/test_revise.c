/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "revise/revise.h"

#define HEAD "From: a@defense.gouv.fr\r\nSubject: x\r\nMIME-Version: 1.0\r\n"

static struct replacement press[] = { { { "emapresse@gmail.com", 19 },
                                        { "presse@defense.gouv.fr", 22 } } };

struct outcome {
    struct arena *arena;
    struct buf whole;
    struct span body;
    struct span type;
    enum revise_result result;
};

static struct outcome revise(const char *message, const struct revision *revision)
{
    struct outcome outcome = { .arena = arena_new(0) };
    size_t body_at = 0;

    buf_init(&outcome.whole, 0);
    outcome.result = revise_message(outcome.arena, span_of(message), revision, &outcome.whole, &body_at,
                                    &outcome.type);
    if (outcome.result == REVISE_DONE)
        outcome.body = span_slice(buf_span(&outcome.whole), body_at, outcome.whole.len);
    return outcome;
}

static void expect(const char *message, const struct revision *revision, enum revise_result want,
                   const char *body)
{
    struct outcome got = revise(message, revision);

    if (got.result != want)
        print_message("got %s, want %s\n", revise_result_name(got.result), revise_result_name(want));
    assert_int_equal(got.result, want);
    if (body != NULL) {
        if (!span_equals(got.body, span_of(body)))
            print_message("got:\n%.*s\nwant:\n%s\n", SPAN_ARG(got.body), body);
        assert_true(span_equals(got.body, span_of(body)));
    }
    buf_fini(&got.whole);
    arena_free(&got.arena);
}

static void test_revise_replaces_whole_addresses_only(void **state)
{
    const struct revision revision = { .replacements = press, .replacement_count = 1 };

    (void)state;
    expect(HEAD "\r\nVoir EMApresse@Gmail.com.\r\nxemapresse@gmail.com emapresse@gmail.com.example\r\n",
           &revision, REVISE_DONE,
           "Voir presse@defense.gouv.fr.\r\nxemapresse@gmail.com emapresse@gmail.com.example\r\n");
    expect(HEAD "\r\nrien ici\r\n", &revision, REVISE_UNCHANGED, "");
    expect(HEAD "Content-Type: text/html\r\n\r\n<a href=\"mailto:emapresse%40gmail.com\">emapresse&#64;gmail.com</a>\r\n",
           &revision, REVISE_DONE, "<a href=\"mailto:presse@defense.gouv.fr\">presse@defense.gouv.fr</a>\r\n");
}

static void test_revise_keeps_encoding_and_other_parts(void **state)
{
    const struct revision revision = { .replacements = press, .replacement_count = 1 };

    (void)state;
    expect(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n"
           "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
           "=C9crire =E0 emapresse=40gmail.com\r\n--b \r\n"
           "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
           "ZW1hcHJlc3NlQGdtYWlsLmNvbQ==\r\n--b--\r\nepilogue\r\n",
           &revision, REVISE_DONE,
           "preamble\r\n--b\r\n"
           "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
           "=C9crire =E0 presse@defense.gouv.fr\r\n--b \r\n"
           "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
           "ZW1hcHJlc3NlQGdtYWlsLmNvbQ==\r\n--b--\r\nepilogue\r\n");
    expect(HEAD "Content-Transfer-Encoding: base64\r\n\r\nZW1hcHJlc3NlQGdtYWlsLmNvbQ0K\r\n", &revision,
           REVISE_DONE, "cHJlc3NlQGRlZmVuc2UuZ291di5mcg0K\r\n");
}

static void test_revise_leaves_what_it_must_not_touch(void **state)
{
    const struct revision revision = { .replacements = press, .replacement_count = 1 };

    (void)state;
    expect(HEAD "Content-Type: multipart/signed; boundary=b; protocol=\"application/pkcs7-signature\"\r\n\r\n"
           "--b\r\n\r\nemapresse@gmail.com\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--b--\r\n",
           &revision, REVISE_PROTECTED, NULL);
    expect(HEAD "\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\nemapresse@gmail.com\r\n", &revision,
           REVISE_PROTECTED, NULL);
    expect(HEAD "Content-Type: text/plain; charset=no-such\r\n\r\nemapresse@gmail.com\r\n", &revision,
           REVISE_IMPOSSIBLE, NULL);
    expect(HEAD "Content-Transfer-Encoding: base64\r\n\r\nZW1hcHJlc3NlQGdt!!!YWlsLmNvbQ0K\r\n", &revision,
           REVISE_AMBIGUOUS, NULL);
    expect(HEAD "Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
           "emapresse@gmail.com\r\n--b--\r\n", &revision, REVISE_AMBIGUOUS, NULL);
}

static void test_revise_footer_is_idempotent(void **state)
{
    const struct revision revision = { .footer_text = SPAN("Diffus\xC3\xA9 par la DICoD\n"),
                                       .footer_html = SPAN("<p>Diffus\xC3\xA9</p>\n") };
    const char *first = HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n\r\nBonjour\r\n--b\r\n"
                        "Content-Type: text/html; charset=iso-8859-1\r\n\r\n<body>Bonjour</body>\r\n--b--\r\n";
    struct outcome once = revise(first, &revision);
    char again[4096];

    (void)state;
    assert_int_equal(once.result, REVISE_DONE);
    assert_true(span_find(once.body, SPAN("Bonjour\r\nDiffus=C3=A9 par la DICoD\r\n\r\n--b")) <
                once.body.len);
    assert_true(span_find(once.body, SPAN("<p>Diffus&#233;</p>\r\n</body>")) < once.body.len);
    snprintf(again, sizeof again, HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n%.*s",
             SPAN_ARG(once.body));
    expect(again, &revision, REVISE_UNCHANGED, "");
    buf_fini(&once.whole);
    arena_free(&once.arena);
}

/* What the one text of a message becomes, header fields of the text included. */
static void test_revise_footer_fits_the_text(void **state)
{
    static const struct {
        const char *name, *fields, *footer, *want;
    } cases[] = {
        { "no MIME", "\r\nBonjour\r\n", "Diffus\xC3\xA9\n",
          "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
          "From: a@b.fr\r\n\r\nBonjour\r\nDiffus=C3=A9\r\n" },
        { "ASCII stays", "Content-Type: text/plain; charset=us-ascii\r\n\r\nBonjour\r\n", "Diffuse\n",
          "From: a@b.fr\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nBonjour\r\nDiffuse\r\n" },
        { "parameters stay", "Content-Type: text/plain; charset=us-ascii; format=flowed\r\n\r\nBonjour\r\n",
          "\xC3\xA9\n",
          "From: a@b.fr\r\nContent-Type: text/plain; charset=utf-8; format=\"flowed\"\r\n"
          "Content-Transfer-Encoding: quoted-printable\r\n\r\nBonjour\r\n=C3=A9\r\n" },
        { "own charset", "Content-Type: text/plain; charset=iso-8859-1\r\n"
          "Content-Transfer-Encoding: 8bit\r\n\r\n\xE0\r\n", "\xC3\xA9\n",
          "From: a@b.fr\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
          "Content-Transfer-Encoding: 8bit\r\n\r\n\xE0\r\n\xE9\r\n" },
        { "no place in it", "Content-Type: text/plain; charset=iso-8859-1\r\n"
          "Content-Transfer-Encoding: 8bit\r\n\r\n\xE0\r\n", "\xC5\x93uvre\n",
          "From: a@b.fr\r\nContent-Type: text/plain; charset=utf-8\r\n"
          "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A0\r\n=C5=93uvre\r\n" },
        { "ISO-2022-JP", "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1B$B\x46\x7C\x1B(B\r\n",
          "fin\n",
          "From: a@b.fr\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
          "\x1B$B\x46\x7C\x1B(B\r\nfin\r\n" },
        { "UTF-16", "Content-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: base64\r\n"
          "\r\nYQANAAoA\r\n", "b\n",
          "From: a@b.fr\r\nContent-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: base64\r\n"
          "\r\nYQANAAoAYgANAAoA\r\n" },
        { "base64", "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
          "\r\nYQ0K\r\n", "b\n",
          "From: a@b.fr\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
          "\r\nYQ0KYg0K\r\n" },
        { "flowed", "Content-Type: text/plain; format=flowed\r\n\r\nune \r\nphrase \r\n",
          " a\n>b\nFrom c\n-- \nd  \n",
          "From: a@b.fr\r\nContent-Type: text/plain; format=flowed\r\n\r\nune \r\nphrase \r\n\r\n"
          "  a\r\n >b\r\n From c\r\n-- \r\nd\r\n" },
        { "flowed, long", "Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\nx\r\n",
          "Ce message et ses pieces jointes sont reserves a leurs destinataires ; merci de prevenir\n",
          "From: a@b.fr\r\nContent-Type: text/plain; format=flowed; delsp=yes\r\n\r\nx\r\n"
          "Ce message et ses pieces jointes sont reserves a leurs destinataires ;  \r\nmerci de prevenir\r\n" },
        { "fixed, long", "\r\nx\r\n",
          "Ce message et ses pieces jointes sont reserves a leurs destinataires ; merci de prevenir\n",
          "From: a@b.fr\r\n\r\nx\r\n"
          "Ce message et ses pieces jointes sont reserves a leurs destinataires ;\r\nmerci de prevenir\r\n" },
        { "there already", "\r\nx\r\nfin\r\n\r\n", "fin\n", NULL },
        { "quoted is not there", "\r\n> fin\r\nx\r\n", "fin\n", "From: a@b.fr\r\n\r\n> fin\r\nx\r\nfin\r\n" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct revision revision = { .footer_text = span_of(cases[i].footer) };
        char message[1024];
        struct outcome once;
        struct span whole;

        snprintf(message, sizeof message, "From: a@b.fr\r\n%s%s",
                 cases[i].fields[0] == '\r' ? "" : "MIME-Version: 1.0\r\n", cases[i].fields);
        once = revise(message, &revision);
        whole = buf_span(&once.whole);
        if (cases[i].want == NULL) {
            assert_int_equal(once.result, REVISE_UNCHANGED);
        } else {
            /* MIME-Version comes with a new type; where it stands does not matter here. */
            size_t mime = span_find(whole, SPAN("MIME-Version: 1.0\r\n"));
            char shown[1024], again[1024];

            snprintf(shown, sizeof shown, "%.*s%.*s", SPAN_ARG(span_slice(whole, 0, mime)),
                     SPAN_ARG(span_slice(whole, mime + 19, whole.len)));
            if (strcmp(shown, cases[i].want) != 0)
                fail_msg("%s: %s, got:\n%s\nwant:\n%s", cases[i].name, revise_result_name(once.result), shown,
                         cases[i].want);
            snprintf(again, sizeof again, "%.*s", SPAN_ARG(whole));
            expect(again, &revision, REVISE_UNCHANGED, "");
        }
        buf_fini(&once.whole);
        arena_free(&once.arena);
    }
}

static void test_revise_puts_a_notice_for_a_part(void **state)
{
    struct notice notice = { SPAN("2"), SPAN("Pi\xC3\xA8" "ce retir\xC3\xA9" "e\n") };
    struct revision revision = { .notices = &notice, .notice_count = 1 };
    struct outcome whole;

    (void)state;
    expect(HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntexte\r\n--b\r\n"
           "Content-Type: application/pdf\r\n\r\n%PDF\r\n--b--\r\n",
           &revision, REVISE_DONE,
           "--b\r\n\r\ntexte\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
           "Content-Transfer-Encoding: quoted-printable\r\nContent-Disposition: inline\r\n\r\n"
           "Pi=C3=A8ce retir=C3=A9e\r\n\r\n--b--\r\n");
    notice.where = SPAN("1");
    whole = revise(HEAD "Content-Type: application/pdf\r\n\r\n%PDF\r\n", &revision);
    assert_int_equal(whole.result, REVISE_DONE);
    assert_true(span_equals(whole.type, SPAN("text/plain; charset=utf-8")));
    assert_true(span_equals(buf_span(&whole.whole),
                            SPAN("From: a@defense.gouv.fr\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
                                 "Content-Type: text/plain; charset=utf-8\r\n"
                                 "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                                 "Pi=C3=A8ce retir=C3=A9e\r\n")));
    buf_fini(&whole.whole);
    arena_free(&whole.arena);
    notice.where = SPAN("7");
    expect(HEAD "\r\ntexte\r\n", &revision, REVISE_IMPOSSIBLE, NULL);
}

/* As a mail server makes them: in order, numbers counting what is there by then. */
static void test_header_as_the_mail_server_will_have_it(void **state)
{
    static const char message[] = "Received: one\r\nFrom: a@b.c\r\nReceived: two\r\n folded\r\nSubject: s\r\n\r\nbody\r\n";
    struct edit edits[] = { { EDIT_HEADER_DELETE, SPAN("received"), SPAN("2"), SPAN("") },
                            { EDIT_HEADER_SET, SPAN("From"), SPAN("presse@defense.gouv.fr"), SPAN("") },
                            { EDIT_HEADER_SET, SPAN("X-Label"), SPAN("DR\n (suite)"), SPAN("") },
                            { EDIT_HEADER_ADD, SPAN("Subject"), SPAN("\xC3\xA9t\xC3\xA9"), SPAN("") } };
    struct revision revision = { .fields = edits, .field_count = 4 };
    struct arena *arena = arena_new(0);
    struct buf header;
    size_t rest_at;

    (void)state;
    buf_init(&header, 0);
    assert_true(revise_header(arena, span_of(message), &revision, &header, &rest_at));
    assert_true(span_equals(buf_span(&header),
                            SPAN("Received: one\r\nFrom: presse@defense.gouv.fr\r\nSubject: s\r\n"
                                 "X-Label: DR\r\n (suite)\r\nSubject: =?UTF-8?B?w6l0w6k=?=\r\n")));
    assert_string_equal(message + rest_at, "\r\nbody\r\n");
    buf_clear(&header);
    edits[0].value = SPAN("3");
    assert_false(revise_header(arena, span_of(message), &revision, &header, &rest_at));
    buf_clear(&header);
    edits[0].value = SPAN("");
    revision.field_count = 1;
    assert_true(revise_header(arena, span_of(message), &revision, &header, &rest_at));
    assert_true(span_equals(buf_span(&header), SPAN("From: a@b.c\r\nSubject: s\r\n")));
    buf_fini(&header);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_revise_replaces_whole_addresses_only),
        cmocka_unit_test(test_revise_keeps_encoding_and_other_parts),
        cmocka_unit_test(test_revise_leaves_what_it_must_not_touch),
        cmocka_unit_test(test_revise_footer_is_idempotent),
        cmocka_unit_test(test_revise_footer_fits_the_text),
        cmocka_unit_test(test_revise_puts_a_notice_for_a_part),
        cmocka_unit_test(test_header_as_the_mail_server_will_have_it),
    };

    return cmocka_run_group_tests_name("revise", tests, NULL, NULL);
}
