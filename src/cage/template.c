/* SPDX-License-Identifier: EUPL-1.2 */
#include "cage/template.h"

void template_put_start(struct buf *out, const struct template_start *start)
{
    wire_put_u8(out, ORDER_START);
    wire_put_u32(out, start->children);
    wire_put_u32(out, start->reuse);
    wire_put_span(out, start->plan);
}

bool template_get_start(struct wire_in *in, struct template_start *start_out)
{
    start_out->children = wire_get_range(in, 1, TEMPLATE_MAX_CHILDREN);
    start_out->reuse = wire_get_range(in, 1, UINT32_MAX);
    start_out->plan = wire_get_span(in, WIRE_MESSAGE_BYTES);
    return wire_is_done(in);
}
