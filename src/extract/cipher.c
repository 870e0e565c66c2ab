/* SPDX-License-Identifier: EUPL-1.2 */
#include "cipher.h"

#include <openssl/evp.h>
#include <openssl/provider.h>

#include "base/utf8.h"

enum { SPINS_A_LOOK = 1024 };

void cipher_prepare(void)
{
    /* Naming one provider switches the default one off unless it is named too. */
    if (OSSL_PROVIDER_load(NULL, "default") != NULL)
        OSSL_PROVIDER_load(NULL, "legacy");
}

int cipher_run(const char *name, bool encrypt, bool padding, const uint8_t *key, size_t key_bytes,
               const uint8_t *iv, struct span in, uint8_t *out)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int made = 0, last = 0;
    bool done = cipher != NULL && context != NULL && in.len < INT32_MAX - 64 &&
                EVP_CipherInit_ex2(context, cipher, NULL, NULL, encrypt, NULL) == 1 &&
                EVP_CIPHER_CTX_set_key_length(context, (int)key_bytes) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, padding) == 1 &&
                EVP_CipherInit_ex2(context, NULL, key, iv, encrypt, NULL) == 1 &&
                EVP_CipherUpdate(context, out, &made, (const uint8_t *)in.ptr, (int)in.len) == 1;

    if (done && EVP_CipherFinal_ex(context, out + made, &last) == 1)
        made += last;
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return done ? made : -1;
}

bool cipher_digest(const char *name, const struct cipher_piece *pieces, size_t count, uint8_t out[CIPHER_DIGEST_MAX])
{
    EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done = md != NULL && context != NULL && EVP_DigestInit_ex2(context, md, NULL) == 1;

    for (size_t i = 0; done && i < count; i++)
        done = pieces[i].len == 0 || EVP_DigestUpdate(context, pieces[i].bytes, pieces[i].len) == 1;
    done = done && EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    EVP_MD_free(md);
    return done;
}

size_t cipher_digest_bytes(const char *name)
{
    EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
    int bytes = md == NULL ? 0 : EVP_MD_get_size(md);

    EVP_MD_free(md);
    return bytes > 0 && bytes <= CIPHER_DIGEST_MAX ? (size_t)bytes : 0;
}

bool cipher_spin(struct sink *sink, const char *name, uint32_t rounds, uint8_t hash[CIPHER_DIGEST_MAX])
{
    EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t hash_bytes = cipher_digest_bytes(name);
    bool done = md != NULL && context != NULL && hash_bytes > 0;

    for (uint32_t round = 0; done && round < rounds; round++) {
        const uint8_t number[4] = { (uint8_t)round, (uint8_t)(round >> 8), (uint8_t)(round >> 16),
                                    (uint8_t)(round >> 24) };
        done = EVP_DigestInit_ex2(context, md, NULL) == 1 && EVP_DigestUpdate(context, number, sizeof number) == 1 &&
               EVP_DigestUpdate(context, hash, hash_bytes) == 1 && EVP_DigestFinal_ex(context, hash, NULL) == 1 &&
               (round % SPINS_A_LOOK != 0 || !sink_spent(sink));
    }
    EVP_MD_CTX_free(context);
    EVP_MD_free(md);
    return done;
}

bool cipher_latin1(struct span password, struct buf *out)
{
    bool is_ascii = true;

    while (password.len > 0) {
        uint32_t rune;
        size_t octets = utf8_next(password, &rune);
        if (rune > 0xFF)
            return false;
        is_ascii = is_ascii && rune < 0x80;
        buf_append_byte(out, (char)rune);
        password = span_slice(password, octets, password.len);
    }
    return !is_ascii;
}

void cipher_utf16(struct span password, struct buf *out)
{
    while (password.len > 0) {
        uint32_t rune;
        size_t octets = utf8_next(password, &rune);
        uint32_t units[2] = { rune, 0 };
        if (rune == UTF8_INVALID)
            units[0] = (uint8_t)password.ptr[0];
        if (rune != UTF8_INVALID && rune > 0xFFFF) {
            units[0] = 0xD800 + ((rune - 0x10000) >> 10);
            units[1] = 0xDC00 + ((rune - 0x10000) & 0x3FF);
        }
        for (size_t i = 0; i < 2 && (i == 0 || units[i] != 0); i++) {
            buf_append_byte(out, (char)units[i]);
            buf_append_byte(out, (char)(units[i] >> 8));
        }
        password = span_slice(password, octets, password.len);
    }
}
