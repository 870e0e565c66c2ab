/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who may send: the approved list, the servers an approved domain must come
 * from, and the addresses a login may use.
 */
#include "mail/domain.h"
#include "policy_priv.h"

bool server_is_bound(const struct server *server)
{
    return server->networks.count + server->logins.count + server->certificates.count +
               server->daemons.count > 0;
}

/* Does the message come from this server? All that is given must hold; without anything, nothing does. */
static bool comes_from(const struct judgement *j, const struct server *server)
{
    const struct session_facts *session = &j->facts->session;
    bool inside = false;

    if (session->local_submission)
        return server->local;
    for (size_t i = 0; i < server->networks.count && !inside; i++)
        inside = network_contains(&server->networks.items[i], &j->client);
    if (server->networks.count > 0 && !inside)
        return false;
    if (server->logins.count > 0 && !nameset_has(&server->logins, session->login))
        return false;
    if (server->certificates.count > 0 &&
        (session->tls_subject.len == 0 ||
         pattern_list_match(&server->certificates, session->tls_subject) != PATTERN_YES))
        return false;
    if (server->daemons.count > 0 &&
        pattern_list_match(&server->daemons, session->daemon_name) != PATTERN_YES)
        return false;
    return server_is_bound(server);
}

/* A domain without servers of its own may come from anywhere; one with some only from these. */
static bool server_is_right(const struct judgement *j, const struct sender_fact *sender)
{
    bool bound = false;

    for (size_t i = 0; i < j->policy->senders.server_count; i++) {
        const struct server *server = &j->policy->senders.servers[i];
        if (!nameset_has_address(&server->domains, sender->address, sender->domain))
            continue;
        if (comes_from(j, server))
            return true;
        bound = true;
    }
    return !bound;
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

int login_compare(struct span a, struct span b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;

    for (size_t i = 0; i < shorter; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return lower(a.ptr[i]) < lower(b.ptr[i]) ? -1 : 1;
    return (a.len > b.len) - (a.len < b.len);
}

static const struct login_entry *find_login(const struct senders *senders, struct span login)
{
    size_t low = 0, high = senders->login_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = login_compare(senders->logins[middle].login, login);
        if (order == 0)
            return &senders->logins[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* A login the map does not list has no address: a forgotten line must not open everything. */
static bool login_is_right(const struct judgement *j, const struct sender_fact *sender)
{
    const struct senders *senders = &j->policy->senders;
    const struct login_entry *entry;

    if (!senders->has_login_map || j->facts->session.login.len == 0)
        return true;
    entry = find_login(senders, j->facts->session.login);
    return entry != NULL &&
           nameset_has_address(&entry->addresses, sender->address, sender->domain);
}

/* Reply-To asks for answers elsewhere but does not say who writes. */
bool sender_claims_authorship(const struct sender_fact *sender)
{
    return !span_equals_nocase(sender->where, SPAN("Reply-To")) &&
           !span_equals_nocase(sender->where, SPAN("Resent-Reply-To"));
}

unsigned sender_judge(const struct judgement *j, const struct sender_fact *sender)
{
    const struct policy *policy = j->policy;
    unsigned marks = 0;

    if (sender->null_sender)
        return policy->senders.null_approved ? 0 : SENDER_NOT_APPROVED;
    if (sender->malformed || sender->domain.len == 0)
        return SENDER_NOT_APPROVED | SENDER_WRONG_LOGIN;
    if (!policy_sender_approved(policy, sender->address, sender->domain))
        marks |= SENDER_NOT_APPROVED;
    else if (!server_is_right(j, sender))
        marks |= SENDER_WRONG_SERVER;
    if (sender_claims_authorship(sender) && !login_is_right(j, sender))
        marks |= SENDER_WRONG_LOGIN;
    if (domain_is_lookalike(sender->domain))
        marks |= SENDER_LOOKALIKE;
    return marks;
}
