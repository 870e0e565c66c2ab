/* SPDX-License-Identifier: EUPL-1.2 */
#include "audit/chain.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_priv.h"
#include "base/clock.h"

/* A line is {"seq":N,"time":"T","prev":"HASH", members of the record ,"hash":"HASH"}. */
#define LINE_SEQ  "{\"seq\":"
#define LINE_TIME ",\"time\":\""
#define LINE_PREV "\",\"prev\":\""
#define LINE_HASH ",\"hash\":\""
#define LINE_END  "\"}"
#define HEAD_MAC  "\",\"mac\":\""

enum {
    LINE_TIME_CHARS = 27,
    LINE_TAIL_CHARS = sizeof LINE_HASH - 1 + HASH_HEX_CHARS + sizeof LINE_END - 1
};

static int chain_digest(struct span key, struct span text, uint8_t digest_out[HASH_BYTES])
{
    unsigned length = HASH_BYTES;

    if (key.len == 0)
        return hash_sha256(text, digest_out);
    return HMAC(EVP_sha256(), key.ptr, (int)key.len, (const unsigned char *)text.ptr, text.len,
                digest_out, &length) == NULL
               ? -1
               : 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex_parse(struct span hex, uint8_t digest_out[HASH_BYTES])
{
    if (hex.len != HASH_HEX_CHARS)
        return false;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        int high = hex_digit(hex.ptr[2 * i]), low = hex_digit(hex.ptr[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        digest_out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Cut expected off the front of *rest. */
static bool take(struct span *rest, struct span expected)
{
    if (!span_starts_with(*rest, expected))
        return false;
    *rest = span_slice(*rest, expected.len, rest->len);
    return true;
}

static struct span take_chars(struct span *rest, size_t count)
{
    struct span taken = span_slice(*rest, 0, count);

    *rest = span_slice(*rest, count, rest->len);
    return taken;
}

static bool take_number(struct span *rest, uint64_t *value_out)
{
    size_t digits = 0;

    while (digits < rest->len && rest->ptr[digits] >= '0' && rest->ptr[digits] <= '9')
        digits++;
    return span_to_u64(take_chars(rest, digits), value_out);
}

bool chain_line_parse(struct span line, struct chain_line *out)
{
    struct span rest = line, tail;

    if (line.len > CHAIN_RECORD_BYTES || line.len < LINE_TAIL_CHARS)
        return false;
    if (!take(&rest, SPAN(LINE_SEQ)) || !take_number(&rest, &out->sequence) ||
        !take(&rest, SPAN(LINE_TIME)))
        return false;
    take_chars(&rest, LINE_TIME_CHARS);
    if (!take(&rest, SPAN(LINE_PREV)) || !hex_parse(take_chars(&rest, HASH_HEX_CHARS), out->prev))
        return false;
    out->hashed = span_slice(line, 0, line.len - LINE_TAIL_CHARS);
    tail = span_slice(line, out->hashed.len, line.len);
    return rest.len > LINE_TAIL_CHARS && take(&tail, SPAN(LINE_HASH)) &&
           hex_parse(take_chars(&tail, HASH_HEX_CHARS), out->hash) &&
           span_equals(tail, SPAN(LINE_END));
}

bool chain_line_is_genuine(const struct chain_line *line, struct span key)
{
    uint8_t digest[HASH_BYTES];

    return chain_digest(key, line->hashed, digest) == 0 &&
           memcmp(digest, line->hash, HASH_BYTES) == 0;
}

int chain_line_append(struct buf *out, struct chain_head *head, struct span key,
                      struct span record, int64_t now_us)
{
    size_t start = out->len;
    char hex[HASH_HEX_CHARS + 1], time[28];
    uint8_t digest[HASH_BYTES];

    clock_format(now_us, time);
    hash_to_hex(head->hash, hex);
    buf_printf(out, LINE_SEQ "%" PRIu64 LINE_TIME "%s" LINE_PREV "%s\",", head->sequence + 1, time,
               hex);
    buf_append(out, span_slice(record, 1, record.len - 1));
    if (out->failed ||
        chain_digest(key, span_slice(buf_span(out), start, out->len), digest) != 0)
        return -1;
    hash_to_hex(digest, hex);
    buf_printf(out, LINE_HASH "%s" LINE_END "\n", hex);
    if (out->failed)
        return -1;
    head->sequence++;
    memcpy(head->hash, digest, HASH_BYTES);
    return 0;
}

int chain_head_encode(const struct chain_head *head, struct span key, char out[CHAIN_HEAD_BYTES])
{
    char hash[HASH_HEX_CHARS + 1], mac[HASH_HEX_CHARS + 1];
    uint8_t digest[HASH_BYTES];
    struct buf text;
    int result = -1;

    buf_init(&text, CHAIN_HEAD_BYTES);
    hash_to_hex(head->hash, hash);
    buf_printf(&text, LINE_SEQ "%" PRIu64 LINE_HASH "%s", head->sequence, hash);
    if (!text.failed && chain_digest(key, buf_span(&text), digest) == 0) {
        hash_to_hex(digest, mac);
        buf_printf(&text, HEAD_MAC "%s" LINE_END, mac);
        memset(out, ' ', CHAIN_HEAD_BYTES);
        memcpy(out, text.ptr, text.len);
        out[CHAIN_HEAD_BYTES - 1] = '\n';
        result = text.failed ? -1 : 0;
    }
    buf_fini(&text);
    return result;
}

int chain_head_parse(struct span text, struct span key, struct chain_head *head_out)
{
    struct span line = span_trim(text), rest = line, macked;
    uint8_t mac[HASH_BYTES], digest[HASH_BYTES];

    if (!take(&rest, SPAN(LINE_SEQ)) || !take_number(&rest, &head_out->sequence) ||
        !take(&rest, SPAN(LINE_HASH)) ||
        !hex_parse(take_chars(&rest, HASH_HEX_CHARS), head_out->hash))
        return -1;
    macked = span_slice(line, 0, line.len - rest.len);
    if (!take(&rest, SPAN(HEAD_MAC)) || !hex_parse(take_chars(&rest, HASH_HEX_CHARS), mac) ||
        !span_equals(rest, SPAN(LINE_END)))
        return -1;
    if (chain_digest(key, macked, digest) != 0 || memcmp(digest, mac, HASH_BYTES) != 0)
        return -1;
    return 0;
}

const char *chain_state_name(enum chain_state state)
{
    switch (state) {
    case CHAIN_GOOD: return "good";
    case CHAIN_EDITED: return "edited";
    case CHAIN_NO_RECORD: return "no-record";
    case CHAIN_MISSING: return "missing";
    case CHAIN_MISPLACED: return "misplaced";
    case CHAIN_UNLINKED: return "unlinked";
    }
    return NULL;
}

enum chain_state chain_verify(struct chain_verifier *verifier, struct span line)
{
    struct chain_head before = verifier->head;
    bool started = verifier->started;
    struct chain_line parsed;

    if (!chain_line_parse(line, &parsed))
        return CHAIN_NO_RECORD;
    if (!chain_line_is_genuine(&parsed, verifier->key))
        return CHAIN_EDITED;
    if (started && parsed.sequence <= before.sequence)
        return CHAIN_MISPLACED;
    verifier->head.sequence = parsed.sequence;
    memcpy(verifier->head.hash, parsed.hash, HASH_BYTES);
    verifier->started = true;
    if (!started) {
        /* Older files may have been thrown away: the first line seen is where the chain is picked up. */
        verifier->first_sequence = parsed.sequence;
        return CHAIN_GOOD;
    }
    if (parsed.sequence != before.sequence + 1) {
        verifier->missing_from = before.sequence + 1;
        return CHAIN_MISSING;
    }
    return memcmp(parsed.prev, before.hash, HASH_BYTES) == 0 ? CHAIN_GOOD : CHAIN_UNLINKED;
}

int chain_key_read_fd(int fd, const char *name, struct buf *key, struct err *err)
{
    char octets[CHAIN_KEY_MAX_BYTES + 1];
    struct span trimmed;
    ssize_t got = read(fd, octets, sizeof octets);
    int result = -1;

    trimmed = span_trim((struct span){ octets, got < 0 ? 0 : (size_t)got });
    if (got < 0)
        err_set(err, "%s: %s", name, strerror(errno));
    else if (trimmed.len < CHAIN_KEY_MIN_BYTES || (size_t)got == sizeof octets)
        err_set(err, "%s: a key is %d to %d octets, this file holds %zu", name,
                CHAIN_KEY_MIN_BYTES, CHAIN_KEY_MAX_BYTES, trimmed.len);
    else if (!buf_append(key, trimmed))
        err_set(err, "%s: no memory", name);
    else
        result = 0;
    explicit_bzero(octets, sizeof octets);
    return result;
}

int chain_key_read(const char *path, struct buf *key, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), result = -1;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0)
        err_set(err, "%s: %s", path, strerror(errno));
    else if (S_ISREG(st.st_mode) && (st.st_mode & S_IRWXO) != 0)
        err_set(err, "%s: everybody has a right on this key (mode %04o); expected 0600 or 0640", path,
                (unsigned)(st.st_mode & 07777));
    else
        result = chain_key_read_fd(fd, path, key, err);
    if (fd >= 0)
        close(fd);
    return result;
}
