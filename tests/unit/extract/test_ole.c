/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../src/extract/mapi.h"
#include "../../../src/extract/ole2.h"
#include "seeds.h"

static void test_doc_tells_text_from_headers(void **state)
{
    static const char *const lines[] = {
        "detected doc", "[body WordDocument] Seconde ligne efficace fichier.",
        "[header WordDocument] DIFFUSION RESTREINTE", "[footer WordDocument] TRÈS SECRET pied", NULL,
    };

    (void)state;
    seeds_expect("ole2/a.doc", EXTRACT_OK, lines);
}

static void test_xls_tells_sheets_and_what_is_hidden(void **state)
{
    static const char *const lines[] = {
        "detected xls", "[name -] Cachée", "[header - sheet=1] DIFFUSION RESTREINTE & co",
        "[body - sheet=1] Cellule été", "[body - sheet=1] 日本", "[comment - sheet=1] note SECRET",
        "[hidden - sheet=2] TRÈS SECRET caché", "property document title=Titre été",
        "property custom MSIP_Label_x_Name=Confidentiel été", NULL,
    };

    (void)state;
    seeds_expect("ole2/s.xls", EXTRACT_OK, lines);
}

/* However it is cut or broken, it is said to be broken, and ends. */
static void test_ole_survives_damage(void **state)
{
    struct recorder recorder;
    struct buf bytes;

    (void)state;
    seeds_load("ole2/a.doc", &bytes);
    for (size_t len = 9; len < bytes.len; len += 97) {
        recorder_init(&recorder);
        assert_int_not_equal(recorder_read(&recorder, span_slice(buf_span(&bytes), 0, len)), EXTRACT_OK);
        assert_true(recorder_has(&recorder, "uninspectable"));
        recorder_fini(&recorder);
    }
    /* A table of sectors in which each points at itself. */
    for (size_t at = 512; at + 4 <= 1024; at += 4)
        memcpy(bytes.ptr + at, &(uint32_t){ (uint32_t)(at - 512) / 4 }, 4);
    recorder_init(&recorder);
    recorder_read(&recorder, buf_span(&bytes));
    recorder_fini(&recorder);
    buf_fini(&bytes);
}

static void test_mapi_unpacks_rtf(void **state)
{
    static const char packed[] =
        "\x2d\x00\x00\x00\x2b\x00\x00\x00\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\x00\x0a\x00\x72\x63\x70\x67\x31"
        "\x32\x35\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\x00\x20\x62\x77\x05\xb0\x6c\x64\x7d\x0a\x80\x0f\xa0";
    struct recorder recorder;
    struct buf rtf;

    (void)state;
    buf_init(&rtf, 0);
    recorder_init(&recorder);
    assert_true(mapi_unpack_rtf((struct span){ packed, sizeof packed - 1 }, &recorder.sink, &rtf));
    assert_true(span_equals(buf_span(&rtf), SPAN("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n")));
    buf_clear(&rtf);
    assert_false(mapi_unpack_rtf((struct span){ packed, 24 }, &recorder.sink, &rtf));
    recorder_fini(&recorder);
    buf_fini(&rtf);
}

/* A user-defined section with a dictionary in code page 1252. */
static void test_ole2_properties_read_custom_names(void **state)
{
    static const char set[] =
        "\xFE\xFF\0\0\0\0\0\0" "0123456789abcdef" "\1\0\0\0"
        "\x05\xD5\xCD\xD5\x9C\x2E\x1B\x10\x93\x97\x08\x00\x2B\x2C\xF9\xAE" "\x30\0\0\0"
        "\x60\0\0\0" "\3\0\0\0" "\0\0\0\0\x20\0\0\0" "\1\0\0\0\x40\0\0\0" "\2\0\0\0\x48\0\0\0"
        "\1\0\0\0" "\2\0\0\0" "\7\0\0\0" "niveau\0" "\0\0\0\0\0\0\0\0\0\0\0\0\0"
        "\2\0\0\0" "\xE4\x04\0\0"
        "\x1E\0\0\0" "\7\0\0\0" "SECR\xC9T\0" "\0";
    struct recorder recorder;

    (void)state;
    recorder_init(&recorder);
    ole2_properties((struct span){ set, sizeof set - 1 }, &recorder.sink);
    assert_true(recorder_has(&recorder, "property custom niveau=SECRÉ"));
    recorder_fini(&recorder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doc_tells_text_from_headers),
        cmocka_unit_test(test_xls_tells_sheets_and_what_is_hidden),
        cmocka_unit_test(test_ole_survives_damage),
        cmocka_unit_test(test_mapi_unpacks_rtf),
        cmocka_unit_test(test_ole2_properties_read_custom_names),
    };

    return cmocka_run_group_tests_name("ole", tests, NULL, NULL);
}
