/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Any octets as a policy file, sealed and read back as the daemon does. A policy
 * comes out exactly when no error was told, and one that comes out can judge.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "conf/conf.h"
#include "facts/facts.h"
#include "policy/decide.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void judge(const struct policy *policy)
{
    struct arena *arena = arena_new(1 << 20);
    struct facts *facts = facts_new(arena);
    struct sender_fact *sender = facts_add_sender(facts);
    struct recipient_fact *recipient = facts_add_recipient(facts);
    struct label_fact *label = facts_add_label(facts);
    struct verdict verdict;

    sender->where = SPAN("envelope");
    sender->address = SPAN("a@example.org");
    sender->domain = SPAN("example.org");
    recipient->verbatim = SPAN("<b@example.com>");
    recipient->address = SPAN("b@example.com");
    recipient->domain = SPAN("example.com");
    label->label = LABEL_UNKNOWN;
    label->confidence = CONFIDENCE_CERTAIN;
    label->source = SOURCE_METADATA;
    facts->scanned = true;
    policy_decide(policy, facts, DECIDE_ALL, arena, &verdict);
    if (action_name(verdict.action) == NULL)
        abort();
    arena_free(&arena);
}

static int policy_file(const uint8_t *bytes, size_t size)
{
    int fd = memfd_create("fuzz-policy", MFD_CLOEXEC);

    if (fd >= 0 && write(fd, bytes, size) != (ssize_t)size) {
        close(fd);
        fd = -1;
    }
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char path[64];
    struct err err;
    struct bundle *bundle;
    struct conf *conf;
    int fd = policy_file(bytes, size);

    if (fd < 0)
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bundle = bundle_read(path, &err);
    close(fd);
    if (bundle == NULL)
        return 0;
    conf = conf_parse(bundle, INT64_C(1780315200000000));
    if (conf != NULL && (conf->policy == NULL) != (conf->error_count > 0))
        abort();
    if (conf != NULL && conf->policy != NULL)
        judge(conf->policy);
    conf_free(&conf);
    bundle_free(&bundle);
    return 0;
}
