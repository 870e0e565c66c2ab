/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recorder.h"
#include "zip_builder.h"

#define W "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body>"
#define W_END "</w:body></w:document>"

struct part_case {
    const char *name, *content, *line;
};

/* A package of one part besides its content types; the log must hold the line. */
static void check(const struct part_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct zip_builder builder;
        struct recorder recorder;

        zip_builder_init(&builder);
        zip_builder_add(&builder, "[Content_Types].xml", SPAN("<Types/>"), ZIP_HONEST);
        zip_builder_add(&builder, cases[i].name, span_of(cases[i].content), ZIP_HONEST);
        recorder_init(&recorder);
        recorder_read(&recorder, zip_builder_finish(&builder, ""));
        if (!recorder_has_line(&recorder, cases[i].line)) {
            print_error("case %zu: %s\n want: %s\n got: %.*s", i, cases[i].content, cases[i].line,
                        (int)recorder.log.len, recorder.log.ptr);
            fail();
        }
        recorder_fini(&recorder);
        zip_builder_fini(&builder);
    }
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

static void test_ooxml_joins_runs(void **state)
{
    static const struct part_case cases[] = {
        { "d.xml", W "<w:p><w:r><w:t>SEC</w:t></w:r><w:proofErr/><w:r><w:rPr><w:b/></w:rPr><w:t>RET</w:t></w:r></w:p>" W_END,
          "[body d.xml] SECRET" },
        { "d.xml", W "<w:p><w:r><w:t>TRES</w:t><w:tab/><w:t xml:space='preserve'> SECRET</w:t><w:br/><w:t>x</w:t></w:r></w:p>" W_END,
          "[body d.xml] TRES\t SECRET" },
        { "d.xml", W "<w:p><w:r><w:t>SEC</w:t></w:r><w:del><w:r><w:delText>x</w:delText></w:r></w:del><w:ins><w:r><w:t>RET</w:t></w:r></w:ins></w:p>" W_END,
          "[body d.xml] SECRET" },
        { "d.xml", W "<w:p><w:del><w:r><w:delText>SECRET</w:delText></w:r></w:del></w:p>" W_END, "[deleted d.xml] SECRET" },
        { "d.xml", W "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>SECRET</w:t></w:r></w:p>" W_END, "[hidden d.xml] SECRET" },
        { "d.xml", W "<w:p><w:r><w:rPr><w:vanish w:val='false'/></w:rPr><w:t>SECRET</w:t></w:r></w:p>" W_END, "[body d.xml] SECRET" },
        { "d.xml", W "<w:p><w:r><w:rPr><w:caps/></w:rPr><w:t>secret</w:t></w:r></w:p>" W_END, "[body d.xml caps] secret" },
        { "d.xml", W "<w:p><w:r><w:t>SEC</w:t><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict><w:t>RET</w:t></w:r></w:p>" W_END,
          "[body d.xml] SECRET" },
        { "d.xml", W "<w:p><w:r><w:sym w:font='Arial' w:char='F053'/><w:t>ECRET</w:t></w:r></w:p>" W_END, "[body d.xml] SECRET" },
        { "d.xml", W "<w:p><w:r><w:instrText> DOCPROPERTY SECRET</w:instrText></w:r></w:p>" W_END, "[field d.xml]  DOCPROPERTY SECRET" },
        { "d.xml", W "<w:p><w:fldSimple w:instr='SECRET'/></w:p>" W_END, "[field d.xml] SECRET" },
        { "d.xml", W "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>SECRET</w:t></w:r></w:p></w:tc></w:tr></w:tbl>" W_END, "[body d.xml] SECRET" },
        { "d.xml", W "<w:p><w:r><w:drawing><wp:docPr id='1' name='x' descr='SECRET'/></w:drawing></w:r></w:p>" W_END, "[alt d.xml] SECRET" },
        { "d.xml", W "<foo:quux xmlns:foo='urn:x' baz='SECRET'/>" W_END, "[code d.xml] SECRET" },
        { "d.xml", W "<foo:quux xmlns:foo='urn:x'>SECRET</foo:quux>" W_END, "[body d.xml] SECRET" },
        { "d.xml", W "<!-- SECRET -->" W_END, "[code d.xml] SECRET" },
        { "h.xml", "<w:hdr><w:p><w:r><w:t>SECRET</w:t></w:r></w:p></w:hdr>", "[header h.xml] SECRET" },
        { "h.xml", "<w:hdr><w:p><v:shape id='x'><v:textpath string='SECRET'/></v:shape></w:p></w:hdr>", "[watermark h.xml] SECRET" },
        { "f.xml", "<w:ftr><w:p><w:r><w:t>SECRET</w:t></w:r></w:p></w:ftr>", "[footer f.xml] SECRET" },
        { "n.xml", "<w:footnotes><w:footnote><w:p><w:r><w:t>SECRET</w:t></w:r></w:p></w:footnote></w:footnotes>", "[note n.xml] SECRET" },
        { "c.xml", "<w:comments><w:comment w:author='auth'><w:p><w:r><w:t>SECRET</w:t></w:r></w:p></w:comment></w:comments>", "[comment c.xml] SECRET" },
    };
    (void)state;
    CHECK(cases);
}

