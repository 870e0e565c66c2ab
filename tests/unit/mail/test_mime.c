/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "mail/mime.h"

static const struct mime_limits limits = { .parts = 100, .depth = 8 };

static const char *encoding_letter(enum transfer_encoding encoding)
{
    static const char *const letters[] = {
        [TRANSFER_IDENTITY] = "i", [TRANSFER_BASE64] = "b", [TRANSFER_QUOTED_PRINTABLE] = "q",
        [TRANSFER_UUENCODE] = "u", [TRANSFER_YENC] = "y", [TRANSFER_UNKNOWN] = "x",
    };

    return letters[encoding];
}

/*
 * One line a part: "WHERE TYPE,TYPE ENCODINGS 'content' 'content' names: a,b = kinds";
 * "*" behind where for a multipart, "+" for one that is read as text too, "-" for filling.
 */
static void show_part(struct buf *out, const struct mime_part *part)
{
    static const char *const marks[] = { [MIME_SINGLE] = "", [MIME_MULTIPART] = "*", [MIME_FILLING] = "-" };
    struct ambiguity_set seen = part->seen;
    enum ambiguity kind;

    buf_printf(out, "%.*s%s%s ", SPAN_ARG(part->where), marks[part->shape],
               part->also_single ? "+" : "");
    for (size_t i = 0; i < part->type_count; i++)
        buf_printf(out, "%s%.*s", i > 0 ? "," : "", SPAN_ARG(part->types[i]));
    buf_append(out, SPAN(" "));
    for (size_t i = 0; i < part->encoding_count; i++)
        buf_printf(out, "%s", encoding_letter(part->encodings[i]));
    if (part->shape != MIME_MULTIPART)
        for (size_t i = 0; i < part->content_count; i++)
            buf_printf(out, " '%.*s'", SPAN_ARG(part->contents[i]));
    for (size_t i = 0; i < part->name_count; i++)
        buf_printf(out, " <%.*s>", SPAN_ARG(part->names[i]));
    buf_append(out, SPAN(" ="));
    while (ambiguity_set_take(&seen, &kind))
        buf_printf(out, " %s", ambiguity_name(kind));
    buf_append(out, SPAN("\n"));
}

struct mime_case {
    const char *message, *want;
};

static void check(const struct mime_case *cases, size_t count)
{
    struct arena *arena = arena_new(0);
    struct buf shown;
    bool failed = false;

    buf_init(&shown, 0);
    for (size_t i = 0; i < count; i++) {
        struct mime_tree tree;
        buf_clear(&shown);
        mime_parse(arena, span_of(cases[i].message), (struct span){ NULL, 0 }, &limits, &tree);
        assert_int_equal(tree.stopped, UNINSPECTABLE_NONE);
        for (size_t k = 0; k < tree.count; k++)
            show_part(&shown, &tree.parts[k]);
        if (!span_equals(buf_span(&shown), span_of(cases[i].want))) {
            print_error("case %zu: %s\n--- got\n%.*s--- want\n%s", i, cases[i].message,
                        SPAN_ARG(buf_span(&shown)), cases[i].want);
            failed = true;
        }
    }
    buf_fini(&shown);
    arena_free(&arena);
    assert_false(failed);
}

#define MIXED "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"

