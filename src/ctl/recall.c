/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The facts of a message back out of its verdict record. What the record never
 * holds (header fields, the subject, display names) stays empty.
 */
#include <string.h>

#include "base/clock.h"
#include "facts/plan.h"
#include "policy/decide.h"
#include "recall.h"

json_t *recall_labels(const struct policy *policy)
{
    const struct scan_plan *plan = policy_plan(policy);
    json_t *indexes = json_object();

    for (size_t i = 0; indexes != NULL && i < plan->label_count; i++) {
        struct span name = policy_label_name(policy, (int32_t)i);
        char key[PLAN_MARK_BYTES];

        if (name.len < sizeof key) {
            memcpy(key, name.ptr, name.len);
            key[name.len] = '\0';
            json_object_set_new(indexes, key, json_integer((json_int_t)i));
        }
    }
    return indexes;
}

static struct span text(struct arena *arena, const json_t *object, const char *key)
{
    const json_t *value = object == NULL ? NULL : json_object_get(object, key);

    if (!json_is_string(value))
        return (struct span){ 0 };
    return arena_copy(arena,
                      (struct span){ json_string_value(value), json_string_length(value) });
}

static bool flag(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static uint64_t number(const json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));

    return value < 0 ? 0 : (uint64_t)value;
}

/* Behind the last "@", or empty. */
static struct span domain_of(struct span address)
{
    for (size_t i = address.len; i > 0; i--)
        if (address.ptr[i - 1] == '@')
            return span_slice(address, i, address.len);
    return (struct span){ 0 };
}

static void recall_session(const json_t *record, struct facts *facts)
{
    const json_t *client = json_object_get(record, "client");
    struct arena *arena = facts->arena;

    facts->session = (struct session_facts){
        .client_address = text(arena, client, "address"),
        .client_name = text(arena, client, "name"),
        .helo = text(arena, client, "helo"),
        .tls_version = text(arena, client, "tls_version"),
        .tls_cipher = text(arena, client, "tls_cipher"),
        .tls_subject = text(arena, client, "tls_subject"),
        .tls_issuer = text(arena, client, "tls_issuer"),
        .daemon_name = text(arena, client, "daemon_name"),
        .daemon_port = text(arena, client, "daemon_port"),
        .login = text(arena, record, "login"),
        .local_submission = flag(client, "local"),
    };
}

static void recall_envelope(const json_t *record, struct facts *facts)
{
    const json_t *item;
    size_t i;

    json_array_foreach(json_object_get(record, "senders"), i, item) {
        struct sender_fact *sender = facts_add_sender(facts);

        if (sender == NULL)
            return;
        sender->where = text(facts->arena, item, "where");
        sender->address = text(facts->arena, item, "address");
        sender->malformed = flag(item, "malformed");
        sender->null_sender = flag(item, "null_sender");
        if (!sender->malformed)
            sender->domain = domain_of(sender->address);
    }
    json_array_foreach(json_object_get(record, "recipients"), i, item) {
        struct recipient_fact *recipient = facts_add_recipient(facts);

        if (recipient == NULL || !json_is_string(item))
            return;
        recipient->verbatim = arena_copy(facts->arena, span_of(json_string_value(item)));
        recipient->domain = domain_of(recipient->verbatim);
        recipient->malformed = recipient->domain.len == 0;
        if (!recipient->malformed)
            recipient->address = recipient->verbatim;
    }
}

static void recall_label(const json_t *item, const json_t *indexes, struct facts *facts)
{
    const json_t *index = json_object_get(indexes, json_string_value(json_object_get(item, "label"))
                                                       ? json_string_value(json_object_get(item, "label"))
                                                       : "");
    struct label_fact *label = facts_add_label(facts);

    if (label == NULL)
        return;
    label->label = index == NULL ? LABEL_UNKNOWN : (int32_t)json_integer_value(index);
    label->text = text(facts->arena, item, "text");
    label->where = text(facts->arena, item, "where");
    label->obfuscated = flag(item, "obfuscated");
    label->quoted = flag(item, "quoted");
    /* A word this version does not know counts as the most it could be. */
    if (!confidence_from_name(text(facts->arena, item, "confidence"), &label->confidence))
        label->confidence = CONFIDENCE_CERTAIN;
    if (!source_from_name(text(facts->arena, item, "source"), &label->source))
        label->source = SOURCE_TEXT;
}

