/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_MAPI_H
#define EXTRACT_MAPI_H

/*
 * Messaging properties ([MS-OXPROPS]) as .msg and TNEF both carry them: which
 * are text, which are bodies, which are labels.
 */
#include <stdint.h>

#include "base/buf.h"
#include "extract/extract.h"

enum { MAPI_LONG = 0x0003, MAPI_STRING8 = 0x001E, MAPI_UNICODE = 0x001F, MAPI_BINARY = 0x0102 };

enum {
    MAPI_SENSITIVITY = 0x0036, MAPI_SUBJECT = 0x0037, MAPI_HEADERS = 0x007D, MAPI_BODY = 0x1000,
    MAPI_RTF = 0x1009, MAPI_HTML = 0x1013, MAPI_CODEPAGE = 0x3FFD
};

/* Above it: the number of a property named by number (PSETID_Common 0x85B5…). */
#define MAPI_NAMED 0x10000U

/* A text property, already UTF-8, as what it is to a reader. */
void mapi_text(struct sink *sink, uint32_t id, struct span utf8);

/* HTML and compressed RTF bodies; other binary properties say nothing. */
void mapi_binary(struct sink *sink, uint32_t id, struct span bytes);

void mapi_sensitivity(struct sink *sink, uint32_t value);

/*
 * Compressed RTF ([MS-OXRTFCP]): the body of most Outlook items. false when the
 * header is not one, or a reference points nowhere; out holds what came before.
 */
bool mapi_unpack_rtf(struct span packed, struct sink *sink, struct buf *out);

#endif
