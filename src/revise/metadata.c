/* SPDX-License-Identifier: EUPL-1.2 */
#include "metadata.h"
#include "revise_priv.h"

static enum revise_result strip(struct reviser *reviser, struct span file, struct buf *out)
{
    if (span_starts_with(file, SPAN("PK")))
        return metadata_strip_zip(reviser->arena, file, out);
    if (span_starts_with(file, SPAN("\xFF\xD8")))
        return metadata_strip_jpeg(file, out);
    if (span_starts_with(file, SPAN("\x89PNG")))
        return metadata_strip_png(file, out);
    return REVISE_IMPOSSIBLE;
}

/* Only in base64: other encodings keep no octets that are no text. */
enum revise_result strip_metadata(struct reviser *reviser, uint32_t index)
{
    const struct mime_part *part = &reviser->tree.parts[index];
    struct ambiguity_set seen = { 0 };
    enum revise_result result;
    enum ambiguity kind;

    if (part->shape != MIME_SINGLE || part->encodings[0] != TRANSFER_BASE64)
        return REVISE_IMPOSSIBLE;
    if (is_protected(reviser, index))
        return REVISE_PROTECTED;
    buf_clear(&reviser->decoded);
    buf_clear(&reviser->replaced);
    buf_clear(&reviser->encoded);
    if (!transfer_decode(TRANSFER_BASE64, READING_TOLERANT, part->contents[0], &reviser->decoded, &seen))
        return REVISE_IMPOSSIBLE;
    if (ambiguity_set_take(&seen, &kind))
        return REVISE_AMBIGUOUS;
    result = strip(reviser, buf_span(&reviser->decoded), &reviser->replaced);
    if (result != REVISE_DONE)
        return result;
    if (!encode_base64(buf_span(&reviser->replaced), reviser->line_end, &reviser->encoded) ||
        !patches_add(&reviser->patches, offset_of(reviser, part->contents[0]), part->contents[0].len,
                     buf_span(&reviser->encoded)))
        return REVISE_IMPOSSIBLE;
    return REVISE_DONE;
}