static void test_mime_structure(void **state)
{
    static const struct mime_case cases[] = {
        { "Subject: x\n\nhello\n", "1 text/plain i 'hello\n' =\n" },
        { "Subject: x\r\n\r\nhello\r\n", "1 text/plain i 'hello\r\n' =\n" },
        { MIXED "--b\n\none\n--b\nContent-Type: TEXT/HTML\n\ntwo\n--b--\n",
          "* multipart/mixed i =\n1 text/plain i 'one' =\n2 text/html i 'two' =\n" },
        { MIXED "This is a multi-part message.\n--b\n\none\n--b--\nlist footer\n",
          "* multipart/mixed i =\npreamble- text/plain i 'This is a multi-part message.' =\n"
          "1 text/plain i 'one' =\nepilogue- text/plain i 'list footer\n' =\n" },
        { MIXED "--b  \n\none\n--b--\t", "* multipart/mixed i =\n1 text/plain i 'one' =\n" },
        { MIXED "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\none\n--c\n\ntwo\n--c--\n\n--b\n\nthree\n--b--\n",
          "* multipart/mixed i =\n1* multipart/alternative i =\n2 text/plain i 'three' =\n"
          "1.1 text/plain i 'one' =\n1.2 text/plain i 'two' =\n" },
        { MIXED "--b\nContent-Type: message/rfc822\n\nSubject: y\n\nin\n--b--\n",
          "* multipart/mixed i =\n1 message/rfc822 i 'Subject: y\n\nin' =\n" },
        { MIXED "--b\nContent-Type: application/pdf; name=\"a.pdf\"\nContent-Disposition: attachment; filename=a.pdf\n"
                "Content-Transfer-Encoding: base64\n\nQUJD\n--b--\n",
          "* multipart/mixed i =\n1 application/pdf b 'QUJD' <a.pdf> =\n" },
        { "MIME-Version: 1.0\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: y\n\nin\n--b--\n",
          "* multipart/digest i =\n1 message/rfc822 i 'Subject: y\n\nin' =\n" },
    };

    (void)state;
    check(cases, sizeof cases / sizeof cases[0]);
}

static void test_mime_boundaries(void **state)
{
    static const struct mime_case cases[] = {
        { "MIME-Version: 1.0\nContent-Type: multipart/mixed\n\n--b\n\none\n--b--\n",
          "*+ multipart/mixed i = boundary-missing\n1 text/plain i 'one' =\n" },
        { MIXED "no delimiter at all\n", "*+ multipart/mixed i = boundary-missing\n" },
        { MIXED "--b\n\none\n", "* multipart/mixed i = boundary-unterminated\n1 text/plain i 'one\n' =\n" },
        { MIXED "--b\n\none\n--b--\n--b\n\ntwo\n--b--\n",
          "* multipart/mixed i = epilogue-content\n1 text/plain i 'one' =\n2 text/plain i 'two' =\n" },
        { MIXED "Content-Type: text/html\n\nhidden\n--b\n\none\n--b--\n",
          "* multipart/mixed i = preamble-content\n1 text/html i 'hidden' =\n"
          "preamble- text/plain i 'Content-Type: text/html\n\nhidden' =\n2 text/plain i 'one' =\n" },
        { MIXED "--b\n\none\n--bc\n\ntwo\n--b--\n",
          "* multipart/mixed i = boundary-loose\n1 text/plain i 'one\n--bc\n\ntwo' =\n"
          "2 text/plain i 'one' =\n3 text/plain i 'two' =\n" },
        { "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\n--b\r\n\r\ntwo\r\n--b--\r\n",
          "* multipart/mixed i = boundary-loose\n1 text/plain i 'one\n--b\r\n\r\ntwo' = body-bare-lf\n"
          "2 text/plain i 'one' =\n3 text/plain i 'two' =\n" },
        { "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r--b\r\n\r\ntwo\r\n--b--\r\n",
          "* multipart/mixed i = boundary-loose\n1 text/plain i 'one\r--b\r\n\r\ntwo' = body-bare-cr\n"
          "2 text/plain i 'one' =\n3 text/plain i 'two' =\n" },
        { MIXED "--b\nContent-Type: multipart/mixed; boundary=bc\n\n--bc\n\none\n--bc--\n--b--\n",
          "* multipart/mixed i = boundary-loose\n1* multipart/mixed i = boundary-nested\n"
          "2 multipart/mixed i '' =\n" },
        { "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b \"\n\n--b \n\none\n--b --\n--b--\n",
          "* multipart/mixed i = boundary-malformed\n" },
    };

    (void)state;
    /* The last two are about what is called, not about which pieces result. */
    check(cases, sizeof cases / sizeof cases[0] - 2);
    for (size_t i = sizeof cases / sizeof cases[0] - 2; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena *arena = arena_new(0);
        struct ambiguity_set all = { 0 };
        struct mime_tree tree;
        mime_parse(arena, span_of(cases[i].message), (struct span){ NULL, 0 }, &limits, &tree);
        for (size_t k = 0; k < tree.count; k++)
            ambiguity_set_merge(&all, &tree.parts[k].seen);
        assert_true(ambiguity_set_has(&all, AMBIGUITY_BOUNDARY_NESTED) ||
                    ambiguity_set_has(&all, AMBIGUITY_BOUNDARY_MALFORMED));
        assert_true(tree.count > 2);
        arena_free(&arena);
    }
}

