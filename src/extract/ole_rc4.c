/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Word and Excel documents before 2007 behind a password ([MS-OFFCRYPTO] 2.3.5 and
 * 2.3.6): RC4 with a 40-bit key by MD5, or with the key CryptoAPI makes by SHA-1.
 * Streams are decrypted block by block, each block with a key of its own, and put
 * in the place of the sealed ones. Gaps, told as encrypted: XOR obfuscation,
 * PowerPoint, and summaries sealed apart.
 */
#include <string.h>

#include "cipher.h"
#include "le.h"
#include "ole_priv.h"

enum {
    WORD_BLOCK = 512, WORD_CLEAR = 68, WORD_FLAGS_AT = 0x0A, WORD_SEAL_BYTES_AT = 0x0E, WORD_ENCRYPTED = 0x0100,
    WORD_OBFUSCATED = 0x8000, WORD_TABLE_1 = 0x0200,
    SHEET_BLOCK = 1024, RECORD_BYTES = 4, RECORD_FILEPASS = 0x2F, RECORD_BOUNDSHEET = 0x85, RECORD_NOTHING = 0xFFFF,
    SHORT_KEY = 5, LONG_KEY = 16, SALT_BYTES = 16, VERIFIER_BYTES = 16, SHA1_BYTES = 20, HEADER_AT = 12
};

struct rc4_seal {
    const char *digest;
    size_t key_bytes;           /* of each block's digest that are its key */
    struct span salt;
    uint8_t check[VERIFIER_BYTES + SHA1_BYTES];     /* a verifier and its digest, sealed as one */
    size_t check_bytes;
    uint8_t base[CIPHER_DIGEST_MAX];
    size_t base_bytes;
};

static bool read_check(struct rc4_seal *seal, struct span verifier, struct span digest)
{
    if (verifier.len != VERIFIER_BYTES || digest.len != cipher_digest_bytes(seal->digest))
        return false;
    memcpy(seal->check, verifier.ptr, VERIFIER_BYTES);
    memcpy(seal->check + VERIFIER_BYTES, digest.ptr, digest.len);
    seal->check_bytes = VERIFIER_BYTES + digest.len;
    return true;
}

/* The header of either kind: versions, then salt and verifier, at once or behind a description. */
static bool read_seal(struct span header, struct rc4_seal *seal)
{
    uint16_t major = le16(header, 0), minor = le16(header, 2);
    uint32_t key_bits = le32(header, HEADER_AT + 16);
    struct span verifier = span_slice(header, HEADER_AT + (size_t)le32(header, 8), header.len);

    if (major == 1 && minor == 1) {
        *seal = (struct rc4_seal){ .digest = "MD5", .key_bytes = LONG_KEY, .salt = span_slice(header, 4, 20) };
        return read_check(seal, span_slice(header, 20, 36), span_slice(header, 36, 52));
    }
    *seal = (struct rc4_seal){ .digest = "SHA1", .key_bytes = key_bits == 0 ? SHORT_KEY : key_bits / 8,
                               .salt = span_slice(verifier, 4, 20) };
    return major >= 2 && major <= 4 && minor == 2 && le32(verifier, 0) == SALT_BYTES && seal->key_bytes >= SHORT_KEY &&
           seal->key_bytes <= LONG_KEY && read_check(seal, span_slice(verifier, 20, 36), span_slice(verifier, 40, 60));
}

/* What all keys begin with, from a password. */
static bool derive_base(struct rc4_seal *seal, struct span utf16)
{
    enum { REPEATS = 16 };
    uint8_t hash[CIPHER_DIGEST_MAX];
    struct cipher_piece salted[] = { { seal->salt.ptr, seal->salt.len }, { utf16.ptr, utf16.len } };
    struct cipher_piece pieces[2 * REPEATS];

    if (strcmp(seal->digest, "SHA1") == 0) {
        seal->base_bytes = SHA1_BYTES;
        return cipher_digest("SHA1", salted, 2, seal->base);
    }
    if (!cipher_digest("MD5", &salted[1], 1, hash))
        return false;
    for (size_t i = 0; i < REPEATS; i++) {
        pieces[2 * i] = (struct cipher_piece){ hash, SHORT_KEY };
        pieces[2 * i + 1] = salted[0];
    }
    seal->base_bytes = SHORT_KEY;
    return cipher_digest("MD5", pieces, 2 * REPEATS, seal->base);
}

