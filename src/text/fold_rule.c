/* SPDX-License-Identifier: EUPL-1.2 */
#include "fold_rule.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

enum { UNITS = 128, ROUNDS = 2 };

struct fold_rule {
    USpoofChecker *confusables;
    const UNormalizer2 *nfd, *nfkc;
    bool *accents;  /* marks that some letter of Unicode is composed with, from U+0300 to U+036F */
};

struct units {
    UChar at[UNITS];
    int32_t len;
};

/* What neither normalisation nor the confusables give. */
struct own_mapping {
    uint32_t from;
    const char *to;
    bool disguise;
};

static const struct own_mapping own[] = {
    /* letters with a stroke, ligatures that are letters */
    { 0x00C6, "ae", false }, { 0x00E6, "ae", false }, { 0x0152, "oe", false },
    { 0x0153, "oe", false }, { 0x00D8, "o", false }, { 0x00F8, "o", false },
    { 0x0141, "l", false }, { 0x0142, "l", false }, { 0x0110, "d", false },
    { 0x0111, "d", false }, { 0x0126, "h", false }, { 0x0127, "h", false },
    { 0x0166, "t", false }, { 0x0167, "t", false }, { 0x00D0, "d", false },
    { 0x00F0, "d", false }, { 0x00DE, "th", false }, { 0x00FE, "th", false },
    { 0x017F, "s", false }, { 0x0131, "i", false },
    /* small capitals */
    { 0x1D00, "a", true }, { 0x1D01, "ae", true }, { 0x0299, "b", true }, { 0x1D03, "b", true },
    { 0x1D04, "c", true }, { 0x1D05, "d", true }, { 0x1D06, "d", true }, { 0x1D07, "e", true },
    { 0xA730, "f", true }, { 0x0262, "g", true }, { 0x029C, "h", true }, { 0x026A, "i", true },
    { 0x1D0A, "j", true }, { 0x1D0B, "k", true }, { 0x029F, "l", true }, { 0x1D0C, "l", true },
    { 0x1D0D, "m", true }, { 0x0274, "n", true }, { 0x1D0F, "o", true }, { 0x1D18, "p", true },
    { 0xA7AF, "q", true }, { 0x0280, "r", true }, { 0xA731, "s", true }, { 0x1D1B, "t", true },
    { 0x1D1C, "u", true }, { 0x1D20, "v", true }, { 0x1D21, "w", true }, { 0x028F, "y", true },
    { 0x1D22, "z", true },
    /* punctuation */
    { 0x2044, "/", false }, { 0x2215, "/", false }, { 0x29F8, "/", false }, { 0x2571, "/", false },
    { 0x2236, ":", false }, { 0xA789, ":", false }, { 0x02D0, ":", false }, { 0x0589, ":", false },
    { 0x2500, "-", false }, { 0x2501, "-", false }, { 0x2212, "-", false },
    { 0x0060, "'", false }, { 0x00B4, "'", false }, { 0x2018, "'", false }, { 0x2019, "'", false },
    { 0x201A, "'", false }, { 0x201B, "'", false }, { 0x2032, "'", false }, { 0x02BB, "'", false },
    { 0x02BC, "'", false }, { 0x02B9, "'", false }, { 0x2039, "'", false }, { 0x203A, "'", false },
    { 0x00AB, "\"", false }, { 0x00BB, "\"", false }, { 0x201C, "\"", false },
    { 0x201D, "\"", false }, { 0x201E, "\"", false }, { 0x201F, "\"", false },
    { 0x2033, "\"", false },
    { 0x00B7, ".", false }, { 0x2022, ".", false }, { 0x2024, ".", false }, { 0x2027, ".", false },
    { 0x22C5, ".", false }, { 0x30FB, ".", false },
};

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz";

/* Alphabets in boxes and circles that have no compatibility decomposition. */
static const uint32_t boxed[] = { 0x1F150, 0x1F170, 0x1F1E6 };

static bool own_rule(uint32_t rune, struct units *out, bool *disguise_out)
{
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (own[i].from == rune) {
            out->len = (int32_t)strlen(own[i].to);
            u_charsToUChars(own[i].to, out->at, out->len);
            *disguise_out = own[i].disguise;
            return true;
        }
    for (size_t i = 0; i < sizeof boxed / sizeof boxed[0]; i++)
        if (rune >= boxed[i] && rune < boxed[i] + 26) {
            out->at[0] = (UChar)alphabet[rune - boxed[i]];
            out->len = 1;
            *disguise_out = true;
            return true;
        }
    if (rune >= 0x80 && u_hasBinaryProperty((UChar32)rune, UCHAR_DASH)) {
        out->at[0] = '-';
        out->len = 1;
        *disguise_out = false;
        return true;
    }
    return false;
}

