/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whole messages over a SOCK_SEQPACKET socket: the other half of wire.h.
 *
 * The first packet opens with the length of the whole message (32 bits); packets
 * follow until that many octets have come. A peer that sends an empty packet, too
 * much, or descriptors nobody asked for, is broken.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "wire/wire.h"

int wire_pair(int fds_out[2], struct err *err)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds_out) == 0)
        return 0;
    err_set(err, "socketpair: %s", strerror(errno));
    return -1;
}

/* Until the socket is ready for events, or the deadline has passed. */
static enum wire_result await(int fd, short events, uint64_t deadline_us)
{
    for (;;) {
        struct pollfd one = { .fd = fd, .events = events };
        uint64_t now = clock_monotonic_us();
        int wait_ms, ready;

        if (now >= deadline_us)
            return WIRE_TIMEOUT;
        wait_ms = deadline_us - now > 60000000 ? 60000 : (int)((deadline_us - now + 999) / 1000);
        ready = poll(&one, 1, wait_ms);
        if (ready > 0)
            return WIRE_OK;
        if (ready < 0 && errno != EINTR)
            return WIRE_BROKEN;
    }
}

static enum wire_result send_packet(int fd, struct msghdr *packet, uint64_t deadline_us)
{
    /* Without a deadline the kernel waits for us: the caged scanner has no poll(2). */
    const int flags = MSG_NOSIGNAL | (deadline_us == WIRE_FOREVER ? 0 : MSG_DONTWAIT);

    for (;;) {
        enum wire_result ready;

        if (sendmsg(fd, packet, flags) >= 0)
            return WIRE_OK;
        if (errno == EPIPE || errno == ECONNRESET)
            return WIRE_CLOSED;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return WIRE_BROKEN;
        ready = await(fd, POLLOUT, deadline_us);
        if (ready != WIRE_OK)
            return ready;
    }
}

static void attach(struct msghdr *packet, char *control, size_t control_bytes, const int *fds,
                   size_t count)
{
    struct cmsghdr *head;

    memset(control, 0, control_bytes);
    packet->msg_control = control;
    packet->msg_controllen = CMSG_SPACE(count * sizeof(int));
    head = CMSG_FIRSTHDR(packet);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(head), fds, count * sizeof(int));
}

enum wire_result wire_send(int fd, struct span message, const int *fds, size_t fd_count,
                           uint64_t deadline_us)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(WIRE_MAX_FDS * sizeof(int))];
    uint32_t total = (uint32_t)message.len;
    struct iovec pieces[2] = { { &total, sizeof total }, { NULL, 0 } };
    struct msghdr packet = { .msg_iov = pieces, .msg_iovlen = 2 };
    size_t sent = 0;

    if (message.len > WIRE_MESSAGE_BYTES || fd_count > WIRE_MAX_FDS)
        return WIRE_BROKEN;
    if (fd_count > 0)
        attach(&packet, control, sizeof control, fds, fd_count);
    do {
        struct span piece = span_slice(message, sent, sent + WIRE_FRAME_BYTES);
        enum wire_result result;

        pieces[1] = (struct iovec){ (char *)piece.ptr, piece.len };
        result = send_packet(fd, &packet, deadline_us);
        if (result != WIRE_OK)
            return result;
        sent += piece.len;
        packet = (struct msghdr){ .msg_iov = &pieces[1], .msg_iovlen = 1 };
    } while (sent < message.len);
    return WIRE_OK;
}

static void close_all(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
}

/* Take the descriptors out of a packet; those past the room for them are closed. Returns how many came. */
static size_t collect(struct msghdr *packet, int *fds, size_t room)
{
    size_t came = 0;

    for (struct cmsghdr *head = CMSG_FIRSTHDR(packet); head != NULL;
         head = CMSG_NXTHDR(packet, head)) {
        size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);

        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < count; i++, came++) {
            int fd;
            memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
            if (came < room)
                fds[came] = fd;
            else
                close(fd);
        }
    }
    return came;
}

