/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Fortra (Titus) metadata in a header field: base64 of JSON with a name space and
 * pairs of field and code. Only these strings are picked out of it, in their order.
 */
#include "mail/transfer.h"
#include "reading_priv.h"

enum { JSON_BYTES = 1 << 18, MAX_STRINGS = 4096, MAX_CODES = 64 };

/* The next string of the JSON text, quotes off, escapes left as they are. */
static bool next_string(struct span *rest, struct span *out)
{
    size_t from = span_find_byte(*rest, '"') + 1, to;

    if (from > rest->len)
        return false;
    for (to = from; to < rest->len && rest->ptr[to] != '"';)
        to += rest->ptr[to] == '\\' && to + 1 < rest->len ? 2 : 1;
    *out = span_slice(*rest, from, to);
    *rest = span_slice(*rest, to + 1, rest->len);
    return true;
}

/* Behind a key stands ":" and then its value. */
static bool is_key(struct span rest)
{
    rest = span_trim(rest);
    return rest.len > 0 && rest.ptr[0] == ':';
}

static bool report(struct reading *reading, const struct store_place *place, struct span ns,
                   struct span field, struct span code)
{
    struct buf name;
    bool known;

    buf_init(&name, 0);
    buf_printf(&name, "%.*s:%.*s:%.*s", SPAN_ARG(ns), SPAN_ARG(field), SPAN_ARG(code));
    known = store_identified(reading, place, SPAN("titus"), buf_span(&name));
    buf_fini(&name);
    return store_marking(reading, place, code) || known;
}

static void read_json(struct reading *reading, const struct store_place *place, struct span json)
{
    struct span ns = SPAN(""), field = SPAN(""), code = SPAN(""), string, key = SPAN("");
    unsigned codes = 0;
    bool known = false;

    for (unsigned i = 0; i < MAX_STRINGS && codes < MAX_CODES && next_string(&json, &string); i++) {
        if (is_key(json)) {
            key = string;
            continue;
        }
        if (span_equals(key, SPAN("ns")))
            ns = string;
        else if (span_equals(key, SPAN("n")))
            field = string;
        else if (span_equals(key, SPAN("value"))) {
            code = string;
            known |= report(reading, place, ns, field, code);
            codes++;
        }
        key = SPAN("");
    }
    if (!known)
        store_unknown(reading, place, code.len > 0 ? code : SPAN("titus"));
}

void store_titus(struct reading *reading, const struct store_place *place, struct span value)
{
    struct buf json;

    buf_init(&json, JSON_BYTES);
    (void)transfer_decode(TRANSFER_BASE64, READING_TOLERANT, value, &json, NULL);
    read_json(reading, place, buf_span(&json));
    buf_fini(&json);
}
