/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The trie: nodes in breadth-first order, so that the children of one stand side
 * by side; a direct table for the first symbol and a bit for each first pair.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "scan/match.h"

enum {
    GAP = ' ',              /* the symbol of all separators */
    MAX_GAP_OCTETS = 600,   /* a longer run of separators parts words; above PLAN_MARK_BYTES */
    SYMBOLS = 256,
    PAIR_WORDS = SYMBOLS * SYMBOLS / 64
};

struct node {
    uint32_t child, children;   /* where the first child stands, and how many there are */
    uint32_t marks, mark_count; /* in order: marks that end here */
};

struct trie {
    struct node *nodes;
    unsigned char *symbols;     /* of each node, beside nodes */
    size_t count, capacity;
    uint32_t *order;            /* marks sorted by symbols */
    uint32_t first[SYMBOLS];    /* node of each first symbol, 0 for none */
    uint64_t pairs[PAIR_WORDS];
};

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

static void allow_pair(struct trie *trie, unsigned first, unsigned second)
{
    trie->pairs[(first * SYMBOLS + second) / 64] |= UINT64_C(1) << (second % 64);
}

static bool may_begin(const struct trie *trie, unsigned first, unsigned second)
{
    return (trie->pairs[(first * SYMBOLS + second) / 64] >> (second % 64) & 1) != 0;
}

/* Which first symbols, and first two, lead anywhere. */
static void index_fronts(struct trie *trie)
{
    const struct node *root = &trie->nodes[0];

    for (uint32_t child = root->child; child < root->child + root->children; child++) {
        const struct node *node = &trie->nodes[child];
        unsigned symbol = trie->symbols[child];

        trie->first[symbol] = child;
        for (uint32_t next = node->child; next < node->child + node->children; next++)
            allow_pair(trie, symbol, trie->symbols[next]);
        for (unsigned any = 0; node->mark_count > 0 && any < SYMBOLS; any++)
            allow_pair(trie, symbol, any);
    }
}

struct trie *trie_new(const struct mark *marks, size_t count)
{
    struct trie *trie = calloc(1, sizeof *trie);

    if (trie == NULL)
        return NULL;
    trie->order = malloc((count + 1) * sizeof *trie->order);
    if (trie->order == NULL) {
        trie_free(&trie);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        trie->order[i] = (uint32_t)i;
    qsort_r(trie->order, count, sizeof *trie->order, compare_marks, (void *)(uintptr_t)marks);
    if (!grow(trie, marks, count))
        trie_free(&trie);
    else
        index_fronts(trie);
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

enum letter { LETTER_NONE, LETTER_ALPHABET, LETTER_DIGIT };

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

    if (parent->children == 0)
        return 0;
    found = memchr(trie->symbols + parent->child, symbol, parent->children);
    return found == NULL ? 0 : (uint32_t)(found - trie->symbols);
}

/* Follow the text from from as far as any mark goes, and note each that ends on the way. */
static void walk(const struct trie *trie, struct span text, size_t from, enum match_mode mode,
                 struct match_list *out)
{
    uint32_t node = trie->first[symbol_of((unsigned char)text.ptr[from])];
    size_t at = from + 1;

    while (node != 0) {
        const struct node *here = &trie->nodes[node];
        unsigned char symbol;

        if (here->mark_count > 0 && (mode == MATCH_ANYWHERE || trie_is_boundary(text, at)))
            for (uint32_t i = 0; i < here->mark_count; i++)
                match_list_add(out, (struct match){ (uint32_t)from, (uint32_t)at,
                                                    trie->order[here->marks + i], false });
        if (at == text.len)
            return;
        symbol = symbol_of((unsigned char)text.ptr[at++]);
        if (symbol == GAP)
            for (size_t gap = 1; at < text.len && gap < MAX_GAP_OCTETS &&
                                 symbol_of((unsigned char)text.ptr[at]) == GAP; gap++)
                at++;
        node = child_of(trie, node, symbol);
    }
}

void trie_match(const struct trie *trie, struct span folded, enum match_mode mode,
                struct match_list *out)
{
    const unsigned char *text = (const unsigned char *)folded.ptr;

    for (size_t at = 0; at < folded.len; at++) {
        unsigned first = symbol_of(text[at]);

        if (trie->first[first] == 0 ||
            (at + 1 < folded.len && !may_begin(trie, first, symbol_of(text[at + 1]))) ||
            (mode == MATCH_WORDS && !trie_is_boundary(folded, at)))
            continue;
        walk(trie, folded, at, mode, out);
        if (out->failed)
            return;
    }
}
