/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/scan/scan_priv.h"

struct kind_case {
    const char *detected, *promise;
    bool differs;
};

static void test_kind_media_types(void **state)
{
    static const struct kind_case cases[] = {
        { "vcard", "text/vcard", false },
        { "vcard", "text/x-vcard", false },
        { "pdf", "text/vcard", true },
        { "calendar", "text/calendar", false },
        { "zip", "text/calendar", true },
        { "pgp", "application/pgp-encrypted", false },
        { "text", "application/pgp-encrypted", false },
        { "zip", "application/pgp-encrypted", true },
        { "cab", "application/vnd.ms-cab-compressed", false },
        { "7z", "application/vnd.ms-cab-compressed", true },
        { "iso", "application/x-iso9660-image", false },
        { "zip", "application/x-iso9660-image", true },
        { "ar", "application/vnd.debian.binary-package", false },
        { "rpm", "application/vnd.debian.binary-package", true },
        { "rpm", "application/x-rpm", false },
        { "ar", "application/x-rpm", true },
        { "lha", "application/x-lzh-compressed", false },
        { "cab", "application/x-lzh-compressed", true },
        { "binhex", "application/mac-binhex40", false },
        { "docx", "application/mac-binhex40", true },
        { "heic", "image/heic", false },
        { "docx", "image/heic", true },
        { "ole2", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", false },
        { "rar", "application/octet-stream", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (kind_type_differs(span_of(cases[i].detected), span_of(cases[i].promise)) != cases[i].differs)
            fail_msg("%s said to be %s", cases[i].detected, cases[i].promise);
}

static void test_kind_names(void **state)
{
    static const struct kind_case cases[] = {
        { "vcard", "Jean.vcf", false }, { "pdf", "Jean.vcf", true },
        { "pgp", "note.gpg", false },   { "docx", "note.gpg", true },
        { "cab", "a.CAB", false },      { "zip", "a.cab", true },
        { "iso", "disc.iso", false },   { "rar", "disc.iso", true },
        { "ar", "p_1_all.deb", false }, { "zip", "p_1_all.deb", true },
        { "rpm", "p.rpm", false },      { "cpio", "p.rpm", true },
        { "lha", "a.lzh", false },      { "pdf", "a.lha", true },
        { "xar", "a.pkg", false },      { "tar", "a.xar", true },
        { "binhex", "a.hqx", false },   { "zip", "a.hqx", true },
        { "heic", "i.heic", false },    { "jpeg", "i.heic", false },
        { "zip", "i.avif", true },      { "zip", "a.unheard-of", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (kind_name_differs(span_of(cases[i].detected), span_of(cases[i].promise)) != cases[i].differs)
            fail_msg("%s called %s", cases[i].detected, cases[i].promise);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kind_media_types),
        cmocka_unit_test(test_kind_names),
    };

    return cmocka_run_group_tests_name("kind", tests, NULL, NULL);
}
