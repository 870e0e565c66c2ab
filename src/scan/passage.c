/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "base/utf8.h"
#include "scan_priv.h"

enum {
    PASSAGE_BYTES = 256 << 10,  /* a longer one is cut */
    OVERLAP_BYTES = 4 << 10     /* more than any marking takes, letter-spaced and over several lines */
};

void passages_begin(struct passages *passages, struct scan *scan, struct span where,
                    uint32_t document, enum source source)
{
    *passages = (struct passages){ .scan = scan,
                                   .where = where,
                                   .document = document,
                                   .source = source,
                                   .place = { .region = REGION_BODY, .unit = UNIT_NONE } };
    passages->next = passages->place;
    buf_init(&passages->text, 0);
    buf_init(&passages->clean, 0);
}

static uint32_t count_lines(struct span text)
{
    uint32_t lines = 0;

    while (text.len > 0) {
        size_t end = span_find_byte(text, '\n');
        if (end == text.len)
            break;
        lines++;
        text = span_slice(text, end + 1, text.len);
    }
    return lines;
}

/* The index behind the last "\n" of text, 0 when it has none. */
static size_t last_line(struct span text)
{
    const char *newline = text.len == 0 ? NULL : memrchr(text.ptr, '\n', text.len);

    return newline == NULL ? 0 : (size_t)(newline - text.ptr) + 1;
}

static enum source source_of(const struct passages *passages)
{
    const enum region region = passages->place.region;

    return region == REGION_HIDDEN || region == REGION_DELETED || region == REGION_CODE
               ? SOURCE_HIDDEN
               : passages->source;
}

/* U+202D and U+202E force a direction on letters that have their own: what is shown is not what is stored. */
static bool overrides_direction(struct span text)
{
    while (text.len > 0) {
        size_t at = span_find_byte(text, '\xE2');

        text = span_slice(text, at, text.len);
        if (span_starts_with(text, SPAN("\xE2\x80\xAD")) || span_starts_with(text, SPAN("\xE2\x80\xAE")))
            return true;
        text = span_slice(text, 1, text.len);
    }
    return false;
}

/* Hand over the first len octets of what is gathered. */
static void hand_over(struct passages *passages, size_t len, bool is_last)
{
    struct span text = span_slice(buf_span(&passages->text), 0, len);
    struct span where = passages->where;
    struct passage passage;

    if (text.len <= passages->seen_before || span_trim(text).len == 0)
        return;
    if (!utf8_is_valid(text)) {
        buf_clear(&passages->clean);
        utf8_append_clean(&passages->clean, text);
        text = buf_span(&passages->clean);
    }
    if (passages->part.len > 0)
        where = arena_printf(passages->scan->facts->arena, "%.*s!%.*s", SPAN_ARG(where),
                             SPAN_ARG(passages->part));
    if (overrides_direction(text))
        walk_ambiguity(passages->scan, AMBIGUITY_TEXT_BIDI, where);
    passage = (struct passage){ .text = text,
                                .where = where,
                                .document = passages->document,
                                .region = passages->place.region,
                                .source = source_of(passages),
                                .unit = passages->place.unit,
                                .number = passages->place.number,
                                .first_line =
                                    passages->place.unit == UNIT_NONE
                                        ? passages->lines[passages->place.region] + 1
                                        : 0,
                                .seen_before = passages->seen_before,
                                .look = passages->look,
                                .is_first = !passages->any,
                                .is_last = is_last };
    reading_text(passages->scan->reading, &passage);
    passages->any = true;
}

/* Drop the first len octets, which were handed over, but for the last overlap of them. */
static void drop(struct passages *passages, size_t len, size_t overlap)
{
    const size_t gone = len - overlap;

    passages->lines[passages->place.region] += count_lines(span_slice(buf_span(&passages->text), 0, gone));
    passages->text.len -= gone;
    if (passages->text.len > 0)
        memmove(passages->text.ptr, passages->text.ptr + gone, passages->text.len);
    passages->seen_before = overlap;
}

static void flush(struct passages *passages, bool is_last)
{
    hand_over(passages, passages->text.len, is_last);
    drop(passages, passages->text.len, 0);
    if (!span_equals(passages->part, passages->next_part))
        memset(passages->lines, 0, sizeof passages->lines);
    passages->place = passages->next;
    passages->part = passages->next_part;
    passages->look = passages->next_look;
}

