/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * PowerPoint binary presentations ([MS-PPT]): every text atom of every slide,
 * master and notes page in the stream, also of those an edit left behind; names
 * and footers; embedded objects.
 */
#include "base/buf.h"
#include "codepage.h"
#include "inflated.h"
#include "le.h"
#include "ole_priv.h"

enum {
    CONTAINER_DOCUMENT = 0x03E8, CONTAINER_SLIDE = 0x03EE, CONTAINER_NOTES = 0x03F0, CONTAINER_MASTER = 0x03F8,
    CONTAINER_TEXTS = 0x0FF0, CONTAINER_HEADERS = 0x0FD9, CONTAINER_HANDOUT = 0x0FC9, CONTAINER_COMMENT = 0x2EE0, ATOM_CHARS = 0x0FA0,
    ATOM_BYTES = 0x0FA8, ATOM_STRING = 0x0FBA, ATOM_OLE = 0x1011, ATOM_PERSIST = 0x03F3, ATOM_SHOW = 0x03F9, BLOB_OF_TAG = 0x138B,
    RECORD_HEADER = 8, MAX_RECORDS = 2000000, MAX_DEPTH = 32
};

/* Whose texts a list in the document holds: its instance ([MS-PPT] 2.4.14.3). */
enum { TEXTS_OF_SLIDES, TEXTS_OF_MASTERS, TEXTS_OF_NOTES };

struct level {
    size_t end;
    uint16_t type, instance;
    bool is_hidden;
};

struct ppt {
    struct sink *sink;
    struct span stream;
    struct level levels[MAX_DEPTH];
    unsigned depth;
    uint32_t slide;             /* containers met so far */
    uint32_t listed;            /* slides met so far in the list of texts */
};

static enum region region_of(const struct ppt *ppt)
{
    for (unsigned i = ppt->depth; i-- > 0;) {
        if (ppt->levels[i].is_hidden)
            return REGION_HIDDEN;
        switch (ppt->levels[i].type) {
        case CONTAINER_TEXTS:
            return ppt->levels[i].instance == TEXTS_OF_NOTES     ? REGION_NOTE
                   : ppt->levels[i].instance == TEXTS_OF_MASTERS ? REGION_HEADER
                                                                 : REGION_BODY;
        case CONTAINER_HEADERS: return REGION_FOOTER;
        case CONTAINER_COMMENT: return REGION_COMMENT;
        case CONTAINER_NOTES: return REGION_NOTE;
        case CONTAINER_MASTER:
        case CONTAINER_HANDOUT: return REGION_HEADER;
        case CONTAINER_SLIDE: return REGION_BODY;
        }
    }
    return REGION_BODY;
}

/* The slide that text stands on, from 1; 0 on none. */
static uint32_t slide_of(const struct ppt *ppt)
{
    for (unsigned i = 0; i < ppt->depth; i++) {
        if (ppt->levels[i].type == CONTAINER_SLIDE)
            return ppt->slide;
        if (ppt->levels[i].type == CONTAINER_TEXTS && ppt->levels[i].instance == TEXTS_OF_SLIDES)
            return ppt->listed;
    }
    return 0;
}

static void say(struct ppt *ppt, struct span bytes, bool is_wide)
{
    uint32_t slide = slide_of(ppt);
    struct buf text;

    buf_init(&text, 0);
    codepage_decode(is_wide ? 1200 : 28591, bytes, &text);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\r' || text.ptr[i] == '\v')
            text.ptr[i] = '\n';
    ole_line(ppt->sink, region_of(ppt), slide > 0 ? UNIT_SLIDE : UNIT_NONE, slide, buf_span(&text));
    buf_fini(&text);
}

