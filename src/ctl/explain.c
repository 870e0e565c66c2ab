/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>

#include "ctl_priv.h"
#include "policy/decide.h"

/* Where and how to write. */
struct page {
    FILE *out;
    bool colour;
};

static void styled(const struct page *page, enum style style, struct span text)
{
    fputs(style_on(page->colour, style), page->out);
    print_safe(page->out, text);
    fputs(style_off(page->colour), page->out);
}

static void heading(const struct page *page, const char *text)
{
    fputs("  ", page->out);
    styled(page, STYLE_BOLD, span_of(text));
    fputc('\n', page->out);
}

static void explain_reply(const struct page *page, const struct smtp_reply *reply)
{
    for (size_t i = 0; i < reply->line_count; i++) {
        fprintf(page->out, "  reply  %u ", reply->code);
        print_safe(page->out, reply->enhanced);
        fputc(' ', page->out);
        print_safe(page->out, reply->lines[i]);
        fputc('\n', page->out);
    }
}

static void explain_verdict(const struct page *page, const struct judgement *judgement)
{
    const struct verdict *verdict = &judgement->verdict;

    styled(page, STYLE_BOLD, span_of(judgement->path));
    fputs(": ", page->out);
    styled(page, style_of_action(verdict->action), span_of(action_name(verdict->action)));
    if (verdict->rule.len > 0) {
        fputs(", by rule \"", page->out);
        print_safe(page->out, verdict->rule);
        fputs("\" at ", page->out);
        print_safe(page->out, verdict->rule_at);
    } else {
        fputs(", no rule decided", page->out);
    }
    fprintf(page->out, " (%" PRIu64 " us)\n", judgement->elapsed_us);
    if (verdict->observed_only)
        fprintf(page->out, "  the policy only observes; enforced it would be %s\n",
                action_name(verdict->would));
    explain_reply(page, &verdict->reply);
    if (verdict->hold_reason.len > 0) {
        fputs("  held because ", page->out);
        print_safe(page->out, verdict->hold_reason);
        fputc('\n', page->out);
    }
}

static void explain_rule(const struct page *page, const struct rule_outcome *rule)
{
    enum style style = !rule->met ? STYLE_FAINT : style_of_action(rule->action);

    fputs("    ", page->out);
    styled(page, style, rule->met ? SPAN("met     ") : SPAN("not met "));
    fputc(' ', page->out);
    print_safe(page->out, rule->name);
    fprintf(page->out, " (%s%s, ", action_name(rule->action),
            rule->mode == RULE_OBSERVE ? ", observed only" : "");
    print_safe(page->out, rule->at);
    fputs(rule->decided ? "), decided\n" : ")\n", page->out);
    if (rule->exception.len > 0) {
        fputs("             excused by exception \"", page->out);
        print_safe(page->out, rule->exception);
        fputs("\"\n", page->out);
    }
    for (size_t i = 0; i < rule->because_count; i++) {
        fputs("             ", page->out);
        print_safe(page->out, rule->because[i]);
        fputc('\n', page->out);
    }
}

static void explain_senders(const struct page *page, const struct facts *facts,
                            const struct policy *policy)
{
    if (facts->senders.count > 0)
        heading(page, "senders");
    for (size_t i = 0; i < facts->senders.count; i++) {
        const struct sender_fact *sender = &facts->senders.items[i];
        bool approved = !sender->malformed &&
                        policy_sender_approved(policy, sender->address, sender->domain);

        fputs("    ", page->out);
        styled(page, approved || sender->null_sender ? STYLE_GOOD : STYLE_BAD,
               sender->null_sender ? SPAN("null      ")
               : sender->malformed ? SPAN("malformed ")
               : approved          ? SPAN("approved  ")
                                   : SPAN("unapproved"));
        fprintf(page->out, "  %-12.*s ", SPAN_ARG(sender->where));
        print_safe(page->out, sender->null_sender ? SPAN("<>") : sender->address);
        fputc('\n', page->out);
    }
}

