/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading the words in pictures: whether, in which languages, how far. */
#include <string.h>

#include "conf_priv.h"

/* "fra", "eng" to "fra+eng". Only letters: what Tesseract makes of it is a file name. */
static struct span languages(struct build *build)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    struct build_values values = build_list(build, build->outline, "ocr_languages");
    struct span joined = values.count == 0 ? SPAN("fra+eng") : SPAN("");

    for (size_t i = 0; i < values.count; i++) {
        const struct span one = values.items[i].text;
        bool good = one.len > 0 && joined.len + 1 + one.len <= PLAN_LANGUAGES_BYTES;

        for (size_t at = 0; at < one.len; at++)
            good = good && memchr(letters, one.ptr[at], sizeof letters - 1) != NULL;
        if (!good)
            diagnose_error(build->d, values.items[i].place,
                           "ocr_languages: \"%.*s\"; accepted: names of Tesseract's data, \"fra\", \"deu\"",
                           SPAN_ARG(one));
        joined = arena_printf(build->arena, "%.*s%s%.*s", SPAN_ARG(joined), i > 0 ? "+" : "",
                              SPAN_ARG(one));
    }
    return joined;
}

/* Both stand in the time a message may take in all, twice where an edited one is judged again. */
static void check_ocr_time(struct build *build, const struct scan_plan *plan)
{
    const struct outline_setting *written = outline_setting(build->outline, "ocr");
    const uint64_t needed_ms = 2 * ((uint64_t)plan->limits.time_ms + plan->ocr.time_ms);

    if (plan->ocr.wanted && needed_ms > (uint64_t)value_number(build->outline, "content_timeout"))
        diagnose_warning(build->d, written->place,
                         "content_timeout is less than twice limits time and ocr_time together: "
                         "such messages are deferred");
}

void build_ocr(struct build *build, const struct outline *section)
{
    struct scan_plan *plan = &build->policy->plan;

    plan->ocr.wanted = value_bool(build->outline, "ocr");
    plan->ocr.languages = languages(build);
    plan->ocr.pictures = (uint32_t)value_number(section, "ocr_pictures");
    plan->ocr.pixels = (uint64_t)value_number(section, "ocr_pixels");
    plan->ocr.time_ms = (uint32_t)value_number(section, "ocr_time");
    check_ocr_time(build, plan);
}
