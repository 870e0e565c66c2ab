/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A plan compiled: every mark in every form it is searched for, the phrases around
 * marks, and the identifiers in sorted order.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "scan/match.h"
#include "scan/phrases.h"
#include "text/fold.h"

enum {
    UNSPACED_SYMBOLS = 8,   /* shorter ones are too often a word of their own */
    GLUED_SYMBOLS = 8       /* and with fewer, a mark may be the middle of other words */
};

struct identifier {
    struct span key;
    int32_t label;
};

struct matcher {
    const struct scan_plan *plan;
    struct arena *arena;
    struct mark *marks;
    size_t mark_count, mark_capacity;
    struct identifier *identifiers;
    size_t identifier_count, identifier_capacity;
    struct trie *trie;
    bool needs_scripts;
};

/* One form of a mark, already folded; nothing when it has no symbol. False without memory. */
static bool add_form(struct matcher *m, const struct mark *like, struct span folded)
{
    struct mark *mark;
    char *symbols;
    size_t len;

    symbols = arena_alloc(m->arena, folded.len + 1);
    if (symbols == NULL)
        return false;
    len = trie_symbols(folded, symbols);
    if (len == 0)
        return true;
    mark = arena_grow(m->arena, m->marks, m->mark_count, &m->mark_capacity, sizeof *mark);
    if (mark == NULL)
        return false;
    m->marks = mark;
    mark += m->mark_count++;
    *mark = *like;
    mark->folded = arena_copy(m->arena, folded);
    mark->symbols = (struct span){ symbols, len };
    mark->several_words = span_find_byte(mark->symbols, ' ') < len;
    mark->may_be_glued = mark->kind == MARK_WORDS && mark->several_words && len >= GLUED_SYMBOLS;
    return mark->folded.ptr != NULL;
}

/* The words of a marking run together, as careless conversions leave them. */
static bool add_unspaced(struct matcher *m, const struct mark *like, struct span folded)
{
    char *symbols = arena_alloc(m->arena, folded.len + 1);
    struct mark unspaced = *like;
    size_t len, kept = 0;

    if (symbols == NULL)
        return false;
    len = trie_symbols(folded, symbols);
    for (size_t i = 0; i < len; i++)
        if (symbols[i] != ' ')
            symbols[kept++] = symbols[i];
    if (kept == len || kept < UNSPACED_SYMBOLS)
        return true;
    unspaced.kind = MARK_UNSPACED;
    return add_form(m, &unspaced, (struct span){ symbols, kept });
}

/* "FÜR" as "FUER", which is how German is written where there are no umlauts. */
static bool with_doubled_vowels(struct span written, struct buf *out)
{
    static const struct {
        struct span umlaut, doubled;
    } pairs[] = {
        { { "ä", 2 }, { "ae", 2 } }, { { "ö", 2 }, { "oe", 2 } }, { { "ü", 2 }, { "ue", 2 } },
        { { "Ä", 2 }, { "AE", 2 } }, { { "Ö", 2 }, { "OE", 2 } }, { { "Ü", 2 }, { "UE", 2 } },
    };
    bool changed = false;

    for (size_t at = 0; at < written.len;) {
        struct span rest = span_slice(written, at, written.len);
        size_t pair = 0, count = sizeof pairs / sizeof pairs[0];

        while (pair < count && !span_starts_with(rest, pairs[pair].umlaut))
            pair++;
        if (pair < count) {
            buf_append(out, pairs[pair].doubled);
            at += pairs[pair].umlaut.len;
            changed = true;
        } else {
            buf_append_byte(out, written.ptr[at++]);
        }
    }
    return changed && !out->failed;
}

/* All forms of one mark. False without memory. */
static bool add_mark(struct matcher *m, struct fold *fold, struct mark mark)
{
    struct buf doubled;
    bool added;

    if (!fold_text(fold, mark.written, FOLD_LOOKALIKES))
        return false;
    mark.is_scripted = fold->has_lookalikes;
    added = add_form(m, &mark, buf_span(&fold->text)) &&
            (mark.kind != MARK_WORDS || add_unspaced(m, &mark, buf_span(&fold->text)));
    mark.is_scripted = false;
    if (added && fold->has_lookalikes) {
        added = fold_text(fold, mark.written, FOLD_KEEP_SCRIPTS) &&
                add_form(m, &mark, buf_span(&fold->text));
        m->needs_scripts = true;
    }
    buf_init(&doubled, 0);
    if (added && with_doubled_vowels(mark.written, &doubled))
        added = fold_text(fold, buf_span(&doubled), FOLD_LOOKALIKES) &&
                add_form(m, &mark, buf_span(&fold->text));
    added = added && !doubled.failed;
    buf_fini(&doubled);
    return added;
}

static bool add_marks(struct matcher *m, struct fold *fold, const struct span_list *list,
                      int32_t label, enum mark_kind kind)
{
    for (size_t i = 0; i < list->count; i++) {
        struct mark mark = { .label = label, .kind = kind, .written = list->items[i] };

        if (!add_mark(m, fold, mark))
            return false;
    }
    return true;
}

static bool add_phrases(struct matcher *m, struct fold *fold, const char *const *phrases,
                        enum mark_kind kind)
{
    for (; *phrases != NULL; phrases++) {
        struct mark mark = { .label = MARK_NO_LABEL, .kind = kind, .written = span_of(*phrases) };

        if (!add_mark(m, fold, mark))
            return false;
    }
    return true;
}