/* An embedded object: a compound file, often deflated behind its length. */
static void read_object(struct ppt *ppt, struct span body, bool is_packed)
{
    struct nested nested = { .bytes = body };
    struct buf out;

    if (body.len < 8)
        return;
    if (!is_packed) {
        sink_nested(ppt->sink, &nested);
        return;
    }
    buf_init(&out, 0);
    if (inflated_append(ppt->sink, span_slice(body, 4, body.len), INFLATED_ZLIB, &out) == 0 && !sink_spent(ppt->sink))
        sink_uninspectable(ppt->sink, UNINSPECTABLE_DAMAGED, SPAN("embedded object"));
    nested.bytes = buf_span(&out);
    if (out.len > 0 && !sink_spent(ppt->sink))
        sink_nested(ppt->sink, &nested);
    buf_fini(&out);
}

/* What follows in the list of texts is of the next slide. */
static void note_listed(struct ppt *ppt)
{
    const struct level *list = ppt->depth == 0 ? NULL : &ppt->levels[ppt->depth - 1];

    if (list != NULL && list->type == CONTAINER_TEXTS && list->instance == TEXTS_OF_SLIDES)
        ppt->listed++;
}

/* How the slide around takes part in the show ([MS-PPT] 2.6.6): not at all when hidden. */
static void note_show(struct ppt *ppt, struct span body)
{
    enum { FLAGS_AT = 10, FLAG_HIDDEN = 0x04 };
    struct level *slide = ppt->depth == 0 ? NULL : &ppt->levels[ppt->depth - 1];

    if (slide != NULL && slide->type == CONTAINER_SLIDE)
        slide->is_hidden = (le8(body, FLAGS_AT) & FLAG_HIDDEN) != 0;
}

/* One record at an offset: its header and, unless it is a container, its body; where the next begins. */
static size_t read_record(struct ppt *ppt, size_t at)
{
    uint16_t first = le16(ppt->stream, at), type = le16(ppt->stream, at + 2);
    size_t length = le32(ppt->stream, at + 4), body_at = at + RECORD_HEADER;
    size_t end = ppt->depth == 0 ? ppt->stream.len : ppt->levels[ppt->depth - 1].end;
    struct span body = span_slice(ppt->stream, body_at, body_at + length < end ? body_at + length : end);

    if ((first & 0xF) == 0xF || type == BLOB_OF_TAG) {      /* comments of later versions are in a blob */
        ppt->slide += type == CONTAINER_SLIDE;
        if (ppt->depth < MAX_DEPTH)
            ppt->levels[ppt->depth++] = (struct level){ body_at + body.len, type, first >> 4, false };
        return body_at;
    }
    switch (type) {
    case ATOM_CHARS:
    case ATOM_STRING: say(ppt, body, true); break;
    case ATOM_BYTES: say(ppt, body, false); break;
    case ATOM_PERSIST: note_listed(ppt); break;
    case ATOM_SHOW: note_show(ppt, body); break;
    case ATOM_OLE: read_object(ppt, body, first >> 4 == 1); break;
    case 0xF00B: escher_read(span_slice(ppt->stream, at, body_at + body.len), ppt->sink); break;
    }
    return body_at + body.len;
}

/* "Current User" says by a token whether the document is encrypted. */
static bool is_encrypted(struct ole2 *ole, uint32_t main_stream)
{
    uint32_t user = ole2_find(ole, ole->entries[main_stream].parent, SPAN("Current User"));

    return user != OLE2_NONE && le32(ole2_stream(ole, user), 12) == 0xF3D1C4DFU;
}

bool ppt_read(struct ole2 *ole, uint32_t main_stream, struct sink *sink)
{
    struct ppt ppt = { .sink = sink, .stream = ole2_stream(ole, main_stream) };
    size_t at = 0;

    if (is_encrypted(ole, main_stream)) {
        sink_uninspectable(sink, UNINSPECTABLE_ENCRYPTED, SPAN("PowerPoint Document"));
        return false;
    }
    for (unsigned i = 0; at + RECORD_HEADER <= ppt.stream.len && !sink_spent(sink); i++) {
        if (i >= MAX_RECORDS) {
            sink_uninspectable(sink, UNINSPECTABLE_TOO_MANY, SPAN("PowerPoint Document"));
            return false;
        }
        while (ppt.depth > 0 && at >= ppt.levels[ppt.depth - 1].end)
            ppt.depth--;
        at = read_record(&ppt, at);
    }
    return true;
}
