/* SPDX-License-Identifier: EUPL-1.2 */
#include "pgp_packets.h"

#include "base/buf.h"
#include "be.h"
#include "inflated.h"
#include "raw_stream.h"

enum { MAX_PACKETS = 10000, MAX_DEPTH = 8, LITERAL_HEAD = 6 };

/* Packet types (RFC 9580, 5). */
enum {
    TAG_SESSION_KEY = 1, TAG_SIGNATURE = 2, TAG_PASSWORD_KEY = 3, TAG_ONE_PASS = 4, TAG_SECRET_KEY = 5, TAG_PUBLIC_KEY = 6,
    TAG_SECRET_SUBKEY = 7, TAG_COMPRESSED = 8, TAG_SEALED = 9, TAG_MARKER = 10, TAG_LITERAL = 11, TAG_TRUST = 12,
    TAG_USER_ID = 13, TAG_PUBLIC_SUBKEY = 14, TAG_ATTRIBUTE = 17, TAG_SEALED_CHECKED = 18, TAG_SEALED_AEAD = 20,
    TAG_PADDING = 21
};

struct packet {
    unsigned tag;
    struct span body;
    bool is_short;              /* its end is missing */
};

struct message {
    struct sink *sink;
    struct buf joined;          /* a body that came in pieces */
    bool is_sealed, is_signed, is_partial;
};

/* Cut a body of that length off *rest. */
static struct span cut(struct span *rest, size_t head, size_t length, bool *short_out)
{
    struct span body = span_slice(*rest, head, length > SIZE_MAX - head ? SIZE_MAX : head + length);

    *short_out = rest->len < head || body.len < length;
    *rest = span_slice(*rest, head + body.len, rest->len);
    return body;
}

/* The length of a body, or of a piece of one, before which it stands; is_piece_out: another follows. */
static struct span next_piece(struct span *rest, bool *is_piece_out, bool *short_out)
{
    unsigned first = (unsigned)be_at(*rest, 0, 1);

    *is_piece_out = first >= 224 && first < 255;
    if (rest->len == 0) {
        *short_out = true;
        return *rest;
    }
    if (first < 192)
        return cut(rest, 1, first, short_out);
    if (first < 224)
        return cut(rest, 2, ((first - 192) << 8) + be_at(*rest, 1, 1) + 192, short_out);
    return first == 255 ? cut(rest, 5, be_at(*rest, 1, 4), short_out)
                        : cut(rest, 1, (size_t)1 << (first & 0x1F), short_out);
}

/* Of the new form. joined may be NULL: then only the first piece is looked at. */
static void read_new_body(struct span *rest, struct packet *packet, struct buf *joined)
{
    bool is_piece;

    *rest = span_slice(*rest, 1, rest->len);
    packet->body = next_piece(rest, &is_piece, &packet->is_short);
    if (!is_piece || joined == NULL)
        return;
    buf_clear(joined);
    buf_append(joined, packet->body);
    while (is_piece && !packet->is_short)
        buf_append(joined, next_piece(rest, &is_piece, &packet->is_short));
    packet->body = buf_span(joined);
}

/* false when no packet begins here. */
static bool next_packet(struct span *rest, struct packet *packet, struct buf *joined)
{
    unsigned first = (unsigned)be_at(*rest, 0, 1), form = first & 3;

    *packet = (struct packet){ .tag = (first & 0x40) != 0 ? first & 0x3F : first >> 2 & 0xF };
    if ((first & 0x80) == 0 || packet->tag == 0)
        return false;
    if ((first & 0x40) != 0)
        read_new_body(rest, packet, joined);
    else if (form == 3)
        packet->body = cut(rest, 1, rest->len - 1, &packet->is_short);
    else
        packet->body = cut(rest, 1 + ((size_t)1 << form), be_at(*rest, 1, (size_t)1 << form), &packet->is_short);
    return true;
}

/* Does the beginning of a body fit its tag? */
static bool fits(const struct packet *packet)
{
    unsigned first = (unsigned)be_at(packet->body, 0, 1);

    if (packet->body.len == 0)
        return false;
    switch (packet->tag) {
    case TAG_SESSION_KEY: return first == 2 || first == 3 || first == 6;
    case TAG_PASSWORD_KEY: return first >= 4 && first <= 6;
    case TAG_SIGNATURE:
    case TAG_SECRET_KEY:
    case TAG_PUBLIC_KEY: return first >= 2 && first <= 6;
    case TAG_ONE_PASS: return first == 3 || first == 6;
    case TAG_COMPRESSED: return first <= 3;
    case TAG_LITERAL:
        return (first == 'b' || first == 't' || first == 'u' || first == 'l' || first == 'm') &&
               packet->body.len >= LITERAL_HEAD + be_at(packet->body, 1, 1);
    }
    return false;
}

