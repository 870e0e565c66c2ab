/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_OLE_PRIV_H
#define EXTRACT_OLE_PRIV_H

/*
 * What the readers of legacy office documents share: each gets the compound file
 * and the index of its main stream, and looks for its siblings by itself.
 * true: read to its end; false: the sink was told why not.
 */
#include "extract/extract.h"
#include "ole2.h"

bool doc_read(struct ole2 *ole, uint32_t main_stream, struct sink *sink);
bool xls_read(struct ole2 *ole, uint32_t main_stream, struct sink *sink);
bool ppt_read(struct ole2 *ole, uint32_t main_stream, struct sink *sink);

/* storage holds "__properties_version1.0"; attached messages inside are read too. */
bool msg_read(struct ole2 *ole, uint32_t storage, struct sink *sink);

/*
 * Office Open XML sealed in an "EncryptedPackage": read as a nested stream when a
 * password opens it; else false, and nothing was told.
 */
bool ole_open_sealed(struct ole2 *ole, uint32_t package, struct sink *sink);

/*
 * Decrypt the streams of a Word or Excel document before 2007 when a password opens
 * them: ole2_stream() gives the clear ones from then on. Else they stay as they were,
 * and their reader tells so.
 */
void ole_open_word(struct ole2 *ole, uint32_t main_stream, struct sink *sink);
void ole_open_sheets(struct ole2 *ole, uint32_t main_stream, struct sink *sink);

/* Passwords that Office tries by itself, so that what they seal is open to anybody. */
enum { OLE_OPEN_PASSWORDS = 2 };
struct span ole_open_password(size_t index);

/* Texts in drawing records ([MS-ODRAW]): WordArt, alternative texts, shape names. */
void escher_read(struct span records, struct sink *sink);

/* Source of the macro module in a stream ([MS-OVBA] 2.4.1), when there is one. */
void ovba_read(struct span stream, struct sink *sink);

/* One line of text in its own place. */
void ole_line(struct sink *sink, enum region region, enum place_unit unit, uint32_t number, struct span utf8);

#endif
