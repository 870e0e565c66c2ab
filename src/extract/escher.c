/* SPDX-License-Identifier: EUPL-1.2 */
/* Office drawing records ([MS-ODRAW] 2.2, 2.3): only the properties that are text. */
#include "base/buf.h"
#include "codepage.h"
#include "le.h"
#include "ole_priv.h"

enum { HEADER_BYTES = 8, MAX_RECORDS = 200000, FIRST_TABLE = 0xF00B, SECOND_TABLE = 0xF121, THIRD_TABLE = 0xF122 };

enum {
    PROPERTY_ART_TEXT = 0x00C0, PROPERTY_NAME = 0x0380, PROPERTY_DESCRIPTION = 0x0381,
    PROPERTY_LINK_TIP = 0x038D, COMPLEX = 0x8000, ID_MASK = 0x3FFF
};

/* Properties of one shape: fixed entries, then the long values in the same order. */
static void read_table(struct span table, unsigned count, struct sink *sink)
{
    size_t at = 6 * (size_t)count;

    for (unsigned i = 0; i < count && at <= table.len; i++) {
        uint16_t id = le16(table, 6 * (size_t)i);
        uint32_t length = le32(table, 6 * (size_t)i + 2);
        enum region region = REGION_BODY;
        struct buf text;

        if ((id & COMPLEX) == 0)
            continue;
        switch (id & ID_MASK) {
        case PROPERTY_ART_TEXT: region = REGION_WATERMARK; break;
        case PROPERTY_DESCRIPTION:
        case PROPERTY_LINK_TIP: region = REGION_ALT; break;
        case PROPERTY_NAME: region = REGION_NAME; break;
        }
        if (region != REGION_BODY) {
            buf_init(&text, 1 << 16);
            codepage_decode_utf16(span_slice(table, at, at + length), &text);
            ole_line(sink, region, UNIT_NONE, 0, buf_span(&text));
            buf_fini(&text);
        }
        at += length;
    }
}

void escher_read(struct span records, struct sink *sink)
{
    size_t at = 0;

    for (unsigned i = 0; i < MAX_RECORDS && at + HEADER_BYTES <= records.len && !sink_spent(sink); i++) {
        uint16_t first = le16(records, at), type = le16(records, at + 2);
        uint32_t length = le32(records, at + 4);
        if (type < 0xF000) {            /* not a drawing record: some containers are padded */
            at++;
            continue;
        }
        at += HEADER_BYTES;
        if (type == FIRST_TABLE || type == SECOND_TABLE || type == THIRD_TABLE)
            read_table(span_slice(records, at, at + length), first >> 4, sink);
        if ((first & 0xF) != 0xF)       /* not a container: step over it */
            at += length;
    }
}
