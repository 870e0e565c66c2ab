/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Caveats: for whom a message is, told by names. "REL TO USA, FRA" lets those nations
 * have it, "NOFORN" one, "SPÉCIAL FRANCE" another; a destination says by which names
 * its recipients go. Names are compared whole, in any case.
 */
#include "policy_priv.h"

static bool is_separator(char c)
{
    return c == ',' || c == '/' || c == ';' || c == '&' || c == ' ';
}

static bool is_word_at(struct span text, size_t at, struct span word)
{
    return (at == 0 || is_separator(text.ptr[at - 1])) && text.len - at >= word.len &&
           span_equals_nocase(span_slice(text, at, at + word.len), word) &&
           (at + word.len == text.len || is_separator(text.ptr[at + word.len]));
}

/* "FRA" in "REL TO USA, FRA": a word of the list, or several in a row. */
static bool is_named(struct span text, struct span nation)
{
    for (size_t at = 0; nation.len > 0 && at + nation.len <= text.len; at++)
        if (is_word_at(text, at, nation))
            return true;
    return false;
}

bool label_is_caveat(const struct policy *policy, int32_t label)
{
    const struct release *release;

    if (label < 0 || (size_t)label >= policy->plan.label_count || policy->releases == NULL)
        return false;
    release = &policy->releases[label];
    return release->listed || release->nations.count > 0;
}

bool release_reaches(const struct policy *policy, const struct label_fact *label,
                     const struct destination *to)
{
    const struct release *release = &policy->releases[label->label];

    for (size_t i = 0; i < to->nations.count; i++) {
        struct span nation = to->nations.items[i];

        for (size_t n = 0; n < release->nations.count; n++)
            if (span_equals_nocase(release->nations.items[n], nation))
                return true;
        if (release->listed && is_named(label->text, nation))
            return true;
    }
    return false;
}
