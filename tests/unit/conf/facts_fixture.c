/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "policy/decide.h"

static struct span word(struct span *rest)
{
    struct span piece = SPAN("");

    while (piece.len == 0 && span_next(rest, ' ', &piece))
        continue;
    return piece;
}

static bool has_word(struct span rest, const char *sought)
{
    struct span piece;

    while ((piece = word(&rest)).len > 0)
        if (span_equals(piece, span_of(sought)))
            return true;
    return false;
}

static struct span domain_of(struct span address)
{
    size_t at = span_find_byte(address, '@');

    return span_slice(address, at + 1, address.len);
}

static void add_sender(struct facts *facts, struct span where, struct span address)
{
    struct sender_fact *sender = facts_add_sender(facts);

    sender->where = where;
    sender->address = address;
    sender->domain = domain_of(address);
}

static void add_recipient(struct facts *facts, struct span address)
{
    struct recipient_fact *recipient = facts_add_recipient(facts);

    recipient->verbatim = arena_printf(facts->arena, "<%.*s>", SPAN_ARG(address));
    recipient->address = address;
    recipient->domain = domain_of(address);
}

static int32_t label_index(const struct policy *policy, struct span name)
{
    for (size_t i = 0; i < policy->plan.label_count; i++)
        if (span_equals(policy_label_name(policy, (int32_t)i), name))
            return (int32_t)i;
    assert_true(span_equals(name, SPAN("?")));
    return LABEL_UNKNOWN;
}

/* Names of labels hold blanks: "fr:DIFFUSION_RESTREINTE" stands for one. */
static struct span unblank(struct arena *arena, struct span name)
{
    struct span copy = arena_copy(arena, name);
    char *text = (char *)(uintptr_t)copy.ptr;

    for (size_t i = 0; i < copy.len; i++)
        if (text[i] == '_')
            text[i] = ' ';
    return copy;
}

static void add_label(struct facts *facts, const struct policy *policy, struct span rest)
{
    struct label_fact *label = facts_add_label(facts);

    label->label = label_index(policy, unblank(facts->arena, word(&rest)));
    assert_true(confidence_from_name(word(&rest), &label->confidence));
    assert_true(source_from_name(word(&rest), &label->source));
    label->where = word(&rest);
    label->text = SPAN("MARK");
    label->obfuscated = has_word(rest, "obfuscated");
    label->quoted = has_word(rest, "quoted");
}

static void add_part(struct facts *facts, struct span rest)
{
    struct part_fact *part = facts_add_part(facts);
    struct span reason;

    part->where = word(&rest);
    part->name = word(&rest);
    part->detected = word(&rest);
    part->declared = SPAN("application/octet-stream");
    part->bytes = 1000;
    memset(part->sha256, 0xAB, sizeof part->sha256);
    reason = word(&rest);
    part->reason = UNINSPECTABLE_NONE;
    if (!span_equals(reason, SPAN("read")))
        assert_true(uninspectable_from_name(reason, &part->reason));
    part->mismatch = has_word(rest, "mismatch");
    part->active = has_word(rest, "active");
}

static void add_contact(struct facts *facts, struct span rest)
{
    struct contact_fact *contact = facts_add_contact(facts);

    contact->address = word(&rest);
    contact->domain = domain_of(contact->address);
    contact->where = word(&rest);
    contact->obfuscated = has_word(rest, "obfuscated");
}

static void add_ambiguity(struct facts *facts, struct span rest)
{
    struct ambiguity_fact *ambiguity = facts_add_ambiguity(facts);

    assert_true(ambiguity_from_name(word(&rest), &ambiguity->kind));
    ambiguity->where = word(&rest);
}

static void add_header(struct facts *facts, struct span rest)
{
    struct header_fact *header = facts_add_header(facts);
    size_t colon = span_find_byte(rest, ':');

    header->name = span_slice(rest, 0, colon);
    header->value = span_trim(span_slice(rest, colon + 1, rest.len));
}

static struct signature_fact *add_signature(struct facts *facts, struct span rest)
{
    struct signature_fact *signature = facts_add_signature(facts);

    signature->where = SPAN("1");
    signature->kind = word(&rest);
    signature->signer = span_trim(rest);
    return signature;
}

/* "NAME TOTAL TODAY" */
static void add_use(struct facts *facts, struct span rest)
{
    struct use_fact *use = facts_add_use(facts);

    facts->uses_known = true;
    use->name = word(&rest);
    assert_true(span_to_u64(word(&rest), &use->total));
    assert_true(span_to_u64(word(&rest), &use->today));
}

