/* SPDX-License-Identifier: EUPL-1.2 */
#include "text/fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fold_rule.h"
#include "text/fold_table.h"

/*
 * What an octet becomes without further thought; 0 where thought is needed: beyond ASCII,
 * white space, controls, "\" (which may begin an escape) and "`".
 */
static const char plain[256] = {
    ['!'] = '!', ['"'] = '"', ['#'] = '#', ['$'] = '$', ['%'] = '%', ['&'] = '&', ['\''] = '\'',
    ['('] = '(', [')'] = ')', ['*'] = '*', ['+'] = '+', [','] = ',', ['-'] = '-', ['.'] = '.',
    ['/'] = '/', ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5',
    ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9', [':'] = ':', [';'] = ';', ['<'] = '<',
    ['='] = '=', ['>'] = '>', ['?'] = '?', ['@'] = '@', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c',
    ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j',
    ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q',
    ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x',
    ['Y'] = 'y', ['Z'] = 'z', ['['] = '[', [']'] = ']', ['^'] = '^', ['_'] = '_', ['a'] = 'a',
    ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h',
    ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o',
    ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v',
    ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z', ['{'] = '{', ['|'] = '|', ['}'] = '}',
    ['~'] = '~',
};

/* The state of one fold_text(). */
struct folding {
    struct fold *fold;
    struct span source;
    enum fold_mode mode;
    char *out;              /* room is kept ahead: see make_room() */
    size_t len, room;
    size_t last_delta;      /* original minus folded offset, of the newest run */
    bool pending_disguise;  /* something unseen was dropped right behind a letter */
    bool pending_hyphen;    /* a soft hyphen was: it shows where the line ends */
};

void fold_init(struct fold *fold)
{
    memset(fold, 0, sizeof *fold);
    buf_init(&fold->text, 0);
}

void fold_fini(struct fold *fold)
{
    buf_fini(&fold->text);
    free(fold->runs);
    free(fold->disguises);
    memset(fold, 0, sizeof *fold);
}

static bool make_room(struct folding *f, size_t more)
{
    if (f->room - f->len >= more)
        return true;
    f->fold->text.len = f->len;
    f->out = buf_reserve(&f->fold->text, more + f->len / 2);
    if (f->out == NULL)
        return false;
    f->out = f->fold->text.ptr;
    f->room = f->fold->text.capacity;
    return true;
}

/* The next folded octet comes from original offset origin. */
static bool note_origin(struct folding *f, size_t origin)
{
    struct fold *fold = f->fold;

    if (origin - f->len == f->last_delta)
        return true;
    if (fold->run_count == fold->run_capacity) {
        size_t larger = fold->run_capacity == 0 ? 64 : fold->run_capacity * 2;
        struct fold_run *moved = realloc(fold->runs, larger * sizeof *moved);

        if (moved == NULL)
            return false;
        fold->runs = moved;
        fold->run_capacity = larger;
    }
    fold->runs[fold->run_count++] = (struct fold_run){ (uint32_t)f->len, (uint32_t)origin };
    f->last_delta = origin - f->len;
    return true;
}

/* A disguise was undone at the folded octet that comes next. */
static bool note_disguise(struct folding *f)
{
    struct fold *fold = f->fold;

    if (fold->disguise_count == fold->disguise_capacity) {
        size_t larger = fold->disguise_capacity == 0 ? 16 : fold->disguise_capacity * 2;
        uint32_t *moved = realloc(fold->disguises, larger * sizeof *moved);

        if (moved == NULL)
            return false;
        fold->disguises = moved;
        fold->disguise_capacity = larger;
    }
    fold->disguises[fold->disguise_count++] = (uint32_t)f->len;
    return true;
}

