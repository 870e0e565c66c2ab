/* SPDX-License-Identifier: EUPL-1.2 */
#include "text/charset.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/udata.h>
#include <unicode/ustring.h>

#include "base/utf8.h"

enum {
    NAME_BYTES = 64,     /* longer than any charset name ICU knows */
    CHUNK_UNITS = 4096,  /* UTF-16 units converted at a time */
    DETECT_BYTES = 4096  /* how far charset_detect() looks for patterns */
};

/* How a name is decoded: by our own loops, or by ICU under its own name for it. */
enum method { BY_GUESS = 1, BY_ASCII, BY_UTF8, BY_WINDOWS_1252, BY_UTF16, BY_UTF32, BY_ICU };

struct alias {
    const char *name;   /* letters and digits only, lower case */
    enum method method;
    const char *icu;    /* for BY_ICU: a name that reads more than the declared one does */
};

/*
 * ISO-8859-1 is read as windows-1252, as every mail reader does. Chinese and
 * Korean names stand for their supersets, which is what producers send under them.
 */
static const struct alias aliases[] = {
    { "", BY_GUESS, NULL },
    { "default", BY_GUESS, NULL },
    { "unknown", BY_GUESS, NULL },
    { "xunknown", BY_GUESS, NULL },
    { "unknown8bit", BY_GUESS, NULL },  /* RFC 1428 */
    { "8bit", BY_GUESS, NULL },
    { "7bit", BY_GUESS, NULL },
    { "binary", BY_GUESS, NULL },
    { "none", BY_GUESS, NULL },
    { "xuserdefined", BY_GUESS, NULL },
    { "ascii", BY_ASCII, NULL },
    { "usascii", BY_ASCII, NULL },
    { "ansix341968", BY_ASCII, NULL },
    { "iso646us", BY_ASCII, NULL },
    { "isoir6", BY_ASCII, NULL },
    { "cp367", BY_ASCII, NULL },
    { "us", BY_ASCII, NULL },
    { "utf8", BY_UTF8, NULL },
    { "xutf8", BY_UTF8, NULL },
    { "utf8mb4", BY_UTF8, NULL },
    { "utf8bom", BY_UTF8, NULL },
    { "cp65001", BY_UTF8, NULL },
    { "unicode11utf8", BY_UTF8, NULL },
    { "unicode20utf8", BY_UTF8, NULL },
    { "xunicode20utf8", BY_UTF8, NULL },
    { "iso88591", BY_WINDOWS_1252, NULL },
    { "88591", BY_WINDOWS_1252, NULL },
    { "iso885911987", BY_WINDOWS_1252, NULL },
    { "isoir100", BY_WINDOWS_1252, NULL },
    { "latin1", BY_WINDOWS_1252, NULL },
    { "isolatin1", BY_WINDOWS_1252, NULL },
    { "l1", BY_WINDOWS_1252, NULL },
    { "cp819", BY_WINDOWS_1252, NULL },
    { "ibm819", BY_WINDOWS_1252, NULL },
    { "ansi", BY_WINDOWS_1252, NULL },
    { "msansi", BY_WINDOWS_1252, NULL },
    { "windows1252", BY_WINDOWS_1252, NULL },
    { "win1252", BY_WINDOWS_1252, NULL },
    { "cp1252", BY_WINDOWS_1252, NULL },
    { "xcp1252", BY_WINDOWS_1252, NULL },
    { "utf16", BY_UTF16, NULL },
    { "unicode", BY_UTF16, NULL },
    { "ucs2", BY_UTF16, NULL },
    { "iso10646ucs2", BY_UTF16, NULL },
    { "csunicode", BY_UTF16, NULL },
    { "utf32", BY_UTF32, NULL },
    { "ucs4", BY_UTF32, NULL },
    { "iso10646ucs4", BY_UTF32, NULL },
    { "gb2312", BY_ICU, "gb18030" },
    { "gb231280", BY_ICU, "gb18030" },
    { "gbk", BY_ICU, "gb18030" },
    { "xgbk", BY_ICU, "gb18030" },
    { "cp936", BY_ICU, "gb18030" },
    { "ms936", BY_ICU, "gb18030" },
    { "windows936", BY_ICU, "gb18030" },
    { "euccn", BY_ICU, "gb18030" },
    { "euckr", BY_ICU, "windows-949" },
    { "ksc56011987", BY_ICU, "windows-949" },
    { "uhc", BY_ICU, "windows-949" },
    { "win1250", BY_ICU, "windows-1250" },
    { "win1251", BY_ICU, "windows-1251" },
    { "win1253", BY_ICU, "windows-1253" },
    { "win1254", BY_ICU, "windows-1254" },
    { "iso88599", BY_ICU, "windows-1254" },
    { "latin5", BY_ICU, "windows-1254" },
    { "iso885911", BY_ICU, "windows-874" },
    { "tis620", BY_ICU, "windows-874" },
    { "mac", BY_ICU, "macintosh" },
    { "xmacroman", BY_ICU, "macintosh" },
    { "xmacce", BY_ICU, "x-mac-centraleurroman" },
};

