/* SPDX-License-Identifier: EUPL-1.2 */
#include "scan/scan.h"

#include <stdlib.h>

#include "base/clock.h"
#include "scan_priv.h"
#include "text/charset.h"

struct scanner {
    const struct scan_plan *plan;
    struct matcher *matcher;
    const struct picture_reader *pictures;  /* NULL: nobody reads them */
};

struct scanner *scanner_new(const struct scan_plan *plan)
{
    struct scanner *scanner = calloc(1, sizeof *scanner);
    struct span missed;

    if (scanner == NULL)
        return NULL;
    charset_prepare();
    for (const struct extractor *const *format = extract_formats; *format != NULL; format++)
        if ((*format)->prepare != NULL)
            (*format)->prepare();
    scanner->plan = plan;
    scanner->matcher = matcher_new(plan, &missed);
    if (scanner->matcher == NULL)
        scanner_free(&scanner);
    return scanner;
}

void scanner_free(struct scanner **scanner)
{
    if (*scanner == NULL)
        return;
    matcher_free(&(*scanner)->matcher);
    free(*scanner);
    *scanner = NULL;
}

void scanner_read_pictures(struct scanner *scanner, const struct picture_reader *reader)
{
    scanner->pictures = reader;
}

static void read_document(struct scan *scan, const struct scan_job *job)
{
    const struct stream file = { .bytes = job->bytes, .where = SPAN("1"), .name = job->name };

    walk_stream(scan, &file);
}

bool scanner_scan(struct scanner *scanner, const struct scan_job *job, struct facts *facts)
{
    const uint64_t begin_us = clock_monotonic_us();
    struct scan scan = { .plan = scanner->plan,
                         .facts = facts,
                         .pictures = scanner->pictures };

    budget_begin(&scan.budget, &scanner->plan->limits,
                 job->time_ms > 0 ? job->time_ms : scanner->plan->limits.time_ms);
    scan.picture_budget = (struct picture_budget){ .pictures = scanner->plan->ocr.pictures,
                                                   .deadline_us = scan.budget.deadline_us };
    scan.reading = reading_new(scanner->matcher, facts);
    if (scan.reading == NULL) {
        facts->scan_failure = UNINSPECTABLE_TOO_LARGE;
        return true;
    }
    switch (job->kind) {
    case SCAN_MESSAGE: message_read(&scan, job->bytes, SPAN(""), 0); break;
    case SCAN_DOCUMENT: read_document(&scan, job); break;
    case SCAN_REVISION: break; /* an order to edit is not for us */
    }
    reading_finish(scan.reading);
    alternative_judge(&scan);
    facts->cost.expanded_bytes = scan.budget.expanded;
    facts->scan_failure = scan.budget.spent;
    /* Where the arena was too small for all findings, the lists are not whole. */
    if (facts->scan_failure == UNINSPECTABLE_NONE && arena_is_full(facts->arena))
        facts->scan_failure = UNINSPECTABLE_TOO_LARGE;
    facts->scanned = true;
    facts->scan_us = clock_monotonic_us() - begin_us;
    return scan.leaving;
}
