/* SPDX-License-Identifier: EUPL-1.2 */
#include "scan/contact.h"

#include <string.h>

#include "base/utf8.h"
#include "mail/domain.h"
#include "reading_priv.h"

enum {
    LOCAL_BYTES = 64,       /* RFC 5321, 4.5.3.1.1 */
    DOMAIN_BYTES = 255,
    LABELS = 16,            /* more are no mail domain */
    SEEN_SLOTS = 8192       /* a power of two; half of it is used at most */
};

/* One way to write "@". */
struct sign {
    struct span text;
    bool word;          /* " at ": an ordinary word, unless the dots are words too */
};

static const struct sign plain_sign = { { "@", 1 }, false };

/* Begin with a character that is rare enough to look for. */
static const struct sign bracketed_signs[] = {
    { { "(at)", 4 }, false },      { { "(AT)", 4 }, false },      { { "( at )", 6 }, false },
    { { "(à)", 4 }, false },       { { "(a)", 3 }, false },       { { "(@)", 3 }, false },
    { { "(arobase)", 9 }, false }, { { "(arobas)", 8 }, false },  { { "[at]", 4 }, false },
    { { "[AT]", 4 }, false },      { { "[ at ]", 6 }, false },    { { "[à]", 4 }, false },
    { { "[a]", 3 }, false },       { { "[@]", 3 }, false },       { { "[arobase]", 9 }, false },
    { { "[arobas]", 8 }, false },  { { "{at}", 4 }, false },      { { "{@}", 3 }, false },
    { { "<at>", 4 }, false },      { { "\uFF20", 3 }, false },    { { "\uFE6B", 3 }, false },
};

/* Looked for only where the text has words for "@" or ".". */
static const struct sign worded_signs[] = {
    { { " arobase ", 9 }, false }, { { " arobas ", 8 }, false }, { { " AROBASE ", 9 }, false },
    { { " Arobase ", 9 }, false }, { { " at ", 4 }, true },      { { " AT ", 4 }, true },
};

/* Words for "." between labels; longest first. */
static const struct span dots[] = {
    { "(point)", 7 }, { "[point]", 7 }, { "(dot)", 5 },   { "[dot]", 5 },   { "{dot}", 5 },
    { "(DOT)", 5 },   { "[DOT]", 5 },   { " point ", 7 }, { " POINT ", 7 }, { " dot ", 5 },
    { " DOT ", 5 },   { "(.)", 3 },     { "[.]", 3 },     { " . ", 3 },     { " .", 2 },
};

/* What stands before an address and is no mail: content ids, user names in URLs. */
static const char *const other_schemes[] = { "cid:", "mid:", "message-id:", "ssh://", "git@", NULL };

/* Where an address may end like a domain and is the name of a file. */
static const char *const file_endings[] = { "png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js",
                                            "html", "php", NULL };

struct address_text {
    struct span local;
    char domain[DOMAIN_BYTES + 1];
    size_t domain_len;
    unsigned dots;
    bool worded;        /* a dot was a word, in brackets, or had space before it */
};

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_local(char c)
{
    return is_alnum(c) || (unsigned char)c >= 0x80 || (c != '\0' && strchr("._+-'&", c) != NULL);
}

