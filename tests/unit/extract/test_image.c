/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "seeds.h"

#define RIGHTS "property xmp http://purl.org/dc/elements/1.1/#rights=DIFFUSION RESTREINTE"

/* Written by exiftool: every store in every format that has it. */
static void test_image_reads_metadata(void **state)
{
    static const char *const jpeg[] = {
        "detected jpeg", RIGHTS, "property label-id exif=S", "property document iptc:2:25=kw é",
        "property document XPComment=xpé", "property document UserComment=ucé", "property document comment=SECRET é",
        "uninspectable image-only ", NULL,
    };
    static const char *const png[] = {
        "detected png", RIGHTS, "property label-id exif=S", "property document Comment=SECRET é",
        "property document iptc:2:25=kw é", NULL,
    };
    static const char *const gif[] = { "detected gif", RIGHTS, "property document comment=SECRET é", NULL };
    static const char *const tiff[] = {
        "detected tiff", RIGHTS, "property label-id exif=S", "property document iptc:2:25=kw é", NULL,
    };
    static const char *const webp[] = { "detected webp", RIGHTS, "property label-id exif=S", NULL };

    (void)state;
    seeds_expect("image/i.jpg", EXTRACT_PARTIAL, jpeg);
    seeds_expect("image/i.png", EXTRACT_PARTIAL, png);
    seeds_expect("image/i.gif", EXTRACT_PARTIAL, gif);
    seeds_expect("image/i.tif", EXTRACT_PARTIAL, tiff);
    seeds_expect("image/i.webp", EXTRACT_PARTIAL, webp);
}

/* What is stuck on behind the end is a file of its own; what is cut is told. */
static void test_image_reads_behind_its_end(void **state)
{
    struct recorder recorder;
    struct buf bytes;

    (void)state;
    seeds_load("image/i.jpg", &bytes);
    recorder_init(&recorder);
    recorder_read(&recorder, span_slice(buf_span(&bytes), 0, bytes.len - 10));
    assert_true(recorder_has_line(&recorder, "uninspectable damaged "));
    recorder_fini(&recorder);
    buf_append(&bytes, SPAN("SECRET"));
    recorder_init(&recorder);
    recorder_read(&recorder, buf_span(&bytes));
    assert_true(recorder_has_line(&recorder, "nested trailing 6"));
    assert_false(recorder_has(&recorder, "damaged"));
    recorder_fini(&recorder);
    buf_fini(&bytes);
}

static void test_image_leaves_spacers_alone(void **state)
{
    static const char pixel[] = "GIF89a\1\0\1\0\0\0\0\x2C\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3B";
    struct recorder recorder;

    (void)state;
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, (struct span){ pixel, sizeof pixel - 1 }), EXTRACT_OK);
    recorder_fini(&recorder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_image_reads_metadata),
        cmocka_unit_test(test_image_reads_behind_its_end),
        cmocka_unit_test(test_image_leaves_spacers_alone),
    };

    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
