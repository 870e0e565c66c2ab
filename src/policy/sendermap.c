/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The sender map of a rewrite: addresses that claim to send are replaced by the
 * official one, in the envelope and in every sender field, display names kept.
 *
 * A field with a mailbox that is no address is left as it is; rules on malformed
 * senders are there for it. So is signed mail: the caller holds it.
 */
#include "base/buf.h"
#include "mail/encoded_word.h"
#include "policy_priv.h"

enum { NAME_COLUMN = 15 };  /* behind "Reply-To: " or "Resent-Sender: " */

static struct span mapped(const struct rule *rule, const struct sender_fact *sender)
{
    if (sender->malformed || sender->null_sender)
        return (struct span){ NULL, 0 };
    for (size_t i = 0; i < rule->mapping_count; i++) {
        struct span from = rule->mappings[i].from;
        if (span_equals(from, SPAN("*")) || span_equals_nocase(from, sender->address) ||
            span_equals_nocase(from, sender->domain) ||
            (from.len > 0 && from.ptr[0] == '.' && span_ends_with_nocase(sender->domain, from)))
            return rule->mappings[i].to;
    }
    return (struct span){ NULL, 0 };
}

static bool is_printable_ascii(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || (unsigned char)text.ptr[i] >= 0x7F)
            return false;
    return true;
}

static void append_quoted(struct buf *out, struct span text)
{
    buf_append_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\')
            buf_append_byte(out, '\\');
        buf_append_byte(out, text.ptr[i]);
    }
    buf_append_byte(out, '"');
}

static void append_mailbox(struct buf *out, const struct sender_fact *sender, struct span address)
{
    if (out->len > 0)
        buf_append(out, SPAN(",\n "));
    if (sender->display_name.len > 0) {
        if (is_printable_ascii(sender->display_name))
            append_quoted(out, sender->display_name);
        else
            encoded_word_append(sender->display_name, NAME_COLUMN, out);
        buf_append_byte(out, ' ');
    }
    buf_append_byte(out, '<');
    buf_append(out, address);
    buf_append_byte(out, '>');
}

/* One field, all its mailboxes: *changed_out says whether any of them is in the map. */
static struct span new_field(struct judgement *j, const struct rule *rule, struct span field,
                             bool *changed_out)
{
    struct buf out;
    struct span value = { NULL, 0 };

    buf_init(&out, 1U << 16);
    *changed_out = false;
    for (size_t i = 0; i < j->facts->senders.count; i++) {
        const struct sender_fact *sender = &j->facts->senders.items[i];
        struct span to = mapped(rule, sender);
        if (!span_equals_nocase(sender->where, field))
            continue;
        if (sender->malformed)
            out.failed = true;
        *changed_out = *changed_out || to.len > 0;
        append_mailbox(&out, sender, to.len > 0 ? to : sender->address);
    }
    if (!out.failed)
        value = arena_copy(j->arena, buf_span(&out));
    buf_fini(&out);
    return value;
}

static bool is_first_of_field(const struct judgement *j, size_t i)
{
    for (size_t n = 0; n < i; n++)
        if (span_equals_nocase(j->facts->senders.items[n].where, j->facts->senders.items[i].where))
            return false;
    return true;
}

int sendermap_apply(struct judgement *j, const struct rule *rule, struct verdict *verdict)
{
    for (size_t i = 0; i < j->facts->senders.count && rule->mapping_count > 0; i++) {
        const struct sender_fact *sender = &j->facts->senders.items[i];
        bool changed = false, envelope = span_equals(sender->where, SPAN("envelope"));
        struct span value = mapped(rule, sender);
        if (!envelope && !is_first_of_field(j, i))
            continue;
        if (!envelope)
            value = new_field(j, rule, sender->where, &changed);
        if (value.len == 0 || (!envelope && !changed))
            continue;
        if (effects_add(j, verdict, envelope ? EDIT_SENDER_SET : EDIT_HEADER_SET, rule,
                        envelope ? SPAN("") : sender->where, value) != 0)
            return -1;
    }
    return 0;
}

bool sendermap_touches(const struct judgement *j, const struct rule *rule)
{
    for (size_t i = 0; i < j->facts->senders.count; i++)
        if (mapped(rule, &j->facts->senders.items[i]).len > 0)
            return true;
    return false;
}
