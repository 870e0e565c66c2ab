/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the mail server tells of one message becomes facts and spooled octets.
 * Nothing here decides: what cannot be taken in is noted, and answered for at the end.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "mail/address.h"
#include "proc_priv.h"

enum {
    ARENA_BYTES = 64 << 20,     /* envelope, findings and verdict of one message */
    MAX_RECIPIENTS = 50000,
    MAX_FIELDS = 200000,
    MAX_TEXT_BYTES = 1024       /* of one macro: longer ones are cut */
};

/* Text from the mail server as clean UTF-8 in the message's arena. */
static struct span keep_text(struct message *message, const char *text)
{
    const struct span given = span_slice(span_of(text), 0, MAX_TEXT_BYTES);
    struct span kept;
    struct buf clean;

    if (utf8_is_valid(given))
        return arena_copy(message->arena, given);
    buf_init(&clean, 0);
    utf8_append_clean(&clean, given);
    kept = arena_copy(message->arena, buf_span(&clean));
    buf_fini(&clean);
    return kept;
}

static void note_problem(struct message *message, const char *text)
{
    if (message->problem.text[0] == '\0')
        err_set(&message->problem, "%s", text);
}

/* What the session's macros say, whenever they were said: the last value counts. */
static void fill_session(struct message *message, const struct connection *connection,
                         message_macro *macro, void *data, bool local)
{
    struct session_facts *session = &message->facts->session;
    const struct { const char *name; struct span *value; } wanted[] = {
        { "{tls_version}", &session->tls_version }, { "{cipher}", &session->tls_cipher },
        { "{cert_subject}", &session->tls_subject }, { "{cert_issuer}", &session->tls_issuer },
        { "{auth_authen}", &session->login },       { "{daemon_name}", &session->daemon_name },
        { "{daemon_port}", &session->daemon_port },
    };

    session->local_submission = local;
    if (!local) {
        session->client_address = keep_text(message, connection->client_address);
        session->client_name = keep_text(message, connection->client_name);
        session->helo = keep_text(message, connection->helo);
    }
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const char *value = macro(data, wanted[i].name);

        if (value != NULL)
            *wanted[i].value = keep_text(message, value);
    }
}

/*
 * The path as the client sent it, unless it needs the mail server's help: a local
 * part alone, or an RFC 821 route. resolved (may be NULL) is what it made of it.
 */
static enum address_result read_path(struct message *message, const char *path, const char *resolved,
                                     struct address *out)
{
    const enum address_result result = address_parse_path(message->arena, span_of(path), out);

    if (result != ADDRESS_NULL && (result != ADDRESS_OK || out->domain.len == 0 || out->routed) &&
        resolved != NULL && resolved[0] != '\0') {
        struct address repaired;

        if (address_parse_path(message->arena, span_of(resolved), &repaired) == ADDRESS_OK) {
            *out = repaired;
            return ADDRESS_OK;
        }
    }
    return result;
}

static void fill_sender(struct message *message, const char *path, const char *resolved)
{
    struct sender_fact *sender = facts_add_sender(message->facts);
    struct address address = { .routed = false };

    if (sender == NULL)
        return;
    sender->where = SPAN("envelope");
    switch (read_path(message, path, resolved, &address)) {
    case ADDRESS_OK:
        sender->address = address.full;
        sender->domain = address.domain;
        break;
    case ADDRESS_NULL:
        sender->null_sender = true;
        break;
    case ADDRESS_SYNTAX:
    case ADDRESS_TOO_LONG:
        sender->address = keep_text(message, path);
        sender->malformed = true;
        break;
    }
}

static bool has_argument(const char *const *arguments, struct span name)
{
    for (size_t i = 1; arguments[i] != NULL; i++)
        if (span_equals_nocase(span_of(arguments[i]), name))
            return true;
    return false;
}

