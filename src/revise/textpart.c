/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One text part: decoded, edited, and written back in the charset and transfer
 * encoding it came in. Where that charset has no place for a footer's characters,
 * or could not be written back to the octet, the part becomes UTF-8 and says so.
 */
#include "base/utf8.h"
#include "mail/param.h"
#include "revise_priv.h"
#include "text/charset.h"

/* Charsets whose lower half is ASCII: all that mail uses but UTF-16, UTF-32, UTF-7, ISO-2022 and HZ. */
static bool holds_ascii(struct span charset)
{
    static const struct span prefixes[] = {
        { "us-ascii", 8 }, { "utf-8", 5 }, { "iso-8859-", 9 }, { "windows-125", 11 }, { "cp125", 5 },
        { "koi8-", 5 },    { "macintosh", 9 },
    };

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (span_starts_with_nocase(charset, prefixes[i]))
            return true;
    return charset.len == 0;
}

/* The first inline text of each kind gets the footer of its kind. */
static bool wants_footer(struct reviser *reviser, const struct mime_part *part, bool html)
{
    bool *done = html ? &reviser->html_footer_done : &reviser->text_footer_done;
    struct span footer = html ? reviser->revision->footer_html : reviser->revision->footer_text;

    if (*done || footer.len == 0 || part->attachment ||
        (!html && !has_type(part, SPAN("text/plain"))))
        return false;
    *done = true;
    return true;
}

static bool has_parameter(struct reviser *reviser, const struct mime_part *part, struct span name,
                          struct span wanted)
{
    const struct header_field *field = header_next(&part->header, SPAN("Content-Type"), NULL);
    struct param_field params = { 0 };
    struct span value;
    size_t index = 0;

    if (field == NULL)
        return false;
    param_parse(reviser->arena, field->value, &params, NULL);
    return param_next(&params, name, &index, &value) && span_equals_nocase(value, wanted);
}

static bool to_unicode(struct span charset, struct span octets, struct buf *out)
{
    buf_clear(out);
    return charset_decode(charset, octets, out) == CHARSET_OK && !out->failed;
}

/* Does the text come back as it was when it is written in its charset again? */
static bool comes_back(struct reviser *reviser, struct span charset)
{
    buf_clear(&reviser->encoded);
    return charset_encode(charset, buf_span(&reviser->unicode), &reviser->encoded) &&
           span_equals(buf_span(&reviser->encoded), buf_span(&reviser->decoded));
}

/* Does the part say that its octets may have their eighth bit set? */
static bool is_8bit(const struct mime_part *part)
{
    const struct header_field *field =
        header_next(&part->header, SPAN("Content-Transfer-Encoding"), NULL);
    struct span value = field == NULL ? SPAN("") : span_trim(field->value);

    return span_equals_nocase(value, SPAN("8bit")) || span_equals_nocase(value, SPAN("binary"));
}

/* The new content as the part's encoding writes it; in charset, when the part is to say a new one. */
static enum revise_result write_back(struct reviser *reviser, uint32_t index, struct span text,
                                     struct span charset)
{
    const struct mime_part *part = &reviser->tree.parts[index];
    struct span content = part->contents[0];
    enum transfer_encoding encoding = charset.len > 0 ? TRANSFER_QUOTED_PRINTABLE : part->encodings[0];
    bool ok = true;

    if (charset.len > 0) {
        struct span type = type_with_charset(reviser, part, charset);
        ok = type.ptr != NULL && retype_part(reviser, index, type, false);
    }
    buf_clear(&reviser->encoded);
    switch (encoding) {
    case TRANSFER_IDENTITY:
        ok = ok && buf_append(&reviser->encoded, text);
        break;
    case TRANSFER_BASE64:
        ok = ok && encode_base64(text, reviser->line_end, &reviser->encoded);
        break;
    case TRANSFER_QUOTED_PRINTABLE:
        ok = ok && encode_quoted_printable(text, reviser->line_end, &reviser->encoded);
        break;
    case TRANSFER_UUENCODE:
    case TRANSFER_YENC:
    case TRANSFER_UNKNOWN:
        return REVISE_IMPOSSIBLE;
    }
    if (!ok || !patches_add(&reviser->patches, offset_of(reviser, content), content.len,
                            buf_span(&reviser->encoded)))
        return REVISE_IMPOSSIBLE;
    return REVISE_DONE;
}

