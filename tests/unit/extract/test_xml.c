/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <expat.h>

#include "extract/xml.h"

/* What a reader saw, as text: "<name a=v>", "</name>", characters. */
static void note_start(struct buf *seen, struct span name)
{
    buf_printf(seen, "<%.*s", SPAN_ARG(name));
}

static void note_attribute(struct buf *seen, struct span name, struct span value)
{
    buf_printf(seen, " %.*s=", SPAN_ARG(name));
    buf_append(seen, value);
}

static struct span local(const char *name)
{
    const char *colon = strchr(name, ':');

    return span_of(colon == NULL ? name : colon + 1);
}

static void XMLCALL on_start(void *seen, const XML_Char *name, const XML_Char **attributes)
{
    note_start(seen, local(name));
    for (; *attributes != NULL; attributes += 2)
        if (strncmp(attributes[0], "xmlns", 5) != 0)
            note_attribute(seen, local(attributes[0]), span_of(attributes[1]));
    buf_append_byte(seen, '>');
}

static void XMLCALL on_end(void *seen, const XML_Char *name)
{
    struct span plain = local(name);

    buf_printf(seen, "</%.*s>", SPAN_ARG(plain));
}

static void XMLCALL on_text(void *seen, const XML_Char *text, int bytes)
{
    buf_append(seen, (struct span){ text, (size_t)bytes });
}

static bool read_by_expat(struct span bytes, struct buf *seen)
{
    XML_Parser parser = XML_ParserCreate(NULL);
    bool good;

    XML_SetUserData(parser, seen);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    good = XML_Parse(parser, bytes.ptr, (int)bytes.len, 1) == XML_STATUS_OK;
    XML_ParserFree(parser);
    return good;
}

/* White space outside the root is no content. */
static bool read_by_us(struct span bytes, struct buf *seen)
{
    struct span rest, name, value;
    enum xml_kind kind;
    struct xml xml;
    bool good;

    xml_init(&xml, bytes);
    while ((kind = xml_next(&xml)) != XML_END_OF_INPUT) {
        if (kind == XML_START) {
            note_start(seen, xml.local);
            for (rest = xml.attributes; xml_attribute_next(&xml, &rest, &name, &value);)
                note_attribute(seen, name, value);
            buf_append_byte(seen, '>');
        } else if (kind == XML_END) {
            buf_printf(seen, "</%.*s>", SPAN_ARG(xml.local));
        } else if (kind == XML_TEXT && xml.open > 0) {
            buf_append(seen, xml.text);
        }
    }
    good = !xml.malformed && !xml.has_dtd;
    xml_fini(&xml);
    return good;
}

static void test_xml_sees_what_expat_sees(void **state)
{
    static const char *const documents[] = {
        "<a/>",
        "<?xml version='1.0'?>\n<a>text</a>\n",
        "<a b='1' c=\"2\" d = '>' e='\"'>x<b/>y</a>",
        "<w:p xmlns:w='urn:w' w:a='x'><w:r/></w:p>",
        "<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#xe9;</a>",
        "<a b='&lt;&#65;&amp;'/>",
        "<a><![CDATA[<b>&amp;]]>x<![CDATA[]]]]></a>",
        "<a><!-- <b> --><?pi <c> ?>x</a>",
        "<a><b><c></c></b ></a >",
        "\xEF\xBB\xBF<a>\xC3\xA9</a>",
        "<?xml version='1.0' encoding='iso-8859-1'?><a>\xE9</a>",
        "<a\n\tb='1'\n/>",
        "<a b='x>y'><c d=\"'\"/></a>",
        "<a>]]</a>",
        "<\xC3\xA9l\xC3\xA9ment/>",
    };
    struct buf ours, theirs;

    (void)state;
    buf_init(&ours, 0);
    buf_init(&theirs, 0);
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        buf_clear(&ours);
        buf_clear(&theirs);
        assert_true(read_by_expat(span_of(documents[i]), &theirs));
        assert_true(read_by_us(span_of(documents[i]), &ours));
        if (!span_equals(buf_span(&ours), buf_span(&theirs))) {
            print_error("%s\n ours: %.*s\n expat: %.*s\n", documents[i], (int)ours.len, ours.ptr, (int)theirs.len,
                        theirs.ptr);
            fail();
        }
    }
    buf_fini(&ours);
    buf_fini(&theirs);
}

