/* SPDX-License-Identifier: EUPL-1.2 */
/* Edits of any octets: no crash, and no body without a result that says so. */
#include <stdint.h>
#include <stdlib.h>

#include "revise/revise.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct replacement replacement = { { "a@b.c", 5 }, { "press@x.example", 15 } };
    struct notice notice = { { "2", 1 }, { "notice\n", 7 } };
    const struct revision revision = { .replacements = &replacement, .replacement_count = 1,
                                       .notices = &notice, .notice_count = size % 2,
                                       .footer_text = SPAN("-- \nfooter\n"),
                                       .footer_html = SPAN("<p>footer</p>") };
    struct span message = { (const char *)bytes, size }, type;
    struct arena *arena = arena_new(0);
    enum revise_result result;
    size_t body_at = 0;
    struct buf body;

    buf_init(&body, 0);
    result = revise_message(arena, message, &revision, &body, &body_at, &type);
    if (result == REVISE_DONE && body_at > body.len)
        abort();
    if (result != REVISE_DONE && result != REVISE_IMPOSSIBLE && body.len > 0)
        abort();
    buf_fini(&body);
    arena_free(&arena);
    return 0;
}
