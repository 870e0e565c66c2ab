/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Does an S/MIME signature hold, by a certificate under an authority of the plan?
 * The rest of a signature, who it says signed, is read by extract/smime.c: a claim.
 */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>    /* before cms.h, which declares its PEM readers only then */

#include <openssl/cms.h>
#include <openssl/x509.h>

#include "scan_priv.h"

static X509_STORE *store_of(const struct span_list *authorities)
{
    X509_STORE *store = X509_STORE_new();

    for (size_t i = 0; store != NULL && i < authorities->count; i++) {
        const unsigned char *der = (const unsigned char *)authorities->items[i].ptr;
        X509 *certificate = d2i_X509(NULL, &der, (long)authorities->items[i].len);
        if (certificate != NULL)
            X509_STORE_add_cert(store, certificate);
        X509_free(certificate);
    }
    if (store != NULL)
        X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    return store;
}

static CMS_ContentInfo *parse(struct span octets)
{
    BIO *in = octets.len > INT32_MAX ? NULL : BIO_new_mem_buf(octets.ptr, (int)octets.len);
    CMS_ContentInfo *cms = NULL;

    if (in != NULL)
        cms = span_starts_with(octets, SPAN("-----BEGIN")) ? PEM_read_bio_CMS(in, NULL, NULL, NULL)
                                                           : d2i_CMS_bio(in, NULL);
    BIO_free(in);
    return cms;
}

static bool verify(const struct span_list *authorities, struct span octets, struct span content)
{
    CMS_ContentInfo *cms = parse(octets);
    X509_STORE *store = cms == NULL ? NULL : store_of(authorities);
    BIO *detached = NULL;
    bool holds = false;

    /* Without content the signature must hold its own, else it would be one over nothing. */
    if (content.ptr != NULL && content.len <= INT32_MAX)
        detached = BIO_new_mem_buf(content.ptr, (int)content.len);
    if (store != NULL && (detached != NULL) == (CMS_is_detached(cms) == 1))
        holds = CMS_verify(cms, NULL, store, detached, NULL, CMS_BINARY) == 1;
    ERR_clear_error();
    BIO_free(detached);
    X509_STORE_free(store);
    CMS_ContentInfo_free(cms);
    return holds;
}

/* As it was signed, each line ended by CR LF (RFC 8551, 3.1.1), whatever it was stored with. */
static void canonical(struct span content, struct buf *out)
{
    for (size_t at = 0; at < content.len;) {
        size_t end = at + span_find_byte(span_slice(content, at, content.len), '\n');
        buf_append(out, span_slice(content, at, end));
        if (end < content.len && (end == at || content.ptr[end - 1] != '\r'))
            buf_append_byte(out, '\r');
        if (end < content.len)
            buf_append_byte(out, '\n');
        at = end + 1;
    }
}

bool signature_holds(struct scan *scan, struct span octets, struct span content)
{
    const struct span_list *authorities = &scan->plan->authorities;
    struct buf lines;
    bool holds;

    if (authorities->count == 0 || budget_is_spent(&scan->budget) ||
        !budget_spend(&scan->budget, content.len))
        return false;
    if (content.ptr == NULL || verify(authorities, octets, content))
        return content.ptr != NULL || verify(authorities, octets, content);
    buf_init(&lines, scan->plan->limits.expanded_bytes);
    canonical(content, &lines);
    holds = !lines.failed && lines.len != content.len && verify(authorities, octets, buf_span(&lines));
    buf_fini(&lines);
    return holds;
}
