/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TESTS_RECORDER_H
#define TESTS_RECORDER_H

/*
 * A sink that writes down what an extractor says, one line a fact, so that a
 * test may ask "was this said, and where":
 *
 *     [header word/header1.xml] SECRET
 *     [body - slide=2 caps] diffusion restreinte
 *     property document title=Plan
 *     nested word/media/image1.png 1042
 *     image page=2 20480
 *     ambiguity xml-dtd word/document.xml
 *     uninspectable encrypted note.txt
 *     detected docx / active / opened / signature smime signer
 *
 * Each line of text is one line here, with its place before it.
 */
#include "base/buf.h"
#include "extract/extract.h"

struct recorder {
    struct sink sink;           /* what to hand to the extractor */
    struct buf log;             /* closed by NUL behind len */
    struct buf line;
    struct place place;
    char part[256];
    unsigned look;
    bool reads_images;          /* say of every image that it was read */
    bool recurse;               /* read nested streams too, in the same log */
    unsigned depth;
    uint64_t spent_bytes, budget_bytes;
    bool leaving;               /* a library asked for the child to be replaced */
    const char *const *passwords; /* ended by NULL; may be NULL itself */
};

/* Budget 64 MB, no recursion, no passwords; change the members before use. */
void recorder_init(struct recorder *recorder);
void recorder_fini(struct recorder *recorder);

/* Recognise bytes by content alone and read them; the log is complete afterwards. */
enum extract_result recorder_read(struct recorder *recorder, struct span bytes);
enum extract_result recorder_read_input(struct recorder *recorder, const struct extract_input *input);

/* Whether one line of the log holds exactly this. */
bool recorder_has_line(const struct recorder *recorder, const char *line);

/* Whether the log holds this anywhere. */
bool recorder_has(const struct recorder *recorder, const char *text);

#endif
