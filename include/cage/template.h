/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CAGE_TEMPLATE_H
#define CAGE_TEMPLATE_H

/*
 * What the safe side and the scanner template say to each other. The template
 * never reads a message, so it is trusted; its children are not.
 */
#include "facts/plan.h"
#include "wire/wire.h"

/* From the safe side. The first message is a start. */
enum template_order {
    ORDER_START = 1,    /* children, reuse, plan */
    ORDER_KILL          /* id of a child */
};

/* From the template. The first message is ready or failed. */
enum template_news {
    NEWS_READY = 1,     /* text: what the sandbox lacks, or empty */
    NEWS_FAILED,        /* text: why; then it ends */
    NEWS_CHILD          /* id, with the child's socket */
};

enum { TEMPLATE_MAX_CHILDREN = 1024, TEMPLATE_TEXT_BYTES = 1024 };

struct template_start {
    uint32_t children;  /* caged and ready at any time, those at work among them */
    uint32_t reuse;     /* messages each may read */
    struct span plan;   /* as plan_encode() wrote it */
};

void template_put_start(struct buf *out, const struct template_start *start);

/* Of an order whose kind was got already; false when it is malformed. */
bool template_get_start(struct wire_in *in, struct template_start *start_out);

#endif
