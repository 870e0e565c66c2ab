/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The standard security handler (ISO 32000-2, 7.6.4), revisions 2 to 6: many
 * documents are "encrypted" with an empty user password and open to anybody.
 * RC4 is an old cipher: cipher_prepare() loads it before the cage closes.
 */
#include <string.h>

#include "cipher.h"
#include "pdf_priv.h"

enum { KEY_BYTES = 32, MAX_PASSWORDS = 200, PAD_BYTES = 32 };

enum method { METHOD_NONE = 1, METHOD_RC4, METHOD_AES128, METHOD_AES256, METHOD_UNKNOWN };

struct pdf_crypt {
    uint8_t key[KEY_BYTES];
    size_t key_bytes;
    int revision;
    enum method strings, streams;
    bool clear_metadata;
    struct pdf_file *file;
    struct pdf_dict *filters;
};

/* What the dictionary says, checked for size. */
struct terms {
    struct span owner, user, owner_key, user_key, id;
    int32_t permissions;
};

static const uint8_t pad[PAD_BYTES] = {
    0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08,
    0x2E, 0x2E, 0x00, 0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
};

static bool rc4(const uint8_t *key, size_t key_bytes, struct span in, uint8_t *out)
{
    return cipher_run("RC4", true, false, key, key_bytes, NULL, in, out) == (int)in.len;
}

/* The file key of revisions 2 to 4 from a user password (algorithm 2). */
static bool derive_key(struct pdf_crypt *crypt, const struct terms *terms, struct span password)
{
    uint8_t first[PAD_BYTES], hash[64];
    uint8_t permissions[4] = { (uint8_t)terms->permissions, (uint8_t)(terms->permissions >> 8),
                               (uint8_t)(terms->permissions >> 16), (uint8_t)(terms->permissions >> 24) };
    struct cipher_piece pieces[] = {
        { first, PAD_BYTES }, { terms->owner.ptr, 32 }, { permissions, 4 },
        { terms->id.ptr, terms->id.len }, { "\xFF\xFF\xFF\xFF", 4 },
    };
    size_t used = password.len < PAD_BYTES ? password.len : PAD_BYTES;

    if (used > 0)
        memcpy(first, password.ptr, used);
    memcpy(first + used, pad, PAD_BYTES - used);
    if (!cipher_digest("MD5", pieces, crypt->revision >= 4 && crypt->clear_metadata ? 5 : 4, hash))
        return false;
    for (int i = 0; crypt->revision >= 3 && i < 50; i++)
        if (!cipher_digest("MD5", &(struct cipher_piece){ hash, crypt->key_bytes }, 1, hash))
            return false;
    memcpy(crypt->key, hash, crypt->key_bytes);
    return true;
}

/* Does the key make the user entry (algorithms 4 to 6)? */
static bool check_user(const struct pdf_crypt *crypt, const struct terms *terms)
{
    uint8_t hash[64], made[64];
    struct cipher_piece pieces[] = { { pad, PAD_BYTES }, { terms->id.ptr, terms->id.len } };

    if (crypt->revision == 2)
        return rc4(crypt->key, crypt->key_bytes, (struct span){ (const char *)pad, PAD_BYTES }, made) &&
               memcmp(made, terms->user.ptr, PAD_BYTES) == 0;
    if (!cipher_digest("MD5", pieces, 2, hash))
        return false;
    for (unsigned round = 0; round < 20; round++) {
        uint8_t key[KEY_BYTES];
        for (size_t i = 0; i < crypt->key_bytes; i++)
            key[i] = (uint8_t)(crypt->key[i] ^ round);
        if (!rc4(key, crypt->key_bytes, (struct span){ (const char *)hash, 16 }, made))
            return false;
        memcpy(hash, made, 16);
    }
    return memcmp(hash, terms->user.ptr, 16) == 0;
}

