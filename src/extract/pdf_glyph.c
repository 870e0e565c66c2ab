/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Encodings of simple fonts (ISO 32000-2, Annex D) and what glyph names mean:
 * letter and accent names are taken apart ("Eacute" is E and an acute accent,
 * composed again where Latin has the letter), ligatures at "_", "uniXXXX" as said.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "pdf_priv.h"

/* 0x80 to 0x9F of windows-1252; the rest is as in Latin-1. */
static const uint16_t winansi[32] = {
    0x20AC, 0x2022, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x2022, 0x017D, 0x2022, 0x2022, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x2022, 0x017E, 0x0178,
};

static const uint16_t macroman[128] = {
    0x00C4, 0x00C5, 0x00C7, 0x00C9, 0x00D1, 0x00D6, 0x00DC, 0x00E1, 0x00E0, 0x00E2, 0x00E4, 0x00E3, 0x00E5,
    0x00E7, 0x00E9, 0x00E8, 0x00EA, 0x00EB, 0x00ED, 0x00EC, 0x00EE, 0x00EF, 0x00F1, 0x00F3, 0x00F2, 0x00F4,
    0x00F6, 0x00F5, 0x00FA, 0x00F9, 0x00FB, 0x00FC, 0x2020, 0x00B0, 0x00A2, 0x00A3, 0x00A7, 0x2022, 0x00B6,
    0x00DF, 0x00AE, 0x00A9, 0x2122, 0x00B4, 0x00A8, 0x2260, 0x00C6, 0x00D8, 0x221E, 0x00B1, 0x2264, 0x2265,
    0x00A5, 0x00B5, 0x2202, 0x2211, 0x220F, 0x03C0, 0x222B, 0x00AA, 0x00BA, 0x03A9, 0x00E6, 0x00F8, 0x00BF,
    0x00A1, 0x00AC, 0x221A, 0x0192, 0x2248, 0x2206, 0x00AB, 0x00BB, 0x2026, 0x00A0, 0x00C0, 0x00C3, 0x00D5,
    0x0152, 0x0153, 0x2013, 0x2014, 0x201C, 0x201D, 0x2018, 0x2019, 0x00F7, 0x25CA, 0x00FF, 0x0178, 0x2044,
    0x20AC, 0x2039, 0x203A, 0xFB01, 0xFB02, 0x2021, 0x00B7, 0x201A, 0x201E, 0x2030, 0x00C2, 0x00CA, 0x00C1,
    0x00CB, 0x00C8, 0x00CD, 0x00CE, 0x00CF, 0x00CC, 0x00D3, 0x00D4, 0xF8FF, 0x00D2, 0x00DA, 0x00DB, 0x00D9,
    0x0131, 0x02C6, 0x02DC, 0x00AF, 0x02D8, 0x02D9, 0x02DA, 0x00B8, 0x02DD, 0x02DB, 0x02C7,
};

/* 0xA0 to 0xFF of StandardEncoding; 0: nothing there. */
static const uint16_t standard[96] = {
    0,      0x00A1, 0x00A2, 0x00A3, 0x2044, 0x00A5, 0x0192, 0x00A7, 0x00A4, 0x0027, 0x201C, 0x00AB,
    0x2039, 0x203A, 0xFB01, 0xFB02, 0,      0x2013, 0x2020, 0x2021, 0x00B7, 0,      0x00B6, 0x2022,
    0x201A, 0x201E, 0x201D, 0x00BB, 0x2026, 0x2030, 0,      0x00BF, 0,      0x0060, 0x00B4, 0x02C6,
    0x02DC, 0x00AF, 0x02D8, 0x02D9, 0x00A8, 0,      0x02DA, 0x00B8, 0,      0x02DD, 0x02DB, 0x02C7,
    0x2014, 0,      0,      0,      0,      0,      0,      0,      0,      0,      0,      0,
    0,      0,      0,      0,      0,      0x00C6, 0,      0x00AA, 0,      0,      0,      0,
    0x0141, 0x00D8, 0x0152, 0x00BA, 0,      0,      0,      0,      0,      0x00E6, 0,      0,
    0,      0x0131, 0,      0,      0x0142, 0x00F8, 0x0153, 0x00DF, 0,      0,      0,      0,
};