/* windows-1252 from 0x80 to 0x9F; 0 where it has no character. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

/* Letters and digits of name in lower case: how charset names are compared. False when too long. */
static bool plain_name(struct span name, char out[NAME_BYTES])
{
    size_t len = 0;

    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            continue;
        if (len == NAME_BYTES - 1)
            return false;
        out[len++] = c;
    }
    out[len] = '\0';
    return true;
}

/* How to decode name; *icu_out is a name for ucnv_open(), possibly plain itself. */
static enum method method_of(const char *plain, const char **icu_out)
{
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (strcmp(aliases[i].name, plain) == 0) {
            *icu_out = aliases[i].icu;
            return aliases[i].method;
        }
    *icu_out = plain;
    return BY_ICU;
}

void charset_prepare(void)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t count = ucnv_countAvailable();

    udata_setFileAccess(UDATA_NO_FILES, &status);
    /* ICU keeps the tables of a closed converter until it is told to forget them. */
    for (int32_t i = 0; i < count; i++) {
        UConverter *converter;

        status = U_ZERO_ERROR;
        converter = ucnv_open(ucnv_getAvailableName(i), &status);
        if (U_SUCCESS(status))
            ucnv_close(converter);
    }
}

bool charset_is_known(struct span name)
{
    char plain[NAME_BYTES];
    const char *icu;
    UErrorCode status = U_ZERO_ERROR;
    UConverter *converter;

    if (!plain_name(name, plain))
        return false;
    if (method_of(plain, &icu) != BY_ICU)
        return true;
    converter = ucnv_open(icu, &status);
    if (U_FAILURE(status))
        return false;
    ucnv_close(converter);
    return true;
}

static enum charset_result decode_windows_1252(struct span bytes, struct buf *out)
{
    enum charset_result result = CHARSET_OK;

    for (size_t at = 0; at < bytes.len && !out->failed;) {
        size_t plain = utf8_ascii_run(span_slice(bytes, at, bytes.len));
        unsigned char c;

        buf_append(out, span_slice(bytes, at, at + plain));
        at += plain;
        if (at == bytes.len)
            break;
        c = (unsigned char)bytes.ptr[at++];
        if (c >= 0xA0) {
            buf_append_rune(out, c);
        } else if (windows_1252[c - 0x80] != 0) {
            buf_append_rune(out, windows_1252[c - 0x80]);
        } else {
            buf_append_rune(out, 0xFFFD);
            result = CHARSET_SUBSTITUTED;
        }
    }
    return result;
}

static enum charset_result decode_utf8(struct span bytes, struct buf *out)
{
    if (span_starts_with(bytes, SPAN("\xEF\xBB\xBF")))
        bytes = span_slice(bytes, 3, bytes.len);
    if (utf8_is_valid(bytes)) {
        buf_append(out, bytes);
        return CHARSET_OK;
    }
    utf8_append_clean(out, bytes);
    return CHARSET_SUBSTITUTED;
}

/* Not said, or said wrongly: UTF-8 hardly ever is valid by accident. */
static enum charset_result decode_by_guess(struct span bytes, struct buf *out)
{
    return utf8_is_valid(bytes) ? decode_utf8(bytes, out) : decode_windows_1252(bytes, out);
}

/* ICU calls it for octets the charset does not have; context is a bool to set. */
static void U_CALLCONV note_substitution(const void *context, UConverterToUnicodeArgs *args,
                                         const char *units, int32_t length,
                                         UConverterCallbackReason reason, UErrorCode *status)
{
    static const UChar replacement = 0xFFFD;
    bool *substituted = (bool *)(uintptr_t)context;

    (void)units, (void)length;
    if (reason > UCNV_IRREGULAR)
        return;
    *substituted = true;
    *status = U_ZERO_ERROR;
    ucnv_cbToUWriteUChars(args, &replacement, 1, 0, status);
}

