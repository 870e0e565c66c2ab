/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Runs of text to lines: on one baseline, from left to right, a space where the
 * room between glyphs is that of a word; then in the order in which the page was
 * written, so that columns stay apart. Regions by position where none was said.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "pdf_priv.h"

enum { SCRATCH_BYTES = 64 << 20, TEXT_BYTES = 256 << 20 };

static const double joint_em = 0.12, space_em = 0.2, cell_em = 2.5, back_em = -0.3;
static const double baseline_em = 0.25;
static const double band = 0.09;            /* of the page's height: where headers and footers stand */
static const double header_width = 0.75;    /* of the page's width: longer lines are running text */

void pdf_page_init(struct pdf_page *page, struct pdf_reader *reader, struct pdf_dict *dict, uint32_t number)
{
    static const double turns[4][4] = { { 1, 0, 0, 1 }, { 0, -1, 1, 0 }, { -1, 0, 0, -1 }, { 0, 1, -1, 0 } };
    double box[4] = { 0, 0, 612, 792 }, corners[4];
    struct pdf_value rotate = { .kind = PDF_NULL }, boxes = { .kind = PDF_NULL };
    const double *turn;

    *page = (struct pdf_page){ .file = &reader->file, .number = number, .serial = ++reader->serial };
    for (int up = 0; dict != NULL && up < PDF_MAX_DEPTH; up++) {
        if (boxes.kind != PDF_ARRAY && (boxes = pdf_get(page->file, dict, SPAN("CropBox"))).kind != PDF_ARRAY)
            boxes = pdf_get(page->file, dict, SPAN("MediaBox"));
        if (rotate.kind == PDF_NULL)
            rotate = pdf_get(page->file, dict, SPAN("Rotate"));
        dict = pdf_get_dict(page->file, dict, SPAN("Parent"));
    }
    for (size_t i = 0; boxes.kind == PDF_ARRAY && i < 4; i++)
        box[i] = pdf_number(pdf_at(page->file, boxes.array, i), box[i]);
    turn = turns[((int)fmod(pdf_number(rotate, 0) / 90, 4) + 4) % 4];
    memcpy(page->base, turn, 4 * sizeof *turn);
    for (size_t i = 0; i < 2; i++) {
        corners[2 * i] = box[2 * i] * turn[0] + box[2 * i + 1] * turn[2];
        corners[2 * i + 1] = box[2 * i] * turn[1] + box[2 * i + 1] * turn[3];
    }
    page->box[0] = fmin(corners[0], corners[2]);
    page->box[1] = fmin(corners[1], corners[3]);
    page->box[2] = fmax(corners[0], corners[2]);
    page->box[3] = fmax(corners[1], corners[3]);
    buf_init(&page->text, TEXT_BYTES);
    buf_init(&page->aside, TEXT_BYTES);
    page->scratch = arena_new(SCRATCH_BYTES);
}

void pdf_page_fini(struct pdf_page *page)
{
    buf_fini(&page->text);
    buf_fini(&page->aside);
    free(page->runs);
    free(page->joints);
    arena_free(&page->scratch);
}

static void *grow(void *items, size_t count, size_t *capacity, size_t item_bytes)
{
    size_t larger = *capacity == 0 ? 64 : *capacity * 2;
    void *moved;

    if (count < *capacity)
        return items;
    moved = realloc(items, larger * item_bytes);
    if (moved != NULL)
        *capacity = larger;
    return moved;
}

static void add_joint(struct pdf_page *page, struct pdf_run *run, double gap)
{
    struct pdf_joint *moved = grow(page->joints, page->joint_count, &page->joint_capacity, sizeof *moved);

    if (moved == NULL)
        return;
    page->joints = moved;
    moved[page->joint_count++] = (struct pdf_joint){ (uint32_t)page->text.len, (float)gap };
    run->joint_count++;
}

struct pdf_run *pdf_page_begin(struct pdf_page *page, const struct pdf_run *at)
{
    struct pdf_run *last = page->run_count == 0 ? NULL : &page->runs[page->run_count - 1], *moved;

    if (page->text.failed || page->scratch == NULL)
        return NULL;
    if (last != NULL && last->angle == at->angle && last->region == at->region &&
        last->is_invisible == at->is_invisible && fabsf(last->across - at->across) < 0.05F * at->size) {
        double gap = (double)(at->along - last->end) / fmax((double)at->size, 0.1);
        if (gap > back_em && gap < cell_em) {
            if (gap > joint_em && last->text_len > 0)
                add_joint(page, last, gap);
            return last;
        }
    }
    moved = grow(page->runs, page->run_count, &page->run_capacity, sizeof *moved);
    if (moved == NULL)
        return NULL;
    page->runs = moved;
    last = &moved[page->run_count++];
    *last = *at;
    last->text = (uint32_t)page->text.len;
    last->text_len = 0;
    last->joint = (uint32_t)page->joint_count;
    last->joint_count = 0;
    return last;
}

