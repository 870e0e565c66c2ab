/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recorder.h"

/*
 * A PDF of one A4 page from the octets of its content stream, and other objects
 * from number 6 on; without cross-references, so that the reader must find the
 * objects by itself. 4 is the resources, 5 the font.
 */
static struct span build(struct buf *out, const char *content, const char *resources, const char *objects)
{
    buf_clear(out);
    buf_printf(out,
               "%%PDF-1.7\n1 0 obj <</Type/Catalog /Pages 2 0 R /AcroForm 90 0 R /OCProperties 91 0 R>> endobj\n"
               "2 0 obj <</Type/Pages /Kids [3 0 R] /Count 1>> endobj\n"
               "3 0 obj <</Type/Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources 4 0 R /Contents 8 0 R"
               " /Annots [20 0 R]>> endobj\n"
               "4 0 obj <</Font <</F1 5 0 R>> %s>> endobj\n"
               "5 0 obj <</Type/Font /Subtype/Type1 /BaseFont/Helvetica /Encoding/WinAnsiEncoding>> endobj\n"
               "8 0 obj <</Length %zu>> stream\n%s\nendstream endobj\n%s\n"
               "trailer <</Root 1 0 R>>\n%%%%EOF\n",
               resources, strlen(content), content, objects);
    return buf_span(out);
}

struct pdf_case {
    const char *content, *resources, *objects;
    const char *line;           /* must be a line of the log */
};

static void check(const struct pdf_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct recorder recorder;
        struct buf pdf;

        buf_init(&pdf, 0);
        recorder_init(&recorder);
        recorder_read(&recorder, build(&pdf, cases[i].content, cases[i].resources, cases[i].objects));
        if (!recorder_has_line(&recorder, cases[i].line)) {
            print_error("case %zu: %s\n want: %s\n got: %s", i, cases[i].content, cases[i].line, recorder.log.ptr);
            fail();
        }
        recorder_fini(&recorder);
        buf_fini(&pdf);
    }
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

static void test_pdf_gathers_words(void **state)
{
    static const struct pdf_case cases[] = {
        { "BT /F1 12 Tf 72 400 Td (SECRET) Tj ET", "", "", "[body - page=1] SECRET" },
        { "BT /F1 12 Tf 72 400 Td [(SEC) -20 (RET)] TJ ET", "", "", "[body - page=1] SECRET" },
        { "BT /F1 12 Tf 72 400 Td [(TR\\310S) -300 (SECRET)] TJ ET", "", "", "[body - page=1] TRÈS SECRET" },
        { "BT /F1 12 Tf 8 Tc 72 400 Td (SECRET) Tj ET", "", "", "[body - page=1] SECRET" },
        { "BT /F1 12 Tf 72 400 Td [(S)-900(E)-900(C)-900(R)-900(E)-900(T)] TJ ET", "", "", "[body - page=1] SECRET" },
        { "BT /F1 12 Tf 72 400 Td [(TRES)-300(SECRET)-300(.)-300(.)-300(.)-300(.)-300(.)-300(.)-300(4)] TJ ET", "", "",
          "[body - page=1] TRES SECRET . . . . . . 4" },
        { "BT /F1 12 Tf 1 0 0 1 72 400 Tm (SEC) Tj 1 0 0 1 97.3 400 Tm (RET) Tj ET", "", "", "[body - page=1] SECRET" },
        { "BT /F1 12 Tf 1 0 0 1 97.3 400 Tm (RET) Tj 1 0 0 1 72 400 Tm (SEC) Tj ET", "", "", "[body - page=1] SECRET" },
        { "BT /F1 12 Tf 72 400 Td (SECRET) Tj ET BT /F1 12 Tf 72.3 400 Td (SECRET) Tj ET", "", "", "[body - page=1] SECRET" },
        { "BT /F1 12 Tf 14 TL 72 400 Td (a) Tj (SECRET) ' ET", "", "", "[body - page=1] SECRET" },
        { "BT /F1 12 Tf 72 400 Td <534543524554> Tj ET", "", "", "[body - page=1] SECRET" },
        { "BT /F1 12 Tf 72 400 Td (SE\\\nCRE\\124) Tj ET", "", "", "[body - page=1] SECRET" },
        { "BI /W 1 /H 1 ID xx(EI )yy EI BT /F1 12 Tf 72 400 Td (SECRET) Tj ET", "", "", "[body - page=1] SECRET" },
    };

    (void)state;
    CHECK(cases);
}

