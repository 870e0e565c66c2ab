/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "fold_rule.h"
#include "text/fold.h"
#include "text/lookalike.h"

struct fold_case {
    const char *text, *folded;
    bool disguised;
};

static const struct fold_case fold_cases[] = {
    { "Très Secret", "tres secret", false },
    { "TRE\xCC\x80S", "tres", false },
    { "SECRET\u00A0OTAN", "secret otan", false },
    { "A\u202FB\u2007C\u3000D\u1680E", "a b c d e", false },
    { "a  \t b", "a b", false },
    { "a \r\n\r\n  b\u2028c", "a\nb\nc", false },
    { " \n a", "\na", false },
    { "SEC\u00ADRET", "secret", false },
    { "SEC\u00AD\r\nRET", "sec-\nret", false },
    { "S\u200BECRET", "secret", true },
    { "\uFEFFSECRET", "secret", false },
    { "SECRET\u200B OK", "secret ok", false },
    { "SE\uFFF9CRET", "secret", true },
    { "S\u034FECRET", "secret", true },
    { "S\U000E0041ECRET", "secret", true },
    { "ＳＥＣＲＥＴ", "secret", true },
    { "𝐒𝐄𝐂𝐑𝐄𝐓", "secret", true },
    { "ⓈⒺⒸ", "sec", true },
    { "🆂🅴🅲🇷", "secr", true },
    { "ꜱᴇᴄʀᴇᴛ", "secret", true },
    { "con\uFB01dentiel re\uFB06reinte", "confidentiel restreinte", false },
    { "ЅЕСRЕТ", "secret", true },
    { "ΤΟΡ", "top", true },
    { "ᏚᎬᏟᎡᎬᎢ", "secret", true },
    { "ꓢꓰꓚꓣꓰꓔ", "secret", true },
    { "\u03F9ONFIDENTIAL", "confidential", true },
    { "CΈ", "ce", true },
    { "confıdentıal", "confidential", false },
    { "CONFİDENTİAL", "confidential", false },
    { "STRAßE FÜR", "strasse fur", false },
    { "VS–NfD VS‑NfD VS−NfD VS—NfD", "vs-nfd vs-nfd vs-nfd vs-nfd", false },
    { "A⁄∕／B", "a///b", false },
    { "TLP：RED∶RED꞉RED", "tlp:red:red:red", false },
    { "S\u0332E\u0332C", "sec", true },
    { "S\u20E3", "s", false },
    { "S\u20E3E", "se", true },
    { "« l’été »", "\" l'ete \"", false },
    { "œuvre Æsir łódź", "oeuvre aesir lodz", false },
    { "TRÃˆS DÃ©fense", "tres defense", false },
    { "l\u00E2\u20AC\u2122\u00C3\u00A9t\u00C3\u00A9", "l'ete", false },
    { "TR\\u00c8S", "tres", false },
    { "C:\\users", "c:\\users", false },
    { "기", "\u1100\u1175", false },
    { "\u1100\u1175", "\u1100\u1175", false },
    { "机密", "机密", false },
    { "\xC8\xFF", "\xC8\xFF", false },
    { "", "", false },
};

static void test_fold_examples(void **state)
{
    struct fold fold;

    (void)state;
    fold_init(&fold);
    for (size_t i = 0; i < sizeof fold_cases / sizeof fold_cases[0]; i++) {
        const struct fold_case *c = &fold_cases[i];

        assert_true(fold_text(&fold, span_of(c->text), FOLD_LOOKALIKES));
        if (!span_equals(buf_span(&fold.text), span_of(c->folded)) ||
            (fold.disguise_count > 0) != c->disguised)
            fail_msg("\"%s\": got \"%.*s\"%s, want \"%s\"%s", c->text,
                     SPAN_ARG(buf_span(&fold.text)), fold.disguise_count > 0 ? " disguised" : "",
                     c->folded, c->disguised ? " disguised" : "");
    }
    fold_fini(&fold);
}

/* Russian stays Russian in both cases of its letters, and no Latin word comes out of it. */
static void test_fold_keeps_scripts(void **state)
{
    struct fold upper, lower;

    (void)state;
    fold_init(&upper);
    fold_init(&lower);
    assert_true(fold_text(&upper, SPAN("СЕКРЕТНО"), FOLD_KEEP_SCRIPTS));
    assert_true(fold_text(&lower, SPAN("секретно"), FOLD_KEEP_SCRIPTS));
    assert_true(span_equals(buf_span(&upper.text), buf_span(&lower.text)));
    assert_true(upper.has_lookalikes);
    assert_true(fold_text(&lower, SPAN("секрет"), FOLD_LOOKALIKES));
    assert_false(span_equals(buf_span(&lower.text), SPAN("secret")));
    fold_fini(&upper);
    fold_fini(&lower);
}

