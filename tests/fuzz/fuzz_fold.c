/* SPDX-License-Identifier: EUPL-1.2 */
/* Folding: any octets, both modes; the map must lead back into the original, in order. */
#include <assert.h>
#include <stdint.h>

#include "text/fold.h"
#include "text/lookalike.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(struct fold *fold, struct span text, enum fold_mode mode)
{
    size_t last = 0;

    assert(fold_text(fold, text, mode));
    for (size_t at = 0; at <= fold->text.len; at++) {
        size_t origin = fold_origin(fold, at);

        assert(origin >= last && origin <= text.len);
        last = origin;
    }
    for (size_t i = 0; i < fold->disguise_count; i++) {
        size_t at = fold->disguises[i];
        assert(at <= fold->text.len && fold_has_disguise(fold, at, at + 1));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span text = { (const char *)bytes, size };
    struct fold fold;

    fold_init(&fold);
    check(&fold, text, FOLD_LOOKALIKES);
    check(&fold, text, FOLD_KEEP_SCRIPTS);
    fold_fini(&fold);
    (void)lookalike_is_suspicious(text);
    return 0;
}
