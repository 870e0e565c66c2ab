/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The further conditions of a rule. Those about one kind of thing (a sender, a
 * recipient, a label…) choose among the things of the message; the facts of the
 * rule are then asked about the chosen ones only.
 */
#include <string.h>

#include "base/hash.h"
#include "policy_priv.h"

enum pattern_result address_set_match(const struct address_set *set, struct span address,
                                      struct span domain)
{
    if (nameset_has_address(&set->names, address, domain))
        return PATTERN_YES;
    return set->patterns.count == 0 ? PATTERN_NO : pattern_list_match(&set->patterns, address);
}

static enum truth truth_of(enum pattern_result result)
{
    switch (result) {
    case PATTERN_YES: return TRUTH_YES;
    case PATTERN_UNDECIDED: return TRUTH_UNKNOWN;
    case PATTERN_NO: break;
    }
    return TRUTH_NO;
}

static enum truth truth_if(bool yes)
{
    return yes ? TRUTH_YES : TRUTH_NO;
}

/* What each kind of condition asks of thing number i, or of the message. */
typedef enum truth test_fn(const struct judgement *j, const struct condition *condition, size_t i);

static enum truth test_sender(const struct judgement *j, const struct condition *condition, size_t i)
{
    const struct sender_fact *sender = &j->facts->senders.items[i];

    return truth_of(address_set_match(&condition->addresses, sender->address, sender->domain));
}

static enum truth test_sender_field(const struct judgement *j, const struct condition *condition,
                                    size_t i)
{
    return truth_of(pattern_list_match(&condition->patterns, j->facts->senders.items[i].where));
}

static enum truth test_recipient(const struct judgement *j, const struct condition *condition,
                                 size_t i)
{
    const struct recipient_fact *recipient = &j->facts->recipients.items[i];

    return truth_of(
        address_set_match(&condition->addresses, recipient->address, recipient->domain));
}

static enum truth test_destination(const struct judgement *j, const struct condition *condition,
                                   size_t i)
{
    return truth_if(j->destinations[i] != POLICY_NONE && condition->members[j->destinations[i]]);
}

static enum truth test_label(const struct judgement *j, const struct condition *condition, size_t i)
{
    int32_t label = j->facts->labels.items[i].label;

    return truth_if(label >= 0 && (size_t)label < j->policy->plan.label_count &&
                    condition->members[label]);
}

static enum truth test_label_at_least(const struct judgement *j, const struct condition *condition,
                                      size_t i)
{
    return truth_if(
        ceiling_is_reached(j->policy, &condition->at_least, j->facts->labels.items[i].label));
}

static enum truth test_source(const struct judgement *j, const struct condition *condition, size_t i)
{
    return truth_if((condition->mask >> j->facts->labels.items[i].source & 1) != 0);
}

static enum truth test_place(const struct judgement *j, const struct condition *condition, size_t i)
{
    return truth_of(pattern_list_match(&condition->patterns, j->facts->labels.items[i].where));
}

static enum truth test_reason(const struct judgement *j, const struct condition *condition, size_t i)
{
    return truth_if((condition->mask >> j->facts->parts.items[i].reason & 1) != 0);
}

static enum truth test_file_name(const struct judgement *j, const struct condition *condition,
                                 size_t i)
{
    return truth_of(pattern_list_match(&condition->patterns, j->facts->parts.items[i].name));
}

static enum truth test_type(const struct judgement *j, const struct condition *condition, size_t i)
{
    return truth_of(pattern_list_match(&condition->patterns, j->facts->parts.items[i].detected));
}

static enum truth test_sha256(const struct judgement *j, const struct condition *condition, size_t i)
{
    char hex[HASH_HEX_CHARS + 1];

    hash_to_hex(j->facts->parts.items[i].sha256, hex);
    return truth_if(nameset_has(&condition->hashes, span_of(hex)));
}

static enum truth test_part_above(const struct judgement *j, const struct condition *condition,
                                  size_t i)
{
    return truth_if(j->facts->parts.items[i].bytes > condition->above);
}

static enum truth test_contact(const struct judgement *j, const struct condition *condition,
                               size_t i)
{
    const struct contact_fact *contact = &j->facts->contacts.items[i];

    return truth_of(address_set_match(&condition->addresses, contact->address, contact->domain));
}

static enum truth test_ambiguity(const struct judgement *j, const struct condition *condition,
                                 size_t i)
{
    unsigned kind = (unsigned)j->facts->ambiguities.items[i].kind;

    return truth_if(kind < 128 && (condition->ambiguities[kind / 64] >> kind % 64 & 1) != 0);
}

