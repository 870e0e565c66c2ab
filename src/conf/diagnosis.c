/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_priv.h"

enum { TEXT_BYTES = 1000 };

static void add(struct diagnoses *d, enum severity severity, struct place place, const char *format,
                va_list args)
{
    char text[TEXT_BYTES];
    struct diagnostic *items;

    d->error_count += severity == SEVERITY_ERROR;
    if (d->count == CONF_MAX_DIAGNOSTICS) {
        d->left_out++;
        return;
    }
    items = arena_grow(d->arena, d->items, d->count, &d->capacity, sizeof *items);
    if (items == NULL)
        return;
    d->items = items;
    vsnprintf(text, sizeof text, format, args);
    items[d->count++] = (struct diagnostic){ .severity = severity,
                                             .file = arena_copy(d->arena, place.file),
                                             .line = place.line,
                                             .text = arena_copy(d->arena, span_of(text)) };
}

void diagnose_error(struct diagnoses *d, struct place place, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(d, SEVERITY_ERROR, place, format, args);
    va_end(args);
}

void diagnose_warning(struct diagnoses *d, struct place place, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(d, SEVERITY_WARNING, place, format, args);
    va_end(args);
}

static int by_place(const void *a, const void *b, void *bundle)
{
    const struct diagnostic *one = a, *two = b;
    size_t file_one = bundle_index(bundle, one->file), file_two = bundle_index(bundle, two->file);

    if (file_one != file_two)
        return file_one < file_two ? -1 : 1;
    if (one->line != two->line)
        return one->line < two->line ? -1 : 1;
    if (one->severity != two->severity)
        return one->severity == SEVERITY_ERROR ? -1 : 1;
    return span_compare(one->text, two->text);
}

void diagnoses_sort(struct diagnoses *d, const struct bundle *bundle)
{
    if (d->count > 1)
        qsort_r(d->items, d->count, sizeof *d->items, by_place, (void *)bundle);
}
