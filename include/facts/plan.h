/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef FACTS_PLAN_H
#define FACTS_PLAN_H

/*
 * The scan plan: what the policy tells a scanner to look for, and how far it
 * may go. Built once from the policy, immutable, sent to each scanner template
 * before it is caged. Findings name a label by its index here.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum {
    PLAN_MAX_LABELS = 20000,  /* over all schemes */
    PLAN_MAX_MARKS = 200,     /* of one kind, in one label */
    PLAN_MARK_BYTES = 512,    /* one mark, as written */
    PLAN_MAX_AUTHORITIES = 100,
    PLAN_AUTHORITY_BYTES = 16384
};

/* What a scanner is given. */
enum scan_kind {
    SCAN_MESSAGE = 1,   /* an Internet message, header and body (RFC 5322) */
    SCAN_DOCUMENT,      /* a bare file with a name */
    SCAN_REVISION       /* a message to be edited, not read: wire/revision.h */
};

struct span_list {
    struct span *items;
    size_t count, capacity;
};

/* How much a label's words say when they stand alone (facts of the scheme file). */
enum label_strength {
    LABEL_STRONG = 1,  /* controlled vocabulary: own form and place make it certain */
    LABEL_WEAK         /* everyday word: needs a prefix, or a header or footer, to be likely */
};

struct label_def {
    struct span scheme;         /* "fr" */
    struct span name;           /* "DIFFUSION RESTREINTE" */
    int32_t rank;               /* order inside the scheme */
    int32_t level;              /* common scale 0..4, -1 when off that scale */
    enum label_strength strength;
    bool lists_nations;         /* who it is for stands behind it, "REL TO USA, FRA": told with the finding */
    struct span_list marks;     /* texts that are the marking, as a reader writes them */
    struct span_list short_marks; /* abbreviations: count in brackets, portion marks, file names, after a prefix */
    struct span_list identifiers; /* machine names, "mip:GUID", "oid:1.3.26.1.3.1:4", "pspf:PROTECTED": see vaguemestre-labels(5) */
};

/* What one message may cost; each has its own uninspectable reason when passed. */
struct plan_limits {
    uint64_t expanded_bytes;    /* all decoded and unpacked octets of a message: too-large */
    uint64_t ratio;             /* unpacked octets to one packed, above 1 MiB unpacked: too-large */
    uint32_t depth;             /* containers in containers: too-deep */
    uint32_t parts;             /* MIME parts and members: too-many */
    uint32_t pages;             /* of one document: too-many */
    uint32_t findings;          /* kept of each kind; the rest are counted */
    uint32_t time_ms;           /* wall clock of one message: timeout */
    uint64_t memory_bytes;      /* address space of a scanner child: crashed */
};

enum { PLAN_LANGUAGES_BYTES = 200 };

/* Reading the words in pictures, by programs of their own (vaguemestre-ocr). */
struct plan_ocr {
    bool wanted;
    struct span languages;      /* as Tesseract names them, "fra+eng" */
    uint32_t pictures;          /* of one message, pages of scans among them: the rest is image-only */
    uint64_t pixels;            /* of one picture: a larger one is image-only */
    uint32_t time_ms;           /* wall clock of one message, besides plan_limits.time_ms */
};

struct scan_plan {
    struct label_def *labels;
    size_t label_count;
    struct span_list passwords; /* tried on what is encrypted */
    struct span_list authorities; /* certificates (DER) under which an S/MIME signature is approved */
    struct plan_limits limits;
    struct plan_ocr ocr;
};

/* What is in force where a policy says nothing. */
extern const struct plan_limits plan_default_limits;

#endif