/* Letters of the Symbol font, 0x41 to 0x7A. */
static const uint16_t symbol[58] = {
    0x0391, 0x0392, 0x03A7, 0x0394, 0x0395, 0x03A6, 0x0393, 0x0397, 0x0399, 0x03D1, 0x039A, 0x039B,
    0x039C, 0x039D, 0x039F, 0x03A0, 0x0398, 0x03A1, 0x03A3, 0x03A4, 0x03A5, 0x03C2, 0x03A9, 0x039E,
    0x03A8, 0x0396, 0x005B, 0x2234, 0x005D, 0x22A5, 0x005F, 0x203E, 0x03B1, 0x03B2, 0x03C7, 0x03B4,
    0x03B5, 0x03C6, 0x03B3, 0x03B7, 0x03B9, 0x03D5, 0x03BA, 0x03BB, 0x03BC, 0x03BD, 0x03BF, 0x03C0,
    0x03B8, 0x03C1, 0x03C3, 0x03C4, 0x03C5, 0x03D6, 0x03C9, 0x03BE, 0x03C8, 0x03B6,
};

uint32_t pdf_encoding_rune(enum pdf_encoding encoding, uint8_t code)
{
    uint32_t rune = code;

    if (code < 0x20)
        return PDF_RUNE_NONE;
    if (encoding == PDF_ENCODING_SYMBOL)
        return code >= 0x41 && code <= 0x7A ? symbol[code - 0x41] : code < 0x41 ? code : PDF_RUNE_NONE;
    if (code < 0x7F) {
        if (encoding == PDF_ENCODING_STANDARD && code == '\'')
            return 0x2019;
        return encoding == PDF_ENCODING_STANDARD && code == '`' ? 0x2018 : code;
    }
    if (encoding == PDF_ENCODING_WINANSI)
        rune = code >= 0x80 && code < 0xA0 ? winansi[code - 0x80] : code == 0x7F ? 0x2022 : code;
    else if (encoding == PDF_ENCODING_MACROMAN)
        rune = code >= 0x80 ? macroman[code - 0x80] : PDF_RUNE_NONE;
    else if (encoding == PDF_ENCODING_STANDARD)
        rune = code >= 0xA0 && standard[code - 0xA0] != 0 ? standard[code - 0xA0] : PDF_RUNE_NONE;
    return rune;
}

struct named {
    const char *name;
    uint16_t rune;
};

