/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Address lists of header fields (RFC 5322, 3.4 and 4.4; groups of RFC 6854).
 *
 * One pass cuts the field at its separators, as the grammar has it, and reads
 * each piece. Where anything is not as the grammar has it, readers no longer
 * agree; then all that looks like an address anywhere in the field, in its
 * encoded words and behind its control octets, joins the list.
 */
#include <string.h>

#include "base/buf.h"
#include "mail/address.h"
#include "mail/domain.h"
#include "mail/encoded_word.h"
#include "mail_priv.h"

/* Of addresses found out of place: more of them say nothing new. */
enum { SCRAPED_MAX = 64, LOCAL_REACH = 64, DOMAIN_REACH = 255 };

struct list {
    struct arena *arena;
    struct mailbox_list *out;
    size_t max;
    struct ambiguity_set *seen;
    bool odd;               /* readers may differ: look for addresses everywhere */
    size_t scraped;
};

/* What was met between two separators. */
struct piece {
    const char *start;
    struct span angle;      /* between "<" and ">" */
    struct span phrase;     /* before "<" */
    struct span comment;    /* text of the last comment outside of "<>" */
    bool has_angle, in_angle, has_token, at_in_phrase, after_angle;
};

static void call(struct list *list, enum ambiguity kind)
{
    ambiguity_set_add(list->seen, kind);
}

static struct mailbox *add_mailbox(struct list *list)
{
    struct mailbox_list *out = list->out;
    struct mailbox *items;

    if (out->count >= list->max) {
        out->truncated = true;
        return NULL;
    }
    items = arena_grow(list->arena, out->items, out->count, &out->capacity, sizeof *items);
    if (items == NULL) {
        out->truncated = true;
        return NULL;
    }
    out->items = items;
    return &items[out->count++];
}

static bool is_listed(const struct list *list, struct span full)
{
    for (size_t i = 0; i < list->out->count; i++)
        if (span_equals_nocase(list->out->items[i].address.full, full))
            return true;
    return false;
}

static bool is_local_char(char c)
{
    return (unsigned char)c > ' ' && c != 0x7F && strchr("()<>@,;:\\\"[]", c) == NULL;
}

static bool is_domain_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || (unsigned char)c >= 0x80;
}

/* The address around the "@" at index at, by looks alone; false when there is none. */
static bool address_around(struct arena *arena, struct span text, size_t at, struct address *out,
                           struct span *raw_out)
{
    struct address_form form;
    size_t from = at, to = at + 1;

    while (from > 0 && at - from < LOCAL_REACH && is_local_char(text.ptr[from - 1]))
        from--;
    while (to < text.len && to - at < DOMAIN_REACH && is_domain_char(text.ptr[to]))
        to++;
    while (to > at + 1 && text.ptr[to - 1] == '.')
        to--;
    while (from < at && text.ptr[from] == '.')
        from++;
    *raw_out = span_slice(text, from, to);
    return from < at && to > at + 1 &&
           address_parse_spec(arena, *raw_out, true, out, &form) == ADDRESS_OK;
}

/* Every address in text, whatever stands around it, that is not in the list. */
static void scrape(struct list *list, struct span text)
{
    for (size_t at = 0; at < text.len && list->scraped < SCRAPED_MAX; at++) {
        struct address address;
        struct mailbox *mailbox;
        struct span raw;

        at += span_find_byte(span_slice(text, at, text.len), '@');
        if (at >= text.len)
            return;
        if (!address_around(list->arena, text, at, &address, &raw) ||
            is_listed(list, address.full))
            continue;
        mailbox = add_mailbox(list);
        if (mailbox == NULL)
            return;
        mailbox->address = address;
        mailbox->raw = raw;
        mailbox->inferred = true;
        list->scraped++;
    }
}

/* The text as readers have it that drop control octets. */
static struct span without_controls(struct arena *arena, struct span text)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;

    for (size_t i = 0; out != NULL && i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x20 && text.ptr[i] != 0x7F)
            out[len++] = text.ptr[i];
    return (struct span){ out, len };
}

/* A phrase or comment as a person reads it: quotes and backslashes gone, words decoded. */
static struct span decode_display(struct list *list, struct span text)
{
    char *bare = arena_alloc(list->arena, text.len + 1);
    size_t len = 0;

    if (bare == NULL)
        return (struct span){ NULL, 0 };
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\\' && i + 1 < text.len)
            i++;
        else if (text.ptr[i] == '"')
            continue;
        bare[len++] = text.ptr[i];
    }
    return span_trim(encoded_word_decode(list->arena, (struct span){ bare, len }, list->seen));
}

/* A name that shows an address other than the real one; hidden when only decoding brought it out. */
static void judge_display(struct list *list, struct span display, struct span written,
                          struct span real)
{
    bool encoded = encoded_word_present(written);

    if (encoded && (span_find_byte(display, '<') < display.len ||
                    span_find_byte(display, '>') < display.len))
        call(list, AMBIGUITY_ADDRESS_ENCODED_WORD);
    for (size_t at = span_find_byte(display, '@'); at < display.len;
         at += 1 + span_find_byte(span_slice(display, at + 1, display.len), '@')) {
        struct address shown;
        struct span raw;

        if (!address_around(list->arena, display, at, &shown, &raw) ||
            span_equals_nocase(shown.full, real))
            continue;
        call(list, AMBIGUITY_DISPLAY_NAME_ADDRESS);
        if (encoded)
            call(list, AMBIGUITY_ADDRESS_ENCODED_WORD);
        return;
    }
}