static void test_mime_fields(void **state)
{
    static const struct mime_case cases[] = {
        { "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Type: text/html\n\nx",
          "1 text/plain,text/html i 'x' = content-type-duplicate\n" },
        { "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n",
          "*+ text/plain,multipart/mixed i = content-type-duplicate\n1 text/plain i 'one' =\n" },
        { "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\nContent-Type: multipart/mixed; boundary=b\n\n"
          "--a\n\none\n--a--\n--b\n\ntwo\n--b--\n",
          "* multipart/mixed i = content-type-duplicate\n1 text/plain i 'one' =\n"
          "epilogue- text/plain i '--b\n\ntwo\n--b--\n' =\npreamble- text/plain i '--a\n\none\n--a--' =\n"
          "2 text/plain i 'two' =\n" },
        { "Content-Type: text\n\nx", "1 text/plain i 'x' =\n" },
        { "Content-Type: pdf\n\nx", "1 text/plain i 'x' = content-type-malformed\n" },
        { "Content-Type: text/html(x)\n\nx", "1 text/html,text/plain i 'x' = content-type-malformed\n" },
        { "MIME-Version: 1.0\nContent-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n\nQUJD",
          "1 text/plain bi 'QUJD' = content-encoding-duplicate\n" },
        { "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\nContent-Transfer-Encoding: 8bit\n\nx",
          "1 text/plain i 'x' =\n" },
        { "MIME-Version: 1.0\nContent-Transfer-Encoding: (c) base64\n\nQUJD",
          "1 text/plain bx 'QUJD' = content-encoding-unknown\n" },
        { "MIME-Version: 1.0\nContent-Transfer-Encoding: base-64\n\nQUJD",
          "1 text/plain xbq 'QUJD' = content-encoding-unknown\n" },
        { "MIME-Version: 1.0\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQUJD",
          "1 message/rfc822 bi 'QUJD' = content-encoding-composite\n" },
        { "MIME-Version: 1.0\nContent-Type: message/external-body; access-type=URL\n\nx",
          "1 message/external-body i 'x' = message-partial\n" },
        { "Content-Disposition: inline\nContent-Disposition: attachment; filename=a\n\nx",
          "1 text/plain i 'x' <a> = content-disposition-duplicate\n" },
        { "Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment; filename=b.exe\n\nx",
          "1 application/pdf i 'x' <a.pdf> <b.exe> = filename-conflict\n" },
        { "Content-Disposition: attachment; filename=a.pdf; filename=b.exe\n\nx",
          "1 text/plain i 'x' <a.pdf> <b.exe> = parameter-duplicate filename-conflict\n" },
        { "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n",
          "*+ multipart/mixed i = mime-version-missing\n1 text/plain i 'one' =\n" },
        { "Content-Transfer-Encoding: base64\n\nQUJD", "1 text/plain bi 'QUJD' = mime-version-missing\n" },
        { "Content-Type: text/html\n\n<p>x", "1 text/html i '<p>x' =\n" },
        { "A: b\r\n\r\nx\ny\r\n", "1 text/plain i 'x\ny\r\n' = body-bare-lf\n" },
        { "A: b\njunk\nC: d\n\nx", "1 text/plain i 'x' 'junk\nC: d\n\nx' = header-malformed\n" },
    };

    (void)state;
    check(cases, sizeof cases / sizeof cases[0]);
}

