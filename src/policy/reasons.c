/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdarg.h>
#include <stdio.h>

#include "policy_priv.h"

/* Enough to act on; the record holds all findings anyway. */
enum { MAX_LINES = 16, LINE_BYTES = 600 };

void reasons_add(struct judgement *j, struct reasons *reasons, enum fact fact, const char *format,
                 ...)
{
    char line[LINE_BYTES];
    struct span *lines;
    va_list args;

    if (reasons->fact == 0)
        reasons->fact = fact;
    if (reasons->count == MAX_LINES) {
        reasons->left_out++;
        return;
    }
    lines = arena_grow(j->arena, reasons->lines, reasons->count, &reasons->capacity, sizeof *lines);
    if (lines == NULL)
        return;
    reasons->lines = lines;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    lines[reasons->count++] = arena_printf(j->arena, "%s: %s", fact_name(fact), line);
}

void reasons_recipient(struct judgement *j, struct reasons *reasons, size_t recipient)
{
    if (recipient >= j->facts->recipients.count)
        return;
    if (reasons->recipients == NULL)
        reasons->recipients = arena_alloc(j->arena, j->facts->recipients.count);
    if (reasons->recipients != NULL)
        reasons->recipients[recipient] = true;
}

void reasons_excuse(const struct judgement *j, struct reasons *reasons, const struct exception *exception)
{
    if (j->counts_uses)
        j->used[exception - j->policy->exceptions] = true;
    if (reasons->exception.len == 0)
        reasons->exception = exception->name;
}

void reasons_keep(struct span *first, struct span value)
{
    if (first->len == 0)
        *first = value;
}
