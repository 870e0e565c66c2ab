/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/verdict.h"

#include <string.h>

static const enum action actions[] = {
    ACTION_ACCEPT, ACTION_TAG,    ACTION_REWRITE, ACTION_REDIRECT, ACTION_QUARANTINE,
    ACTION_REJECT, ACTION_TEMPFAIL, ACTION_DISCARD, ACTION_COPY,
};

const char *action_name(enum action action)
{
    switch (action) {
    case ACTION_ACCEPT: return "accept";
    case ACTION_TAG: return "tag";
    case ACTION_REWRITE: return "rewrite";
    case ACTION_REDIRECT: return "redirect";
    case ACTION_QUARANTINE: return "quarantine";
    case ACTION_REJECT: return "reject";
    case ACTION_TEMPFAIL: return "tempfail";
    case ACTION_DISCARD: return "discard";
    case ACTION_COPY: return "copy";
    }
    return NULL;
}

bool action_from_name(struct span name, enum action *out)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (span_equals_nocase(name, span_of(action_name(actions[i])))) {
            *out = actions[i];
            return true;
        }
    return false;
}

bool action_is_final(enum action action)
{
    switch (action) {
    case ACTION_ACCEPT:
    case ACTION_REDIRECT:
    case ACTION_QUARANTINE:
    case ACTION_REJECT:
    case ACTION_TEMPFAIL:
    case ACTION_DISCARD: return true;
    case ACTION_TAG:
    case ACTION_REWRITE:
    case ACTION_COPY: return false;
    }
    return true;
}

const char *edit_kind_name(enum edit_kind kind)
{
    switch (kind) {
    case EDIT_HEADER_ADD: return "header-add";
    case EDIT_HEADER_SET: return "header-set";
    case EDIT_HEADER_DELETE: return "header-delete";
    case EDIT_RECIPIENT_ADD: return "recipient-add";
    case EDIT_RECIPIENT_DELETE: return "recipient-delete";
    case EDIT_SENDER_SET: return "sender-set";
    case EDIT_ADDRESS: return "address";
    case EDIT_PART: return "part";
    case EDIT_FOOTER_TEXT: return "footer-text";
    case EDIT_FOOTER_HTML: return "footer-html";
    case EDIT_METADATA: return "metadata";
    }
    return NULL;
}

bool edit_kind_is_header(enum edit_kind kind)
{
    return kind == EDIT_HEADER_ADD || kind == EDIT_HEADER_SET || kind == EDIT_HEADER_DELETE;
}

bool edit_kind_is_body(enum edit_kind kind)
{
    return kind >= EDIT_ADDRESS;
}

bool verdict_edits_body(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->edit_count; i++)
        if (edit_kind_is_body(verdict->edits[i].kind))
            return true;
    return false;
}

bool verdict_edits_header(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->edit_count; i++)
        if (edit_kind_is_header(verdict->edits[i].kind))
            return true;
    return false;
}

bool verdict_add_edit(struct arena *arena, struct verdict *verdict, enum edit_kind kind,
                      struct span name, struct span value)
{
    struct edit *edits = arena_alloc(arena, (verdict->edit_count + 1) * sizeof *edits);

    if (edits == NULL)
        return false;
    if (verdict->edit_count > 0)
        memcpy(edits, verdict->edits, verdict->edit_count * sizeof *edits);
    edits[verdict->edit_count++] = (struct edit){ kind, name, value, verdict->rule };
    verdict->edits = edits;
    return true;
}