static void test_pdf_knows_regions(void **state)
{
    static const struct pdf_case cases[] = {
        { "BT /F1 12 Tf 250 810 Td (SECRET) Tj ET", "", "", "[header - page=1] SECRET" },
        { "BT /F1 12 Tf 250 20 Td (SECRET) Tj ET", "", "", "[footer - page=1] SECRET" },
        { "BT /F1 60 Tf .7 .7 -.7 .7 100 200 Tm (SECRET) Tj ET", "", "", "[watermark - page=1] SECRET" },
        { "BT /F1 12 Tf 700 400 Td (SECRET) Tj ET", "", "", "[hidden - page=1] SECRET" },
        { "BT /F1 12 Tf 3 Tr 72 400 Td (SECRET) Tj ET", "", "", "[hidden - page=1] SECRET" },
        { "/Artifact <</Subtype/Footer>> BDC BT /F1 12 Tf 72 400 Td (SECRET) Tj ET EMC", "", "",
          "[footer - page=1] SECRET" },
        { "/Span <</ActualText (SECRET)>> BDC BT /F1 12 Tf 72 400 Td (x) Tj ET EMC", "", "", "[alt - page=1] SECRET" },
        { "/OC /L BDC BT /F1 12 Tf 72 400 Td (SECRET) Tj ET EMC", "/Properties <</L 30 0 R>>",
          "30 0 obj <</Type/OCG /Name (Couche)>> endobj 91 0 obj <</OCGs [30 0 R] /D <</OFF [30 0 R]>>>> endobj",
          "[hidden - page=1] SECRET" },
        { "/OC /L BDC EMC", "/Properties <</L 30 0 R>>",
          "30 0 obj <</Type/OCG /Name (Couche)>> endobj 91 0 obj <</OCGs [30 0 R] /D <</OFF [30 0 R]>>>> endobj",
          "ambiguity pdf-hidden-layer " },
        { "/X Do", "/XObject <</X 31 0 R>>",
          "31 0 obj <</Subtype/Form /Matrix [1 0 0 1 200 400] /Resources <</Font <</F1 5 0 R>>>> /Length 99>> stream\n"
          "BT /F1 12 Tf (SECRET) Tj ET\nendstream endobj",
          "[body - page=1] SECRET" },
    };

    (void)state;
    CHECK(cases);
}

