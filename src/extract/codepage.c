/* SPDX-License-Identifier: EUPL-1.2 */
#include "codepage.h"

#include <stdio.h>

#include "text/charset.h"

/* Numbers whose charset has another name than "windows-N". */
static const struct { uint32_t codepage; const char *charset; } named[] = {
    { 437, "IBM437" },       { 850, "IBM850" },      { 852, "IBM852" },      { 855, "IBM855" },
    { 858, "IBM00858" },     { 866, "IBM866" },      { 874, "windows-874" }, { 932, "Shift_JIS" },
    { 936, "GBK" },          { 949, "windows-949" }, { 950, "Big5" },        { 1200, "UTF-16LE" },
    { 1201, "UTF-16BE" },    { 10000, "macintosh" }, { 20127, "US-ASCII" },  { 20866, "KOI8-R" },
    { 21866, "KOI8-U" },     { 28591, "ISO-8859-1" }, { 28592, "ISO-8859-2" }, { 28595, "ISO-8859-5" },
    { 28605, "ISO-8859-15" }, { 50220, "ISO-2022-JP" }, { 51932, "EUC-JP" }, { 51949, "EUC-KR" },
    { 54936, "gb18030" },    { 65000, "UTF-7" },     { 65001, "UTF-8" },
};

void codepage_decode(uint32_t codepage, struct span bytes, struct buf *utf8_out)
{
    char name[32];

    snprintf(name, sizeof name, "windows-%u", codepage);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].codepage == codepage)
            snprintf(name, sizeof name, "%s", named[i].charset);
    if (charset_decode(span_of(name), bytes, utf8_out) == CHARSET_UNKNOWN)
        charset_decode(SPAN("windows-1252"), bytes, utf8_out);
}

void codepage_decode_utf16(struct span bytes, struct buf *utf8_out)
{
    size_t len = bytes.len - bytes.len % 2;

    for (size_t at = 0; at < len; at += 2)
        if (bytes.ptr[at] == '\0' && bytes.ptr[at + 1] == '\0')
            len = at;
    charset_decode(SPAN("UTF-16LE"), span_slice(bytes, 0, len), utf8_out);
}
