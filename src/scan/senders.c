/* SPDX-License-Identifier: EUPL-1.2 */
/* The fields that say who wrote and who sent a message (RFC 5322, 3.6.2, 3.6.6). */
#include "mail/address.h"
#include "scan_priv.h"

/* Of one field: an author list past this is no author list. */
enum { MAILBOXES_MAX = 1000, ADDRESS_BYTES = 1024 };

static const struct span from = SPAN("From"), sender = SPAN("Sender");

/* Fields of which one block has at most one, beside From. */
static const struct span single[] = { SPAN("Sender"), SPAN("Reply-To") };

/* Each new block of these begins with a Resent-Date, or should. */
static const struct span resent[] = { SPAN("Resent-From"), SPAN("Resent-Sender"),
                                      SPAN("Resent-Reply-To") };

struct senders {
    struct scan *scan;
    const struct header_block *header;
    struct span prefix;
    struct arena *scratch;
};

static void call(struct senders *senders, struct span name, enum ambiguity kind)
{
    walk_ambiguity(senders->scan, kind,
                   arena_printf(senders->scan->facts->arena, "%.*sheader:%.*s",
                                SPAN_ARG(senders->prefix), SPAN_ARG(name)));
}

static size_t count_fields(const struct header_block *header, struct span name)
{
    size_t count = 0;

    for (const struct header_field *field = header_next(header, name, NULL); field != NULL;
         field = header_next(header, name, field))
        count++;
    return count;
}

static void add_sender(struct senders *senders, struct span name, const struct mailbox *mailbox)
{
    struct scan *scan = senders->scan;
    struct sender_fact *fact;

    if (scan->facts->senders.count >= scan->plan->limits.findings) {
        scan->facts->dropped_findings++;
        return;
    }
    fact = facts_add_sender(scan->facts);
    if (fact == NULL)
        return;
    fact->where = name;
    fact->malformed = mailbox->malformed;
    fact->address = walk_keep_text(scan, mailbox->malformed ? mailbox->raw : mailbox->address.full,
                                   ADDRESS_BYTES);
    fact->domain = walk_keep_text(scan, mailbox->address.domain, ADDRESS_BYTES);
    fact->display_name = walk_keep_text(scan, mailbox->display_name, ADDRESS_BYTES);
}

/* Whoever wrote a message inside did not send this one, but a reader may answer there. */
static void add_contact(struct senders *senders, struct span name, const struct mailbox *mailbox)
{
    struct scan *scan = senders->scan;
    struct contact_fact *fact;

    if (mailbox->malformed)
        return;
    if (scan->facts->contacts.count >= scan->plan->limits.findings) {
        scan->facts->dropped_findings++;
        return;
    }
    fact = facts_add_contact(scan->facts);
    if (fact == NULL)
        return;
    fact->address = walk_keep_text(scan, mailbox->address.full, ADDRESS_BYTES);
    fact->domain = walk_keep_text(scan, mailbox->address.domain, ADDRESS_BYTES);
    fact->where = arena_printf(scan->facts->arena, "%.*sheader:%.*s", SPAN_ARG(senders->prefix),
                               SPAN_ARG(name));
}

static void add_mailbox(struct senders *senders, struct span name, const struct mailbox *mailbox)
{
    if (senders->prefix.len == 0)
        add_sender(senders, name, mailbox);
    else
        add_contact(senders, name, mailbox);
}

/* What was met in all fields of one name. */
struct tally {
    size_t mailboxes;       /* as the grammar has them */
    bool malformed;
};

/* The mailboxes of one field. Nobody at all is a sender nobody can check. */
static void read_field(struct senders *senders, struct span name, struct span value,
                       struct ambiguity_set *seen, struct tally *tally)
{
    const struct mailbox nobody = { .raw = span_trim(value), .malformed = true };
    struct mailbox_list list;

    address_parse_list(senders->scratch, value, MAILBOXES_MAX, &list, seen);
    tally->malformed |= list.count == 0 || list.truncated;
    if (list.count == 0)
        add_mailbox(senders, name, &nobody);
    for (size_t i = 0; i < list.count; i++) {
        tally->malformed |= list.items[i].malformed;
        tally->mailboxes += !list.items[i].inferred;
        add_mailbox(senders, name, &list.items[i]);
    }
}

static struct tally read_fields(struct senders *senders, struct span name)
{
    struct ambiguity_set seen = { 0 };
    struct tally tally = { 0 };
    enum ambiguity kind;

    for (const struct header_field *field = header_next(senders->header, name, NULL);
         field != NULL && !budget_is_spent(&senders->scan->budget);
         field = header_next(senders->header, name, field))
        read_field(senders, name, field->value, &seen, &tally);
    while (ambiguity_set_take(&seen, &kind))
        call(senders, name, kind);
    return tally;
}

static void read_from(struct senders *senders)
{
    const size_t fields = count_fields(senders->header, from);
    const struct tally authors = read_fields(senders, from);

    if (senders->prefix.len > 0)
        return;
    if (fields == 0)
        call(senders, from, AMBIGUITY_FROM_MISSING);
    if (fields > 1)
        call(senders, from, AMBIGUITY_FROM_DUPLICATE);
    if (authors.malformed)
        call(senders, from, AMBIGUITY_FROM_MALFORMED);
    if (authors.mailboxes > 1 && header_next(senders->header, sender, NULL) == NULL)
        call(senders, from, AMBIGUITY_FROM_MULTIPLE_NO_SENDER);
}

void senders_read(struct scan *scan, const struct header_block *header, struct span prefix)
{
    struct senders senders = { .scan = scan, .header = header, .prefix = prefix };
    const size_t blocks = count_fields(header, SPAN("Resent-Date"));

    senders.scratch = arena_new(scan->plan->limits.memory_bytes / 8);
    if (senders.scratch == NULL) {
        scan->budget.spent = UNINSPECTABLE_TOO_LARGE;
        return;
    }
    read_from(&senders);
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++) {
        read_fields(&senders, single[i]);
        if (prefix.len == 0 && count_fields(header, single[i]) > 1)
            call(&senders, single[i], AMBIGUITY_SENDER_DUPLICATE);
    }
    for (size_t i = 0; i < sizeof resent / sizeof resent[0]; i++) {
        size_t fields = count_fields(header, resent[i]);
        read_fields(&senders, resent[i]);
        if (prefix.len == 0 && fields > 1 && fields > blocks)
            call(&senders, resent[i], AMBIGUITY_SENDER_DUPLICATE);
    }
    if (arena_is_full(senders.scratch))
        scan->budget.spent = UNINSPECTABLE_TOO_LARGE;
    arena_free(&senders.scratch);
}