/* Sorted by name (ASCII order). */
static const struct named names[] = {
    { "AE", 0xC6 }, { "Alpha", 0x391 }, { "Beta", 0x392 }, { "Chi", 0x3A7 }, { "Delta", 0x394 },
    { "Epsilon", 0x395 }, { "Eta", 0x397 }, { "Eth", 0xD0 }, { "Euro", 0x20AC }, { "Gamma", 0x393 },
    { "IJ", 0x132 }, { "Iota", 0x399 }, { "Kappa", 0x39A }, { "Lambda", 0x39B }, { "Lslash", 0x141 },
    { "Mu", 0x39C }, { "Nu", 0x39D }, { "OE", 0x152 }, { "Omega", 0x3A9 }, { "Omicron", 0x39F },
    { "Oslash", 0xD8 }, { "Phi", 0x3A6 }, { "Pi", 0x3A0 }, { "Psi", 0x3A8 }, { "Rho", 0x3A1 },
    { "Sigma", 0x3A3 }, { "Tau", 0x3A4 }, { "Theta", 0x398 }, { "Thorn", 0xDE }, { "Upsilon", 0x3A5 },
    { "Xi", 0x39E }, { "Zeta", 0x396 }, { "acute", 0xB4 }, { "ae", 0xE6 }, { "alpha", 0x3B1 },
    { "ampersand", '&' }, { "angleleft", 0x2329 }, { "angleright", 0x232A }, { "approxequal", 0x2248 },
    { "arrowdown", 0x2193 }, { "arrowleft", 0x2190 }, { "arrowright", 0x2192 }, { "arrowup", 0x2191 },
    { "asciicircum", '^' }, { "asciitilde", '~' }, { "asterisk", '*' }, { "asteriskmath", 0x2217 },
    { "at", '@' }, { "backslash", '\\' }, { "bar", '|' }, { "beta", 0x3B2 }, { "braceleft", '{' },
    { "braceright", '}' }, { "bracketleft", '[' }, { "bracketright", ']' }, { "breve", 0x2D8 },
    { "brokenbar", 0xA6 }, { "bullet", 0x2022 }, { "caron", 0x2C7 }, { "cedilla", 0xB8 }, { "cent", 0xA2 },
    { "chi", 0x3C7 }, { "circlecopyrt", 0xA9 }, { "circumflex", 0x2C6 }, { "colon", ':' }, { "comma", ',' },
    { "copyright", 0xA9 }, { "currency", 0xA4 }, { "dagger", 0x2020 }, { "daggerdbl", 0x2021 },
    { "degree", 0xB0 }, { "delta", 0x3B4 }, { "dieresis", 0xA8 }, { "divide", 0xF7 }, { "dollar", '$' },
    { "dotaccent", 0x2D9 }, { "dotlessi", 0x131 }, { "dotlessj", 0x237 }, { "eight", '8' },
    { "ellipsis", 0x2026 }, { "emdash", 0x2014 }, { "endash", 0x2013 }, { "epsilon", 0x3B5 }, { "equal", '=' },
    { "eta", 0x3B7 }, { "eth", 0xF0 }, { "exclam", '!' }, { "exclamdown", 0xA1 }, { "ff", 0xFB00 },
    { "ffi", 0xFB03 }, { "ffl", 0xFB04 }, { "fi", 0xFB01 }, { "five", '5' }, { "fl", 0xFB02 },
    { "florin", 0x192 }, { "four", '4' }, { "fraction", 0x2044 }, { "gamma", 0x3B3 }, { "germandbls", 0xDF },
    { "grave", '`' }, { "greater", '>' }, { "greaterequal", 0x2265 }, { "guillemotleft", 0xAB },
    { "guillemotright", 0xBB }, { "guilsinglleft", 0x2039 }, { "guilsinglright", 0x203A },
    { "hungarumlaut", 0x2DD }, { "hyphen", '-' }, { "ij", 0x133 }, { "infinity", 0x221E },
    { "integral", 0x222B }, { "iota", 0x3B9 }, { "kappa", 0x3BA }, { "lambda", 0x3BB }, { "less", '<' },
    { "lessequal", 0x2264 }, { "logicalnot", 0xAC }, { "longs", 0x17F }, { "lozenge", 0x25CA },
    { "lslash", 0x142 }, { "macron", 0xAF }, { "middot", 0xB7 }, { "minus", 0x2212 }, { "mu", 0xB5 },
    { "multiply", 0xD7 }, { "nbspace", 0xA0 }, { "nine", '9' }, { "nonbreakingspace", 0xA0 },
    { "notequal", 0x2260 }, { "nu", 0x3BD }, { "numbersign", '#' }, { "numero", 0x2116 }, { "oe", 0x153 },
    { "ogonek", 0x2DB }, { "omega", 0x3C9 }, { "omicron", 0x3BF }, { "one", '1' }, { "onehalf", 0xBD },
    { "onequarter", 0xBC }, { "onesuperior", 0xB9 }, { "ordfeminine", 0xAA }, { "ordmasculine", 0xBA },
    { "oslash", 0xF8 }, { "paragraph", 0xB6 }, { "parenleft", '(' }, { "parenright", ')' },
    { "partialdiff", 0x2202 }, { "percent", '%' }, { "period", '.' }, { "periodcentered", 0xB7 },
    { "perthousand", 0x2030 }, { "phi", 0x3C6 }, { "pi", 0x3C0 }, { "plus", '+' }, { "plusminus", 0xB1 },
    { "product", 0x220F }, { "psi", 0x3C8 }, { "question", '?' }, { "questiondown", 0xBF },
    { "quotedbl", '"' }, { "quotedblbase", 0x201E }, { "quotedblleft", 0x201C }, { "quotedblright", 0x201D },
    { "quoteleft", 0x2018 }, { "quoteright", 0x2019 }, { "quotesinglbase", 0x201A }, { "quotesingle", '\'' },
    { "radical", 0x221A }, { "registered", 0xAE }, { "rho", 0x3C1 }, { "ring", 0x2DA }, { "section", 0xA7 },
    { "semicolon", ';' }, { "seven", '7' }, { "sfthyphen", 0xAD }, { "sigma", 0x3C3 }, { "six", '6' },
    { "slash", '/' }, { "softhyphen", 0xAD }, { "space", ' ' }, { "sterling", 0xA3 }, { "summation", 0x2211 },
    { "tau", 0x3C4 }, { "theta", 0x3B8 }, { "thorn", 0xFE }, { "three", '3' }, { "threequarters", 0xBE },
    { "threesuperior", 0xB3 }, { "tilde", 0x2DC }, { "trademark", 0x2122 }, { "two", '2' },
    { "twosuperior", 0xB2 }, { "underscore", '_' }, { "upsilon", 0x3C5 }, { "visiblespace", ' ' },
    { "xi", 0x3BE }, { "yen", 0xA5 }, { "zero", '0' }, { "zeta", 0x3B6 },
};

static const struct named accents[] = {
    { "acute", 0x301 }, { "breve", 0x306 }, { "caron", 0x30C }, { "cedilla", 0x327 }, { "circumflex", 0x302 },
    { "commaaccent", 0x327 }, { "dieresis", 0x308 }, { "dotaccent", 0x307 }, { "grave", 0x300 },
    { "hungarumlaut", 0x30B }, { "macron", 0x304 }, { "ogonek", 0x328 }, { "ring", 0x30A }, { "tilde", 0x303 },
};

