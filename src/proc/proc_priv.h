/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef PROC_PRIV_H
#define PROC_PRIV_H

/*
 * What the processes of vaguemestred share. The parent starts the milter, the
 * audit writer (by running itself again with a role) and scanner templates, and
 * hands each pair the socket between them; it alone forks.
 *
 *     mail server -- milter -- scanner template and its caged children
 *                      |
 *                    audit -- disk
 */
#include <libmilter/mfapi.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "cage/cage.h"
#include "conf/approval.h"
#include "conf/conf.h"
#include "facts/facts.h"
#include "facts/verdict.h"
#include "policy/decide.h"
#include "review/review.h"
#include "spool/spool.h"

/* What the command line says. */
struct daemon_options {
    const char *policy_path;
    const char *pid_file;           /* NULL: none */
    const char *authority_path;     /* certificates a policy must be signed by; NULL: anybody's will do */
    const char *state_path;         /* where the last signed version is noted */
    bool allow_older;               /* at the start take a version older than that */
    const char *audit_file;         /* of the audit role */
    const char *spool_directory;    /* of the milter role */
    const char *facility;           /* of a role: where its syslog lines go */
    bool audit_sync;
    bool audit_keyed;               /* of the audit role: the chain's key is on ROLE_KEY_FD */
    bool foreground;
};

/* ---- log.c: one event, one line, to syslog; to standard error as well in the foreground ---- */

void log_open(const char *role, bool foreground, struct span facility);

/* level is one of syslog.h. */
void log_line(int level, const struct buf *line);

/* "EVENT problem=text"; text may hold what strangers sent. */
void log_problem(int level, const char *event, const char *text);

/* One line when the kernel lacks a fence (sandbox_enter()'s missing_out): "" is nothing to tell. */
void log_missing(const char *role, const char *missing);

/* "EVENT key=value". */
void log_event(int level, const char *event, const char *key, struct span value);

/* ---- channel.c: how parent and role talk, one datagram a message ---- */

enum channel_kind {
    CHANNEL_POLICY = 1, /* to the milter, two descriptors: sealed bundle, socket of a scanner template */
    CHANNEL_POLICY_OCR, /* the same with a third: socket of a template that reads pictures */
    CHANNEL_AUDIT,      /* to the milter, one descriptor: socket of the audit writer */
    CHANNEL_CLIENT,     /* to the audit writer, one descriptor: socket of the milter */
    CHANNEL_STOP,       /* to both: finish what is at work, then end */
    CHANNEL_PING,       /* to both, answered by CHANNEL_PONG */
    CHANNEL_REOPEN,     /* to the audit writer: the file may have been renamed */
    CHANNEL_READY,      /* from both: the last thing asked is in force */
    CHANNEL_FAILED,     /* from both: it is not; text says why */
    CHANNEL_PONG
};

enum { CHANNEL_MAX_FDS = 3, CHANNEL_TEXT_BYTES = 1024 };

struct channel_message {
    enum channel_kind kind;
    int fds[CHANNEL_MAX_FDS];           /* as many as the kind brings, the receiver's to close */
    char text[CHANNEL_TEXT_BYTES];      /* NUL-terminated */
};

/* fds: as many as the kind takes, NULL for none; they stay the caller's. text may be "". */
int channel_send(int fd, enum channel_kind kind, const int *fds, const char *text, struct err *err);

/* 1: a message; 0: the peer is gone; -1: err. Blocks. */
int channel_receive(int fd, struct channel_message *message_out, struct err *err);

/* ---- approve.c: a signed policy, no older than the last one ---- */

/* Both do nothing without an authority. A newer version, or the same files again, is good. */
int approve_version(const struct daemon_options *options, const struct policy *policy,
                    struct err *err);
int approve_note(const struct daemon_options *options, const struct policy *policy,
                 struct err *err);

/* ---- listen.c: the socket the mail server connects to ---- */

struct listener {
    int fd;
    int lock_fd;            /* of a unix socket: held as long as we live, so that nobody takes it over */
    char path[108];         /* of a unix socket, else empty */
};

/* Who owns a unix socket. */
struct listen_owner {
    uid_t uid;              /* (uid_t)-1, (gid_t)-1: leave as it is */
    gid_t gid;
    mode_t mode;
};

/*
 * Open where says, in libmilter's words: "inet:8894@localhost", "inet6:8894@::1",
 * "unix:/path" (or "local:/path", "/path"). A host must be named. A unix socket
 * that somebody listens on is an error; one that a crash left behind is replaced.
 */
int listener_open(struct span where, const struct listen_owner *owner, struct listener *listener_out,
                  struct err *err);

/* Closes it and removes a unix socket; its empty lock file stays. */
void listener_close(struct listener *listener);

/* ---- user.c: giving up root ---- */