static void test_ooxml_reads_sheets(void **state)
{
    static const struct part_case cases[] = {
        { "s.xml", "<worksheet><sheetData><row><c t='inlineStr'><is><r><t>SEC</t></r><r><t>RET</t></r></is></c></row></sheetData></worksheet>",
          "[body s.xml] SECRET" },
        { "s.xml", "<worksheet><sheetData><row><c t='str'><f>x</f><v>SECRET</v></c></row></sheetData></worksheet>", "[body s.xml] SECRET" },
        { "s.xml", "<worksheet><sheetData><row><c><f>\"SECRET\"</f></c></row></sheetData></worksheet>", "[code s.xml] \"SECRET\"" },
        { "s.xml", "<worksheet><headerFooter><oddHeader>&amp;L&amp;\"Arial,Bold\"&amp;8SECRET&amp;R12</oddHeader></headerFooter></worksheet>",
          "[header s.xml] SECRET" },
        { "s.xml", "<worksheet><headerFooter><evenFooter>&amp;C&amp;KFF0000A &amp;&amp; SECRET</evenFooter></headerFooter></worksheet>",
          "[footer s.xml] A & SECRET" },
        { "s.xml", "<worksheet><dataValidation prompt='SECRET'/></worksheet>", "[alt s.xml] SECRET" },
        { "xl/sharedStrings.xml", "<sst><si><t>SEC</t><rPh><t>x</t></rPh></si><si><r><t>SEC</t></r><r><t>RET</t></r></si></sst>",
          "[hidden xl/sharedStrings.xml] SECRET" },
        { "t.xml", "<table displayName='Table1'><tableColumn name='SECRET'/></table>", "[name t.xml] SECRET" },
        { "c.xml", "<comments><authors><author>auth</author></authors><commentList><comment><text><r><t>SECRET</t></r></text></comment></commentList></comments>",
          "[comment c.xml] SECRET" },
    };
    (void)state;
    CHECK(cases);
}

static void test_ooxml_reads_slides(void **state)
{
    static const struct part_case cases[] = {
        { "s.xml", "<p:sld><p:cSld><p:sp><p:txBody><a:p><a:r><a:t>SEC</a:t></a:r><a:r><a:t>RET</a:t></a:r></a:p></p:txBody></p:sp></p:cSld></p:sld>",
          "[body s.xml] SECRET" },
        { "s.xml", "<p:sld show='0'><a:p><a:r><a:t>SECRET</a:t></a:r></a:p></p:sld>", "[hidden s.xml] SECRET" },
        { "s.xml", "<p:sld><p:sp><p:nvSpPr><p:nvPr><p:ph type='ftr'/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:t>SECRET</a:t></a:p></p:txBody></p:sp></p:sld>",
          "[footer s.xml] SECRET" },
        { "s.xml", "<p:sld><p:sp><p:nvSpPr><p:nvPr><p:ph type='title'/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:t>SECRET</a:t></a:p></p:txBody></p:sp><p:sp><a:p><a:t>x</a:t></a:p></p:sp></p:sld>",
          "[title s.xml] SECRET" },
        { "s.xml", "<p:sld><a:p><a:r><a:rPr cap='all'/><a:t>secret</a:t></a:r></a:p></p:sld>", "[body s.xml caps] secret" },
        { "m.xml", "<p:sldMaster><p:sp><a:p><a:t>SECRET</a:t></a:p></p:sp></p:sldMaster>", "[header m.xml] SECRET" },
        { "n.xml", "<p:notes><a:p><a:t>SECRET</a:t></a:p></p:notes>", "[note n.xml] SECRET" },
        { "c.xml", "<p:cmLst><p:cm><p:text>SECRET</p:text></p:cm></p:cmLst>", "[comment c.xml] SECRET" },
        { "t.xml", "<p:tagLst><p:tag name='CLASS' val='SECRET'/></p:tagLst>", "[code t.xml] SECRET" },
    };
    (void)state;
    CHECK(cases);
}

