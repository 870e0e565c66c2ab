/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recorder.h"
#include "zip_builder.h"

#define CONTENT "<office:document-content><office:body><office:text>"
#define CONTENT_END "</office:text></office:body></office:document-content>"
#define FLAT "<office:document xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'>"

struct part_case {
    const char *name, *content, *line;
};

static void expect(const struct recorder *recorder, const char *line, const char *content)
{
    if (recorder_has_line(recorder, line))
        return;
    print_error("%s\n want: %s\n got: %.*s", content, line, (int)recorder->log.len, recorder->log.ptr);
    fail();
}

static void check_package(const char *type, const struct part_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct zip_builder builder;
        struct recorder recorder;

        zip_builder_init(&builder);
        zip_builder_add(&builder, "mimetype", span_of(type), ZIP_HONEST);
        zip_builder_add(&builder, cases[i].name, span_of(cases[i].content), ZIP_HONEST);
        zip_builder_add(&builder, "META-INF/manifest.xml", SPAN("<manifest:manifest/>"), ZIP_HONEST);
        recorder_init(&recorder);
        recorder_read(&recorder, zip_builder_finish(&builder, ""));
        expect(&recorder, cases[i].line, cases[i].content);
        recorder_fini(&recorder);
        zip_builder_fini(&builder);
    }
}

#define CHECK(type, cases) check_package(type, cases, sizeof(cases) / sizeof((cases)[0]))

static void test_odf_reads_text_documents(void **state)
{
    static const struct part_case cases[] = {
        { "content.xml", CONTENT "<text:p>SEC<text:span>RET</text:span></text:p>" CONTENT_END, "[body content.xml] SECRET" },
        { "content.xml", CONTENT "<text:p>TRES<text:s text:c='2'/>SECRET<text:line-break/>x</text:p>" CONTENT_END, "[body content.xml] TRES  SECRET" },
        { "content.xml", CONTENT "<text:p>SEC<draw:frame draw:name='f'><draw:text-box><text:p>box</text:p></draw:text-box><svg:desc>d</svg:desc></draw:frame>RET</text:p>" CONTENT_END, "[body content.xml] SECRET" },
        { "content.xml", CONTENT "<text:p>SEC<office:annotation><text:p>c</text:p></office:annotation>RET</text:p>" CONTENT_END, "[body content.xml] SECRET" },
        { "content.xml", CONTENT "<text:p>x<office:annotation><text:p>SECRET</text:p></office:annotation></text:p>" CONTENT_END, "[comment content.xml] SECRET" },
        { "content.xml", CONTENT "<text:p>x<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>SECRET</text:p></text:note-body></text:note></text:p>" CONTENT_END, "[note content.xml] SECRET" },
        { "content.xml", CONTENT "<text:tracked-changes><text:deletion><text:p>SECRET</text:p></text:deletion></text:tracked-changes>" CONTENT_END, "[deleted content.xml] SECRET" },
        { "content.xml", CONTENT "<text:p><text:hidden-text text:string-value='SECRET'/></text:p>" CONTENT_END, "[hidden content.xml] SECRET" },
        { "content.xml", CONTENT "<text:section text:display='none'><text:p>SECRET</text:p></text:section>" CONTENT_END, "[hidden content.xml] SECRET" },
        { "content.xml", CONTENT "<text:p><text:title>SECRET</text:title></text:p>" CONTENT_END, "[body content.xml] SECRET" },
        { "content.xml", CONTENT "<draw:frame><svg:title>SECRET</svg:title></draw:frame>" CONTENT_END, "[alt content.xml] SECRET" },
        { "content.xml", CONTENT "<office:binary-data>U0VDUkVU</office:binary-data>" CONTENT_END, "nested (binary data) 6" },
        { "content.xml", "<office:document-content><office:automatic-styles><style:style style:name='B'><style:text-properties text:display='none'/></style:style>"
          "<style:style style:name='C' style:parent-style-name='B'/></office:automatic-styles><office:body><text:p>a<text:span text:style-name='C'>SECRET</text:span></text:p></office:body></office:document-content>",
          "[hidden content.xml] SECRET" },
        { "styles.xml", "<office:document-styles><office:master-styles><style:master-page><style:header><text:p>SECRET</text:p></style:header></style:master-page></office:master-styles></office:document-styles>",
          "[header styles.xml] SECRET" },
        { "styles.xml", "<office:document-styles><style:master-page><style:footer-first><text:p>SECRET</text:p></style:footer-first></style:master-page></office:document-styles>",
          "[footer styles.xml] SECRET" },
        { "meta.xml", "<office:document-meta><office:meta><meta:user-defined meta:name='urn:bails:x'>SECRET</meta:user-defined></office:meta></office:document-meta>",
          "property custom urn:bails:x=SECRET" },
        { "meta.xml", "<office:document-meta><office:meta><dc:subject>SECRET</dc:subject></office:meta></office:document-meta>",
          "property document subject=SECRET" },
        { "Basic/Standard/Module1.xml", "<script:module>SECRET</script:module>", "active" },
        { "Object 1/content.xml", CONTENT "<text:p>SECRET</text:p>" CONTENT_END, "[body Object 1/content.xml] SECRET" },
    };
    (void)state;
    CHECK("application/vnd.oasis.opendocument.text", cases);
}

