/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recorder.h"

/* Nothing but octets decides: no format may claim an empty or a meaningless stream by itself. */
static void test_formats_leave_noise_alone(void **state)
{
    struct extract_input input = { .bytes = SPAN("\x01\x02\x03 nothing we know \xff") };

    (void)state;
    assert_null(extract_recognise(&input));
    input.bytes = (struct span){ NULL, 0 };
    assert_null(extract_recognise(&input));
}

static void test_formats_have_names(void **state)
{
    (void)state;
    for (const struct extractor *const *format = extract_formats; *format != NULL; format++) {
        assert_non_null((*format)->name);
        assert_non_null((*format)->recognise);
        assert_non_null((*format)->read);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats_leave_noise_alone),
        cmocka_unit_test(test_formats_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