/* Letters of Latin-1 that have an accent: what they are made of. */
static const struct { char base; uint16_t accent, rune; } composed[] = {
    { 'A', 0x300, 0xC0 }, { 'A', 0x301, 0xC1 }, { 'A', 0x302, 0xC2 }, { 'A', 0x303, 0xC3 }, { 'A', 0x308, 0xC4 },
    { 'A', 0x30A, 0xC5 }, { 'C', 0x327, 0xC7 }, { 'E', 0x300, 0xC8 }, { 'E', 0x301, 0xC9 }, { 'E', 0x302, 0xCA },
    { 'E', 0x308, 0xCB }, { 'I', 0x300, 0xCC }, { 'I', 0x301, 0xCD }, { 'I', 0x302, 0xCE }, { 'I', 0x308, 0xCF },
    { 'N', 0x303, 0xD1 }, { 'O', 0x300, 0xD2 }, { 'O', 0x301, 0xD3 }, { 'O', 0x302, 0xD4 }, { 'O', 0x303, 0xD5 },
    { 'O', 0x308, 0xD6 }, { 'U', 0x300, 0xD9 }, { 'U', 0x301, 0xDA }, { 'U', 0x302, 0xDB }, { 'U', 0x308, 0xDC },
    { 'Y', 0x301, 0xDD },
};

static int compare_name(const void *key, const void *item)
{
    const struct span *sought = key;

    return span_compare(*sought, span_of(((const struct named *)item)->name));
}

static bool append_letter_and_accent(struct span name, struct buf *out)
{
    struct span accent = span_slice(name, 1, name.len);
    const struct named *found = bsearch(&accent, accents, sizeof accents / sizeof *accents, sizeof *accents,
                                        compare_name);
    char base = name.ptr[0], upper = base >= 'a' ? (char)(base - 32) : base;

    if (found == NULL || upper < 'A' || upper > 'Z')
        return false;
    for (size_t i = 0; i < sizeof composed / sizeof *composed; i++)
        if (composed[i].base == upper && composed[i].accent == found->rune)
            return buf_append_rune(out, composed[i].rune + (uint32_t)(base == upper ? 0 : 32));
    return buf_append_byte(out, base) && buf_append_rune(out, found->rune);
}

/* Up to max hexadecimal digits, upper or lower case; false when there is anything else. */
static bool take_hex(struct span s, uint32_t *out)
{
    *out = 0;
    if (s.len < 4 || s.len > 6)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                           : -1;
        if (digit < 0)
            return false;
        *out = *out << 4 | (uint32_t)digit;
    }
    return true;
}

/* afiiNNNNN: the Cyrillic letters of Russian. */
static bool append_afii(struct span name, struct buf *out)
{
    uint64_t number;

    if (!span_starts_with(name, SPAN("afii")) || !span_to_u64(span_slice(name, 4, name.len), &number))
        return false;
    if (number == 10023 || number == 10071)
        return buf_append_rune(out, number == 10023 ? 0x401 : 0x451);
    if (number >= 10017 && number <= 10049)
        return buf_append_rune(out, 0x410 + (uint32_t)(number - 10017) - (number > 10023));
    if (number >= 10065 && number <= 10097)
        return buf_append_rune(out, 0x430 + (uint32_t)(number - 10065) - (number > 10071));
    if (number == 61352)
        return buf_append_rune(out, 0x2116);
    return false;
}

static bool append_one(struct span name, struct buf *out)
{
    const struct named *found;
    uint32_t rune;

    if (name.len == 1 && ((name.ptr[0] | 32) >= 'a') && ((name.ptr[0] | 32) <= 'z'))
        return buf_append(out, name);
    if (span_starts_with(name, SPAN("uni")) && name.len >= 7 && (name.len - 3) % 4 == 0) {
        for (size_t at = 3; at < name.len; at += 4) {
            if (!take_hex(span_slice(name, at, at + 4), &rune))
                return false;
            buf_append_rune(out, rune);
        }
        return true;
    }
    if (name.len > 1 && name.ptr[0] == 'u' && take_hex(span_slice(name, 1, name.len), &rune))
        return buf_append_rune(out, rune);
    found = bsearch(&name, names, sizeof names / sizeof *names, sizeof *names, compare_name);
    if (found != NULL)
        return buf_append_rune(out, found->rune);
    return name.len > 1 && (append_letter_and_accent(name, out) || append_afii(name, out));
}

bool pdf_glyph_text(struct span name, struct buf *utf8_out)
{
    struct span stem = span_slice(name, 0, span_find_byte(name, '.')), piece;
    size_t before = utf8_out->len;

    if (stem.len == 0 || stem.len > 128)
        return false;
    if (append_one(stem, utf8_out))
        return true;
    utf8_out->len = before;
    while (span_next(&stem, '_', &piece)) {
        if (piece.len == 0 || !append_one(piece, utf8_out)) {
            utf8_out->len = before;
            return false;
        }
    }
    return true;
}
