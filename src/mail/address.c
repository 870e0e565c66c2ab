/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/address.h"

#include <string.h>

#include "base/utf8.h"
#include "mail/domain.h"
#include "mail_priv.h"

/* RFC 5321, 4.5.3.1.1 and 4.5.3.1.2, in octets. */
enum { LOCAL_MAX = 64, DOMAIN_MAX = 255 };

/* A path so long that nobody means an address by it is not even looked at. */
enum { PATH_MAX_BYTES = 2048 };

/* Where the parts of an addr-spec begin and end while its tokens are read. */
struct spec {
    struct lexer lexer;
    struct token token;
    bool strict;
    struct address_form form;
    bool started;               /* a token of the address itself was taken */
    bool comment_waiting;       /* a comment after it, which counts if more follows */
};

/* On to the next token that is no comment. false when the form forbids what stood between. */
static bool advance(struct spec *spec, bool blank_allowed)
{
    bool spaced = false;

    do {
        spec->token = lex_next(&spec->lexer);
        spaced |= spec->token.spaced;
        if (spec->token.kind == LEX_COMMENT) {
            if (spec->strict || spec->token.open)
                return false;
            spec->form.comment = true;
            spec->comment_waiting = spec->started;
        }
    } while (spec->token.kind == LEX_COMMENT);
    if (spec->token.kind == LEX_END)
        return true;
    spec->form.commented |= spec->comment_waiting;
    if (spaced && spec->started) {
        spec->form.obsolete = true;
        return blank_allowed && !spec->strict;
    }
    return true;
}

static bool is_special(const struct spec *spec, char c)
{
    return spec->token.kind == LEX_SPECIAL && spec->token.text.ptr[0] == c;
}

/* The content of a quoted string without its backslashes; false when it holds a control octet. */
static bool unquote(struct span text, char *out, size_t *len)
{
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] == '\\' && at + 1 < text.len)
            at++;
        if ((unsigned char)text.ptr[at] < 0x20 || text.ptr[at] == 0x7F)
            return false;
        out[(*len)++] = text.ptr[at];
    }
    return true;
}

static bool needs_quotes(struct span local)
{
    struct span rest = local, word;

    if (local.len == 0 || local.ptr[local.len - 1] == '.')
        return true;
    while (span_next(&rest, '.', &word)) {
        struct lexer lexer = { .rest = word, .specials = lex_address_specials };
        struct token token = lex_next(&lexer);
        if (token.kind != LEX_ATOM || token.text.len != word.len)
            return true;
    }
    return false;
}

/* Local part as it is compared: bare where it can be, else with the fewest backslashes. */
static struct span write_local(struct arena *arena, struct span content)
{
    char *out;
    size_t len = 0;

    if (!needs_quotes(content))
        return arena_copy(arena, content);
    out = arena_alloc(arena, content.len * 2 + 3);
    if (out == NULL)
        return (struct span){ NULL, 0 };
    out[len++] = '"';
    for (size_t i = 0; i < content.len; i++) {
        if (content.ptr[i] == '"' || content.ptr[i] == '\\')
            out[len++] = '\\';
        out[len++] = content.ptr[i];
    }
    out[len++] = '"';
    return (struct span){ out, len };
}

/* word *("." word): appended to content, which has room for all of the input. */
static bool read_local(struct spec *spec, char *content, size_t *len)
{
    for (;;) {
        if (spec->token.kind == LEX_QUOTED && !spec->token.open) {
            spec->form.quoted_at |= span_find_byte(spec->token.text, '@') < spec->token.text.len;
            if (!unquote(spec->token.text, content, len))
                return false;
        } else if (spec->token.kind == LEX_ATOM) {
            memcpy(content + *len, spec->token.text.ptr, spec->token.text.len);
            *len += spec->token.text.len;
        } else {
            return false;
        }
        spec->started = true;
        if (!advance(spec, true))
            return false;
        if (!is_special(spec, '.'))
            return true;
        content[(*len)++] = '.';
        if (!advance(spec, true))
            return false;
    }
}