static void test_fold_maps_back(void **state)
{
    struct span text = SPAN("é  SEC\u200BRET \uFB01n");
    struct fold fold;

    (void)state;
    fold_init(&fold);
    assert_true(fold_text(&fold, text, FOLD_LOOKALIKES));
    assert_true(span_equals(buf_span(&fold.text), SPAN("e secret fin")));
    assert_int_equal(fold_origin(&fold, 0), 0);
    assert_int_equal(fold_origin(&fold, 1), 2);
    assert_int_equal(fold_origin(&fold, 2), 4);
    assert_int_equal(fold_origin(&fold, 5), 10);
    assert_int_equal(fold_origin(&fold, 9), 14);
    assert_int_equal(fold_origin(&fold, 10), 14);
    assert_int_equal(fold_origin(&fold, 11), 17);
    assert_int_equal(fold_origin(&fold, 12), text.len);
    assert_true(fold_has_disguise(&fold, 2, 8));
    assert_true(fold_has_disguise(&fold, 5, 6));
    assert_false(fold_has_disguise(&fold, 2, 5));
    assert_false(fold_has_disguise(&fold, 6, 12));
    fold_fini(&fold);
}

/* Every code point: the compact table and the loops around it give what the rule says. */
static void test_fold_equals_rule(void **state)
{
    struct fold_rule *rule = fold_rule_new();
    struct fold fold;
    struct buf source;

    (void)state;
    assert_non_null(rule);
    fold_init(&fold);
    buf_init(&source, 0);
    for (uint32_t rune = 1; rune <= 0x10FFFF; rune++) {
        for (int keep = 0; keep <= 1; keep++) {
            char want[FOLD_RULE_BYTES];
            size_t want_len;
            unsigned flags = fold_rule_apply(rule, rune, keep == 1, want, &want_len);
            bool hangul = rune >= 0xAC00 && rune <= 0xD7A3;

            if (rune >= 0xD800 && rune <= 0xDFFF)
                continue;
            buf_clear(&source);
            buf_append_rune(&source, rune);
            assert_true(fold_text(&fold, buf_span(&source),
                                  keep == 1 ? FOLD_KEEP_SCRIPTS : FOLD_LOOKALIKES));
            if ((flags & (FOLD_SPACE | FOLD_NEWLINE)) != 0)
                want[0] = (flags & FOLD_SPACE) != 0 ? ' ' : '\n', want_len = 1;
            if (!span_equals(buf_span(&fold.text), (struct span){ want, want_len }))
                fail_msg("U+%04X%s: got \"%.*s\", want \"%.*s\"", rune, keep ? " kept" : "",
                         SPAN_ARG(buf_span(&fold.text)), (int)want_len, want);
            if (hangul)
                break;
        }
    }
    buf_fini(&source);
    fold_fini(&fold);
    fold_rule_free(&rule);
}

static void test_lookalike_labels(void **state)
{
    (void)state;
    assert_true(lookalike_is_suspicious(SPAN("\u0430pple")));       /* Cyrillic a */
    assert_true(lookalike_is_suspicious(SPAN("\u0435\u0445\u0440\u0435\u0441")));
    assert_true(lookalike_is_suspicious(SPAN("g\u03BFuv")));        /* Greek omicron */
    assert_true(lookalike_is_suspicious(SPAN("defen\u200Bse")));
    assert_true(lookalike_is_suspicious(SPAN("\u0261ouv")));        /* Latin script g */
    assert_false(lookalike_is_suspicious(SPAN("défense")));
    assert_false(lookalike_is_suspicious(SPAN("gouv")));
    assert_false(lookalike_is_suspicious(SPAN("münchen")));
    assert_false(lookalike_is_suspicious(SPAN("правительство")));
    assert_false(lookalike_is_suspicious(SPAN("机密")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold_examples),    cmocka_unit_test(test_fold_keeps_scripts),
        cmocka_unit_test(test_fold_maps_back),   cmocka_unit_test(test_fold_equals_rule),
        cmocka_unit_test(test_lookalike_labels),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