static bool is_ascii_alnum(UChar unit)
{
    return (unit >= 'a' && unit <= 'z') || (unit >= 'A' && unit <= 'Z') ||
           (unit >= '0' && unit <= '9');
}

/* Letters of scripts that have words of their own. */
static bool has_own_script(uint32_t rune)
{
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript((UChar32)rune, &status);

    return script != USCRIPT_LATIN && script != USCRIPT_COMMON && script != USCRIPT_INHERITED;
}

static bool looks_like_ascii(const struct fold_rule *rule, uint32_t rune, UChar *ascii_out)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar source[2], skeleton[8];
    int32_t len = 0, skeleton_len;

    if (rune < 0x80)
        return false;
    U16_APPEND_UNSAFE(source, len, rune);
    skeleton_len = uspoof_getSkeleton(rule->confusables, 0, source, len, skeleton, 8, &status);
    if (U_FAILURE(status) || skeleton_len != 1 || !is_ascii_alnum(skeleton[0]))
        return false;
    *ascii_out = skeleton[0];
    return true;
}

static void append_rune(struct units *to, uint32_t rune)
{
    if (to->len + 2 <= UNITS)
        U16_APPEND_UNSAFE(to->at, to->len, rune);
}

/* Each code point through our own mappings and the confusables. */
static void map_lookalikes(const struct fold_rule *rule, struct units *text, bool keep_scripts,
                           bool *disguise)
{
    struct units mapped = { .len = 0 }, piece;

    for (int32_t at = 0; at < text->len;) {
        bool disguised;
        UChar32 rune;
        UChar ascii;

        U16_NEXT(text->at, at, text->len, rune);
        if (own_rule((uint32_t)rune, &piece, &disguised)) {
            for (int32_t i = 0; i < piece.len; i++)
                append_rune(&mapped, piece.at[i]);
            *disguise |= disguised;
        } else if (!(keep_scripts && has_own_script((uint32_t)rune)) &&
                   looks_like_ascii(rule, (uint32_t)rune, &ascii)) {
            append_rune(&mapped, ascii);
            *disguise = true;
        } else {
            append_rune(&mapped, (uint32_t)rune);
        }
    }
    *text = mapped;
}

static void normalize(const UNormalizer2 *form, struct units *text)
{
    struct units out;
    UErrorCode status = U_ZERO_ERROR;

    out.len = unorm2_normalize(form, text->at, text->len, out.at, UNITS, &status);
    if (U_SUCCESS(status))
        *text = out;
}

/* Marks that are no letters: accents, strokes, enclosing circles. Others write vowels or voicing. */
static bool is_droppable_mark(UChar32 rune)
{
    int8_t type = u_charType(rune);
    uint8_t class = u_getCombiningClass(rune);

    if (type == U_ENCLOSING_MARK)
        return true;
    return type == U_NON_SPACING_MARK && (class == 0 ? !has_own_script((uint32_t)rune)
                                                     : class < 7 || class > 9);
}

static void drop_marks(struct units *text)
{
    struct units kept = { .len = 0 };

    for (int32_t at = 0; at < text->len;) {
        UChar32 rune;

        U16_NEXT(text->at, at, text->len, rune);
        if (!is_droppable_mark(rune))
            append_rune(&kept, (uint32_t)rune);
    }
    *text = kept;
}

static void fold_case(struct units *text)
{
    struct units out;
    UErrorCode status = U_ZERO_ERROR;

    out.len = u_strFoldCase(out.at, UNITS, text->at, text->len, U_FOLD_CASE_DEFAULT, &status);
    if (U_SUCCESS(status))
        *text = out;
}

/* Letters for show: bold, circled, raised, fullwidth. Above Latin-1, where "º" and "²" are ordinary. */
static bool is_fancy_form(uint32_t rune)
{
    int32_t type = u_getIntPropertyValue((UChar32)rune, UCHAR_DECOMPOSITION_TYPE);

    return rune >= 0x100 && (type == U_DT_FONT || type == U_DT_CIRCLE || type == U_DT_SUPER ||
                             type == U_DT_SUB || type == U_DT_WIDE || type == U_DT_SQUARE);
}