/* A signature of the whole message under an authority. */
static void add_approved(struct facts *facts, struct span rest)
{
    struct signature_fact *signature = add_signature(facts, rest);

    signature->verified = signature->covers_message = true;
}

static bool read_sender(struct facts *facts, struct span key, struct span rest)
{
    struct sender_fact *sender;

    if (span_equals(key, SPAN("envelope"))) {
        add_sender(facts, SPAN("envelope"), rest);
    } else if (span_equals(key, SPAN("from"))) {
        add_sender(facts, SPAN("From"), rest);
    } else if (span_equals(key, SPAN("field"))) {
        struct span where = word(&rest);
        add_sender(facts, where, word(&rest));
    } else if (span_equals(key, SPAN("null"))) {
        sender = facts_add_sender(facts);
        sender->where = SPAN("envelope");
        sender->null_sender = true;
    } else if (span_equals(key, SPAN("badfrom"))) {
        sender = facts_add_sender(facts);
        sender->where = SPAN("From");
        sender->address = rest;
        sender->malformed = true;
    } else {
        return false;
    }
    return true;
}

static bool read_session(struct facts *facts, struct span key, struct span rest)
{
    struct session_facts *session = &facts->session;

    if (span_equals(key, SPAN("login")))
        session->login = rest;
    else if (span_equals(key, SPAN("client")))
        session->client_address = rest;
    else if (span_equals(key, SPAN("tls")))
        session->tls_version = rest;
    else if (span_equals(key, SPAN("cert")))
        session->tls_subject = rest;
    else if (span_equals(key, SPAN("daemon")))
        session->daemon_name = rest;
    else if (span_equals(key, SPAN("port")))
        session->daemon_port = rest;
    else if (span_equals(key, SPAN("local")))
        session->local_submission = true;
    else
        return false;
    return true;
}

static bool read_content(struct facts *facts, const struct policy *policy, struct span key,
                         struct span rest)
{
    if (span_equals(key, SPAN("label")))
        add_label(facts, policy, rest);
    else if (span_equals(key, SPAN("part")))
        add_part(facts, rest);
    else if (span_equals(key, SPAN("contact")))
        add_contact(facts, rest);
    else if (span_equals(key, SPAN("ambiguous")))
        add_ambiguity(facts, rest);
    else if (span_equals(key, SPAN("header")))
        add_header(facts, rest);
    else if (span_equals(key, SPAN("signed")))
        (void)add_signature(facts, rest);
    else if (span_equals(key, SPAN("approved")))
        add_approved(facts, rest);
    else if (span_equals(key, SPAN("subject")))
        facts->subject = rest;
    else
        return false;
    return true;
}

static void read_rest(struct facts *facts, struct span key, struct span rest)
{
    if (span_equals(key, SPAN("rcpt")))
        add_recipient(facts, rest);
    else if (span_equals(key, SPAN("size")))
        assert_true(span_to_u64(rest, &facts->message_bytes));
    else if (span_equals(key, SPAN("used")))
        add_use(facts, rest);
    else if (span_equals(key, SPAN("time")))
        assert_int_equal(clock_parse(arena_copy(facts->arena, rest).ptr, &facts->received_us), 0);
    else if (span_equals(key, SPAN("unscanned")))
        facts->scanned = false;
    else if (span_equals(key, SPAN("failed")))
        assert_true(uninspectable_from_name(rest, &facts->scan_failure));
    else if (span_equals(key, SPAN("dropped")))
        facts->dropped_findings = 1;
    else
        fail_msg("no such line: %.*s", SPAN_ARG(key));
}

struct facts *facts_fixture_read(struct arena *arena, const struct policy *policy, const char *text)
{
    struct span lines = span_of(text), line;
    struct facts *facts = facts_new(arena);

    assert_non_null(facts);
    facts->scanned = true;
    facts->queue_id = SPAN("4XYZ");
    facts->received_us = INT64_C(1780315200000000);
    while (span_next(&lines, '\n', &line)) {
        struct span rest = span_trim(line), key = word(&rest);
        rest = span_trim(rest);
        if (key.len > 0 && !read_sender(facts, key, rest) && !read_session(facts, key, rest) &&
            !read_content(facts, policy, key, rest))
            read_rest(facts, key, rest);
    }
    return facts;
}
