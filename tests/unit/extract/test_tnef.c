/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "seeds.h"

static void test_tnef_reads_properties_and_attachments(void **state)
{
    static const char *const lines[] = {
        "[title -] Objet été", "property document Sensitivity=Private",
        "property custom msip_labels=MSIP_Label_x_Name=Secret", "nested plan été.txt 20", NULL,
    };

    (void)state;
    seeds_expect("tnef/winmail.dat", EXTRACT_OK, lines);
}

static void test_card_reads_lines_and_classes(void **state)
{
    static const char *const lines[] = {
        "detected vcard", "[body -] Jean", "[body -] a@b.fr", "[body -] été",
        "property label-id ical=CONFIDENTIAL", "nested  6", NULL,
    };

    (void)state;
    seeds_expect("vcard/a.vcf", EXTRACT_OK, lines);
}

static void test_mbox_cuts_messages(void **state)
{
    struct recorder recorder;

    (void)state;
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, SPAN("From a@b Mon Nov 23 10:00:00 2026\nSubject: a\n\nFrom here\n"
                                                   "From a@b Mon Nov 23 10:00:00 2026\nSubject: b\n\nx\n")), EXTRACT_OK);
    assert_true(recorder_has_line(&recorder, "nested  22"));
    assert_true(recorder_has_line(&recorder, "nested  14"));
    recorder_fini(&recorder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tnef_reads_properties_and_attachments),
        cmocka_unit_test(test_card_reads_lines_and_classes),
        cmocka_unit_test(test_mbox_cuts_messages),
    };

    return cmocka_run_group_tests_name("tnef", tests, NULL, NULL);
}
