/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * SIO-Label (RFC 7444): parameters as RFC 2231 writes them. The label itself is
 * base64, in pieces; the marking is what people are shown.
 */
#include "base/hex.h"
#include "mail/transfer.h"
#include "reading_priv.h"

enum { MAX_PARAMETERS = 256, LABEL_BYTES = 1 << 20 };

struct sio_label {
    struct span type;
    struct buf marking, encoded;
};

/* "UTF-8''NATO%20SECRET": language and charset dropped, octets restored. */
static void append_extended(struct buf *out, struct span value, bool first)
{
    if (first)
        for (int quote = 0; quote < 2; quote++)
            value = span_slice(value, span_find_byte(value, '\'') + 1, value.len);
    for (size_t i = 0; i < value.len; i++) {
        int high = i + 2 < value.len ? hex_digit(value.ptr[i + 1]) : -1;
        int low = i + 2 < value.len ? hex_digit(value.ptr[i + 2]) : -1;

        if (value.ptr[i] == '%' && high >= 0 && low >= 0) {
            buf_append_byte(out, (char)(high << 4 | low));
            i += 2;
        } else {
            buf_append_byte(out, value.ptr[i]);
        }
    }
}

/* Cut the next "name=value" off; value without its quotes and backslashes' meaning left as it is. */
static bool next_parameter(struct span *rest, struct span *name_out, struct span *value_out)
{
    size_t equals, end;

    while (rest->len > 0 && (rest->ptr[0] == ';' || (unsigned char)rest->ptr[0] <= ' '))
        *rest = span_slice(*rest, 1, rest->len);
    equals = span_find_byte(*rest, '=');
    if (equals == rest->len)
        return false;
    *name_out = span_trim(span_slice(*rest, 0, equals));
    *rest = span_trim(span_slice(*rest, equals + 1, rest->len));
    if (rest->len > 0 && rest->ptr[0] == '"') {
        for (end = 1; end < rest->len && rest->ptr[end] != '"';)
            end += rest->ptr[end] == '\\' && end + 1 < rest->len ? 2 : 1;
        *value_out = span_slice(*rest, 1, end);
        *rest = span_slice(*rest, end + 1, rest->len);
    } else {
        end = span_find_byte(*rest, ';');
        *value_out = span_trim(span_slice(*rest, 0, end));
        *rest = span_slice(*rest, end, rest->len);
    }
    return true;
}

/* Is name "WANTED", "WANTED*", "WANTED*0" or "WANTED*0*"? *extended: percent-encoded; *first: with charset. */
static bool is_parameter(struct span name, struct span wanted, bool *extended, bool *first)
{
    struct span rest;

    if (!span_starts_with_nocase(name, wanted))
        return false;
    rest = span_slice(name, wanted.len, name.len);
    if (rest.len > 0 && rest.ptr[0] != '*')
        return false;
    *extended = rest.len > 0 && rest.ptr[rest.len - 1] == '*';
    *first = rest.len < 2 || rest.ptr[1] == '0';
    return true;
}

static void take(struct sio_label *label, struct span name, struct span value)
{
    static const struct span markings[] = { { "marking", 7 }, { "new-marking", 11 } };
    static const struct span labels[] = { { "label", 5 }, { "new-label", 9 } };
    bool extended, first;

    for (size_t i = 0; i < 2; i++) {
        if (is_parameter(name, markings[i], &extended, &first)) {
            if (i == 1 && label->marking.len > 0)
                buf_append_byte(&label->marking, '\n');
            if (extended)
                append_extended(&label->marking, value, first);
            else
                buf_append(&label->marking, value);
        }
        if (is_parameter(name, labels[i], &extended, &first))
            buf_append(&label->encoded, value);
    }
    if (span_equals_nocase(name, SPAN("type")) || span_equals_nocase(name, SPAN("new-type")))
        label->type = value;
}

/* What type says and what the octets look like may differ: the octets win. */
static void read_encoded(struct reading *reading, const struct store_place *place,
                         const struct sio_label *label)
{
    struct buf decoded;
    struct span octets;

    buf_init(&decoded, LABEL_BYTES);
    (void)transfer_decode(TRANSFER_BASE64, READING_TOLERANT, buf_span(&label->encoded), &decoded,
                          NULL);
    octets = span_trim(buf_span(&decoded));
    if (octets.len > 0 && (octets.ptr[0] == '<' || (unsigned char)octets.ptr[0] == 0xEF ||
                           span_equals_nocase(label->type, SPAN(":xml"))))
        store_xml(reading, place, octets);
    else
        store_ess(reading, place, buf_span(&decoded));
    buf_fini(&decoded);
}

void store_sio_label(struct reading *reading, const struct store_place *place, struct span value)
{
    struct sio_label label = { .type = SPAN("") };
    struct span name, of;
    bool known = false;

    buf_init(&label.marking, LABEL_BYTES);
    buf_init(&label.encoded, LABEL_BYTES);
    for (unsigned i = 0; i < MAX_PARAMETERS && next_parameter(&value, &name, &of); i++)
        take(&label, name, of);
    if (label.marking.len > 0)
        known = store_marking(reading, place, buf_span(&label.marking));
    if (label.encoded.len > 0)
        read_encoded(reading, place, &label);
    else if (!known)
        store_unknown(reading, place, label.marking.len > 0 ? buf_span(&label.marking) : value);
    buf_fini(&label.marking);
    buf_fini(&label.encoded);
}