static bool is_label(char c)
{
    return is_alnum(c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* Punctuation beyond ASCII ends a name as ASCII punctuation does. */
static bool is_foreign_punctuation(uint32_t rune)
{
    return (rune >= 0x80 && rune < 0xC0) || (rune >= 0x2000 && rune < 0x2070) ||
           (rune >= 0x3000 && rune < 0x3040) || (rune >= 0xFF00 && rune < 0xFF10) ||
           rune == UTF8_INVALID;
}

/* Cut everything up to the last such punctuation off the front. */
static struct span behind_punctuation(struct span name)
{
    struct span kept = name;

    for (size_t at = 0; at < name.len;) {
        uint32_t rune;

        at += utf8_next(span_slice(name, at, name.len), &rune);
        if (is_foreign_punctuation(rune))
            kept = span_slice(name, at, name.len);
    }
    while (kept.len > 0 && strchr(".'-&", kept.ptr[0]) != NULL)
        kept = span_slice(kept, 1, kept.len);
    return kept;
}

/* The local part that ends before at, space between allowed when the sign is a disguise. */
static struct span local_before(struct span text, size_t at, bool spaced)
{
    size_t to = at, from;

    while (spaced && to > 0 && at - to < 2 && text.ptr[to - 1] == ' ')
        to--;
    if (to > 1 && text.ptr[to - 1] == '"') {
        const char *open = memrchr(text.ptr, '"', to - 1);
        size_t start = open == NULL ? to : (size_t)(open - text.ptr);

        return to - start <= LOCAL_BYTES ? span_slice(text, start, to) : SPAN("");
    }
    for (from = to; from > 0 && to - from < LOCAL_BYTES && is_local(text.ptr[from - 1]);)
        from--;
    return behind_punctuation(span_slice(text, from, to));
}

/* Length of the dot that stands at the front of rest, 0 for none. *worded is set for a disguised one. */
static size_t dot_length(struct span rest, bool spaced, bool *worded)
{
    if (rest.len > 1 && rest.ptr[0] == '.' && is_label(rest.ptr[1]))
        return 1;
    for (size_t i = 0; i < sizeof dots / sizeof dots[0]; i++) {
        bool bracketed = dots[i].ptr[0] != ' ';
        size_t lead = spaced && bracketed && rest.len > 0 && rest.ptr[0] == ' ' ? 1 : 0;
        size_t end = lead + dots[i].len;

        if ((!spaced && !bracketed) ||
            !span_starts_with(span_slice(rest, lead, rest.len), dots[i]))
            continue;
        if (lead > 0 && end < rest.len && rest.ptr[end] == ' ')
            end++;
        if (end < rest.len && is_label(rest.ptr[end])) {
            *worded = true;
            return end;
        }
    }
    return 0;
}

/* The domain at the front of rest, its dots made plain. */
static void read_domain(struct span rest, bool spaced, struct address_text *out)
{
    for (unsigned label = 0; label < LABELS; label++) {
        size_t len = 0, dot;
        uint32_t rune = 0;

        while (len < rest.len && is_label(rest.ptr[len])) {
            size_t taken = utf8_next(span_slice(rest, len, rest.len), &rune);

            if (rune >= 0x80 && is_foreign_punctuation(rune))
                break;
            len += taken;
        }
        if (len == 0 || out->domain_len + len + 1 > DOMAIN_BYTES)
            return;
        if (label > 0) {
            out->domain[out->domain_len++] = '.';
            out->dots++;
        }
        memcpy(out->domain + out->domain_len, rest.ptr, len);
        out->domain_len += len;
        rest = span_slice(rest, len, rest.len);
        dot = dot_length(rest, spaced, &out->worded);
        if (dot == 0)
            return;
        rest = span_slice(rest, dot, rest.len);
    }
}

static bool is_listed(const char *const *list, struct span word)
{
    for (; *list != NULL; list++)
        if (span_equals_nocase(span_of(*list), word))
            return true;
    return false;
}

/* A last label that top-level domains have: letters, or an A-label. */
static bool has_good_ending(const struct address_text *address)
{
    struct span domain = { address->domain, address->domain_len }, last;
    const char *dot = domain.len == 0 ? NULL : memrchr(domain.ptr, '.', domain.len);

    if (dot == NULL)
        return false;
    last = span_slice(domain, (size_t)(dot - domain.ptr) + 1, domain.len);
    if (last.len < 2 || is_listed(file_endings, last))
        return false;
    if (span_starts_with_nocase(last, SPAN("xn--")))
        return true;
    for (size_t i = 0; i < last.len; i++)
        if (last.ptr[i] >= '0' && last.ptr[i] <= '9')
            return false;
    return true;
}

/* Is this no address but the user name in a URL, or the name of a message or part? */
static bool is_other_scheme(struct span text, struct span local)
{
    size_t at = (size_t)(local.ptr - text.ptr), from = at;
    struct span before;

    while (from > 0 && at - from < 200 && text.ptr[from - 1] > ' ' && text.ptr[from - 1] != '<')
        from--;
    before = span_slice(text, from, at);
    for (const char *const *scheme = other_schemes; *scheme != NULL; scheme++)
        if (span_find_nocase(before, span_of(*scheme)) < before.len)
            return true;
    return span_find(before, SPAN("://")) < before.len &&
           span_find_byte(span_slice(before, span_find(before, SPAN("://")) + 3, before.len), '/') ==
               before.len - span_find(before, SPAN("://")) - 3 &&
           span_find_byte(before, '?') == before.len;
}

static uint64_t hash_of(const struct address_text *address, uint32_t document)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325) ^ document;

    for (size_t i = 0; i < address->local.len; i++)
        hash = (hash ^ (unsigned char)address->local.ptr[i]) * UINT64_C(0x100000001B3);
    for (size_t i = 0; i < address->domain_len; i++)
        hash = (hash ^ (unsigned char)(address->domain[i] | 0x20)) * UINT64_C(0x100000001B3);
    return hash == 0 ? 1 : hash;
}

/* Was this address met in this document before? Forgets none, and stops learning when it knows enough. */
static bool is_known(struct reading *reading, uint64_t hash)
{
    if (reading->contacts_seen == NULL)
        reading->contacts_seen =
            arena_alloc(reading->facts->arena, SEEN_SLOTS * sizeof *reading->contacts_seen);
    if (reading->contacts_seen == NULL)
        return false;
    for (size_t at = hash & (SEEN_SLOTS - 1);; at = (at + 1) & (SEEN_SLOTS - 1)) {
        if (reading->contacts_seen[at] == hash)
            return true;
        if (reading->contacts_seen[at] == 0) {
            if (reading->contact_count < SEEN_SLOTS / 2) {
                reading->contacts_seen[at] = hash;
                reading->contact_count++;
            }
            return false;
        }
    }
}

