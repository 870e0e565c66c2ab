/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_PDF_INTERPRETER_H
#define EXTRACT_PDF_INTERPRETER_H

/*
 * What the interpreter of content streams is made of.
 *
 *   pdf_content.c operators, graphics states, forms
 *   pdf_show.c    strings to runs of text in their place
 *   pdf_mark.c    marked content
 */
#include "pdf_priv.h"

enum { PDF_MAX_OPERANDS = 32, PDF_MAX_MARKS = 64 };

/* What q saves and Q brings back (8.4.1, 9.3). */
struct pdf_state {
    double ctm[6];
    double char_space, word_space, scale, leading, size, rise;
    struct pdf_font *font;
    int mode;
};

/* What BDC or BMC changed, for its EMC. */
struct pdf_mark {
    uint8_t region;
    bool hides;
    bool has_actual;
    uint32_t actual, actual_len;    /* in page->aside */
    unsigned unmapped;
};

/* One content stream being read: page, form, appearance. */
struct pdf_interpreter {
    struct pdf_reader *reader;
    struct pdf_file *file;
    struct pdf_page *page;
    struct pdf_dict *resources;
    struct pdf_lexer lexer;
    struct pdf_state state, saved[PDF_MAX_STATES];
    unsigned depth, over_depth;
    double tm[6], line[6];
    struct pdf_value operands[PDF_MAX_OPERANDS];
    size_t operand_count, element_count;
    bool in_array;
    struct pdf_mark marks[PDF_MAX_MARKS];
    unsigned mark_depth, over_marks;
    unsigned hidden;
    uint8_t region;
    unsigned form_depth;
};

/* out = m x n, which it may be. */
void pdf_multiply(const double *m, const double *n, double *out);

/* The operand when it is of that kind, else no octets. */
struct span pdf_operand_bytes(const struct pdf_interpreter *in, size_t index, enum pdf_kind kind);

/* Something in the named category of the resources. */
struct pdf_value pdf_resource(struct pdf_interpreter *in, struct span category, struct span name);

/* Show one string, or the strings and gaps of the array just read, at the text matrix. */
void pdf_show(struct pdf_interpreter *in, struct span s);
void pdf_show_array(struct pdf_interpreter *in);

/* BMC and BDC; EMC. */
void pdf_mark_begin(struct pdf_interpreter *in, bool has_properties);
void pdf_mark_end(struct pdf_interpreter *in);

#endif
