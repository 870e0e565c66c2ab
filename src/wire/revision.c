/* SPDX-License-Identifier: EUPL-1.2 */
#include "wire/revision.h"

enum { SPAN_BYTES = 4, PAIR_BYTES = 8, FIELD_BYTES = 12 };  /* an empty span, two, and two with their kind */

void revision_encode(const struct revision *revision, struct buf *out)
{
    size_t before = out->len;

    wire_put_u32(out, (uint32_t)revision->replacement_count);
    for (size_t i = 0; i < revision->replacement_count; i++) {
        wire_put_span(out, revision->replacements[i].from);
        wire_put_span(out, revision->replacements[i].to);
    }
    wire_put_u32(out, (uint32_t)revision->notice_count);
    for (size_t i = 0; i < revision->notice_count; i++) {
        wire_put_span(out, revision->notices[i].where);
        wire_put_span(out, revision->notices[i].text);
    }
    wire_put_u32(out, (uint32_t)revision->stripped_count);
    for (size_t i = 0; i < revision->stripped_count; i++)
        wire_put_span(out, revision->stripped[i]);
    wire_put_u32(out, (uint32_t)revision->field_count);
    for (size_t i = 0; i < revision->field_count; i++) {
        wire_put_u32(out, revision->fields[i].kind);
        wire_put_span(out, revision->fields[i].name);
        wire_put_span(out, revision->fields[i].value);
    }
    wire_put_span(out, revision->footer_text);
    wire_put_span(out, revision->footer_html);
    if (revision->replacement_count > REVISION_REPLACEMENTS ||
        revision->notice_count > REVISION_NOTICES ||
        revision->stripped_count > REVISION_STRIPPED ||
        revision->field_count > REVISION_FIELDS || out->len - before > REVISION_BYTES)
        out->failed = true;
}

bool revision_decode(struct wire_in *in, struct arena *arena, struct revision *revision_out)
{
    struct revision *r = revision_out;

    r->replacement_count = wire_get_count(in, REVISION_REPLACEMENTS, PAIR_BYTES);
    r->replacements = arena_alloc(arena, (r->replacement_count + 1) * sizeof *r->replacements);
    for (size_t i = 0; r->replacements != NULL && i < r->replacement_count; i++) {
        r->replacements[i].from = wire_get_span(in, REVISION_BYTES);
        r->replacements[i].to = wire_get_span(in, REVISION_BYTES);
        in->failed = in->failed || r->replacements[i].from.len == 0;
    }
    r->notice_count = wire_get_count(in, REVISION_NOTICES, PAIR_BYTES);
    r->notices = arena_alloc(arena, (r->notice_count + 1) * sizeof *r->notices);
    for (size_t i = 0; r->notices != NULL && i < r->notice_count; i++) {
        r->notices[i].where = wire_get_span(in, REVISION_BYTES);
        r->notices[i].text = wire_get_text(in, REVISION_BYTES);
    }
    r->stripped_count = wire_get_count(in, REVISION_STRIPPED, SPAN_BYTES);
    r->stripped = arena_alloc(arena, (r->stripped_count + 1) * sizeof *r->stripped);
    for (size_t i = 0; r->stripped != NULL && i < r->stripped_count; i++)
        r->stripped[i] = wire_get_span(in, REVISION_BYTES);
    r->field_count = wire_get_count(in, REVISION_FIELDS, FIELD_BYTES);
    r->fields = arena_alloc(arena, (r->field_count + 1) * sizeof *r->fields);
    for (size_t i = 0; r->fields != NULL && i < r->field_count; i++) {
        r->fields[i].kind = wire_get_range(in, EDIT_HEADER_ADD, EDIT_HEADER_DELETE);
        r->fields[i].name = wire_get_span(in, REVISION_BYTES);
        r->fields[i].value = wire_get_span(in, REVISION_BYTES);
    }
    r->footer_text = wire_get_text(in, REVISION_BYTES);
    r->footer_html = wire_get_text(in, REVISION_BYTES);
    return !in->failed && r->replacements != NULL && r->notices != NULL &&
           r->stripped != NULL && r->fields != NULL;
}

void revised_encode(uint64_t job_id, bool leaving, const struct revised *revised, struct buf *out)
{
    wire_put_u64(out, job_id);
    wire_put_u8(out, leaving);
    wire_put_u32(out, revised->result);
    wire_put_span(out, revised->type);
    wire_put_u64(out, revised->body_at);
    wire_put_u64(out, revised->rest_at);
    wire_put_span(out, revised->message);
}

bool revised_decode(struct span message, uint64_t job_id, struct revised *revised_out, bool *leaving_out)
{
    struct wire_in in = wire_in_of(message);
    bool same_job = wire_get_u64(&in) == job_id;

    *leaving_out = wire_get_bool(&in);
    revised_out->result = wire_get_range(&in, REVISE_UNCHANGED, REVISE_IMPOSSIBLE);
    revised_out->type = wire_get_text(&in, REVISION_TYPE_BYTES);
    revised_out->body_at = wire_get_u64(&in);
    revised_out->rest_at = wire_get_u64(&in);
    revised_out->message = wire_get_span(&in, WIRE_MESSAGE_BYTES);
    for (size_t i = 0; i < revised_out->type.len; i++)
        if ((unsigned char)revised_out->type.ptr[i] < ' ')
            return false;
    return same_job && wire_is_done(&in) && revised_out->body_at <= revised_out->message.len;
}
