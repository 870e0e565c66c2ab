/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CTL_REPLAY_H
#define CTL_REPLAY_H

/* What the two replays share: of records, and of messages in full. */
#include "records.h"

struct replay {
    const struct policy *policy;
    struct arena *arena;        /* for one message */
    json_t *indexes;            /* label name to index */
    json_t *changes;            /* "accept -> reject": count */
    json_t *rules_before, *rules_now;
    uint64_t messages, changed, undecided;
    uint64_t start_us;
    uint64_t progress_every;    /* messages */
    bool json, summary, colour, progress;
};

/* Where stored messages are, and what they are judged by beside the new policy. */
struct replay_mail {
    const char **paths;
    size_t path_count;
    bool held;                  /* the hold queue too */
    const char *config;         /* Postfix's, NULL: the usual one */
    const char *was;            /* policy to compare with; NULL: what is held was held, the rest was accepted */
};

/* Count and tell what becomes of a message whose verdict was record's and is now this. false: nobody reads on. */
bool replay_compare(struct replay *replay, const json_t *record, const struct verdict *verdict);

/* replay_mail.c: every message read by a scanner and judged. -1 after a complaint. */
int replay_messages(struct replay *replay, const struct ruleset *ruleset, const struct replay_mail *mail);

#endif
