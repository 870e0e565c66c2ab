/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The message's label where people and programs look for it: before its subject,
 * and in X-Protective-Marking or SIO-Label. It is the highest label of all that the
 * message holds, so what is attached raises it. A mark that the same template made
 * before, for any label, is taken out first: a reply is marked once.
 */
#include "base/utf8.h"
#include "mail/encoded_word.h"
#include "policy_priv.h"

enum {
    SUBJECT_BYTES = 4000,
    SUBJECT_CUT_BYTES = 990,    /* facts hold 998 octets of it: one that long may have lost its end */
    SUBJECT_COLUMN = 9          /* behind "Subject: " */
};

int32_t mark_highest(const struct judgement *j, struct span part)
{
    int32_t highest = LABEL_UNKNOWN;

    for (size_t i = 0; i < j->facts->labels.count; i++) {
        const struct label_fact *label = &j->facts->labels.items[i];
        if (label->confidence >= CONFIDENCE_LIKELY && label->label != LABEL_UNKNOWN &&
            !label_is_caveat(j->policy, label->label) &&
            (part.len == 0 || span_equals(mime_part_of(label->where), part)) &&
            (highest == LABEL_UNKNOWN || label_compare(j->policy, label->label, highest) > 0))
            highest = label->label;
    }
    return highest;
}

static struct span mark_of(const struct judgement *j, const struct rule *rule, int32_t label)
{
    const struct reasons about = { .label = policy_label_name(j->policy, label) };

    return template_expand(j, rule, &about, rule->subject_mark);
}

/* Take every mark of that text out, with the blanks behind it. */
static void take_out(struct buf *subject, struct span mark)
{
    struct span rest = buf_span(subject);
    size_t kept = 0;

    while (rest.len > 0) {
        size_t at = span_find_nocase(rest, mark);

        for (size_t i = 0; i < at; i++)
            subject->ptr[kept++] = rest.ptr[i];
        rest = span_slice(rest, at + mark.len, rest.len);
        while (rest.len > 0 && rest.ptr[0] == ' ')
            rest = span_slice(rest, 1, rest.len);
    }
    subject->len = kept;
}

static struct span marked_subject(const struct judgement *j, const struct rule *rule, int32_t label)
{
    struct span mark = mark_of(j, rule, label), rest, value;
    struct buf subject, written;

    buf_init(&subject, SUBJECT_BYTES);
    buf_append(&subject, j->facts->subject);
    for (size_t i = 0; i < j->policy->plan.label_count; i++)
        take_out(&subject, mark_of(j, rule, (int32_t)i));
    rest = span_trim(buf_span(&subject));
    value = arena_printf(j->arena, "%.*s%s%.*s", SPAN_ARG(mark), rest.len > 0 ? " " : "",
                         SPAN_ARG(rest));
    if (span_equals(value, j->facts->subject)) {
        value = (struct span){ NULL, 0 };
    } else {
        buf_init(&written, 4 * SUBJECT_BYTES);
        encoded_word_append_field(value, SUBJECT_COLUMN, &written);
        value = arena_copy(j->arena, buf_span(&written));
        buf_fini(&written);
    }
    buf_fini(&subject);
    return value;
}

/* "SEC=…" as the scheme's own identifier has it, else under the scheme's name (a comma ends a value). */
static struct span protective_marking(const struct judgement *j, int32_t index)
{
    const struct label_def *label = &j->policy->plan.labels[index];
    struct span value = SPAN(""), name = label->name;

    for (size_t i = 0; i < label->identifiers.count; i++) {
        struct span identifier = label->identifiers.items[i];
        if (span_starts_with_nocase(identifier, SPAN("pspf:")) &&
            span_find_byte(identifier, '/') == identifier.len)
            return arena_printf(j->arena, "VER=2018.6, NS=gov.au, SEC=%.*s",
                                SPAN_ARG(span_slice(identifier, 5, identifier.len)));
    }
    for (struct span piece; span_next(&name, ',', &piece);)
        value = arena_printf(j->arena, "%.*s%s%.*s", SPAN_ARG(value), value.len == 0 ? "" : "\\,",
                             SPAN_ARG(piece));
    return arena_printf(j->arena, "NS=%.*s, SEC=%.*s", SPAN_ARG(label->scheme), SPAN_ARG(value));
}

/* A marking as a quoted string; in ASCII, or as RFC 2231 writes the rest. */
static struct span sio_label(const struct judgement *j, int32_t index)
{
    struct span name = j->policy->plan.labels[index].name, value;
    bool plain = utf8_ascii_run(name) == name.len;
    struct buf out;

    buf_init(&out, SUBJECT_BYTES);
    buf_append(&out, plain ? SPAN("marking=\"") : SPAN("marking*=UTF-8''"));
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        const bool letter = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
        if (!plain && !letter)
            buf_printf(&out, "%%%02X", (unsigned)(unsigned char)c);
        else if (c == '"' || c == '\\')
            buf_printf(&out, "\\%c", c);
        else
            buf_append_byte(&out, c);
    }
    buf_append(&out, plain ? SPAN("\"") : SPAN(""));
    value = arena_copy(j->arena, buf_span(&out));
    buf_fini(&out);
    return value;
}

static int set(struct judgement *j, const struct rule *rule, struct span name, struct span value,
               struct verdict *verdict)
{
    if (value.len == 0 || effects_has_field(j, name, value))
        return 0;
    return effects_add(j, verdict, EDIT_HEADER_SET, rule, name, value);
}

int mark_apply(struct judgement *j, const struct rule *rule, struct verdict *verdict)
{
    int32_t label;

    if (rule->subject_mark.len == 0 && rule->label_headers == 0)
        return 0;
    label = mark_highest(j, SPAN(""));
    if (label == LABEL_UNKNOWN)
        return 0;
    if (rule->subject_mark.len > 0 &&
        (j->facts->subject.len >= SUBJECT_CUT_BYTES ||
         set(j, rule, SPAN("Subject"), marked_subject(j, rule, label), verdict) != 0))
        return -1;
    if ((rule->label_headers & LABEL_HEADER_PSPF) != 0 &&
        set(j, rule, SPAN("X-Protective-Marking"), protective_marking(j, label), verdict) != 0)
        return -1;
    if ((rule->label_headers & LABEL_HEADER_SIO) != 0 &&
        set(j, rule, SPAN("SIO-Label"), sio_label(j, label), verdict) != 0)
        return -1;
    return 0;
}
