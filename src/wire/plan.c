/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/plan.h"

/* What a label takes at least on the wire: no count can promise more than came. */
enum { LABEL_BYTES = 9 * sizeof(uint32_t), MAX_PASSWORDS = 10000 };

static void put_list(struct buf *out, const struct span_list *list)
{
    wire_put_u32(out, (uint32_t)list->count);
    for (size_t i = 0; i < list->count; i++)
        wire_put_span(out, list->items[i]);
}

/* Certificates are octets, not text. */
static bool get_authorities(struct wire_in *in, struct arena *arena, struct span_list *list)
{
    size_t count = wire_get_count(in, PLAN_MAX_AUTHORITIES, sizeof(uint32_t));

    list->items = arena_alloc(arena, (count + 1) * sizeof *list->items);
    list->count = list->capacity = count;
    for (size_t i = 0; i < count && list->items != NULL; i++)
        list->items[i] = arena_copy(arena, wire_get_span(in, PLAN_AUTHORITY_BYTES));
    return !in->failed && !arena_is_full(arena);
}

static bool get_list(struct wire_in *in, struct arena *arena, size_t max, size_t item_bytes,
                     struct span_list *list)
{
    size_t count = wire_get_count(in, max, sizeof(uint32_t));

    list->items = arena_alloc(arena, count * sizeof *list->items);
    list->count = list->capacity = count;
    for (size_t i = 0; i < count && list->items != NULL; i++)
        list->items[i] = arena_copy(arena, wire_get_text(in, item_bytes));
    return !in->failed && !arena_is_full(arena);
}

static void put_limits(struct buf *out, const struct plan_limits *limits)
{
    wire_put_u64(out, limits->expanded_bytes);
    wire_put_u64(out, limits->ratio);
    wire_put_u32(out, limits->depth);
    wire_put_u32(out, limits->parts);
    wire_put_u32(out, limits->pages);
    wire_put_u32(out, limits->findings);
    wire_put_u32(out, limits->time_ms);
    wire_put_u64(out, limits->memory_bytes);
}

static struct plan_limits get_limits(struct wire_in *in)
{
    struct plan_limits limits;

    limits.expanded_bytes = wire_get_u64(in);
    limits.ratio = wire_get_u64(in);
    limits.depth = wire_get_u32(in);
    limits.parts = wire_get_u32(in);
    limits.pages = wire_get_u32(in);
    limits.findings = wire_get_u32(in);
    limits.time_ms = wire_get_u32(in);
    limits.memory_bytes = wire_get_u64(in);
    return limits;
}

static void put_ocr(struct buf *out, const struct plan_ocr *ocr)
{
    wire_put_u8(out, ocr->wanted);
    wire_put_span(out, ocr->languages);
    wire_put_u32(out, ocr->pictures);
    wire_put_u64(out, ocr->pixels);
    wire_put_u32(out, ocr->time_ms);
}

static struct plan_ocr get_ocr(struct wire_in *in, struct arena *arena)
{
    struct plan_ocr ocr;

    ocr.wanted = wire_get_bool(in);
    ocr.languages = arena_copy(arena, wire_get_text(in, PLAN_LANGUAGES_BYTES));
    ocr.pictures = wire_get_u32(in);
    ocr.pixels = wire_get_u64(in);
    ocr.time_ms = wire_get_u32(in);
    return ocr;
}

void plan_encode(const struct scan_plan *plan, struct buf *out)
{
    put_limits(out, &plan->limits);
    put_list(out, &plan->passwords);
    put_list(out, &plan->authorities);
    wire_put_u32(out, (uint32_t)plan->label_count);
    for (size_t i = 0; i < plan->label_count; i++) {
        const struct label_def *label = &plan->labels[i];
        wire_put_span(out, label->scheme);
        wire_put_span(out, label->name);
        wire_put_u32(out, (uint32_t)label->rank);
        wire_put_u32(out, (uint32_t)label->level);
        wire_put_u32(out, label->strength);
        wire_put_u32(out, label->lists_nations ? 1 : 0);
        put_list(out, &label->marks);
        put_list(out, &label->short_marks);
        put_list(out, &label->identifiers);
    }
    put_ocr(out, &plan->ocr);
}

static bool get_label(struct wire_in *in, struct arena *arena, struct label_def *label)
{
    label->scheme = arena_copy(arena, wire_get_text(in, PLAN_MARK_BYTES));
    label->name = arena_copy(arena, wire_get_text(in, PLAN_MARK_BYTES));
    label->rank = (int32_t)wire_get_u32(in);
    label->level = (int32_t)wire_get_u32(in);
    label->strength = wire_get_range(in, LABEL_STRONG, LABEL_WEAK);
    label->lists_nations = wire_get_range(in, 0, 1) == 1;
    return get_list(in, arena, PLAN_MAX_MARKS, PLAN_MARK_BYTES, &label->marks) &&
           get_list(in, arena, PLAN_MAX_MARKS, PLAN_MARK_BYTES, &label->short_marks) &&
           get_list(in, arena, PLAN_MAX_MARKS, PLAN_MARK_BYTES, &label->identifiers);
}

struct scan_plan *plan_decode(struct wire_in *in, struct arena *arena)
{
    struct scan_plan *plan = arena_alloc(arena, sizeof *plan);

    if (plan == NULL)
        return NULL;
    plan->limits = get_limits(in);
    if (!get_list(in, arena, MAX_PASSWORDS, PLAN_MARK_BYTES, &plan->passwords) ||
        !get_authorities(in, arena, &plan->authorities))
        return NULL;
    plan->label_count = wire_get_count(in, PLAN_MAX_LABELS, LABEL_BYTES);
    plan->labels = arena_alloc(arena, plan->label_count * sizeof *plan->labels);
    for (size_t i = 0; i < plan->label_count && plan->labels != NULL; i++)
        if (!get_label(in, arena, &plan->labels[i]))
            return NULL;
    plan->ocr = get_ocr(in, arena);
    return wire_is_done(in) && !arena_is_full(arena) ? plan : NULL;
}
