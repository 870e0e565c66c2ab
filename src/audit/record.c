/* SPDX-License-Identifier: EUPL-1.2 */
#include "audit/record.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "policy/policy.h"

/* Past this an address or a name is somebody's trick; what is left still tells which. */
enum { TEXT_LIMIT_BYTES = 1024 };

/* Clean, cut text: a stranger's octets must not make the record unreadable. */
static json_t *text(struct span s)
{
    struct buf clean;
    json_t *string;

    s = utf8_cut(s, TEXT_LIMIT_BYTES);
    if (s.len == 0)
        return json_string("");
    string = json_stringn(s.ptr, s.len);
    if (string != NULL)
        return string;
    buf_init(&clean, 0);
    utf8_append_clean(&clean, s);
    string = json_stringn(clean.ptr, clean.len);
    buf_fini(&clean);
    return string;
}

static json_t *text_or_null(struct span s)
{
    return s.len == 0 ? json_null() : text(s);
}

static json_t *name_or_null(const char *name)
{
    return name == NULL ? json_null() : json_string(name);
}

static json_t *hex(const uint8_t digest[HASH_BYTES])
{
    char digits[HASH_HEX_CHARS + 1];

    hash_to_hex(digest, digits);
    return json_string(digits);
}

/* Steals value; NULL, from a lack of memory, is seen by the caller once, at the end. */
static void put(json_t *object, bool *failed, const char *key, json_t *value)
{
    if (value == NULL || json_object_set_new_nocheck(object, key, value) != 0)
        *failed = true;
}

static void push(json_t *array, bool *failed, json_t *value)
{
    if (value == NULL || json_array_append_new(array, value) != 0)
        *failed = true;
}

static json_t *texts(const struct span *items, size_t count, bool *failed)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        push(array, failed, text(items[i]));
    return array;
}

/* What the sender's mail server is told, line by line as it is sent. */
static json_t *reply(const struct smtp_reply *reply)
{
    struct buf lines;
    json_t *string;

    if (reply->code == 0)
        return json_null();
    buf_init(&lines, 0);
    for (size_t i = 0; i < reply->line_count; i++)
        buf_printf(&lines, "%s%u%c%.*s %.*s", i == 0 ? "" : "\n", reply->code,
                   i + 1 == reply->line_count ? ' ' : '-', SPAN_ARG(reply->enhanced),
                   SPAN_ARG(reply->lines[i]));
    if (reply->line_count == 0)
        buf_printf(&lines, "%u %.*s", reply->code, SPAN_ARG(reply->enhanced));
    string = lines.failed ? NULL : json_stringn(lines.ptr, lines.len);
    buf_fini(&lines);
    return string;
}

static json_t *rule(const struct rule_outcome *outcome, bool *failed)
{
    json_t *object = json_object();

    put(object, failed, "name", text(outcome->name));
    put(object, failed, "mode", json_string(outcome->mode == RULE_OBSERVE ? "observe" : "enforce"));
    put(object, failed, "action", name_or_null(action_name(outcome->action)));
    put(object, failed, "because", texts(outcome->because, outcome->because_count, failed));
    put(object, failed, "at", text(outcome->at));
    if (outcome->decided)
        put(object, failed, "decided", json_true());
    if (outcome->exception.len > 0)
        put(object, failed, "exception", text(outcome->exception));
    return object;
}

static json_t *rules(const struct verdict *verdict, bool met, bool *failed)
{
    json_t *array = json_array();

    for (size_t i = 0; i < verdict->rule_count; i++)
        if (verdict->rules[i].met == met)
            push(array, failed, rule(&verdict->rules[i], failed));
    return array;
}

static json_t *senders(const struct policy *policy, const struct facts *facts, bool *failed)
{
    json_t *array = json_array();

    for (size_t i = 0; i < facts->senders.count; i++) {
        const struct sender_fact *sender = &facts->senders.items[i];
        bool approved = !sender->malformed &&
                        policy_sender_approved(policy, sender->address, sender->domain);
        json_t *object = json_object();

        put(object, failed, "where", text(sender->where));
        put(object, failed, "address", text(sender->address));
        put(object, failed, "approved", json_boolean(approved));
        if (sender->malformed)
            put(object, failed, "malformed", json_true());
        if (sender->null_sender)
            put(object, failed, "null_sender", json_true());
        push(array, failed, object);
    }
    return array;
}

static json_t *recipients(const struct facts *facts, bool *failed)
{
    json_t *array = json_array();

    for (size_t i = 0; i < facts->recipients.count; i++) {
        const struct recipient_fact *recipient = &facts->recipients.items[i];

        push(array, failed,
             text(recipient->malformed ? recipient->verbatim : recipient->address));
    }
    return array;
}

