/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A verdict's edits as libmilter calls, in an order both mail servers read alike.
 * Whatever fails, the caller answers with a temporary failure, and the mail server
 * forgets all of it: nothing leaves half-edited.
 */
#include <limits.h>
#include <string.h>

#include "base/utf8.h"
#include "mail/address.h"
#include "mail/encoded_word.h"
#include "proc_priv.h"

enum {
    MAX_CALLS = 2000,           /* each makes Postfix scan the header from the top */
    MAX_VALUE_BYTES = 60000,    /* of a header field: what Postfix itself allows beside a milter */
    BODY_CALL_BYTES = 1 << 20
};

struct edit_run {
    SMFICTX *context;
    const struct message *message;
    struct arena *arena;
    struct field_names fields;  /* as the mail server has them by now */
    unsigned calls;
    struct err *err;
};

static int check(struct edit_run *run, int result, const char *what)
{
    if (result == MI_SUCCESS && ++run->calls <= MAX_CALLS)
        return 0;
    err_set(run->err, result == MI_SUCCESS ? "%s: too many edits" : "%s: refused", what);
    return -1;
}

/* libmilter's prototypes lack const; it only reads. */
static char *unconst(struct span text)
{
    return (char *)(uintptr_t)text.ptr;
}

static bool is_field_name(struct span name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] <= ' ' || name.ptr[i] > '~' || name.ptr[i] == ':')
            return false;
    return name.len > 0 && name.len <= 128;
}

struct span actions_header_value(struct arena *arena, struct span name, struct span value,
                                 bool smtputf8)
{
    struct span made = { NULL, 0 };
    struct buf out;

    buf_init(&out, MAX_VALUE_BYTES);
    /* With the leading blank negotiated, the blank behind the colon is ours to give. */
    buf_append_byte(&out, ' ');
    encoded_word_append_value(value, name.len + 2, smtputf8, &out);
    if (!out.failed)
        made = arena_copy(arena, buf_span(&out));
    buf_fini(&out);
    return made;
}

static size_t count_fields(const struct edit_run *run, struct span name)
{
    size_t count = 0;

    for (size_t i = 0; i < run->fields.count; i++)
        if (span_equals_nocase(run->fields.items[i], name))
            count++;
    return count;
}

static int add_field(struct edit_run *run, struct span name, struct span value)
{
    struct span *moved = arena_grow(run->arena, run->fields.items, run->fields.count,
                                    &run->fields.capacity, sizeof *moved);

    if (moved == NULL)
        return check(run, MI_FAILURE, "adding a header field");
    run->fields.items = moved;
    run->fields.items[run->fields.count++] = name;
    return check(run, smfi_addheader(run->context, unconst(name), unconst(value)), "adding a header field");
}

/*
 * Delete all fields called name but the first keep ones, the last first: Postfix
 * counts anew after each deletion and Sendmail does not, so only going down means
 * the same to both.
 */
static int delete_fields(struct edit_run *run, struct span name, size_t keep)
{
    size_t seen = 0, kept = 0;

    for (size_t index = count_fields(run, name); index > keep; index--)
        if (index > INT_MAX || check(run, smfi_chgheader(run->context, unconst(name), (int)index, NULL),
                                     "deleting a header field") < 0)
            return -1;
    for (size_t i = 0; i < run->fields.count; i++)
        if (!span_equals_nocase(run->fields.items[i], name) || ++seen <= keep)
            run->fields.items[kept++] = run->fields.items[i];
    run->fields.count = kept;
    return 0;
}

/* One of the fields called name, by its number from 1. A number of what is not there would add an empty field. */
static int delete_one_field(struct edit_run *run, struct span name, struct span number)
{
    uint64_t index;
    size_t seen = 0;

    if (!span_to_u64(number, &index) || index == 0 || index > count_fields(run, name))
        return check(run, MI_FAILURE, "header field to delete is not there");
    for (size_t i = 0; i < run->fields.count; i++)
        if (span_equals_nocase(run->fields.items[i], name) && ++seen == index) {
            memmove(&run->fields.items[i], &run->fields.items[i + 1],
                    (--run->fields.count - i) * sizeof *run->fields.items);
            break;
        }
    return check(run, smfi_chgheader(run->context, unconst(name), (int)index, NULL),
                 "deleting a header field");
}

static int set_field(struct edit_run *run, struct span name, struct span value)
{
    if (count_fields(run, name) == 0)
        return add_field(run, name, value);
    if (delete_fields(run, name, 1) < 0)
        return -1;
    return check(run, smfi_chgheader(run->context, unconst(name), 1, unconst(value)), "changing a header field");
}

static int edit_field(struct edit_run *run, const struct edit *edit)
{
    const struct span name = arena_copy(run->arena, edit->name);
    const struct span value =
        actions_header_value(run->arena, edit->name, edit->value, run->message->smtputf8);

    if (!is_field_name(edit->name) || name.ptr == NULL || value.ptr == NULL)
        return check(run, MI_FAILURE, "header field out of bounds");
    if (edit->kind == EDIT_HEADER_ADD)
        return add_field(run, name, value);
    if (edit->kind == EDIT_HEADER_SET)
        return set_field(run, name, value);
    return edit->value.len > 0 ? delete_one_field(run, name, edit->value)
                               : delete_fields(run, name, 0);
}

