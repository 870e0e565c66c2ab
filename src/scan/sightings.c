/* SPDX-License-Identifier: EUPL-1.2 */
/* From text to candidates: find the marks, look at what stands around each. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "form.h"
#include "reading_priv.h"

enum {
    EDGE_LINES = 3,         /* first and last lines of a body where markings stand */
    PAGE_EDGE_LINES = 2,    /* of a page, sheet or slide */
    UNSPACED_OCTETS = 10,   /* words run together count from this length on */
    NEIGHBOURS = 32,        /* matches looked at on each side of one on its line */
    MET_IN_PASSAGE = 1024,  /* of one label; of more, only those that stand out are looked at */
    MET_AT_ALL = 16384,     /* and of these more than so many are counted as dropped */
    REVERSED_RUNS = 256,    /* in one passage */
    LIST_LINES = 6,         /* levels this close together are a list of levels */
    LIST_LEVELS = 3,
    REVERSED_BYTES = 512
};

/* A passage being looked at. */
struct sight {
    struct reading *reading;
    const struct passage *passage;
    const struct match_list *matches;
    size_t top_end, bottom_from;    /* original offsets of the marking places */
    size_t line_from, line_to;      /* in folded text */
    size_t counted;                 /* lines are counted up to here */
    uint32_t line;
    bool disguised;                 /* the whole text was turned round */
    bool scripts_only;              /* second look: only marks in other scripts */
};

static bool is_paged(const struct passage *passage)
{
    return passage->unit == UNIT_PAGE || passage->unit == UNIT_SHEET || passage->unit == UNIT_SLIDE;
}

static void find_places(struct sight *sight)
{
    const struct passage *passage = sight->passage;
    unsigned lines = is_paged(passage) ? PAGE_EDGE_LINES : EDGE_LINES;

    sight->top_end = is_paged(passage) || passage->is_first
                         ? form_end_of_lines(passage->text, lines)
                         : 0;
    sight->bottom_from = form_start_of_last_lines(passage->text, lines);
}

/* The line context of a match in folded text, other markings of it blanked. */
struct context {
    char before[SIGHTING_LINE_BYTES], after[SIGHTING_LINE_BYTES];
    struct span before_span, after_span;
};

/* May the words of other be taken as part of the marking around one? */
static bool is_company(const struct reading *reading, const struct match *one,
                       const struct match *other)
{
    const struct mark *mark = matcher_mark(reading->matcher, one->mark);
    const struct mark *beside = matcher_mark(reading->matcher, other->mark);
    const struct label_def *labels = matcher_plan(reading->matcher)->labels;

    if (beside->label == MARK_NO_LABEL)
        return false;
    return beside->label == mark->label ||
           !span_equals(labels[beside->label].scheme, labels[mark->label].scheme);
}

static void blank(char *text, size_t text_from, size_t text_len, const struct match *other)
{
    size_t from = other->from > text_from ? other->from - text_from : 0;
    size_t to = other->to > text_from ? other->to - text_from : 0;

    if (from < text_len)
        memset(text + from, ' ', (to < text_len ? to : text_len) - from);
}

/* The line in folded text that match stands on, cut at a distance, and the other matches on it. */
static void find_line(struct sight *sight, size_t index)
{
    struct span folded = buf_span(&sight->reading->fold.text);
    const struct match *match = &sight->matches->items[index];
    size_t from = match->from, to = match->to;

    while (from > 0 && folded.ptr[from - 1] != '\n' && match->from - from < SIGHTING_LINE_BYTES)
        from--;
    while (to < folded.len && folded.ptr[to] != '\n' && to - match->to < SIGHTING_LINE_BYTES)
        to++;
    sight->line_from = from;
    sight->line_to = to;
}

