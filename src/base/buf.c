/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SMALLEST_BYTES = 256, HUGE_PAGE_BYTES = 2 << 20 };

void buf_init(struct buf *buf, size_t limit_bytes)
{
    *buf = (struct buf){ .limit = limit_bytes == 0 ? SIZE_MAX / 2 : limit_bytes };
}

void buf_fini(struct buf *buf)
{
    free(buf->ptr);
    *buf = (struct buf){ 0 };
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

/* A large buffer in large pages: the thousands of page faults of its first use cost more than filling it. */
static void use_huge_pages(char *bytes, size_t size)
{
    const size_t ahead = -(uintptr_t)bytes % HUGE_PAGE_BYTES;

    if (size > ahead)
        (void)madvise(bytes + ahead, (size - ahead) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES, MADV_HUGEPAGE);
}

char *buf_reserve(struct buf *buf, size_t more_bytes)
{
    size_t needed, capacity;
    char *moved;

    if (buf->failed || more_bytes > buf->limit - buf->len) {
        buf->failed = true;
        return NULL;
    }
    needed = buf->len + more_bytes;
    if (needed <= buf->capacity)
        return buf->ptr + buf->len;
    capacity = buf->capacity < SMALLEST_BYTES ? SMALLEST_BYTES : buf->capacity * 2;
    if (capacity < needed)
        capacity = needed;
    moved = realloc(buf->ptr, capacity);
    if (moved == NULL) {
        buf->failed = true;
        return NULL;
    }
    if (capacity >= 2 * HUGE_PAGE_BYTES)
        use_huge_pages(moved, capacity);
    buf->ptr = moved;
    buf->capacity = capacity;
    return buf->ptr + buf->len;
}

bool buf_append(struct buf *buf, struct span s)
{
    char *room;

    if (s.len == 0)
        return !buf->failed;
    room = buf_reserve(buf, s.len);
    if (room == NULL)
        return false;
    memcpy(room, s.ptr, s.len);
    buf->len += s.len;
    return true;
}

bool buf_append_byte(struct buf *buf, char c)
{
    return buf_append(buf, (struct span){ &c, 1 });
}

bool buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    bool done = false;
    char *room;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    room = len < 0 ? NULL : buf_reserve(buf, (size_t)len + 1);
    if (room != NULL) {
        vsnprintf(room, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
        done = true;
    }
    va_end(again);
    va_end(args);
    return done;
}

bool buf_append_rune(struct buf *buf, uint32_t rune)
{
    char out[4];
    size_t len;

    if (rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF))
        rune = 0xFFFD;
    if (rune < 0x80) {
        out[0] = (char)rune;
        len = 1;
    } else if (rune < 0x800) {
        out[0] = (char)(0xC0 | rune >> 6);
        out[1] = (char)(0x80 | (rune & 0x3F));
        len = 2;
    } else if (rune < 0x10000) {
        out[0] = (char)(0xE0 | rune >> 12);
        out[1] = (char)(0x80 | (rune >> 6 & 0x3F));
        out[2] = (char)(0x80 | (rune & 0x3F));
        len = 3;
    } else {
        out[0] = (char)(0xF0 | rune >> 18);
        out[1] = (char)(0x80 | (rune >> 12 & 0x3F));
        out[2] = (char)(0x80 | (rune >> 6 & 0x3F));
        out[3] = (char)(0x80 | (rune & 0x3F));
        len = 4;
    }
    return buf_append(buf, (struct span){ out, len });
}

struct span buf_span(const struct buf *buf)
{
    return (struct span){ buf->ptr, buf->len };
}
