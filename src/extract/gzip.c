/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * gzip (RFC 1952) by zlib itself, because what stands behind the first member
 * matters: some readers stop there, some go on, some show the rest as it is.
 */
#include "base/buf.h"
#include "extract_priv.h"
#include "inflated.h"

enum { HEADER_BYTES = 10, MAX_MEMBERS = 65536 };

enum { HAS_CRC = 2, HAS_EXTRA = 4, HAS_NAME = 8, HAS_COMMENT = 16 };

static bool is_gzip(struct span bytes)
{
    return span_starts_with(bytes, SPAN("\x1F\x8B\x08"));
}

static enum recognition gzip_recognise(const struct extract_input *input)
{
    return is_gzip(input->bytes) ? RECOGNISE_MAGIC : RECOGNISE_NO;
}

/* Optional fields of a member's header: the stored name, and the comment as text. */
static void read_header(struct span bytes, struct span *name_out, struct span *comment_out)
{
    unsigned flags = bytes.len > 3 ? (uint8_t)bytes.ptr[3] : 0;
    struct span rest = span_slice(bytes, HEADER_BYTES, bytes.len);

    *name_out = *comment_out = (struct span){ "", 0 };
    if ((flags & HAS_EXTRA) != 0 && rest.len >= 2)
        rest = span_slice(rest, 2 + (uint8_t)rest.ptr[0] + 256U * (uint8_t)rest.ptr[1], rest.len);
    if ((flags & HAS_NAME) != 0)
        span_next(&rest, '\0', name_out);
    if ((flags & HAS_COMMENT) != 0)
        span_next(&rest, '\0', comment_out);
}

static bool is_zeros(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '\0')
            return false;
    return true;
}

/* What the unpacked file is called when its name is not stored. */
static struct span outer_name(struct span name)
{
    if (span_ends_with_nocase(name, SPAN(".gz")))
        return span_slice(name, 0, name.len - 3);
    return span_ends_with_nocase(name, SPAN(".tgz")) ? span_slice(name, 0, name.len - 4) : name;
}

static void hand_over(struct sink *sink, struct span bytes, struct span name)
{
    struct nested nested = { .bytes = bytes, .name = name };

    if (bytes.len > 0)
        sink_nested(sink, &nested);
}

static enum extract_result gzip_read(const struct extract_input *input, struct sink *sink)
{
    struct span rest = input->bytes, name, comment;
    size_t members = 0;
    bool damaged = false;
    struct buf out;

    read_header(rest, &name, &comment);
    if (name.len == 0)
        name = outer_name(input->name);
    if (comment.len > 0)
        sink_property(sink, PROPERTY_DOCUMENT, SPAN("comment"), comment);
    buf_init(&out, 0);
    for (; is_gzip(rest) && members < MAX_MEMBERS && !damaged; members++) {
        size_t used = inflated_append(sink, rest, INFLATED_GZIP, &out);
        damaged = used == 0;
        rest = span_slice(rest, used, rest.len);
    }
    if (members > 1)
        sink_ambiguity(sink, AMBIGUITY_ARCHIVE_MULTIPLE_DIRECTORIES, SPAN(""));
    /* Also what came out before the budget ended: it is looked through for words at least. */
    hand_over(sink, buf_span(&out), name);
    if (damaged) {
        if (!sink_spent(sink))
            sink_uninspectable(sink, UNINSPECTABLE_DAMAGED, SPAN(""));
    } else if (!is_zeros(rest)) {
        sink_ambiguity(sink, AMBIGUITY_ARCHIVE_TRAILING_DATA, SPAN(""));
        hand_over(sink, rest, SPAN("trailing"));
    }
    buf_fini(&out);
    if (sink_spent(sink))
        return EXTRACT_STOPPED;
    return damaged ? EXTRACT_PARTIAL : EXTRACT_OK;
}

const struct extractor extract_gzip = { .name = "gzip", .recognise = gzip_recognise, .read = gzip_read };