/* Octets of a charset that holds ASCII are edited as they are: what is odd in them stays. */
static enum revise_result edit_octets(struct reviser *reviser, uint32_t index, struct text_edit *edit)
{
    const struct mime_part *part = &reviser->tree.parts[index];
    struct span text = buf_span(&reviser->decoded), charset = edit->charset, anew = SPAN("");
    enum revise_result result = text_revise(edit, text, &reviser->replaced);

    if (result == REVISE_IMPOSSIBLE && !edit->html) {
        anew = SPAN("utf-8");
        edit->charset = anew;
        if (!to_unicode(charset.len > 0 ? charset : SPAN("us-ascii"), text, &reviser->unicode))
            return REVISE_IMPOSSIBLE;
        result = text_revise(edit, buf_span(&reviser->unicode), &reviser->replaced);
    } else if (part->encodings[0] == TRANSFER_IDENTITY && !is_8bit(part) &&
               utf8_ascii_run(text) == text.len &&
               utf8_ascii_run(buf_span(&reviser->replaced)) < reviser->replaced.len) {
        anew = charset;
    }
    if (result != REVISE_DONE)
        return result;
    return write_back(reviser, index, buf_span(&reviser->replaced), anew);
}

/* Other texts are edited as UTF-8, and go back to their charset where that loses nothing. */
static enum revise_result edit_unicode(struct reviser *reviser, uint32_t index, struct text_edit *edit)
{
    struct span charset = edit->charset;
    bool stays = comes_back(reviser, charset);
    enum revise_result result;

    edit->charset = SPAN("utf-8");
    result = text_revise(edit, buf_span(&reviser->unicode), &reviser->replaced);
    if (result != REVISE_DONE)
        return result;
    buf_clear(&reviser->unicode);
    if (stays && charset_encode(charset, buf_span(&reviser->replaced), &reviser->unicode))
        return write_back(reviser, index, buf_span(&reviser->unicode), SPAN(""));
    return write_back(reviser, index, buf_span(&reviser->replaced), edit->charset);
}

enum revise_result revise_text(struct reviser *reviser, uint32_t index)
{
    const struct mime_part *part = &reviser->tree.parts[index];
    const bool html = has_type(part, SPAN("text/html"));
    struct text_edit edit = { .revision = reviser->revision, .html = html,
                              .wants_footer = wants_footer(reviser, part, html),
                              .charset = part->charset_count > 0 ? part->charsets[0] : SPAN(""),
                              .line_end = reviser->line_end };
    const bool octets = holds_ascii(edit.charset);
    struct ambiguity_set seen = { 0 };
    enum ambiguity kind;
    bool readable;

    buf_clear(&reviser->decoded);
    if (!transfer_decode(part->encodings[0], READING_TOLERANT, part->contents[0], &reviser->decoded, &seen))
        return REVISE_IMPOSSIBLE;
    readable = octets || to_unicode(edit.charset, buf_span(&reviser->decoded), &reviser->unicode);
    if (!edit.wants_footer &&
        !text_has_target(edit.revision, buf_span(octets || !readable ? &reviser->decoded : &reviser->unicode)))
        return REVISE_UNCHANGED;
    if (is_protected(reviser, index) ||
        span_find(buf_span(&reviser->decoded), SPAN("-----BEGIN PGP ")) < reviser->decoded.len)
        return REVISE_PROTECTED;
    if (!readable)
        return REVISE_IMPOSSIBLE;
    if (ambiguity_set_take(&seen, &kind))
        return REVISE_AMBIGUOUS;
    edit.flowed = !html && has_parameter(reviser, part, SPAN("format"), SPAN("flowed"));
    edit.delete_space = edit.flowed && has_parameter(reviser, part, SPAN("delsp"), SPAN("yes"));
    return octets ? edit_octets(reviser, index, &edit) : edit_unicode(reviser, index, &edit);
}