/* Spans lie in the message: their offsets are the ranges an edit replaces. */
static void test_mime_ranges(void **state)
{
    const struct span message = SPAN(MIXED "--b\nA: b\n\none\n--b--\n");
    struct arena *arena = arena_new(0);
    struct mime_tree tree;

    (void)state;
    mime_parse(arena, message, (struct span){ NULL, 0 }, &limits, &tree);
    assert_int_equal(tree.count, 2);
    assert_ptr_equal(tree.parts[1].octets.ptr, message.ptr + span_find(message, SPAN("A: b")));
    assert_ptr_equal(tree.parts[1].contents[0].ptr, message.ptr + span_find(message, SPAN("one")));
    assert_int_equal(tree.parts[1].contents[0].len, 3);
    arena_free(&arena);
}

static void test_mime_parse_decoded(void **state)
{
    const struct span message = SPAN("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
                                     "Content-Transfer-Encoding: base64\n\nLS1i\n");
    struct arena *arena = arena_new(0);
    struct mime_tree tree, decoded;

    (void)state;
    mime_parse(arena, message, (struct span){ NULL, 0 }, &limits, &tree);
    assert_true(ambiguity_set_has(&tree.parts[0].seen, AMBIGUITY_CONTENT_ENCODING_COMPOSITE));
    mime_parse_decoded(arena, &tree.parts[0], SPAN("--b\n\none\n--b--"), &limits, &decoded);
    assert_int_equal(decoded.count, 2);
    assert_true(span_equals(decoded.parts[1].contents[0], SPAN("one")));
    arena_free(&arena);
}

/* Depth, count and readings of readings end in a reason, not in time or memory. */
static void test_mime_limits(void **state)
{
    struct arena *arena = arena_new(256U << 20);
    struct mime_tree tree;
    struct buf message;

    (void)state;
    buf_init(&message, 0);
    buf_append(&message, SPAN(MIXED));
    for (int i = 0; i < 300; i++)
        buf_append(&message, SPAN("--b\n\nx\n"));
    mime_parse(arena, buf_span(&message), (struct span){ NULL, 0 }, &limits, &tree);
    assert_int_equal(tree.stopped, UNINSPECTABLE_TOO_MANY);
    assert_int_equal(tree.count, limits.parts);

    buf_clear(&message);
    for (int i = 0; i < 30; i++)
        buf_printf(&message, "Content-Type: multipart/mixed; boundary=b%c%c\n\n--b%c%c\n", 'a' + i % 26,
                   'a' + i / 26, 'a' + i % 26, 'a' + i / 26);
    mime_parse(arena, buf_span(&message), (struct span){ NULL, 0 }, &limits, &tree);
    assert_int_equal(tree.stopped, UNINSPECTABLE_TOO_DEEP);

    buf_clear(&message);
    for (int i = 0; i < 7; i++)
        buf_append(&message, SPAN("Content-Type: multipart/mixed; boundary=b\nContent-Type: multipart/mixed; boundary=bb\n"
                                  "\n--b\n--bb\n--b x\n"));
    for (int i = 0; i < 40000; i++)
        buf_append(&message, SPAN("--b\n--b x\n--bb\n"));
    mime_parse(arena, buf_span(&message), (struct span){ NULL, 0 },
               &(struct mime_limits){ .parts = 10000, .depth = 16 }, &tree);
    assert_int_not_equal(tree.stopped, UNINSPECTABLE_NONE);
    buf_fini(&message);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mime_structure),  cmocka_unit_test(test_mime_boundaries),
        cmocka_unit_test(test_mime_fields),     cmocka_unit_test(test_mime_ranges),
        cmocka_unit_test(test_mime_parse_decoded), cmocka_unit_test(test_mime_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