static void test_pdf_reads_what_no_page_shows(void **state)
{
    static const struct pdf_case cases[] = {
        { "", "", "20 0 obj <</Type/Annot /Subtype/Stamp /Rect [0 0 9 9] /Name/TopSecret>> endobj",
          "[stamp - page=1] TOP SECRET" },
        { "", "", "20 0 obj <</Type/Annot /Subtype/Text /Rect [0 0 9 9] /Contents (SECRET)>> endobj",
          "[comment - page=1] SECRET" },
        { "", "", "20 0 obj <</Type/Annot /Subtype/Widget /FT/Tx /T (n) /V <FEFF00C9> /Rect [0 0 9 9]>> endobj",
          "[field - page=1] É" },
        { "", "", "40 0 obj <</Type/Filespec /UF (plan.txt) /EF <</F 41 0 R>>>> endobj "
                  "41 0 obj <</Type/EmbeddedFile /Length 6>> stream\nSECRET\nendstream endobj",
          "nested plan.txt 6" },
        { "", "", "40 0 obj <</S/JavaScript /JS (app.alert)>> endobj", "active" },
        { "", "", "40 0 obj <</S/URI /URI (mailto:a@b.fr)>> endobj", "[link -] mailto:a@b.fr" },
        { "", "", "40 0 obj <</Title (SECRET) /Parent 1 0 R>> endobj", "[name -] SECRET" },
        { "", "", "40 0 obj <</Length 60>> stream\nBT /F1 9 Tf (SECRET) Tj ET\nendstream endobj", "[hidden -] SECRET" },
        { "/I Do", "/XObject <</I 31 0 R>>", "31 0 obj <</Subtype/Image /Length 1>> stream\nx\nendstream endobj",
          "uninspectable image-only page=1" },
        { "/I Do", "/XObject <</I 31 0 R>>",
          "31 0 obj <</Subtype/Image /Width 2 /Height 2 /BitsPerComponent 8 /ColorSpace/DeviceGray /Length 4>> stream\n"
          "abcd\nendstream endobj",
          "image page=1 15" },
        { "/I Do", "/XObject <</I 31 0 R>>",
          "31 0 obj <</Subtype/Image /Width 9 /Height 1 /Filter/CCITTFaxDecode /DecodeParms <</K -1 /Columns 9>> "
          "/Length 1>> stream\nx\nendstream endobj",
          "image page=1 135" },
        { "/I Do", "/XObject <</I 31 0 R>>",
          "31 0 obj <</Subtype/Image /Width -2 /Height 1e9 /BitsPerComponent -8 /ColorSpace/ICCBased /Length 1>> stream\n"
          "x\nendstream endobj",
          "uninspectable image-only page=1" },
        { "/I Do", "/XObject <</I 31 0 R>>",
          "31 0 obj <</Subtype/Image /Width 2 /Height 2 /BitsPerComponent 8 /ColorSpace [/Indexed /DeviceN 9 9] "
          "/Length 4>> stream\nabcd\nendstream endobj",
          "uninspectable image-only page=1" },
        { "", "", "9 0 obj <</Filter/MicrosoftIRMServices>> endobj trailer <</Root 1 0 R /Encrypt 9 0 R>>",
          "uninspectable encrypted " },
        { "BT /F2 9 Tf 72 400 Td <000100020003000400050006> Tj ET", "/Font <</F2 32 0 R>>",
          "4 0 obj <</Font <</F2 32 0 R>>>> endobj "
          "32 0 obj <</Subtype/Type0 /Encoding/Identity-H /DescendantFonts [<<>>]>> endobj",
          "uninspectable unsupported page=1 text in a font without characters" },
    };

    (void)state;
    CHECK(cases);
}

static void test_pdf_maps_fonts(void **state)
{
    static const struct pdf_case cases[] = {
        { "BT /F2 9 Tf 72 400 Td (\\001\\002\\003) Tj ET", "",
          "4 0 obj <</Font <</F2 32 0 R>>>> endobj 32 0 obj <</Subtype/Type1 /Encoding <</Differences "
          "[1 /Eacute /f_i /uni0153]>>>> endobj",
          "[body - page=1] Éfiœ" },
        { "BT /F2 9 Tf 72 400 Td <00010002> Tj ET", "",
          "4 0 obj <</Font <</F2 32 0 R>>>> endobj 32 0 obj <</Subtype/Type0 /Encoding/Identity-H /ToUnicode 33 0 R>> "
          "endobj 33 0 obj <</Length 999>> stream\n1 beginbfrange <0001> <0002> <0053> endbfrange\nendstream endobj",
          "[body - page=1] ST" },
        { "BT /F2 9 Tf 72 400 Td <8B4096A7> Tj ET", "",
          "4 0 obj <</Font <</F2 32 0 R>>>> endobj 32 0 obj <</Subtype/Type0 /Encoding/90ms-RKSJ-H>> endobj",
          "[body - page=1] 機密" },
        { "BT /F2 9 Tf 72 400 Td <673A5BC6> Tj ET", "",
          "4 0 obj <</Font <</F2 32 0 R>>>> endobj 32 0 obj <</Subtype/Type0 /Encoding/UniGB-UCS2-H>> endobj",
          "[body - page=1] 机密" },
    };

    (void)state;
    CHECK(cases);
}

