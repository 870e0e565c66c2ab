/* SPDX-License-Identifier: EUPL-1.2 */
#include "odf_sealed.h"

#include <string.h>

#include <openssl/evp.h>

#include "cipher.h"
#include "extract/zip_layout.h"

/* More rounds than any program writes are an attempt to keep us busy: one derivation is not interrupted. */
enum { ROUNDS_MAX = 1000000, CHECKED_BYTES = 1024, KEY_MAX = 32 };

/* The name of an algorithm, by what is in it: a bare word before version 1.2, since then the end of an address. */
static const char *name_in(struct xml *xml, const char *attribute, const char *const (*names)[2], size_t count)
{
    struct span text;

    for (size_t i = 0; xml_attribute(xml, attribute, &text) && i < count; i++)
        if (span_find_nocase(text, span_of(names[i][0])) < text.len)
            return names[i][1];
    return NULL;
}

void odf_seal_read(struct odf_seal *seal, struct xml *xml)
{
    static const char *const digests[][2] = { { "sha256", "SHA256" }, { "sha1", "SHA1" } };
    static const char *const ciphers[][2] = { { "aes256-cbc", "AES-256-CBC" }, { "aes192-cbc", "AES-192-CBC" },
                                              { "aes128-cbc", "AES-128-CBC" }, { "blowfish", "BF-CFB" } };
    static const char *const derivations[][2] = { { "pbkdf2", "PBKDF2" } };

    if (span_equals(xml->local, SPAN("encryption-data"))) {
        *seal = (struct odf_seal){ .start_digest = "SHA1",
                                   .check_digest = name_in(xml, "checksum-type", digests, 2) };
        seal_read_octets(xml, "checksum", &seal->checksum);
    } else if (span_equals(xml->local, SPAN("algorithm"))) {
        seal->cipher = name_in(xml, "algorithm-name", ciphers, 4);
        seal_read_octets(xml, "initialisation-vector", &seal->vector);
    } else if (span_equals(xml->local, SPAN("start-key-generation"))) {
        seal->start_digest = name_in(xml, "start-key-generation-name", digests, 2);
    } else if (span_equals(xml->local, SPAN("key-derivation")) &&
               name_in(xml, "key-derivation-name", derivations, 1) != NULL) {
        seal->rounds = seal_read_number(xml, "iteration-count", 0);
        seal->key_bytes = (size_t)(seal_read_number(xml, "key-size", 16) % (KEY_MAX + 1));
        seal_read_octets(xml, "salt", &seal->salt);
    }
}

static bool is_known(const struct odf_seal *seal)
{
    bool is_chained = seal->cipher != NULL && span_find(span_of(seal->cipher), SPAN("CBC")) < strlen(seal->cipher);

    return seal->cipher != NULL && seal->start_digest != NULL && seal->check_digest != NULL && seal->key_bytes >= 5 &&
           seal->salt.len > 0 && seal->rounds > 0 && seal->rounds <= ROUNDS_MAX &&
           seal->checksum.len == cipher_digest_bytes(seal->check_digest) && seal->vector.len == (is_chained ? 16 : 8);
}

/* Decrypt into out; the filling at its end is left out. Returns the octets, or 0. */
static size_t decrypt(const struct odf_seal *seal, struct span sealed, struct span password, uint8_t *out)
{
    const struct cipher_piece secret = { password.ptr, password.len };
    uint8_t start[CIPHER_DIGEST_MAX], key[KEY_MAX];
    int made;

    if (!cipher_digest(seal->start_digest, &secret, 1, start) ||
        PKCS5_PBKDF2_HMAC_SHA1((const char *)start, (int)cipher_digest_bytes(seal->start_digest), seal->salt.bytes,
                               (int)seal->salt.len, (int)seal->rounds, (int)seal->key_bytes, key) != 1)
        return 0;
    made = cipher_run(seal->cipher, false, false, key, seal->key_bytes, seal->vector.bytes, sealed, out);
    if (made <= 0)
        return 0;
    if (seal->vector.len == CIPHER_BLOCK_MAX && out[made - 1] >= 1 && out[made - 1] <= CIPHER_BLOCK_MAX)
        made -= out[made - 1];
    return (size_t)made;
}

/* The sum is over the first octets as they were packed. */
static bool is_right(const struct odf_seal *seal, const uint8_t *packed, size_t len)
{
    const struct cipher_piece head = { packed, len < CHECKED_BYTES ? len : CHECKED_BYTES };
    uint8_t sum[CIPHER_DIGEST_MAX];

    return len > 0 && cipher_digest(seal->check_digest, &head, 1, sum) &&
           memcmp(sum, seal->checksum.bytes, seal->checksum.len) == 0;
}

static void replace_content(struct zip_member *entry, const uint8_t *packed, size_t len)
{
    entry->data = (struct span){ (const char *)packed, len };
    entry->method = ZIP_METHOD_DEFLATED;
    entry->flags &= (uint16_t)~ZIP_FLAG_ENCRYPTED;
    entry->size_known = false;      /* its headers speak of the sealed octets */
}

bool odf_seal_open(const struct odf_seal *seal, struct package *package, struct zip_member *entry,
                   struct span *password)
{
    struct sink *sink = package->sink;
    struct span tried = *password;
    uint8_t *room;

    if (!is_known(seal) || entry->method != ZIP_METHOD_STORED || !sink_spend(sink, entry->data.len) ||
        (room = arena_alloc(package->zip.arena, entry->data.len + CIPHER_BLOCK_MAX)) == NULL)
        return false;
    for (size_t i = 0; !sink_spent(sink) && (password->len > 0 || (tried = sink_password(sink, i)).len > 0); i++) {
        size_t len = decrypt(seal, entry->data, tried, room);
        if (is_right(seal, room, len)) {
            replace_content(entry, room, len);
            *password = tried;
            return true;
        }
        if (password->len > 0)
            return false;
    }
    return false;
}
