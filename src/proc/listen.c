/* SPDX-License-Identifier: EUPL-1.2 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proc_priv.h"

static int open_bound(const struct sockaddr *address, socklen_t length)
{
    const int one = 1;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (address->sa_family != AF_UNIX) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        /* Accepted sockets inherit it: our answers never wait for the peer's acknowledgement. */
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    if (address->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (bind(fd, address, length) < 0 || listen(fd, SOMAXCONN) < 0) {
        const int problem = errno;

        close(fd);
        errno = problem;
        return -1;
    }
    return fd;
}

/* rest is "port@host"; a host in brackets is an address. */
static int open_inet(struct span rest, int family, struct listener *out, struct err *err)
{
    const struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
    struct addrinfo *found = NULL;
    char port[32], host[256];
    struct span piece;
    int status;

    if (!span_next(&rest, '@', &piece) || piece.len == 0 || piece.len >= sizeof port ||
        rest.len == 0 || rest.len >= sizeof host) {
        err_set(err, "expected PORT@HOST, such as \"inet:8894@localhost\"; "
                     "0.0.0.0 or :: stand for every address of the machine");
        return -1;
    }
    snprintf(port, sizeof port, "%.*s", SPAN_ARG(piece));
    if (rest.ptr[0] == '[' && rest.ptr[rest.len - 1] == ']')
        rest = span_slice(rest, 1, rest.len - 1);
    snprintf(host, sizeof host, "%.*s", SPAN_ARG(rest));
    status = getaddrinfo(host, port, &hints, &found);
    if (status != 0) {
        err_set(err, "%s", gai_strerror(status));
        return -1;
    }
    out->fd = open_bound(found->ai_addr, found->ai_addrlen);
    if (out->fd < 0)
        err_set(err, "%s", strerror(errno));
    freeaddrinfo(found);
    return out->fd < 0 ? -1 : 0;
}

/*
 * Only who holds the lock file may replace the socket. A lock that is free beside
 * a socket that answers means another program listens there.
 */
static int lock_path(const struct sockaddr_un *address, struct listener *out, struct err *err)
{
    char lock[sizeof address->sun_path + 8];
    int probe;

    snprintf(lock, sizeof lock, "%s.lock", address->sun_path);
    out->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (out->lock_fd < 0) {
        err_set(err, "%s: %s", lock, strerror(errno));
        return -1;
    }
    if (flock(out->lock_fd, LOCK_EX | LOCK_NB) < 0) {
        err_set(err, "%s: another vaguemestred is running", lock);
        return -1;
    }
    probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe >= 0 && connect(probe, (const struct sockaddr *)address, sizeof *address) == 0) {
        close(probe);
        err_set(err, "another program listens there");
        return -1;
    }
    if (probe >= 0)
        close(probe);
    return 0;
}

static int open_unix(struct span path, const struct listen_owner *owner, struct listener *out,
                     struct err *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct stat info;

    if (path.len == 0 || path.len >= sizeof address.sun_path) {
        err_set(err, "a socket path has 1 to %zu octets", sizeof address.sun_path - 1);
        return -1;
    }
    memcpy(address.sun_path, path.ptr, path.len);
    if (lock_path(&address, out, err) < 0)
        return -1;
    if (lstat(address.sun_path, &info) == 0 && (!S_ISSOCK(info.st_mode) || unlink(address.sun_path) < 0)) {
        err_set(err, "the path is taken and could not be freed");
        return -1;
    }
    out->fd = open_bound((const struct sockaddr *)&address, sizeof address);
    if (out->fd < 0) {
        err_set(err, "%s", strerror(errno));
        return -1;
    }
    memcpy(out->path, address.sun_path, sizeof out->path);
    /* The name exists from bind() on; until here the umask kept all but us out. */
    if (lchown(out->path, owner->uid, owner->gid) < 0 || chmod(out->path, owner->mode) < 0 ||
        fchown(out->lock_fd, owner->uid, (gid_t)-1) < 0) {
        err_set(err, "owner and mode: %s", strerror(errno));
        return -1;
    }
    return 0;
}

int listener_open(struct span where, const struct listen_owner *owner, struct listener *listener_out,
                  struct err *err)
{
    static const struct { const char *prefix; int family; } forms[] = {
        { "inet:", AF_INET }, { "inet6:", AF_INET6 }, { "unix:", AF_UNIX }, { "local:", AF_UNIX }, { "/", AF_UNIX },
    };
    struct listener opened = { .fd = -1, .lock_fd = -1 };
    const mode_t old_mask = umask(0177);
    int status = -1;

    err_set(err, "expected inet:PORT@HOST, inet6:PORT@HOST or unix:/PATH");
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct span prefix = span_of(forms[i].prefix);
        const struct span rest = span_slice(where, prefix.len, where.len);

        if (!span_starts_with(where, prefix))
            continue;
        if (forms[i].family != AF_UNIX)
            status = open_inet(rest, forms[i].family, &opened, err);
        else
            status = open_unix(prefix.len == 1 ? where : rest, owner, &opened, err);
        break;
    }
    umask(old_mask);
    if (status < 0) {
        err_context(err, "listen = \"%.*s\"", SPAN_ARG(where));
        listener_close(&opened);
    }
    *listener_out = opened;
    return status;
}

void listener_close(struct listener *listener)
{
    if (listener->fd >= 0)
        close(listener->fd);
    if (listener->path[0] != '\0')
        (void)unlink(listener->path);
    /* The lock file stays: removing it would let two starts hold locks on two files of that name. */
    if (listener->lock_fd >= 0)
        close(listener->lock_fd);
    listener->fd = listener->lock_fd = -1;
    listener->path[0] = '\0';
}
