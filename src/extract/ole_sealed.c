/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Office Open XML behind a password ([MS-OFFCRYPTO] 2.3): "EncryptionInfo" says
 * how, "EncryptedPackage" is the document. Standard (AES in ECB, SHA-1) and agile
 * (AES in CBC, any digest of OpenSSL) are opened; extensible encryption, rights
 * management, certificates and other ciphers are told as encrypted.
 */
#include <string.h>

#include "cipher.h"
#include "le.h"
#include "ole_priv.h"
#include "seal_terms.h"

enum {
    KEY_MAX = 32, SEGMENT_BYTES = 4096, SIZE_BYTES = 8, STANDARD_SPINS = 50000, HEADER_AT = 12,
    ALGORITHM_AES128 = 0x660E, ALGORITHM_AES192 = 0x660F, ALGORITHM_AES256 = 0x6610, SHA1_BYTES = 20
};

/* One <keyData> or <encryptedKey>. */
struct scheme {
    const char *digest;         /* NULL: not one we know */
    const char *cipher;
    size_t key_bytes;
    uint32_t spins;
    struct seal_octets salt;
};

struct agile {
    struct scheme data, password;
    struct seal_octets verifier, verifier_hash, key;
};

static struct span span_over(const uint8_t *bytes, size_t len)
{
    return (struct span){ (const char *)bytes, len };
}

static const char *cipher_name(size_t key_bytes, bool is_chained)
{
    switch (key_bytes) {
    case 16: return is_chained ? "AES-128-CBC" : "AES-128-ECB";
    case 24: return is_chained ? "AES-192-CBC" : "AES-192-ECB";
    case 32: return is_chained ? "AES-256-CBC" : "AES-256-ECB";
    }
    return NULL;
}

static void read_scheme(struct xml *xml, struct scheme *scheme)
{
    static const struct { const char *theirs, *ours; } digests[] = {
        { "SHA1", "SHA1" }, { "SHA-1", "SHA1" }, { "SHA256", "SHA256" }, { "SHA384", "SHA384" }, { "SHA512", "SHA512" },
        { "MD5", "MD5" },
    };
    struct span value;

    *scheme = (struct scheme){ .key_bytes = (size_t)(seal_read_number(xml, "keyBits", 0) / 8 % (KEY_MAX + 1)) };
    xml_attribute(xml, "hashAlgorithm", &value);
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++)
        if (span_equals_nocase(value, span_of(digests[i].theirs)))
            scheme->digest = digests[i].ours;
    if (xml_attribute(xml, "cipherAlgorithm", &value) && span_equals_nocase(value, SPAN("AES")) &&
        xml_attribute(xml, "cipherChaining", &value) && span_equals_nocase(value, SPAN("ChainingModeCBC")))
        scheme->cipher = cipher_name(scheme->key_bytes, true);
    scheme->spins = (uint32_t)(seal_read_number(xml, "spinCount", 0) % UINT32_MAX);
    seal_read_octets(xml, "saltValue", &scheme->salt);
}

static bool is_complete(const struct scheme *scheme)
{
    return scheme->digest != NULL && scheme->cipher != NULL && scheme->salt.len > 0;
}

static bool read_agile(struct span text, struct agile *agile)
{
    struct xml xml;
    enum xml_kind kind;

    *agile = (struct agile){ .key.len = 0 };
    xml_init(&xml, text);
    while ((kind = xml_next(&xml)) != XML_END_OF_INPUT) {
        if (kind == XML_START && span_equals(xml.local, SPAN("keyData"))) {
            read_scheme(&xml, &agile->data);
        } else if (kind == XML_START && span_equals(xml.local, SPAN("encryptedKey"))) {
            read_scheme(&xml, &agile->password);
            seal_read_octets(&xml, "encryptedVerifierHashInput", &agile->verifier);
            seal_read_octets(&xml, "encryptedVerifierHashValue", &agile->verifier_hash);
            seal_read_octets(&xml, "encryptedKeyValue", &agile->key);
        }
    }
    xml_fini(&xml);
    return is_complete(&agile->data) && is_complete(&agile->password) && agile->verifier.len % 16 == 0 &&
           agile->verifier_hash.len % 16 == 0 && agile->key.len % 16 == 0 && agile->verifier.len > 0 &&
           agile->verifier_hash.len >= cipher_digest_bytes(agile->password.digest) &&
           agile->key.len >= agile->data.key_bytes;
}

/* The digest cut, or filled up with 0x36, to the octets wanted (2.3.4.11, 2.3.4.12). */
static void fit(const uint8_t *hash, size_t hash_bytes, uint8_t *out, size_t want)
{
    memset(out, 0x36, want);
    memcpy(out, hash, hash_bytes < want ? hash_bytes : want);
}