/* Append UTF-16; *high carries a first surrogate over from one piece to the next. */
static void append_units(struct buf *out, const UChar *units, size_t count, UChar *high)
{
    for (size_t i = 0; i < count; i++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): ICU wrote it */
        UChar unit = units[i];

        if (U16_IS_TRAIL(unit) && *high != 0) {
            buf_append_rune(out, (uint32_t)U16_GET_SUPPLEMENTARY(*high, unit));
            *high = 0;
            continue;
        }
        if (*high != 0)
            buf_append_rune(out, 0xFFFD);
        *high = U16_IS_LEAD(unit) ? unit : 0;
        if (*high == 0)
            buf_append_rune(out, unit);
    }
}

static enum charset_result decode_by_icu(const char *icu_name, struct span bytes, struct buf *out)
{
    UErrorCode status = U_ZERO_ERROR;
    UConverter *converter = ucnv_open(icu_name, &status);
    const char *at = bytes.ptr, *end = bytes.ptr + bytes.len;
    bool substituted = false, first = true;
    UChar units[CHUNK_UNITS], high = 0;

    if (U_FAILURE(status))
        return CHARSET_UNKNOWN;
    ucnv_setToUCallBack(converter, note_substitution, &substituted, NULL, NULL, &status);
    do {
        UChar *target = units;
        const UChar *from = units;

        status = U_ZERO_ERROR;
        ucnv_toUnicode(converter, &target, units + CHUNK_UNITS, &at, end, NULL, 1, &status);
        /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): ICU wrote it */
        if (first && target > units && units[0] == 0xFEFF)
            from++;
        first = false;
        append_units(out, from, (size_t)(target - from), &high);
    } while (status == U_BUFFER_OVERFLOW_ERROR && !out->failed);
    if (high != 0 || U_FAILURE(status)) {
        buf_append_rune(out, 0xFFFD);
        substituted = true;
    }
    ucnv_close(converter);
    return substituted ? CHARSET_SUBSTITUTED : CHARSET_OK;
}

/* "UTF-16" and "UTF-32" leave the order of octets to a mark, or to what the octets look like. */
static enum charset_result decode_wide(enum method method, struct span bytes, struct buf *out)
{
    struct span seen = charset_detect(bytes);

    if (method == BY_UTF16)
        return decode_by_icu(span_equals(seen, SPAN("utf-16le")) ? "UTF-16LE" : "UTF-16BE", bytes,
                             out);
    return decode_by_icu(span_equals(seen, SPAN("utf-32le")) ? "UTF-32LE" : "UTF-32BE", bytes, out);
}

enum charset_result charset_decode(struct span name, struct span bytes, struct buf *utf8_out)
{
    char plain[NAME_BYTES];
    const char *icu;
    enum method method;

    if (!plain_name(name, plain))
        return CHARSET_UNKNOWN;
    method = method_of(plain, &icu);
    if (bytes.len == 0)
        return charset_is_known(name) ? CHARSET_OK : CHARSET_UNKNOWN;
    switch (method) {
    case BY_GUESS: return decode_by_guess(bytes, utf8_out);
    case BY_ASCII:
        /* Octets above 127 are of no ASCII, yet readers show something. */
        (void)decode_by_guess(bytes, utf8_out);
        return utf8_ascii_run(bytes) == bytes.len ? CHARSET_OK : CHARSET_SUBSTITUTED;
    case BY_UTF8: return decode_utf8(bytes, utf8_out);
    case BY_WINDOWS_1252: return decode_windows_1252(bytes, utf8_out);
    case BY_UTF16:
    case BY_UTF32: return decode_wide(method, bytes, utf8_out);
    case BY_ICU: return decode_by_icu(icu, bytes, utf8_out);
    }
    return CHARSET_UNKNOWN;
}

/* All of the units; false when one of them has no octets in the charset. */
static bool encode_units(UConverter *converter, const UChar *units, size_t count, struct buf *out)
{
    const UChar *at = units, *end = units + count;
    UErrorCode status = U_ZERO_ERROR;

    ucnv_setFromUCallBack(converter, UCNV_FROM_U_CALLBACK_STOP, NULL, NULL, NULL, &status);
    do {
        char *target = buf_reserve(out, CHUNK_UNITS), *begin = target;

        if (target == NULL)
            return false;
        status = U_ZERO_ERROR;
        ucnv_fromUnicode(converter, &target, target + CHUNK_UNITS, &at, end, NULL, 1, &status);
        out->len += (size_t)(target - begin);
    } while (status == U_BUFFER_OVERFLOW_ERROR);
    return U_SUCCESS(status);
}