static void test_ooxml_reads_properties_and_labels(void **state)
{
    static const struct part_case cases[] = {
        { "docProps/core.xml", "<cp:coreProperties><dc:title>SECRET</dc:title></cp:coreProperties>", "property document title=SECRET" },
        { "docProps/custom.xml", "<Properties><property name='MSIP_Label_x_Name'><vt:lpwstr>SECRET</vt:lpwstr></property></Properties>",
          "property custom MSIP_Label_x_Name=SECRET" },
        { "docMetadata/LabelInfo.xml", "<l:labelList xmlns:l='x'><l:label id='{a}'/></l:labelList>",
          "property label-xml docMetadata/LabelInfo.xml=<l:labelList xmlns:l='x'><l:label id='{a}'/></l:labelList>" },
        { "customXml/item1.xml", "<a xmlns='urn:b'><c>CON<d>FID</d></c></a>", "[hidden customXml/item1.xml] CONFID" },
        { "customXml/item1.xml", "<a xmlns='urn:b'><c>SECRET</c><d>x</d></a>", "[hidden customXml/item1.xml] SECRET" },
        { "d.xml", "<!DOCTYPE w [<!ENTITY x 'SECRET'>]>" W "<w:p/>" W_END, "ambiguity xml-dtd d.xml" },
        { "d.xml", W "<w:p><w:r><w:t>SECRET</w:t>", "uninspectable damaged d.xml" },
        { "d.xml", W "<w:p><w:r><w:t>SECRET</w:t>", "[body d.xml] SECRET" },
        { "word/vbaProject.bin", "\xd0\xcf\x11\xe0", "active" },
        { "word/media/x.png", "\x89PNG", "nested word/media/x.png 4" },
        { "r.rels", "<Relationships><Relationship Id='a' TargetMode='External' Target='mailto:x@y'/></Relationships>", "[link r.rels] mailto:x@y" },
    };
    (void)state;
    CHECK(cases);
}

/* Sheets have the number and the name the workbook gives them, whatever their parts are called. */
static void test_ooxml_numbers_sheets(void **state)
{
    struct zip_builder builder;
    struct recorder recorder;

    (void)state;
    zip_builder_init(&builder);
    zip_builder_add(&builder, "[Content_Types].xml", SPAN("<Types ContentType='spreadsheetml.sheet.main'/>"), ZIP_HONEST);
    zip_builder_add(&builder, "xl/workbook.xml", SPAN("<workbook><sheets><sheet name='B' sheetId='1' r:id='rId9'/>"
                    "<sheet name='MARK' state='veryHidden' r:id='rId8'/></sheets></workbook>"), ZIP_HONEST);
    zip_builder_add(&builder, "xl/_rels/workbook.xml.rels", SPAN("<Relationships><Relationship Id='rId8' Target='/xl/x.xml'/>"
                    "<Relationship Id='rId9' Target='y.xml'/></Relationships>"), ZIP_HONEST);
    zip_builder_add(&builder, "xl/x.xml", SPAN("<worksheet><c t='s'><v>0</v></c><c t='s'><v>0</v></c></worksheet>"), ZIP_HONEST);
    zip_builder_add(&builder, "xl/y.xml", SPAN("<worksheet><c t='s'><v>1</v></c></worksheet>"), ZIP_HONEST);
    zip_builder_add(&builder, "xl/sharedStrings.xml", SPAN("<sst><si><t>SECRET</t></si><si><t>plain</t></si></sst>"), ZIP_HONEST);
    recorder_init(&recorder);
    recorder_read(&recorder, zip_builder_finish(&builder, ""));
    assert_true(recorder_has_line(&recorder, "detected xlsx"));
    assert_true(recorder_has_line(&recorder, "[hidden xl/x.xml sheet=2] SECRET"));
    assert_true(recorder_has_line(&recorder, "[name xl/x.xml sheet=2] MARK"));
    assert_true(recorder_has_line(&recorder, "[body xl/y.xml sheet=1] plain"));
    assert_false(recorder_has(&recorder, "sharedStrings"));
    recorder_fini(&recorder);
    zip_builder_fini(&builder);
}

static void test_ooxml_reads_binary_sheets(void **state)
{
    struct zip_builder builder;
    struct recorder recorder;

    (void)state;
    zip_builder_init(&builder);
    zip_builder_add(&builder, "[Content_Types].xml",
                    SPAN("<Types ContentType='excel.sheet.binary.macroEnabled.main'/>"), ZIP_HONEST);
    zip_builder_add(&builder, "xl/sharedStrings.bin",
                    SPAN("\x13\x11\0\6\0\0\0S\0E\0C\0R\0E\0T\0"), ZIP_HONEST);
    zip_builder_add(&builder, "xl/workbook.bin",
                    SPAN("\x9c\1\x18" "12345678\4\0\0\0M\0A\0R\0K\0\0\0\0\0"), ZIP_HONEST);
    zip_builder_add(&builder, "xl/comments1.bin", SPAN("\x13\x7f"), ZIP_HONEST);
    recorder_init(&recorder);
    recorder_read(&recorder, zip_builder_finish(&builder, ""));
    assert_true(recorder_has_line(&recorder, "detected xlsb"));
    assert_true(recorder_has_line(&recorder, "[body xl/sharedStrings.bin] SECRET"));
    assert_true(recorder_has_line(&recorder, "[name xl/workbook.bin] MARK"));
    assert_true(recorder_has_line(&recorder, "uninspectable damaged xl/comments1.bin"));
    recorder_fini(&recorder);
    zip_builder_fini(&builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ooxml_joins_runs),
        cmocka_unit_test(test_ooxml_reads_sheets),
        cmocka_unit_test(test_ooxml_reads_slides),
        cmocka_unit_test(test_ooxml_reads_properties_and_labels),
        cmocka_unit_test(test_ooxml_numbers_sheets),
        cmocka_unit_test(test_ooxml_reads_binary_sheets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