/* Open one of the three values that the password seals, each under a key of its own. */
static bool open_value(const struct scheme *scheme, const uint8_t *stretched, const char purpose[8],
                       const struct seal_octets *sealed, uint8_t out[SEAL_OCTETS_MAX + CIPHER_BLOCK_MAX])
{
    size_t hash_bytes = cipher_digest_bytes(scheme->digest);
    const struct cipher_piece pieces[] = { { stretched, hash_bytes }, { purpose, 8 } };
    uint8_t hash[CIPHER_DIGEST_MAX], key[KEY_MAX], iv[CIPHER_BLOCK_MAX];

    if (!cipher_digest(scheme->digest, pieces, 2, hash))
        return false;
    fit(hash, hash_bytes, key, scheme->key_bytes);
    fit(scheme->salt.bytes, scheme->salt.len, iv, sizeof iv);
    return cipher_run(scheme->cipher, false, false, key, scheme->key_bytes, iv,
                      span_over(sealed->bytes, sealed->len), out) == (int)sealed->len;
}

/* Does the password open the verifier? Then it opens the key as well. */
static bool try_agile(const struct agile *agile, struct span utf16, struct sink *sink,
                      uint8_t key_out[SEAL_OCTETS_MAX + CIPHER_BLOCK_MAX])
{
    const struct scheme *scheme = &agile->password;
    const struct cipher_piece pieces[] = { { scheme->salt.bytes, scheme->salt.len }, { utf16.ptr, utf16.len } };
    uint8_t stretched[CIPHER_DIGEST_MAX], hash[CIPHER_DIGEST_MAX];
    uint8_t verifier[SEAL_OCTETS_MAX + CIPHER_BLOCK_MAX], wanted[SEAL_OCTETS_MAX + CIPHER_BLOCK_MAX];
    struct cipher_piece input = { verifier, agile->verifier.len };

    return cipher_digest(scheme->digest, pieces, 2, stretched) &&
           cipher_spin(sink, scheme->digest, scheme->spins, stretched) &&
           open_value(scheme, stretched, "\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79", &agile->verifier, verifier) &&
           open_value(scheme, stretched, "\xd7\xaa\x0f\x6d\x30\x61\x34\x4e", &agile->verifier_hash, wanted) &&
           cipher_digest(scheme->digest, &input, 1, hash) &&
           memcmp(hash, wanted, cipher_digest_bytes(scheme->digest)) == 0 &&
           open_value(scheme, stretched, "\x14\x6e\x0b\xe7\xab\xac\xd0\xd6", &agile->key, key_out);
}

