/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/report.h"

#include <string.h>

#include "base/utf8.h"

/* The most items of each list; encoder and decoder use the same. */
struct caps {
    size_t senders, headers, labels, contacts, parts, ambiguities, signatures;
};

static struct caps caps_of(const struct plan_limits *limits)
{
    return (struct caps){ .senders = REPORT_SENDERS,
                          .headers = REPORT_HEADERS,
                          .labels = limits->findings,
                          .contacts = limits->findings,
                          .parts = limits->parts,
                          .ambiguities = limits->findings,
                          .signatures = REPORT_SIGNATURES };
}

/* --- what the child says ------------------------------------------------ */

/* One octet of no UTF-8 would cost the whole report, so what is not clean is cleaned here. */
static void put_limited(struct buf *out, struct span text, size_t max)
{
    const size_t at = out->len;
    uint32_t len;

    text = utf8_cut(text, max);
    if (utf8_is_valid(text)) {
        wire_put_span(out, text);
        return;
    }
    wire_put_u32(out, 0);
    /* A replacement character is three octets for one. */
    utf8_append_clean(out, span_slice(text, 0, max / 3));
    len = (uint32_t)(out->len - at - sizeof len);
    if (!out->failed)
        memcpy(out->ptr + at, &len, sizeof len);
}

static void put_text(struct buf *out, struct span text)
{
    put_limited(out, text, REPORT_TEXT_BYTES);
}

/* How many of count items go on the wire; the rest are counted as dropped. */
static size_t put_count(struct buf *out, size_t count, size_t cap, uint64_t *dropped)
{
    size_t kept = count < cap ? count : cap;

    *dropped += count - kept;
    wire_put_u32(out, (uint32_t)kept);
    return kept;
}

static void put_sender(struct buf *out, const struct sender_fact *sender)
{
    put_text(out, sender->where);
    put_text(out, sender->address);
    put_text(out, sender->domain);
    put_text(out, sender->display_name);
    wire_put_u8(out, sender->malformed);
    wire_put_u8(out, sender->null_sender);
}

static void put_label(struct buf *out, const struct label_fact *label)
{
    wire_put_u32(out, (uint32_t)(label->label + 1));
    wire_put_u32(out, label->confidence);
    wire_put_u32(out, label->source);
    put_text(out, label->where);
    put_limited(out, label->text, REPORT_MARK_BYTES);
    wire_put_u8(out, label->obfuscated);
    wire_put_u8(out, label->quoted);
}

static void put_contact(struct buf *out, const struct contact_fact *contact)
{
    put_text(out, contact->address);
    put_text(out, contact->domain);
    put_text(out, contact->where);
    wire_put_u8(out, contact->obfuscated);
}

static void put_part(struct buf *out, const struct part_fact *part)
{
    put_text(out, part->where);
    put_text(out, part->name);
    put_text(out, part->declared);
    put_text(out, part->detected);
    wire_put_u64(out, part->bytes);
    buf_append(out, (struct span){ (const char *)part->sha256, sizeof part->sha256 });
    wire_put_u32(out, part->reason);
    wire_put_u8(out, part->mismatch);
    wire_put_u8(out, part->active);
    wire_put_u8(out, part->opened);
}