static void test_odf_numbers_sheets_and_slides(void **state)
{
    static const struct part_case sheets[] = {
        { "content.xml", "<office:document-content><office:body><office:spreadsheet><table:table table:name='a'><table:table-row/></table:table>"
          "<table:table table:name='MARK'><table:table-row><table:table-cell><text:p>SECRET</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>",
          "[body content.xml sheet=2] SECRET" },
        { "content.xml", "<office:document-content><office:body><office:spreadsheet><table:table table:name='MARK'/></office:spreadsheet></office:body></office:document-content>",
          "[name content.xml sheet=1] MARK" },
    };
    static const struct part_case slides[] = {
        { "content.xml", "<office:document-content><office:body><office:presentation><draw:page/><draw:page><draw:frame><draw:text-box><text:p>SECRET</text:p></draw:text-box></draw:frame></draw:page></office:presentation></office:body></office:document-content>",
          "[body content.xml slide=2] SECRET" },
        { "content.xml", "<office:document-content><office:body><office:presentation><draw:page><presentation:notes><text:p>SECRET</text:p></presentation:notes></draw:page></office:presentation></office:body></office:document-content>",
          "[note content.xml slide=1] SECRET" },
    };
    (void)state;
    CHECK("application/vnd.oasis.opendocument.spreadsheet", sheets);
    CHECK("application/vnd.oasis.opendocument.presentation", slides);
}

static void test_odf_names_encrypted_parts(void **state)
{
    struct zip_builder builder;
    struct recorder recorder;

    (void)state;
    zip_builder_init(&builder);
    zip_builder_add(&builder, "mimetype", SPAN("application/vnd.oasis.opendocument.text"), ZIP_HONEST);
    zip_builder_add(&builder, "content.xml", SPAN("\x01\x02\x03"), ZIP_HONEST);
    zip_builder_add(&builder, "META-INF/manifest.xml", SPAN("<manifest:manifest><manifest:file-entry manifest:full-path='content.xml'>"
                    "<manifest:encryption-data/></manifest:file-entry></manifest:manifest>"), ZIP_HONEST);
    recorder_init(&recorder);
    assert_int_equal(recorder_read(&recorder, zip_builder_finish(&builder, "")), EXTRACT_PARTIAL);
    expect(&recorder, "uninspectable encrypted content.xml", "");
    expect(&recorder, "detected odt", "");
    recorder_fini(&recorder);
    zip_builder_fini(&builder);
}

static void test_xml_documents_by_their_root(void **state)
{
    static const struct { const char *content, *line; } cases[] = {
        { FLAT "<office:body><office:text><text:p>SEC<text:span>RET</text:span></text:p></office:text></office:body></office:document>", "[body -] SECRET" },
        { FLAT "<office:meta><dc:title>SECRET</dc:title></office:meta></office:document>", "property document title=SECRET" },
        { "<svg xmlns='http://www.w3.org/2000/svg'><text>SEC<tspan>RET</tspan></text><text>x</text></svg>", "[body -] SECRET" },
        { "<svg xmlns='http://www.w3.org/2000/svg'><title>SECRET</title></svg>", "[alt -] SECRET" },
        { "<svg xmlns='http://www.w3.org/2000/svg'><image href='data:text/plain;base64,U0VDUkVU'/></svg>", "nested (data) 6" },
        { "<?xml version='1.0'?><a><b>SECRET</b><c>x</c></a>", "[body -] SECRET" },
        { "<?xml version='1.0'?><a><p>SEC<b>RET</b></p></a>", "[body -] SECRET" },
        { "<?xml version='1.0'?><a b='SECRET'/>", "[code -] SECRET" },
        { "<?xml version='1.0'?><pkg:package><pkg:part><pkg:xmlData><w:p><w:r><w:t>SEC</w:t></w:r><w:r><w:t>RET</w:t></w:r></w:p></pkg:xmlData></pkg:part></pkg:package>", "[body -] SECRET" },
        { "<l:labelList xmlns:l='http://schemas.microsoft.com/office/2020/mipLabelMetadata'/>",
          "property label-xml =<l:labelList xmlns:l='http://schemas.microsoft.com/office/2020/mipLabelMetadata'/>" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct recorder recorder;

        recorder_init(&recorder);
        recorder_read(&recorder, span_of(cases[i].content));
        expect(&recorder, cases[i].line, cases[i].content);
        recorder_fini(&recorder);
    }
}

static void test_epub_reads_pages_and_metadata(void **state)
{
    struct zip_builder builder;
    struct recorder recorder;

    (void)state;
    zip_builder_init(&builder);
    zip_builder_add(&builder, "mimetype", SPAN("application/epub+zip"), ZIP_HONEST);
    zip_builder_add(&builder, "META-INF/container.xml", SPAN("<container/>"), ZIP_HONEST);
    zip_builder_add(&builder, "book.opf", SPAN("<package><metadata><dc:title>TITLE</dc:title></metadata></package>"), ZIP_HONEST);
    zip_builder_add(&builder, "p.xhtml", SPAN("<?xml version='1.0'?><html><body><p>SEC<b>RET</b></p></body></html>"), ZIP_HONEST);
    recorder_init(&recorder);
    recorder.recurse = true;
    recorder_read(&recorder, zip_builder_finish(&builder, ""));
    expect(&recorder, "detected epub", "");
    expect(&recorder, "property document title=TITLE", "");
    expect(&recorder, "[body -] SECRET", "");
    recorder_fini(&recorder);
    zip_builder_fini(&builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_odf_reads_text_documents),
        cmocka_unit_test(test_odf_numbers_sheets_and_slides),
        cmocka_unit_test(test_odf_names_encrypted_parts),
        cmocka_unit_test(test_xml_documents_by_their_root),
        cmocka_unit_test(test_epub_reads_pages_and_metadata),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