void pdf_page_end(struct pdf_page *page, struct pdf_run *run, double end)
{
    run->end = (float)end;
    run->text_len = (uint32_t)page->text.len - run->text;
}

/* A run as it is sorted: by direction and baseline, then along it. */
struct placed {
    const struct pdf_run *run;
    uint32_t order;
};

static int compare_across(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;

    if (a->run->angle != b->run->angle)
        return a->run->angle < b->run->angle ? -1 : 1;
    if (a->run->across != b->run->across)
        return a->run->across > b->run->across ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static int compare_along(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;

    if (a->run->along != b->run->along)
        return a->run->along < b->run->along ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

/* Runs that are one line of one region. */
struct segment {
    size_t from, count;
    uint32_t order;
    enum region region;
    double start, end, across;
};

/* Where a region stands in what is said of a page. */
static int rank(enum region region)
{
    if (region == REGION_HEADER)
        return 0;
    if (region == REGION_FOOTER)
        return 3;
    return region == REGION_BODY ? 1 : 2;
}

static int compare_segments(const void *left, const void *right)
{
    const struct segment *a = left, *b = right;
    int by_rank = rank(a->region) - rank(b->region);

    return by_rank != 0 ? by_rank : (a->order > b->order) - (a->order < b->order);
}

static enum region region_of(const struct pdf_page *page, const struct pdf_run *run, const struct segment *segment,
                             enum region otherwise)
{
    double height = page->box[3] - page->box[1], width = page->box[2] - page->box[0];

    if (run->region != 0)
        return run->region;
    if (run->is_invisible && page->images == 0)
        return REGION_HIDDEN;
    if (otherwise != REGION_BODY)
        return otherwise;
    if (run->angle % 90 != 0)
        return REGION_WATERMARK;
    if (run->angle != 0 || segment->end - segment->start > header_width * width)
        return REGION_BODY;
    if (segment->across > page->box[3] - band * height)
        return REGION_HEADER;
    return segment->across < page->box[1] + band * height ? REGION_FOOTER : REGION_BODY;
}

/* Does the same text stand there already: bold by drawing twice, or a shadow? */
static bool is_drawn_twice(const struct pdf_page *page, const struct pdf_run *a, const struct pdf_run *b)
{
    return a->text_len == b->text_len && a->text_len > 0 && fabsf(a->along - b->along) < 0.3F * a->size &&
           memcmp(page->text.ptr + a->text, page->text.ptr + b->text, a->text_len) == 0;
}

struct piece {
    struct span text;
    double gap;             /* before it, in em */
};

static bool is_letter(struct span text)
{
    uint32_t rune;

    if (text.len == 0 || utf8_next(text, &rune) != text.len)
        return false;
    return rune >= 0x80 || (rune >= '0' && rune <= '9') || ((rune | 32) >= 'a' && (rune | 32) <= 'z');
}

/*
 * The room that counts as none between single letters: in letter-spaced text the
 * least there is. Leader dots are no letters.
 */
static double usual_gap(const struct piece *pieces, size_t count)
{
    double least = 1e9;
    size_t joints = 0;

    for (size_t i = 1; i < count; i++) {
        if (!is_letter(pieces[i - 1].text) || !is_letter(pieces[i].text))
            continue;
        joints++;
        least = fmin(least, pieces[i].gap);
    }
    return joints >= 3 ? fmax(least, 0) : 0;
}

/* A line under construction: its pieces, and then its text. */
struct line {
    struct piece *pieces;
    size_t count, capacity;
    struct buf text;
};

static void add_piece(struct line *line, struct span text, double gap)
{
    struct piece *moved = grow(line->pieces, line->count, &line->capacity, sizeof *moved);

    if (moved == NULL)
        return;
    line->pieces = moved;
    moved[line->count++] = (struct piece){ text, gap };
}

static void add_run(const struct pdf_page *page, struct line *line, const struct pdf_run *run, double gap)
{
    struct span all = buf_span(&page->text);
    size_t at = run->text, end = run->text + run->text_len;

    for (uint32_t i = 0; i < run->joint_count; i++) {
        const struct pdf_joint *joint = &page->joints[run->joint + i];
        add_piece(line, span_slice(all, at, joint->text), gap);
        at = joint->text;
        gap = (double)joint->gap;
    }
    add_piece(line, span_slice(all, at, end), gap);
}

static struct span line_text(const struct pdf_page *page, const struct placed *placed, const struct segment *segment,
                             struct line *line)
{
    const struct pdf_run *last = NULL;
    double usual;

    line->count = 0;
    buf_clear(&line->text);
    for (size_t i = 0; i < segment->count; i++) {
        const struct pdf_run *run = placed[segment->from + i].run;
        if (last != NULL && is_drawn_twice(page, last, run))
            continue;
        add_run(page, line, run,
                last == NULL ? 0 : (double)(run->along - last->end) / fmax((double)run->size, 0.1));
        last = run;
    }
    usual = usual_gap(line->pieces, line->count);
    for (size_t i = 0; i < line->count; i++) {
        bool between = i > 0 && is_letter(line->pieces[i - 1].text) && is_letter(line->pieces[i].text);
        if (i > 0 && line->pieces[i].gap - (between ? usual : 0) > space_em)
            buf_append_byte(&line->text, ' ');
        buf_append(&line->text, line->pieces[i].text);
    }
    return buf_span(&line->text);
}

/* Does a run go on where the segment ends? Text drawn over other text is a line of its own. */
static bool continues(const struct pdf_page *page, const struct segment *segment, const struct pdf_run *first,
                      const struct pdf_run *last, const struct pdf_run *run)
{
    double gap = ((double)run->along - segment->end) / fmax((double)run->size, 0.1);

    if (run->angle != first->angle || run->region != first->region ||
        run->is_invisible != first->is_invisible ||
        fabsf(run->across - first->across) > baseline_em * fmaxf(run->size, 0.1F))
        return false;
    return (gap > back_em && gap < cell_em) || is_drawn_twice(page, last, run);
}

/* Cut the sorted runs of one baseline into segments. */
static size_t cut_segments(const struct pdf_page *page, const struct placed *placed, size_t from, size_t to,
                           struct segment *segments, enum region otherwise)
{
    size_t count = 0;

    for (size_t i = from; i < to; i++) {
        const struct pdf_run *run = placed[i].run;
        struct segment *last = count == 0 ? NULL : &segments[count - 1];
        if (last == NULL || !continues(page, last, placed[last->from].run, placed[i - 1].run, run)) {
            segments[count] = (struct segment){ .from = i, .count = 1, .order = placed[i].order,
                                                .start = (double)run->along, .end = (double)run->end,
                                                .across = (double)run->across };
            count++;
            continue;
        }
        last->count++;
        last->end = fmax(last->end, (double)run->end);
        if (placed[i].order < last->order)
            last->order = placed[i].order;
    }
    for (size_t i = 0; i < count; i++)
        segments[i].region = region_of(page, placed[segments[i].from].run, &segments[i], otherwise);
    return count;
}

static void emit_runs(struct pdf_reader *reader, struct pdf_page *page, struct placed *placed,
                      struct segment *segments, enum region otherwise)
{
    struct line line = { .pieces = NULL };
    size_t count = 0;

    buf_init(&line.text, TEXT_BYTES);
    for (size_t i = 0; i < page->run_count; i++)
        placed[i] = (struct placed){ &page->runs[i], (uint32_t)i };
    qsort(placed, page->run_count, sizeof *placed, compare_across);
    for (size_t from = 0, to; from < page->run_count; from = to) {
        const struct pdf_run *first = placed[from].run;
        for (to = from + 1; to < page->run_count && placed[to].run->angle == first->angle &&
                            first->across - placed[to].run->across <= baseline_em * fmaxf(first->size, 0.1F);)
            to++;
        qsort(placed + from, to - from, sizeof *placed, compare_along);
        count += cut_segments(page, placed, from, to, segments + count, otherwise);
    }
    qsort(segments, count, sizeof *segments, compare_segments);
    for (size_t i = 0; i < count && !sink_spent(page->file->sink); i++)
        pdf_emit(reader, segments[i].region, page->number, line_text(page, placed, &segments[i], &line));
    buf_fini(&line.text);
    free(line.pieces);
}

void pdf_page_emit(struct pdf_reader *reader, struct pdf_page *page, enum region otherwise)
{
    struct placed *placed = calloc(page->run_count + 1, sizeof *placed);
    struct segment *segments = calloc(page->run_count + 1, sizeof *segments);
    struct span rest = buf_span(&page->aside), line;

    if (placed != NULL && segments != NULL)
        emit_runs(reader, page, placed, segments, otherwise);
    else
        page->file->is_short = true;
    while (rest.len > 0 && span_next(&rest, '\n', &line))
        pdf_emit(reader, REGION_ALT, page->number, line);
    page->file->is_short |= page->text.failed;
    free(placed);
    free(segments);
}
