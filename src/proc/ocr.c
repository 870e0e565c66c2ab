/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vaguemestre-ocr: the template of the readers that make out the words in pictures
 * too. Started beside vaguemestre-scanner where the policy says ocr = true, behind
 * which it stands back: it reads a message again only when pictures were left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ocr/ocr.h"
#include "proc/template.h"

enum { TEMPLATE_FD = 3, NICENESS = 5 };

struct reader {
    struct scanner *scanner;
    struct ocr *ocr;
    struct picture_reader pictures;
};

static bool read_picture(void *data, struct span image, struct picture_budget *budget,
                         struct buf *text_out)
{
    return ocr_read(data, image, budget, text_out);
}

static void *prepare(const struct scan_plan *plan)
{
    struct reader *reader = calloc(1, sizeof *reader);

    if (reader == NULL)
        return NULL;
    reader->ocr = ocr_new(plan);
    reader->scanner = reader->ocr == NULL ? NULL : scanner_new(plan);
    if (reader->scanner == NULL) {
        ocr_free(&reader->ocr);
        free(reader);
        return NULL;
    }
    reader->pictures = (struct picture_reader){ reader->ocr, read_picture };
    scanner_read_pictures(reader->scanner, &reader->pictures);
    return reader;
}

/* Libraries this large are trusted with one message, then the process is gone. */
static bool scan(void *prepared, const struct scan_job *job, struct facts *facts)
{
    const struct reader *reader = prepared;

    (void)scanner_scan(reader->scanner, job, facts);
    return true;
}

/* OpenMP asks the environment before main() how many threads it may make: one, as the cage has it. */
static void keep_to_one_thread(char **argv)
{
    const char *limit = getenv("OMP_THREAD_LIMIT");

    if (limit != NULL && strcmp(limit, "1") == 0)
        return;
    if (setenv("OMP_THREAD_LIMIT", "1", 1) == 0)
        execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
    static const struct template_work work = {
        prepare, scan, NULL, NULL,
        "no data for a language of ocr_languages (on Debian tesseract-ocr-LANGUAGE), or no memory"
    };
    socklen_t len = sizeof(int);
    int type;

    (void)argc;
    if (getsockopt(TEMPLATE_FD, SOL_SOCKET, SO_TYPE, &type, &len) != 0 || type != SOCK_SEQPACKET) {
        fputs("vaguemestre-ocr: started by vaguemestred(8) and vaguemestre(1) only\n", stderr);
        return 2;
    }
    keep_to_one_thread(argv);
    (void)setpriority(PRIO_PROCESS, 0, NICENESS);
    return template_run(TEMPLATE_FD, &work);
}
