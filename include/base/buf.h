/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

/*
 * A growing run of octets with a cap.
 *
 * Appending past the cap, or when memory ends, appends nothing and sets failed
 * for good, so a caller may append on and look once at the end. The cap is in
 * octets; 0 means none. A buf may be used again after buf_clear().
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct buf {
    char *ptr;
    size_t len, capacity, limit;
    bool failed;
};

void buf_init(struct buf *buf, size_t limit_bytes);
void buf_fini(struct buf *buf);

/* Empty it, keep its memory, clear failed. */
void buf_clear(struct buf *buf);

bool buf_append(struct buf *buf, struct span s);
bool buf_append_byte(struct buf *buf, char c);
bool buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Append one code point as UTF-8; what is no scalar value becomes U+FFFD. */
bool buf_append_rune(struct buf *buf, uint32_t rune);

/*
 * Room for more octets behind len; returns where they go, or NULL. The caller
 * writes and then raises len itself: saves a copy where a decoder writes.
 */
char *buf_reserve(struct buf *buf, size_t more_bytes);

/* What it holds; valid until the next call that appends. */
struct span buf_span(const struct buf *buf);

#endif
