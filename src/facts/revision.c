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

bool revision_is_empty(const struct revision *revision)
{
    return revision->replacement_count == 0 && revision->notice_count == 0 &&
           revision->footer_text.len == 0 && revision->footer_html.len == 0;
}
