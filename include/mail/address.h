/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

/*
 * Mail addresses: SMTP paths (RFC 5321, 4.1.2) and the address lists of header
 * fields (RFC 5322, 3.4 with its obsolete forms in 4.4; RFC 6531/6532 UTF-8).
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "facts/ambiguity.h"

enum address_result {
    ADDRESS_OK = 1,
    ADDRESS_NULL,           /* "<>" or nothing: the null reverse-path */
    ADDRESS_SYNTAX,
    ADDRESS_TOO_LONG        /* local part over 64 or domain over 255 octets (RFC 5321, 4.5.3.1) */
};

struct address {
    struct span full;       /* "local@domain", domain normalised; in the arena */
    struct span local;      /* as written, quotes removed where they are not needed */
    struct span domain;     /* normalised: mail/domain.h */
    bool routed;            /* a source route stood before it */
};

/* The path of MAIL or RCPT as the mail server hands it over, with or without "<" and ">". */
enum address_result address_parse_path(struct arena *arena, struct span path, struct address *out);

/* One mailbox of an address list. */
struct mailbox {
    struct address address;
    struct span display_name;   /* decoded (RFC 2047), comment stripped; in the arena */
    struct span raw;            /* what stood there */
    bool malformed;             /* address.full is empty; a claim to send nobody can check */
    bool inferred;              /* not where the grammar has one: only some readers see it */
};

/*
 * Every mailbox of a field body (unfolded or not), groups opened, in order, at
 * most max_mailboxes. Whatever reading a real mail reader might take, the mailbox
 * is in the list: where they differ, all are, and seen (which may be NULL) names why.
 *
 * Takes any octets, in time linear in them; groups and comments may nest to any
 * depth. What is between separators and yields no mailbox is listed as malformed.
 */
struct mailbox_list {
    struct mailbox *items;
    size_t count, capacity;
    bool truncated;             /* there were more */
};

void address_parse_list(struct arena *arena, struct span body, size_t max_mailboxes,
                        struct mailbox_list *out, struct ambiguity_set *seen);

#endif
