/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SCAN_CONFIDENCE_H
#define SCAN_CONFIDENCE_H

/*
 * How much a marking seen in text says, from what stands around it: position,
 * isolation, form, prefix, grammar, and what speaks against it. A pure function;
 * repetition over pages and company are weighed later, over the whole document.
 */
#include <stdbool.h>

#include "base/span.h"
#include "extract/extract.h"
#include "facts/finding.h"
#include "facts/plan.h"

/* Not worth a finding: an abbreviation where abbreviations mean nothing. */
enum { CONFIDENCE_NONE = 0 };

/* A marking and its line. Spans are folded text (text/fold.h), other markings of other schemes blanked. */
struct sighting {
    struct span before, after;  /* on the same line, at most SIGHTING_LINE_BYTES each */
    struct span mark;           /* the marking itself, folded */
    enum label_strength strength;
    bool is_short;              /* an abbreviation (short_marks) */
    bool several_words;
    bool capitals;              /* in capitals, by letter or by formatting, or spelled as the scheme has it */
    bool title_case;            /* begins with a capital */
    bool contained;             /* inside a longer phrase or marking */
    bool in_quotes;             /* quotation marks around it */
    enum region region;
    enum source source;
    bool placed;                /* among the first or last lines of its page or body */
};

enum { SIGHTING_LINE_BYTES = 240 };

/* What was seen beside the confidence itself, for reading_finish(). */
struct weight {
    int confidence;             /* enum confidence, or CONFIDENCE_NONE */
    bool isolated;              /* nothing but parts of markings on its line */
    bool portion;               /* a paragraph's own mark: "(S) The..." */
};

struct weight confidence_weigh(const struct sighting *sighting);

#endif