static enum wire_result receive_packet(int fd, struct msghdr *packet, size_t *len_out,
                                       uint64_t deadline_us)
{
    const int flags = MSG_CMSG_CLOEXEC | (deadline_us == WIRE_FOREVER ? 0 : MSG_DONTWAIT);

    for (;;) {
        ssize_t len = recvmsg(fd, packet, flags);
        enum wire_result ready;

        if (len > 0) {
            *len_out = (size_t)len;
            return (packet->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 ? WIRE_OK : WIRE_BROKEN;
        }
        if (len == 0 || errno == ECONNRESET)
            return WIRE_CLOSED;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return WIRE_BROKEN;
        if (deadline_us == WIRE_NO_WAIT)
            return WIRE_AGAIN;
        ready = await(fd, POLLIN, deadline_us);
        if (ready != WIRE_OK)
            return ready;
    }
}

/* The first packet: length, octets, descriptors. */
static enum wire_result receive_first(int fd, struct buf *message, uint32_t *total_out, int *fds,
                                      size_t room, size_t *came_out, uint64_t deadline_us)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(WIRE_MAX_FDS * sizeof(int))];
    struct iovec pieces[2] = { { total_out, sizeof *total_out },
                               { buf_reserve(message, WIRE_FRAME_BYTES), WIRE_FRAME_BYTES } };
    struct msghdr packet = { .msg_iov = pieces,
                             .msg_iovlen = 2,
                             .msg_control = control,
                             .msg_controllen = sizeof control };
    enum wire_result result;
    size_t len = 0;

    if (pieces[1].iov_base == NULL)
        return WIRE_BROKEN;
    result = receive_packet(fd, &packet, &len, deadline_us);
    if (result == WIRE_OK || len > 0)
        *came_out = collect(&packet, fds, room);
    if (result != WIRE_OK)
        return result;
    if (len < sizeof *total_out)
        return WIRE_BROKEN;
    message->len = len - sizeof *total_out;
    return WIRE_OK;
}

static enum wire_result receive_rest(int fd, struct buf *message, size_t total,
                                     uint64_t deadline_us)
{
    while (message->len < total) {
        size_t wanted = total - message->len;
        struct iovec piece = { buf_reserve(message, wanted < WIRE_FRAME_BYTES ? wanted
                                                                              : WIRE_FRAME_BYTES),
                               wanted < WIRE_FRAME_BYTES ? wanted : WIRE_FRAME_BYTES };
        struct msghdr packet = { .msg_iov = &piece, .msg_iovlen = 1 };
        enum wire_result result;
        size_t len = 0;

        if (piece.iov_base == NULL)
            return WIRE_BROKEN;
        result = receive_packet(fd, &packet, &len, deadline_us);
        if (result != WIRE_OK)
            return result;
        message->len += len;
    }
    return WIRE_OK;
}

enum wire_result wire_receive(int fd, struct buf *message_out, size_t max_bytes, int *fds_out,
                              size_t *fd_count_inout, uint64_t deadline_us)
{
    const size_t room = fds_out == NULL ? 0 : *fd_count_inout;
    enum wire_result result;
    uint32_t total = 0;
    size_t came = 0;

    buf_clear(message_out);
    result = receive_first(fd, message_out, &total, fds_out, room, &came, deadline_us);
    if (result == WIRE_OK && (total > max_bytes || message_out->len > total || came > room))
        result = WIRE_BROKEN;
    if (result == WIRE_OK)
        result = receive_rest(fd, message_out, total,
                              deadline_us == WIRE_NO_WAIT ? clock_monotonic_us() + 1000000
                                                          : deadline_us);
    if (result != WIRE_OK)
        close_all(fds_out, came < room ? came : room);
    if (fds_out != NULL)
        *fd_count_inout = result == WIRE_OK ? came : 0;
    return result;
}
