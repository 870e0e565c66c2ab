/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/buf.h"
#include "conf_priv.h"

struct bundle {
    struct arena *arena;
    struct bundle_file *files;
    size_t count, capacity;
    size_t bytes;
    struct approval approval;
};

/* How a bundle lies in its descriptor, in this machine's byte order: it never leaves it. */
struct sealed_head {
    char magic[8];
    uint64_t count;
    struct approval approval;
};
struct sealed_file {
    uint64_t name_bytes, content_bytes, missing;
};
static const char magic[8] = "VMPOLIC2";

enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

static struct bundle *bundle_new(struct err *err)
{
    struct bundle *bundle = calloc(1, sizeof *bundle);

    if (bundle != NULL)
        bundle->arena = arena_new(0);
    if (bundle == NULL || bundle->arena == NULL) {
        free(bundle);
        err_set(err, "out of memory");
        return NULL;
    }
    return bundle;
}

void bundle_free(struct bundle **bundle)
{
    if (*bundle == NULL)
        return;
    arena_free(&(*bundle)->arena);
    free(*bundle);
    *bundle = NULL;
}

const struct bundle_file *bundle_first(const struct bundle *bundle)
{
    return bundle->files;
}

const struct bundle_file *bundle_nth(const struct bundle *bundle, size_t n)
{
    return n < bundle->count ? &bundle->files[n] : NULL;
}

const struct approval *bundle_approval(const struct bundle *bundle)
{
    return &bundle->approval;
}

void bundle_set_approval(struct bundle *bundle, const struct approval *approval)
{
    bundle->approval = *approval;
}

size_t bundle_index(const struct bundle *bundle, struct span name)
{
    size_t i = 0;

    while (i < bundle->count && !span_equals(bundle->files[i].name, name))
        i++;
    return i;
}

const struct bundle_file *bundle_find(const struct bundle *bundle, struct span name)
{
    size_t i = bundle_index(bundle, name);

    return i < bundle->count ? &bundle->files[i] : NULL;
}

struct span bundle_resolve(struct arena *arena, struct span from, struct span target)
{
    size_t folder = from.len;

    while (folder > 0 && from.ptr[folder - 1] != '/')
        folder--;
    if (folder == 0 || (target.len > 0 && target.ptr[0] == '/'))
        return arena_copy(arena, target);
    return arena_printf(arena, "%.*s%.*s", (int)folder, from.ptr, SPAN_ARG(target));
}

static struct bundle_file *add_file(struct bundle *bundle, struct span name)
{
    struct bundle_file *files =
        arena_grow(bundle->arena, bundle->files, bundle->count, &bundle->capacity, sizeof *files);

    if (files == NULL)
        return NULL;
    bundle->files = files;
    files[bundle->count] = (struct bundle_file){ .name = name };
    return &files[bundle->count++];
}

/* Files of the kind that have no size of their own (a pipe) end where they end. */
static int read_whole(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t n = -1;
    char *room;
    struct stat status;

    if (fd < 0)
        return -1;
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
        errno = EISDIR;
    else
        while ((room = buf_reserve(out, 65536)) != NULL &&
               ((n = read(fd, room, 65536)) > 0 || (n < 0 && errno == EINTR)))
            out->len += n > 0 ? (size_t)n : 0;
    if (n == 0 || out->failed) {
        errno = out->failed ? EFBIG : 0;
        n = out->failed ? -1 : 0;
    }
    close(fd);
    return (int)n;
}

int file_read_whole(const char *path, struct buf *out, struct err *err)
{
    if (read_whole(path, out) == 0)
        return 0;
    err_set(err, "%s: %s", path, strerror(errno));
    return -1;
}

static void load(struct bundle *bundle, struct bundle_file *file)
{
    struct buf content;

    buf_init(&content, CONF_MAX_BYTES - bundle->bytes + 1);
    if (read_whole(file->name.ptr, &content) != 0) {
        file->missing = true;
        file->content = arena_copy(bundle->arena, span_of(strerror(errno)));
    } else if (bundle->bytes + content.len > CONF_MAX_BYTES) {
        file->missing = true;
        file->content = SPAN("too large");
    } else {
        file->content = arena_copy(bundle->arena, buf_span(&content));
        bundle->bytes += content.len;
    }
    buf_fini(&content);
}

static bool is_file_setting(struct span name)
{
    for (size_t i = 0; i < settings_count; i++)
        if (settings_table[i].type == VALUE_FILE && span_equals(span_of(settings_table[i].name), name))
            return true;
    return false;
}

static void want(struct bundle *bundle, struct span from, struct span target, bool is_policy,
                 unsigned depth);

/* include("x"), and every setting whose value is the name of a file to read. */
static void follow(struct bundle *bundle, struct span name, struct span content, unsigned depth)
{
    enum token_kind previous = TOKEN_END;
    struct span word = SPAN("");
    struct lexer lexer;
    struct token token;
    bool is_files = false;

    lexer_init(&lexer, bundle->arena, content);
    while ((token = lexer_next(&lexer)).kind != TOKEN_END) {
        bool is_value = previous == TOKEN_EQUALS || previous == TOKEN_APPENDS ||
                        previous == TOKEN_OPEN || previous == TOKEN_COMMA;
        if (token_is_text(&token) && previous == TOKEN_PAREN_OPEN &&
            span_equals(word, SPAN("include")))
            want(bundle, name, token.value, true, depth);
        else if (token_is_text(&token) && is_files && is_value)
            want(bundle, name, token.value, false, depth);
        else if (token_is_text(&token))
            word = token.value;
        if (token.kind == TOKEN_EQUALS || token.kind == TOKEN_APPENDS)
            is_files = is_file_setting(word);
        else if (token.kind == TOKEN_CLOSE)
            is_files = false;
        previous = token.kind;
    }
}

