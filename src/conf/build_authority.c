/* SPDX-License-Identifier: EUPL-1.2 */
/* Certificates under which a signature is approved: PEM in the policy's files, DER for the scanners. */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "conf_priv.h"

static void add(struct build *build, X509 *certificate, struct place place)
{
    struct span_list *list = &build->policy->plan.authorities;
    unsigned char *der = NULL;
    int len = i2d_X509(certificate, &der);
    struct span *items =
        arena_grow(build->arena, list->items, list->count, &list->capacity, sizeof *items);

    if (items != NULL)
        list->items = items;
    if (len > 0 && len <= PLAN_AUTHORITY_BYTES && list->count < PLAN_MAX_AUTHORITIES && items != NULL)
        items[list->count++] = arena_copy(build->arena, (struct span){ (const char *)der, (size_t)len });
    else
        diagnose_error(build->d, place, "authorities: more than %d certificates, or one above %d octets",
                       PLAN_MAX_AUTHORITIES, PLAN_AUTHORITY_BYTES);
    OPENSSL_free(der);
}

static void read_file(struct build *build, const struct bundle_file *file, struct place place)
{
    BIO *in = BIO_new_mem_buf(file->content.ptr, (int)file->content.len);
    size_t count = 0;
    X509 *certificate;

    while (in != NULL && (certificate = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL) {
        add(build, certificate, place);
        X509_free(certificate);
        count++;
    }
    ERR_clear_error();
    BIO_free(in);
    if (count == 0)
        diagnose_error(build->d, place, "authorities: %.*s holds no certificate (PEM)", SPAN_ARG(file->name));
}

void build_authorities(struct build *build)
{
    const struct outline_setting *setting = outline_setting(build->outline, "authorities");

    for (size_t i = 0; setting != NULL && i < setting->value_count; i++) {
        const struct outline_value *value = &setting->values[i];
        struct span path = bundle_resolve(build->arena, value->place.file, value->text);
        const struct bundle_file *file = bundle_find(build->bundle, path);
        if (file == NULL || file->missing)
            diagnose_error(build->d, value->place, "authorities: cannot read %.*s: %.*s", SPAN_ARG(path),
                           SPAN_ARG(file == NULL ? SPAN("too many files") : file->content));
        else
            read_file(build, file, value->place);
    }
}
