/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_PRIV_H
#define EXTRACT_PRIV_H

/* The extractors, each in the file of its name; formats.c lists them. */
#include "extract/extract.h"

extern const struct extractor extract_pdf;
extern const struct extractor extract_gzip;
extern const struct extractor extract_archive;
extern const struct extractor extract_ole;
extern const struct extractor extract_rtf;
extern const struct extractor extract_smime;
extern const struct extractor extract_pgp;
extern const struct extractor extract_known;
extern const struct extractor extract_binhex;
extern const struct extractor extract_tnef;
extern const struct extractor extract_mbox;
extern const struct extractor extract_card;
extern const struct extractor extract_image;

extern const struct extractor extract_html;
extern const struct extractor extract_text;
extern const struct extractor extract_zip;
extern const struct extractor extract_xml;

#endif