/* Damaged input is read on, and never called good. */
static void test_xml_reads_on_and_says_so(void **state)
{
    static const struct {
        const char *document, *seen;
    } cases[] = {
        { "<a>SECRET", "<a>SECRET" },
        { "<a><b>SECRET</a>", "<a><b>SECRET</a>" },
        { "<a>&unknown;SECRET</a>", "<a>&unknown;SECRET</a>" },
        { "<a>1 < 2 SECRET</a>", "<a>1 < 2 SECRET</a>" },
        { "<a/><b>SECRET</b>", "<a></a><b>SECRET</b>" },
        { "<a b='x>SECRET</a>", "<a b=x>SECRET</a>>" },
        { "", "" },
    };
    struct buf ours;

    (void)state;
    buf_init(&ours, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_clear(&ours);
        assert_false(read_by_us(span_of(cases[i].document), &ours));
        if (!span_equals(buf_span(&ours), span_of(cases[i].seen))) {
            print_error("%s\n got: %.*s\n want: %s\n", cases[i].document, (int)ours.len, ours.ptr, cases[i].seen);
            fail();
        }
    }
    buf_fini(&ours);
}

static void test_xml_refuses_a_dtd(void **state)
{
    struct span document = SPAN("<!DOCTYPE a [<!ENTITY b 'SECRET'><!ENTITY c \"]>\">]><a>&b;</a>");
    struct xml xml;

    (void)state;
    xml_init(&xml, document);
    assert_int_equal(xml_next(&xml), XML_COMMENT);
    assert_true(span_find(xml.text, SPAN("SECRET")) < xml.text.len);
    assert_int_equal(xml_next(&xml), XML_START);
    assert_true(xml.has_dtd);
    xml_fini(&xml);
}

static void test_xml_bounds_depth(void **state)
{
    struct buf document;
    struct xml xml;
    size_t starts = 0, ends = 0;
    enum xml_kind kind;

    (void)state;
    buf_init(&document, 0);
    for (int i = 0; i < 100000; i++)
        buf_append(&document, SPAN("<a>"));
    for (int i = 0; i < 100000; i++)
        buf_append(&document, SPAN("</a>"));
    xml_init(&xml, buf_span(&document));
    while ((kind = xml_next(&xml)) != XML_END_OF_INPUT) {
        starts += kind == XML_START;
        ends += kind == XML_END;
    }
    assert_int_equal(starts, 100000);
    assert_int_equal(ends, 100000);
    assert_true(xml.too_deep);
    assert_false(xml.malformed);
    xml_fini(&xml);
    buf_fini(&document);
}

static void test_xml_reads_utf16(void **state)
{
    struct span document = SPAN("\xFF\xFE<\0a\0>\0\xE9\0<\0/\0a\0>\0");
    struct buf seen;

    (void)state;
    buf_init(&seen, 0);
    assert_true(read_by_us(document, &seen));
    assert_true(span_equals(buf_span(&seen), SPAN("<a>\xC3\xA9</a>")));
    buf_fini(&seen);
}

static void test_xml_knows_the_namespace_of_the_root(void **state)
{
    struct xml xml;

    (void)state;
    xml_init(&xml, SPAN("<x:a xmlns='urn:default' xmlns:x='urn:x'/>"));
    assert_int_equal(xml_next(&xml), XML_START);
    assert_true(span_equals(xml_root_namespace(&xml), SPAN("urn:x")));
    xml_fini(&xml);
    xml_init(&xml, SPAN("<a xmlns='urn:default' xmlns:x='urn:x'/>"));
    assert_int_equal(xml_next(&xml), XML_START);
    assert_true(span_equals(xml_root_namespace(&xml), SPAN("urn:default")));
    xml_fini(&xml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xml_sees_what_expat_sees), cmocka_unit_test(test_xml_reads_on_and_says_so),
        cmocka_unit_test(test_xml_refuses_a_dtd),        cmocka_unit_test(test_xml_bounds_depth),
        cmocka_unit_test(test_xml_reads_utf16),          cmocka_unit_test(test_xml_knows_the_namespace_of_the_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