static json_t *labels(const struct policy *policy, const struct facts *facts, bool *failed)
{
    json_t *array = json_array();

    for (size_t i = 0; i < facts->labels.count; i++) {
        const struct label_fact *label = &facts->labels.items[i];
        json_t *object = json_object();

        put(object, failed, "label", text_or_null(policy_label_name(policy, label->label)));
        put(object, failed, "confidence", name_or_null(confidence_name(label->confidence)));
        put(object, failed, "source", name_or_null(source_name(label->source)));
        put(object, failed, "where", text(label->where));
        put(object, failed, "text", text(label->text));
        if (label->obfuscated)
            put(object, failed, "obfuscated", json_true());
        if (label->quoted)
            put(object, failed, "quoted", json_true());
        push(array, failed, object);
    }
    return array;
}

static json_t *contacts(const struct policy *policy, const struct facts *facts, bool *failed)
{
    json_t *array = json_array();

    for (size_t i = 0; i < facts->contacts.count; i++) {
        const struct contact_fact *contact = &facts->contacts.items[i];
        json_t *object = json_object();

        put(object, failed, "address", text(contact->address));
        put(object, failed, "where", text(contact->where));
        put(object, failed, "approved",
            json_boolean(policy_sender_approved(policy, contact->address, contact->domain)));
        if (contact->obfuscated)
            put(object, failed, "obfuscated", json_true());
        push(array, failed, object);
    }
    return array;
}

static json_t *parts(const struct facts *facts, bool *failed)
{
    json_t *array = json_array();

    for (size_t i = 0; i < facts->parts.count; i++) {
        const struct part_fact *part = &facts->parts.items[i];
        bool inspected = part->reason == UNINSPECTABLE_NONE;
        json_t *object = json_object();

        put(object, failed, "where", text(part->where));
        put(object, failed, "name", text(part->name));
        put(object, failed, "declared", text(part->declared));
        put(object, failed, "detected", text(part->detected));
        put(object, failed, "bytes", json_integer((json_int_t)part->bytes));
        put(object, failed, "sha256", hex(part->sha256));
        put(object, failed, "inspected", json_boolean(inspected));
        put(object, failed, "reason",
            inspected ? json_null() : name_or_null(uninspectable_name(part->reason)));
        if (part->mismatch)
            put(object, failed, "mismatch", json_true());
        if (part->active)
            put(object, failed, "active", json_true());
        if (part->opened)
            put(object, failed, "opened", json_true());
        push(array, failed, object);
    }
    return array;
}

static json_t *ambiguities(const struct facts *facts, bool *failed)
{
    json_t *array = json_array();

    for (size_t i = 0; i < facts->ambiguities.count; i++) {
        const struct ambiguity_fact *ambiguity = &facts->ambiguities.items[i];
        json_t *object = json_object();

        put(object, failed, "kind", name_or_null(ambiguity_name(ambiguity->kind)));
        put(object, failed, "where", text(ambiguity->where));
        push(array, failed, object);
    }
    return array;
}

static json_t *signatures(const struct facts *facts, bool *failed)
{
    json_t *array = json_array();

    for (size_t i = 0; i < facts->signatures.count; i++) {
        const struct signature_fact *signature = &facts->signatures.items[i];
        json_t *object = json_object();

        put(object, failed, "where", text(signature->where));
        put(object, failed, "kind", text(signature->kind));
        put(object, failed, "signer", text(signature->signer));
        if (signature->verified)
            put(object, failed, "verified", json_true());
        if (signature->covers_message)
            put(object, failed, "covers_message", json_true());
        push(array, failed, object);
    }
    return array;
}

/* A new subject or body is message text: of these only size and hash are kept. */
static bool edit_is_message_text(const struct edit *edit)
{
    return edit->kind == EDIT_PART || edit->kind == EDIT_FOOTER_TEXT ||
           edit->kind == EDIT_FOOTER_HTML || span_equals_nocase(edit->name, SPAN("Subject"));
}

static json_t *edits(const struct verdict *verdict, bool *failed)
{
    json_t *array = json_array();

    for (size_t i = 0; i < verdict->edit_count; i++) {
        const struct edit *edit = &verdict->edits[i];
        uint8_t digest[HASH_BYTES];
        json_t *object = json_object();

        put(object, failed, "kind", name_or_null(edit_kind_name(edit->kind)));
        put(object, failed, "name", text(edit->name));
        if (edit_is_message_text(edit)) {
            *failed = *failed || hash_sha256(edit->value, digest) != 0;
            put(object, failed, "bytes", json_integer((json_int_t)edit->value.len));
            put(object, failed, "sha256", hex(digest));
        } else {
            put(object, failed, "value", text(edit->value));
        }
        put(object, failed, "rule", text(edit->rule));
        push(array, failed, object);
    }
    return array;
}

static json_t *session(const struct session_facts *session, bool *failed)
{
    json_t *object = json_object();

    put(object, failed, "address", text(session->client_address));
    put(object, failed, "name", text(session->client_name));
    put(object, failed, "helo", text(session->helo));
    put(object, failed, "tls_version", text(session->tls_version));
    put(object, failed, "tls_cipher", text(session->tls_cipher));
    put(object, failed, "tls_subject", text(session->tls_subject));
    put(object, failed, "tls_issuer", text(session->tls_issuer));
    put(object, failed, "daemon_name", text(session->daemon_name));
    put(object, failed, "daemon_port", text(session->daemon_port));
    put(object, failed, "local", json_boolean(session->local_submission));
    return object;
}