static void put_lists(struct buf *out, const struct caps *caps, const struct facts *facts,
                      uint64_t *dropped)
{
    size_t count;

    count = put_count(out, facts->senders.count, caps->senders, dropped);
    for (size_t i = 0; i < count; i++)
        put_sender(out, &facts->senders.items[i]);
    count = put_count(out, facts->headers.count, caps->headers, dropped);
    for (size_t i = 0; i < count; i++) {
        put_text(out, facts->headers.items[i].name);
        put_text(out, facts->headers.items[i].value);
    }
    count = put_count(out, facts->labels.count, caps->labels, dropped);
    for (size_t i = 0; i < count; i++)
        put_label(out, &facts->labels.items[i]);
    count = put_count(out, facts->contacts.count, caps->contacts, dropped);
    for (size_t i = 0; i < count; i++)
        put_contact(out, &facts->contacts.items[i]);
    count = put_count(out, facts->parts.count, caps->parts, dropped);
    for (size_t i = 0; i < count; i++)
        put_part(out, &facts->parts.items[i]);
    count = put_count(out, facts->ambiguities.count, caps->ambiguities, dropped);
    for (size_t i = 0; i < count; i++) {
        wire_put_u32(out, facts->ambiguities.items[i].kind);
        put_text(out, facts->ambiguities.items[i].where);
    }
    count = put_count(out, facts->signatures.count, caps->signatures, dropped);
    for (size_t i = 0; i < count; i++) {
        put_text(out, facts->signatures.items[i].where);
        put_text(out, facts->signatures.items[i].kind);
        put_text(out, facts->signatures.items[i].signer);
        wire_put_u8(out, facts->signatures.items[i].verified);
        wire_put_u8(out, facts->signatures.items[i].covers_message);
    }
}

void report_encode(uint64_t job_id, bool leaving, const struct plan_limits *limits,
                   const struct facts *facts, struct buf *out)
{
    const struct caps caps = caps_of(limits);
    uint64_t dropped = facts->dropped_findings;

    wire_put_u64(out, job_id);
    wire_put_u8(out, leaving);
    put_text(out, facts->subject);
    put_text(out, facts->message_id);
    wire_put_u32(out, facts->scan_failure);
    wire_put_u64(out, facts->scan_us);
    wire_put_u64(out, facts->cost.expanded_bytes);
    wire_put_u32(out, facts->cost.depth);
    wire_put_u32(out, facts->cost.pages);
    put_lists(out, &caps, facts, &dropped);
    wire_put_u64(out, dropped);
}

/* --- what we believe of it ---------------------------------------------- */

static struct span get_text(struct wire_in *in)
{
    return wire_get_text(in, REPORT_TEXT_BYTES);
}

static void get_senders(struct wire_in *in, size_t cap, struct facts *facts)
{
    size_t count = wire_get_count(in, cap, 4 * sizeof(uint32_t) + 2);

    for (size_t i = 0; i < count && !in->failed; i++) {
        struct sender_fact *sender = facts_add_sender(facts);
        if (sender == NULL)
            return;
        sender->where = get_text(in);
        sender->address = get_text(in);
        sender->domain = get_text(in);
        sender->display_name = get_text(in);
        sender->malformed = wire_get_bool(in);
        sender->null_sender = wire_get_bool(in);
    }
}

static void get_headers(struct wire_in *in, size_t cap, struct facts *facts)
{
    size_t count = wire_get_count(in, cap, 2 * sizeof(uint32_t));

    for (size_t i = 0; i < count && !in->failed; i++) {
        struct header_fact *header = facts_add_header(facts);
        if (header == NULL)
            return;
        header->name = get_text(in);
        header->value = get_text(in);
    }
}

static void get_labels(struct wire_in *in, size_t cap, size_t label_count, struct facts *facts)
{
    size_t count = wire_get_count(in, cap, 5 * sizeof(uint32_t) + 2);

    for (size_t i = 0; i < count && !in->failed; i++) {
        struct label_fact *label = facts_add_label(facts);
        if (label == NULL)
            return;
        label->label = (int32_t)wire_get_range(in, 0, (uint32_t)label_count) - 1;
        label->confidence = wire_get_range(in, CONFIDENCE_POSSIBLE, CONFIDENCE_CERTAIN);
        label->source = wire_get_range(in, SOURCE_TEXT, SOURCE_IMAGE);
        label->where = get_text(in);
        label->text = wire_get_text(in, REPORT_MARK_BYTES);
        label->obfuscated = wire_get_bool(in);
        label->quoted = wire_get_bool(in);
    }
}