/* "<local@domain>", checked here since mail servers report success for what is no address. */
static struct span bracket(struct edit_run *run, struct span path)
{
    struct address address;
    const enum address_result result = address_parse_path(run->arena, path, &address);

    if (result == ADDRESS_NULL)
        return SPAN("<>");
    if (result != ADDRESS_OK)
        return (struct span){ NULL, 0 };
    return arena_printf(run->arena, "<%.*s>", SPAN_ARG(address.full));
}

static int add_recipient(struct edit_run *run, struct span value)
{
    const struct span path = bracket(run, value);

    if (path.ptr == NULL || path.len <= 2)
        return check(run, MI_FAILURE, "recipient to add is no address");
    return check(run, smfi_addrcpt(run->context, unconst(path)), "adding a recipient");
}

static int set_sender(struct edit_run *run, struct span value)
{
    const struct span path = bracket(run, value);

    if (path.ptr == NULL)
        return check(run, MI_FAILURE, "sender to set is no address");
    return check(run, smfi_chgfrom(run->context, unconst(path), NULL), "changing the sender");
}

/* Mail servers say "done" and delete nothing unless it is the recipient to the letter. */
static int delete_recipient(struct edit_run *run, struct span verbatim)
{
    const struct facts *facts = run->message->facts;

    for (size_t i = 0; i < facts->recipients.count; i++)
        if (span_equals(facts->recipients.items[i].verbatim, verbatim))
            return check(run, smfi_delrcpt(run->context, unconst(facts->recipients.items[i].verbatim)),
                         "deleting a recipient");
    return check(run, MI_FAILURE, "recipient to delete is none of this message");
}

/* One run without anything in between, which Postfix would not take. */
static int replace_body(struct edit_run *run, struct span body)
{
    size_t done = 0;

    do {
        const struct span piece = span_slice(body, done, done + BODY_CALL_BYTES);

        if (smfi_replacebody(run->context, (unsigned char *)unconst(piece), (int)piece.len) != MI_SUCCESS)
            return check(run, MI_FAILURE, "replacing the body");
        done += piece.len;
    } while (done < body.len);
    return 0;
}

static int apply_edit(struct edit_run *run, const struct edit *edit)
{
    switch (edit->kind) {
    case EDIT_HEADER_ADD:
    case EDIT_HEADER_SET:
    case EDIT_HEADER_DELETE:
        return edit_field(run, edit);
    case EDIT_RECIPIENT_ADD:
        return add_recipient(run, edit->value);
    case EDIT_RECIPIENT_DELETE:
        return delete_recipient(run, edit->value);
    case EDIT_SENDER_SET:
        return set_sender(run, edit->value);
    case EDIT_ADDRESS:
    case EDIT_PART:
    case EDIT_FOOTER_TEXT:
    case EDIT_FOOTER_HTML:
    case EDIT_METADATA:
        return 0; /* in the body already: review/review.h */
    }
    return check(run, MI_FAILURE, "unknown edit");
}

/* Who would be left: a mail server drops a message without recipients in silence. */
static bool somebody_is_left(const struct facts *facts, const struct verdict *verdict)
{
    size_t deleted = 0;

    for (size_t i = 0; i < verdict->edit_count; i++) {
        if (verdict->edits[i].kind == EDIT_RECIPIENT_ADD)
            return true;
        if (verdict->edits[i].kind == EDIT_RECIPIENT_DELETE)
            deleted++;
    }
    return deleted == 0 || deleted < facts->recipients.count;
}

/* The mail server's hold; Postfix forgets the reason, so a header field carries it. */
static int hold(struct edit_run *run, const struct verdict *verdict)
{
    const struct edit reason = { EDIT_HEADER_SET, SPAN("X-Vaguemestre-Hold"),
                                 verdict->hold_reason.len > 0 ? verdict->hold_reason : verdict->rule,
                                 verdict->rule };
    const struct span value = actions_header_value(run->arena, reason.name, reason.value, false);

    if (edit_field(run, &reason) < 0 || value.ptr == NULL)
        return -1;
    return check(run, smfi_quarantine(run->context, unconst(value)), "holding the message");
}

int actions_apply(SMFICTX *context, const struct message *message, const struct verdict *verdict,
                  const struct review *review, struct err *err)
{
    struct edit_run run = { context, message, message->arena, message->fields, 0, err };

    if (!somebody_is_left(message->facts, verdict)) {
        err_set(err, "every recipient would be gone");
        return -1;
    }
    for (size_t i = 0; i < verdict->edit_count; i++)
        if (apply_edit(&run, &verdict->edits[i]) < 0)
            return -1;
    if (verdict->action == ACTION_QUARANTINE && hold(&run, verdict) < 0)
        return -1;
    return review->edited ? replace_body(&run, review->body) : 0;
}