/* Run octets of one block, which begin at its start, through the cipher. */
static bool run_block(const struct rc4_seal *seal, uint32_t number, struct span in, uint8_t *out)
{
    const uint8_t counter[4] = { (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
                                 (uint8_t)(number >> 24) };
    const struct cipher_piece pieces[] = { { seal->base, seal->base_bytes }, { counter, 4 } };
    uint8_t key[CIPHER_DIGEST_MAX];

    if (!cipher_digest(seal->digest, pieces, 2, key))
        return false;
    /* A key of 40 bits is used as one of 128 whose rest is zero. */
    if (seal->key_bytes == SHORT_KEY)
        memset(key + SHORT_KEY, 0, LONG_KEY - SHORT_KEY);
    return cipher_run("RC4", true, false, key, seal->key_bytes == SHORT_KEY ? LONG_KEY : seal->key_bytes, NULL, in,
                      out) == (int)in.len;
}

static bool try_password(struct rc4_seal *seal, struct span password)
{
    uint8_t clear[sizeof seal->check + CIPHER_BLOCK_MAX], hash[CIPHER_DIGEST_MAX];
    const struct cipher_piece verifier = { clear, VERIFIER_BYTES };
    struct buf utf16;
    bool opens;

    buf_init(&utf16, 0);
    cipher_utf16(password, &utf16);
    opens = derive_base(seal, buf_span(&utf16)) &&
            run_block(seal, 0, (struct span){ (const char *)seal->check, seal->check_bytes }, clear) &&
            cipher_digest(seal->digest, &verifier, 1, hash) &&
            memcmp(hash, clear + VERIFIER_BYTES, seal->check_bytes - VERIFIER_BYTES) == 0;
    buf_fini(&utf16);
    return opens;
}

static bool find_password(struct rc4_seal *seal, struct sink *sink)
{
    struct span password;

    for (size_t i = 0; i < OLE_OPEN_PASSWORDS; i++)
        if (try_password(seal, ole_open_password(i)))
            return true;
    for (size_t i = 0; !sink_spent(sink) && (password = sink_password(sink, i)).len > 0; i++)
        if (try_password(seal, password)) {
            sink_opened(sink);
            return true;
        }
    return false;
}

/* A stream decrypted whole, in blocks of that size; NULL when it cannot be. */
static uint8_t *decrypt(const struct rc4_seal *seal, struct ole2 *ole, struct span sealed, size_t block_bytes,
                        struct sink *sink)
{
    uint8_t *out = sink_spend(sink, sealed.len) ? arena_alloc(ole->arena, sealed.len + CIPHER_BLOCK_MAX) : NULL;

    for (size_t at = 0; out != NULL && at < sealed.len; at += block_bytes)
        if (!run_block(seal, (uint32_t)(at / block_bytes), span_slice(sealed, at, at + block_bytes), out + at))
            return NULL;
    return out;
}

static bool replace(struct ole2 *ole, uint32_t entry, struct span sealed, uint8_t *opened, size_t clear_bytes)
{
    if (opened == NULL || clear_bytes > sealed.len)
        return false;
    memcpy(opened, sealed.ptr, clear_bytes);
    ole->entries[entry].opened = (struct span){ (const char *)opened, sealed.len };
    return true;
}

void ole_open_word(struct ole2 *ole, uint32_t main_stream, struct sink *sink)
{
    struct span text = ole2_stream(ole, main_stream);
    uint16_t flags = le16(text, WORD_FLAGS_AT);
    uint32_t seal_bytes = le32(text, WORD_SEAL_BYTES_AT), parent = ole->entries[main_stream].parent;
    uint32_t table = ole2_find(ole, parent, (flags & WORD_TABLE_1) != 0 ? SPAN("1Table") : SPAN("0Table"));
    struct span lists = table == OLE2_NONE ? (struct span){ "", 0 } : ole2_stream(ole, table);
    struct rc4_seal seal;
    uint8_t *opened;

    if ((flags & WORD_ENCRYPTED) == 0 || (flags & WORD_OBFUSCATED) != 0 || text.len < WORD_CLEAR ||
        !read_seal(span_slice(lists, 0, seal_bytes), &seal) || !find_password(&seal, sink) ||
        !replace(ole, table, lists, decrypt(&seal, ole, lists, WORD_BLOCK, sink), seal_bytes))
        return;
    opened = decrypt(&seal, ole, text, WORD_BLOCK, sink);
    if (!replace(ole, main_stream, text, opened, WORD_CLEAR))
        return;
    opened[WORD_FLAGS_AT + 1] &= (uint8_t)~(WORD_ENCRYPTED >> 8);
}

/* Records whose body stays clear ([MS-XLS] 2.2.10): beginnings, and what says who has the file open. */
static bool is_clear(uint16_t id)
{
    static const uint16_t clear[] = { 0x809, RECORD_FILEPASS, 0x194, 0x195, 0xE1, 0x196, 0x138 };

    for (size_t i = 0; i < sizeof clear / sizeof *clear; i++)
        if (clear[i] == id)
            return true;
    return false;
}

/* Headers and clear bodies as they were; the record that sealed the rest becomes one that says nothing. */
static void restore_clear(struct span sealed, size_t at, uint8_t *opened)
{
    opened[at] = opened[at + 1] = RECORD_NOTHING & 0xFF;
    for (at += RECORD_BYTES + (size_t)le16(sealed, at + 2); at + RECORD_BYTES <= sealed.len;) {
        uint16_t id = le16(sealed, at);
        size_t body = le16(sealed, at + 2), clear = RECORD_BYTES;

        if (is_clear(id))
            clear += body;
        else if (id == RECORD_BOUNDSHEET)
            clear += 4;         /* where the sheet begins */
        memcpy(opened + at, sealed.ptr + at, at + clear <= sealed.len ? clear : sealed.len - at);
        at += RECORD_BYTES + body;
    }
}

void ole_open_sheets(struct ole2 *ole, uint32_t main_stream, struct sink *sink)
{
    struct span sealed = ole2_stream(ole, main_stream);
    struct rc4_seal seal;
    uint8_t *opened;
    size_t at = 0;

    while (at + RECORD_BYTES <= sealed.len && le16(sealed, at) != RECORD_FILEPASS)
        at += RECORD_BYTES + (size_t)le16(sealed, at + 2);
    if (at + RECORD_BYTES + 2 > sealed.len || le16(sealed, at + RECORD_BYTES) != 1 ||
        !read_seal(span_slice(sealed, at + RECORD_BYTES + 2, at + RECORD_BYTES + le16(sealed, at + 2)), &seal) ||
        !find_password(&seal, sink))
        return;
    opened = decrypt(&seal, ole, sealed, SHEET_BLOCK, sink);
    if (!replace(ole, main_stream, sealed, opened, at + RECORD_BYTES))
        return;
    restore_clear(sealed, at, opened);
}