struct user {
    bool change;            /* false when not started as root */
    uid_t uid;
    gid_t gid;
    char name[64];
};

/* Look name up, when we are root; else change stays false. */
int user_find(struct span name, struct user *user_out, struct err *err);
/*
 * The same; where the shipped default was never created, one that has nothing of
 * its own, so that a first policy runs as it is.
 */
int user_find_or_nobody(struct span name, struct user *user_out, struct err *err);
int group_find(struct span name, gid_t *gid_out, struct err *err);

/* For good: a way back that is still open is an error. */
int user_become(const struct user *user, struct err *err);

/* ---- folders.c: where the daemon keeps files ---- */

enum { PATH_BYTES = 4096 };

/* The folder of a file, "." when it has none. */
void folder_of(const char *file, char out[PATH_BYTES]);

/*
 * Make a folder that belongs to the user; what stands above it is the system's, and
 * readable. One that is there stays as it is. path is written to and restored.
 */
void folder_make(char *path, const struct user *user);

/* ---- pidfile.c: where others find the parent's process number ---- */

/*
 * Made while we still may, and empty until mail can be judged. Removed at the end,
 * or emptied where it stands in a folder of root's. fd -1 stands for no file.
 */
int pid_file_open(const char *path, struct err *err);
void pid_file_write(int fd);
void pid_file_remove(int fd, const char *path);

/* ---- children.c: the processes the parent starts ---- */

enum child_kind { CHILD_AUDIT = 0, CHILD_MILTER, CHILD_SCANNER, CHILD_OCR, CHILD_COUNT };

struct child {
    pid_t pid;                  /* 0: not running */
    int control_fd;             /* -1: none; a scanner's belongs to the milter */
    uint64_t started_us, restart_us;
    uint64_t backoff_us;
};

struct children {
    const struct daemon_options *options;
    const struct settings *settings;
    int listen_fd;              /* borrowed */
    int bundle_fd;              /* the policy for the next scanner and milter, borrowed */
    struct span audit_key;      /* of the record chain, empty: none; borrowed */
    bool wants_ocr;             /* that policy has pictures read */
    bool stopping;              /* nothing that ends is started again */
    struct child all[CHILD_COUNT];
};

const char *child_name(enum child_kind kind);

/* Start one, with what belongs to it; what cannot be started is tried again later. */
void children_start(struct children *children, enum child_kind kind);

/* Take note of all that ended; each is started again after a while. */
void children_reap(struct children *children);
void children_restart_due(struct children *children, uint64_t now_us);
uint64_t children_next_restart_us(const struct children *children);

/* A message without descriptors. */
void children_tell(struct children *children, enum child_kind to, enum channel_kind what);
void children_kill(struct children *children);

/* ---- parent.c, audit.c, milter.c: the roles ---- */

enum {
    ROLE_CONTROL_FD = 3,    /* every role: socket to the parent */
    ROLE_LISTEN_FD = 4,     /* the milter: where the mail server connects */
    ROLE_KEY_FD = 4         /* the audit writer: a pipe with the chain's key */
};

/* Each runs until told to stop; the result is the exit status. */
int parent_main(const struct daemon_options *options);
int audit_main(const struct daemon_options *options);
int milter_main(const struct daemon_options *options);

/* ---- generation.c: a policy and the scanners that know it, counted ---- */

struct generation {
    atomic_uint references;
    struct conf *conf;
    struct cage *cage;
};

/*
 * Takes the descriptors over, also on failure; ocr_fd is -1 where no pictures are
 * read. The caller has the one reference.
 */
struct generation *generation_new(int bundle_fd, int scanner_fd, int ocr_fd, struct err *err);
struct generation *generation_hold(struct generation *generation);
void generation_release(struct generation **generation);

/* ---- usage.c: how often exceptions with a limit were used ---- */

struct usage;

struct usage *usage_new(void);

/* What the audit writer counted (audit/uses.h). -1: it cannot be read; then no limited exception applies. */
int usage_take_counts(struct usage *usage, struct span text);

/* policy_decide() with the counts as they stand; each exception the verdict names is one use more. */
void usage_decide(struct usage *usage, const struct policy *policy, struct facts *facts,
                  struct arena *arena, struct verdict *verdict_out);

/* That verdict came to nothing: its uses were none. */
void usage_give_back(struct usage *usage, const struct policy *policy, const struct facts *facts,
                     const struct verdict *verdict);

/* ---- reminder.c ---- */

/* Exceptions that end within a month, or have ended: a line each. */
void reminder_log(const struct policy *policy, int64_t now_us);

/* ---- recorder.c: the milter's side of the audit writer ---- */

struct recorder;

/* What the writer counts of uses goes to usage, borrowed. */
struct recorder *recorder_new(struct usage *usage);