/* Domain or literal up to the end of the text or, for a route, up to "," or ":". */
static bool read_domain(struct spec *spec, char *content, size_t *len)
{
    if (spec->token.kind == LEX_LITERAL && !spec->token.open) {
        memcpy(content, spec->token.text.ptr, spec->token.text.len);
        *len = spec->token.text.len;
        return advance(spec, true);
    }
    while (spec->token.kind == LEX_ATOM) {
        memcpy(content + *len, spec->token.text.ptr, spec->token.text.len);
        *len += spec->token.text.len;
        if (!advance(spec, true))
            return false;
        if (!is_special(spec, '.'))
            return true;
        content[(*len)++] = '.';
        if (!advance(spec, true))
            return false;
    }
    /* "a@b." is fully qualified, "a@" is nothing. */
    return *len > 0 && spec->token.kind == LEX_END;
}

/* "@a,@b:" in front of the address: known and passed over. */
static bool skip_route(struct spec *spec, char *scratch)
{
    while (is_special(spec, '@') || is_special(spec, ',')) {
        size_t len = 0;
        bool was_at = is_special(spec, '@');
        spec->started = true;
        if (!advance(spec, true) || (was_at && !read_domain(spec, scratch, &len)))
            return false;
    }
    return is_special(spec, ':') && advance(spec, true);
}

enum address_result address_parse_spec(struct arena *arena, struct span text, bool strict,
                                       struct address *out, struct address_form *form_out)
{
    struct spec spec = {
        .lexer = { .rest = text, .specials = lex_address_specials, .literals = true },
        .strict = strict,
    };
    char local[PATH_MAX_BYTES], domain[PATH_MAX_BYTES];
    size_t local_len = 0, domain_len = 0;

    *out = (struct address){ 0 };
    *form_out = (struct address_form){ 0 };
    if (text.len >= PATH_MAX_BYTES)
        return ADDRESS_TOO_LONG;
    if (!advance(&spec, true))
        return ADDRESS_SYNTAX;
    if (is_special(&spec, '@')) {
        out->routed = true;
        if (!skip_route(&spec, domain))
            return ADDRESS_SYNTAX;
    }
    if (!read_local(&spec, local, &local_len) || !is_special(&spec, '@') || !advance(&spec, true) ||
        !read_domain(&spec, domain, &domain_len) || spec.token.kind != LEX_END)
        return ADDRESS_SYNTAX;
    if (!utf8_is_valid((struct span){ local, local_len }))
        return ADDRESS_SYNTAX;
    if (local_len > LOCAL_MAX || domain_len > DOMAIN_MAX)
        return ADDRESS_TOO_LONG;
    *form_out = spec.form;
    out->domain = domain_normalise(arena, (struct span){ domain, domain_len });
    out->local = write_local(arena, (struct span){ local, local_len });
    if (out->domain.ptr == NULL || out->local.ptr == NULL)
        return ADDRESS_SYNTAX;
    out->full = arena_printf(arena, "%.*s@%.*s", SPAN_ARG(out->local), SPAN_ARG(out->domain));
    return out->full.ptr == NULL ? ADDRESS_SYNTAX : ADDRESS_OK;
}

enum address_result address_parse_path(struct arena *arena, struct span path, struct address *out)
{
    struct address_form form;
    struct span text = span_trim(path);
    enum address_result result;
    bool opened = text.len > 0 && text.ptr[0] == '<';
    bool closed = text.len > 1 && text.ptr[text.len - 1] == '>';

    *out = (struct address){ 0 };
    if (opened != closed)
        return ADDRESS_SYNTAX;
    if (opened)
        text = span_slice(text, 1, text.len - 1);
    if (text.len == 0)
        return ADDRESS_NULL;
    result = address_parse_spec(arena, text, true, out, &form);
    if (result != ADDRESS_OK)
        *out = (struct address){ 0 };
    return result;
}
