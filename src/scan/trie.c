/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The trie: nodes in breadth-first order, so that the children of one stand side
 * by side; a direct table for the first symbol, and a bit for each three symbols
 * that a mark may begin with (hashed: some others pass too, and are found out).
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "scan/match.h"

enum {
    GAP = ' ',              /* the symbol of all separators */
    MAX_GAP_OCTETS = 600,   /* a longer run of separators parts words; above PLAN_MARK_BYTES */
    SYMBOLS = 256,
    FRONTS = 1 << 16        /* bits; a power of two */
};

struct node {
    uint32_t child, children;   /* where the first child stands, and how many there are */
    uint32_t marks, mark_count; /* in order: marks that end here */
};

struct trie {
    const struct mark *marks;
    struct node *nodes;
    unsigned char *symbols;     /* of each node, beside nodes */
    size_t count, capacity;
    uint32_t *order;            /* marks sorted by symbols */
    uint32_t first[SYMBOLS];    /* node of each first symbol, 0 for none */
    unsigned char symbol[SYMBOLS];  /* of each octet */
    unsigned char letter[SYMBOLS];  /* enum letter of each octet */
    uint16_t mixed[SYMBOLS];        /* its symbol, spread for front_after() */
    uint64_t fronts[FRONTS / 64];   /* of all marks of two symbols or more */
    uint64_t inner[FRONTS / 64];    /* of those that may be glued */
    uint64_t alone[FRONTS / 64];    /* a mark of one symbol, and what ends a word behind it */
};

enum letter { LETTER_NONE, LETTER_ALPHABET, LETTER_DIGIT, LETTER_BEYOND };

/* A node to be given its children: the marks that share its front part. */
struct range {
    uint32_t node, from, to, depth;
};

static unsigned char symbol_of(unsigned char c)
{
    switch (c) {
    case '\n':
    case '-':
    case '_':
    case ':':
    case '/': return GAP;
    case '0': return 'o';
    case '1':
    case 'l':
    case '|': return 'i';
    default: return c;  /* an octet, not an enum: all others stand for themselves */
    }
}

size_t trie_symbols(struct span folded, char *out)
{
    size_t len = 0;

    for (size_t i = 0; i < folded.len; i++) {
        char symbol = (char)symbol_of((unsigned char)folded.ptr[i]);

        if (symbol == GAP && (len == 0 || out[len - 1] == GAP))
            continue;
        out[len++] = symbol;
    }
    while (len > 0 && out[len - 1] == GAP)
        len--;
    return len;
}

void match_list_fini(struct match_list *list)
{
    free(list->items);
    memset(list, 0, sizeof *list);
}

bool match_list_add(struct match_list *list, struct match match)
{
    if (list->count == list->capacity) {
        size_t larger = list->capacity == 0 ? 64 : list->capacity * 2;
        struct match *moved = larger > MATCH_MAX ? NULL : realloc(list->items, larger * sizeof *moved);

        if (moved == NULL) {
            list->failed = true;
            return false;
        }
        list->items = moved;
        list->capacity = larger;
    }
    list->items[list->count++] = match;
    return true;
}

static int compare_marks(const void *a, const void *b, void *data)
{
    const struct mark *marks = data;
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    int order = span_compare(marks[left].symbols, marks[right].symbols);

    return order != 0 ? order : left < right ? -1 : 1;
}

static uint32_t add_node(struct trie *trie, unsigned char symbol)
{
    if (trie->count == trie->capacity) {
        size_t larger = trie->capacity == 0 ? 1024 : trie->capacity * 2;
        struct node *nodes = realloc(trie->nodes, larger * sizeof *nodes);
        unsigned char *symbols;

        if (nodes == NULL)
            return 0;
        trie->nodes = nodes;
        symbols = realloc(trie->symbols, larger);
        if (symbols == NULL)
            return 0;
        trie->symbols = symbols;
        trie->capacity = larger;
    }
    trie->nodes[trie->count] = (struct node){ 0, 0, 0, 0 };
    trie->symbols[trie->count] = symbol;
    return (uint32_t)trie->count++;
}

/* Give one node its marks and children; the children are queued behind *ranges. */
static bool grow_node(struct trie *trie, const struct mark *marks, struct range range,
                      struct range **ranges, size_t *count, size_t *capacity)
{
    uint32_t at = range.from, end;

    while (at < range.to && marks[trie->order[at]].symbols.len == range.depth)
        at++;
    trie->nodes[range.node].marks = range.from;
    trie->nodes[range.node].mark_count = at - range.from;
    trie->nodes[range.node].child = (uint32_t)trie->count;
    for (; at < range.to; at = end) {
        unsigned char symbol = (unsigned char)marks[trie->order[at]].symbols.ptr[range.depth];
        uint32_t child = add_node(trie, symbol);

        if (child == 0)
            return false;
        for (end = at; end < range.to &&
                       (unsigned char)marks[trie->order[end]].symbols.ptr[range.depth] == symbol;)
            end++;
        if (*count == *capacity) {
            size_t larger = *capacity * 2;
            struct range *moved = realloc(*ranges, larger * sizeof *moved);

            if (moved == NULL)
                return false;
            *ranges = moved;
            *capacity = larger;
        }
        (*ranges)[(*count)++] = (struct range){ child, at, end, range.depth + 1 };
        trie->nodes[range.node].children++;
    }
    return true;
}

