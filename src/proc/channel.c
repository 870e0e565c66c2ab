/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>
#include <unistd.h>

#include "proc_priv.h"
#include "wire/wire.h"

static size_t descriptors_of(enum channel_kind kind)
{
    switch (kind) {
    case CHANNEL_POLICY:
        return 2;
    case CHANNEL_POLICY_OCR:
        return 3;
    case CHANNEL_AUDIT:
    case CHANNEL_CLIENT:
        return 1;
    case CHANNEL_STOP:
    case CHANNEL_PING:
    case CHANNEL_REOPEN:
    case CHANNEL_READY:
    case CHANNEL_FAILED:
    case CHANNEL_PONG:
        return 0;
    }
    return 0;
}

int channel_send(int fd, enum channel_kind kind, const int *fds, const char *text, struct err *err)
{
    enum wire_result result;
    struct buf octets;

    buf_init(&octets, 0);
    wire_put_u32(&octets, kind);
    wire_put_span(&octets, span_of(text));
    result = octets.failed ? WIRE_BROKEN
                           : wire_send(fd, buf_span(&octets), fds, descriptors_of(kind), WIRE_FOREVER);
    buf_fini(&octets);
    if (result != WIRE_OK) {
        err_set(err, "control socket: could not send");
        return -1;
    }
    return 0;
}

static bool decode(struct span octets, size_t fd_count, struct channel_message *out)
{
    struct wire_in in = wire_in_of(octets);
    struct span text;

    out->kind = (enum channel_kind)wire_get_range(&in, CHANNEL_POLICY, CHANNEL_PONG);
    text = wire_get_text(&in, sizeof out->text - 1);
    if (!wire_is_done(&in) || descriptors_of(out->kind) != fd_count)
        return false;
    if (text.len > 0)
        memcpy(out->text, text.ptr, text.len);
    out->text[text.len] = '\0';
    return true;
}

int channel_receive(int fd, struct channel_message *message_out, struct err *err)
{
    size_t fd_count = CHANNEL_MAX_FDS;
    enum wire_result result;
    struct buf octets;
    int status = -1;

    memset(message_out, 0, sizeof *message_out);
    buf_init(&octets, 0);
    result = wire_receive(fd, &octets, CHANNEL_TEXT_BYTES + 16, message_out->fds, &fd_count, WIRE_FOREVER);
    if (result == WIRE_CLOSED) {
        status = 0;
    } else if (result == WIRE_OK && decode(buf_span(&octets), fd_count, message_out)) {
        status = 1;
    } else {
        for (size_t i = 0; result == WIRE_OK && i < fd_count; i++)
            close(message_out->fds[i]);
        err_set(err, "control socket: what came is no message");
    }
    buf_fini(&octets);
    return status;
}