bool pgp_packets_look_so(struct span bytes)
{
    struct span rest = bytes;
    struct packet packet;

    return bytes.len > 0 && next_packet(&rest, &packet, NULL) && fits(&packet) &&
           (rest.len == 0 || (rest.ptr[0] & 0x80) != 0 || packet.body.len >= 512);
}

static void tell_sealed(struct message *message)
{
    if (!message->is_sealed)
        sink_uninspectable(message->sink, UNINSPECTABLE_ENCRYPTED, SPAN("pgp message"));
    message->is_sealed = message->is_partial = true;
}

static void tell_broken(struct message *message, enum uninspectable reason)
{
    sink_uninspectable(message->sink, reason, SPAN("pgp message"));
    message->is_partial = true;
}

static void read_literal(struct message *message, struct span body)
{
    size_t name_bytes = be_at(body, 1, 1);
    struct nested nested = { .bytes = span_slice(body, LITERAL_HEAD + name_bytes, body.len),
                             .name = span_slice(body, 2, 2 + name_bytes) };

    sink_nested(message->sink, &nested);
}

/* Whose key it is: a name and an address a person reads. */
static void read_user(struct message *message, struct span body)
{
    struct place place = { .region = REGION_BODY, .unit = UNIT_NONE };

    sink_place(message->sink, &place);
    sink_text(message->sink, body);
    sink_text(message->sink, SPAN("\n"));
}

static bool unpack(struct sink *sink, struct span body, struct buf *out)
{
    struct span packed = span_slice(body, 1, body.len);

    switch (be_at(body, 0, 1)) {
    case 0: return buf_append(out, packed);
    case 1: return inflated_append(sink, packed, INFLATED_BARE, out) > 0;
    case 2: return inflated_append(sink, packed, INFLATED_ZLIB, out) > 0;
    case 3: return raw_stream_append(sink, packed, RAW_BZIP2, out);
    }
    return false;
}

static void read_row(struct message *message, struct span rest, unsigned depth);

static void read_compressed(struct message *message, struct span body, unsigned depth)
{
    struct buf out, joined = message->joined;

    if (depth >= MAX_DEPTH) {
        tell_broken(message, UNINSPECTABLE_TOO_DEEP);
        return;
    }
    buf_init(&out, 0);
    if (!unpack(message->sink, body, &out) && !sink_spent(message->sink))
        tell_broken(message, UNINSPECTABLE_DAMAGED);
    /* The body may lie in the buffer the packets inside are joined in: each level has its own. */
    buf_init(&message->joined, 0);
    read_row(message, buf_span(&out), depth + 1);
    buf_fini(&message->joined);
    message->joined = joined;
    buf_fini(&out);
}

static void read_packet(struct message *message, const struct packet *packet, unsigned depth)
{
    switch (packet->tag) {
    case TAG_SESSION_KEY:
    case TAG_PASSWORD_KEY:
    case TAG_SEALED:
    case TAG_SEALED_CHECKED:
    case TAG_SEALED_AEAD: tell_sealed(message); break;
    case TAG_SIGNATURE:
    case TAG_ONE_PASS:
        if (!message->is_signed)
            sink_signature(message->sink, SPAN("pgp"), SPAN(""));
        message->is_signed = true;
        break;
    case TAG_COMPRESSED: read_compressed(message, packet->body, depth); break;
    case TAG_LITERAL: read_literal(message, packet->body); break;
    case TAG_USER_ID: read_user(message, packet->body); break;
    case TAG_SECRET_KEY:
    case TAG_PUBLIC_KEY:
    case TAG_SECRET_SUBKEY:
    case TAG_PUBLIC_SUBKEY:
    case TAG_MARKER:
    case TAG_TRUST:
    case TAG_ATTRIBUTE:
    case TAG_PADDING: break;
    default: tell_broken(message, UNINSPECTABLE_UNSUPPORTED);
    }
    if (packet->is_short)
        tell_broken(message, UNINSPECTABLE_DAMAGED);
}

static void read_row(struct message *message, struct span rest, unsigned depth)
{
    struct packet packet;

    for (unsigned i = 0; rest.len > 0 && !sink_spent(message->sink); i++) {
        if (i >= MAX_PACKETS) {
            tell_broken(message, UNINSPECTABLE_TOO_MANY);
            return;
        }
        if (!next_packet(&rest, &packet, &message->joined)) {
            tell_broken(message, UNINSPECTABLE_DAMAGED);
            return;
        }
        read_packet(message, &packet, depth);
    }
}

enum extract_result pgp_packets_read(struct span bytes, struct sink *sink)
{
    struct message message = { .sink = sink };

    buf_init(&message.joined, 0);
    read_row(&message, bytes, 0);
    buf_fini(&message.joined);
    if (sink_spent(sink))
        return EXTRACT_STOPPED;
    return message.is_partial ? EXTRACT_PARTIAL : EXTRACT_OK;
}
