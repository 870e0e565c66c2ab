/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_EXTRACT_H
#define EXTRACT_EXTRACT_H

/*
 * The interface of every document and container format: a name, recognise, read.
 *
 * An extractor turns octets into text in places, properties and nested streams,
 * and hands them to a sink as it meets them; only the sink's owner (scan/)
 * recurses, matches and keeps the budget. What cannot be read is told to the
 * sink as a fact, never swallowed, and what was read before still counts.
 *
 * Extractors run in the caged scanner: no file, no network, no process, no
 * thread, no output. They must take any octets at all without crashing, in time
 * linear in input and output, and stop soon after sink_spent() turns true.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "facts/ambiguity.h"
#include "facts/finding.h"

/* What is to be read, all borrowed for the time of the call. */
struct extract_input {
    struct span bytes;      /* the decoded content, whole */
    struct span name;       /* file or member name as given; may be empty */
    struct span declared;   /* media type as declared, lower case, no parameters; may be empty */
    struct span charset;    /* declared charset of text formats; may be empty */
};

/* How sure recognise is; of several extractors the surest wins, then the first in the table. */
enum recognition {
    RECOGNISE_NO = 0,
    RECOGNISE_WEAK,         /* only by name or declared type */
    RECOGNISE_LOOKS,        /* the content looks so */
    RECOGNISE_MAGIC         /* signature octets */
};

enum extract_result {
    EXTRACT_OK = 1,         /* read to its end */
    EXTRACT_PARTIAL,        /* some of it could not be read; the sink was told why */
    EXTRACT_FAILED,         /* nothing could be read; the sink was told why */
    EXTRACT_STOPPED         /* the budget is used up */
};

/* Where in a document text stands: decides what kind of evidence a marking there is. */
enum region {
    REGION_BODY = 1,
    REGION_HEADER,          /* page header */
    REGION_FOOTER,
    REGION_WATERMARK,
    REGION_TITLE,           /* title of slide or document, cover, subject line */
    REGION_NOTE,            /* speaker's note, footnote, endnote */
    REGION_COMMENT,         /* reviewer's comment, annotation */
    REGION_STAMP,           /* PDF stamp and the like */
    REGION_FIELD,           /* form field, field code */
    REGION_ALT,             /* alternative text, tooltip */
    REGION_NAME,            /* sheet name, layer name, bookmark */
    REGION_HIDDEN,          /* hidden text, sheet, slide, layer; white or off the page */
    REGION_DELETED,         /* tracked deletion, older revision */
    REGION_CODE,            /* script, style, macro source, raw strings */
    REGION_LINK             /* target of a hyperlink */
};

enum place_unit { UNIT_NONE = 1, UNIT_PAGE, UNIT_SHEET, UNIT_SLIDE, UNIT_LINE };

/* Where the text that follows stands. Sticky until the next sink_place(). */
struct place {
    enum region region;
    struct span part;       /* part of the format, "word/header1.xml"; may be empty */
    enum place_unit unit;
    uint32_t number;        /* of the unit, from 1; 0 with UNIT_NONE */
};

/* How the next text looks, for what a person sees; 0 for plain. */
enum text_look {
    LOOK_CAPITALS = 1,      /* shown in capitals by formatting (w:caps, text-transform) */
    LOOK_QUOTED = 2         /* quoted from another message or author */
};

enum property_kind {
    PROPERTY_DOCUMENT = 1,  /* built-in: title, subject, keywords, category… */
    PROPERTY_CUSTOM,        /* user-defined */
    PROPERTY_XMP,           /* name is "namespace-uri#local" */
    PROPERTY_LABEL_XML,     /* value is XML that is a label: LabelInfo, STANAG 4774/4778, sisl */
    PROPERTY_LABEL_DER,     /* value is an ESSSecurityLabel (RFC 2634, 3.2), DER or BER */
    PROPERTY_LABEL_ID       /* name is a store ("oid", "mip", "exif"…), value the identifier */
};

struct sink;

/* A child of this stream: an embedded file, an archive member, an inner message. */
struct nested {
    struct span bytes;      /* borrowed for the time of the call */
    struct span name;       /* as stored; may be empty */
    struct span declared;   /* media type if the container says one */
    struct span charset;
};