static enum truth test_login(const struct judgement *j, const struct condition *condition, size_t i)
{
    (void)i;
    return truth_of(pattern_list_match(&condition->patterns, j->facts->session.login));
}

static enum truth test_client(const struct judgement *j, const struct condition *condition, size_t i)
{
    (void)i;
    for (size_t n = 0; n < condition->networks.count; n++)
        if (network_contains(&condition->networks.items[n], &j->client))
            return TRUTH_YES;
    return TRUTH_NO;
}

/* "none" for what is not there, so that a rule can name its absence. */
static enum truth match_or_none(const struct condition *condition, struct span text)
{
    return truth_of(pattern_list_match(&condition->patterns, text.len == 0 ? SPAN("none") : text));
}

static enum truth test_tls(const struct judgement *j, const struct condition *condition, size_t i)
{
    (void)i;
    return match_or_none(condition, j->facts->session.tls_version);
}

static enum truth test_certificate(const struct judgement *j, const struct condition *condition,
                                   size_t i)
{
    (void)i;
    return match_or_none(condition, j->facts->session.tls_subject);
}

static enum truth test_daemon(const struct judgement *j, const struct condition *condition, size_t i)
{
    (void)i;
    return truth_of(pattern_list_match(&condition->patterns, j->facts->session.daemon_name));
}

static enum truth test_port(const struct judgement *j, const struct condition *condition, size_t i)
{
    (void)i;
    return truth_of(pattern_list_match(&condition->patterns, j->facts->session.daemon_port));
}

static enum truth one_header(const struct facts *facts, const struct header_test *test)
{
    enum truth truth = TRUTH_NO;

    for (size_t i = 0; i < facts->headers.count; i++) {
        enum truth one = TRUTH_NO;
        if (span_equals_nocase(facts->headers.items[i].name, test->name))
            one = test->any_value
                      ? TRUTH_YES
                      : truth_of(pattern_match(&test->value, facts->headers.items[i].value));
        if (one > truth)
            truth = one;
    }
    return truth;
}

static enum truth test_header(const struct judgement *j, const struct condition *condition, size_t i)
{
    enum truth truth = j->facts->scanned ? TRUTH_NO : TRUTH_UNKNOWN;

    (void)i;
    for (size_t n = 0; n < condition->header_count; n++) {
        enum truth one = one_header(j->facts, &condition->headers[n]);
        if (one > truth)
            truth = one;
    }
    return truth;
}

/* What the mail program says of itself; nothing makes it tell the truth. */
static enum truth test_mailer(const struct judgement *j, const struct condition *condition, size_t i)
{
    enum truth truth = j->facts->scanned ? TRUTH_NO : TRUTH_UNKNOWN;

    (void)i;
    for (size_t n = 0; n < j->facts->headers.count; n++) {
        const struct header_fact *header = &j->facts->headers.items[n];
        enum truth one = TRUTH_NO;
        if (span_equals_nocase(header->name, SPAN("User-Agent")) ||
            span_equals_nocase(header->name, SPAN("X-Mailer")))
            one = truth_of(pattern_list_match(&condition->patterns, header->value));
        if (one > truth)
            truth = one;
    }
    return truth;
}

static enum truth test_subject(const struct judgement *j, const struct condition *condition,
                               size_t i)
{
    (void)i;
    return j->facts->scanned ? truth_of(pattern_list_match(&condition->patterns, j->facts->subject))
                             : TRUTH_UNKNOWN;
}

static enum truth test_size_above(const struct judgement *j, const struct condition *condition,
                                  size_t i)
{
    (void)i;
    return truth_if(j->facts->message_bytes > condition->above);
}

/* What the scan met so far is the least there is. */
static enum truth cost_above(const struct judgement *j, uint64_t cost, uint64_t above)
{
    return cost > above ? TRUTH_YES : j->whole ? TRUTH_NO : TRUTH_UNKNOWN;
}

static enum truth test_expanded_above(const struct judgement *j, const struct condition *condition,
                                      size_t i)
{
    (void)i;
    return cost_above(j, j->facts->cost.expanded_bytes, condition->above);
}

static enum truth test_depth_above(const struct judgement *j, const struct condition *condition,
                                   size_t i)
{
    (void)i;
    return cost_above(j, j->facts->cost.depth, condition->above);
}

static enum truth test_pages_above(const struct judgement *j, const struct condition *condition,
                                   size_t i)
{
    (void)i;
    return cost_above(j, j->facts->cost.pages, condition->above);
}

static enum truth test_parts_above(const struct judgement *j, const struct condition *condition,
                                   size_t i)
{
    (void)i;
    return cost_above(j, j->facts->parts.count, condition->above);
}