/* From now on records go to fd, which is taken over. Those still waiting on the old one fail. */
int recorder_connect(struct recorder *recorder, int fd, struct err *err);

/*
 * Returns 0 when the record is on disk, with its number in the chain. Any thread;
 * waits at most ten seconds.
 */
int recorder_write(struct recorder *recorder, struct span record, uint64_t *sequence_out, struct err *err);

/* Send it and go on: for the record of what was done, which comes too late to change it. */
int recorder_post(struct recorder *recorder, struct span record, struct err *err);

/* How a record travels (recorder.c, audit.c): a number, then the JSON text; the answer: number, place in the chain, text. */
enum { RECORD_MAX_BYTES = 16 << 20 };

/* ---- kicker.c: callbacks at work, and libmilter kept awake meanwhile ---- */

struct kicker;

struct kicker_entry {
    struct kicker_entry *next, *previous;
    uint64_t since_us;
};

/* listen_fd is the socket libmilter accepts on, borrowed. Starts a thread. */
struct kicker *kicker_new(int listen_fd, struct err *err);
void kicker_enter(struct kicker *kicker, struct kicker_entry *entry);
void kicker_leave(struct kicker *kicker, struct kicker_entry *entry);

/* Wait until no callback is at work, at most so long. Returns how many still are. */
unsigned kicker_drain(struct kicker *kicker, uint32_t timeout_ms);

/* ---- message.c: what the callbacks gather ---- */

/* Names of the header fields as the mail server showed them, in order: edits count in them. */
struct field_names {
    struct span *items;
    size_t count, capacity;
};

/* One message between MAIL and its end. */
struct message {
    struct generation *generation;
    struct arena *arena;
    struct facts *facts;
    struct spool *spool;
    int sealed_fd;          /* the spool's, once the message is whole; else -1 */
    uint64_t sealed_bytes;
    struct field_names fields;
    struct err problem;     /* the first thing that went wrong on our side; empty: nothing */
    bool header_ended;
    bool too_large;
    bool smtputf8;
};

/* What lasts as long as the connection of the mail server. */
struct connection {
    char client_address[46];
    char client_name[256];
    char helo[256];
    bool from_port_zero;    /* as in the session the mail server invents for local mail */
    struct message *message;
};

/* How a message is asked for a macro: libmilter's, or a test's. */
typedef const char *message_macro(void *data, const char *name);

/* MAIL: takes over the generation reference. NULL: no memory. path is what the mail server says. */
struct message *message_new(struct generation *generation, int spool_directory_fd, const struct connection *connection,
                            const char *const *arguments, message_macro *macro, void *data, struct err *err);
void message_free(struct message **message);

/* RCPT. -1: no room; that recipient must be refused for now. */
int message_add_recipient(struct message *message, const char *path, const char *resolved);

/* These note what goes wrong in message->problem: the end of the message answers for it. */
void message_add_field(struct message *message, const char *name, const char *value);
void message_add_body(struct message *message, struct span octets);
void message_end_header(struct message *message);

/* ---- judge.c: from the whole message to what the mail server is told ---- */

struct judge {
    struct recorder *recorder;
    struct usage *usage;
    int spool_directory_fd;
};

/* The whole of the end-of-message callback. The message is not freed. */
sfsistat judge_message(const struct judge *judge, SMFICTX *context, struct message *message);

/* ---- actions.c, reply.c: what the mail server is asked to do ---- */

/*
 * Apply the verdict's edits and hold. -1 when anything was refused or makes no
 * sense: the caller must answer with a temporary failure, which undoes what went before.
 */
int actions_apply(SMFICTX *context, const struct message *message, const struct verdict *verdict,
                  const struct review *review, struct err *err);

/* A value fit for a header field: no control octets, folded, encoded (RFC 2047) where it is not ASCII. */
struct span actions_header_value(struct arena *arena, struct span name, struct span value,
                                 bool smtputf8);

enum { REPLY_MAX_LINES = 32, REPLY_LINE_BYTES = 400 };

/* A reply as the milter protocol and both mail servers take it. */
struct reply_text {
    char code[4];
    char enhanced[16];
    char lines[REPLY_MAX_LINES][2 * REPLY_LINE_BYTES + 1];
    size_t line_count;
};

/*
 * Make any reply sound: its code and enhanced code (RFC 3463) fit the action
 * (reject: 5, else 4), lines are ASCII without control octets, at most
 * REPLY_LINE_BYTES before each "%" is doubled, and there is at least one.
 */
void reply_prepare(const struct smtp_reply *reply, enum action action, struct reply_text *out);

/* Set it and return what ends the callback: nothing may come between, a reply left unused sticks. */
sfsistat reply_send(SMFICTX *context, const struct smtp_reply *reply, enum action action);

/* The reply when the fault is ours: 451 4.3.0. */
const struct smtp_reply *reply_internal_failure(void);

#endif
