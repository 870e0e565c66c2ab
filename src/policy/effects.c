/* SPDX-License-Identifier: EUPL-1.2 */
/* What a rule that is met changes: header fields, senders, recipients. */
#include "policy_priv.h"

int effects_add(struct judgement *j, struct verdict *verdict, enum edit_kind kind,
                const struct rule *rule, struct span name, struct span value)
{
    struct edit *edits = arena_grow(j->arena, verdict->edits, verdict->edit_count,
                                    &j->edit_capacity, sizeof *edits);

    if (edits == NULL)
        return -1;
    verdict->edits = edits;
    edits[verdict->edit_count++] =
        (struct edit){ .kind = kind, .name = name, .value = value, .rule = rule->name };
    return 0;
}

bool effects_has_field(const struct judgement *j, struct span name, struct span value)
{
    size_t count = 0, same = 0;

    for (size_t i = 0; i < j->facts->headers.count; i++)
        if (span_equals_nocase(j->facts->headers.items[i].name, name)) {
            count++;
            same += span_equals(j->facts->headers.items[i].value, value);
        }
    return count == 1 && same == 1 && j->facts->headers.count < FACTS_HEADERS_MAX;
}

static int set_headers(struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                       struct verdict *verdict)
{
    for (size_t i = 0; i < rule->header_count; i++) {
        struct span value = template_expand(j, rule, reasons, rule->headers[i].value);
        enum edit_kind kind = value.len == 0 ? EDIT_HEADER_DELETE : EDIT_HEADER_SET;
        if (kind == EDIT_HEADER_SET && effects_has_field(j, rule->headers[i].name, value))
            continue;
        if (effects_add(j, verdict, kind, rule, rule->headers[i].name, value) != 0)
            return -1;
    }
    return 0;
}

static int add_recipients(struct judgement *j, const struct rule *rule, struct verdict *verdict)
{
    for (size_t i = 0; i < rule->recipients.count; i++)
        if (effects_add(j, verdict, EDIT_RECIPIENT_ADD, rule, SPAN(""),
                        rule->recipients.items[i]) != 0)
            return -1;
    return 0;
}

int effects_apply(struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                  struct verdict *verdict)
{
    if (set_headers(j, rule, reasons, verdict) != 0 || fieldcut_apply(j, rule, verdict) != 0 ||
        mark_apply(j, rule, verdict) != 0 || add_recipients(j, rule, verdict) != 0)
        return -1;
    if (rule->action != ACTION_REWRITE)
        return 0;
    return sendermap_apply(j, rule, verdict) != 0 ? -1 : bodymap_apply(j, rule, reasons, verdict);
}

/* Deletions go by what RCPT said, to the octet: anything else deletes nobody. */
int effects_drop_recipients(struct judgement *j, const struct rule *rule,
                            const struct reasons *reasons, struct verdict *verdict)
{
    for (size_t i = 0; i < j->facts->recipients.count; i++) {
        if (!is_selected(reasons->recipients, i) || j->dropped[i])
            continue;
        if (effects_add(j, verdict, EDIT_RECIPIENT_DELETE, rule, SPAN(""),
                        j->facts->recipients.items[i].verbatim) != 0)
            return -1;
        j->dropped[i] = true;
    }
    return 0;
}

/* The envelope sender, where it is one the policy approves: a forged one is a stranger. */
static struct span sender_to_tell(const struct judgement *j)
{
    const struct sender_fact *sender = j->facts->senders.items;

    if (j->facts->senders.count == 0 || sender->null_sender || j->sender_marks[0] != 0 ||
        !span_equals(sender->where, SPAN("envelope")))
        return SPAN("");
    for (size_t i = 0; i < j->facts->recipients.count; i++)
        if (!j->dropped[i] && span_equals_nocase(j->facts->recipients.items[i].address, sender->address))
            return SPAN("");
    return sender->address;
}

/* SMTP has no reply for some recipients of a message it takes: the message itself carries the news. */
int effects_tell_sender(struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                        struct verdict *verdict)
{
    struct span sender = sender_to_tell(j);
    struct span news = template_expand(j, rule, reasons,
                                       SPAN("%{recipients}; %{fact} %{label} (%{where}); rule %{rule}"));

    if (effects_add(j, verdict, EDIT_HEADER_ADD, rule, SPAN("X-Vaguemestre-Not-Delivered"), news) != 0)
        return -1;
    return sender.len == 0 ? 0 : effects_add(j, verdict, EDIT_RECIPIENT_ADD, rule, SPAN(""), sender);
}

int effects_redirect(struct judgement *j, const struct rule *rule, struct verdict *verdict)
{
    const struct reasons everyone = { 0 };

    if (effects_drop_recipients(j, rule, &everyone, verdict) != 0)
        return -1;
    return add_recipients(j, rule, verdict);
}
