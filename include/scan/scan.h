/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

/*
 * Walk a message: header, MIME tree, every part by its content, containers in
 * containers; list senders, labels, contact addresses, parts, ambiguities, and
 * what could not be read. Runs in the cage, on octets a stranger wrote.
 */
#include "base/span.h"
#include "facts/facts.h"
#include "facts/picture.h"
#include "facts/plan.h"

struct scanner;

/*
 * Compile the plan (matching automaton, limits). The plan is borrowed and must
 * outlive the scanner. Calls every extractor's prepare. NULL when out of memory.
 */
struct scanner *scanner_new(const struct scan_plan *plan);
void scanner_free(struct scanner **scanner);

/* Have pictures read too, as far as plan->ocr allows, from now on. Borrowed as long as the scanner lives. */
void scanner_read_pictures(struct scanner *scanner, const struct picture_reader *reader);

struct scan_job {
    enum scan_kind kind;
    struct span bytes;      /* CRLF or LF line ends */
    struct span name;       /* of a bare file */
    uint32_t time_ms;       /* of the wall clock; 0: the plan's */
};

/*
 * Judge nothing, find everything: fills all content members of facts and sets
 * scanned. Never fails; a limit passed is a fact. Returns true when this process
 * should be replaced because a library that may leave traces was used.
 */
bool scanner_scan(struct scanner *scanner, const struct scan_job *job, struct facts *facts);

#endif
