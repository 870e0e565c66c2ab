/* SPDX-License-Identifier: EUPL-1.2 */
#include "schemes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts/finding.h"

const char *const schemes_shipped[] = { "fr", "nato", "eu", "uk",  "us",      "de",
                                        "au", "ca",   "tlp", "generic", "caveats", NULL };

enum { FILE_BYTES = 65536 };

static struct label_def *add_label(struct arena *arena, struct scan_plan *plan, struct span scheme,
                                   struct span name)
{
    static size_t capacity;
    struct label_def *label;

    if (plan->label_count == 0)
        capacity = 0;
    label = arena_grow(arena, plan->labels, plan->label_count, &capacity, sizeof *label);
    plan->labels = label;
    label += plan->label_count++;
    *label = (struct label_def){ .scheme = scheme, .name = name, .level = -1, .strength = LABEL_STRONG };
    return label;
}

static void add_item(struct arena *arena, struct span_list *list, struct span item)
{
    list->items = arena_grow(arena, list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = item;
}

/* The next word, string (without quotes) or sign; an empty span at the end. */
static struct span next_token(struct span *rest, bool *string)
{
    struct span token;
    size_t len = 1;

    for (;;) {
        *rest = span_trim(*rest);
        if (rest->len == 0 || rest->ptr[0] != '#')
            break;
        *rest = span_slice(*rest, span_find_byte(*rest, '\n'), rest->len);
    }
    *string = rest->len > 0 && rest->ptr[0] == '"';
    if (rest->len == 0)
        return *rest;
    if (*string) {
        len = span_find_byte(span_slice(*rest, 1, rest->len), '"');
        token = span_slice(*rest, 1, len + 1);
        *rest = span_slice(*rest, len + 2, rest->len);
        return token;
    }
    while (isalnum((unsigned char)rest->ptr[0]) && len < rest->len &&
           (isalnum((unsigned char)rest->ptr[len]) || rest->ptr[len] == '_'))
        len++;
    token = span_slice(*rest, 0, len);
    *rest = span_slice(*rest, len, rest->len);
    return token;
}

static void set(struct arena *arena, struct label_def *label, struct span key, struct span value)
{
    if (span_equals(key, SPAN("rank")))
        label->rank = atoi(value.ptr);
    else if (span_equals(key, SPAN("level")))
        label->level = atoi(value.ptr);
    else if (span_equals(key, SPAN("strength")))
        label->strength = span_equals(value, SPAN("weak")) ? LABEL_WEAK : LABEL_STRONG;
    else if (span_equals(key, SPAN("marks")))
        add_item(arena, &label->marks, value);
    else if (span_equals(key, SPAN("short_marks")))
        add_item(arena, &label->short_marks, value);
    else if (span_equals(key, SPAN("identifiers")))
        add_item(arena, &label->identifiers, value);
    else if (span_equals(key, SPAN("releasable_to")))
        label->lists_nations |= span_equals(value, SPAN("listed"));
    else {
        fprintf(stderr, "unknown setting %.*s\n", SPAN_ARG(key));
        exit(1);
    }
}

static void load(struct arena *arena, struct scan_plan *plan, struct span text)
{
    struct span scheme = SPAN(""), key = SPAN(""), before = SPAN("");
    struct label_def *label = NULL;
    bool in_list = false, string, assigned = false;

    for (;;) {
        struct span token = next_token(&text, &string);

        if (!string && token.len == 0)
            return;
        if (string && span_equals(before, SPAN("scheme")))
            scheme = token;
        else if (string && span_equals(before, SPAN("label")))
            label = add_label(arena, plan, scheme, token);
        else if (!string && span_equals(token, SPAN("=")))
            key = before, assigned = true;
        else if (assigned && !string && span_equals(token, SPAN("{")))
            in_list = true;
        else if (in_list && !string && span_equals(token, SPAN("}")))
            in_list = assigned = false;
        else if (assigned && label != NULL && !(in_list && !string)) {
            set(arena, label, key, token);
            assigned = in_list;
        }
        before = string ? SPAN("") : token;
    }
}

struct scan_plan *schemes_load(struct arena *arena, const char *const *names)
{
    struct scan_plan *plan = arena_alloc(arena, sizeof *plan);
    const char *top = getenv("srcdir");

    plan->limits = plan_default_limits;
    for (; *names != NULL; names++) {
        char path[4096], *text = arena_alloc(arena, FILE_BYTES);
        FILE *file;
        size_t len;

        snprintf(path, sizeof path, "%s/etc/labels.d/%s.conf", top == NULL ? "." : top, *names);
        file = fopen(path, "rb");
        if (file == NULL) {
            printf("Bail out! %s cannot be read\n", path);
            exit(1);
        }
        len = fread(text, 1, FILE_BYTES - 1, file);
        fclose(file);
        load(arena, plan, (struct span){ text, len });
    }
    return plan;
}

void schemes_add(struct arena *arena, struct scan_plan *plan, const char *scheme, const char *name,
                 const char *mark)
{
    struct label_def *labels = arena_alloc(arena, (plan->label_count + 1) * sizeof *labels);
    struct label_def *label = labels + plan->label_count;

    if (plan->label_count > 0)
        memcpy(labels, plan->labels, plan->label_count * sizeof *labels);
    *label = (struct label_def){ .scheme = span_of(scheme),
                                 .name = span_of(name),
                                 .rank = (int32_t)plan->label_count,
                                 .level = -1,
                                 .strength = LABEL_STRONG };
    add_item(arena, &label->marks, span_of(mark));
    plan->labels = labels;
    plan->label_count++;
}

int32_t schemes_find(const struct scan_plan *plan, struct span full_name)
{
    size_t colon = span_find_byte(full_name, ':');

    for (size_t i = 0; i < plan->label_count; i++)
        if (span_equals(plan->labels[i].scheme, span_slice(full_name, 0, colon)) &&
            span_equals(plan->labels[i].name, span_slice(full_name, colon + 1, full_name.len)))
            return (int32_t)i;
    return LABEL_UNKNOWN;
}
