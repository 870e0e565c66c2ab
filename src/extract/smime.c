/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Cryptographic messages (RFC 5652) by OpenSSL: what is signed is opened, with
 * the security labels of its signers (RFC 2634, 3; RFC 5035); what is enveloped
 * is told as encrypted. No signature is verified: a label is a claim either way.
 */
#include <openssl/bio.h>
#include <openssl/objects.h>
#include <openssl/pem.h>    /* before cms.h, which declares its PEM readers only then */

#include <openssl/cms.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "extract_priv.h"
#include "inflated.h"

enum { OID_WITHIN = 24, MAX_LABELS = 64, MAX_SIGNERS = 256 };

static bool is_pem(struct span bytes)
{
    return span_starts_with(bytes, SPAN("-----BEGIN PKCS7-----")) || span_starts_with(bytes, SPAN("-----BEGIN CMS-----"));
}

/* A SEQUENCE that begins with an identifier of PKCS #7 or an S/MIME content type. */
static enum recognition smime_recognise(const struct extract_input *input)
{
    struct span head = span_slice(input->bytes, 0, OID_WITHIN);

    if (is_pem(input->bytes))
        return RECOGNISE_MAGIC;
    if (head.len < 12 || head.ptr[0] != 0x30)
        return RECOGNISE_NO;
    if (span_find(head, SPAN("\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07")) < head.len ||
        span_find(head, SPAN("\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01")) < head.len)
        return RECOGNISE_MAGIC;
    return RECOGNISE_NO;
}

static CMS_ContentInfo *parse(struct span bytes)
{
    BIO *in = bytes.len > INT32_MAX ? NULL : BIO_new_mem_buf(bytes.ptr, (int)bytes.len);
    CMS_ContentInfo *cms = NULL;

    if (in != NULL)
        cms = is_pem(bytes) ? PEM_read_bio_CMS(in, NULL, NULL, NULL) : d2i_CMS_bio(in, NULL);
    BIO_free(in);
    return cms;
}

static void say_label(struct sink *sink, const unsigned char *der, size_t len)
{
    sink_property(sink, PROPERTY_LABEL_DER, SPAN("ess"), (struct span){ (const char *)der, len });
}

/* Labels under other policies: a SEQUENCE OF ESSSecurityLabel. */
static void say_equivalents(struct sink *sink, const ASN1_STRING *sequence)
{
    const unsigned char *at = ASN1_STRING_get0_data(sequence), *end = at + ASN1_STRING_length(sequence);
    long length;
    int tag, class;

    if ((ASN1_get_object(&at, &length, &tag, &class, end - at) & 0x80) != 0)
        return;
    for (int i = 0; i < MAX_LABELS && at < end; i++) {
        const unsigned char *label = at;
        if ((ASN1_get_object(&at, &length, &tag, &class, end - at) & 0x80) != 0)
            return;
        at += length;
        say_label(sink, label, (size_t)(at - label));
    }
}

static void read_attributes(struct sink *sink, CMS_SignerInfo *signer)
{
    ASN1_OBJECT *equivalent = OBJ_txt2obj("1.2.840.113549.1.9.16.2.9", 1);

    for (int i = 0; i < CMS_signed_get_attr_count(signer) && i < MAX_LABELS; i++) {
        X509_ATTRIBUTE *attribute = CMS_signed_get_attr(signer, i);
        ASN1_OBJECT *object = X509_ATTRIBUTE_get0_object(attribute);
        for (int k = 0; k < X509_ATTRIBUTE_count(attribute) && k < MAX_LABELS; k++) {
            ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(attribute, k);
            if (value->type == V_ASN1_SET && OBJ_obj2nid(object) == NID_id_smime_aa_securityLabel)
                say_label(sink, ASN1_STRING_get0_data(value->value.set), (size_t)ASN1_STRING_length(value->value.set));
            else if (value->type == V_ASN1_SEQUENCE && equivalent != NULL && OBJ_cmp(object, equivalent) == 0)
                say_equivalents(sink, value->value.sequence);
        }
    }
    ASN1_OBJECT_free(equivalent);
}

