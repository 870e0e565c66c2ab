/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_PACKAGE_H
#define EXTRACT_PACKAGE_H

/*
 * Documents that are a ZIP of parts: Office Open XML, OpenDocument, EPUB, XPS.
 *
 * The extractor "zip" lists the members and sees by what is in it which kind of
 * package it is; the kinds then read their parts. Every member is unpacked once,
 * and none is left out because of its name: what a kind does not know is read as
 * XML text when it is XML, and handed on as a nested stream when it is not.
 */
#include <stdbool.h>

#include "extract/gather.h"
#include "extract/office_text.h"
#include "extract/zip.h"

struct package {
    struct sink *sink;
    struct zip zip;
    struct gather gather;
    struct office_styles styles;
    struct buf room;            /* of the member being read */
    bool damaged;               /* something could not be read; the sink was told */
};

/* Each reads the members it knows, in an order of its own, and marks them taken. */
void ooxml_read(struct package *package);
void odf_read(struct package *package);

/* One OpenDocument XML: content, styles, or a flat document. counted as in struct office_part. */
void odf_read_document(struct package *package, enum place_unit counted, struct span name, struct span content);

void epub_read(struct package *package);

/*
 * A binary part of an xlsb workbook: every text in its records, as of the sheet of
 * that number (0: none). false when they do not add up.
 */
bool xlsb_read_part(struct package *package, struct span name, struct span content, uint32_t sheet, bool is_hidden);

/* A sheet as the binary main part lists it; text in the arena. */
struct xlsb_sheet {
    struct span relation, name;
    bool is_hidden;
};

/* Cut records off the front of *rest up to the next that lists a sheet; false when there is none. */
bool xlsb_next_sheet(struct span *rest, struct arena *arena, struct xlsb_sheet *sheet_out);

/* The content of a member, unpacked into package->room; marks it taken. */
bool package_take(struct package *package, struct zip_member *member, struct span *content_out);

/* The same by name; false when there is no such member. */
bool package_take_named(struct package *package, struct span name, struct span *content_out);

/* Hand a member on as a stream of its own. */
void package_nest(struct package *package, struct span name, struct span content);

/* Any part that is no XML: the same, unless it is one that holds nothing but settings of a program. */
void package_read_other(struct package *package, struct span name, struct span content);

/* An XML part of no known kind: its text broken at every tag, and joined where text and tags mix. */
void package_read_xml(struct package *package, enum region region, struct span name, struct span content);

/* The local name of the root element, copied into name; empty when there is none. */
struct span package_root(struct span content, struct buf *name);

/*
 * Properties of a document: each child of <coreProperties>, <Properties> or <meta>
 * is one, named by @name or else by its own name, its value all text in it.
 */
void package_read_properties(struct package *package, enum property_kind kind, struct span part,
                             struct span content);

/* What kind of label the XML is by its root: a property of its own; false when it is none. */
bool package_read_label(struct package *package, struct span part, struct span content);

#endif
