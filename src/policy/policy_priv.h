/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef POLICY_POLICY_PRIV_H
#define POLICY_POLICY_PRIV_H

/*
 * What the files of this room share: one judgement in the making.
 *
 * Facts are answered in three values. Where the content was not read to its end,
 * what was found counts, and what was not found is unknown; a rule that would end
 * the judgement and cannot be told leaves the message to the failure settings. So
 * an early or partial answer never contradicts the whole one.
 */
#include "base/buf.h"
#include "policy/decide.h"
#include "policy/policy.h"

enum truth { TRUTH_NO = 1, TRUTH_UNKNOWN, TRUTH_YES };

/* What is known of one sender, beyond its fact; bits. */
enum sender_mark {
    SENDER_NOT_APPROVED = 1,    /* not on the list, or malformed */
    SENDER_WRONG_SERVER = 2,
    SENDER_WRONG_LOGIN = 4,
    SENDER_LOOKALIKE = 8
};

struct judgement {
    const struct policy *policy;
    const struct facts *facts;
    struct arena *arena;
    bool whole;             /* the content was read to its end, nothing dropped */
    struct network client;
    unsigned *sender_marks; /* of each sender */
    int32_t *destinations;  /* of each recipient; POLICY_NONE: listed nowhere */
    int32_t nowhere;        /* destination of a recipient nobody named: the "*" one, else POLICY_NONE */
    bool *in_force;         /* of each exception: does it speak about this message? */
    bool *spent;            /* of each exception: it would, had it not been used as often as it may */
    bool *used;             /* of each exception: did it excuse something a rule would have acted on? */
    bool counts_uses;       /* the rule that is judged is one of these */
    bool *dropped;          /* of each recipient: a rule took it off already */
    bool *answered;         /* of each part: did a rule or exception speak about its being unreadable? */
    size_t edit_capacity, outcome_capacity; /* of the verdict's lists */
    fact_set possible;      /* no other fact can hold: lets most rules be skipped */
};

/* Which senders, recipients… a rule's conditions are about; NULL: all of them. */
struct selection {
    bool *senders, *recipients, *labels, *parts, *contacts, *ambiguities, *signatures;
};

/* Why a rule holds, for the log and for the placeholders of a reply: the first of each kind. */
struct reasons {
    struct span *lines;
    size_t count, capacity, left_out;
    struct span sender, label, where, contact, destination, ceiling, uninspectable, ambiguity;
    struct span suggestion;
    const struct part_fact *part;   /* that a notice stands for */
    enum fact fact;             /* the first that held */
    bool *recipients;           /* of each recipient: is it one the reason is about? NULL: all */
    struct span exception;      /* the first that excused something */
    const struct condition *failed; /* why it does not hold: this condition, */
    bool speaks;                /* for the rule's own "when": what it finds unreadable is then answered for */
    bool excepted;              /* or something its "unless" names holds; else its facts do not */
};

static inline bool is_selected(const bool *selected, size_t i)
{
    return selected == NULL || selected[i];
}

/* Is the recipient still one, and one the rule is about? */
static inline bool is_recipient(const struct judgement *j, const struct selection *selection,
                                size_t i)
{
    return is_selected(selection->recipients, i) && !j->dropped[i];
}

/* judgement.c */
int judgement_init(struct judgement *j, const struct policy *policy, const struct facts *facts,
                   struct arena *arena);
enum failure judgement_failure(const struct judgement *j);

/* sender.c: approval, servers, logins */
unsigned sender_judge(const struct judgement *j, const struct sender_fact *sender);
bool sender_claims_authorship(const struct sender_fact *sender);

/* ceiling.c */
bool ceiling_is_reached(const struct policy *policy, const struct ceiling *floor, int32_t label);
int32_t destination_of(const struct policy *policy, struct span address, struct span domain);
bool label_is_comparable(const struct policy *policy, int32_t a, int32_t b);
int label_compare(const struct policy *policy, int32_t a, int32_t b);

/* release.c */
bool label_is_caveat(const struct policy *policy, int32_t label);
/* Is one of the nations of this destination among those the caveat is for? */
bool release_reaches(const struct policy *policy, const struct label_fact *label,
                     const struct destination *to);

/* exception.c */
bool exception_is_in_force(const struct judgement *j, const struct exception *exception);
bool exception_is_spent(const struct judgement *j, const struct exception *exception);
void exceptions_say_spent(struct judgement *j, size_t rule, struct reasons *reasons);
const struct exception *excuse_sender(const struct judgement *j, size_t rule, enum fact fact,
                                      const struct sender_fact *sender);
const struct exception *excuse_label(const struct judgement *j, size_t rule, int32_t label,
                                     size_t recipient);
const struct exception *excuse_message(const struct judgement *j, size_t rule, enum fact fact);

/* condition.c */
enum pattern_result address_set_match(const struct address_set *set, struct span address,
                                      struct span domain);
/* *failed_out, unless NULL: the first condition that does not hold, when the answer is no. */
enum truth conditions_select(const struct judgement *j, const struct rule *rule,
                             struct selection *selection, const struct condition **failed_out);
const char *condition_name(enum condition_kind kind);
enum truth condition_holds(const struct judgement *j, const struct condition *condition);