/* The document, segment by segment, each with its own start (2.3.4.15). */
static bool open_segments(const struct scheme *scheme, const uint8_t *key, struct span sealed, uint8_t *out)
{
    for (size_t at = 0; at < sealed.len; at += SEGMENT_BYTES) {
        uint32_t number = (uint32_t)(at / SEGMENT_BYTES);
        const uint8_t counter[4] = { (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
                                     (uint8_t)(number >> 24) };
        const struct cipher_piece pieces[] = { { scheme->salt.bytes, scheme->salt.len }, { counter, 4 } };
        struct span segment = span_slice(sealed, at, at + SEGMENT_BYTES);
        uint8_t hash[CIPHER_DIGEST_MAX], iv[CIPHER_BLOCK_MAX];

        if (!cipher_digest(scheme->digest, pieces, 2, hash))
            return false;
        fit(hash, cipher_digest_bytes(scheme->digest), iv, sizeof iv);
        if (cipher_run(scheme->cipher, false, false, key, scheme->key_bytes, iv, segment, out + at) < 0)
            return false;
    }
    return true;
}

/* What an "EncryptionInfo" of the standard kind says (2.3.4.5). */
struct standard {
    size_t key_bytes;
    struct span salt, verifier, verifier_hash;
};

static bool read_standard(struct span info, struct standard *standard)
{
    size_t verifier_at = HEADER_AT + (size_t)le32(info, 8);
    struct span verifier = span_slice(info, verifier_at, info.len);

    switch (le32(info, HEADER_AT + 8)) {
    case ALGORITHM_AES128: standard->key_bytes = 16; break;
    case ALGORITHM_AES192: standard->key_bytes = 24; break;
    case ALGORITHM_AES256: standard->key_bytes = 32; break;
    }
    standard->salt = span_slice(verifier, 4, 20);
    standard->verifier = span_slice(verifier, 20, 36);
    standard->verifier_hash = span_slice(verifier, 40, 72);
    return standard->key_bytes > 0 && le32(verifier, 0) == 16 && standard->verifier_hash.len == 32;
}

/* Key from a password by the derivation of CryptoAPI (2.3.4.7). */
static bool derive_standard(const struct standard *standard, struct span utf16, struct sink *sink,
                            uint8_t key_out[KEY_MAX])
{
    const struct cipher_piece pieces[] = { { standard->salt.ptr, 16 }, { utf16.ptr, utf16.len } };
    uint8_t hash[CIPHER_DIGEST_MAX], block[64], both[2 * CIPHER_DIGEST_MAX];
    const struct cipher_piece last[] = { { hash, SHA1_BYTES }, { "\0\0\0\0", 4 } };
    const struct cipher_piece filled = { block, sizeof block };

    if (!cipher_digest("SHA1", pieces, 2, hash) || !cipher_spin(sink, "SHA1", STANDARD_SPINS, hash) ||
        !cipher_digest("SHA1", last, 2, hash))
        return false;
    for (size_t half = 0; half < 2; half++) {
        memset(block, half == 0 ? 0x36 : 0x5C, sizeof block);
        for (size_t i = 0; i < SHA1_BYTES; i++)
            block[i] ^= hash[i];
        if (!cipher_digest("SHA1", &filled, 1, both + half * SHA1_BYTES))
            return false;
    }
    memcpy(key_out, both, KEY_MAX);
    return true;
}

static bool try_standard(const struct standard *standard, struct span utf16, struct sink *sink, uint8_t key[KEY_MAX])
{
    const char *cipher = cipher_name(standard->key_bytes, false);
    uint8_t verifier[16 + CIPHER_BLOCK_MAX], wanted[32 + CIPHER_BLOCK_MAX], hash[CIPHER_DIGEST_MAX];
    const struct cipher_piece input = { verifier, 16 };

    return derive_standard(standard, utf16, sink, key) &&
           cipher_run(cipher, false, false, key, standard->key_bytes, NULL, standard->verifier, verifier) == 16 &&
           cipher_run(cipher, false, false, key, standard->key_bytes, NULL, standard->verifier_hash, wanted) == 32 &&
           cipher_digest("SHA1", &input, 1, hash) && memcmp(hash, wanted, SHA1_BYTES) == 0;
}

/* Either kind of sealed package. */
struct sealed {
    bool is_agile;
    struct agile agile;
    struct standard standard;
    uint8_t key[SEAL_OCTETS_MAX + CIPHER_BLOCK_MAX];
};

static bool try_one(struct sealed *sealed, struct span password, struct sink *sink)
{
    struct buf utf16;
    bool opens;

    buf_init(&utf16, 0);
    cipher_utf16(password, &utf16);
    opens = sealed->is_agile ? try_agile(&sealed->agile, buf_span(&utf16), sink, sealed->key)
                             : try_standard(&sealed->standard, buf_span(&utf16), sink, sealed->key);
    buf_fini(&utf16);
    return opens;
}

/* First what Office itself tries without asking, then the policy's. */
static bool try_all(struct sealed *sealed, struct sink *sink)
{
    struct span password;

    for (size_t i = 0; i < OLE_OPEN_PASSWORDS; i++)
        if (try_one(sealed, ole_open_password(i), sink))
            return true;
    for (size_t i = 0; (password = sink_password(sink, i)).len > 0; i++)
        if (try_one(sealed, password, sink)) {
            sink_opened(sink);
            return true;
        }
    return false;
}

static bool open_package(const struct sealed *sealed, struct span package, struct sink *sink)
{
    struct span body = span_slice(package, SIZE_BYTES, package.len);
    uint64_t size = le32(package, 0) | (uint64_t)le32(package, 4) << 32;
    struct nested nested = { .name = SPAN("EncryptedPackage") };
    struct buf room;
    uint8_t *out;
    bool opened = false;

    body.len -= body.len % 16;
    buf_init(&room, 0);
    if (sink_spend(sink, body.len) && (out = (uint8_t *)buf_reserve(&room, body.len + CIPHER_BLOCK_MAX)) != NULL) {
        const char *cipher = cipher_name(sealed->standard.key_bytes, false);
        opened = sealed->is_agile
                     ? open_segments(&sealed->agile.data, sealed->key, body, out)
                     : cipher_run(cipher, false, false, sealed->key, sealed->standard.key_bytes, NULL, body, out) >= 0;
        /* A count that leaves more than filling behind is not believed. */
        nested.bytes = span_over(out, size < body.len && body.len - size <= SEGMENT_BYTES ? (size_t)size : body.len);
        if (opened)
            sink_nested(sink, &nested);
    }
    buf_fini(&room);
    return opened;
}

bool ole_open_sealed(struct ole2 *ole, uint32_t package, struct sink *sink)
{
    uint32_t entry = ole2_find(ole, ole->entries[package].parent, SPAN("EncryptionInfo"));
    struct span info = entry == OLE2_NONE ? (struct span){ "", 0 } : ole2_stream(ole, entry);
    uint16_t major = le16(info, 0), minor = le16(info, 2);
    struct sealed sealed = { .is_agile = major == 4 && minor == 4 };

    if (sealed.is_agile ? !read_agile(span_slice(info, 8, info.len), &sealed.agile)
                        : minor != 2 || !read_standard(info, &sealed.standard))
        return false;
    return try_all(&sealed, sink) && open_package(&sealed, ole2_stream(ole, package), sink);
}