static void want(struct bundle *bundle, struct span from, struct span target, bool is_policy,
                 unsigned depth)
{
    struct span name = bundle_resolve(bundle->arena, from, target);
    struct bundle_file *file;

    if (name.len == 0 || bundle_find(bundle, name) != NULL || bundle->count == CONF_MAX_FILES ||
        depth > CONF_MAX_INCLUDE_DEPTH)
        return;
    file = add_file(bundle, name);
    if (file == NULL)
        return;
    load(bundle, file);
    if (is_policy && !file->missing)
        follow(bundle, name, file->content, depth + 1);
}

struct bundle *bundle_read(const char *path, struct err *err)
{
    struct bundle *bundle = bundle_new(err);

    if (bundle == NULL)
        return NULL;
    want(bundle, SPAN(""), span_of(path), true, 0);
    if (bundle->count == 0 || bundle->files[0].missing || arena_is_full(bundle->arena)) {
        struct span why = bundle->count == 0 ? SPAN("out of memory") : bundle->files[0].content;
        err_set(err, "%s: %.*s", path, SPAN_ARG(why));
        bundle_free(&bundle);
    }
    return bundle;
}

static int write_all(int fd, const void *bytes, size_t len)
{
    const char *p = bytes;

    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

static int write_bundle(const struct bundle *bundle, int fd)
{
    struct sealed_head head = { .count = bundle->count, .approval = bundle->approval };

    memcpy(head.magic, magic, sizeof magic);
    if (write_all(fd, &head, sizeof head) != 0)
        return -1;
    for (size_t i = 0; i < bundle->count; i++) {
        const struct bundle_file *file = &bundle->files[i];
        struct sealed_file entry = { file->name.len, file->content.len, file->missing };
        if (write_all(fd, &entry, sizeof entry) != 0 ||
            write_all(fd, file->name.ptr, file->name.len) != 0 ||
            write_all(fd, file->content.ptr, file->content.len) != 0)
            return -1;
    }
    return 0;
}

int bundle_seal(const struct bundle *bundle, struct err *err)
{
    int fd = memfd_create("vaguemestre-policy", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0 || write_bundle(bundle, fd) != 0 || fcntl(fd, F_ADD_SEALS, SEALS) != 0) {
        err_set(err, "sealing the policy: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

/* Cut the next len octets off the front; false when there are fewer. */
static bool take(struct span *rest, uint64_t len, struct span *out)
{
    if (len > rest->len)
        return false;
    *out = span_slice(*rest, 0, (size_t)len);
    *rest = span_slice(*rest, (size_t)len, rest->len);
    return true;
}

static bool parse_sealed(struct bundle *bundle, struct span bytes)
{
    struct sealed_head head;
    struct sealed_file entry;
    struct span piece;

    if (!take(&bytes, sizeof head, &piece))
        return false;
    memcpy(&head, piece.ptr, sizeof head);
    if (memcmp(head.magic, magic, sizeof magic) != 0 || head.count == 0 ||
        head.count > CONF_MAX_FILES)
        return false;
    bundle->approval = head.approval;
    bundle->approval.signer[APPROVAL_SIGNER_BYTES - 1] = '\0';
    for (uint64_t i = 0; i < head.count; i++) {
        struct span name, content;
        struct bundle_file *file;
        if (!take(&bytes, sizeof entry, &piece))
            return false;
        memcpy(&entry, piece.ptr, sizeof entry);
        if (!take(&bytes, entry.name_bytes, &name) || !take(&bytes, entry.content_bytes, &content))
            return false;
        file = add_file(bundle, arena_copy(bundle->arena, name));
        if (file == NULL)
            return false;
        file->content = arena_copy(bundle->arena, content);
        file->missing = entry.missing != 0;
    }
    return bytes.len == 0 && !arena_is_full(bundle->arena);
}

struct bundle *bundle_unseal(int fd, struct err *err)
{
    struct bundle *bundle = bundle_new(err);
    struct stat status;
    void *bytes = MAP_FAILED;
    bool good = false;
    int seals = fcntl(fd, F_GET_SEALS);

    if (bundle == NULL)
        return NULL;
    if (seals >= 0 && (seals & SEALS) == SEALS && fstat(fd, &status) == 0 && status.st_size > 0)
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes != MAP_FAILED) {
        good = parse_sealed(bundle, (struct span){ bytes, (size_t)status.st_size });
        munmap(bytes, (size_t)status.st_size);
    }
    if (!good) {
        err_set(err, "the policy's descriptor holds no sealed policy");
        bundle_free(&bundle);
    }
    return bundle;
}

void bundle_digest(const struct bundle *bundle, uint8_t digest_out[32])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    memset(digest_out, 0, 32);
    if (context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1) {
        for (size_t i = 0; i < bundle->count; i++) {
            const struct bundle_file *file = &bundle->files[i];
            struct sealed_file entry = { file->name.len, file->content.len, file->missing };
            EVP_DigestUpdate(context, &entry, sizeof entry);
            EVP_DigestUpdate(context, file->name.ptr, file->name.len);
            EVP_DigestUpdate(context, file->content.ptr, file->content.len);
        }
        EVP_DigestFinal_ex(context, digest_out, NULL);
    }
    EVP_MD_CTX_free(context);
}
