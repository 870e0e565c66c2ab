/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_PDF_PROGRAM_H
#define EXTRACT_PDF_PROGRAM_H

/*
 * What an embedded font program says its glyphs are, asked only for codes that
 * neither ToUnicode nor an encoding names (ISO 32000-2, 9.6.5, 9.7.4, 9.9).
 *
 *   pdf_program.c  from a font's code to its glyph and what that shows
 *   pdf_cff.c      Compact Font Format (Adobe technical note 5176)
 *   pdf_truetype.c TrueType and OpenType: "cmap", "post", "CFF " (ISO/IEC 14496-22)
 *
 * Outlines are never looked at: a program without names has told nothing.
 */
#include "pdf_priv.h"

enum { PDF_CFF_STRINGS = 391, PDF_MAC_GLYPHS = 258 };

struct pdf_program {
    struct pdf_map glyphs;          /* glyph number to text */
    struct pdf_map codes;           /* code of a simple font to text: the built-in encoding */
    struct pdf_map cids;            /* CID to glyph number, when is_cid_keyed */
    bool is_cid_keyed;
};

/* Runes of CFF's standard strings and of the Macintosh glyph order; 0 none. */
extern const uint16_t pdf_cff_strings[PDF_CFF_STRINGS];
extern const uint16_t pdf_mac_glyphs[PDF_MAC_GLYPHS];

/* Each fills what the program tells; damage ends the reading, what came before stays. */
void pdf_cff_read(struct pdf_file *file, struct span bytes, struct pdf_program *program);
void pdf_truetype_read(struct pdf_file *file, struct span bytes, struct pdf_program *program);

#endif
