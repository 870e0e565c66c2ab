/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The envelope of a message that stands alone. The scanner lists who claims to
 * have sent it; this file only guesses what SMTP would have said.
 */
#include "ctl_priv.h"
#include "mail/address.h"

enum { MAX_GUESSED_RECIPIENTS = 1000 };

static void set_sender(struct facts *facts, struct span path)
{
    struct sender_fact *sender = facts_add_sender(facts);
    struct address address = { 0 };

    if (sender == NULL)
        return;
    sender->where = SPAN("envelope");
    switch (address_parse_path(facts->arena, path, &address)) {
    case ADDRESS_OK:
        sender->address = address.full;
        sender->domain = address.domain;
        return;
    case ADDRESS_NULL: sender->null_sender = true; return;
    case ADDRESS_SYNTAX:
    case ADDRESS_TOO_LONG: break;
    }
    sender->address = arena_copy(facts->arena, path);
    sender->malformed = true;
}

static void add_recipient(struct facts *facts, struct span path)
{
    struct recipient_fact *recipient = facts_add_recipient(facts);
    struct address address = { 0 };

    if (recipient == NULL)
        return;
    recipient->verbatim = arena_copy(facts->arena, path);
    if (address_parse_path(facts->arena, path, &address) == ADDRESS_OK) {
        recipient->address = address.full;
        recipient->domain = address.domain;
    } else {
        recipient->malformed = true;
    }
}

/* Cut the next field, continuation lines included, off the header; false at its end. */
static bool next_field(struct span *header, struct span *name_out, struct span *body_out)
{
    size_t end = 0, colon;
    struct span field;

    do {
        end += span_find_byte(span_slice(*header, end, header->len), '\n');
        end += end < header->len;
    } while (end < header->len && (header->ptr[end] == ' ' || header->ptr[end] == '\t'));
    field = span_slice(*header, 0, end);
    *header = span_slice(*header, end, header->len);
    if (span_trim(field).len == 0)
        return false;
    colon = span_find_byte(field, ':');
    *name_out = span_trim(span_slice(field, 0, colon));
    *body_out = span_trim(span_slice(field, colon + (colon < field.len), field.len));
    return true;
}

/* The mailboxes of every field called name: at most max of them. */
static struct mailbox_list mailboxes(struct span header, struct span name, size_t max,
                                     struct arena *arena)
{
    struct mailbox_list all = { 0 };
    struct span field_name, body;

    while (next_field(&header, &field_name, &body) && all.count < max)
        if (span_equals_nocase(field_name, name)) {
            struct mailbox_list list = { 0 };

            address_parse_list(arena, body, max - all.count, &list, NULL);
            for (size_t i = 0; i < list.count; i++) {
                struct mailbox *items =
                    arena_grow(arena, all.items, all.count, &all.capacity, sizeof *items);

                if (items == NULL)
                    return all;
                all.items = items;
                items[all.count++] = list.items[i];
            }
        }
    return all;
}

static void guess_sender(struct facts *facts, struct span header)
{
    struct span rest = header, name, body;
    struct mailbox_list from;

    while (next_field(&rest, &name, &body))
        if (span_equals_nocase(name, SPAN("Return-Path"))) {
            set_sender(facts, body);
            return;
        }
    from = mailboxes(header, SPAN("From"), 1, facts->arena);
    if (from.count == 0)
        set_sender(facts, SPAN("<>"));
    else
        set_sender(facts, from.items[0].malformed ? from.items[0].raw : from.items[0].address.full);
}

static void guess_recipients(struct facts *facts, struct span header)
{
    static const char *const fields[] = { "To", "Cc" };

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct mailbox_list list =
            mailboxes(header, span_of(fields[i]), MAX_GUESSED_RECIPIENTS, facts->arena);

        for (size_t j = 0; j < list.count; j++)
            if (!list.items[j].malformed)
                add_recipient(facts, list.items[j].address.full);
    }
}

void envelope_fill(const struct envelope_options *options, struct span message,
                   struct facts *facts)
{
    if (options->sender != NULL)
        set_sender(facts, span_of(options->sender));
    else if (!options->document)
        guess_sender(facts, message);
    for (size_t i = 0; i < options->recipient_count; i++)
        add_recipient(facts, span_of(options->recipients[i]));
    if (options->recipient_count == 0 && !options->document)
        guess_recipients(facts, message);
    facts->session.login = span_of(options->login);
    facts->session.client_address = span_of(options->client);
    facts->session.tls_version = span_of(options->tls);
    facts->session.tls_subject = span_of(options->certificate);
    facts->session.daemon_name = span_of(options->daemon);
    facts->session.daemon_port = span_of(options->port);
}