static bool is_word_octet(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Write len octets that all stand for the character at origin. */
static bool emit(struct folding *f, const unsigned char *octets, size_t len, size_t origin)
{
    if (!make_room(f, len + 1))
        return false;
    if (f->pending_disguise && len > 0) {
        if (is_word_octet((char)octets[0]) && !note_disguise(f))
            return false;
        f->pending_disguise = false;
    }
    f->pending_hyphen = false;
    for (size_t i = 0; i < len; i++) {
        if (!note_origin(f, origin))
            return false;
        f->out[f->len++] = (char)octets[i];
    }
    return true;
}

/* One space for a run of white space, or one line end when there was one in it. */
static bool emit_gap(struct folding *f, bool newline, size_t origin)
{
    char last = f->len == 0 ? '\0' : f->out[f->len - 1];

    f->pending_disguise = false;
    if (newline && f->pending_hyphen && f->len > 0) {
        if (!emit(f, (const unsigned char *)"-", 1, origin))
            return false;
        last = '-';
    }
    f->pending_hyphen = false;
    if (last == '\n' || (last == ' ' && !newline))
        return true;
    if (last == ' ') {
        f->out[f->len - 1] = '\n';
        return true;
    }
    return emit(f, (const unsigned char *)(newline ? "\n" : " "), 1, origin);
}

static const unsigned char *record_of(uint32_t rune)
{
    uint16_t at;

    if (rune >= FOLD_TABLE_RUNES)
        return NULL;
    at = fold_entries[fold_blocks[rune / FOLD_BLOCK]][rune % FOLD_BLOCK];
    return at == 0 ? NULL : fold_pool + at;
}

static size_t put_jamo(unsigned char *out, uint32_t rune)
{
    out[0] = (unsigned char)(0xE0 | rune >> 12);
    out[1] = (unsigned char)(0x80 | (rune >> 6 & 0x3F));
    out[2] = (unsigned char)(0x80 | (rune & 0x3F));
    return 3;
}

/* A Hangul syllable as its letters, so that composed and decomposed text agree. */
static bool emit_syllable(struct folding *f, uint32_t rune, size_t origin)
{
    enum { FIRST = 0xAC00, LEADS = 0x1100, VOWELS = 0x1161, TAILS = 0x11A7, V = 21, T = 28 };
    unsigned char letters[9];
    uint32_t index = rune - FIRST;
    size_t len = put_jamo(letters, LEADS + index / (V * T));

    len += put_jamo(letters + len, VOWELS + index % (V * T) / T);
    if (index % T != 0)
        len += put_jamo(letters + len, TAILS + index % T);
    return emit(f, letters, len, origin);
}

static bool emit_record(struct folding *f, const unsigned char *record, uint32_t rune, size_t origin)
{
    unsigned flags = record[0];
    const unsigned char *text = record + 2;
    size_t len = record[1];

    if ((flags & (FOLD_SPACE | FOLD_NEWLINE)) != 0)
        return emit_gap(f, (flags & FOLD_NEWLINE) != 0, origin);
    if ((flags & FOLD_IGNORED) != 0) {
        f->fold->has_override |= rune == 0x202E;
        f->pending_hyphen = rune == 0xAD;
        if ((flags & FOLD_DISGUISE) != 0 && f->len > 0 && is_word_octet(f->out[f->len - 1]))
            f->pending_disguise = true;
        return true;
    }
    if ((flags & FOLD_SCRIPTED) != 0) {
        f->fold->has_lookalikes = true;
        if (f->mode == FOLD_KEEP_SCRIPTS) {
            text = record + 2 + len + 1;
            len = record[2 + len];
            return emit(f, text, len, origin);
        }
    }
    if ((flags & FOLD_DISGUISE) != 0 && !note_disguise(f))
        return false;
    return emit(f, text, len, origin);
}

/* The code point itself, octet by octet in step with the original. */
static bool emit_same(struct folding *f, size_t origin, size_t len)
{
    if (!make_room(f, len + 1) || !note_origin(f, origin))
        return false;
    if (f->pending_disguise && is_word_octet(f->source.ptr[origin]) && !note_disguise(f))
        return false;
    f->pending_disguise = f->pending_hyphen = false;
    memcpy(f->out + f->len, f->source.ptr + origin, len);
    f->len += len;
    return true;
}

static bool fold_rune(struct folding *f, uint32_t rune, size_t origin, size_t len)
{
    const unsigned char *record;

    if (rune >= 0xAC00 && rune <= 0xD7A3)
        return emit_syllable(f, rune, origin);
    if (rune >= 0xE0000 && rune < 0xE1000)  /* tags and variation selectors */
        return emit_record(f, (const unsigned char[]){ FOLD_IGNORED | FOLD_DISGUISE, 0 }, rune,
                           origin);
    record = record_of(rune);
    return record == NULL ? emit_same(f, origin, len) : emit_record(f, record, rune, origin);
}

/* The octet windows-1252 shows as this character, or 0 when it is none from 0x80 to 0xBF. */
static unsigned char windows_1252_octet(uint32_t rune)
{
    static const uint16_t upper[32] = {
        0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178,
    };

    if (rune >= 0xA0 && rune <= 0xBF)
        return (unsigned char)rune;
    for (size_t i = 0; i < 32; i++)
        if (upper[i] == rune)
            return (unsigned char)(0x80 + i);
    return 0;
}

/*
 * UTF-8 that somebody took for windows-1252: "Ã‰" for "É", "â€™" for "’". The
 * character meant, and in *len_out what the whole takes; 0 when it is not that.
 */
static uint32_t mojibake(struct span rest, uint32_t first, size_t first_len, size_t *len_out)
{
    unsigned tails = first == 0xE2 ? 2 : 1;
    uint32_t meant = first & (first == 0xE2 ? 0x0FU : 0x1FU);
    size_t at = first_len;

    if (first != 0xC2 && first != 0xC3 && first != 0xC5 && first != 0xE2)
        return 0;
    for (unsigned i = 0; i < tails; i++) {
        unsigned char octet;
        uint32_t rune;

        if (at >= rest.len)
            return 0;
        at += utf8_next(span_slice(rest, at, rest.len), &rune);
        octet = windows_1252_octet(rune);
        if (octet == 0)
            return 0;
        meant = meant << 6 | (octet & 0x3FU);
    }
    *len_out = at;
    return meant >= 0x80 ? meant : 0;
}

/* "\u00c8", as JSON and program text have it: the character, or 0 when it is no such escape. */
static uint32_t escaped(struct span rest)
{
    uint32_t value = 0;

    if (rest.len < 6 || rest.ptr[1] != 'u')
        return 0;
    for (size_t i = 2; i < 6; i++) {
        char c = rest.ptr[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 16;
        if (digit > 15)
            return 0;
        value = value << 4 | digit;
    }
    return value >= 0xD800 && value <= 0xDFFF ? 0 : value;
}

/* What the fast loop leaves: white space, controls, escapes, all beyond ASCII. */
static bool fold_special(struct folding *f, size_t *at)
{
    struct span rest = { f->source.ptr + *at, f->source.len - *at };
    size_t origin = *at, len, longer;
    uint32_t rune, meant;

    len = utf8_next(rest, &rune);
    *at += len;
    if (rune == UTF8_INVALID)
        return emit_same(f, origin, 1);
    if (rune == '\\') {
        meant = escaped(rest);
        if (meant == 0)
            return emit_same(f, origin, 1);
        *at = origin + 6;
        return fold_rune(f, meant == '\\' ? '/' : meant, origin, 6);
    }
    if (rune >= 0xC2 && rune <= 0xE2) {
        meant = mojibake(rest, rune, len, &longer);
        if (meant != 0 && record_of(meant) != NULL) {
            *at = origin + longer;
            return fold_rune(f, meant, origin, longer);
        }
    }
    return fold_rune(f, rune, origin, len);
}

/* Octets that map one to one, in step with the original. Returns where it stopped. */
static size_t fold_plain(struct folding *f, size_t at)
{
    const unsigned char *source = (const unsigned char *)f->source.ptr;
    size_t end = f->source.len;
    char *out = f->out + f->len - at;

    while (at < end) {
        unsigned char c = source[at];

        if (plain[c] != 0) {
            out[at++] = plain[c];
        } else if (c == ' ' && at + 1 < end && plain[source[at + 1]] != 0) {
            out[at++] = ' ';
            out[at] = plain[source[at]];
            at++;
        } else {
            break;
        }
    }
    return at;
}

static bool fold_all(struct folding *f)
{
    for (size_t at = 0; at < f->source.len;) {
        unsigned char c = (unsigned char)f->source.ptr[at];

        if (plain[c] != 0) {
            size_t stop;

            /* Room for all that is left as it is, so the fast loop need not ask. */
            if (!make_room(f, f->source.len - at + 1) || !note_origin(f, at))
                return false;
            if (f->pending_disguise && is_word_octet(plain[c]) && !note_disguise(f))
                return false;
            f->pending_disguise = f->pending_hyphen = false;
            stop = fold_plain(f, at);
            f->len += stop - at;
            at = stop;
        } else if (!fold_special(f, &at)) {
            return false;
        }
    }
    return true;
}

bool fold_text(struct fold *fold, struct span utf8, enum fold_mode mode)
{
    struct folding f = { .fold = fold, .source = utf8, .mode = mode };
    bool whole;

    buf_clear(&fold->text);
    fold->run_count = fold->disguise_count = 0;
    fold->has_lookalikes = fold->has_override = false;
    if (f.source.len > FOLD_MAX_BYTES)
        f.source.len = FOLD_MAX_BYTES;
    fold->source_bytes = f.source.len;
    f.out = fold->text.ptr;
    f.room = fold->text.capacity;
    whole = fold_all(&f) && make_room(&f, 1);
    fold->text.len = f.len;
    return whole && f.source.len == utf8.len;
}

size_t fold_origin(const struct fold *fold, size_t at)
{
    size_t low = 0, high = fold->run_count, origin;

    if (at >= fold->text.len)
        return fold->source_bytes;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (fold->runs[middle].folded <= at)
            low = middle + 1;
        else
            high = middle;
    }
    origin = low == 0 ? at : fold->runs[low - 1].original + (at - fold->runs[low - 1].folded);
    return origin < fold->source_bytes ? origin : fold->source_bytes;
}

bool fold_has_disguise(const struct fold *fold, size_t from, size_t to)
{
    size_t low = 0, high = fold->disguise_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (fold->disguises[middle] < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low < fold->disguise_count && fold->disguises[low] < to;
}