static void judge_form(struct list *list, const struct address *address,
                       const struct address_form *form)
{
    if (form->commented) {
        call(list, AMBIGUITY_ADDRESS_COMMENT);
        list->odd = true;
    }
    if (form->quoted_at) {
        call(list, AMBIGUITY_ADDRESS_QUOTED);
        list->odd = true;
    }
    if (address->routed)
        call(list, AMBIGUITY_ADDRESS_ROUTE);
    if (domain_is_lookalike(address->domain))
        call(list, AMBIGUITY_DOMAIN_LOOKALIKE);
}

/* A piece is over: list its mailbox. */
static void finish_piece(struct list *list, struct piece *piece, const char *end)
{
    struct span raw = span_trim((struct span){ piece->start, (size_t)(end - piece->start) });
    struct span written = piece->has_angle && span_trim(piece->phrase).len > 0 ? piece->phrase
                                                                             : piece->comment;
    struct span spec = piece->has_angle ? piece->angle : raw;
    struct address_form form;
    struct address address;
    struct mailbox *mailbox;

    if (!piece->has_token)
        return;
    if (encoded_word_present(spec)) {
        call(list, AMBIGUITY_ADDRESS_ENCODED_WORD);
        list->odd = true;
    }
    mailbox = add_mailbox(list);
    if (mailbox == NULL)
        return;
    mailbox->raw = raw;
    mailbox->display_name = decode_display(list, written);
    if (piece->in_angle || piece->after_angle ||
        address_parse_spec(list->arena, spec, false, &address, &form) != ADDRESS_OK) {
        mailbox->malformed = true;
        list->odd = true;
        return;
    }
    mailbox->address = address;
    /* Beside an address a comment is a name, inside the brackets nobody expects one. */
    form.commented |= form.comment && piece->has_angle;
    judge_form(list, &address, &form);
    judge_display(list, mailbox->display_name, written, address.full);
    if (piece->at_in_phrase && piece->has_angle)
        list->odd = true;
}

static void restart(struct piece *piece, struct span rest)
{
    *piece = (struct piece){ .start = rest.ptr };
}

/* One of ()<>@,;:\".[] that stands alone. */
static void take_special(struct list *list, struct piece *piece, const struct token *token,
                         struct span rest)
{
    char c = token->text.ptr[0];
    const char *here = token->text.ptr;

    if (piece->in_angle) {
        if (c != '>')
            return;
        piece->in_angle = false;
        piece->angle.len = (size_t)(here - piece->angle.ptr);
        return;
    }
    switch (c) {
    case '<':
        piece->after_angle |= piece->has_angle;
        if (!piece->has_angle) {
            piece->phrase = (struct span){ piece->start, (size_t)(here - piece->start) };
            piece->angle = rest;
        }
        piece->has_angle = piece->in_angle = piece->has_token = true;
        return;
    case ':':
        if (!piece->has_angle) {
            /* A group's name: an address in it is what a simpler reader takes for the author. */
            struct span name = { piece->start, (size_t)(here - piece->start) };
            judge_display(list, decode_display(list, name), name, (struct span){ NULL, 0 });
            list->odd |= piece->at_in_phrase;
            restart(piece, rest);
            return;
        }
        break;
    case ',':
    case ';':
        finish_piece(list, piece, here);
        restart(piece, rest);
        return;
    case '@':
        piece->at_in_phrase = true;
        break;
    }
    piece->has_token = true;
    piece->after_angle |= piece->has_angle;
}

static void take_token(struct list *list, struct piece *piece, const struct token *token,
                       struct span rest)
{
    list->odd |= token->open;
    switch (token->kind) {
    case LEX_COMMENT:
        if (!piece->in_angle)
            piece->comment = token->text;
        return;
    case LEX_CONTROL:
        call(list, AMBIGUITY_ADDRESS_CONTROL);
        list->odd = true;
        return;
    case LEX_SPECIAL:
        take_special(list, piece, token, rest);
        return;
    case LEX_ATOM:
    case LEX_QUOTED:
    case LEX_LITERAL:
        if (piece->in_angle)
            return;
        piece->has_token = true;
        piece->after_angle |= piece->has_angle;
        return;
    case LEX_END:
        return;
    }
}

void address_parse_list(struct arena *arena, struct span body, size_t max_mailboxes,
                        struct mailbox_list *out, struct ambiguity_set *seen)
{
    struct list list = { .arena = arena, .out = out, .max = max_mailboxes, .seen = seen };
    struct lexer lexer = { .rest = body, .specials = lex_address_specials, .literals = true };
    struct piece piece;
    struct token token;

    *out = (struct mailbox_list){ 0 };
    if (body.len == 0)
        return;
    restart(&piece, lexer.rest);
    do {
        token = lex_next(&lexer);
        take_token(&list, &piece, &token, lexer.rest);
    } while (token.kind != LEX_END && !out->truncated);
    finish_piece(&list, &piece, body.ptr + body.len);
    if (list.odd) {
        struct span bare = without_controls(arena, body);
        scrape(&list, body);
        scrape(&list, encoded_word_decode(arena, bare, seen));
    }
}
