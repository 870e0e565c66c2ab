/* SPDX-License-Identifier: EUPL-1.2 */
/* Is a policy's manifest signed by an authority? CMS (RFC 5652) by OpenSSL. */
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>    /* before cms.h, which declares its PEM readers only then */

#include <openssl/cms.h>
#include <openssl/x509.h>

#include "manifest.h"

enum { PATH_BYTES = 4096, MANIFEST_BYTES = 1 << 20, SIGNATURE_BYTES = 1 << 20 };

/* POLICY.suffix, whole. -1: err. */
static int read_beside(const char *policy_path, const char *suffix, size_t limit, struct buf *out,
                       struct err *err)
{
    char path[PATH_BYTES];

    if (snprintf(path, sizeof path, "%s%s", policy_path, suffix) >= (int)sizeof path) {
        err_set(err, "%s: name too long", policy_path);
        return -1;
    }
    buf_init(out, limit);
    if (file_read_whole(path, out, err) == 0)
        return 0;
    buf_fini(out);
    return -1;
}

uint64_t manifest_version(const char *policy_path)
{
    struct err err;
    struct span date;
    struct buf text;
    uint64_t version = 0;

    if (read_beside(policy_path, ".manifest", MANIFEST_BYTES, &text, &err) != 0)
        return 0;
    if (!manifest_read_head(buf_span(&text), &version, &date))
        version = 0;
    buf_fini(&text);
    return version;
}

static void say_openssl(struct err *err, const char *what)
{
    unsigned long code = ERR_peek_last_error();
    const char *detail = NULL;
    int flags = 0;

    (void)ERR_peek_last_error_all(NULL, NULL, NULL, &detail, &flags);
    if ((flags & ERR_TXT_STRING) == 0)
        detail = NULL;
    err_set(err, "%s: %s%s%s", what, code == 0 ? "no reason given" : ERR_reason_error_string(code),
            detail == NULL ? "" : ": ", detail == NULL ? "" : detail);
    ERR_clear_error();
}

/*
 * Every certificate of the file is trusted as it stands, whether it is a person's or
 * an issuer's; what a certificate may be used for otherwise says nothing about policies.
 */
static X509_STORE *read_authorities(const char *path, struct err *err)
{
    X509_STORE *store = X509_STORE_new();
    BIO *in = BIO_new_file(path, "r");
    size_t count = 0;
    X509 *certificate;

    while (store != NULL && in != NULL &&
           (certificate = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL) {
        count += X509_STORE_add_cert(store, certificate) == 1;
        X509_free(certificate);
    }
    BIO_free(in);
    if (count > 0) {
        ERR_clear_error();  /* the end of the file is one to the PEM reader */
        X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
        X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
        return store;
    }
    say_openssl(err, "no certificate of an authority");
    err_context(err, "%s", path);
    X509_STORE_free(store);
    return NULL;
}

static CMS_ContentInfo *parse_signature(struct span octets, struct err *err)
{
    BIO *in = BIO_new_mem_buf(octets.ptr, (int)octets.len);
    CMS_ContentInfo *cms = NULL;

    if (in != NULL)
        cms = span_starts_with(octets, SPAN("-----BEGIN")) ? PEM_read_bio_CMS(in, NULL, NULL, NULL)
                                                           : d2i_CMS_bio(in, NULL);
    BIO_free(in);
    if (cms == NULL)
        say_openssl(err, "not a signature");
    return cms;
}

static void name_signer(CMS_ContentInfo *cms, char out[APPROVAL_SIGNER_BYTES])
{
    STACK_OF(X509) *signers = CMS_get0_signers(cms);
    BIO *text = BIO_new(BIO_s_mem());
    int len = 0;

    if (text != NULL && sk_X509_num(signers) > 0 &&
        X509_NAME_print_ex(text, X509_get_subject_name(sk_X509_value(signers, 0)), 0,
                           XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0)
        len = BIO_read(text, out, APPROVAL_SIGNER_BYTES - 1);
    out[len > 0 ? len : 0] = '\0';
    BIO_free(text);
    sk_X509_free(signers);
}

static int verify(struct span manifest, struct span signature, const char *authority_path,
                  char signer[APPROVAL_SIGNER_BYTES], struct err *err)
{
    X509_STORE *store = read_authorities(authority_path, err);
    CMS_ContentInfo *cms = store == NULL ? NULL : parse_signature(signature, err);
    BIO *content = cms == NULL ? NULL : BIO_new_mem_buf(manifest.ptr, (int)manifest.len);
    int status = -1;

    if (content != NULL && CMS_verify(cms, NULL, store, content, NULL, CMS_BINARY) == 1) {
        name_signer(cms, signer);
        status = 0;
    } else if (content != NULL) {
        say_openssl(err, "the signature does not hold");
    }
    BIO_free(content);
    CMS_ContentInfo_free(cms);
    X509_STORE_free(store);
    return status;
}

int bundle_approve(struct bundle *bundle, const char *policy_path, const char *authority_path,
                   struct err *err)
{
    struct approval approval = { 0 };
    struct buf manifest, signature;
    int status;

    if (read_beside(policy_path, ".manifest", MANIFEST_BYTES, &manifest, err) != 0)
        return -1;
    if (read_beside(policy_path, ".manifest.p7s", SIGNATURE_BYTES, &signature, err) != 0) {
        buf_fini(&manifest);
        return -1;
    }
    status = verify(buf_span(&manifest), buf_span(&signature), authority_path, approval.signer, err);
    if (status == 0)
        status = manifest_check(bundle, buf_span(&manifest), &approval.version, err);
    if (status == 0)
        bundle_set_approval(bundle, &approval);
    else
        err_context(err, "%s.manifest", policy_path);
    buf_fini(&signature);
    buf_fini(&manifest);
    return status;
}