bool charset_encode(struct span name, struct span utf8, struct buf *out)
{
    UErrorCode status = U_ZERO_ERROR;
    char plain[NAME_BYTES];
    const char *icu;
    UConverter *converter;
    UChar *units;
    int32_t count = 0;
    bool good = false;
    enum method method;

    if (!plain_name(name, plain) || utf8.len > INT32_MAX / 4)
        return false;
    method = method_of(plain, &icu);
    if (method == BY_UTF8 || utf8.len == 0)
        return buf_append(out, utf8);
    if (method == BY_GUESS || method == BY_ASCII)
        return utf8_ascii_run(utf8) == utf8.len && buf_append(out, utf8);
    /* By its own name, not by the superset that reads more than it may write. */
    converter = ucnv_open(plain, &status);
    if (U_FAILURE(status))
        return false;
    units = malloc((utf8.len + 1) * sizeof *units);
    if (units != NULL) {
        u_strFromUTF8(units, (int32_t)utf8.len + 1, &count, utf8.ptr, (int32_t)utf8.len, &status);
        good = U_SUCCESS(status) && encode_units(converter, units, (size_t)count, out);
    }
    free(units);
    ucnv_close(converter);
    return good && !out->failed;
}

/* UTF-16 or UTF-32 without a mark: text that is mostly Latin has zeros at fixed distances. */
static struct span detect_wide(struct span bytes)
{
    size_t zeros[4] = { 0, 0, 0, 0 }, len = bytes.len < DETECT_BYTES ? bytes.len : DETECT_BYTES;
    size_t rows = len / 4;

    if (len < 8)
        return SPAN("");
    for (size_t i = 0; i < rows * 4; i++)
        zeros[i % 4] += bytes.ptr[i] == '\0';
    if (zeros[0] == rows && zeros[1] >= rows - rows / 8 && zeros[3] <= rows / 8)
        return SPAN("utf-32be");
    if (zeros[3] == rows && zeros[2] >= rows - rows / 8 && zeros[0] <= rows / 8)
        return SPAN("utf-32le");
    if (zeros[0] + zeros[2] > rows && zeros[1] + zeros[3] <= rows / 8)
        return SPAN("utf-16be");
    if (zeros[1] + zeros[3] > rows && zeros[0] + zeros[2] <= rows / 8)
        return SPAN("utf-16le");
    return SPAN("");
}

/* The escapes that announce the character sets of ISO-2022-JP, -KR and -CN. */
static struct span detect_escapes(struct span bytes)
{
    struct span rest = span_slice(bytes, 0, DETECT_BYTES);

    for (;;) {
        size_t at = span_find_byte(rest, '\x1B');

        if (rest.len < 4 || at > rest.len - 3)
            return SPAN("");
        rest = span_slice(rest, at + 1, rest.len);
        if (span_starts_with(rest, SPAN("$)C")))
            return SPAN("iso-2022-kr");
        if (span_starts_with(rest, SPAN("$)A")) || span_starts_with(rest, SPAN("$)G")))
            return SPAN("iso-2022-cn");
        if (span_starts_with(rest, SPAN("$B")) || span_starts_with(rest, SPAN("$@")) ||
            span_starts_with(rest, SPAN("(J")) || span_starts_with(rest, SPAN("$(D")))
            return SPAN("iso-2022-jp");
    }
}

struct span charset_detect(struct span bytes)
{
    struct span found;

    if (span_starts_with(bytes, SPAN("\xEF\xBB\xBF")))
        return SPAN("utf-8");
    if (span_starts_with(bytes, SPAN("\xFF\xFE\0\0")))
        return SPAN("utf-32le");
    if (span_starts_with(bytes, SPAN("\0\0\xFE\xFF")))
        return SPAN("utf-32be");
    if (span_starts_with(bytes, SPAN("\xFF\xFE")))
        return SPAN("utf-16le");
    if (span_starts_with(bytes, SPAN("\xFE\xFF")))
        return SPAN("utf-16be");
    if (span_starts_with(bytes, SPAN("+/v8")) || span_starts_with(bytes, SPAN("+/v9")) ||
        span_starts_with(bytes, SPAN("+/v+")) || span_starts_with(bytes, SPAN("+/v/")))
        return SPAN("utf-7");
    found = detect_wide(bytes);
    if (found.len > 0)
        return found;
    found = detect_escapes(bytes);
    if (found.len > 0)
        return found;
    if (utf8_ascii_run(bytes) < bytes.len && utf8_is_valid(bytes))
        return SPAN("utf-8");
    return SPAN("");
}
