/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Domains one slip of the finger away from a known one: a letter too many, too
 * few, another, or two changed about; a missing or added dot is such a letter,
 * and so are .mil and .ml. Or domains that look like a known one: foreign letters,
 * dropped accents, "rn" for "m", "vv" for "w".
 *
 * All spellings one slip away are looked up in the hash of known names, some 75 a
 * letter, whatever the number of names; only rules that ask for it cost that.
 */
#include <string.h>

#include "mail/domain.h"
#include "policy_priv.h"

enum { MAX_DOMAIN_BYTES = 64, MIN_DOMAIN_BYTES = 5 };

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";

struct search {
    const struct nameset *known;
    char spelling[MAX_DOMAIN_BYTES + 2];
    struct span meant;      /* the known name that was found */
};

/* A suffix says something only when it is more than a top-level domain. */
static bool is_telling(struct span entry)
{
    size_t dots = 0;

    for (size_t i = 0; i < entry.len; i++)
        dots += entry.ptr[i] == '.';
    return entry.len >= MIN_DOMAIN_BYTES && (entry.ptr[0] != '.' || dots >= 2);
}

static bool is_known(struct search *search, size_t len)
{
    struct span spelling = { search->spelling, len }, by;

    /* "gouv.fr" with a dot in front is the entry for what is under it, not a name somebody missed. */
    if (spelling.ptr[0] == '.' || !nameset_has_domain(search->known, spelling, &by) ||
        !is_telling(by))
        return false;
    search->meant = by;
    return true;
}

static bool try_without(struct search *search, struct span domain)
{
    for (size_t i = 0; i < domain.len; i++) {
        memcpy(search->spelling, domain.ptr, i);
        memcpy(search->spelling + i, domain.ptr + i + 1, domain.len - i - 1);
        if (is_known(search, domain.len - 1))
            return true;
    }
    return false;
}

static bool try_swapped(struct search *search, struct span domain)
{
    for (size_t i = 0; i + 1 < domain.len; i++) {
        memcpy(search->spelling, domain.ptr, domain.len);
        search->spelling[i] = domain.ptr[i + 1];
        search->spelling[i + 1] = domain.ptr[i];
        if (is_known(search, domain.len))
            return true;
    }
    return false;
}

static bool try_other(struct search *search, struct span domain)
{
    memcpy(search->spelling, domain.ptr, domain.len);
    for (size_t i = 0; i < domain.len; i++) {
        for (const char *letter = letters; *letter != '\0'; letter++) {
            search->spelling[i] = *letter;
            if (*letter != domain.ptr[i] && is_known(search, domain.len))
                return true;
        }
        search->spelling[i] = domain.ptr[i];
    }
    return false;
}

static bool try_with(struct search *search, struct span domain)
{
    for (size_t i = 0; i <= domain.len; i++) {
        memcpy(search->spelling, domain.ptr, i);
        memcpy(search->spelling + i + 1, domain.ptr + i, domain.len - i);
        for (const char *letter = letters; *letter != '\0'; letter++) {
            search->spelling[i] = *letter;
            if (is_known(search, domain.len + 1))
                return true;
        }
    }
    return false;
}

/* One of the two letters at a time: who writes for the eye changes one place. */
static bool try_pairs(struct search *search, struct span domain)
{
    static const struct { struct span written, meant; } pairs[] = {
        { { "rn", 2 }, { "m", 1 } }, { { "m", 1 }, { "rn", 2 } },
        { { "vv", 2 }, { "w", 1 } }, { { "w", 1 }, { "vv", 2 } },
    };

    for (size_t i = 0; i < domain.len; i++)
        for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++) {
            struct span rest = span_slice(domain, i, domain.len);
            struct span meant = pairs[p].meant;
            if (!span_starts_with(rest, pairs[p].written))
                continue;
            rest = span_slice(rest, pairs[p].written.len, rest.len);
            memcpy(search->spelling, domain.ptr, i);
            memcpy(search->spelling + i, meant.ptr, meant.len);
            memcpy(search->spelling + i + meant.len, rest.ptr, rest.len);
            if (is_known(search, i + meant.len + rest.len))
                return true;
        }
    return false;
}

static bool try_as_seen(struct search *search, struct arena *arena, struct span domain)
{
    struct span seen;

    if (span_find(domain, SPAN("xn--")) == domain.len)
        return false;
    seen = domain_as_seen(arena, domain);
    if (seen.len < MIN_DOMAIN_BYTES || seen.len > MAX_DOMAIN_BYTES)
        return false;
    memcpy(search->spelling, seen.ptr, seen.len);
    return is_known(search, seen.len);
}

static bool is_near_miss(const struct judgement *j, const struct nameset *known,
                         struct span domain, struct span *meant_out)
{
    struct search search = { .known = known };

    if (known->everything || domain.len < MIN_DOMAIN_BYTES || domain.len > MAX_DOMAIN_BYTES ||
        domain.ptr[0] == '[' || nameset_has_domain(known, domain, NULL))
        return false;
    if (!try_without(&search, domain) && !try_swapped(&search, domain) &&
        !try_other(&search, domain) && !try_with(&search, domain) && !try_pairs(&search, domain) &&
        !try_as_seen(&search, j->arena, domain))
        return false;
    *meant_out = search.meant;
    return true;
}

bool sender_is_near_miss(const struct judgement *j, struct span domain, struct span *meant_out)
{
    return is_near_miss(j, &j->policy->senders.approved, domain, meant_out);
}

/* Only recipients nobody knows: listed nowhere, or by a destination for everyone. */
static bool is_stranger(const struct judgement *j, size_t recipient)
{
    int32_t d = j->destinations[recipient];

    return d == POLICY_NONE || j->policy->destinations[d].members.names.everything;
}

static bool is_slip(const struct judgement *j, struct span domain, struct span *meant_out)
{
    for (size_t i = 0; i < j->policy->destination_count; i++)
        if (is_near_miss(j, &j->policy->destinations[i].members.names, domain, meant_out))
            return true;
    return is_near_miss(j, &j->policy->senders.approved, domain, meant_out);
}

enum truth recipients_near_miss(struct judgement *j, const struct selection *selection,
                                struct reasons *reasons)
{
    enum truth truth = TRUTH_NO;

    for (size_t i = 0; i < j->facts->recipients.count; i++) {
        const struct recipient_fact *recipient = &j->facts->recipients.items[i];
        struct span meant;
        if (!is_recipient(j, selection, i) || !is_stranger(j, i) ||
            !is_slip(j, recipient->domain, &meant))
            continue;
        reasons_add(j, reasons, FACT_RECIPIENT_NEAR_MISS, "%.*s: is %.*s meant?",
                    SPAN_ARG(recipient->address), SPAN_ARG(meant));
        reasons_keep(&reasons->suggestion, meant);
        reasons_recipient(j, reasons, i);
        truth = TRUTH_YES;
    }
    return truth;
}
