/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * DKIM and ARC signatures of the message that our edits would break (RFC 6376;
 * RFC 8617): any edit of the body does, and one of a field that is listed in "h=",
 * also where it only adds another one, since those are counted from the bottom.
 * What becomes of them is the operator's choice.
 */
#include "policy_priv.h"

enum { CUT_BYTES = 990 };   /* facts hold 998 octets of a field: one that long may have lost its end */

static const struct span signature_fields[] = {
    { "DKIM-Signature", 14 },
    { "ARC-Seal", 8 },
    { "ARC-Message-Signature", 21 },
    { "ARC-Authentication-Results", 26 },
};

enum { SIGNATURE_FIELDS = sizeof signature_fields / sizeof *signature_fields };

/* The value of "h=" in a signature; a null pointer when it has none. */
static struct span signed_names(struct span value)
{
    struct span tag;

    while (span_next(&value, ';', &tag)) {
        size_t equals = span_find_byte(tag, '=');
        if (span_equals_nocase(span_trim(span_slice(tag, 0, equals)), SPAN("h")))
            return span_slice(tag, equals + 1, tag.len);
    }
    return (struct span){ NULL, 0 };
}

/* Does a signature cover fields of that name? One that cannot be read covers them all. */
static bool is_covered(const struct header_fact *signature, struct span name)
{
    struct span list = signed_names(signature->value), one;

    if (list.ptr == NULL || signature->value.len >= CUT_BYTES)
        return true;
    while (span_next(&list, ':', &one))
        if (span_equals_nocase(span_trim(one), name))
            return true;
    return false;
}

static bool breaks(const struct header_fact *signature, const struct edit *edit)
{
    switch (edit->kind) {
    case EDIT_HEADER_ADD:
    case EDIT_HEADER_SET:
    case EDIT_HEADER_DELETE: return is_covered(signature, edit->name);
    case EDIT_RECIPIENT_ADD:
    case EDIT_RECIPIENT_DELETE:
    case EDIT_SENDER_SET: return false;
    case EDIT_ADDRESS:
    case EDIT_PART:
    case EDIT_FOOTER_TEXT:
    case EDIT_FOOTER_HTML:
    case EDIT_METADATA: return true;
    }
    return true;
}

/* Is it a field with a signature over the message? Seals are over other ARC fields. */
static bool signs_message(const struct header_fact *field)
{
    return span_equals_nocase(field->name, signature_fields[0]) ||
           span_equals_nocase(field->name, signature_fields[2]);
}

static bool is_any_broken(const struct facts *facts, const struct verdict *verdict)
{
    for (size_t i = 0; i < facts->headers.count; i++)
        for (size_t n = 0; signs_message(&facts->headers.items[i]) && n < verdict->edit_count; n++)
            if (breaks(&facts->headers.items[i], &verdict->edits[n]))
                return true;
    return false;
}

bool policy_settle_signatures(const struct policy *policy, const struct facts *facts,
                              struct arena *arena, struct verdict *verdict)
{
    if (policy->broken_signatures == BROKEN_KEEP || !is_any_broken(facts, verdict))
        return true;
    if (policy->broken_signatures == BROKEN_HOLD) {
        verdict->action = verdict->would = ACTION_QUARANTINE;
        verdict->edit_count = 0;
        verdict->hold_reason = SPAN("an edit would break a DKIM or ARC signature");
        return true;
    }
    for (size_t i = 0; i < SIGNATURE_FIELDS; i++)
        if (facts_has_header(facts, signature_fields[i]) &&
            !verdict_add_edit(arena, verdict, EDIT_HEADER_DELETE, signature_fields[i], SPAN("")))
            return false;
    return true;
}
