/* SPDX-License-Identifier: EUPL-1.2 */
#include "revise_priv.h"

/* The part whole, header too, gives way to a text that says why. What others point to stays (RFC 2392). */
enum revise_result put_notice(struct reviser *reviser, uint32_t index, const struct notice *notice)
{
    static const struct span type = { "text/plain; charset=utf-8", 25 };
    const struct mime_part *part = &reviser->tree.parts[index];
    const bool whole_message = part->parent == MIME_NO_PARENT;
    const struct header_field *id = header_next(&part->header, SPAN("Content-ID"), NULL);
    struct span old = whole_message ? part->contents[0] : part->octets;
    struct span nl = reviser->line_end;

    if (whole_message ? is_protected(reviser, index) : is_protected(reviser, part->parent))
        return REVISE_PROTECTED;
    buf_clear(&reviser->encoded);
    if (whole_message && !retype_part(reviser, index, type, true))
        return REVISE_IMPOSSIBLE;
    if (!whole_message)
        buf_printf(&reviser->encoded,
                   "Content-Type: %.*s%.*sContent-Transfer-Encoding: quoted-printable%.*s"
                   "Content-Disposition: inline%.*s%.*s%.*s",
                   SPAN_ARG(type), SPAN_ARG(nl), SPAN_ARG(nl), SPAN_ARG(nl),
                   SPAN_ARG(id == NULL ? SPAN("") : id->raw), SPAN_ARG(nl));
    if (!encode_quoted_printable(notice->text, nl, &reviser->encoded) ||
        !patches_add(&reviser->patches, offset_of(reviser, old), old.len,
                     buf_span(&reviser->encoded)))
        return REVISE_IMPOSSIBLE;
    return REVISE_DONE;
}
