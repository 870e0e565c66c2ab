/* SPDX-License-Identifier: EUPL-1.2 */
/* Edits of header fields, made as a mail server makes them on behalf of a milter. */
#include "mail/encoded_word.h"
#include "revise_priv.h"

/* The fields as octets, in order. An item with a null pointer was deleted. */
struct head {
    struct arena *arena;
    struct span *names, *raws;
    size_t count;
    struct span line_end;
};

/* The field of that name with this number from 1; head->count: there is none. */
static size_t find(const struct head *head, struct span name, uint64_t number)
{
    size_t i = 0;

    for (; i < head->count; i++)
        if (head->raws[i].ptr != NULL && span_equals_nocase(head->names[i], name) && --number == 0)
            break;
    return i;
}

static struct span field_text(const struct head *head, const struct edit *edit)
{
    struct span made, rest, line;
    struct buf value, out;

    buf_init(&value, 0);
    buf_init(&out, 0);
    encoded_word_append_value(edit->value, edit->name.len + 2, false, &value);
    buf_printf(&out, "%.*s: ", SPAN_ARG(edit->name));
    for (rest = buf_span(&value); span_next(&rest, '\n', &line);) {
        buf_append(&out, line);
        buf_append(&out, head->line_end);
    }
    made = out.failed || value.failed ? (struct span){ NULL, 0 } : arena_copy(head->arena, buf_span(&out));
    buf_fini(&out);
    buf_fini(&value);
    return made;
}

static bool put(struct head *head, size_t at, const struct edit *edit)
{
    head->names[at] = edit->name;
    head->raws[at] = field_text(head, edit);
    head->count += at == head->count;
    return head->raws[at].ptr != NULL;
}

static bool apply(struct head *head, const struct edit *edit)
{
    size_t at = find(head, edit->name, 1);
    uint64_t number;

    if (edit->kind == EDIT_HEADER_ADD)
        return put(head, head->count, edit);
    if (edit->kind == EDIT_HEADER_DELETE && edit->value.len > 0) {
        if (!span_to_u64(edit->value, &number) || number == 0 ||
            (at = find(head, edit->name, number)) == head->count)
            return false;
        head->raws[at].ptr = NULL;
        return true;
    }
    for (size_t next; (next = find(head, edit->name, edit->kind == EDIT_HEADER_SET ? 2 : 1)) < head->count;)
        head->raws[next].ptr = NULL;
    return edit->kind == EDIT_HEADER_DELETE || put(head, at, edit);
}

/* What the mail server calls the header: as far as no reader has ended it. */
static bool take_fields(struct head *head, const struct header_block *block, struct span message,
                        size_t *rest_at_out)
{
    *rest_at_out = 0;
    for (size_t i = 0; i < block->count && !block->fields[i].stray; i++) {
        head->names[head->count] = block->fields[i].name;
        head->raws[head->count] = block->fields[i].raw;
        *rest_at_out = (size_t)(block->fields[i].raw.ptr - message.ptr) + block->fields[i].raw.len;
        head->count++;
    }
    return !arena_is_full(head->arena);
}

bool revise_header(struct arena *arena, struct span message, const struct revision *revision,
                   struct buf *header_out, size_t *rest_at_out)
{
    const enum line_ends ends = line_ends_of(message);
    struct head head = { .arena = arena,
                         .line_end = ends == LINE_ENDS_LF ? SPAN("\n") : SPAN("\r\n") };
    struct header_block block;
    bool good;

    header_parse(arena, message, ends, true, &block);
    head.names = arena_alloc(arena, (block.count + revision->field_count + 1) * sizeof *head.names);
    head.raws = arena_alloc(arena, (block.count + revision->field_count + 1) * sizeof *head.raws);
    good = head.names != NULL && head.raws != NULL && take_fields(&head, &block, message, rest_at_out);
    for (size_t i = 0; good && i < revision->field_count; i++)
        good = apply(&head, &revision->fields[i]);
    for (size_t i = 0; good && i < head.count; i++)
        if (head.raws[i].ptr != NULL)
            buf_append(header_out, head.raws[i]);
    return good && !header_out->failed;
}
