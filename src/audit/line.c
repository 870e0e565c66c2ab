/* SPDX-License-Identifier: EUPL-1.2 */
#include "audit/record.h"

#include "base/logline.h"

/* The label that says most: the surest, then the first. */
static const struct label_fact *foremost_label(const struct facts *facts)
{
    const struct label_fact *best = NULL;

    for (size_t i = 0; i < facts->labels.count; i++)
        if (best == NULL || facts->labels.items[i].confidence > best->confidence)
            best = &facts->labels.items[i];
    return best;
}

static void add_observed(struct buf *line, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->rule_count; i++)
        if (verdict->rules[i].met && verdict->rules[i].mode == RULE_OBSERVE)
            logline_add(line, "observed", verdict->rules[i].name);
    if (verdict->observed_only)
        logline_add(line, "would", span_of(action_name(verdict->would)));
}

static void add_content(struct buf *line, const struct policy *policy, const struct facts *facts)
{
    const struct label_fact *label = foremost_label(facts);
    size_t unread = 0;

    if (label != NULL) {
        struct span name = policy_label_name(policy, label->label);

        logline_add(line, "label", name.len > 0 ? name : SPAN("unknown"));
        logline_add(line, "confidence", span_of(confidence_name(label->confidence)));
        logline_add(line, "where", label->where);
    }
    for (size_t i = 0; i < facts->parts.count; i++)
        unread += facts->parts.items[i].reason != UNINSPECTABLE_NONE;
    if (unread > 0)
        logline_add_u64(line, "uninspected", unread);
    if (facts->ambiguities.count > 0)
        logline_add_u64(line, "ambiguities", facts->ambiguities.count);
    if (!facts->scanned)
        logline_add(line, "scan", SPAN("failed"));
}

void record_line(const struct policy *policy, const struct facts *facts,
                 const struct verdict *verdict, uint64_t sequence, struct buf *out)
{
    logline_begin(out, "verdict");
    logline_add(out, "id", facts->queue_id);
    if (sequence > 0)
        logline_add_u64(out, "record", sequence);
    else
        logline_add(out, "record", SPAN("none"));
    logline_add(out, "action", span_of(action_name(verdict->action)));
    if (verdict->rule.len > 0) {
        logline_add(out, "rule", verdict->rule);
        logline_add(out, "at", verdict->rule_at);
    }
    add_observed(out, verdict);
    logline_add(out, "from",
                facts->senders.count > 0 ? facts->senders.items[0].address : SPAN(""));
    if (facts->recipients.count > 0)
        logline_add(out, "to", facts->recipients.items[0].address);
    logline_add_u64(out, "recipients", facts->recipients.count);
    logline_add(out, "client", facts->session.client_address);
    if (facts->session.login.len > 0)
        logline_add(out, "login", facts->session.login);
    add_content(out, policy, facts);
    logline_add_u64(out, "bytes", facts->message_bytes);
    logline_add_u64(out, "scan_us", facts->scan_us);
    logline_add(out, "message_id", facts->message_id);
}