struct message *message_new(struct generation *generation, int spool_directory_fd,
                            const struct connection *connection, const char *const *arguments,
                            message_macro *macro, void *data, struct err *err)
{
    const struct settings *settings = &generation->conf->settings;
    const struct spool_limits limits = { spool_directory_fd, settings->spool_memory_bytes,
                                         settings->message_limit_bytes };
    struct message *message = calloc(1, sizeof *message);
    /* Only a session the mail server invented for sendmail(1) has neither port nor brackets. */
    const bool local = connection->from_port_zero && arguments[0][0] != '<';

    if (message == NULL) {
        generation_release(&generation);
        err_set(err, "no memory for a message");
        return NULL;
    }
    message->generation = generation;
    message->sealed_fd = -1;
    message->arena = arena_new(ARENA_BYTES);
    message->facts = message->arena == NULL ? NULL : facts_new(message->arena);
    message->spool = spool_new(&limits, err);
    if (message->facts == NULL || message->spool == NULL) {
        if (message->spool != NULL)
            err_set(err, "no memory for a message");
        message_free(&message);
        return NULL;
    }
    fill_session(message, connection, macro, data, local);
    fill_sender(message, arguments[0], macro(data, "{mail_addr}"));
    message->smtputf8 = has_argument(arguments, SPAN("SMTPUTF8"));
    return message;
}

void message_free(struct message **message)
{
    if (*message == NULL)
        return;
    spool_free(&(*message)->spool);
    arena_free(&(*message)->arena);
    generation_release(&(*message)->generation);
    free(*message);
    *message = NULL;
}

int message_add_recipient(struct message *message, const char *path, const char *resolved)
{
    struct address address = { .routed = false };
    struct recipient_fact *recipient;

    if (message->facts->recipients.count >= MAX_RECIPIENTS)
        return -1;
    recipient = facts_add_recipient(message->facts);
    if (recipient == NULL)
        return -1;
    recipient->verbatim = arena_copy(message->arena, span_of(path));
    if (read_path(message, path, resolved, &address) == ADDRESS_OK) {
        recipient->address = address.full;
        recipient->domain = address.domain;
    } else {
        recipient->address = keep_text(message, path);
        recipient->malformed = true;
    }
    return arena_is_full(message->arena) ? -1 : 0;
}

static void spool_octets(struct message *message, struct span octets)
{
    if (message->problem.text[0] != '\0')
        return;
    switch (spool_append(message->spool, octets, &message->problem)) {
    case SPOOL_OK:
        break;
    case SPOOL_TOO_LARGE:
        message->too_large = true;
        break;
    case SPOOL_FAILED:
        note_problem(message, "a message could not be stored");
        break;
    }
}

/*
 * The value comes with its leading blank, and its folds as a bare "\n": written
 * back as "\r\n" this is what the mail server has in its queue.
 */
void message_add_field(struct message *message, const char *name, const char *value)
{
    struct field_names *fields = &message->fields;
    struct span rest = span_of(value), line;
    struct span *moved;
    bool first = true;

    if (fields->count >= MAX_FIELDS) {
        note_problem(message, "too many header fields");
        return;
    }
    moved = arena_grow(message->arena, fields->items, fields->count, &fields->capacity, sizeof *moved);
    if (moved == NULL) {
        note_problem(message, "no memory for header fields");
        return;
    }
    fields->items = moved;
    fields->items[fields->count++] = arena_copy(message->arena, span_of(name));
    spool_octets(message, span_of(name));
    spool_octets(message, SPAN(":"));
    while (span_next(&rest, '\n', &line)) {
        if (!first)
            spool_octets(message, SPAN("\r\n"));
        spool_octets(message, line);
        first = false;
    }
    spool_octets(message, SPAN("\r\n"));
}

void message_end_header(struct message *message)
{
    if (!message->header_ended)
        spool_octets(message, SPAN("\r\n"));
    message->header_ended = true;
}

void message_add_body(struct message *message, struct span octets)
{
    message_end_header(message);
    spool_octets(message, octets);
}
