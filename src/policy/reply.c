/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Templates to SMTP replies. A mail server turns a badly formed reply into an
 * error of its own and may then let the message pass, so whatever an operator or
 * a sender put in, what leaves here is well formed: class of the enhanced code
 * equal to that of the code, printable ASCII, no line of more than 400 octets,
 * none that begins with a digit, 32 at most, one at least.
 */
#include <string.h>

#include "base/utf8.h"
#include "policy/ascii.h"
#include "policy_priv.h"

enum { MAX_LINES = 32, LINE_BYTES = 380, VALUE_BYTES = 160, LISTED_RECIPIENTS = 5, TEXT_BYTES = 8000 };

static struct span recipient_list(const struct judgement *j, const struct reasons *reasons)
{
    const struct facts *facts = j->facts;
    struct span list = { NULL, 0 };
    size_t listed = 0, total = 0;

    for (size_t i = 0; i < facts->recipients.count; i++) {
        if (!is_selected(reasons->recipients, i))
            continue;
        if (++total > LISTED_RECIPIENTS)
            continue;
        list = arena_printf(j->arena, "%.*s%s%.*s", SPAN_ARG(list), listed++ == 0 ? "" : ", ",
                            SPAN_ARG(facts->recipients.items[i].address));
    }
    if (total > LISTED_RECIPIENTS)
        list = arena_printf(j->arena, "%.*s… (%zu)", SPAN_ARG(list), total);
    return list;
}

static struct span sender_shown(const struct judgement *j, const struct reasons *reasons)
{
    if (reasons->sender.len > 0)
        return reasons->sender;
    return j->facts->senders.count > 0 ? j->facts->senders.items[0].address : SPAN("");
}

static struct span reason_shown(const struct reasons *reasons)
{
    return reasons->uninspectable.len > 0 ? reasons->uninspectable : reasons->ambiguity;
}

/* The label the reason is about, else the highest. */
static struct span label_shown(const struct judgement *j, const struct reasons *reasons)
{
    return reasons->label.len > 0 ? reasons->label
                                  : policy_label_name(j->policy, mark_highest(j, SPAN("")));
}

static struct span without_scheme(struct span label)
{
    size_t colon = span_find_byte(label, ':');

    return colon == label.len ? label : span_slice(label, colon + 1, label.len);
}

/* Of the part that a notice stands for; elsewhere empty. */
static struct span part_shown(const struct judgement *j, const struct part_fact *part, struct span name)
{
    struct span hex = SPAN("");

    if (part == NULL)
        return hex;
    if (span_equals(name, SPAN("name")))
        return part->name;
    if (span_equals(name, SPAN("bytes")))
        return arena_printf(j->arena, "%llu", (unsigned long long)part->bytes);
    for (size_t i = 0; i < sizeof part->sha256; i++)
        hex = arena_printf(j->arena, "%.*s%02x", SPAN_ARG(hex), part->sha256[i]);
    return hex;
}

static bool value_of(const struct judgement *j, const struct rule *rule,
                     const struct reasons *reasons, struct span name, struct span *out)
{
    if (span_equals(name, SPAN("rule")))
        *out = rule == NULL ? SPAN("") : rule->name;
    else if (span_equals(name, SPAN("id")))
        *out = j->facts->queue_id;
    else if (span_equals(name, SPAN("sender")))
        *out = sender_shown(j, reasons);
    else if (span_equals(name, SPAN("recipients")))
        *out = recipient_list(j, reasons);
    else if (span_equals(name, SPAN("label")))
        *out = label_shown(j, reasons);
    else if (span_equals(name, SPAN("label_name")))
        *out = without_scheme(label_shown(j, reasons));
    else if (span_equals(name, SPAN("where")))
        *out = reasons->where;
    else if (span_equals(name, SPAN("destination")))
        *out = reasons->destination;
    else if (span_equals(name, SPAN("ceiling")))
        *out = reasons->ceiling;
    else if (span_equals(name, SPAN("contact")))
        *out = reasons->contact;
    else if (span_equals(name, SPAN("reason")))
        *out = reason_shown(reasons);
    else if (span_equals(name, SPAN("suggestion")))
        *out = reasons->suggestion;
    else if (span_equals(name, SPAN("fact")))
        *out = span_of(fact_name(reasons->fact));
    else if (span_equals(name, SPAN("name")) || span_equals(name, SPAN("bytes")) ||
             span_equals(name, SPAN("sha256")))
        *out = part_shown(j, reasons->part, name);
    else
        return false;
    if (out->len == 0)
        *out = SPAN("-");
    return true;
}

const char template_placeholders[] = "rule id sender recipients label label_name where destination "
                                     "ceiling contact reason suggestion fact name bytes sha256";

bool template_check(struct span text, struct span *unknown_out)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        struct span known = span_of(template_placeholders), name, placeholder;
        bool found = false;
        if (text.ptr[i] != '%' || text.ptr[i + 1] != '{')
            continue;
        name = span_slice(text, i + 2, text.len);
        name = span_slice(name, 0, span_find_byte(name, '}'));
        while (!found && span_next(&known, ' ', &placeholder))
            found = span_equals(name, placeholder);
        if (!found) {
            *unknown_out = name;
            return false;
        }
    }
    return true;
}

void html_append(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '<')
            buf_append(out, SPAN("&lt;"));
        else if (text.ptr[i] == '>')
            buf_append(out, SPAN("&gt;"));
        else if (text.ptr[i] == '&')
            buf_append(out, SPAN("&amp;"));
        else if (text.ptr[i] == '"')
            buf_append(out, SPAN("&quot;"));
        else
            buf_append_byte(out, text.ptr[i]);
}