static void get_contacts(struct wire_in *in, size_t cap, struct facts *facts)
{
    size_t count = wire_get_count(in, cap, 3 * sizeof(uint32_t) + 1);

    for (size_t i = 0; i < count && !in->failed; i++) {
        struct contact_fact *contact = facts_add_contact(facts);
        if (contact == NULL)
            return;
        contact->address = get_text(in);
        contact->domain = get_text(in);
        contact->where = get_text(in);
        contact->obfuscated = wire_get_bool(in);
    }
}

static void get_digest(struct wire_in *in, struct part_fact *part)
{
    for (size_t i = 0; i < sizeof part->sha256; i++)
        part->sha256[i] = wire_get_u8(in);
}

static void get_parts(struct wire_in *in, size_t cap, struct facts *facts)
{
    size_t count = wire_get_count(in, cap, 5 * sizeof(uint32_t) + sizeof(uint64_t) + 35);

    for (size_t i = 0; i < count && !in->failed; i++) {
        struct part_fact *part = facts_add_part(facts);
        if (part == NULL)
            return;
        part->where = get_text(in);
        part->name = get_text(in);
        part->declared = get_text(in);
        part->detected = get_text(in);
        part->bytes = wire_get_u64(in);
        get_digest(in, part);
        part->reason = wire_get_range(in, UNINSPECTABLE_NONE, UNINSPECTABLE_IMAGE_ONLY);
        part->mismatch = wire_get_bool(in);
        part->active = wire_get_bool(in);
        part->opened = wire_get_bool(in);
    }
}

static void get_ambiguities(struct wire_in *in, size_t cap, struct facts *facts)
{
    size_t count = wire_get_count(in, cap, 2 * sizeof(uint32_t));

    for (size_t i = 0; i < count && !in->failed; i++) {
        struct ambiguity_fact *ambiguity = facts_add_ambiguity(facts);
        if (ambiguity == NULL)
            return;
        ambiguity->kind = wire_get_range(in, AMBIGUITY_FROM_DUPLICATE, AMBIGUITY_COUNT - 1);
        ambiguity->where = get_text(in);
    }
}

static void get_signatures(struct wire_in *in, size_t cap, struct facts *facts)
{
    size_t count = wire_get_count(in, cap, 3 * sizeof(uint32_t) + 2);

    for (size_t i = 0; i < count && !in->failed; i++) {
        struct signature_fact *signature = facts_add_signature(facts);
        if (signature == NULL)
            return;
        signature->where = get_text(in);
        signature->kind = get_text(in);
        signature->signer = get_text(in);
        signature->verified = wire_get_bool(in);
        signature->covers_message = wire_get_bool(in);
    }
}

int report_decode(struct span message, uint64_t job_id, size_t label_count,
                  const struct plan_limits *limits, struct facts *facts, bool *leaving_out)
{
    const struct caps caps = caps_of(limits);
    const size_t senders_before = facts->senders.count;
    struct wire_in in = wire_in_of(arena_copy(facts->arena, message));

    *leaving_out = true;
    if (wire_get_u64(&in) != job_id)
        in.failed = true;
    *leaving_out = wire_get_bool(&in);
    facts->subject = get_text(&in);
    facts->message_id = get_text(&in);
    facts->scan_failure = wire_get_range(&in, UNINSPECTABLE_NONE, UNINSPECTABLE_IMAGE_ONLY);
    facts->scan_us = wire_get_u64(&in);
    facts->cost.expanded_bytes = wire_get_u64(&in);
    facts->cost.depth = wire_get_u32(&in);
    facts->cost.pages = wire_get_u32(&in);
    get_senders(&in, caps.senders, facts);
    get_headers(&in, caps.headers, facts);
    get_labels(&in, caps.labels, label_count, facts);
    get_contacts(&in, caps.contacts, facts);
    get_parts(&in, caps.parts, facts);
    get_ambiguities(&in, caps.ambiguities, facts);
    get_signatures(&in, caps.signatures, facts);
    facts->dropped_findings = wire_get_u64(&in);
    if (wire_is_done(&in) && !arena_is_full(facts->arena)) {
        facts->scanned = true;
        return 0;
    }
    facts_drop_content(facts);
    facts->senders.count = senders_before;
    return -1;
}
