/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/revision.h"

const char *revise_result_name(enum revise_result result)
{
    switch (result) {
    case REVISE_UNCHANGED: return "unchanged";
    case REVISE_DONE: return "done";
    case REVISE_PROTECTED: return "protected";
    case REVISE_AMBIGUOUS: return "ambiguous";
    case REVISE_IMPOSSIBLE: return "impossible";
    }
    return NULL;
}

bool revision_edits_body(const struct revision *revision)
{
    return revision->replacement_count + revision->notice_count + revision->stripped_count > 0 ||
           revision->footer_text.len > 0 || revision->footer_html.len > 0;
}

/* The edits of header fields; NULL when there are too many. */
static struct edit *fields_of(struct arena *arena, const struct verdict *verdict, size_t *count_out)
{
    struct edit *fields = arena_alloc(arena, (verdict->edit_count + 1) * sizeof *fields);

    *count_out = 0;
    for (size_t i = 0; fields != NULL && i < verdict->edit_count; i++)
        if (edit_kind_is_header(verdict->edits[i].kind))
            fields[(*count_out)++] = verdict->edits[i];
    return *count_out > REVISION_FIELDS ? NULL : fields;
}

/* A list for as many items as there are edits of that kind; NULL when there are more than most. */
static void *list_for(struct arena *arena, const struct verdict *verdict, enum edit_kind kind,
                      size_t most, size_t item_bytes)
{
    size_t count = 0;

    for (size_t i = 0; i < verdict->edit_count; i++)
        count += verdict->edits[i].kind == kind;
    return count > most ? NULL : arena_alloc(arena, (count + 1) * item_bytes);
}

int revision_of(struct arena *arena, const struct verdict *verdict, struct revision *revision_out)
{
    struct revision *r = revision_out;

    *r = (struct revision){ 0 };
    r->replacements = list_for(arena, verdict, EDIT_ADDRESS, REVISION_REPLACEMENTS,
                               sizeof *r->replacements);
    r->notices = list_for(arena, verdict, EDIT_PART, REVISION_NOTICES, sizeof *r->notices);
    r->stripped = list_for(arena, verdict, EDIT_METADATA, REVISION_STRIPPED, sizeof *r->stripped);
    r->fields = fields_of(arena, verdict, &r->field_count);
    if (r->replacements == NULL || r->notices == NULL || r->stripped == NULL || r->fields == NULL)
        return -1;
    for (size_t i = 0; i < verdict->edit_count; i++) {
        const struct edit *edit = &verdict->edits[i];
        if (edit->kind == EDIT_ADDRESS)
            r->replacements[r->replacement_count++] = (struct replacement){ edit->name, edit->value };
        else if (edit->kind == EDIT_PART)
            r->notices[r->notice_count++] = (struct notice){ edit->name, edit->value };
        else if (edit->kind == EDIT_METADATA)
            r->stripped[r->stripped_count++] = edit->name;
        else if (edit->kind == EDIT_FOOTER_TEXT)
            r->footer_text = edit->value;
        else if (edit->kind == EDIT_FOOTER_HTML)
            r->footer_html = edit->value;
    }
    return 0;
}
