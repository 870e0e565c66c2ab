/* SPDX-License-Identifier: EUPL-1.2 */
#include "audit/uses.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

void uses_fini(struct uses *uses)
{
    for (size_t i = 0; i < uses->count; i++)
        free(uses->items[i].name);
    free(uses->items);
    *uses = (struct uses){ 0 };
}

int64_t uses_day(int64_t realtime_us)
{
    return realtime_us / INT64_C(86400000000);
}

const struct use *uses_find(const struct uses *uses, struct span name)
{
    for (size_t i = 0; i < uses->count; i++)
        if (span_equals(name, span_of(uses->items[i].name)))
            return &uses->items[i];
    return NULL;
}

/* The use of that name, made where there is none; NULL: no room. */
static struct use *use_of(struct uses *uses, struct span name)
{
    struct use *items = (struct use *)(uintptr_t)uses_find(uses, name);

    if (items != NULL)
        return items;
    if (uses->count == USES_MAX)
        return NULL;
    if (uses->count == uses->capacity) {
        size_t capacity = uses->capacity == 0 ? 16 : uses->capacity * 2;
        items = realloc(uses->items, capacity * sizeof *items);
        if (items == NULL)
            return NULL;
        uses->items = items;
        uses->capacity = capacity;
    }
    items = &uses->items[uses->count];
    *items = (struct use){ .name = strndup(name.ptr, name.len) };
    if (items->name == NULL)
        return NULL;
    uses->count++;
    return items;
}

static uint64_t moved(uint64_t count, int64_t by)
{
    return by < 0 && count < (uint64_t)-by ? 0 : count + (uint64_t)by;
}

int uses_add(struct uses *uses, struct span name, int64_t day, int64_t by)
{
    struct use *use = use_of(uses, name);

    if (use == NULL)
        return -1;
    use->total = moved(use->total, by);
    if (day > use->day) {
        use->day = day;
        use->today = 0;
    }
    if (day == use->day)
        use->today = moved(use->today, by);
    return 0;
}

int uses_merge(struct uses *uses, const struct uses *more)
{
    for (size_t i = 0; i < more->count; i++) {
        const struct use *use = &more->items[i];
        struct span name = span_of(use->name);
        if (uses_add(uses, name, use->day, (int64_t)use->today) != 0 ||
            uses_add(uses, name, INT64_MIN, (int64_t)(use->total - use->today)) != 0)
            return -1;
    }
    return 0;
}

int uses_raise(struct uses *uses, const struct uses *other)
{
    for (size_t i = 0; i < other->count; i++) {
        const struct use *theirs = &other->items[i];
        struct use *ours = use_of(uses, span_of(theirs->name));
        if (ours == NULL)
            return -1;
        if (theirs->total > ours->total)
            ours->total = theirs->total;
        if (theirs->day > ours->day || (theirs->day == ours->day && theirs->today > ours->today)) {
            ours->day = theirs->day;
            ours->today = theirs->today;
        }
    }
    return 0;
}

int uses_note_record(struct uses *uses, struct span record)
{
    int64_t received_us;
    const char *received;
    json_t *object;
    const json_t *item;
    int status = 0;
    size_t i;

    if (span_find(record, SPAN("\"exceptions\":[\"")) == record.len)
        return 0;
    object = json_loadb(record.ptr, record.len, 0, NULL);
    received = json_string_value(json_object_get(object, "received"));
    if (received != NULL && clock_parse(received, &received_us) == 0)
        json_array_foreach(json_object_get(object, "exceptions"), i, item)
            if (json_is_string(item))
                status |= uses_add(uses, span_of(json_string_value(item)), uses_day(received_us), 1);
    json_decref(object);
    return status;
}

int uses_encode(const struct uses *uses, uint64_t sequence, struct buf *out)
{
    json_t *all = json_object(), *list = json_array();
    bool good = list != NULL && json_object_set_new(all, "seq", json_integer((json_int_t)sequence)) == 0;
    char *text;

    for (size_t i = 0; i < uses->count && good; i++)
        good = json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I}", "name", uses->items[i].name,
                                                     "total", (json_int_t)uses->items[i].total,
                                                     "day", (json_int_t)uses->items[i].day,
                                                     "today", (json_int_t)uses->items[i].today)) == 0;
    good = json_object_set_new(all, "uses", list) == 0 && good;
    text = good ? json_dumps(all, JSON_COMPACT) : NULL;
    good = text != NULL && buf_append(out, span_of(text));
    free(text);
    json_decref(all);
    return good ? 0 : -1;
}

static bool count_of(const json_t *object, const char *key, int64_t *out)
{
    const json_t *value = json_object_get(object, key);

    *out = json_integer_value(value);
    return json_is_integer(value) && *out >= 0;
}

int uses_decode(struct uses *uses, struct span text, uint64_t *sequence_out)
{
    json_t *all = json_loadb(text.ptr, text.len, 0, NULL);
    const json_t *list = json_object_get(all, "uses"), *item;
    int64_t sequence;
    bool good = count_of(all, "seq", &sequence) && json_is_array(list);
    size_t i;

    json_array_foreach(list, i, item) {
        const char *name = json_string_value(json_object_get(item, "name"));
        struct use *use = NULL;
        int64_t total = 0, today = 0, day = 0;
        good = good && name != NULL && count_of(item, "total", &total) &&
               count_of(item, "today", &today) && count_of(item, "day", &day) &&
               (use = use_of(uses, span_of(name))) != NULL;
        if (!good)
            break;
        use->total = (uint64_t)total;
        use->today = (uint64_t)today;
        use->day = day;
    }
    *sequence_out = (uint64_t)sequence;
    json_decref(all);
    return good ? 0 : -1;
}
