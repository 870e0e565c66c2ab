# SPDX-License-Identifier: EUPL-1.2
"""Office documents with one marking in each place, as sources for real producers.

Each function returns a flat OpenDocument file; PLACES names the markings in it.
"""

SPACES = " ".join('xmlns:%s="%s"' % (prefix, uri) for prefix, uri in (
    ("office", "urn:oasis:names:tc:opendocument:xmlns:office:1.0"),
    ("style", "urn:oasis:names:tc:opendocument:xmlns:style:1.0"),
    ("text", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"),
    ("table", "urn:oasis:names:tc:opendocument:xmlns:table:1.0"),
    ("draw", "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"),
    ("presentation", "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"),
    ("fo", "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"),
    ("svg", "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"),
    ("xlink", "http://www.w3.org/1999/xlink"),
    ("of", "urn:oasis:names:tc:opendocument:xmlns:of:1.2"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("meta", "urn:oasis:names:tc:opendocument:xmlns:meta:1.0")))

META = """<office:meta><dc:title>{title}</dc:title><dc:subject>{subject}</dc:subject>
<meta:keyword>{keyword}</meta:keyword><dc:description>{description}</dc:description>
<meta:user-defined meta:name="Classification">{custom}</meta:user-defined></office:meta>"""
META_PLACES = ("title", "subject", "keyword", "description", "custom")


def mark(place):
    """The marking of a place: words that stand nowhere else."""
    return "ZULU %s QUEBEC" % place.upper()


def split_mark(place):
    """The same marking in two runs of one word."""
    text = mark(place)
    return '<text:span text:style-name="B">%s</text:span>%s' % (text[:3], text[3:])


def document(kind, styles, masters, body, places):
    text = """<?xml version="1.0" encoding="UTF-8"?>
<office:document %s office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.%s">
%s<office:automatic-styles>%s</office:automatic-styles><office:master-styles>%s</office:master-styles>
<office:body><office:%s>%s</office:%s></office:body></office:document>""" % (
        SPACES, kind, META, styles, masters, kind, body, kind)
    return text.format(**{place: mark(place) for place in places})


TEXT_PLACES = META_PLACES + ("header", "footer", "body", "caps", "hidden", "deleted", "textbox", "alt", "footnote", "endnote",
                             "comment", "cell", "section", "link", "bookmark")


def text_document():
    styles = """<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>
<style:style style:name="C" style:family="text"><style:text-properties fo:text-transform="uppercase"/></style:style>
<style:page-layout style:name="pm1"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"/>
<style:header-style/><style:footer-style/></style:page-layout>"""
    masters = """<style:master-page style:name="Standard" style:page-layout-name="pm1">
<style:header><text:p>{header}</text:p></style:header><style:footer><text:p>{footer}</text:p></style:footer></style:master-page>"""
    body = """<text:tracked-changes><text:changed-region text:id="ct1"><text:deletion><office:change-info><dc:creator>x</dc:creator>
<dc:date>2020-01-01T00:00:00</dc:date></office:change-info><text:p>{deleted}</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:p>""" + split_mark("body") + """</text:p>
<text:p><text:span text:style-name="C">""" + mark("caps").lower() + """</text:span></text:p>
<text:p>b <text:span text:style-name="H">{hidden}</text:span> c<text:change text:change-id="ct1"/></text:p>
<text:p>d <draw:frame draw:name="F" text:anchor-type="as-char" svg:width="5cm" svg:height="1cm">
<draw:text-box><text:p>{textbox}</text:p></draw:text-box><svg:title>x</svg:title><svg:desc>{alt}</svg:desc></draw:frame> e</text:p>
<text:p>f<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>{footnote}</text:p>
</text:note-body></text:note><text:note text:note-class="endnote"><text:note-citation>i</text:note-citation><text:note-body>
<text:p>{endnote}</text:p></text:note-body></text:note></text:p>
<text:p>g<office:annotation><dc:creator>x</dc:creator><dc:date>2020-01-01T00:00:00</dc:date><text:p>{comment}</text:p></office:annotation></text:p>
<table:table table:name="T"><table:table-column/><table:table-row><table:table-cell><text:p>{cell}</text:p></table:table-cell></table:table-row></table:table>
<text:section text:name="S"><text:p>{section}</text:p></text:section>
<text:p><text:a xlink:href="https://example.org/{link}">h</text:a><text:bookmark text:name="{bookmark}"/></text:p>"""
    return document("text", styles, masters, body, TEXT_PLACES)


SHEET_PLACES = META_PLACES + ("header", "footer", "cell", "comment", "sheet", "formula", "hidden", "alt")


def sheet_document():
    styles = """<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
<style:page-layout style:name="pm1"><style:header-style/><style:footer-style/></style:page-layout>"""
    masters = """<style:master-page style:name="Default" style:page-layout-name="pm1">
<style:header><style:region-center><text:p>{header}</text:p></style:region-center></style:header>
<style:footer><style:region-left><text:p>{footer}</text:p></style:region-left></style:footer></style:master-page>"""
    body = """<table:table table:name="{sheet}"><table:shapes><draw:rect draw:name="R" svg:width="3cm" svg:height="1cm" svg:x="5cm" svg:y="5cm">
<svg:desc>{alt}</svg:desc><text:p>x</text:p></draw:rect></table:shapes><table:table-row>
<table:table-cell office:value-type="string"><office:annotation><text:p>{comment}</text:p></office:annotation>
<text:p>""" + split_mark("cell") + """</text:p></table:table-cell>
<table:table-cell office:value-type="string" table:formula="of:=IF([.D9]=1;&quot;{formula}&quot;;&quot;x&quot;)" office:string-value="x"><text:p>x</text:p></table:table-cell>
</table:table-row></table:table>
<table:table table:name="other" table:style-name="ta2"><table:table-row><table:table-cell office:value-type="string"><text:p>{hidden}</text:p></table:table-cell>
</table:table-row></table:table>"""
    return document("spreadsheet", styles, masters, body, SHEET_PLACES)


SLIDE_PLACES = META_PLACES + ("slide", "heading", "footer", "notes", "comment", "alt", "master", "hidden", "cell")


def slide_document():
    styles = """<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
<style:page-layout style:name="PM1"><style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/></style:page-layout>
<style:style style:name="gr1" style:family="graphic"><style:graphic-properties draw:fill="none"/></style:style>
<style:style style:name="dp1" style:family="drawing-page"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>
<style:style style:name="dp2" style:family="drawing-page"><style:drawing-page-properties presentation:display-footer="true"/></style:style>"""
    masters = """<style:master-page style:name="Default" style:page-layout-name="PM1" draw:style-name="dp2">
<draw:custom-shape draw:style-name="gr1" draw:layer="backgroundobjects" svg:width="10cm" svg:height="2cm" svg:x="1cm" svg:y="18cm"><text:p>{master}</text:p>
<draw:enhanced-geometry svg:viewBox="0 0 21600 21600" draw:type="rectangle" draw:enhanced-path="M 0 0 L 21600 0 21600 21600 0 21600 0 0 Z N"/></draw:custom-shape>
<draw:frame presentation:class="footer" svg:width="10cm" svg:height="2cm" svg:x="9cm" svg:y="19cm"><draw:text-box><text:p><presentation:footer/></text:p></draw:text-box></draw:frame></style:master-page>"""
    body = """<presentation:footer-decl presentation:name="ftr1">{footer}</presentation:footer-decl>
<draw:page draw:name="one" draw:master-page-name="Default" draw:style-name="dp2" presentation:use-footer-name="ftr1">
<office:annotation svg:x="0cm" svg:y="0cm"><dc:creator>a</dc:creator><dc:date>2020-01-01T00:00:00</dc:date><text:p>{comment}</text:p></office:annotation>
<draw:frame presentation:class="title" svg:width="20cm" svg:height="3cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>{heading}</text:p></draw:text-box></draw:frame>
<draw:custom-shape draw:style-name="gr1" svg:width="10cm" svg:height="2cm" svg:x="1cm" svg:y="6cm"><svg:title>x</svg:title><svg:desc>{alt}</svg:desc><text:p>""" + split_mark("slide") + """</text:p>
<draw:enhanced-geometry svg:viewBox="0 0 21600 21600" draw:type="rectangle" draw:enhanced-path="M 0 0 L 21600 0 21600 21600 0 21600 0 0 Z N"/></draw:custom-shape>
<draw:frame svg:width="10cm" svg:height="2cm" svg:x="1cm" svg:y="9cm"><table:table><table:table-column/><table:table-row><table:table-cell><text:p>{cell}</text:p></table:table-cell></table:table-row></table:table></draw:frame>
<presentation:notes><draw:frame presentation:class="notes" svg:width="10cm" svg:height="5cm" svg:x="2cm" svg:y="10cm"><draw:text-box><text:p>{notes}</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>
<draw:page draw:name="two" draw:master-page-name="Default" draw:style-name="dp1"><draw:custom-shape draw:style-name="gr1" svg:width="10cm" svg:height="2cm" svg:x="1cm" svg:y="6cm"><text:p>{hidden}</text:p>
<draw:enhanced-geometry svg:viewBox="0 0 21600 21600" draw:type="rectangle" draw:enhanced-path="M 0 0 L 21600 0 21600 21600 0 21600 0 0 Z N"/></draw:custom-shape></draw:page>"""
    return document("presentation", styles, masters, body, SLIDE_PLACES)


# Source, its places, and the formats LibreOffice makes of it: (extension, filter).
FAMILIES = (
    ("text", text_document, TEXT_PLACES, ("fodt", "odt", "ott", "docx", "dotx", "doc", "rtf", "xml:MS Word 2003 XML", "html", "xhtml:XHTML Writer File", "epub")),
    ("sheet", sheet_document, SHEET_PLACES, ("fods", "ods", "ots", "xlsx", "xltx", "xls", "html")),
    ("slide", slide_document, SLIDE_PLACES, ("fodp", "odp", "otp", "pptx", "potx", "ppsx", "ppt")),
)

# What the place of a finding must say, as formats that keep these apart report it.
REGIONS = {"header": "header", "footer": "footer", "hidden": "hidden", "deleted": "deleted", "footnote": "note",
           "endnote": "note", "notes": "note", "comment": "comment", "bookmark": "name", "sheet": "name",
           "formula": "code", "alt": "alternative"}
# LibreOffice writes these as plain text into Word 2003 XML; a comment stands in the middle of it.
PLAIN = {"xml": ("hidden", "deleted", "comment")}
FLOWING = ("html", "xhtml", "epub")     # one page without headers, notes or comments of their own