/* The user password that an owner password unlocks (algorithm 7). */
static bool try_owner(struct pdf_crypt *crypt, const struct terms *terms, struct span password)
{
    uint8_t first[PAD_BYTES], hash[64], held[PAD_BYTES], made[64];
    size_t used = password.len < PAD_BYTES ? password.len : PAD_BYTES, key_bytes = crypt->key_bytes;

    memcpy(first, password.ptr, used);
    memcpy(first + used, pad, PAD_BYTES - used);
    if (!cipher_digest("MD5", &(struct cipher_piece){ first, PAD_BYTES }, 1, hash))
        return false;
    for (int i = 0; crypt->revision >= 3 && i < 50; i++)
        if (!cipher_digest("MD5", &(struct cipher_piece){ hash, 16 }, 1, hash))
            return false;
    memcpy(held, terms->owner.ptr, PAD_BYTES);
    for (unsigned round = crypt->revision >= 3 ? 20 : 1; round-- > 0;) {
        uint8_t key[KEY_BYTES];
        for (size_t i = 0; i < key_bytes; i++)
            key[i] = (uint8_t)(hash[i] ^ round);
        if (!rc4(key, key_bytes, (struct span){ (const char *)held, PAD_BYTES }, made))
            return false;
        memcpy(held, made, PAD_BYTES);
    }
    return derive_key(crypt, terms, (struct span){ (const char *)held, PAD_BYTES }) && check_user(crypt, terms);
}

/* The hash of revisions 5 and 6 (algorithm 2.B); salt is 8 octets, user 0 or 48. */
static bool hash_aes256(int revision, struct span password, struct span salt, struct span user, uint8_t out[32])
{
    enum { REPEATS = 64, LARGEST = REPEATS * (127 + 64 + 48) };
    struct cipher_piece pieces[] = { { password.ptr, password.len }, { salt.ptr, salt.len }, { user.ptr, user.len } };
    uint8_t hash[64], block[LARGEST], made[LARGEST + 16];
    size_t hash_bytes = 32;

    if (password.len > 127 || !cipher_digest("SHA256", pieces, 3, hash))
        return false;
    for (unsigned round = 0; revision >= 6; round++) {
        static const char *const names[] = { "SHA256", "SHA384", "SHA512" };
        size_t one = password.len + hash_bytes + user.len;
        unsigned sum = 0;
        for (size_t i = 0; i < REPEATS; i++) {
            uint8_t *at = block + i * one;
            if (password.len > 0)
                memcpy(at, password.ptr, password.len);
            memcpy(at + password.len, hash, hash_bytes);
            if (user.len > 0)
                memcpy(at + password.len + hash_bytes, user.ptr, user.len);
        }
        if (cipher_run("AES-128-CBC", true, false, hash, 16, hash + 16,
                       (struct span){ (const char *)block, one * REPEATS }, made) < 0)
            return false;
        for (size_t i = 0; i < 16; i++)
            sum += made[i];
        hash_bytes = 32 + 16 * (sum % 3);
        if (!cipher_digest(names[sum % 3], &(struct cipher_piece){ made, one * REPEATS }, 1, hash))
            return false;
        if (round >= 63 && made[one * REPEATS - 1] <= round - 31)
            break;
    }
    memcpy(out, hash, 32);
    return true;
}

/* Revisions 5 and 6: as user, then as owner. */
static bool try_aes256(struct pdf_crypt *crypt, const struct terms *terms, struct span password)
{
    struct span none = { "", 0 };
    static const uint8_t iv[16] = { 0 };

    for (int owner = 0; owner < 2; owner++) {
        struct span entry = owner ? terms->owner : terms->user;
        struct span sealed = owner ? terms->owner_key : terms->user_key;
        struct span user = owner ? span_slice(terms->user, 0, 48) : none;
        uint8_t hash[32];
        if (!hash_aes256(crypt->revision, password, span_slice(entry, 32, 40), user, hash) ||
            memcmp(hash, entry.ptr, 32) != 0)
            continue;
        return hash_aes256(crypt->revision, password, span_slice(entry, 40, 48), user, hash) &&
               cipher_run("AES-256-CBC", false, false, hash, 32, iv, span_slice(sealed, 0, 32), crypt->key) == 32;
    }
    return false;
}