static bool grow(struct trie *trie, const struct mark *marks, size_t mark_count)
{
    size_t count = 1, capacity = 1024;
    struct range *ranges = malloc(capacity * sizeof *ranges);
    bool grown = ranges != NULL;

    if (grown) {
        (void)add_node(trie, 0);
        grown = trie->count == 1;
        ranges[0] = (struct range){ 0, 0, (uint32_t)mark_count, 0 };
    }
    for (size_t next = 0; grown && next < count; next++)
        grown = grow_node(trie, marks, ranges[next], &ranges, &count, &capacity);
    free(ranges);
    return grown;
}

/* The front of the last three symbols, one octet further on: the one before them is shifted out. */
static unsigned front_after(const struct trie *trie, unsigned front, unsigned octet)
{
    return (front << 6 ^ trie->mixed[octet]) & (FRONTS - 1);
}

static unsigned front_of(const struct trie *trie, unsigned first, unsigned second, unsigned third)
{
    return front_after(trie, front_after(trie, front_after(trie, 0, first), second), third);
}

static void set_bit(uint64_t *bits, unsigned bit)
{
    bits[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static bool get_bit(const uint64_t *bits, unsigned bit)
{
    return (bits[bit / 64] >> (bit % 64) & 1) != 0;
}

/* The fronts of one mark. Behind a gap the gap may go on; behind two symbols comes what ends a word. */
static void allow_mark(struct trie *trie, struct span symbols, uint64_t *fronts)
{
    const unsigned char *at = (const unsigned char *)symbols.ptr;
    unsigned third = symbols.len > 2 ? at[2] : 0;

    if (symbols.len > 2)
        set_bit(fronts, front_of(trie, at[0], at[1], third));
    if (symbols.len > 1 && at[1] == GAP)
        set_bit(fronts, front_of(trie, at[0], GAP, GAP));
    for (unsigned end = 0; symbols.len == 2 && end < SYMBOLS; end++)
        if (trie->letter[end] == LETTER_NONE || trie->letter[end] != trie->letter[at[1]])
            set_bit(fronts, front_of(trie, at[0], at[1], trie->symbol[end]));
    for (unsigned end = 0; symbols.len == 1 && end < SYMBOLS; end++)
        if (trie->letter[end] == LETTER_NONE || trie->letter[end] != trie->letter[at[0]])
            set_bit(trie->alone, at[0] * SYMBOLS + trie->symbol[end]);
}

/* What may come first, and which first three symbols lead anywhere. */
static void index_fronts(struct trie *trie, size_t mark_count)
{
    const struct node *root = &trie->nodes[0];

    for (uint32_t child = root->child; child < root->child + root->children; child++)
        trie->first[trie->symbols[child]] = child;
    for (size_t i = 0; i < mark_count; i++) {
        allow_mark(trie, trie->marks[i].symbols, trie->fronts);
        if (trie->marks[i].may_be_glued)
            allow_mark(trie, trie->marks[i].symbols, trie->inner);
    }
}

static void index_octets(struct trie *trie)
{
    for (unsigned c = 0; c < SYMBOLS; c++) {
        trie->symbol[c] = symbol_of((unsigned char)c);
        trie->mixed[c] = (uint16_t)(trie->symbol[c] * 0x9E37U);
        trie->letter[c] = c >= 'a' && c <= 'z'   ? LETTER_ALPHABET
                          : c >= '0' && c <= '9' ? LETTER_DIGIT
                          : c >= 0x80            ? LETTER_BEYOND
                                                 : LETTER_NONE;
    }
}

struct trie *trie_new(const struct mark *marks, size_t count)
{
    struct trie *trie = calloc(1, sizeof *trie);

    if (trie == NULL)
        return NULL;
    trie->marks = marks;
    trie->order = malloc((count + 1) * sizeof *trie->order);
    if (trie->order == NULL) {
        trie_free(&trie);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        trie->order[i] = (uint32_t)i;
    qsort_r(trie->order, count, sizeof *trie->order, compare_marks, (void *)(uintptr_t)marks);
    index_octets(trie);
    if (!grow(trie, marks, count))
        trie_free(&trie);
    else
        index_fronts(trie, count);
    return trie;
}

void trie_free(struct trie **trie)
{
    if (*trie == NULL)
        return;
    free((*trie)->nodes);
    free((*trie)->symbols);
    free((*trie)->order);
    free(*trie);
    *trie = NULL;
}

/* What the character is that the octet at at belongs to, for the question where words end. */
static enum letter letter_at(struct span text, size_t at)
{
    unsigned char c = (unsigned char)text.ptr[at];
    uint32_t rune;

    if (c < 0x80)
        return c >= 'a' && c <= 'z'   ? LETTER_ALPHABET
               : c >= '0' && c <= '9' ? LETTER_DIGIT
                                      : LETTER_NONE;
    for (int back = 0; back < 3 && at > 0 && ((unsigned char)text.ptr[at] & 0xC0) == 0x80; back++)
        at--;
    (void)utf8_next(span_slice(text, at, text.len), &rune);
    /* Scripts from Thai on run words together, and punctuation starts at U+2000. */
    return rune >= 0xC0 && rune < 0xE00 && rune != 0xD7 && rune != 0xF7 ? LETTER_ALPHABET
                                                                       : LETTER_NONE;
}

bool trie_is_boundary(struct span folded, size_t at)
{
    enum letter before;

    if (at == 0 || at >= folded.len)
        return true;
    before = letter_at(folded, at - 1);
    return before == LETTER_NONE || before != letter_at(folded, at);
}

static uint32_t child_of(const struct trie *trie, uint32_t node, unsigned char symbol)
{
    const struct node *parent = &trie->nodes[node];
    const unsigned char *found;

    /* Behind its first few symbols a mark is mostly alone. */
    if (parent->children <= 1)
        return parent->children == 1 && trie->symbols[parent->child] == symbol ? parent->child : 0;
    found = memchr(trie->symbols + parent->child, symbol, parent->children);
    return found == NULL ? 0 : (uint32_t)(found - trie->symbols);
}

/* As trie_is_boundary(), where most octets are ASCII and known by a look at a table. */
static bool is_boundary(const struct trie *trie, struct span text, size_t at)
{
    unsigned before, behind;

    if (at == 0 || at >= text.len)
        return true;
    before = trie->letter[(unsigned char)text.ptr[at - 1]];
    behind = trie->letter[(unsigned char)text.ptr[at]];
    if (before == LETTER_BEYOND || behind == LETTER_BEYOND)
        return trie_is_boundary(text, at);
    return before == LETTER_NONE || before != behind;
}

/* All marks that end at a node, which the text reached at to. */
static void accept(const struct trie *trie, const struct node *node, size_t from, size_t to,
                   bool whole, struct match_list *out)
{
    for (uint32_t i = 0; i < node->mark_count; i++) {
        struct match match = { .from = (uint32_t)from, .to = (uint32_t)to };

        match.mark = trie->order[node->marks + i];
        match.glued = !whole;
        if (whole || trie->marks[match.mark].may_be_glued)
            match_list_add(out, match);
    }
}

/* Follow the text from from as far as any mark goes, and note each that ends on the way. */
static void walk(const struct trie *trie, struct span text, size_t from, bool whole,
                 enum match_mode mode, struct match_list *out)
{
    const unsigned char *octets = (const unsigned char *)text.ptr;
    uint32_t node = trie->first[trie->symbol[octets[from]]];
    size_t at = from + 1;

    while (node != 0) {
        const struct node *here = &trie->nodes[node];
        unsigned char symbol;

        if (here->mark_count > 0)
            accept(trie, here, from, at,
                   whole && (mode == MATCH_ANYWHERE || is_boundary(trie, text, at)), out);
        if (at == text.len)
            return;
        symbol = trie->symbol[octets[at++]];
        if (symbol == GAP)
            for (size_t gap = 1; at < text.len && gap < MAX_GAP_OCTETS &&
                                 trie->symbol[octets[at]] == GAP; gap++)
                at++;
        node = child_of(trie, node, symbol);
    }
}

/* The marks that begin at at; inner says that one may begin inside a word here. */
static void try_place(const struct trie *trie, struct span text, size_t at, bool inner,
                      enum match_mode mode, struct match_list *out)
{
    bool whole;

    if (trie->first[trie->symbol[(unsigned char)text.ptr[at]]] == 0 || out->failed)
        return;
    whole = mode == MATCH_ANYWHERE || is_boundary(trie, text, at);
    if (whole || inner)
        walk(trie, text, at, whole, mode, out);
}

void trie_match(const struct trie *trie, struct span folded, enum match_mode mode,
                struct match_list *out)
{
    const unsigned char *text = (const unsigned char *)folded.ptr;
    unsigned front = 0;     /* of the last three octets */
    uint16_t pair = 0;      /* of the two before the newest */

    for (size_t next = 0; next < folded.len; next++) {
        front = front_after(trie, front, text[next]);
        if ((get_bit(trie->fronts, front) || get_bit(trie->alone, pair)) && next >= 2)
            try_place(trie, folded, next - 2, get_bit(trie->inner, front), mode, out);
        pair = (uint16_t)(pair << 8 | trie->symbol[text[next]]);
    }
    /* Behind the last two places there are not three symbols to ask for. */
    for (size_t at = folded.len < 2 ? 0 : folded.len - 2; at < folded.len; at++)
        try_place(trie, folded, at, true, mode, out);
}