static void explain_labels(const struct page *page, const struct facts *facts,
                           const struct policy *policy)
{
    if (facts->labels.count > 0)
        heading(page, "labels");
    for (size_t i = 0; i < facts->labels.count; i++) {
        const struct label_fact *label = &facts->labels.items[i];
        struct span name = policy_label_name(policy, label->label);

        fprintf(page->out, "    %-9s ", confidence_name(label->confidence));
        styled(page, label->confidence == CONFIDENCE_POSSIBLE ? STYLE_FAINT : STYLE_WARN,
               name.len > 0 ? name : SPAN("unknown level"));
        fprintf(page->out, "  in %s at ", source_name(label->source));
        print_safe(page->out, label->where);
        fputs(": \"", page->out);
        print_safe(page->out, label->text);
        fprintf(page->out, "\"%s%s\n", label->obfuscated ? ", disguised" : "",
                label->quoted ? ", quoted" : "");
    }
}

static void explain_contacts(const struct page *page, const struct facts *facts,
                             const struct policy *policy)
{
    if (facts->contacts.count > 0)
        heading(page, "contact addresses");
    for (size_t i = 0; i < facts->contacts.count; i++) {
        const struct contact_fact *contact = &facts->contacts.items[i];
        bool approved = policy_sender_approved(policy, contact->address, contact->domain);

        fputs("    ", page->out);
        styled(page, approved ? STYLE_GOOD : STYLE_WARN,
               approved ? SPAN("approved  ") : SPAN("unapproved"));
        fputs("  ", page->out);
        print_safe(page->out, contact->address);
        fputs(" at ", page->out);
        print_safe(page->out, contact->where);
        fputc('\n', page->out);
    }
}

static void explain_parts(const struct page *page, const struct facts *facts)
{
    heading(page, "parts");
    for (size_t i = 0; i < facts->parts.count; i++) {
        const struct part_fact *part = &facts->parts.items[i];

        fputs("    ", page->out);
        if (part->reason == UNINSPECTABLE_NONE)
            styled(page, STYLE_GOOD, SPAN("read       "));
        else
            styled(page, STYLE_BAD, span_of(uninspectable_name(part->reason)));
        fputs("  ", page->out);
        print_safe(page->out, part->where);
        fputs("  ", page->out);
        print_safe(page->out, part->detected);
        fprintf(page->out, ", %" PRIu64 " octets", part->bytes);
        if (part->name.len > 0) {
            fputs(", ", page->out);
            print_safe(page->out, part->name);
        }
        fprintf(page->out, "%s%s%s\n", part->mismatch ? ", not what it is declared to be" : "",
                part->active ? ", active content" : "",
                part->opened ? ", opened with a password of the policy" : "");
    }
}

static void explain_doubts(const struct page *page, const struct facts *facts)
{
    if (!facts->scanned)
        fprintf(page->out, "  the content was not read: %s\n",
                uninspectable_name(facts->scan_failure));
    if (facts->dropped_findings > 0)
        fprintf(page->out, "  %" PRIu64 " more findings were counted, not listed\n",
                facts->dropped_findings);
    if (facts->ambiguities.count > 0)
        heading(page, "readers would differ");
    for (size_t i = 0; i < facts->ambiguities.count; i++) {
        fprintf(page->out, "    %s at ", ambiguity_name(facts->ambiguities.items[i].kind));
        print_safe(page->out, facts->ambiguities.items[i].where);
        fputc('\n', page->out);
    }
}

void explain(FILE *out, const struct judgement *judgement, const struct policy *policy,
             bool colour)
{
    const struct page page = { out, colour };
    const struct facts *facts = judgement->facts;

    explain_verdict(&page, judgement);
    if (judgement->verdict.rule_count > 0)
        heading(&page, "rules");
    for (size_t i = 0; i < judgement->verdict.rule_count; i++)
        explain_rule(&page, &judgement->verdict.rules[i]);
    explain_senders(&page, facts, policy);
    explain_labels(&page, facts, policy);
    explain_contacts(&page, facts, policy);
    if (facts->parts.count > 0)
        explain_parts(&page, facts);
    explain_doubts(&page, facts);
}
