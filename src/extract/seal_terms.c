/* SPDX-License-Identifier: EUPL-1.2 */
#include "seal_terms.h"

#include <string.h>

#include "extract/data_uri.h"

void seal_read_octets(struct xml *xml, const char *attribute, struct seal_octets *out)
{
    struct span text;
    struct buf made;

    *out = (struct seal_octets){ .len = 0 };
    if (!xml_attribute(xml, attribute, &text))
        return;
    buf_init(&made, SEAL_OCTETS_MAX);
    data_uri_base64(text, &made);
    if (!made.failed && made.len > 0) {
        memcpy(out->bytes, made.ptr, made.len);
        out->len = made.len;
    }
    buf_fini(&made);
}

uint64_t seal_read_number(struct xml *xml, const char *attribute, uint64_t otherwise)
{
    struct span text;
    uint64_t value;

    return xml_attribute(xml, attribute, &text) && span_to_u64(text, &value) ? value : otherwise;
}
