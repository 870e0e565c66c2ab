/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract_priv.h"

const struct extractor *const extract_formats[] = {
    &extract_pdf,
    &extract_gzip,
    &extract_archive,
    &extract_ole,
    &extract_rtf,
    &extract_smime,
    &extract_pgp,
    &extract_binhex,
    &extract_tnef,
    &extract_mbox,
    &extract_card,
    &extract_image,
    &extract_known,
    &extract_html,
    &extract_zip,
    &extract_xml,
    &extract_text, /* last: whatever no other reader knows better */
    NULL,
};

const struct extractor *extract_recognise(const struct extract_input *input)
{
    const struct extractor *best = NULL;
    enum recognition best_sure = RECOGNISE_NO;

    for (const struct extractor *const *format = extract_formats; *format != NULL; format++) {
        enum recognition sure = (*format)->recognise(input);
        if (sure > best_sure) {
            best = *format;
            best_sure = sure;
        }
    }
    return best;
}