static bool hex_digest(struct span hex, uint8_t digest_out[32])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < 64; i++) {
        const char *digit = i < hex.len ? memchr(digits, hex.ptr[i], 16) : NULL;

        if (digit == NULL)
            return false;
        digest_out[i / 2] = (uint8_t)(digest_out[i / 2] << 4 | (digit - digits));
    }
    return true;
}

static void recall_part(const json_t *item, struct facts *facts)
{
    struct part_fact *part = facts_add_part(facts);

    if (part == NULL)
        return;
    part->where = text(facts->arena, item, "where");
    part->name = text(facts->arena, item, "name");
    part->declared = text(facts->arena, item, "declared");
    part->detected = text(facts->arena, item, "detected");
    part->bytes = number(item, "bytes");
    part->mismatch = flag(item, "mismatch");
    part->active = flag(item, "active");
    part->opened = flag(item, "opened");
    hex_digest(text(facts->arena, item, "sha256"), part->sha256);
    part->reason = UNINSPECTABLE_NONE;
    if (!flag(item, "inspected") &&
        !uninspectable_from_name(text(facts->arena, item, "reason"), &part->reason))
        part->reason = UNINSPECTABLE_UNSUPPORTED;
}

static void recall_content(const json_t *record, const json_t *indexes, struct facts *facts)
{
    const json_t *item;
    size_t i;

    json_array_foreach(json_object_get(record, "labels"), i, item)
        recall_label(item, indexes, facts);
    json_array_foreach(json_object_get(record, "contacts"), i, item) {
        struct contact_fact *contact = facts_add_contact(facts);

        if (contact == NULL)
            return;
        contact->address = text(facts->arena, item, "address");
        contact->domain = domain_of(contact->address);
        contact->where = text(facts->arena, item, "where");
        contact->obfuscated = flag(item, "obfuscated");
    }
    json_array_foreach(json_object_get(record, "parts"), i, item)
        recall_part(item, facts);
    json_array_foreach(json_object_get(record, "ambiguities"), i, item) {
        enum ambiguity kind;
        struct ambiguity_fact *ambiguity;

        if (!ambiguity_from_name(text(facts->arena, item, "kind"), &kind) ||
            (ambiguity = facts_add_ambiguity(facts)) == NULL)
            continue;
        ambiguity->kind = kind;
        ambiguity->where = text(facts->arena, item, "where");
    }
    json_array_foreach(json_object_get(record, "signatures"), i, item) {
        struct signature_fact *signature = facts_add_signature(facts);

        if (signature == NULL)
            return;
        signature->where = text(facts->arena, item, "where");
        signature->kind = text(facts->arena, item, "kind");
        signature->signer = text(facts->arena, item, "signer");
        signature->verified = flag(item, "verified");
        signature->covers_message = flag(item, "covers_message");
    }
}

struct facts *recall_facts(const json_t *record, const json_t *indexes, struct arena *arena)
{
    struct facts *facts = facts_new(arena);
    struct span received, failure;

    if (facts == NULL)
        return NULL;
    recall_session(record, facts);
    recall_envelope(record, facts);
    recall_content(record, indexes, facts);
    facts->queue_id = text(arena, record, "queue_id");
    facts->message_id = text(arena, record, "message_id");
    facts->message_bytes = number(record, "bytes");
    facts->scan_us = number(record, "scan_us");
    facts->cost.expanded_bytes = number(record, "expanded_bytes");
    facts->cost.depth = (uint32_t)number(record, "depth");
    facts->cost.pages = (uint32_t)number(record, "pages");
    facts->dropped_findings = number(record, "dropped_findings");
    facts->scanned = flag(record, "scanned");
    facts->uses_known = true;   /* none: nobody knows what was used before that message */
    received = text(arena, record, "received");
    if (received.len == 0 || clock_parse(received.ptr, &facts->received_us) != 0)
        facts->received_us = 0;
    failure = text(arena, record, "scan_failure");
    facts->scan_failure = UNINSPECTABLE_NONE;
    if (failure.len > 0 && !uninspectable_from_name(failure, &facts->scan_failure))
        facts->scan_failure = UNINSPECTABLE_CRASHED;
    return arena_is_full(arena) ? NULL : facts;
}
