/* SPDX-License-Identifier: EUPL-1.2 */
/* Stored messages in full, as the daemon would read and judge them now. */
#include "audit/record.h"
#include "cage/cage.h"
#include "conf/conf.h"
#include "messages.h"
#include "policy/decide.h"
#include "replay.h"

struct study {
    struct replay *replay;
    struct judge now, was;      /* was.conf NULL: stored_as is what a message was */
    const char *stored_as;
};

static int open_judge(struct judge *judge, const struct ruleset *ruleset)
{
    struct err err = { "" };

    judge->conf = ruleset->conf;
    judge->cage = judge_open_cage(ruleset->conf->policy, false, &err);
    if (judge->cage == NULL)
        complain("no scanner: %s", err.text);
    return judge->cage == NULL ? -1 : 0;
}

/* The record there would be of the message as it was judged before. */
static json_t *record_before(struct study *study, const char *name, struct span octets)
{
    struct judgement judged;
    struct err err = { "" };
    json_t *record;

    if (study->was.conf == NULL)
        return json_pack("{s:s, s:s}", "verdict", study->stored_as, "queue_id", name);
    if (judge_octets(&study->was, name, octets, &judged, &err) != 0) {
        complain("%s: %s", name, err.text);
        return NULL;
    }
    record = record_encode(study->was.conf->policy, judged.facts, &judged.verdict);
    json_object_set_new(record, "queue_id", json_string(name));
    judgement_fini(&judged);
    return record;
}

static bool compare(void *data, const char *name, struct span octets,
                    const struct envelope_options *envelope)
{
    struct study *study = data;
    struct judgement judged;
    struct err err = { "" };
    json_t *record;
    bool go_on = true;

    study->now.envelope = study->was.envelope =
        envelope != NULL ? *envelope : (struct envelope_options){ .sender = NULL };
    arena_reset(study->replay->arena);
    study->replay->messages++;
    record = record_before(study, name, octets);
    if (record != NULL && judge_octets(&study->now, name, octets, &judged, &err) == 0) {
        go_on = replay_compare(study->replay, record, &judged.verdict);
        judgement_fini(&judged);
    } else {
        study->replay->undecided++;
        if (err.text[0] != '\0')
            complain("%s: %s", name, err.text);
    }
    json_decref(record);
    return go_on;
}

static int each(struct study *study, const struct replay_mail *mail)
{
    uint64_t most_bytes = study->now.conf->settings.message_limit_bytes;
    int result = 0;

    study->stored_as = "accept";
    for (size_t i = 0; i < mail->path_count; i++)
        if (messages_each(mail->paths[i], most_bytes, compare, study) != 0)
            result = -1;
    study->stored_as = "quarantine";
    if (mail->held && messages_each_held(mail->config, most_bytes, compare, study) != 0)
        result = -1;
    return result;
}

int replay_messages(struct replay *replay, const struct ruleset *ruleset, const struct replay_mail *mail)
{
    struct study study = { .replay = replay };
    struct ruleset was = { 0 };
    int result = -1;

    if (mail->was != NULL && ruleset_load(mail->was, &was) != 0)
        return -1;
    if (open_judge(&study.now, ruleset) == 0 && (mail->was == NULL || open_judge(&study.was, &was) == 0))
        result = each(&study, mail);
    cage_free(&study.now.cage);
    cage_free(&study.was.cage);
    if (mail->was != NULL)
        ruleset_fini(&was);
    return result;
}
