/* SPDX-License-Identifier: EUPL-1.2 */
#include "rtf_words.h"

#include <stdlib.h>

#include "extract/extract.h"

/* Sorted by word. */
static const struct rtf_word words[] = {
    { "annotation", RTF_REGION, REGION_COMMENT },
    { "ansicpg", RTF_CODEPAGE, 0 },
    { "atnauthor", RTF_REGION, REGION_COMMENT },
    { "atnid", RTF_REGION, REGION_COMMENT },
    { "author", RTF_INFO, 0 },
    { "bin", RTF_BINARY, 0 },
    { "bkmkend", RTF_SKIP, 0 },
    { "bkmkstart", RTF_REGION, REGION_NAME },
    { "blipuid", RTF_SKIP, 0 },
    { "bullet", RTF_CHAR, 0x2022 },
    { "caps", RTF_CAPITALS, 0 },
    { "category", RTF_INFO, 0 },
    { "cell", RTF_BREAK, 0 },
    { "colorschememapping", RTF_SKIP, 0 },
    { "colortbl", RTF_SKIP, 0 },
    { "column", RTF_BREAK, 0 },
    { "comment", RTF_INFO, 0 },
    { "company", RTF_INFO, 0 },
    { "datafield", RTF_DATA, 0 },
    { "datastore", RTF_DATA, 0 },
    { "deff", RTF_DEFAULT_FONT, 0 },
    { "deleted", RTF_DELETED, 0 },
    { "doccomm", RTF_INFO, 0 },
    { "docvar", RTF_DOCVAR, 0 },
    { "dptxbxtext", RTF_REGION, REGION_BODY },
    { "emdash", RTF_CHAR, 0x2014 },
    { "emspace", RTF_CHAR, 0x2003 },
    { "endash", RTF_CHAR, 0x2013 },
    { "enspace", RTF_CHAR, 0x2002 },
    { "f", RTF_FONT, 0 },
    { "fcharset", RTF_FONT_CHARSET, 0 },
    { "filetbl", RTF_SKIP, 0 },
    { "fldinst", RTF_FIELD, 0 },
    { "fontemb", RTF_SKIP, 0 },
    { "fonttbl", RTF_FONT_TABLE, 0 },
    { "footer", RTF_REGION, REGION_FOOTER },
    { "footerf", RTF_REGION, REGION_FOOTER },
    { "footerl", RTF_REGION, REGION_FOOTER },
    { "footerr", RTF_REGION, REGION_FOOTER },
    { "footnote", RTF_REGION, REGION_NOTE },
    { "formfield", RTF_REGION, REGION_FIELD },
    { "generator", RTF_SKIP, 0 },
    { "header", RTF_REGION, REGION_HEADER },
    { "headerf", RTF_REGION, REGION_HEADER },
    { "headerl", RTF_REGION, REGION_HEADER },
    { "headerr", RTF_REGION, REGION_HEADER },
    { "hlinkbase", RTF_INFO, 0 },
    { "htmltag", RTF_REGION, REGION_CODE },
    { "keywords", RTF_INFO, 0 },
    { "latentstyles", RTF_SKIP, 0 },
    { "ldblquote", RTF_CHAR, 0x201C },
    { "line", RTF_BREAK, 0 },
    { "listoverridetable", RTF_SKIP, 0 },
    { "listtable", RTF_SKIP, 0 },
    { "lquote", RTF_CHAR, 0x2018 },
    { "mac", RTF_CODEPAGE, 10000 },
    { "manager", RTF_INFO, 0 },
    { "nestcell", RTF_BREAK, 0 },
    { "nestrow", RTF_BREAK, 0 },
    { "objclass", RTF_SKIP, 0 },
    { "objdata", RTF_DATA, 0 },
    { "operator", RTF_INFO, 0 },
    { "page", RTF_BREAK, 0 },
    { "par", RTF_BREAK, 0 },
    { "pc", RTF_CODEPAGE, 437 },
    { "pca", RTF_CODEPAGE, 850 },
    { "pgdsctbl", RTF_SKIP, 0 },
    { "pict", RTF_PICTURE, 0 },
    { "plain", RTF_PLAIN, 0 },
    { "propname", RTF_PROPERTY_NAME, 0 },
    { "qmspace", RTF_CHAR, 0x2005 },
    { "rdblquote", RTF_CHAR, 0x201D },
    { "revtbl", RTF_REGION, REGION_COMMENT },
    { "row", RTF_BREAK, 0 },
    { "rquote", RTF_CHAR, 0x2019 },
    { "rsidtbl", RTF_SKIP, 0 },
    { "scaps", RTF_CAPITALS, 0 },
    { "sect", RTF_BREAK, 0 },
    { "shppict", RTF_REGION, REGION_BODY },
    { "shptxt", RTF_REGION, REGION_BODY },
    { "sn", RTF_SHAPE_NAME, 0 },
    { "softcol", RTF_BREAK, 0 },
    { "softpage", RTF_BREAK, 0 },
    { "staticval", RTF_PROPERTY_VALUE, 0 },
    { "stylesheet", RTF_SKIP, 0 },
    { "subject", RTF_INFO, 0 },
    { "sv", RTF_SHAPE_VALUE, 0 },
    { "tab", RTF_CHAR, '\t' },
    { "tc", RTF_REGION, REGION_FIELD },
    { "themedata", RTF_SKIP, 0 },
    { "title", RTF_INFO, 0 },
    { "u", RTF_UNICODE, 0 },
    { "uc", RTF_UNICODE_SKIP, 0 },
    { "v", RTF_HIDDEN, 0 },
    { "xe", RTF_REGION, REGION_FIELD },
    { "xmlnstbl", RTF_SKIP, 0 },
    { "zwj", RTF_CHAR, 0x200D },
    { "zwnj", RTF_CHAR, 0x200C },
};

static int compare(const void *key, const void *item)
{
    const struct span *word = key;

    return span_compare(*word, span_of(((const struct rtf_word *)item)->word));
}

const struct rtf_word *rtf_word_find(struct span word)
{
    return bsearch(&word, words, sizeof words / sizeof *words, sizeof *words, compare);
}

unsigned rtf_charset_codepage(long charset)
{
    static const struct { unsigned charset, codepage; } pages[] = {
        { 77, 10000 }, { 128, 932 },  { 129, 949 },  { 134, 936 },  { 136, 950 },  { 161, 1253 }, { 162, 1254 },
        { 163, 1258 }, { 177, 1255 }, { 178, 1256 }, { 186, 1257 }, { 204, 1251 }, { 222, 874 },  { 238, 1250 },
        { 254, 437 },
    };

    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if ((long)pages[i].charset == charset)
            return pages[i].codepage;
    return 0;
}