/* Is it met by a part? Then, under "unless", it may take out that part instead of excusing the message. */
bool condition_is_of_part(const struct condition *condition);

/* Take the parts that meet one of these, and the labels in them, out of the selection. false: no memory. */
bool conditions_take_out(const struct judgement *j, const struct condition_list *conditions,
                         struct selection *selection);

/* time.c */
bool time_is_inside(const struct policy *policy, const struct condition *condition, int64_t now_us);

/* evidence_*.c: does this fact hold for what is selected? */
enum truth evidence_sender(struct judgement *j, size_t rule, enum fact fact,
                           const struct selection *selection, struct reasons *reasons);
enum truth evidence_label(struct judgement *j, size_t rule, enum fact fact,
                          const struct selection *selection, struct reasons *reasons);
enum truth evidence_content(struct judgement *j, size_t rule, enum fact fact,
                            const struct selection *selection, struct reasons *reasons);

/* disagreement.c */
enum truth labels_disagree(struct judgement *j, size_t rule, const struct selection *selection,
                           struct reasons *reasons);

/* dominance.c */
enum truth labels_downgrade(struct judgement *j, size_t rule, const struct selection *selection,
                            struct reasons *reasons);
enum truth labels_dropped(struct judgement *j, size_t rule, const struct selection *selection,
                          struct reasons *reasons);
/* Is the place in this part, or the part itself? */
bool place_is_within(struct span where, struct span part);

/* language.c */
enum reader { READER_SENDER = 1, READER_RECIPIENTS };
/* Bits of enum language, never none. */
unsigned languages_of(const struct judgement *j, enum reader reader);
/* The text a "%{text:NAME}" stands for, in the languages of who reads it; any other value as it is. */
struct span text_in_languages(const struct judgement *j, struct span value, enum reader reader);

/* channel.c */
bool message_is_signed(const struct judgement *j);
enum truth channels_unmet(struct judgement *j, const struct selection *selection,
                          struct reasons *reasons);

/* nearmiss.c */
enum truth recipients_near_miss(struct judgement *j, const struct selection *selection,
                                struct reasons *reasons);
bool sender_is_near_miss(const struct judgement *j, struct span domain, struct span *meant_out);

/* reasons.c */
void reasons_add(struct judgement *j, struct reasons *reasons, enum fact fact, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
void reasons_recipient(struct judgement *j, struct reasons *reasons, size_t recipient);
void reasons_excuse(const struct judgement *j, struct reasons *reasons, const struct exception *exception);
void reasons_keep(struct span *first, struct span value);

/* rule.c */
enum truth rule_holds(struct judgement *j, size_t rule, struct reasons *reasons);

/* reply.c */
void reply_build(const struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                 enum action action, struct smtp_reply *reply_out);
void reply_build_failure(const struct judgement *j, enum failure failure, enum action action,
                         struct smtp_reply *reply_out);
struct span template_expand(const struct judgement *j, const struct rule *rule,
                            const struct reasons *reasons, struct span text);

/* The same of a template in HTML: what a message brings is text in it, never markup. */
struct span template_expand_html(const struct judgement *j, const struct rule *rule,
                                 const struct reasons *reasons, struct span text);
void html_append(struct buf *out, struct span text);

/* bodymap.c: what a rewrite changes in the body */
int bodymap_apply(struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                  struct verdict *verdict);
bool bodymap_touches(const struct judgement *j, const struct rule *rule);

/* The IMAP number a place begins with: "2.1!plan.zip#line=3" is in part 2.1. */
struct span mime_part_of(struct span where);

/* mark.c: the label in the header. mark_highest: of one MIME part, or with "" of all; LABEL_UNKNOWN: none. */
int mark_apply(struct judgement *j, const struct rule *rule, struct verdict *verdict);
int32_t mark_highest(const struct judgement *j, struct span part);

/* fieldcut.c: the fields a rewrite removes */
int fieldcut_apply(struct judgement *j, const struct rule *rule, struct verdict *verdict);

/* sendermap.c */
int sendermap_apply(struct judgement *j, const struct rule *rule, struct verdict *verdict);
bool sendermap_touches(const struct judgement *j, const struct rule *rule);

/* texts.c: the shipped words; NULL-terminated templates, French and English */
const char *const *text_for(enum fact fact, enum action action);
const char *const *text_for_failure(enum failure failure, enum action action);

/* effects.c: what a rule that is met adds to the verdict. -1: the arena is full. */
int effects_add(struct judgement *j, struct verdict *verdict, enum edit_kind kind,
                const struct rule *rule, struct span name, struct span value);
/* Is there one field of that name only, and does it say that already? */
bool effects_has_field(const struct judgement *j, struct span name, struct span value);
int effects_apply(struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                  struct verdict *verdict);
int effects_redirect(struct judgement *j, const struct rule *rule, struct verdict *verdict);
int effects_tell_sender(struct judgement *j, const struct rule *rule, const struct reasons *reasons,
                        struct verdict *verdict);
int effects_drop_recipients(struct judgement *j, const struct rule *rule,
                            const struct reasons *reasons, struct verdict *verdict);

#endif