static void find_context(struct sight *sight, size_t index, struct context *context)
{
    struct span folded = buf_span(&sight->reading->fold.text);
    const struct match *match = &sight->matches->items[index];

    find_line(sight, index);
    context->before_span = (struct span){ context->before, match->from - sight->line_from };
    context->after_span = (struct span){ context->after, sight->line_to - match->to };
    memcpy(context->before, folded.ptr + sight->line_from, context->before_span.len);
    memcpy(context->after, folded.ptr + match->to, context->after_span.len);
    for (size_t i = index, seen = 0; i-- > 0 && seen < NEIGHBOURS; seen++) {
        const struct match *other = &sight->matches->items[i];

        if (other->from + SIGHTING_LINE_BYTES < sight->line_from)
            break;
        if (other->to <= match->from && other->to > sight->line_from &&
            is_company(sight->reading, match, other))
            blank(context->before, sight->line_from, context->before_span.len, other);
    }
    for (size_t i = index + 1, seen = 0; i < sight->matches->count && seen < NEIGHBOURS; i++, seen++) {
        const struct match *other = &sight->matches->items[i];

        if (other->from >= sight->line_to)
            break;
        if (other->from >= match->to && is_company(sight->reading, match, other))
            blank(context->after, match->to, context->after_span.len, other);
    }
}

struct span reading_place(struct reading *reading, const struct passage *passage, uint32_t line)
{
    struct arena *arena = reading->facts->arena;
    static const char *const units[] = { [UNIT_PAGE] = "page",
                                         [UNIT_SHEET] = "sheet",
                                         [UNIT_SLIDE] = "slide",
                                         [UNIT_LINE] = "line" };

    switch (passage->unit) {
    case UNIT_PAGE:
    case UNIT_SHEET:
    case UNIT_SLIDE:
    case UNIT_LINE:
        return arena_printf(arena, "%.*s#%s=%u", SPAN_ARG(passage->where), units[passage->unit],
                            passage->number);
    case UNIT_NONE: break;
    }
    if (passage->first_line == 0)
        return arena_copy(arena, passage->where);
    return arena_printf(arena, "%.*s#line=%u", SPAN_ARG(passage->where), line);
}

/* The marking as met, on one line and cut. */
static struct span marking_text(struct arena *arena, struct span original)
{
    struct buf text;
    struct span kept;
    bool gap = false;

    buf_init(&text, 0);
    for (size_t i = 0; i < original.len && text.len < 2 * MARKING_BYTES; i++) {
        unsigned char c = (unsigned char)original.ptr[i];

        if (c <= ' ' || c == 0x7F) {
            gap = text.len > 0;
            continue;
        }
        if (gap)
            buf_append_byte(&text, ' ');
        gap = false;
        buf_append_byte(&text, (char)c);
    }
    kept = arena_copy(arena, utf8_cut(buf_span(&text), MARKING_BYTES));
    buf_fini(&text);
    return kept;
}

static uint32_t line_of(struct sight *sight, size_t origin)
{
    const char *text = sight->passage->text.ptr;

    while (sight->counted < origin) {
        const char *newline = memchr(text + sight->counted, '\n', origin - sight->counted);

        if (newline == NULL)
            break;
        sight->counted = (size_t)(newline - text) + 1;
        sight->line++;
    }
    return sight->line;
}

/* Weigh with the line at hand, and as if the passage were the last of its body. */
static bool weigh(const struct sight *sight, struct sighting *sighting, size_t origin,
                  struct candidate *candidate)
{
    bool body = sight->passage->region == REGION_BODY;
    bool at_bottom = body && origin >= sight->bottom_from;
    struct weight weight;

    sighting->placed = sight->passage->region == REGION_TITLE ||
                       (body && origin < sight->top_end) ||
                       (at_bottom && (is_paged(sight->passage) || sight->passage->is_last));
    weight = confidence_weigh(sighting);
    candidate->confidence = candidate->confidence_at_end = weight.confidence;
    candidate->isolated = weight.isolated;
    candidate->portion = weight.portion;
    if (at_bottom && !sighting->placed) {
        sighting->placed = true;
        candidate->confidence_at_end = confidence_weigh(sighting).confidence;
        if (candidate->confidence == CONFIDENCE_NONE)
            candidate->confidence = candidate->confidence_at_end;
    }
    return candidate->confidence != CONFIDENCE_NONE;
}

