/* SPDX-License-Identifier: EUPL-1.2 */
#include "sight.h"

#include <string.h>

#include "base/utf8.h"
#include "form.h"
#include "release.h"

enum {
    NEIGHBOURS = 32,        /* matches looked at on each side of one on its line */
    MET_IN_PASSAGE = 1024,  /* of one label; of more, only those that stand out are looked at */
    MET_AT_ALL = 16384      /* and of these more than so many are counted as dropped */
};

bool sight_is_paged(const struct passage *passage)
{
    return passage->unit == UNIT_PAGE || passage->unit == UNIT_SHEET || passage->unit == UNIT_SLIDE;
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

static void blank(char *text, size_t text_from, size_t text_len, size_t from, size_t to)
{
    from = from > text_from ? from - text_from : 0;
    to = to > text_from ? to - text_from : 0;
    if (from < text_len && to > from)
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

/* Where a marking ends in folded text, with the names behind it if its label lists nations. */
static uint32_t list_end(const struct sight *sight, const struct match *match)
{
    const struct mark *mark = matcher_mark(sight->reading->matcher, match->mark);
    const struct fold *fold = &sight->reading->fold;
    size_t from, end;
    uint32_t to = match->to;

    if (mark->label == MARK_NO_LABEL ||
        !matcher_plan(sight->reading->matcher)->labels[mark->label].lists_nations)
        return to;
    from = to < fold->text.len ? fold_origin(fold, to) : sight->passage->text.len;
    end = release_end(sight->passage->text, from);
    while (end > from && to < fold->text.len && fold_origin(fold, to) < end)
        to++;
    return to;
}

/* list_to: where the names behind it end in folded text; they are part of the marking. */
static void find_context(struct sight *sight, size_t index, uint32_t list_to,
                         struct context *context)
{
    struct span folded = buf_span(&sight->reading->fold.text);
    const struct match *match = &sight->matches->items[index];

    find_line(sight, index);
    context->before_span = (struct span){ context->before, match->from - sight->line_from };
    context->after_span = (struct span){ context->after, sight->line_to - match->to };
    memcpy(context->before, folded.ptr + sight->line_from, context->before_span.len);
    memcpy(context->after, folded.ptr + match->to, context->after_span.len);
    blank(context->after, match->to, context->after_span.len, match->to, list_to);
    for (size_t i = index, seen = 0; i-- > 0 && seen < NEIGHBOURS; seen++) {
        const struct match *other = &sight->matches->items[i];

        if (other->from + SIGHTING_LINE_BYTES < sight->line_from)
            break;
        if (other->to <= match->from && other->to > sight->line_from &&
            is_company(sight->reading, match, other))
            blank(context->before, sight->line_from, context->before_span.len, other->from,
                  list_end(sight, other));
    }
    for (size_t i = index + 1, seen = 0; i < sight->matches->count && seen < NEIGHBOURS; i++, seen++) {
        const struct match *other = &sight->matches->items[i];

        if (other->from >= sight->line_to)
            break;
        if (other->from >= match->to && is_company(sight->reading, match, other))
            blank(context->after, match->to, context->after_span.len, other->from,
                  list_end(sight, other));
    }
}

/* What a place is called besides its number; text of the body has no other name. */
static const char *region_name(enum region region)
{
    switch (region) {
    case REGION_BODY: return "";
    case REGION_HEADER: return ",header";
    case REGION_FOOTER: return ",footer";
    case REGION_WATERMARK: return ",watermark";
    case REGION_TITLE: return ",title";
    case REGION_NOTE: return ",note";
    case REGION_COMMENT: return ",comment";
    case REGION_STAMP: return ",stamp";
    case REGION_FIELD: return ",field";
    case REGION_ALT: return ",alternative";
    case REGION_NAME: return ",name";
    case REGION_HIDDEN: return ",hidden";
    case REGION_DELETED: return ",deleted";
    case REGION_CODE: return ",code";
    case REGION_LINK: return ",link";
    }
    return "";
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
        return arena_printf(arena, "%.*s#%s=%u%s", SPAN_ARG(passage->where), units[passage->unit],
                            passage->number, region_name(passage->region));
    case UNIT_NONE: break;
    }
    if (passage->first_line == 0)
        return arena_copy(arena, passage->where);
    return arena_printf(arena, "%.*s#line=%u%s", SPAN_ARG(passage->where), line, region_name(passage->region));
}

static bool is_between_words(char c)
{
    return c == ' ' || c == ',' || c == '/' || c == ';';
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
    kept = utf8_cut(buf_span(&text), MARKING_BYTES);
    /* Half a name could be another nation's. */
    while (kept.len < text.len && kept.len > 0 && !is_between_words(text.ptr[kept.len]))
        kept.len--;
    kept = arena_copy(arena, kept.len > 0 ? kept : utf8_cut(buf_span(&text), MARKING_BYTES));
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
                       (at_bottom && (sight_is_paged(sight->passage) || sight->passage->is_last));
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
    if ((matcher_plan(reading->matcher)->labels[candidate->label].lists_nations &&
         findings_has(reading, candidate, original)) ||
        !findings_wants(reading, candidate))
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

void sight_look_at(struct sight *sight, size_t index, bool contained)
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
    uint32_t rune, list_to;

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
    list_to = list_end(sight, match);
    if (list_to > match->to)
        original = span_slice(passage->text, origin, release_end(passage->text, last));
    else if (label->lists_nations && !sighting.capitals)
        return;     /* "releasable to the public" */
    find_context(sight, index, list_to, &context);
    sighting.before = context.before_span;
    sighting.after = context.after_span;
    candidate.quoted = (passage->look & LOOK_QUOTED) != 0 || form_is_quoted_line(passage->text, origin);
    candidate.line = line_of(sight, origin);
    if (weigh(sight, &sighting, origin, &candidate))
        keep(sight, &candidate, original);
}