static bool try_octets(struct pdf_crypt *crypt, const struct terms *terms, struct span password)
{
    return (derive_key(crypt, terms, password) && check_user(crypt, terms)) ||
           (password.len > 0 && try_owner(crypt, terms, password));
}

/* Older revisions want their own charset, which is near ISO-8859-1; some writers took UTF-8 all the same. */
static bool try_password(struct pdf_crypt *crypt, const struct terms *terms, struct span password)
{
    struct buf latin1;
    bool opens;

    if (crypt->revision >= 5)
        return try_aes256(crypt, terms, password);
    buf_init(&latin1, 0);
    opens = try_octets(crypt, terms, password) ||
            (cipher_latin1(password, &latin1) && try_octets(crypt, terms, buf_span(&latin1)));
    buf_fini(&latin1);
    return opens;
}

static enum method method_of(const struct pdf_crypt *crypt, struct span filter)
{
    struct pdf_dict *dict = pdf_get_dict(crypt->file, crypt->filters, filter);
    struct span method = pdf_get_name(crypt->file, dict, SPAN("CFM"));

    if (filter.len == 0 || span_equals(filter, SPAN("Identity")) || span_equals(method, SPAN("None")))
        return METHOD_NONE;
    if (span_equals(method, SPAN("V2")))
        return METHOD_RC4;
    if (span_equals(method, SPAN("AESV2")))
        return METHOD_AES128;
    return span_equals(method, SPAN("AESV3")) ? METHOD_AES256 : METHOD_UNKNOWN;
}

static bool read_terms(struct pdf_file *file, struct pdf_dict *encrypt, struct pdf_crypt *crypt, struct terms *terms)
{
    static const struct { const char *key; size_t offset, older, newer; } strings[] = {
        { "O", offsetof(struct terms, owner), 32, 48 },
        { "U", offsetof(struct terms, user), 32, 48 },
        { "OE", offsetof(struct terms, owner_key), 0, 32 },
        { "UE", offsetof(struct terms, user_key), 0, 32 },
    };
    double version = pdf_get_number(file, encrypt, SPAN("V"), 0);
    struct pdf_value clear = pdf_get(file, encrypt, SPAN("EncryptMetadata"));
    double length = pdf_get_number(file, encrypt, SPAN("Length"), version == 4 ? 128 : 40);

    crypt->revision = (int)pdf_get_number(file, encrypt, SPAN("R"), 0);
    crypt->clear_metadata = clear.kind == PDF_BOOL && !clear.yes;
    if (crypt->revision < 2 || crypt->revision > 6 || version < 1 || version > 5)
        return false;
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        struct pdf_value value = pdf_get(file, encrypt, span_of(strings[i].key));
        struct span bytes = value.kind == PDF_STRING ? value.bytes : (struct span){ "", 0 };
        if (bytes.len < (crypt->revision >= 5 ? strings[i].newer : strings[i].older))
            return false;
        memcpy((char *)terms + strings[i].offset, &bytes, sizeof bytes);
    }
    terms->permissions = (int32_t)(int64_t)pdf_get_number(file, encrypt, SPAN("P"), 0);
    crypt->key_bytes = crypt->revision == 2 ? 5 : length >= 40 && length <= 128 ? (size_t)length / 8 : 16;
    if (crypt->revision >= 5)
        crypt->key_bytes = 32;
    crypt->strings = crypt->streams = METHOD_RC4;
    crypt->filters = pdf_get_dict(file, encrypt, SPAN("CF"));
    if (version >= 4) {
        crypt->strings = method_of(crypt, pdf_get_name(file, encrypt, SPAN("StrF")));
        crypt->streams = method_of(crypt, pdf_get_name(file, encrypt, SPAN("StmF")));
        if (version == 4)
            crypt->key_bytes = 16;
    }
    return crypt->strings != METHOD_UNKNOWN && crypt->streams != METHOD_UNKNOWN;
}

