/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vaguemestre-scanner: the template of the sandboxed readers. Started by
 * vaguemestred and "vaguemestre inspect" with its socket as descriptor 3; nobody
 * starts it by hand.
 */
#include <malloc.h>
#include <stdio.h>
#include <sys/socket.h>

#include "proc/template.h"
#include "revise/revise.h"

enum {
    TEMPLATE_FD = 3,
    KEPT_BYTES = 8 << 20    /* memory that one message needed and the next may use: page faults cost more */
};

static void *prepare(const struct scan_plan *plan)
{
    return scanner_new(plan);
}

static bool scan(void *prepared, const struct scan_job *job, struct facts *facts)
{
    return scanner_scan(prepared, job, facts);
}

int main(void)
{
    static const struct template_work work = {
        prepare, scan, revise_message, revise_header,
        "cannot compile the plan: no memory, or a marking would not be found in its own text"
    };
    socklen_t len = sizeof(int);
    int type;

    if (getsockopt(TEMPLATE_FD, SOL_SOCKET, SO_TYPE, &type, &len) != 0 || type != SOCK_SEQPACKET) {
        fputs("vaguemestre-scanner: started by vaguemestred(8) and vaguemestre(1) only\n", stderr);
        return 2;
    }
    (void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    return template_run(TEMPLATE_FD, &work);
}
