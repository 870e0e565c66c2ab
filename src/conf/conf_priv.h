/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CONF_CONF_PRIV_H
#define CONF_CONF_PRIV_H

/*
 * The way of a policy file: its octets (bundle), tokens (lexer), statements with
 * their places (outline), the same read by libconfuse (confuse), then the policy
 * (build_*). Every stage reports what it does not like and goes on with the rest.
 */
#include <stdarg.h>

#include "base/buf.h"

#include "conf/approval.h"
#include "conf/conf.h"
#include "conf/setting.h"
#include "policy/policy.h"

enum {
    CONF_MAX_INCLUDE_DEPTH = 10,
    CONF_MAX_FILES = 1000,
    CONF_MAX_BYTES = 128 << 20,     /* all files together */
    CONF_MAX_DIAGNOSTICS = 1000,
    CONF_MAX_VALUES = 200000        /* of one setting */
};

/* bundle.c */
struct bundle_file {
    struct span name;       /* as told to people; relative names stay relative */
    struct span content;
    bool missing;           /* content is then why */
};
const struct bundle_file *bundle_first(const struct bundle *bundle);
/* In the order they were read; NULL behind the last. */
const struct bundle_file *bundle_nth(const struct bundle *bundle, size_t n);
const struct bundle_file *bundle_find(const struct bundle *bundle, struct span name);
void bundle_set_approval(struct bundle *bundle, const struct approval *approval);
/* A whole file behind what out holds. -1: err, with the file's name. */
int file_read_whole(const char *path, struct buf *out, struct err *err);
/* target as seen from the file from. */
struct span bundle_resolve(struct arena *arena, struct span from, struct span target);

/* A place in the files. */
struct place {
    struct span file;
    unsigned line;
};

/* diagnosis.c */
struct diagnoses {
    struct arena *arena;
    struct diagnostic *items;
    size_t count, capacity, error_count, left_out;
};
void diagnose_error(struct diagnoses *d, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diagnose_warning(struct diagnoses *d, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diagnoses_sort(struct diagnoses *d, const struct bundle *bundle);
size_t bundle_index(const struct bundle *bundle, struct span name);

/* suggest.c: the nearest of the words to what was written, if any is near; else an empty span */
struct suggestion {
    struct span written, best;
    unsigned distance;
};
void suggestion_begin(struct suggestion *suggestion, struct span written);
void suggestion_offer(struct suggestion *suggestion, struct span word);
/* "; did you mean \"X\"?", or nothing */
struct span suggestion_words(struct arena *arena, const struct suggestion *suggestion);

/* lexer.c */
enum token_kind {
    TOKEN_END = 1,
    TOKEN_WORD,         /* bare word */
    TOKEN_STRING,       /* in quotes */
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_PAREN_OPEN,
    TOKEN_PAREN_CLOSE,
    TOKEN_EQUALS,
    TOKEN_APPENDS,
    TOKEN_COMMA,
    TOKEN_BAD           /* value then says what is wrong */
};
struct token {
    enum token_kind kind;
    struct span raw;        /* as it stands in the file */
    struct span value;      /* decoded, in the arena */
    unsigned line;
};
struct lexer {
    struct arena *arena;
    struct span text;
    size_t position;
    unsigned line;
};
void lexer_init(struct lexer *lexer, struct arena *arena, struct span text);
struct token lexer_next(struct lexer *lexer);
bool token_is_text(const struct token *token);

/* outline.c */
struct outline_value {
    struct span text;
    struct place place;
};
struct outline_setting {
    const struct setting *setting;
    struct span name;       /* as written: "unless_sender" for the setting "sender" */
    bool unless;
    struct place place;
    struct outline_value *values;
    size_t value_count, value_capacity;
};
struct outline {
    enum section kind;
    struct span title;
    struct place place;
    struct outline_setting *settings;
    size_t setting_count, setting_capacity;
    struct outline **sections;
    size_t section_count, section_capacity;
};
/* The whole bundle; what libconfuse may see of it goes to *accepted. */
struct outline *outline_read(const struct bundle *bundle, struct diagnoses *d, struct buf *accepted);
const struct outline_setting *outline_setting(const struct outline *section, const char *name);

/* confuse.c: have libconfuse read the text, and hold what it read against the outline. */
void confuse_confirm(const struct outline *outline, struct span text, struct diagnoses *d);

/* value.c: what a setting says in its section, or its fallback; checked before */
void values_check(const struct outline *section, struct diagnoses *d);
struct span value_text(const struct outline *section, const char *name);
bool value_bool(const struct outline *section, const char *name);
int64_t value_number(const struct outline *section, const char *name);  /* numbers, sizes, durations in ms */
/* The number a setting says; false for texts and choices, and for what does not convert. */
bool value_of_setting(const struct outline_setting *written, int64_t *out);
int64_t value_date(const struct outline *section, const char *name, int64_t if_unset);

/* build*.c */
struct build {
    const struct bundle *bundle;
    const struct outline *outline;
    struct arena *arena;
    struct diagnoses *d;
    struct policy *policy;
    int64_t now_us;
};
struct span build_at(struct build *build, struct place place);
struct build_values {
    struct outline_value *items;
    size_t count, capacity;
};
/* All values of a list setting, "@name" replaced by the list of that name. */
struct build_values build_list(struct build *build, const struct outline *section,
                               const char *name);
struct build_values build_written(struct build *build, const struct outline_setting *setting);
/* The n-th section of a kind at the top, or NULL. */
const struct outline *build_section(const struct build *build, enum section kind, size_t n);
/* The lines of all files a setting names, without comments, blanks and empty ones. */
struct build_values build_file_lines(struct build *build, const struct outline *section,
                                     const char *name);
struct span build_name(struct build *build, struct outline_value value);
void build_domain(struct build *build, struct nameset *set, struct outline_value value);
void build_address(struct build *build, struct address_set *set, struct outline_value value);
void build_network(struct build *build, struct network_list *list, struct outline_value value);
void build_pattern(struct build *build, struct pattern_list *list, struct outline_value value);
void build_ceiling(struct build *build, struct ceiling *ceiling, const struct build_values *values);
int32_t build_label(struct build *build, struct outline_value value);
int32_t build_destination_index(struct build *build, struct outline_value value);
void build_schemes(struct build *build);
/* Labels the scheme's SPIF may add at most; and the adding, behind its own labels, which begin at first. */
size_t build_spif_room(const struct outline *scheme);
void build_spif(struct build *build, const struct outline *scheme, int32_t scheme_index, size_t first);
void build_senders(struct build *build);
void build_destinations(struct build *build);
void build_exceptions(struct build *build);
void build_rules(struct build *build);
/* build_header.c: what a rule changes in the header */
void build_header_edits(struct build *build, const struct outline *section, struct rule *rule);
/* Are all placeholders of a template known, and is it UTF-8? */
void build_template(struct build *build, const char *name, struct outline_value value);
void build_conditions(struct build *build, const struct outline *section, struct rule *rule);
void build_authorities(struct build *build);
void build_texts(struct build *build);
/* "%{text:NAME}": true, and an error when there is no such text. */
bool build_text_reference(struct build *build, struct outline_value value);
void build_rest(struct build *build);       /* mode, failure, limits, passwords, time */
/* section: limits, written or not. After build_rest() has read them. */
void build_ocr(struct build *build, const struct outline *section);
/* build_settings.c, behind the rest: how the daemon runs */
void build_settings(struct build *build, struct settings *settings);
void lint(struct build *build);

#endif