/* The subject of the signer's certificate, when it is there. */
static void say_signer(struct sink *sink, CMS_SignerInfo *signer, STACK_OF(X509) *certificates)
{
    char name[1024] = "";

    for (int i = 0; i < sk_X509_num(certificates); i++) {
        X509 *certificate = sk_X509_value(certificates, i);
        if (CMS_SignerInfo_cert_cmp(signer, certificate) == 0) {
            X509_NAME_oneline(X509_get_subject_name(certificate), name, sizeof name);
            break;
        }
    }
    sink_signature(sink, SPAN("smime"), span_of(name));
    read_attributes(sink, signer);
}

static void read_signers(CMS_ContentInfo *cms, struct sink *sink)
{
    STACK_OF(X509) *certificates = CMS_get1_certs(cms);
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);

    for (int i = 0; i < sk_CMS_SignerInfo_num(signers) && i < MAX_SIGNERS; i++)
        say_signer(sink, sk_CMS_SignerInfo_value(signers, i), certificates);
    sk_X509_pop_free(certificates, X509_free);
}

/* What is inside is a MIME entity, unless it is recognised as a file by itself. */
static void hand_over(struct sink *sink, struct span content)
{
    struct nested nested = { .bytes = content };
    struct span head = span_slice(content, 0, 16);

    if (span_starts_with_nocase(head, SPAN("Content-")) || span_starts_with_nocase(head, SPAN("MIME-Version")) ||
        span_starts_with_nocase(head, SPAN("SIO-Label")))
        nested.declared = SPAN("message/rfc822");
    if (content.len > 0)
        sink_nested(sink, &nested);
}

static bool unpack(struct sink *sink, struct span packed)
{
    struct buf out;
    bool done;

    buf_init(&out, 0);
    done = inflated_append(sink, packed, INFLATED_ZLIB, &out) > 0;
    if (!sink_spent(sink))
        hand_over(sink, buf_span(&out));
    buf_fini(&out);
    return done;
}

static enum extract_result read_content(CMS_ContentInfo *cms, struct sink *sink)
{
    int type = OBJ_obj2nid(CMS_get0_type(cms));
    ASN1_OCTET_STRING **slot;
    struct span content = { "", 0 };

    if (type == NID_pkcs7_enveloped || type == NID_id_smime_ct_authEnvelopedData || type == NID_pkcs7_encrypted ||
        type == NID_pkcs7_signedAndEnveloped) {
        sink_detected(sink, SPAN("p7m"));
        sink_uninspectable(sink, UNINSPECTABLE_ENCRYPTED, SPAN(""));
        return EXTRACT_FAILED;
    }
    slot = CMS_get0_content(cms);
    if (slot != NULL && *slot != NULL)
        content = (struct span){ (const char *)ASN1_STRING_get0_data(*slot), (size_t)ASN1_STRING_length(*slot) };
    if (type == NID_id_smime_ct_compressedData) {
        sink_detected(sink, SPAN("p7m"));
        if (unpack(sink, content))
            return EXTRACT_OK;
        sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, SPAN(""));
        return EXTRACT_PARTIAL;
    }
    if (type == NID_pkcs7_signed) {
        sink_detected(sink, content.len > 0 ? SPAN("p7m") : SPAN("p7s"));
        read_signers(cms, sink);
    } else if (type != NID_pkcs7_data && type != NID_pkcs7_digest) {
        sink_uninspectable(sink, UNINSPECTABLE_UNSUPPORTED, SPAN("cms content type"));
        return EXTRACT_FAILED;
    }
    hand_over(sink, content);
    return EXTRACT_OK;
}

static enum extract_result smime_read(const struct extract_input *input, struct sink *sink)
{
    CMS_ContentInfo *cms = parse(input->bytes);
    enum extract_result result;

    if (cms == NULL) {
        sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, SPAN(""));
        return EXTRACT_FAILED;
    }
    result = read_content(cms, sink);
    CMS_ContentInfo_free(cms);
    return result;
}

const struct extractor extract_smime = { .name = "smime", .recognise = smime_recognise, .read = smime_read };