static json_t *instant(int64_t realtime_us)
{
    char formatted[28];

    clock_format(realtime_us, formatted);
    return json_string(formatted);
}

static void put_verdict(json_t *object, const struct verdict *verdict, bool *failed)
{
    put(object, failed, "verdict", name_or_null(action_name(verdict->action)));
    put(object, failed, "rule", text_or_null(verdict->rule));
    put(object, failed, "rule_at", text_or_null(verdict->rule_at));
    put(object, failed, "reply", reply(&verdict->reply));
    put(object, failed, "hold_reason", text_or_null(verdict->hold_reason));
    put(object, failed, "observed_only", json_boolean(verdict->observed_only));
    put(object, failed, "would", name_or_null(action_name(verdict->would)));
    put(object, failed, "policy", hex(verdict->policy_digest));
    put(object, failed, "rules", rules(verdict, true, failed));
    put(object, failed, "rules_unmet", rules(verdict, false, failed));
}

static void put_envelope(json_t *object, const struct facts *facts, bool *failed)
{
    put(object, failed, "queue_id", text(facts->queue_id));
    put(object, failed, "message_id", text(facts->message_id));
    put(object, failed, "received", instant(facts->received_us));
    put(object, failed, "bytes", json_integer((json_int_t)facts->message_bytes));
    put(object, failed, "client", session(&facts->session, failed));
    put(object, failed, "login", text(facts->session.login));
    put(object, failed, "recipients", recipients(facts, failed));
}

static void put_content(json_t *object, const struct policy *policy, const struct facts *facts,
                        bool *failed)
{
    put(object, failed, "senders", senders(policy, facts, failed));
    put(object, failed, "labels", labels(policy, facts, failed));
    put(object, failed, "contacts", contacts(policy, facts, failed));
    put(object, failed, "parts", parts(facts, failed));
    put(object, failed, "ambiguities", ambiguities(facts, failed));
    put(object, failed, "signatures", signatures(facts, failed));
    put(object, failed, "scanned", json_boolean(facts->scanned));
    put(object, failed, "scan_failure",
        facts->scan_failure == UNINSPECTABLE_NONE
            ? json_null()
            : name_or_null(uninspectable_name(facts->scan_failure)));
    put(object, failed, "dropped_findings", json_integer((json_int_t)facts->dropped_findings));
    put(object, failed, "scan_us", json_integer((json_int_t)facts->scan_us));
    put(object, failed, "expanded_bytes", json_integer((json_int_t)facts->cost.expanded_bytes));
    put(object, failed, "depth", json_integer(facts->cost.depth));
    put(object, failed, "pages", json_integer(facts->cost.pages));
}

json_t *record_encode(const struct policy *policy, const struct facts *facts,
                      const struct verdict *verdict)
{
    json_t *object = json_object();
    bool failed = object == NULL;

    put_verdict(object, verdict, &failed);
    if (verdict->exception_count > 0)
        put(object, &failed, "exceptions", texts(verdict->exceptions, verdict->exception_count, &failed));
    if (policy->version > 0) {
        put(object, &failed, "policy_version", json_integer((json_int_t)policy->version));
        put(object, &failed, "policy_signer", text(policy->signer));
    }
    put(object, &failed, "edits", edits(verdict, &failed));
    put_envelope(object, facts, &failed);
    put_content(object, policy, facts, &failed);
    if (failed) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static int append_text(const char *bytes, size_t size, void *data)
{
    return buf_append(data, (struct span){ bytes, size }) ? 0 : -1;
}

static int dump(json_t *object, struct buf *out)
{
    int result = json_dump_callback(object, append_text, out, JSON_COMPACT);

    json_decref(object);
    return result == 0 && !out->failed ? 0 : -1;
}

int record_verdict(const struct policy *policy, const struct facts *facts,
                   const struct verdict *verdict, struct buf *out)
{
    json_t *record = json_pack("{s:s}", "kind", "verdict");
    json_t *members = record_encode(policy, facts, verdict);

    if (record == NULL || members == NULL || json_object_update_missing(record, members) != 0) {
        json_decref(record);
        json_decref(members);
        return -1;
    }
    json_decref(members);
    return dump(record, out);
}

int record_outcome(struct span queue_id, const struct verdict *verdict, struct span problem,
                   struct buf *out)
{
    json_t *record = json_object();
    bool failed = record == NULL;

    put(record, &failed, "kind", json_string(problem.len == 0 ? "applied" : "failed"));
    put(record, &failed, "queue_id", text(queue_id));
    put(record, &failed, "verdict", name_or_null(action_name(verdict->action)));
    put(record, &failed, "edits", json_integer((json_int_t)verdict->edit_count));
    if (problem.len > 0)
        put(record, &failed, "problem", text(problem));
    if (failed) {
        json_decref(record);
        return -1;
    }
    return dump(record, out);
}
