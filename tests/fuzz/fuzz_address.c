/* SPDX-License-Identifier: EUPL-1.2 */
/* Address lists and SMTP paths from any octets; what is accepted must be accepted again, unchanged. */
#include <stdint.h>
#include <stdlib.h>

#include "mail/address.h"
#include "mail/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { MAILBOXES = 200 };

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* A normalised address is a path, and normalising it again changes nothing. */
static void check_address(struct arena *arena, const struct address *address)
{
    struct address again;

    require(address_parse_path(arena, address->full, &again) == ADDRESS_OK);
    require(span_equals(address->full, again.full));
    require(span_equals(address->domain, again.domain));
    domain_is_lookalike(address->domain);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct span text = { (const char *)bytes, size };
    struct arena *arena = arena_new(0);
    struct ambiguity_set seen = { 0 };
    struct mailbox_list list;
    struct address address;

    if (address_parse_path(arena, text, &address) == ADDRESS_OK)
        check_address(arena, &address);
    address_parse_list(arena, text, MAILBOXES, &list, &seen);
    require(list.count <= MAILBOXES);
    for (size_t i = 0; i < list.count; i++) {
        require(list.items[i].malformed == (list.items[i].address.full.len == 0));
        if (!list.items[i].malformed)
            check_address(arena, &list.items[i].address);
    }
    arena_free(&arena);
    return 0;
}
