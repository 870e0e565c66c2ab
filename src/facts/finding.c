/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/finding.h"

const char *confidence_name(enum confidence confidence)
{
    switch (confidence) {
    case CONFIDENCE_POSSIBLE: return "possible";
    case CONFIDENCE_LIKELY: return "likely";
    case CONFIDENCE_CERTAIN: return "certain";
    }
    return NULL;
}

const char *source_name(enum source source)
{
    switch (source) {
    case SOURCE_TEXT: return "text";
    case SOURCE_HIDDEN: return "hidden";
    case SOURCE_METADATA: return "metadata";
    case SOURCE_HEADER: return "header";
    case SOURCE_SUBJECT: return "subject";
    case SOURCE_FILENAME: return "filename";
    case SOURCE_SIGNATURE: return "signature";
    case SOURCE_IMAGE: return "image";
    }
    return NULL;
}

const char *uninspectable_name(enum uninspectable reason)
{
    switch (reason) {
    case UNINSPECTABLE_NONE: return "none";
    case UNINSPECTABLE_ENCRYPTED: return "encrypted";
    case UNINSPECTABLE_DAMAGED: return "damaged";
    case UNINSPECTABLE_TOO_LARGE: return "too-large";
    case UNINSPECTABLE_TOO_DEEP: return "too-deep";
    case UNINSPECTABLE_TOO_MANY: return "too-many";
    case UNINSPECTABLE_TIMEOUT: return "timeout";
    case UNINSPECTABLE_UNSUPPORTED: return "unsupported";
    case UNINSPECTABLE_CRASHED: return "crashed";
    case UNINSPECTABLE_IMAGE_ONLY: return "image-only";
    }
    return NULL;
}

bool confidence_from_name(struct span name, enum confidence *out)
{
    for (enum confidence c = CONFIDENCE_POSSIBLE; c <= CONFIDENCE_CERTAIN; c++)
        if (span_equals_nocase(name, span_of(confidence_name(c)))) {
            *out = c;
            return true;
        }
    return false;
}

bool source_from_name(struct span name, enum source *out)
{
    for (enum source s = SOURCE_TEXT; s <= SOURCE_IMAGE; s++)
        if (span_equals_nocase(name, span_of(source_name(s)))) {
            *out = s;
            return true;
        }
    return false;
}

bool uninspectable_from_name(struct span name, enum uninspectable *out)
{
    for (enum uninspectable u = UNINSPECTABLE_NONE; u <= UNINSPECTABLE_IMAGE_ONLY; u++)
        if (span_equals_nocase(name, span_of(uninspectable_name(u)))) {
            *out = u;
            return true;
        }
    return false;
}