enum pdf_crypt_result pdf_crypt_open(struct pdf_file *file, struct pdf_dict *encrypt, struct span id)
{
    struct pdf_crypt *crypt = arena_alloc(file->arena, sizeof *crypt);
    struct terms terms = { .id = id };
    struct span password = { "", 0 };

    if (crypt == NULL)
        return PDF_CRYPT_LOCKED;
    crypt->file = file;
    if (!span_equals(pdf_get_name(file, encrypt, SPAN("Filter")), SPAN("Standard")) ||
        !read_terms(file, encrypt, crypt, &terms))
        return PDF_CRYPT_LOCKED;
    for (size_t i = 0; i < MAX_PASSWORDS && !sink_spent(file->sink); i++) {
        if (try_password(crypt, &terms, password)) {
            file->crypt = crypt;
            if (password.len > 0)
                sink_opened(file->sink);
            return PDF_CRYPT_OPEN;
        }
        password = sink_password(file->sink, i);
        if (password.len == 0)
            break;
    }
    return PDF_CRYPT_LOCKED;
}

bool pdf_crypt_metadata_is_clear(const struct pdf_crypt *crypt)
{
    return crypt->clear_metadata;
}

/* Decrypt into out, which has room for in.len octets and a block; -1 when it cannot be. */
static int decrypt(const struct pdf_crypt *crypt, enum method method, uint32_t number, uint32_t generation,
                   struct span in, uint8_t *out)
{
    uint8_t suffix[5] = { (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
                          (uint8_t)generation, (uint8_t)(generation >> 8) };
    struct cipher_piece pieces[] = { { crypt->key, crypt->key_bytes }, { suffix, 5 }, { "sAlT", 4 } };
    size_t key_bytes = crypt->key_bytes + 5 < 16 ? crypt->key_bytes + 5 : 16;
    struct span sealed = span_slice(in, 16, in.len);
    uint8_t key[64];

    if (method == METHOD_NONE || in.len == 0) {
        if (in.len > 0)
            memcpy(out, in.ptr, in.len);
        return (int)in.len;
    }
    if (method == METHOD_RC4) {
        if (!cipher_digest("MD5", pieces, 2, key) || !rc4(key, key_bytes, in, out))
            return -1;
        return (int)in.len;
    }
    if (in.len < 32 || method == METHOD_UNKNOWN)
        return in.len == 16 ? 0 : -1;
    sealed.len -= sealed.len % 16;
    if (method == METHOD_AES256)
        return cipher_run("AES-256-CBC", false, true, crypt->key, 32, (const uint8_t *)in.ptr, sealed, out);
    if (!cipher_digest("MD5", pieces, 3, key))
        return -1;
    return cipher_run("AES-128-CBC", false, true, key, 16, (const uint8_t *)in.ptr, sealed, out);
}

struct span pdf_crypt_string(const struct pdf_crypt *crypt, struct arena *arena, uint32_t number,
                             uint32_t generation, struct span bytes)
{
    uint8_t *out = arena_alloc(arena, bytes.len + 32);
    int made;

    if (out == NULL || bytes.len > INT32_MAX - 64)
        return (struct span){ "", 0 };
    made = decrypt(crypt, crypt->strings, number, generation, bytes, out);
    return made < 0 ? bytes : (struct span){ (char *)out, (size_t)made };
}

bool pdf_crypt_stream(const struct pdf_crypt *crypt, uint32_t number, uint32_t generation, struct span filter,
                      struct span bytes, struct buf *out)
{
    enum method method = filter.len > 0 ? method_of(crypt, filter) : crypt->streams;
    char *room = bytes.len > INT32_MAX - 64 ? NULL : buf_reserve(out, bytes.len + 32);
    int made = room == NULL ? -1 : decrypt(crypt, method, number, generation, bytes, (uint8_t *)room);

    if (made < 0)
        return false;
    out->len += (size_t)made;
    return true;
}
