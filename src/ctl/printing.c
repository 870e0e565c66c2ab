/* SPDX-License-Identifier: EUPL-1.2 */
/* A record for a person: one line in a list, or in full. */
#include <inttypes.h>
#include <string.h>

#include "records.h"

static void print_text(FILE *out, const char *text)
{
    print_safe(out, span_of(text));
}

static const char *first_text(const json_t *list, const char *key)
{
    const json_t *first = json_array_get(list, 0);
    const char *text = key == NULL ? json_string_value(first) : member_text(first, key);

    return text == NULL ? "" : text;
}

/* The sender of the envelope, or "<>". */
static void print_sender(FILE *out, const json_t *record)
{
    const char *sender = first_text(json_object_get(record, "senders"), "address");

    print_text(out, *sender == '\0' ? "<>" : sender);
}

static void print_recipients(FILE *out, const json_t *record)
{
    const json_t *recipients = json_object_get(record, "recipients");
    size_t count = json_array_size(recipients);

    print_text(out, first_text(recipients, NULL));
    if (count > 1)
        fprintf(out, " (+%zu)", count - 1);
}

static int confidence_rank(const char *confidence)
{
    enum confidence parsed;

    return confidence_from_name(span_of(confidence), &parsed) ? (int)parsed : 0;
}

/* The surest label, so that a list shows why. */
static void print_label(FILE *out, const json_t *record)
{
    const json_t *label, *best = NULL;
    size_t i;

    json_array_foreach(json_object_get(record, "labels"), i, label)
        if (best == NULL || confidence_rank(member_text(label, "confidence")) >
                                confidence_rank(member_text(best, "confidence")))
            best = label;
    if (best == NULL || confidence_rank(member_text(best, "confidence")) < CONFIDENCE_LIKELY)
        return;
    fputs("  ", out);
    print_text(out, json_is_null(json_object_get(best, "label")) ? "unknown label"
                                                                 : member_text(best, "label"));
}

static void print_observed(FILE *out, const json_t *record)
{
    const json_t *rule;
    size_t i;

    json_array_foreach(json_object_get(record, "rules"), i, rule)
        if (strcmp(member_text(rule, "mode"), "observe") == 0) {
            fputs("  would ", out);
            print_text(out, member_text(rule, "action"));
            fputs(": ", out);
            print_text(out, member_text(rule, "name"));
        }
}

static void print_style(FILE *out, const char *verdict, bool colour, bool on)
{
    enum action action = ACTION_TEMPFAIL;

    action_from_name(span_of(verdict), &action);
    fputs(on ? style_on(colour, style_of_action(action)) : style_off(colour), out);
}

void print_record_line(FILE *out, const json_t *record, bool colour)
{
    const char *verdict = member_text(record, "verdict"), *rule = member_text(record, "rule");

    fprintf(out, "%.19s  ", member_text(record, "time"));
    print_text(out, member_text(record, "queue_id"));
    if (record_is(record, "failed")) {
        fprintf(out, "  FAILED to %s: ", verdict);
        print_text(out, member_text(record, "problem"));
        fputc('\n', out);
        return;
    }
    fputs("  ", out);
    print_style(out, verdict, colour, true);
    fprintf(out, "%-10s", verdict);
    print_style(out, verdict, colour, false);
    fputs("  ", out);
    print_text(out, *rule == '\0' ? "-" : rule);
    fputs("  ", out);
    print_sender(out, record);
    fputs(" -> ", out);
    print_recipients(out, record);
    print_label(out, record);
    print_observed(out, record);
    fputc('\n', out);
}

/* A scalar as it stands; "-" for what there is not. */
static void print_value(FILE *out, const json_t *value)
{
    if (json_is_string(value))
        print_text(out, *json_string_value(value) == '\0' ? "-" : json_string_value(value));
    else if (json_is_integer(value))
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_boolean(value))
        fputs(json_is_true(value) ? "yes" : "no", out);
    else
        fputc('-', out);
}

/* One item of a list: "where 1, name x.docx, …", or the string itself. */
static void print_item(FILE *out, const json_t *item)
{
    const char *key, *separator = "";
    const json_t *value, *line;
    size_t i;

    if (!json_is_object(item)) {
        print_value(out, item);
        return;
    }
    json_object_foreach((json_t *)item, key, value) {
        if (json_is_array(value))
            continue;
        fprintf(out, "%s%s ", separator, key);
        print_value(out, value);
        separator = ", ";
    }
    json_array_foreach(json_object_get(item, "because"), i, line) {
        fputs("\n        ", out);
        print_value(out, line);
    }
}

static void print_list(FILE *out, const char *key, const json_t *list)
{
    const json_t *item;
    size_t i;

    if (json_array_size(list) == 0)
        return;
    fprintf(out, "%s:\n", key);
    json_array_foreach(list, i, item) {
        fputs("    ", out);
        print_item(out, item);
        fputc('\n', out);
    }
}

void print_record_full(FILE *out, const json_t *record)
{
    const char *key;
    const json_t *value;

    json_object_foreach((json_t *)record, key, value) {
        if (json_is_array(value)) {
            print_list(out, key, value);
            continue;
        }
        fprintf(out, "%s: ", key);
        if (json_is_object(value))
            print_item(out, value);
        else
            print_value(out, value);
        fputc('\n', out);
    }
}