/* The domain normalised; what hides in it (zero-width characters, look-alikes) undone if need be. */
static struct span normal_domain(struct reading *reading, const struct address_text *address,
                                 bool *disguised)
{
    struct span written = { address->domain, address->domain_len };
    struct span domain = domain_normalise(reading->facts->arena, written);

    if (utf8_ascii_run(written) == written.len ||
        !fold_text(&reading->fold, written, FOLD_LOOKALIKES) || reading->fold.disguise_count == 0)
        return domain;
    if (domain.ptr == NULL) {
        *disguised = true;
        domain = domain_normalise(reading->facts->arena, buf_span(&reading->fold.text));
    }
    return domain;
}

static void report(struct reading *reading, const struct passage *passage,
                   const struct address_text *address, uint32_t line, bool disguised)
{
    struct facts *facts = reading->facts;
    struct contact_fact *fact;
    struct span domain, local = address->local;

    if (facts->contacts.count >= matcher_plan(reading->matcher)->limits.findings) {
        reading->dropped++;
        return;
    }
    domain = normal_domain(reading, address, &disguised);
    if (domain.ptr == NULL)
        return;
    fact = facts_add_contact(facts);
    if (fact == NULL)
        return;
    fact->address = arena_printf(facts->arena, "%.*s@%.*s", SPAN_ARG(local), SPAN_ARG(domain));
    fact->domain = fact->address.ptr == NULL
                       ? fact->address
                       : span_slice(fact->address, local.len + 1, fact->address.len);
    fact->where = reading_place(reading, passage, line);
    fact->obfuscated = disguised;
}

/* Take apart what stands around a sign. False when it is no address. */
static bool take_apart(struct span text, size_t at, const struct sign *sign,
                       struct address_text *out, bool *disguised)
{
    size_t behind = at + sign->text.len;
    bool plain = sign->text.len == 1, open = behind < text.len && text.ptr[behind] == ' ';
    bool spaced = !plain || open || (at > 0 && text.ptr[at - 1] == ' ');
    struct span rest;

    memset(out, 0, sizeof *out);
    out->local = local_before(text, at, spaced && !sign->word);
    if (out->local.len == 0)
        return false;
    for (unsigned gap = 0; spaced && gap < 2 && behind < text.len && text.ptr[behind] == ' '; gap++)
        behind++;
    rest = span_slice(text, behind, behind + 2 * DOMAIN_BYTES);
    read_domain(rest, spaced, out);
    *disguised = spaced || out->worded;
    return out->dots > 0 && (!sign->word || out->worded) && has_good_ending(out) &&
           !is_other_scheme(text, out->local);
}

static uint32_t lines_between(struct span text, size_t from, size_t to)
{
    uint32_t lines = 0;

    while (from < to) {
        const char *newline = memchr(text.ptr + from, '\n', to - from);

        if (newline == NULL)
            break;
        lines++;
        from = (size_t)(newline - text.ptr) + 1;
    }
    return lines;
}

/* Where in the passage the search stands. */
struct search {
    struct reading *reading;
    const struct passage *passage;
    size_t counted;
    uint32_t line;
};

static void try_sign(struct search *search, size_t at, const struct sign *sign)
{
    struct span text = search->passage->text;
    struct address_text address;
    bool disguised;

    if (at + DOMAIN_BYTES < search->passage->seen_before ||
        !take_apart(text, at, sign, &address, &disguised) ||
        is_known(search->reading, hash_of(&address, search->passage->document)))
        return;
    search->line += lines_between(text, search->counted, at);
    search->counted = at;
    report(search->reading, search->passage, &address, search->line, disguised);
}

/* Every place of one octet, tried with each of signs that begins with it. */
static void find_signs(struct reading *reading, const struct passage *passage, char first,
                       const struct sign *signs, size_t count)
{
    static const char seconds[] = "aA @\xC3";
    struct search search = { reading, passage, 0, passage->first_line };
    struct span text = passage->text;

    for (size_t at = 0; at < text.len; at++) {
        const char *found = memchr(text.ptr + at, (unsigned char)first, text.len - at);

        if (found == NULL)
            return;
        at = (size_t)(found - text.ptr);
        /* A bracket in running text is hardly ever one of these. */
        if (count > 1 && first != '\xEF' && (at + 1 == text.len || strchr(seconds, text.ptr[at + 1]) == NULL))
            continue;
        for (size_t i = 0; i < count; i++)
            if (span_starts_with(span_slice(text, at, text.len), signs[i].text)) {
                try_sign(&search, at, &signs[i]);
                break;
            }
    }
}

void contact_find(struct reading *reading, const struct passage *passage)
{
    static const char firsts[] = { '(', '[', '{', '<', '\xEF' };

    find_signs(reading, passage, '@', &plain_sign, 1);
    for (size_t i = 0; i < sizeof firsts; i++)
        find_signs(reading, passage, firsts[i], bracketed_signs,
                   sizeof bracketed_signs / sizeof bracketed_signs[0]);
    if (reading->spelled_contacts)
        find_signs(reading, passage, ' ', worded_signs,
                   sizeof worded_signs / sizeof worded_signs[0]);
}
