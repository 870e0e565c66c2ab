/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mail/transfer.h"

struct transfer_case {
    enum transfer_encoding encoding;
    enum transfer_reading reading;
    struct span text, want;
    enum ambiguity kind;    /* 0: none */
};

static void check(const struct transfer_case *c)
{
    struct ambiguity_set seen = { 0 };
    enum ambiguity kind = 0;
    struct buf out;

    buf_init(&out, 0);
    assert_true(transfer_decode(c->encoding, c->reading, c->text, &out, &seen));
    ambiguity_set_take(&seen, &kind);
    if (!span_equals(buf_span(&out), c->want) || kind != c->kind)
        fail_msg("%.*s: got %.*s %s, want %.*s %s", SPAN_ARG(c->text), SPAN_ARG(buf_span(&out)),
                 kind == 0 ? "-" : ambiguity_name(kind), SPAN_ARG(c->want),
                 c->kind == 0 ? "-" : ambiguity_name(c->kind));
    buf_fini(&out);
}

static void test_transfer_base64(void **state)
{
    const enum transfer_encoding base64 = TRANSFER_BASE64;
    const struct transfer_case cases[] = {
        { base64, READING_TOLERANT, SPAN("U0VDUkVU"), SPAN("SECRET"), 0 },
        { base64, READING_TOLERANT, SPAN("U0VD\r\nUkVU\r\n"), SPAN("SECRET"), 0 },
        { base64, READING_TOLERANT, SPAN("U 0\tVDUkVU"), SPAN("SECRET"), 0 },
        { base64, READING_TOLERANT, SPAN("U0U="), SPAN("SE"), 0 },
        { base64, READING_TOLERANT, SPAN("Uw==\r\n\r\n"), SPAN("S"), 0 },
        { base64, READING_TOLERANT, SPAN(""), SPAN(""), 0 },
        { base64, READING_TOLERANT, SPAN("U0U"), SPAN("SE"), AMBIGUITY_BASE64_PADDING },
        { base64, READING_TOLERANT, SPAN("Uw"), SPAN("S"), AMBIGUITY_BASE64_PADDING },
        { base64, READING_TOLERANT, SPAN("Uw="), SPAN("S"), AMBIGUITY_BASE64_PADDING },
        { base64, READING_TOLERANT, SPAN("U0VD*!UkVU"), SPAN("SECRET"), AMBIGUITY_BASE64_JUNK },
        { base64, READING_STRICT, SPAN("U0VD*!UkVU"), SPAN("SEC"), AMBIGUITY_BASE64_JUNK },
        { base64, READING_TOLERANT, SPAN("U0VDUg==RVQ="), SPAN("SECRET"), AMBIGUITY_BASE64_PADDING },
        { base64, READING_STRICT, SPAN("U0VDUg==RVQ="), SPAN("SECR"), AMBIGUITY_BASE64_PADDING },
        { base64, READING_THROUGH, SPAN("U0=VDUkVU"), SPAN("SECRET"), AMBIGUITY_BASE64_PADDING },
        { base64, READING_TOLERANT, SPAN("U0VDUg==="), SPAN("SECR"), AMBIGUITY_BASE64_PADDING },
        { base64, READING_TOLERANT, SPAN("U0VDUkVU=="), SPAN("SECRET"), AMBIGUITY_BASE64_PADDING },
        { base64, READING_TOLERANT, SPAN("U0VDUkVU\0\0"), SPAN("SECRET"), AMBIGUITY_BASE64_JUNK },
        { base64, READING_TOLERANT, SPAN("+/8="), SPAN("\373\377"), 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

/* Long texts are decoded eight characters at a time: what stands between them must not shift or spoil any. */
static void test_transfer_base64_long(void **state)
{
    enum { WORDS = 400, PLACES = 20 };
    const struct { struct span put; enum ambiguity kind; } between[] = {
        { SPAN("\r\n"), 0 }, { SPAN("!"), AMBIGUITY_BASE64_JUNK }, { SPAN(" \xFF "), AMBIGUITY_BASE64_JUNK },
    };
    struct buf text, want;

    (void)state;
    buf_init(&text, 0);
    buf_init(&want, 0);
    for (size_t i = 0; i < WORDS; i++)
        buf_append(&want, SPAN("SECRET"));
    for (size_t i = 0; i < sizeof between / sizeof between[0]; i++)
        for (size_t at = 0; at < PLACES; at++) {
            buf_clear(&text);
            for (size_t c = 0; c < 8 * WORDS; c++) {
                if (c % 76 == at)
                    buf_append(&text, between[i].put);
                buf_append_byte(&text, "U0VDUkVU"[c % 8]);
            }
            check(&(struct transfer_case){ TRANSFER_BASE64, READING_TOLERANT, buf_span(&text),
                                           buf_span(&want), between[i].kind });
        }
    buf_fini(&want);
    buf_fini(&text);
}

static void test_transfer_quoted_printable(void **state)
{
    const enum transfer_encoding qp = TRANSFER_QUOTED_PRINTABLE;
    const struct transfer_case cases[] = {
        { qp, READING_TOLERANT, SPAN("SEC=52ET"), SPAN("SECRET"), 0 },
        { qp, READING_TOLERANT, SPAN("SEC=\r\nRET"), SPAN("SECRET"), 0 },
        { qp, READING_TOLERANT, SPAN("SEC=\nRET"), SPAN("SECRET"), 0 },
        { qp, READING_TOLERANT, SPAN("SEC= \t\r\nRET"), SPAN("SECRET"), 0 },
        { qp, READING_TOLERANT, SPAN("=e9=C3=a9"), SPAN("\351\303\251"), 0 },
        { qp, READING_TOLERANT, SPAN("a\r\nb"), SPAN("a\r\nb"), 0 },
        { qp, READING_TOLERANT, SPAN("a="), SPAN("a"), 0 },
        { qp, READING_TOLERANT, SPAN("SEC=RET"), SPAN("SEC=RET"), AMBIGUITY_QP_MALFORMED },
        { qp, READING_STRICT, SPAN("SEC=RET"), SPAN("SECRET"), AMBIGUITY_QP_MALFORMED },
        { qp, READING_TOLERANT, SPAN("100=4"), SPAN("100=4"), AMBIGUITY_QP_MALFORMED },
        { qp, READING_TOLERANT, SPAN("caf\303\251"), SPAN("caf\303\251"), 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void test_transfer_uuencode(void **state)
{
    const enum transfer_encoding uu = TRANSFER_UUENCODE;
    const struct transfer_case cases[] = {
        { uu, READING_TOLERANT, SPAN("begin 644 a.txt\n&4T5#4D54\n`\nend\n"), SPAN("SECRET"), 0 },
        { uu, READING_TOLERANT, SPAN("hello\r\nbegin 644 a.txt\r\n&4T5#4D54\r\n \r\nend\r\nbye\r\n"), SPAN("SECRET"), 0 },
        { uu, READING_TOLERANT, SPAN("begin-base64 644 a\nU0VDUkVU\n====\n"), SPAN("SECRET"), 0 },
        { uu, READING_TOLERANT, SPAN("begin 644 a.txt\n&4T5#4D54\n"), SPAN("SECRET"), AMBIGUITY_UUENCODE_MALFORMED },
        { uu, READING_TOLERANT, SPAN("no data"), SPAN("no data"), AMBIGUITY_UUENCODE_MALFORMED },
        { uu, READING_TOLERANT, SPAN("begin 644 a\n#4T5#\n~~~~\n#4D54\nend\n"), SPAN("SECRET"), AMBIGUITY_UUENCODE_MALFORMED },
        { uu, READING_STRICT, SPAN("begin 644 a\n#4T5#\n~~~~\n#4D54\nend\n"), SPAN("SEC"), AMBIGUITY_UUENCODE_MALFORMED },
        { TRANSFER_YENC, READING_TOLERANT, SPAN("=ybegin line=128 size=6 name=a b.txt\r\n}om|o~\r\n=yend size=6\r\n"), SPAN("SECRET"), 0 },
        { TRANSFER_YENC, READING_TOLERANT, SPAN("=ybegin line=128 size=1 name=a\r\n=}\r\n=yend size=1\r\n"), SPAN("\023"), 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&cases[i]);
}

static void test_transfer_find_block(void **state)
{
    struct span rest = SPAN("Dear all,\r\nbegin here\r\nbegin 644 a b.txt\r\n&4T5#4D54\r\n`\r\nend\r\nthen\r\n"
                            "=ybegin line=128 size=6 name=c.bin\r\n}om|o~\r\n=yend size=6\r\nbye\r\n");
    enum transfer_encoding encoding;
    struct span name, block;

    (void)state;
    assert_true(transfer_find_block(&rest, &encoding, &name, &block));
    assert_int_equal(encoding, TRANSFER_UUENCODE);
    assert_true(span_equals(name, SPAN("a b.txt")));
    assert_true(span_ends_with_nocase(block, SPAN("end\r\n")));
    assert_true(transfer_find_block(&rest, &encoding, &name, &block));
    assert_int_equal(encoding, TRANSFER_YENC);
    assert_true(span_equals(name, SPAN("c.bin")));
    assert_false(transfer_find_block(&rest, &encoding, &name, &block));
}

static void test_transfer_from_name(void **state)
{
    (void)state;
    assert_int_equal(transfer_from_name(SPAN(" Base64 ")), TRANSFER_BASE64);
    assert_int_equal(transfer_from_name(SPAN("")), TRANSFER_IDENTITY);
    assert_int_equal(transfer_from_name(SPAN("base65")), TRANSFER_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transfer_base64),
        cmocka_unit_test(test_transfer_base64_long),
        cmocka_unit_test(test_transfer_quoted_printable),
        cmocka_unit_test(test_transfer_uuencode),
        cmocka_unit_test(test_transfer_find_block),
        cmocka_unit_test(test_transfer_from_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