/* A second revision replaces the page's text; cross-references say so. */
static void test_pdf_tells_older_revisions(void **state)
{
    struct recorder recorder;
    struct buf pdf;
    size_t first, second, at;

    (void)state;
    buf_init(&pdf, 0);
    build(&pdf, "BT /F1 12 Tf 72 400 Td (SECRET) Tj ET", "", "");
    at = pdf.len;
    buf_printf(&pdf, "8 0 obj <</Length 37>> stream\nBT /F1 12 Tf 72 400 Td (PUBLIC) Tj ET\nendstream endobj\n%%%%EOF\n");
    recorder_init(&recorder);
    recorder_read(&recorder, buf_span(&pdf));
    assert_true(recorder_has_line(&recorder, "[body - page=1] PUBLIC"));
    assert_true(recorder_has_line(&recorder, "[deleted - page=1] SECRET"));
    assert_true(recorder_has_line(&recorder, "ambiguity pdf-revisions "));
    assert_false(recorder_has_line(&recorder, "[body - page=1] SECRET"));
    recorder_fini(&recorder);

    /* The same with two cross-reference tables, each naming the objects by offset. */
    first = pdf.len;
    buf_printf(&pdf, "xref\n0 1\n0000000000 65535 f \n");
    for (int number = 1; number <= 8; number++) {
        char mark[32];
        size_t offset;
        snprintf(mark, sizeof mark, "\n%d 0 obj", number);
        offset = span_find(buf_span(&pdf), span_of(mark));
        if (offset < at)
            buf_printf(&pdf, "%d 1\n%010zu 00000 n \n", number, offset + 1);
    }
    buf_printf(&pdf, "trailer <</Root 1 0 R /Size 9>>\nstartxref\n%zu\n%%%%EOF\n", first);
    second = pdf.len;
    buf_printf(&pdf, "xref\n8 1\n%010zu 00000 n \ntrailer <</Root 1 0 R /Size 9 /Prev %zu>>\nstartxref\n%zu\n%%%%EOF\n",
               at, first, second);
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, buf_span(&pdf)), EXTRACT_OK);
    assert_true(recorder_has_line(&recorder, "[body - page=1] PUBLIC"));
    assert_true(recorder_has_line(&recorder, "[deleted - page=1] SECRET"));
    recorder_fini(&recorder);
    buf_fini(&pdf);
}

/* Forms that call each other ten times at each of twenty levels end at once. */
static void test_pdf_survives_form_bomb(void **state)
{
    struct recorder recorder;
    struct buf pdf, objects;

    (void)state;
    buf_init(&pdf, 0);
    buf_init(&objects, 0);
    for (int level = 0; level < 20; level++)
        buf_printf(&objects,
                   "%d 0 obj <</Subtype/Form /Resources <</XObject <</X %d 0 R>>>> /Length 59>> stream\n"
                   "/X Do /X Do /X Do /X Do /X Do /X Do /X Do /X Do /X Do /X Do\nendstream endobj\n",
                   100 + level, 101 + level % 20);
    buf_append_byte(&objects, '\0');
    recorder_init(&recorder);
    recorder_read(&recorder, build(&pdf, "/X Do", "/XObject <</X 100 0 R>>", objects.ptr));
    assert_true(recorder_has(&recorder, "uninspectable too-many"));
    recorder_fini(&recorder);
    buf_fini(&pdf);
    buf_fini(&objects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pdf_gathers_words),
        cmocka_unit_test(test_pdf_knows_regions),
        cmocka_unit_test(test_pdf_reads_what_no_page_shows),
        cmocka_unit_test(test_pdf_maps_fonts),
        cmocka_unit_test(test_pdf_tells_older_revisions),
        cmocka_unit_test(test_pdf_survives_form_bomb),
    };

    return cmocka_run_group_tests_name("pdf", tests, NULL, NULL);
}