static struct span expand(const struct judgement *j, const struct rule *rule,
                          const struct reasons *reasons, struct span text, bool html)
{
    struct buf out;
    struct span result;

    buf_init(&out, TEXT_BYTES);
    for (size_t i = 0; i < text.len; i++) {
        struct span name, value;
        size_t end;
        name = span_slice(text, i + 2, text.len);
        end = span_find_byte(name, '}');
        name = span_slice(name, 0, end);
        if (text.ptr[i] == '%' && i + 1 < text.len && text.ptr[i + 1] == '{' &&
            value_of(j, rule, reasons, name, &value)) {
            if (html)
                html_append(&out, utf8_cut(value, VALUE_BYTES));
            else
                buf_append(&out, utf8_cut(value, VALUE_BYTES));
            i += 2 + end;
        } else {
            buf_append_byte(&out, text.ptr[i]);
        }
    }
    result = arena_copy(j->arena, buf_span(&out));
    buf_fini(&out);
    return result;
}

struct span template_expand(const struct judgement *j, const struct rule *rule,
                            const struct reasons *reasons, struct span text)
{
    return expand(j, rule, reasons, text, false);
}

struct span template_expand_html(const struct judgement *j, const struct rule *rule,
                                 const struct reasons *reasons, struct span text)
{
    return expand(j, rule, reasons, text, true);
}

/* Where to break: behind the last blank that leaves the line short enough. */
static size_t line_end(struct span text)
{
    size_t end = LINE_BYTES;

    if (text.len <= LINE_BYTES)
        return text.len;
    while (end > 0 && text.ptr[end] != ' ')
        end--;
    return end == 0 ? LINE_BYTES : end;
}

static void add_line(const struct judgement *j, struct smtp_reply *reply, struct span line)
{
    line = span_trim(line);
    if (line.len == 0 || reply->line_count == MAX_LINES || reply->lines == NULL)
        return;
    if (line.ptr[0] >= '0' && line.ptr[0] <= '9')
        line = arena_printf(j->arena, "- %.*s", SPAN_ARG(line));
    if (line.ptr != NULL)
        reply->lines[reply->line_count++] = line;
}

static void add_text(const struct judgement *j, struct smtp_reply *reply, struct span text)
{
    struct span line;

    while (span_next(&text, '\n', &line)) {
        struct span rest = ascii_from_utf8(j->arena, line);
        while (rest.len > 0) {
            size_t end = line_end(rest);
            add_line(j, reply, span_slice(rest, 0, end));
            rest = span_slice(rest, end, rest.len);
        }
    }
}

/* Class of a code: its first digit. "5.7.1" of a rule that defers becomes "4.7.1". */
static void set_codes(const struct judgement *j, const struct rule *rule, enum action action,
                      struct smtp_reply *reply)
{
    char class = action == ACTION_TEMPFAIL ? '4' : '5';
    struct span enhanced = SPAN("5.7.1");

    reply->code = action == ACTION_TEMPFAIL ? 451 : 550;
    if (rule != NULL && rule->code / 100 == class - '0')
        reply->code = rule->code;
    if (rule != NULL && rule->enhanced.len > 1)
        enhanced = rule->enhanced;
    reply->enhanced = arena_printf(j->arena, "%c%.*s", class,
                                   SPAN_ARG(span_slice(enhanced, 1, enhanced.len)));
}

static void finish(const struct judgement *j, struct smtp_reply *reply)
{
    if (reply->line_count == 0)
        add_line(j, reply, reply->code < 500 ? SPAN("Message deferred") : SPAN("Message refused"));
}

/* The shipped words: French, then English; both for readers of other languages. */
static void add_shipped(const struct judgement *j, const struct rule *rule,
                        const struct reasons *reasons, const char *const *text,
                        struct smtp_reply *reply)
{
    unsigned languages = languages_of(j, READER_SENDER);
    const unsigned shipped = 1U << LANGUAGE_FR | 1U << LANGUAGE_EN;

    if ((languages & shipped) == 0)
        languages = shipped;
    for (unsigned language = LANGUAGE_FR; *text != NULL; text++, language++)
        if ((languages >> language & 1) != 0)
            add_text(j, reply, template_expand(j, rule, reasons, span_of(*text)));
}

void reply_build(const struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                 enum action action, struct smtp_reply *reply_out)
{
    const char *const *text = text_for(reasons->fact, action);

    memset(reply_out, 0, sizeof *reply_out);
    reply_out->lines = arena_alloc(j->arena, MAX_LINES * sizeof *reply_out->lines);
    set_codes(j, rule, action, reply_out);
    for (size_t i = 0; i < rule->reply.count; i++)
        add_text(j, reply_out,
                 template_expand(j, rule, reasons,
                                 text_in_languages(j, rule->reply.items[i], READER_SENDER)));
    if (rule->reply.count == 0)
        add_shipped(j, rule, reasons, text, reply_out);
    finish(j, reply_out);
}

void reply_build_failure(const struct judgement *j, enum failure failure, enum action action,
                         struct smtp_reply *reply_out)
{
    const char *const *text = text_for_failure(failure, action);
    struct reasons reasons = { .fact = FACT_UNDECIDED,
                               .where = SPAN("message"),
                               .uninspectable = span_of(failure_name(failure)) };

    memset(reply_out, 0, sizeof *reply_out);
    reply_out->lines = arena_alloc(j->arena, MAX_LINES * sizeof *reply_out->lines);
    set_codes(j, NULL, action, reply_out);
    add_shipped(j, NULL, &reasons, text, reply_out);
    finish(j, reply_out);
}