static enum truth test_recipients_above(const struct judgement *j,
                                        const struct condition *condition, size_t i)
{
    (void)i;
    return truth_if(j->facts->recipients.count > condition->above);
}

static enum truth test_time(const struct judgement *j, const struct condition *condition, size_t i)
{
    (void)i;
    return truth_if(time_is_inside(j->policy, condition, j->facts->received_us));
}

static enum truth test_signer(const struct judgement *j, const struct condition *condition, size_t i)
{
    return truth_of(
        pattern_list_match(&condition->patterns, j->facts->signatures.items[i].signer));
}

/* The kinds of things a condition may choose among. */
enum thing {
    THING_MESSAGE,
    THING_SENDER,
    THING_RECIPIENT,
    THING_LABEL,
    THING_PART,
    THING_CONTACT,
    THING_AMBIGUITY,
    THING_SIGNATURE
};

static const struct {
    enum thing thing;
    test_fn *test;
    const char *name;
} kinds[CONDITION_COUNT] = {
    [CONDITION_SENDER] = { THING_SENDER, test_sender, "sender" },
    [CONDITION_SENDER_FIELD] = { THING_SENDER, test_sender_field, "sender_field" },
    [CONDITION_RECIPIENT] = { THING_RECIPIENT, test_recipient, "recipient" },
    [CONDITION_DESTINATION] = { THING_RECIPIENT, test_destination, "destination" },
    [CONDITION_LABEL] = { THING_LABEL, test_label, "label" },
    [CONDITION_LABEL_AT_LEAST] = { THING_LABEL, test_label_at_least, "label_at_least" },
    [CONDITION_SOURCE] = { THING_LABEL, test_source, "source" },
    [CONDITION_PLACE] = { THING_LABEL, test_place, "place" },
    [CONDITION_REASON] = { THING_PART, test_reason, "reason" },
    [CONDITION_FILE_NAME] = { THING_PART, test_file_name, "file_name" },
    [CONDITION_TYPE] = { THING_PART, test_type, "type" },
    [CONDITION_SHA256] = { THING_PART, test_sha256, "sha256" },
    [CONDITION_PART_ABOVE] = { THING_PART, test_part_above, "part_above" },
    [CONDITION_CONTACT] = { THING_CONTACT, test_contact, "contact" },
    [CONDITION_AMBIGUITY] = { THING_AMBIGUITY, test_ambiguity, "ambiguity" },
    [CONDITION_LOGIN] = { THING_MESSAGE, test_login, "login" },
    [CONDITION_CLIENT] = { THING_MESSAGE, test_client, "client" },
    [CONDITION_TLS] = { THING_MESSAGE, test_tls, "tls" },
    [CONDITION_CERTIFICATE] = { THING_MESSAGE, test_certificate, "certificate" },
    [CONDITION_DAEMON] = { THING_MESSAGE, test_daemon, "daemon" },
    [CONDITION_PORT] = { THING_MESSAGE, test_port, "port" },
    [CONDITION_MAILER] = { THING_MESSAGE, test_mailer, "mailer" },
    [CONDITION_HEADER] = { THING_MESSAGE, test_header, "header" },
    [CONDITION_SUBJECT] = { THING_MESSAGE, test_subject, "subject" },
    [CONDITION_SIZE_ABOVE] = { THING_MESSAGE, test_size_above, "size_above" },
    [CONDITION_RECIPIENTS_ABOVE] = { THING_MESSAGE, test_recipients_above, "recipients_above" },
    [CONDITION_EXPANDED_ABOVE] = { THING_MESSAGE, test_expanded_above, "expanded_above" },
    [CONDITION_DEPTH_ABOVE] = { THING_MESSAGE, test_depth_above, "depth_above" },
    [CONDITION_PARTS_ABOVE] = { THING_MESSAGE, test_parts_above, "parts_above" },
    [CONDITION_PAGES_ABOVE] = { THING_MESSAGE, test_pages_above, "pages_above" },
    [CONDITION_TIME] = { THING_MESSAGE, test_time, "time" },
    [CONDITION_SIGNER] = { THING_SIGNATURE, test_signer, "signer" },
};

static size_t thing_count(const struct facts *facts, enum thing thing)
{
    switch (thing) {
    case THING_SENDER: return facts->senders.count;
    case THING_RECIPIENT: return facts->recipients.count;
    case THING_LABEL: return facts->labels.count;
    case THING_PART: return facts->parts.count;
    case THING_CONTACT: return facts->contacts.count;
    case THING_AMBIGUITY: return facts->ambiguities.count;
    case THING_SIGNATURE: return facts->signatures.count;
    case THING_MESSAGE: break;
    }
    return 1;
}

