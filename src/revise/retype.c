/* SPDX-License-Identifier: EUPL-1.2 */
/* The header of a part whose content is written in another way than before. */
#include "mail/param.h"
#include "revise_priv.h"

static bool is_replaced(struct span name, bool whole)
{
    if (whole)
        return span_starts_with_nocase(name, SPAN("Content-"));
    return span_equals_nocase(name, SPAN("Content-Type")) ||
           span_equals_nocase(name, SPAN("Content-Transfer-Encoding"));
}

bool retype_part(struct reviser *reviser, uint32_t index, struct span type, bool whole)
{
    const struct mime_part *part = &reviser->tree.parts[index];
    const bool is_top = part->parent == MIME_NO_PARENT;
    struct span nl = reviser->line_end;
    bool written = false, good = true;
    struct buf fields;

    buf_init(&fields, 0);
    buf_printf(&fields, "Content-Type: %.*s%.*sContent-Transfer-Encoding: quoted-printable%.*s",
               SPAN_ARG(type), SPAN_ARG(nl), SPAN_ARG(nl));
    if (is_top && header_next(&part->header, SPAN("MIME-Version"), NULL) == NULL)
        buf_printf(&fields, "MIME-Version: 1.0%.*s", SPAN_ARG(nl));
    for (size_t i = 0; i < part->header.count && good; i++) {
        const struct header_field *field = &part->header.fields[i];
        if (!is_replaced(field->name, whole))
            continue;
        good = patches_add(&reviser->patches, offset_of(reviser, field->raw), field->raw.len,
                           written ? SPAN("") : buf_span(&fields));
        written = true;
    }
    if (!written)
        good = patches_add(&reviser->patches, offset_of(reviser, part->octets), 0, buf_span(&fields));
    if (is_top)
        *reviser->type_out = type;
    buf_fini(&fields);
    return good;
}

/* What a quoted string may hold as it is. */
static bool is_plain(struct span value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] < ' ' || value.ptr[i] > '~' || value.ptr[i] == '"' || value.ptr[i] == '\\')
            return false;
    return true;
}

struct span type_with_charset(struct reviser *reviser, const struct mime_part *part, struct span charset)
{
    const struct header_field *field = header_next(&part->header, SPAN("Content-Type"), NULL);
    struct span type = arena_printf(reviser->arena, "%.*s; charset=%.*s", SPAN_ARG(part->types[0]),
                                    SPAN_ARG(charset));
    struct param_field params = { 0 };

    if (field != NULL)
        param_parse(reviser->arena, field->value, &params, NULL);
    for (size_t i = 0; i < params.count && type.ptr != NULL; i++) {
        const struct param *param = &params.items[i];
        bool again = span_equals_nocase(param->name, SPAN("charset"));
        for (size_t n = 0; n < i; n++)
            again = again || span_equals_nocase(params.items[n].name, param->name);
        if (again)
            continue;
        if (!is_plain(param->name) || !is_plain(param->value))
            return (struct span){ NULL, 0 };
        type = arena_printf(reviser->arena, "%.*s; %.*s=\"%.*s\"", SPAN_ARG(type),
                            SPAN_ARG(param->name), SPAN_ARG(param->value));
    }
    return type.len <= REVISION_TYPE_BYTES ? type : (struct span){ NULL, 0 };
}