/* What the owner of a sink implements; extractors use the functions below. */
struct sink_calls {
    void (*place)(struct sink *sink, const struct place *place);
    void (*look)(struct sink *sink, unsigned look);
    void (*text)(struct sink *sink, struct span utf8);
    void (*property)(struct sink *sink, enum property_kind kind, struct span name, struct span value);
    void (*nested)(struct sink *sink, const struct nested *nested);
    bool (*wants_images)(struct sink *sink);
    bool (*image)(struct sink *sink, struct span file);
    void (*ambiguity)(struct sink *sink, enum ambiguity kind, struct span part);
    void (*uninspectable)(struct sink *sink, enum uninspectable reason, struct span part);
    void (*detected)(struct sink *sink, struct span type);
    void (*signature)(struct sink *sink, struct span kind, struct span signer);
    void (*active)(struct sink *sink);
    bool (*spend)(struct sink *sink, uint64_t unpacked_bytes);
    bool (*spent)(struct sink *sink);
    struct span (*password)(struct sink *sink, size_t index);
    void (*opened)(struct sink *sink);
    void (*leave)(struct sink *sink);
};

struct sink {
    const struct sink_calls *calls;
};

/* Text from here on stands there. A change of place ends the line. */
void sink_place(struct sink *sink, const struct place *place);

/* A set of enum text_look for the text that follows; sink_place() clears it. */
void sink_look(struct sink *sink, unsigned look);

/*
 * Text as a reader meets it, clean UTF-8 or not. Pieces join without a gap, so a
 * word split over runs is whole again; "\n" ends a line, cell or paragraph.
 */
void sink_text(struct sink *sink, struct span utf8);

void sink_property(struct sink *sink, enum property_kind kind, struct span name, struct span value);

/* Read a child at once, by content, with what is left of the budget. */
void sink_nested(struct sink *sink, const struct nested *nested);

/*
 * A picture at the place last told, as a raster image file with all its octets.
 * true: its words were read, and it needs no more telling. Who reads no pictures
 * says false, and it is for the extractor to tell that it is image-only.
 */
bool sink_image(struct sink *sink, struct span file);

/* Is there anybody who reads pictures? To be asked before one is made into a file. */
bool sink_wants_images(struct sink *sink);

/* part names the spot inside this stream, "" for the whole of it. */
void sink_ambiguity(struct sink *sink, enum ambiguity kind, struct span part);
void sink_uninspectable(struct sink *sink, enum uninspectable reason, struct span part);

/* The type more exactly than the extractor's name ("docx" where the extractor is "ooxml"). */
void sink_detected(struct sink *sink, struct span type);

void sink_signature(struct sink *sink, struct span kind, struct span signer);

/* It carries macros, scripts, or anything that runs. */
void sink_active(struct sink *sink);

/*
 * Ask before unpacking: counts octets about to be produced against the message's
 * budget and this stream's ratio. false: do not; the reason is already noted.
 */
bool sink_spend(struct sink *sink, uint64_t unpacked_bytes);

/* true once time, findings or octets are used up: end the loop you are in. */
bool sink_spent(struct sink *sink);

/*
 * The index-th password of the policy to try; an empty span behind the last, and once
 * trying has taken so long that the rest of the message would not be read.
 */
struct span sink_password(struct sink *sink, size_t index);

/* It, or some of it, was sealed, and a password of the policy opened it. */
void sink_opened(struct sink *sink);

/* A library was used whose mistakes a caged child must not carry to the next message: replace the child. */
void sink_leave(struct sink *sink);

struct extractor {
    const char *name;       /* detected type unless read says more exactly */
    enum recognition (*recognise)(const struct extract_input *input);
    enum extract_result (*read)(const struct extract_input *input, struct sink *sink);
    bool verbatim;          /* it stores members as they are, so their signatures show from outside too */
    void (*prepare)(void);  /* once, before the cage closes: open what cannot be opened later; may be NULL */
};

/* All formats, ended by NULL; order breaks ties. One line a format, in src/extract/formats.c. */
extern const struct extractor *const extract_formats[];

/* The surest extractor for this input, or NULL: unsupported. */
const struct extractor *extract_recognise(const struct extract_input *input);

#endif
