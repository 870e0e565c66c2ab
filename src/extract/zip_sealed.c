/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zlib.h>

#include "cipher.h"
#include "extract/zip_layout.h"
#include "zip_methods.h"

enum {
    EXTRA_AES = 0x9901, EXTRA_AES_BYTES = 7, AES_ROUNDS = 1000, AES_CHECK_BYTES = 2, AES_CODE_BYTES = 10, AES_KEY_MAX = 32,
    AES_CHUNK_BYTES = 4096, OLD_HEADER_BYTES = 12, LOCAL_TIME_AT = 10, CENTRAL_TIME_AT = 12
};

/* Extra field of that number in the local header, else in the central one. */
static struct span find_extra(const struct zip_member *member, uint16_t sought)
{
    struct span extras[2] = {
        span_slice(member->local_header, ZIP_LOCAL_BYTES + (size_t)zip_u16(member->local_header, 26),
                   member->local_header.len),
        span_slice(member->central_header, ZIP_CENTRAL_BYTES + (size_t)zip_u16(member->central_header, 28),
                   ZIP_CENTRAL_BYTES + (size_t)zip_u16(member->central_header, 28) +
                       zip_u16(member->central_header, 30)),
    };

    for (size_t i = 0; i < 2; i++)
        for (struct span rest = extras[i]; rest.len >= 4;) {
            size_t bytes = zip_u16(rest, 2);
            if (zip_u16(rest, 0) == sought)
                return span_slice(rest, 4, 4 + bytes);
            rest = span_slice(rest, 4 + bytes, rest.len);
        }
    return (struct span){ NULL, 0 };
}

/* AES in counter mode, the counter little-endian and from 1: made of single blocks. */
static bool run_counter(const char *cipher, const uint8_t *key, size_t key_bytes, struct span in, char *out)
{
    uint8_t stream[AES_CHUNK_BYTES + CIPHER_BLOCK_MAX];
    uint64_t counter = 1;

    for (size_t at = 0; at < in.len; at += AES_CHUNK_BYTES) {
        memset(stream, 0, AES_CHUNK_BYTES);
        for (size_t block = 0; block < AES_CHUNK_BYTES; block += CIPHER_BLOCK_MAX, counter++)
            for (size_t i = 0; i < sizeof counter; i++)
                stream[block + i] = (uint8_t)(counter >> (8 * i));
        if (cipher_run(cipher, true, false, key, key_bytes, NULL, (struct span){ (char *)stream, AES_CHUNK_BYTES },
                       stream) != AES_CHUNK_BYTES)
            return false;
        for (size_t i = 0; i < AES_CHUNK_BYTES && at + i < in.len; i++)
            out[at + i] = (char)((uint8_t)in.ptr[at + i] ^ stream[i]);
    }
    return true;
}

/* Salt, two octets to check the password by, the sealed octets, and their authentication code. */
static bool unseal_aes(const struct zip_member *member, struct span password, struct span extra, struct buf *packed)
{
    static const char *const ciphers[] = { "AES-128-ECB", "AES-192-ECB", "AES-256-ECB" };
    size_t strength = extra.len >= EXTRA_AES_BYTES ? (uint8_t)extra.ptr[4] : 0;
    size_t key_bytes = 8 + 8 * strength, salt_bytes = 4 + 4 * strength, front = salt_bytes + AES_CHECK_BYTES;
    uint8_t keys[2 * AES_KEY_MAX + AES_CHECK_BYTES], code[EVP_MAX_MD_SIZE];
    struct span data = member->data, sealed;
    char *room;

    if (strength < 1 || strength > 3 || data.len < front + AES_CODE_BYTES)
        return false;
    sealed = span_slice(data, front, data.len - AES_CODE_BYTES);
    if (PKCS5_PBKDF2_HMAC_SHA1(password.ptr, (int)password.len, (const uint8_t *)data.ptr, (int)salt_bytes, AES_ROUNDS,
                               (int)(2 * key_bytes + AES_CHECK_BYTES), keys) != 1 ||
        memcmp(keys + 2 * key_bytes, data.ptr + salt_bytes, AES_CHECK_BYTES) != 0 ||
        HMAC(EVP_sha1(), keys + key_bytes, (int)key_bytes, (const uint8_t *)sealed.ptr, sealed.len, code, NULL) == NULL ||
        memcmp(code, data.ptr + data.len - AES_CODE_BYTES, AES_CODE_BYTES) != 0)
        return false;
    room = buf_reserve(packed, sealed.len);
    if (room == NULL || !run_counter(ciphers[strength - 1], keys, key_bytes, sealed, room))
        return false;
    packed->len += sealed.len;
    return true;
}

/* The three words the old cipher goes by (6.1.5). */
struct old_keys {
    uint32_t word[3];
};

static void turn(struct old_keys *keys, uint8_t octet)
{
    const z_crc_t *table = get_crc_table();

    keys->word[0] = (uint32_t)table[(keys->word[0] ^ octet) & 0xFF] ^ keys->word[0] >> 8;
    keys->word[1] = (keys->word[1] + (keys->word[0] & 0xFF)) * 134775813U + 1;
    keys->word[2] = (uint32_t)table[(keys->word[2] ^ keys->word[1] >> 24) & 0xFF] ^ keys->word[2] >> 8;
}

static uint8_t open_octet(struct old_keys *keys, uint8_t sealed)
{
    uint32_t mixed = (keys->word[2] & 0xFFFF) | 2;
    uint8_t octet = (uint8_t)(sealed ^ (mixed * (mixed ^ 1)) >> 8);

    turn(keys, octet);
    return octet;
}

/* The last octet of the front is one of the sum, or of the time where the sum was not known yet. */
static bool is_old_check(const struct zip_member *member, uint8_t check)
{
    uint8_t time = member->local_header.len > 0 ? (uint8_t)(zip_u16(member->local_header, LOCAL_TIME_AT) >> 8)
                                                : (uint8_t)(zip_u16(member->central_header, CENTRAL_TIME_AT) >> 8);

    return check == (uint8_t)(member->crc >> 24) || check == time;
}

static bool unseal_old(const struct zip_member *member, struct span password, struct buf *packed)
{
    struct old_keys keys = { { 0x12345678, 0x23456789, 0x34567890 } };
    uint8_t check = 0;
    char *room;

    if (member->data.len < OLD_HEADER_BYTES)
        return false;
    for (size_t i = 0; i < password.len; i++)
        turn(&keys, (uint8_t)password.ptr[i]);
    for (size_t i = 0; i < OLD_HEADER_BYTES; i++)
        check = open_octet(&keys, (uint8_t)member->data.ptr[i]);
    if (!is_old_check(member, check) || (room = buf_reserve(packed, member->data.len)) == NULL)
        return false;
    for (size_t i = OLD_HEADER_BYTES; i < member->data.len; i++)
        *room++ = (char)open_octet(&keys, (uint8_t)member->data.ptr[i]);
    packed->len += member->data.len - OLD_HEADER_BYTES;
    return true;
}

bool zip_unseal(const struct zip_member *member, struct span password, struct buf *packed,
                struct zip_member *plain_out)
{
    bool is_aes = member->method == ZIP_METHOD_AES;
    struct span extra = find_extra(member, EXTRA_AES);

    buf_clear(packed);
    if (is_aes ? !unseal_aes(member, password, extra, packed) : !unseal_old(member, password, packed))
        return false;
    *plain_out = *member;
    plain_out->data = buf_span(packed);
    plain_out->flags &= (uint16_t)~ZIP_FLAG_ENCRYPTED;
    if (is_aes)
        plain_out->method = zip_u16(extra, 5);
    return true;
}
