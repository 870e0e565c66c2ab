/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a rewrite changes in the body: contact addresses to the official ones, a
 * footer, a notice for the parts the rule is about. Only decided here; a caged
 * scanner carries it out (revise/revise.h), and the result is judged again, so an
 * edit that did not reach everything does not let the message pass.
 */
#include "base/buf.h"
#include "facts/revision.h"
#include "policy_priv.h"

static int replace_contacts(struct judgement *j, const struct rule *rule, struct verdict *verdict)
{
    for (size_t i = 0; i < rule->contact_count; i++) {
        const struct sender_mapping *mapping = &rule->contacts[i];
        bool met = false;
        for (size_t n = 0; n < j->facts->contacts.count && !met; n++)
            met = span_equals_nocase(j->facts->contacts.items[n].address, mapping->from);
        if (met && effects_add(j, verdict, EDIT_ADDRESS, rule, mapping->from, mapping->to) != 0)
            return -1;
    }
    return 0;
}

struct span mime_part_of(struct span where)
{
    size_t end = span_find_byte(where, '!');

    return span_slice(where, 0, span_find_byte(span_slice(where, 0, end), '#'));
}

static int add_notice(struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                      struct span part, struct verdict *verdict)
{
    struct reasons about = *reasons;

    for (size_t i = 0; i < verdict->edit_count; i++)
        if (verdict->edits[i].kind == EDIT_PART && span_equals(verdict->edits[i].name, part))
            return 0;
    about.where = part;
    about.label = policy_label_name(j->policy, mark_highest(j, part));
    for (size_t i = 0; i < j->facts->parts.count && about.part == NULL; i++)
        if (span_equals(j->facts->parts.items[i].where, part))
            about.part = &j->facts->parts.items[i];
    return effects_add(j, verdict, EDIT_PART, rule, part,
                       template_expand(j, rule, &about, text_in_languages(j, rule->notice, READER_RECIPIENTS)));
}

/* Is the part one the rule speaks of, by its conditions or by the facts of its "when"? */
static bool is_about(const struct judgement *j, const struct rule *rule,
                     const struct selection *selection, size_t i)
{
    const struct part_fact *part = &j->facts->parts.items[i];

    if (!is_selected(selection->parts, i))
        return false;
    if ((rule->when & fact_bit(FACT_UNINSPECTABLE)) != 0 && part->reason != UNINSPECTABLE_NONE)
        return true;
    if ((rule->when & fact_bit(FACT_ENCRYPTED)) != 0 && (part->reason == UNINSPECTABLE_ENCRYPTED || part->opened))
        return true;
    if ((rule->when & fact_bit(FACT_ACTIVE_CONTENT)) != 0 && part->active)
        return true;
    if ((rule->when & fact_bit(FACT_TYPE_MISMATCH)) != 0 && part->mismatch)
        return true;
    return selection->parts != NULL;
}

static int replace_parts(struct judgement *j, const struct rule *rule,
                         const struct reasons *reasons, struct verdict *verdict)
{
    const fact_set labels = fact_bit(FACT_LABELLED) | fact_bit(FACT_LABEL_ABOVE_CEILING);
    struct selection selection = { 0 };

    if (rule->notice.len == 0)
        return 0;
    (void)conditions_select(j, rule, &selection, NULL);
    for (size_t i = 0; i < j->facts->parts.count; i++)
        if (is_about(j, rule, &selection, i) &&
            add_notice(j, rule, reasons, mime_part_of(j->facts->parts.items[i].where), verdict) != 0)
            return -1;
    for (size_t i = 0; (rule->when & labels) != 0 && i < j->facts->labels.count; i++) {
        const struct label_fact *label = &j->facts->labels.items[i];
        if (is_selected(selection.labels, i) && label->confidence >= rule->confidence &&
            label->source != SOURCE_SUBJECT && label->source != SOURCE_HEADER &&
            add_notice(j, rule, reasons, mime_part_of(label->where), verdict) != 0)
            return -1;
    }
    return 0;
}

/* Kinds of which the author is known to be taken out without harm. */
static bool can_be_stripped(const struct part_fact *part)
{
    static const char *const types[] = { "docx", "docm", "xlsx", "xlsm", "pptx", "pptm", "odt",
                                         "ods",  "odp",  "odg",  "jpeg", "png" };

    if (span_find_byte(part->where, '!') < part->where.len || part->reason == UNINSPECTABLE_ENCRYPTED)
        return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (span_equals(part->detected, span_of(types[i])))
            return true;
    return false;
}

static int strip_parts(struct judgement *j, const struct rule *rule, struct verdict *verdict)
{
    struct selection selection = { 0 };

    if (!rule->strip_metadata)
        return 0;
    (void)conditions_select(j, rule, &selection, NULL);
    for (size_t i = 0; i < j->facts->parts.count; i++)
        if (is_selected(selection.parts, i) && can_be_stripped(&j->facts->parts.items[i]) &&
            effects_add(j, verdict, EDIT_METADATA, rule, j->facts->parts.items[i].where, SPAN("")) != 0)
            return -1;
    return 0;
}

/* The text footer as HTML, for messages that have both: what one reader sees the other sees too. */
static struct span html_of(struct judgement *j, struct span text)
{
    struct span html;
    struct buf out;

    buf_init(&out, REVISION_BYTES);
    buf_append(&out, SPAN("<p>"));
    text = span_trim(text);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\n')
            buf_append(&out, SPAN("<br>\n"));
        else
            html_append(&out, span_slice(text, i, i + 1));
    buf_append(&out, SPAN("</p>\n"));
    html = out.failed ? (struct span){ NULL, 0 } : arena_copy(j->arena, buf_span(&out));
    buf_fini(&out);
    return html;
}

static int add_footers(struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                       struct verdict *verdict)
{
    struct span text = SPAN(""), html = SPAN("");

    if (rule->footer_text.len > 0)
        text = template_expand(j, rule, reasons,
                               text_in_languages(j, rule->footer_text, READER_RECIPIENTS));
    if (rule->footer_html.len > 0)
        html = template_expand_html(j, rule, reasons,
                                    text_in_languages(j, rule->footer_html, READER_RECIPIENTS));
    else if (text.len > 0)
        html = html_of(j, text);
    if (html.ptr == NULL ||
        (text.len > 0 && effects_add(j, verdict, EDIT_FOOTER_TEXT, rule, SPAN(""), text) != 0) ||
        (html.len > 0 && effects_add(j, verdict, EDIT_FOOTER_HTML, rule, SPAN(""), html) != 0))
        return -1;
    return 0;
}

int bodymap_apply(struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                  struct verdict *verdict)
{
    if (replace_contacts(j, rule, verdict) != 0 || replace_parts(j, rule, reasons, verdict) != 0 ||
        strip_parts(j, rule, verdict) != 0)
        return -1;
    return add_footers(j, rule, reasons, verdict);
}

bool bodymap_touches(const struct judgement *j, const struct rule *rule)
{
    if (rule->footer_text.len > 0 || rule->footer_html.len > 0 || rule->notice.len > 0)
        return true;
    for (size_t i = 0; rule->strip_metadata && i < j->facts->parts.count; i++)
        if (can_be_stripped(&j->facts->parts.items[i]))
            return true;
    for (size_t i = 0; i < rule->contact_count; i++)
        for (size_t n = 0; n < j->facts->contacts.count; n++)
            if (span_equals_nocase(j->facts->contacts.items[n].address, rule->contacts[i].from))
                return true;
    return false;
}
