/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "recorder.h"

/* SET { INTEGER 2, OBJECT 1.3.26.1.3.1 }: RESTRICTED under the policy of NATO. */
static const unsigned char label[] = { 0x31, 0x0A, 0x02, 0x01, 0x02, 0x06, 0x05, 0x2B, 0x1A, 0x01, 0x03, 0x01 };

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);

    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"Jean", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

/* A signed message with a label, or the same content enveloped. */
static void make_cms(struct buf *out, bool enveloped)
{
    static const char entity[] = "Content-Type: text/plain\r\n\r\nSECRET\r\n";
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *certificate = make_certificate(key);
    BIO *in = BIO_new_mem_buf(entity, -1), *made = BIO_new(BIO_s_mem());
    CMS_ContentInfo *cms;
    char *bytes;
    long len;

    if (enveloped) {
        STACK_OF(X509) *to = sk_X509_new_null();
        sk_X509_push(to, certificate);
        cms = CMS_encrypt(to, in, EVP_aes_128_cbc(), CMS_BINARY);
        sk_X509_free(to);
    } else {
        CMS_SignerInfo *signer;
        cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL);
        signer = CMS_add1_signer(cms, certificate, key, EVP_sha256(), CMS_BINARY);
        assert_int_equal(CMS_signed_add1_attr_by_NID(signer, NID_id_smime_aa_securityLabel, V_ASN1_SET, label,
                                                     sizeof label), 1);
        assert_int_equal(CMS_final(cms, in, NULL, CMS_BINARY), 1);
    }
    assert_int_equal(i2d_CMS_bio(made, cms), 1);
    len = BIO_get_mem_data(made, &bytes);
    buf_append(out, (struct span){ bytes, (size_t)len });
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    BIO_free(made);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static void test_smime_opens_what_is_signed(void **state)
{
    struct recorder recorder;
    struct buf cms;

    (void)state;
    buf_init(&cms, 0);
    make_cms(&cms, false);
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, buf_span(&cms)), EXTRACT_OK);
    assert_true(recorder_has_line(&recorder, "detected p7m"));
    assert_true(recorder_has_line(&recorder, "signature smime /CN=Jean"));
    assert_true(recorder_has_line(&recorder, "nested  36"));
    assert_true(recorder_has(&recorder, "property label-der ess=1\n"));
    recorder_fini(&recorder);
    buf_fini(&cms);
}

static void test_smime_tells_what_is_enveloped(void **state)
{
    struct recorder recorder;
    struct buf cms;

    (void)state;
    buf_init(&cms, 0);
    make_cms(&cms, true);
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, buf_span(&cms)), EXTRACT_FAILED);
    assert_true(recorder_has_line(&recorder, "uninspectable encrypted "));
    recorder_fini(&recorder);

    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, span_slice(buf_span(&cms), 0, 100)), EXTRACT_FAILED);
    assert_true(recorder_has_line(&recorder, "uninspectable damaged "));
    recorder_fini(&recorder);
    buf_fini(&cms);
}

struct sealed_case {
    struct span bytes;
    const char *name;
    const char *line;
};

static void test_sealed_things_are_told_by_name(void **state)
{
    const struct sealed_case cases[] = {
        { SPAN("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- -- \nSECRET\n-----BEGIN PGP SIGNATURE-----\n"
               "abcd\n-----END PGP SIGNATURE-----\n"), "", "[body -] SECRET" },
        { SPAN("-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n"), "", "signature pgp " },
        { SPAN("Bonjour\n-----BEGIN PGP MESSAGE-----\n\njA0ECQMCYWFhYWFhYWFg0gUBYWFhYQ==\n-----END PGP MESSAGE-----\n"), "", "[body -] Bonjour" },
        { SPAN("Bonjour\n-----BEGIN PGP MESSAGE-----\n\njA0ECQMCYWFhYWFhYWFg0gUBYWFhYQ==\n-----END PGP MESSAGE-----\n"), "",
          "uninspectable encrypted pgp message" },
        { SPAN("\x8C\x0D\x04\x09\x03\x02" "aaaaaaaaa\xD2\x05\x01" "aaaa"), "", "uninspectable encrypted pgp message" },
        { SPAN("-----BEGIN PGP MESSAGE-----\n\nabcd\n-----END PGP MESSAGE-----\n"), "", "uninspectable damaged pgp message" },
        { SPAN("-----BEGIN PGP MESSAGE-----\nVersion: 1\n-----END PGP MESSAGE-----\n"), "",
          "uninspectable damaged pgp armour" },
        { SPAN("\xCB\x0D" "b\1n....SECRET"), "", "nested n 6" },
        { SPAN("\x76\xE8\x04\x60\xC4\x11\xE3\x86....."), "", "uninspectable encrypted rpmsg" },
        { SPAN("\x01\x02\x03\x04"), "plan.zed", "uninspectable encrypted by its name" },
        { SPAN("SQLite format 3\0...."), "", "uninspectable unsupported sqlite" },
        { SPAN("\x7F" "ELF\2\1\1"), "", "active" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct extract_input input = { .bytes = cases[i].bytes, .name = span_of(cases[i].name) };
        struct recorder recorder;
        recorder_init(&recorder);
        recorder_read_input(&recorder, &input);
        if (!recorder_has_line(&recorder, cases[i].line)) {
            print_error("case %zu: want: %s\n got: %s", i, cases[i].line, recorder.log.ptr);
            fail();
        }
        recorder_fini(&recorder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_smime_opens_what_is_signed),
        cmocka_unit_test(test_smime_tells_what_is_enveloped),
        cmocka_unit_test(test_sealed_things_are_told_by_name),
    };

    return cmocka_run_group_tests_name("sealed", tests, NULL, NULL);
}
