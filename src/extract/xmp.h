/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_XMP_H
#define EXTRACT_XMP_H

/* Extensible Metadata Platform packets (ISO 16684-1), in PDF and images alike. */
#include "base/span.h"
#include "extract/extract.h"

/*
 * Every property with its values, "namespace-uri#local" each, as PROPERTY_XMP;
 * a value that is itself a NATO label or binding also as PROPERTY_LABEL_XML.
 * false when the packet is not well-formed or holds a DTD; what came before counts.
 */
bool xmp_read(struct span packet, struct sink *sink);

#endif