/* A long passage goes in pieces: up to a line end if there is one, keeping some for the next. */
static void cut(struct passages *passages)
{
    struct span text = buf_span(&passages->text);
    size_t len = last_line(text), overlap;

    if (len < PASSAGE_BYTES / 2)
        len = utf8_cut(text, text.len - 4).len;
    hand_over(passages, len, false);
    overlap = len - utf8_cut(span_slice(text, 0, len), len - OVERLAP_BYTES).len;
    drop(passages, len, overlap);
}

static bool same_place(const struct passages *passages, const struct place *place)
{
    return place->region == passages->next.region && place->unit == passages->next.unit &&
           place->number == passages->next.number && span_equals(place->part, passages->next_part);
}

void passages_place(struct passages *passages, const struct place *place)
{
    const bool same = same_place(passages, place);

    passages->next_look = 0;
    if (same) {
        /* A change of place ends the line, even to a like one. */
        if (last_line(buf_span(&passages->text)) < passages->text.len)
            buf_append_byte(&passages->text, '\n');
        return;
    }
    if (!span_equals(place->part, passages->next_part)) {
        passages->next_part = arena_copy(passages->scan->facts->arena, utf8_cut(place->part, 1024));
        if (!utf8_is_valid(passages->next_part))
            passages->next_part = SPAN("?");
    }
    passages->next = *place;
    passages->next.part = passages->next_part;
}

void passages_look(struct passages *passages, unsigned look)
{
    passages->next_look = look;
}

static bool place_changed(const struct passages *passages)
{
    return passages->place.region != passages->next.region ||
           passages->place.unit != passages->next.unit ||
           passages->place.number != passages->next.number ||
           !span_equals(passages->part, passages->next_part);
}

/*
 * Another look: what stands on finished lines keeps the old one; a line that has
 * begun takes the new one too, since a word may run over both.
 */
static void change_look(struct passages *passages, struct span *text)
{
    size_t done = last_line(buf_span(&passages->text));
    size_t end;

    if (done == passages->text.len) {
        flush(passages, false);
        return;
    }
    if ((passages->next_look & ~passages->look) != 0) {
        hand_over(passages, done, false);
        drop(passages, done, 0);
        passages->look |= passages->next_look;
        return;
    }
    end = span_find_byte(*text, '\n');
    if (end < text->len) {
        buf_append(&passages->text, span_slice(*text, 0, end + 1));
        *text = span_slice(*text, end + 1, text->len);
        flush(passages, false);
    }
}

/* Every line end becomes one "\n": CR LF, also split over two pieces, and CR alone. */
static void append_lines(struct passages *passages, struct span text)
{
    if (passages->after_cr && text.len > 0 && text.ptr[0] == '\n')
        text = span_slice(text, 1, text.len);
    passages->after_cr = false;
    while (text.len > 0) {
        size_t cr = span_find_byte(text, '\r');

        buf_append(&passages->text, span_slice(text, 0, cr));
        if (cr == text.len)
            return;
        buf_append_byte(&passages->text, '\n');
        passages->after_cr = cr + 1 == text.len;
        cr += cr + 1 < text.len && text.ptr[cr + 1] == '\n' ? 2 : 1;
        text = span_slice(text, cr, text.len);
    }
}

void passages_text(struct passages *passages, struct span text)
{
    if (text.len == 0)
        return;
    if (place_changed(passages))
        flush(passages, false);
    if (passages->look != passages->next_look)
        change_look(passages, &text);
    while (text.len > 0) {
        struct span piece = span_slice(text, 0, PASSAGE_BYTES);

        append_lines(passages, piece);
        text = span_slice(text, piece.len, text.len);
        if (passages->text.len >= PASSAGE_BYTES)
            cut(passages);
    }
}

void passages_end(struct passages *passages)
{
    flush(passages, true);
    /* Text that found no room was not read. */
    if (passages->text.failed || passages->clean.failed)
        passages->scan->budget.spent = UNINSPECTABLE_TOO_LARGE;
    buf_fini(&passages->text);
    buf_fini(&passages->clean);
}
