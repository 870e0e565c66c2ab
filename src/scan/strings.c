/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Octets that no reader understands may still hold words: runs of printable
 * ASCII, also with a zero octet beside each (UTF-16 either way round), of at
 * least RUN_CHARS are looked through, each run a line of its own.
 */
#include "scan_priv.h"

enum { RUN_CHARS = 6 };

static bool is_printable(char c)
{
    return (c >= ' ' && c <= '~') || c == '\t';
}

/* Latin-1 letters and UTF-8 octets count as well, so that accents do not break a run. */
static bool is_letterlike(char c)
{
    return is_printable(c) || (unsigned char)c >= 0xA0;
}

/* The run of one-octet characters that begins at from; returns its end. */
static size_t narrow_run(struct span bytes, size_t from)
{
    while (from < bytes.len && is_letterlike(bytes.ptr[from]))
        from++;
    return from;
}

/* The same for two-octet characters of which the octet at offset high is zero. */
static size_t wide_run(struct span bytes, size_t from, size_t high)
{
    while (from + 1 < bytes.len && bytes.ptr[from + high] == '\0' &&
           is_letterlike(bytes.ptr[from + 1 - high]))
        from += 2;
    return from;
}

static void wide_text(struct passages *passages, struct span bytes, size_t low)
{
    char narrow[512];
    size_t used = 0;

    for (size_t i = low; i < bytes.len; i += 2) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        if (c < 0x80) {
            narrow[used++] = (char)c;
        } else { /* U+00A0 to U+00FF */
            narrow[used++] = (char)(0xC0 | c >> 6);
            narrow[used++] = (char)(0x80 | (c & 0x3F));
        }
        if (used > sizeof narrow - 2) {
            passages_text(passages, (struct span){ narrow, used });
            used = 0;
        }
    }
    passages_text(passages, (struct span){ narrow, used });
    passages_text(passages, SPAN("\n"));
}

/* One run at from, whatever its width; returns where to go on. */
static size_t read_run(struct passages *passages, struct span bytes, size_t from)
{
    size_t end = narrow_run(bytes, from);

    if (end - from >= RUN_CHARS) {
        passages_text(passages, span_slice(bytes, from, end));
        passages_text(passages, SPAN("\n"));
        return end;
    }
    for (size_t high = 0; high < 2; high++) {
        size_t wide_end = wide_run(bytes, from, high);
        if ((wide_end - from) / 2 >= RUN_CHARS) {
            wide_text(passages, span_slice(bytes, from, wide_end), 1 - high);
            return wide_end;
        }
    }
    return end > from ? end : from + 1;
}

void strings_read(struct scan *scan, struct span bytes, struct span where, uint32_t document)
{
    const struct place place = { .region = REGION_CODE, .unit = UNIT_NONE };
    struct passages passages;
    size_t at = 0;

    passages_begin(&passages, scan, where, document, SOURCE_HIDDEN);
    passages_place(&passages, &place);
    while (at < bytes.len) {
        /* Ask the clock once a stretch, not once an octet. */
        size_t stop = at + (1 << 20) < bytes.len ? at + (1 << 20) : bytes.len;
        if (budget_is_late(&scan->budget))
            break;
        while (at < stop)
            at = read_run(&passages, bytes, at);
    }
    passages_end(&passages);
}