static bool is_newline(uint32_t rune)
{
    return (rune >= 0x0A && rune <= 0x0D) || rune == 0x85 || rune == 0x2028 || rune == 0x2029;
}

/* What folds to nothing or to white space, whatever it decomposes to; 0 for all else. */
static unsigned invisible_flags(const struct fold_rule *rule, uint32_t rune)
{
    UChar32 c = (UChar32)rune;
    int8_t type = u_charType(c);

    if (is_newline(rune))
        return FOLD_NEWLINE;
    if (u_isUWhiteSpace(c))
        return FOLD_SPACE;
    if (rune == 0xAD || rune == 0xFFFC)     /* hyphenation, and an object in the line: no disguise */
        return FOLD_IGNORED;
    if (type == U_CONTROL_CHAR || type == U_FORMAT_CHAR ||
        u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT))
        return FOLD_IGNORED | FOLD_DISGUISE;
    if (is_droppable_mark(c)) {
        bool common = rune >= 0x300 && rune < 0x370 && rule->accents[rune - 0x300];
        bool foreign = has_own_script(rune);
        return FOLD_IGNORED | (common || foreign ? 0U : (unsigned)FOLD_DISGUISE);
    }
    return 0;
}

unsigned fold_rule_apply(const struct fold_rule *rule, uint32_t rune, bool keep_scripts,
                         char out[FOLD_RULE_BYTES], size_t *len_out)
{
    struct units text = { .len = 0 };
    unsigned flags = invisible_flags(rule, rune);
    UErrorCode status = U_ZERO_ERROR;
    bool disguise = false;
    int32_t len = 0;

    *len_out = 0;
    if (flags != 0 || U_IS_SURROGATE(rune))
        return flags;
    append_rune(&text, rune);
    for (int round = 0; round < ROUNDS; round++) {
        normalize(rule->nfd, &text);
        map_lookalikes(rule, &text, keep_scripts, &disguise);
        normalize(rule->nfkc, &text);
        map_lookalikes(rule, &text, keep_scripts, &disguise);
        normalize(rule->nfd, &text);
        drop_marks(&text);
        fold_case(&text);
    }
    u_strToUTF8(out, FOLD_RULE_BYTES, &len, text.at, text.len, &status);
    *len_out = U_FAILURE(status) ? 0 : (size_t)len;
    if (text.len == 1 && text.at[0] == ' ')
        return FOLD_SPACE;
    disguise |= is_fancy_form(rune) && text.len == 1 && is_ascii_alnum(text.at[0]);
    return disguise ? (unsigned)FOLD_DISGUISE : 0U;
}

/* The combining marks that composed letters are made with. */
static void find_accents(struct fold_rule *rule)
{
    for (UChar32 rune = 0xC0; rune < 0x2000; rune++) {
        struct units parts = { .len = 0 };

        append_rune(&parts, (uint32_t)rune);
        normalize(rule->nfd, &parts);
        for (int32_t i = 1; i < parts.len; i++)
            if (parts.at[i] >= 0x300 && parts.at[i] < 0x370)
                rule->accents[parts.at[i] - 0x300] = true;
    }
    /* The strokes are there to compose mathematical signs. */
    for (uint32_t stroke = 0x335; stroke <= 0x338; stroke++)
        rule->accents[stroke - 0x300] = false;
}

struct fold_rule *fold_rule_new(void)
{
    struct fold_rule *rule = calloc(1, sizeof *rule);
    UErrorCode status = U_ZERO_ERROR;

    if (rule == NULL)
        return NULL;
    rule->accents = calloc(0x70, sizeof *rule->accents);
    rule->confusables = uspoof_open(&status);
    rule->nfd = unorm2_getNFDInstance(&status);
    rule->nfkc = unorm2_getNFKCInstance(&status);
    if (U_FAILURE(status) || rule->accents == NULL) {
        fold_rule_free(&rule);
        return NULL;
    }
    find_accents(rule);
    return rule;
}

void fold_rule_free(struct fold_rule **rule)
{
    if (*rule == NULL)
        return;
    if ((*rule)->confusables != NULL)
        uspoof_close((*rule)->confusables);
    free((*rule)->accents);
    free(*rule);
    *rule = NULL;
}
