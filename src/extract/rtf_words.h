/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_RTF_WORDS_H
#define EXTRACT_RTF_WORDS_H

/* The control words of RTF 1.9.1 that matter to a reader of text. */
#include "base/span.h"

enum rtf_action {
    RTF_UNKNOWN = 0,
    RTF_BREAK,          /* ends a line, cell or paragraph */
    RTF_CHAR,           /* stands for the code point in value */
    RTF_REGION,         /* destination: text goes to the region in value */
    RTF_SKIP,           /* destination: tables and the like */
    RTF_FONT_TABLE, RTF_DATA, RTF_PICTURE,
    RTF_SHAPE_NAME, RTF_SHAPE_VALUE,
    RTF_INFO,           /* destination: a document property */
    RTF_PROPERTY_NAME, RTF_PROPERTY_VALUE, RTF_DOCVAR,
    RTF_FIELD,          /* destination: what a field is told to do */
    RTF_CODEPAGE,       /* document's, by parameter, or fixed in value */
    RTF_FONT, RTF_FONT_CHARSET, RTF_DEFAULT_FONT,
    RTF_UNICODE, RTF_UNICODE_SKIP, RTF_BINARY,
    RTF_HIDDEN, RTF_DELETED, RTF_CAPITALS, RTF_PLAIN
};

struct rtf_word {
    const char *word;
    enum rtf_action action;
    unsigned value;
};

/* NULL for a word that changes nothing here. */
const struct rtf_word *rtf_word_find(struct span word);

/* Windows code page of a font's charset; 0: the document's own. */
unsigned rtf_charset_codepage(long charset);

#endif
