/* SPDX-License-Identifier: EUPL-1.2 */
/* From text to candidates: find the marks of a passage, and tell which of them are to be looked at. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "form.h"
#include "sight.h"

enum {
    EDGE_LINES = 3,         /* first and last lines of a body where markings stand */
    PAGE_EDGE_LINES = 2,    /* of a page, sheet or slide */
    UNSPACED_OCTETS = 10,   /* words run together count from this length on */
    REVERSED_RUNS = 256,    /* in one passage */
    LIST_LINES = 6,         /* levels this close together are a list of levels */
    LIST_LEVELS = 3,
    REVERSED_BYTES = 512
};

static void find_places(struct sight *sight)
{
    const struct passage *passage = sight->passage;
    unsigned lines = sight_is_paged(passage) ? PAGE_EDGE_LINES : EDGE_LINES;

    sight->top_end = sight_is_paged(passage) || passage->is_first
                         ? form_end_of_lines(passage->text, lines)
                         : 0;
    sight->bottom_from = form_start_of_last_lines(passage->text, lines);
}

static bool counts(const struct sight *sight, const struct match *match)
{
    const struct mark *mark = matcher_mark(sight->reading->matcher, match->mark);

    if (sight->scripts_only && utf8_ascii_run(mark->folded) == mark->folded.len)
        return false;
    return mark->kind != MARK_UNSPACED || match->disguised ||
           mark->folded.len >= UNSPACED_OCTETS;
}

static int compare_matches(const void *a, const void *b)
{
    const struct match *left = a, *right = b;

    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    if (left->to != right->to)
        return left->to > right->to ? -1 : 1;
    return left->mark < right->mark ? -1 : left->mark > right->mark;
}

/* Does cover, which begins no later, take the match in? */
static bool is_covered(const struct match *cover, const struct match *match)
{
    return cover != NULL && cover->to >= match->to &&
           (cover->from < match->from || cover->to > match->to);
}

/* What denies a marking need only reach into it: "ex-SECRET DÉFENSE". */
static bool is_denied(const struct match *denial, const struct match *match)
{
    return denial != NULL && denial->from < match->from && denial->to > match->from;
}

/* Each match, the longest first of those that begin together; what lies inside another is told so. */
static void look_at_all(struct sight *sight)
{
    const struct match_list *matches = sight->matches;
    const struct match *cover = NULL, *denial = NULL;

    for (size_t i = 0; i < matches->count; i++) {
        const struct match *match = &matches->items[i];
        const struct mark *mark = matcher_mark(sight->reading->matcher, match->mark);
        bool covered = is_covered(cover, match);

        if (!counts(sight, match))
            continue;
        if (mark->kind == MARK_COMPANY || mark->kind == MARK_CONTACT) {
            struct document *document = findings_document(sight->reading, sight->passage->document);
            if (document != NULL)
                document->company |= mark->kind == MARK_COMPANY;
            sight->reading->spelled_contacts |= mark->kind == MARK_CONTACT;
            continue;
        }
        if (cover == NULL || match->to > cover->to)
            cover = match;
        if (mark->kind == MARK_NEGATIVE && (denial == NULL || match->to > denial->to))
            denial = match;
        if (mark->label == MARK_NO_LABEL ||
            (covered && matcher_mark(sight->reading->matcher, cover->mark)->label == mark->label))
            continue;
        sight_look_at(sight, i, covered || is_denied(denial, match));
    }
}

/* Three levels of a scheme or more, each alone on a line close to the next: they are explained, not applied. */
static void find_lists(struct reading *reading, size_t first, const struct passage *passage)
{
    const struct label_def *labels = matcher_plan(reading->matcher)->labels;

    if (passage->region == REGION_HEADER || passage->region == REGION_FOOTER ||
        passage->region == REGION_WATERMARK || passage->region == REGION_STAMP)
        return;
    for (size_t from = first, to; from < reading->candidate_count; from = to) {
        int32_t levels[LIST_LEVELS];
        size_t count = 0;

        for (to = from + 1; to < reading->candidate_count &&
                            reading->candidates[to].line - reading->candidates[to - 1].line <= LIST_LINES;)
            to++;
        for (size_t i = from; i < to && count < LIST_LEVELS; i++) {
            int32_t label = reading->candidates[i].label;
            bool known = count > 0 && !span_equals(labels[label].scheme, labels[levels[0]].scheme);

            for (size_t k = 0; k < count; k++)
                known |= labels[levels[k]].rank == labels[label].rank;
            if (reading->candidates[i].isolated && !known)
                levels[count++] = label;
        }
        for (size_t i = from; count == LIST_LEVELS && i < to; i++)
            reading->candidates[i].listed = true;
    }
}

static void look_once(struct sight *sight, enum fold_mode mode)
{
    struct reading *reading = sight->reading;
    const struct trie *trie = matcher_trie(reading->matcher);
    size_t first = reading->candidate_count;

    if (!fold_text(&reading->fold, sight->passage->text, mode))
        reading->dropped++;
    reading->matches.count = 0;
    trie_match(trie, buf_span(&reading->fold.text), MATCH_WORDS, &reading->matches);
    match_rearranged(trie, &reading->fold, &reading->matches);
    if (reading->matches.failed)
        reading->dropped++;
    if (reading->matches.count == 0)
        return;
    qsort(reading->matches.items, reading->matches.count, sizeof reading->matches.items[0],
          compare_matches);
    sight->matches = &reading->matches;
    sight->counted = 0;
    sight->line = sight->passage->first_line;
    look_at_all(sight);
    find_lists(reading, first, sight->passage);
}

/* Text behind a right-to-left override (U+202E) as the eye meets it. */
static void look_at_reversed(struct sight *sight)
{
    static const char override[] = "\u202E", end[] = "\u202C";
    struct span rest = sight->passage->text;

    for (unsigned runs = 0;; runs++) {
        size_t at = span_find(rest, SPAN("\u202E"));
        char turned[REVERSED_BYTES];
        struct passage passage = *sight->passage;
        struct sight back = { .reading = sight->reading,
                              .passage = &passage,
                              .bottom_from = SIZE_MAX,
                              .disguised = true };
        struct span run;
        size_t len = 0;

        if (at == rest.len)
            return;
        if (runs == REVERSED_RUNS) {
            sight->reading->dropped++;
            return;
        }
        rest = span_slice(rest, at + sizeof override - 1, rest.len);
        run = utf8_cut(span_slice(rest, 0, span_find_byte(rest, '\n')), REVERSED_BYTES);
        run = span_slice(run, 0, span_find(run, (struct span){ end, sizeof end - 1 }));
        while (len < run.len) {
            uint32_t rune;
            size_t taken = utf8_next(span_slice(run, len, run.len), &rune);

            memcpy(turned + run.len - len - taken, run.ptr + len, taken);
            len += taken;
        }
        passage.text = (struct span){ turned, run.len };
        passage.seen_before = 0;
        look_once(&back, FOLD_LOOKALIKES);
        rest = span_slice(rest, run.len, rest.len);
    }
}

void sightings_read(struct reading *reading, const struct passage *passage)
{
    struct sight sight = { .reading = reading, .passage = passage };
    bool again, reversed;

    find_places(&sight);
    look_once(&sight, FOLD_LOOKALIKES);
    again = reading->fold.has_lookalikes && matcher_needs_scripts(reading->matcher);
    reversed = reading->fold.has_override;
    if (again) {
        sight.scripts_only = true;
        look_once(&sight, FOLD_KEEP_SCRIPTS);
    }
    if (reversed)
        look_at_reversed(&sight);
}
