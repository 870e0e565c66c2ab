/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_EXIF_H
#define EXTRACT_EXIF_H

/* Metadata inside of images: EXIF and TIFF tags, IPTC records, Photoshop resources. */
#include <stdbool.h>

#include "base/span.h"
#include "extract/extract.h"

/*
 * Text tags of a TIFF structure (TIFF 6.0; EXIF 2.32) as properties, the security
 * classification of TIFF/EP as PROPERTY_LABEL_ID "exif", XMP and IPTC inside of it
 * too. false when it is no TIFF structure at all.
 */
bool exif_read(struct span tiff, struct sink *sink);

/* IPTC-IIM datasets of the application record (2:xx) as properties "iptc:2:xx". */
void iptc_read(struct span records, struct sink *sink);

/* Image resource blocks ("8BIM"): the IPTC and XMP among them. */
void photoshop_read(struct span blocks, struct sink *sink);

#endif