/* How identifiers are compared: folded, without white space. */
static bool identifier_key(struct fold *fold, struct span written, struct buf *key)
{
    if (!fold_text(fold, written, FOLD_LOOKALIKES))
        return false;
    for (size_t i = 0; i < fold->text.len; i++)
        if (fold->text.ptr[i] != ' ' && fold->text.ptr[i] != '\n')
            buf_append_byte(key, fold->text.ptr[i]);
    return !key->failed;
}

static bool add_identifiers(struct matcher *m, struct fold *fold, const struct span_list *list,
                            int32_t label)
{
    for (size_t i = 0; i < list->count; i++) {
        struct identifier *grown;
        struct buf key;
        bool keyed;

        buf_init(&key, 0);
        keyed = identifier_key(fold, list->items[i], &key);
        grown = arena_grow(m->arena, m->identifiers, m->identifier_count, &m->identifier_capacity,
                           sizeof *grown);
        if (grown != NULL) {
            m->identifiers = grown;
            grown += m->identifier_count++;
            grown->key = arena_copy(m->arena, buf_span(&key));
            grown->label = label;
            keyed = keyed && grown->key.ptr != NULL;
        }
        buf_fini(&key);
        if (!keyed || grown == NULL)
            return false;
    }
    return true;
}

static int compare_identifiers(const void *a, const void *b)
{
    const struct identifier *left = a, *right = b;
    int order = span_compare(left->key, right->key);

    return order != 0 ? order : left->label - right->label;
}

static bool compile(struct matcher *m, struct fold *fold)
{
    for (size_t i = 0; i < m->plan->label_count; i++) {
        const struct label_def *label = &m->plan->labels[i];

        if (!add_marks(m, fold, &label->marks, (int32_t)i, MARK_WORDS) ||
            !add_marks(m, fold, &label->short_marks, (int32_t)i, MARK_SHORT) ||
            !add_identifiers(m, fold, &label->identifiers, (int32_t)i))
            return false;
    }
    if (!add_phrases(m, fold, phrases_negative, MARK_NEGATIVE) ||
        !add_phrases(m, fold, phrases_company, MARK_COMPANY) ||
        !add_phrases(m, fold, phrases_contact, MARK_CONTACT))
        return false;
    if (m->identifier_count > 0)
        qsort(m->identifiers, m->identifier_count, sizeof *m->identifiers, compare_identifiers);
    m->trie = trie_new(m->marks, m->mark_count);
    return m->trie != NULL;
}

/* Is this mark found in its own text, for this label? */
static bool finds_itself(const struct matcher *m, struct fold *fold, struct span written,
                         int32_t label)
{
    struct match_list matches = { 0 };
    bool found = false;

    if (fold_text(fold, written, FOLD_LOOKALIKES))
        trie_match(m->trie, buf_span(&fold->text), MATCH_WORDS, &matches);
    for (size_t i = 0; i < matches.count; i++)
        found |= m->marks[matches.items[i].mark].label == label;
    match_list_fini(&matches);
    return found;
}

static bool all_found(const struct matcher *m, struct fold *fold, struct span *missed_out)
{
    for (size_t i = 0; i < m->plan->label_count; i++) {
        const struct label_def *label = &m->plan->labels[i];
        bool found = true;

        for (size_t k = 0; found && k < label->marks.count; k++)
            found = finds_itself(m, fold, label->marks.items[k], (int32_t)i);
        for (size_t k = 0; found && k < label->short_marks.count; k++)
            found = finds_itself(m, fold, label->short_marks.items[k], (int32_t)i);
        if (!found) {
            *missed_out = label->name;
            return false;
        }
    }
    return true;
}

struct matcher *matcher_new(const struct scan_plan *plan, struct span *missed_out)
{
    struct matcher *m = calloc(1, sizeof *m);
    struct fold fold;
    bool good;

    *missed_out = SPAN("");
    if (m == NULL)
        return NULL;
    m->plan = plan;
    m->arena = arena_new(0);
    fold_init(&fold);
    good = m->arena != NULL && compile(m, &fold) && all_found(m, &fold, missed_out);
    fold_fini(&fold);
    if (!good)
        matcher_free(&m);
    return m;
}

void matcher_free(struct matcher **matcher)
{
    if (*matcher == NULL)
        return;
    trie_free(&(*matcher)->trie);
    arena_free(&(*matcher)->arena);
    free(*matcher);
    *matcher = NULL;
}

const struct trie *matcher_trie(const struct matcher *matcher)
{
    return matcher->trie;
}

const struct mark *matcher_mark(const struct matcher *matcher, uint32_t index)
{
    return &matcher->marks[index];
}

const struct scan_plan *matcher_plan(const struct matcher *matcher)
{
    return matcher->plan;
}

bool matcher_needs_scripts(const struct matcher *matcher)
{
    return matcher->needs_scripts;
}

/* Index of the first identifier that is not below key. */
static size_t lower_bound(const struct matcher *matcher, struct span key)
{
    size_t low = 0, high = matcher->identifier_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (span_compare(matcher->identifiers[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t matcher_identify(const struct matcher *matcher, struct span kind, struct span value,
                        int32_t *out, size_t max)
{
    struct buf written, key;
    struct fold fold;
    size_t count = 0;

    buf_init(&written, 0);
    buf_init(&key, 0);
    fold_init(&fold);
    if (buf_append(&written, kind) && buf_append_byte(&written, ':') &&
        buf_append(&written, value) && identifier_key(&fold, buf_span(&written), &key))
        for (size_t i = lower_bound(matcher, buf_span(&key));
             i < matcher->identifier_count &&
             span_equals(matcher->identifiers[i].key, buf_span(&key)); i++) {
            if (count < max)
                out[count] = matcher->identifiers[i].label;
            count++;
        }
    fold_fini(&fold);
    buf_fini(&key);
    buf_fini(&written);
    return count;
}