static bool **thing_selection(struct selection *selection, enum thing thing)
{
    switch (thing) {
    case THING_SENDER: return &selection->senders;
    case THING_RECIPIENT: return &selection->recipients;
    case THING_LABEL: return &selection->labels;
    case THING_PART: return &selection->parts;
    case THING_CONTACT: return &selection->contacts;
    case THING_AMBIGUITY: return &selection->ambiguities;
    case THING_SIGNATURE: return &selection->signatures;
    case THING_MESSAGE: break;
    }
    return NULL;
}

/* Recipients come with the envelope; all other things come, or may still come, with the content. */
static enum truth truth_without(const struct judgement *j, enum thing thing)
{
    bool known = thing == THING_RECIPIENT || thing == THING_MESSAGE || j->whole;

    return known ? TRUTH_NO : TRUTH_UNKNOWN;
}

/* Keep of the chosen things those this condition is met by; all are chosen at first. */
static enum truth narrow(const struct judgement *j, const struct condition *condition,
                         bool **chosen)
{
    enum thing thing = kinds[condition->kind].thing;
    size_t count = thing_count(j->facts, thing);
    enum truth any = truth_without(j, thing);
    bool is_first = *chosen == NULL;

    if (is_first)
        *chosen = arena_alloc(j->arena, count == 0 ? 1 : count);
    if (*chosen == NULL)
        return TRUTH_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        enum truth one = TRUTH_NO;
        if (is_first || (*chosen)[i])
            one = kinds[condition->kind].test(j, condition, i);
        (*chosen)[i] = one == TRUTH_YES;
        if (one > any)
            any = one;
    }
    return any;
}

const char *condition_name(enum condition_kind kind)
{
    return kinds[kind].name;
}

enum truth conditions_select(const struct judgement *j, const struct rule *rule,
                             struct selection *selection, const struct condition **failed_out)
{
    enum truth truth = TRUTH_YES;

    for (size_t i = 0; i < rule->conditions.count; i++) {
        const struct condition *condition = &rule->conditions.items[i];
        bool **chosen = thing_selection(selection, kinds[condition->kind].thing);
        enum truth one = chosen == NULL ? kinds[condition->kind].test(j, condition, 0)
                                        : narrow(j, condition, chosen);
        /* Conditions about labels then say which label is missing. */
        if (one == TRUTH_NO && kinds[condition->kind].thing == THING_LABEL &&
            (rule->when & fact_bit(FACT_LABEL_MISSING)) != 0)
            one = TRUTH_YES;
        if (one < truth)
            truth = one;
        if (truth == TRUTH_NO) {
            if (failed_out != NULL)
                *failed_out = condition;
            break;
        }
    }
    return truth;
}

/* All of them, where none was chosen yet. false: no memory. */
static bool choose_all(const struct judgement *j, bool **chosen, size_t count)
{
    if (*chosen != NULL)
        return true;
    *chosen = arena_alloc(j->arena, count + 1);
    if (*chosen != NULL)
        memset(*chosen, true, count + 1);
    return *chosen != NULL;
}

bool condition_is_of_part(const struct condition *condition)
{
    return kinds[condition->kind].thing == THING_PART;
}

/* A part, what is in it, and the labels found there. */
static void take_out_part(const struct facts *facts, struct span where, struct selection *selection)
{
    for (size_t i = 0; i < facts->parts.count; i++)
        if (place_is_within(facts->parts.items[i].where, where))
            selection->parts[i] = false;
    for (size_t i = 0; i < facts->labels.count; i++)
        if (place_is_within(facts->labels.items[i].where, where))
            selection->labels[i] = false;
}

bool conditions_take_out(const struct judgement *j, const struct condition_list *conditions,
                         struct selection *selection)
{
    const struct facts *facts = j->facts;

    if (!choose_all(j, &selection->parts, facts->parts.count) ||
        !choose_all(j, &selection->labels, facts->labels.count))
        return false;
    for (size_t c = 0; c < conditions->count; c++)
        for (size_t i = 0; condition_is_of_part(&conditions->items[c]) && i < facts->parts.count; i++) {
            if (kinds[conditions->items[c].kind].test(j, &conditions->items[c], i) == TRUTH_YES)
                take_out_part(facts, facts->parts.items[i].where, selection);
        }
    return true;
}

enum truth condition_holds(const struct judgement *j, const struct condition *condition)
{
    enum thing thing = kinds[condition->kind].thing;
    size_t count = thing_count(j->facts, thing);
    enum truth truth = truth_without(j, thing);

    for (size_t i = 0; i < count && truth != TRUTH_YES; i++) {
        enum truth one = kinds[condition->kind].test(j, condition, i);
        if (one > truth)
            truth = one;
    }
    return truth;
}
