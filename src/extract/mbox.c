/* SPDX-License-Identifier: EUPL-1.2 */
/* A mailbox file (RFC 4155): messages one behind the other, each behind a "From " line. */
#include "extract_priv.h"

enum { MAX_MESSAGES = 100000 };

/* "From someone Mon Nov 23 …" at the start of a line: an address, then a day. */
static bool is_separator(struct span text)
{
    struct span line = span_slice(text, 0, span_find_byte(text, '\n'));

    return span_starts_with(line, SPAN("From ")) && line.len < 500 &&
           (span_find(line, SPAN(":")) < line.len || line.len > 20);
}

static enum recognition mbox_recognise(const struct extract_input *input)
{
    struct span rest = input->bytes, line;

    if (!is_separator(rest) || !span_next(&rest, '\n', &line))
        return RECOGNISE_NO;
    line = span_slice(rest, 0, span_find_byte(rest, '\n'));
    return span_find_byte(line, ':') < line.len ? RECOGNISE_MAGIC : RECOGNISE_NO;
}

static enum extract_result mbox_read(const struct extract_input *input, struct sink *sink)
{
    struct span rest = input->bytes;

    for (unsigned i = 0; i < MAX_MESSAGES && rest.len > 0 && !sink_spent(sink); i++) {
        struct nested message = { .declared = SPAN("message/rfc822") };
        size_t start = span_find_byte(rest, '\n') + 1, end = start;
        do {
            end += span_find(span_slice(rest, end, rest.len), SPAN("\nFrom ")) + 1;
        } while (end < rest.len && !is_separator(span_slice(rest, end, rest.len)));
        message.bytes = span_slice(rest, start, end);
        if (message.bytes.len > 0)
            sink_nested(sink, &message);
        rest = span_slice(rest, end, rest.len);
    }
    if (sink_spent(sink))
        return EXTRACT_STOPPED;
    if (rest.len > 0)
        sink_uninspectable(sink, UNINSPECTABLE_TOO_MANY, SPAN(""));
    return rest.len > 0 ? EXTRACT_PARTIAL : EXTRACT_OK;
}

const struct extractor extract_mbox = { .name = "mbox", .recognise = mbox_recognise, .read = mbox_read };
