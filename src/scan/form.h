/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SCAN_FORM_H
#define SCAN_FORM_H

/* How words are written and how they stand on their line: questions about text alone. */
#include <stdbool.h>
#include <stddef.h>

#include "scan/confidence.h"
#include "scan/match.h"

/* Offset behind the count-th line that is not blank, and of the count-th last one. */
size_t form_end_of_lines(struct span text, unsigned count);
size_t form_start_of_last_lines(struct span text, unsigned count);

/* Are both folded texts the same but for separators? Then no digit stood for a letter. */
bool form_same_letters(struct span a, struct span b);

/*
 * Sets capitals and title_case of out, whose mark is set: the letters of the original
 * are capitals by themselves or by look, or spelled as the scheme has it.
 */
void form_read(struct span original, const struct mark *mark, unsigned look, struct sighting *out);

/* An abbreviation counts only as the scheme writes it. */
bool form_is_as_written(struct span original, const struct mark *mark, unsigned look);

bool form_in_quotes(struct span folded, const struct match *match);

/* Does the line of octet at of the original begin with the ">" of a quotation? */
bool form_is_quoted_line(struct span text, size_t at);

bool form_has_latin_letter(struct span text);

/* A quick look whether a match may be alone on its line, or the value of a key. */
bool form_stands_out(struct span folded, const struct match *match);

#endif