static void keep(struct sight *sight, struct candidate *candidate, struct span original)
{
    struct reading *reading = sight->reading;
    struct document *document = findings_document(reading, candidate->document);

    if (candidate->isolated && candidate->number > 0)
        findings_note_page(reading, candidate->document, candidate->label, candidate->number);
    if (candidate->portion && document != NULL)
        document->portions++;
    if (candidate->confidence > reading->surest)
        reading->surest = candidate->confidence;
    if (!findings_wants(reading, candidate))
        return;
    candidate->where = reading_place(reading, sight->passage, candidate->line);
    candidate->text = marking_text(reading->facts->arena, original);
    (void)findings_add(reading, candidate);
}

/*
 * Text full of one marking must not cost more than a text should: the thousandth
 * time in running text it says no more than before.
 */
static bool is_once_too_often(struct sight *sight, const struct match *match, int32_t label)
{
    struct reading *reading = sight->reading;
    struct met *met;

    if (reading->met == NULL)
        reading->met = arena_alloc(reading->facts->arena,
                                   matcher_plan(reading->matcher)->label_count * sizeof *met);
    if (reading->met == NULL)
        return true;
    met = &reading->met[label];
    if (met->passage != reading->passages)
        *met = (struct met){ reading->passages, 0 };
    if (met->count >= MET_IN_PASSAGE && !form_stands_out(buf_span(&reading->fold.text), match))
        return true;
    if (met->count == MET_AT_ALL)
        reading->dropped++;
    return ++met->count > MET_AT_ALL;
}

/* One mark in the text: everything there is to say about it here. */
static void look_at(struct sight *sight, size_t index, bool contained)
{
    const struct fold *fold = &sight->reading->fold;
    const struct passage *passage = sight->passage;
    const struct match *match = &sight->matches->items[index];
    const struct mark *mark = matcher_mark(sight->reading->matcher, match->mark);
    const struct label_def *label = &matcher_plan(sight->reading->matcher)->labels[mark->label];
    struct span met = span_slice(buf_span(&fold->text), match->from, match->to);
    size_t origin = fold_origin(fold, match->from), last = fold_origin(fold, match->to - 1);
    struct span original, rest = span_slice(passage->text, last, passage->text.len);
    struct candidate candidate = { .label = mark->label,
                                   .source = passage->source,
                                   .document = passage->document,
                                   .passage = sight->reading->passages,
                                   .number = passage->number,
                                   .short_mark = mark->kind == MARK_SHORT };
    struct sighting sighting = { .mark = met,
                                 .strength = label->strength,
                                 .is_short = mark->kind == MARK_SHORT,
                                 .several_words = mark->several_words || mark->kind == MARK_UNSPACED,
                                 .contained = contained || match->glued,
                                 .in_quotes = form_in_quotes(buf_span(&fold->text), match),
                                 .region = passage->region,
                                 .source = passage->source };
    struct context context;
    uint32_t rune;

    last += rest.len == 0 ? 0 : utf8_next(rest, &rune);
    original = span_slice(passage->text, origin, last);
    if (last <= passage->seen_before ||
        (mark->is_scripted && !sight->scripts_only && !form_has_latin_letter(original)))
        return;
    candidate.obfuscated = sight->disguised || match->disguised || mark->kind == MARK_UNSPACED ||
                           fold_has_disguise(fold, match->from, match->to) ||
                           !form_same_letters(met, mark->folded);
    form_read(original, mark, passage->look, &sighting);
    if (mark->kind == MARK_SHORT) {
        if (candidate.obfuscated || !form_is_as_written(original, mark, passage->look))
            return;
        sighting.capitals = true;
    }
    if (is_once_too_often(sight, match, mark->label))
        return;
    find_context(sight, index, &context);
    sighting.before = context.before_span;
    sighting.after = context.after_span;
    candidate.quoted = (passage->look & LOOK_QUOTED) != 0 || form_is_quoted_line(passage->text, origin);
    candidate.line = line_of(sight, origin);
    if (weigh(sight, &sighting, origin, &candidate))
        keep(sight, &candidate, original);
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
        look_at(sight, i, covered || is_denied(denial, match));
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
