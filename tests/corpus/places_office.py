# SPDX-License-Identifier: EUPL-1.2
"""Office packages written part by part, with a marking in every place that the format has.

A writer takes m: m(place) is the marking of that place, m(place, kind) says besides what kind of text a finding
there must be told as. What a writer does not ask for, the format does not have.
"""

import base64
import io
import struct
import zipfile

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "http://schemas.openxmlformats.org/%s/2006/main"
STRICT = "http://purl.oclc.org/ooxml"
DRAWING = ('xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
           'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
           'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"')
VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'


def half(text):
    """A marking in two runs, cut inside a word."""
    return text[:3], text[3:]


class Parts:
    """The parts of an OPC package and how they refer to each other (ISO/IEC 29500-2)."""

    def __init__(self):
        self.parts, self.types, self.links = {}, {}, {}

    def add(self, name, content, kind):
        self.parts[name] = (HEAD + content).encode() if isinstance(content, str) else content
        self.types[name] = kind

    def link(self, source, target, kind, external=False):
        links = self.links.setdefault(source, [])
        links.append((f"r{len(links) + 1}", target, kind, external))
        return links[-1][0]

    def members(self):
        types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in self.types.items())
        yield "[Content_Types].xml", (
            f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>').encode()
        for source, links in self.links.items():
            folder, _, name = source.rpartition("/")
            rows = "".join(f'<Relationship Id="{i}" Type="{kind}" Target="{target}"'
                           + (' TargetMode="External"/>' if external else "/>") for i, target, kind, external in links)
            yield (folder + "/" if folder else "") + f"_rels/{name}.rels", (
                f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>').encode()
        yield from self.parts.items()

    def zip(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.members():
                archive.writestr(name, content)
        return out.getvalue()


def properties(parts, m):
    parts.add("docProps/core.xml", f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
              f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{m("title")}</dc:title>'
              f'<cp:keywords>{m("keywords")}</cp:keywords></cp:coreProperties>',
              "application/vnd.openxmlformats-package.core-properties+xml")
    parts.add("docProps/app.xml", '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
              f'extended-properties"><Company>{m("company")}</Company></Properties>',
              "application/vnd.openxmlformats-officedocument.extended-properties+xml")
    parts.add("docProps/custom.xml", '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
              'custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
              '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="Classification">'
              f'<vt:lpwstr>{m("custom")}</vt:lpwstr></property></Properties>',
              "application/vnd.openxmlformats-officedocument.custom-properties+xml")
    parts.add("customXml/item1.xml", f'<data xmlns="urn:example"><mark>{m("custom-xml")}</mark></data>',
              "application/xml")
    for name, kind in (("core", f"{PACKAGE}/relationships/metadata/core-properties"),
                       ("app", DOCUMENT + "/extended-properties"), ("custom", DOCUMENT + "/custom-properties")):
        parts.link("", f"docProps/{name}.xml", kind)


def chart(parts, source, folder, m):
    parts.add(f"{folder}/charts/chart1.xml", f'<c:chartSpace {DRAWING}><c:chart><c:title><c:tx><c:rich><a:p><a:r>'
              f'<a:t>{m("chart")}</a:t></a:r></a:p></c:rich></c:tx></c:title></c:chart></c:chartSpace>',
              "application/vnd.openxmlformats-officedocument.drawingml.chart+xml")
    parts.link(source, "charts/chart1.xml", DOCUMENT + "/chart")


def diagram(parts, source, folder, m):
    parts.add(f"{folder}/diagrams/data1.xml", f'<dgm:dataModel {DRAWING}><dgm:ptLst><dgm:pt modelId="1"><dgm:t><a:p>'
              f'<a:r><a:t>{m("diagram")}</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>',
              "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml")
    parts.link(source, "diagrams/data1.xml", DOCUMENT + "/diagramData")


def word_body(m):
    first, second = half(m("split"))
    def run(text, properties_=""):
        return f"<w:r><w:rPr>{properties_}</w:rPr><w:t>{text}</w:t></w:r>"
    def line(inner):
        return f"<w:p>{inner}</w:p>"
    box = ('<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:docPr id="1" name="x" '
           f'descr="{m("alt", "alternative")}"/><a:graphic><a:graphicData><wps:wsp><wps:txbx><w:txbxContent>'
           f'{line(run(m("textbox")))}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline>'
           '</w:drawing></mc:Choice></mc:AlternateContent></w:r>')
    vml = (f'<w:r><w:pict><v:shape><v:textbox><w:txbxContent>{line(run(m("old-textbox")))}</w:txbxContent></v:textbox>'
           "</v:shape></w:pict></w:r>")
    return "".join((
        line(run(m("body"))), line(run("x")), line(run(first, "<w:b/>") + '<w:proofErr w:type="spellStart"/>' + run(second)),
        line(run(m("caps").lower(), "<w:caps/>")), line(run(m("small-caps").lower(), "<w:smallCaps/>")),
        line('<w:pPr><w:pStyle w:val="Loud"/></w:pPr>' + run(m("style-caps").lower())),
        line(run(m("hidden", "hidden"), "<w:vanish/>")), line(run(m("white", "hidden"), '<w:color w:val="FFFFFF"/>')),
        line(f'<w:del w:id="1" w:author="a"><w:r><w:delText>{m("deleted", "deleted")}</w:delText></w:r></w:del>'),
        line(f'<w:moveFrom w:id="2">{run(m("moved", "deleted"))}</w:moveFrom>'),
        line(box), line(vml),
        f'<w:tbl><w:tr><w:tc>{line(run(m("cell")))}</w:tc></w:tr></w:tbl>',
        f'<w:sdt><w:sdtPr><w:alias w:val="{m("control-name", "name")}"/></w:sdtPr><w:sdtContent>'
        f'{line(run(m("control")))}</w:sdtContent></w:sdt>',
        line('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>QUOTE '
             f'{m("field", "field")}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'),
        line(f'<w:fldSimple w:instr="QUOTE {m("simple-field", "field")}">{run(m("field-result"))}</w:fldSimple>'),
        line(f'<w:bookmarkStart w:id="3" w:name="{m("bookmark", "name").replace(" ", "_")}"/>'),
        line(f'<w:r><w:ruby><w:rt>{run(m("ruby"))}</w:rt><w:rubyBase>{run("x")}</w:rubyBase></w:ruby></w:r>'),
        line(f'<m:oMath><m:r><m:t>{m("formula")}</m:t></m:r></m:oMath>'),
        line('<w:hyperlink r:id="r1">' + run("x") + "</w:hyperlink>"), '<w:altChunk r:id="r2"/>'))


def docx(m, main="wordprocessingml.document.main", strict=False):
    spaces = (f'xmlns:w="{STRICT + "/wordprocessingml/main" if strict else MAIN % "wordprocessingml"}" '
              f'xmlns:r="{STRICT + "/officeDocument/relationships" if strict else DOCUMENT}" {DRAWING} {VML} '
              'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
              'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
              'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
              'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"')
    parts = Parts()
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.%s+xml"
    part = "word/document.xml"
    parts.link("", part, (STRICT + "/officeDocument/relationships" if strict else DOCUMENT) + "/officeDocument")
    parts.add(part, f"<w:document {spaces}><w:body>{word_body(m)}</w:body></w:document>",
              "application/vnd." + ("ms-" if "macro" in main else "openxmlformats-officedocument.") + main + "+xml")
    parts.link(part, "https://example.org/" + m("link").replace(" ", "%20"), DOCUMENT + "/hyperlink", True)
    parts.link(part, "chunk.html", DOCUMENT + "/aFChunk")
    parts.add("word/chunk.html", f"<html><body><p>{m('chunk')}</p></body></html>".encode(), "text/html")
    parts.add("word/embeddings/note.txt", (m("embedded") + "\n").encode(), "text/plain")
    parts.link(part, "embeddings/note.txt", DOCUMENT + "/package")
    watermark = (f'<w:p><w:r><w:pict><v:shape id="PowerPlusWaterMarkObject1"><v:textpath '
                 f'string="{m("watermark", "watermark")}"/></v:shape></w:pict></w:r></w:p>')
    for name, root, text in (("header", "hdr", watermark), ("footer", "ftr", "")):
        parts.add(f"word/{name}1.xml", f'<w:{root} {spaces}>{text}<w:p><w:r><w:t>{m(name, name)}</w:t></w:r></w:p>'
                  f"</w:{root}>", kind % name)
        parts.link(part, f"{name}1.xml", f"{DOCUMENT}/{name}")
    for name, one, told in (("footnotes", "footnote", "note"), ("endnotes", "endnote", "note"),
                            ("comments", "comment", "comment")):
        parts.add(f"word/{name}.xml", f'<w:{name} {spaces}><w:{one} w:id="1"><w:p><w:r><w:t>{m(one, told)}</w:t></w:r>'
                  f"</w:p></w:{one}></w:{name}>", kind % name)
        parts.link(part, f"{name}.xml", f"{DOCUMENT}/{name}")
    parts.add("word/settings.xml", f'<w:settings {spaces}><w:docVars><w:docVar w:name="v" w:val="{m("variable")}"/>'
              "</w:docVars></w:settings>", kind % "settings")
    parts.add("word/styles.xml", f'<w:styles {spaces}><w:style w:type="paragraph" w:styleId="Loud"><w:name w:val="Loud"/>'
              "<w:rPr><w:caps/></w:rPr></w:style></w:styles>", kind % "styles")
    parts.add("word/glossary/document.xml", f"<w:glossaryDocument {spaces}><w:docParts><w:docPart><w:docPartBody><w:p>"
              f'<w:r><w:t>{m("glossary", "hidden")}</w:t></w:r></w:p></w:docPartBody></w:docPart></w:docParts>'
              "</w:glossaryDocument>", kind % "document.glossary")
    chart(parts, part, "word", m)
    diagram(parts, part, "word", m)
    properties(parts, m)
    return parts.zip()


def flat_opc(m):
    """The parts of a docx in one XML file."""
    out = '<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">'
    with zipfile.ZipFile(io.BytesIO(docx(m))) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if data.startswith(b"<?xml"):
                inner = "<pkg:xmlData>" + data.decode().split("?>\n", 1)[1] + "</pkg:xmlData>"
            else:
                inner = "<pkg:binaryData>" + base64.b64encode(data).decode() + "</pkg:binaryData>"
            out += f'<pkg:part pkg:name="/{name}">{inner}</pkg:part>'
    return (out + "</pkg:package>").encode()


def sheet_parts(parts, m, main, spaces):
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.%s+xml"
    part = "xl/workbook.xml"
    parts.link("", part, DOCUMENT + "/officeDocument")
    ids = [parts.link(part, f"worksheets/sheet{i}.xml", DOCUMENT + "/worksheet") for i in (1, 2, 3)]
    states = ((m("sheet", "name"), ""), ("b", ' state="hidden"'), ("c", ' state="veryHidden"'))
    parts.add(part, f"<workbook {spaces}><sheets>"
              + "".join(f'<sheet name="{name}" sheetId="{i + 1}"{state} r:id="{ids[i]}"/>'
                        for i, (name, state) in enumerate(states))
              + f'</sheets><definedNames><definedName name="n" comment="{m("name-comment")}">"{m("defined-name")}"'
              "</definedName></definedNames></workbook>",
              "application/vnd." + ("ms-" if "macro" in main else "openxmlformats-officedocument.") + main + "+xml")
    first, second = half(m("split"))
    parts.add("xl/sharedStrings.xml", f'<sst {spaces}><si><t>{m("cell")}</t></si><si><r><t>{first}</t></r><r><t>'
              f'{second}</t></r></si><si><t>{m("hidden", "hidden")}</t></si><si><t>{m("orphan", "hidden")}</t></si></sst>',
              kind % "sharedStrings")
    parts.link(part, "sharedStrings.xml", DOCUMENT + "/sharedStrings")
    parts.add("xl/worksheets/sheet1.xml", f'<worksheet {spaces}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
              f'<c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>{m("inline")}</t></is></c>'
              f'<c r="D1" t="str"><f>IF(A2,"{m("formula", "code")}","")</f><v>{m("formula-result")}</v></c></row>'
              f'<row r="2" hidden="1"><c r="A2" t="inlineStr"><is><t>{m("hidden-row", "hidden")}</t></is></c></row></sheetData>'
              f'<dataValidations><dataValidation prompt="{m("prompt", "alternative")}" sqref="A1"/></dataValidations>'
              f'<hyperlinks><hyperlink ref="A1" tooltip="{m("tooltip", "alternative")}"/></hyperlinks><headerFooter>'
              f'<oddHeader>&amp;C&amp;"Arial,Bold"&amp;12{m("header", "header")}</oddHeader>'
              f'<oddFooter>&amp;L{m("footer", "footer")}</oddFooter><evenHeader>&amp;R{m("even-header", "header")}'
              "</evenHeader></headerFooter></worksheet>", kind % "worksheet")
    parts.add("xl/worksheets/sheet2.xml", f'<worksheet {spaces}><sheetData><row><c t="s"><v>2</v></c></row></sheetData>'
              "</worksheet>", kind % "worksheet")
    parts.add("xl/worksheets/sheet3.xml", f'<worksheet {spaces}><sheetData><row><c t="inlineStr"><is><t>'
              f'{m("very-hidden", "hidden")}</t></is></c></row></sheetData></worksheet>', kind % "worksheet")
    parts.add("xl/comments1.xml", f'<comments {spaces}><commentList><comment ref="A1"><text><r><t>'
              f'{m("comment", "comment")}</t></r></text></comment></commentList></comments>', kind % "comments")
    parts.add("xl/threadedComments/threadedComment1.xml", '<ThreadedComments xmlns="http://schemas.microsoft.com/office/'
              f'spreadsheetml/2018/threadedcomments"><threadedComment ref="A1"><text>{m("thread", "comment")}</text>'
              "</threadedComment></ThreadedComments>", "application/vnd.ms-excel.threadedcomments+xml")
    parts.add("xl/drawings/drawing1.xml", '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/'
              f'spreadsheetDrawing" {DRAWING}><xdr:sp><xdr:nvSpPr><xdr:cNvPr id="1" name="x" '
              f'descr="{m("alt", "alternative")}"/></xdr:nvSpPr><xdr:txBody><a:p><a:r><a:t>{m("textbox")}</a:t></a:r></a:p>'
              "</xdr:txBody></xdr:sp></xdr:wsDr>", "application/vnd.openxmlformats-officedocument.drawing+xml")
    parts.add("xl/tables/table1.xml", f'<table {spaces} id="1" name="t" displayName="t" ref="A1:A2"><tableColumns>'
              f'<tableColumn id="1" name="{m("column", "name")}"/></tableColumns></table>', kind % "table")
    for target, name in (("../drawings/drawing1.xml", "drawing"), ("../comments1.xml", "comments"),
                         ("../tables/table1.xml", "table")):
        parts.link("xl/worksheets/sheet1.xml", target, f"{DOCUMENT}/{name}")


def xlsx(m, main="spreadsheetml.sheet.main", strict=False):
    parts = Parts()
    spaces = (f'xmlns="{STRICT + "/spreadsheetml/main" if strict else MAIN % "spreadsheetml"}" '
              f'xmlns:r="{STRICT + "/officeDocument/relationships" if strict else DOCUMENT}"')
    sheet_parts(parts, m, main, spaces)
    chart(parts, "xl/drawings/drawing1.xml", "xl/drawings", m)
    properties(parts, m)
    return parts.zip()


def pptx(m, main="presentationml.presentation.main"):
    parts = Parts()
    spaces = f'xmlns:p="{MAIN % "presentationml"}" xmlns:r="{DOCUMENT}" {DRAWING}'
    kind = "application/vnd.openxmlformats-officedocument.presentationml.%s+xml"
    part = "ppt/presentation.xml"
    def shape(text, place="", alt="", look=""):
        return (f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="x" descr="{alt}"/><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:txBody>'
                f'<a:p><a:r><a:rPr{look}/><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>')
    def tree(root, inner, more=""):
        return f"<p:{root} {spaces}{more}><p:cSld><p:spTree>{inner}</p:spTree></p:cSld></p:{root}>"
    first, second = half(m("split"))
    parts.link("", part, DOCUMENT + "/officeDocument")
    ids = [parts.link(part, f"slides/slide{i}.xml", DOCUMENT + "/slide") for i in (1, 2)]
    parts.add(part, f'<p:presentation {spaces}><p:sldIdLst><p:sldId id="256" r:id="{ids[0]}"/><p:sldId id="257" '
              f'r:id="{ids[1]}"/></p:sldIdLst><p:extLst><p:ext><p14:sectionLst xmlns:p14="http://schemas.microsoft.com/'
              f'office/powerpoint/2010/main"><p14:section name="{m("section", "name")}"/></p14:sectionLst></p:ext></p:extLst>'
              "</p:presentation>",
              "application/vnd." + ("ms-" if "macro" in main else "openxmlformats-officedocument.") + main + "+xml")
    parts.add("ppt/slides/slide1.xml", tree("sld", "".join((
        shape(m("heading", "title"), '<p:ph type="title"/>'), shape(m("slide"), alt=m("alt", "alternative")),
        shape(first + f"</a:t></a:r><a:r><a:t>{second}"), shape(m("footer", "footer"), '<p:ph type="ftr"/>'),
        shape(m("caps").lower(), look=' cap="all"'), f'<p:grpSp>{shape(m("group"))}</p:grpSp>',
        "<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>"
        f'{m("cell")}</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>'))),
        kind % "slide")
    parts.add("ppt/slides/slide2.xml", tree("sld", shape(m("hidden", "hidden")), ' show="0"'), kind % "slide")
    for name, root, told in (("slideMasters/slideMaster1", "sldMaster", "header"),
                             ("slideLayouts/slideLayout1", "sldLayout", "header"),
                             ("notesMasters/notesMaster1", "notesMaster", "note"),
                             ("handoutMasters/handoutMaster1", "handoutMaster", "note"),
                             ("notesSlides/notesSlide1", "notes", "note")):
        place = {"sldMaster": "master", "sldLayout": "layout", "notes": "notes"}.get(root, root.lower())
        parts.add(f"ppt/{name}.xml", tree(root, shape(m(place, told))), kind % root)
    parts.link("ppt/slides/slide1.xml", "../notesSlides/notesSlide1.xml", DOCUMENT + "/notesSlide")
    parts.add("ppt/comments/comment1.xml", f"<p:cmLst {spaces}><p:cm><p:text>{m('comment', 'comment')}</p:text></p:cm>"
              "</p:cmLst>", kind % "comments")
    parts.add("ppt/tags/tag1.xml", f'<p:tagLst {spaces}><p:tag name="CLASS" val="{m("tag")}"/></p:tagLst>', kind % "tags")
    chart(parts, "ppt/slides/slide1.xml", "ppt/slides", m)
    diagram(parts, "ppt/slides/slide1.xml", "ppt/slides", m)
    properties(parts, m)
    return parts.zip()


def vsdx(m):
    parts = Parts()
    space = 'xmlns="http://schemas.microsoft.com/office/visio/2012/main" xmlns:r="%s"' % DOCUMENT
    part = "visio/document.xml"
    parts.link("", part, "http://schemas.microsoft.com/visio/2010/relationships/document")
    parts.add(part, f"<VisioDocument {space}/>", "application/vnd.ms-visio.drawing.main+xml")
    parts.add("visio/pages/pages.xml", f'<Pages {space}><Page ID="0" Name="{m("page-name", "name")}"><Rel r:id="r1"/></Page>'
              "</Pages>", "application/vnd.ms-visio.pages+xml")
    first, second = half(m("split"))
    parts.add("visio/pages/page1.xml", f'<PageContents {space}><Shapes><Shape ID="1"><Text>{m("page")}</Text></Shape>'
              f'<Shape ID="2"><Section N="Property"><Row N="a"><Cell N="Value" V="{m("shape-data")}"/></Row></Section>'
              f'<Text><cp IX="0"/>{first}<cp IX="1"/>{second}</Text></Shape></Shapes></PageContents>',
              "application/vnd.ms-visio.page+xml")
    parts.add("visio/masters/master1.xml", f'<MasterContents {space}><Shapes><Shape ID="1"><Text>{m("master", "header")}'
              "</Text></Shape></Shapes></MasterContents>", "application/vnd.ms-visio.master+xml")
    parts.add("visio/comments.xml", f'<Comments {space}><CommentList><CommentEntry>{m("comment")}</CommentEntry>'
              "</CommentList></Comments>", "application/vnd.ms-visio.comments+xml")
    parts.link(part, "pages/pages.xml", "http://schemas.microsoft.com/visio/2010/relationships/pages")
    parts.link("visio/pages/pages.xml", "page1.xml", "http://schemas.microsoft.com/visio/2010/relationships/page")
    properties(parts, m)
    return parts.zip()


def xps(m, main="application/vnd.ms-package.xps-"):
    parts = Parts()
    space = 'xmlns="http://schemas.microsoft.com/xps/2005/06"'
    kind = "http://schemas.microsoft.com/xps/2005/06/fixedrepresentation"
    parts.link("", "FixedDocSeq.fdseq", kind)
    parts.add("FixedDocSeq.fdseq", f'<FixedDocumentSequence {space}><DocumentReference Source="/d/F.fdoc"/>'
              "</FixedDocumentSequence>", main + "fixeddocumentsequence+xml")
    parts.add("d/F.fdoc", f'<FixedDocument {space}><PageContent Source="/p/1.fpage"/></FixedDocument>',
              main + "fixeddocument+xml")
    words = m("split-words").split(" ")
    glyphs = ('<Glyphs UnicodeString="%s" OriginX="%d" OriginY="%d" FontRenderingEmSize="16" FontUri="/f.odttf" '
              'Fill="#ff000000"/>')
    first, second = half(m("split"))
    parts.add("p/1.fpage", f'<FixedPage {space} Width="800" Height="1000">' + glyphs % (m("page"), 50, 50)
              + "".join(glyphs % (word, 50 + 90 * i, 200) for i, word in enumerate(words))
              + glyphs % (first, 50, 300) + glyphs % (second, 80, 300)
              + f'<Path AutomationProperties.Name="{m("alt")}"/></FixedPage>', main + "fixedpage+xml")
    properties(parts, m)
    return parts.zip()


def wide(text):
    """XLWideString ([MS-XLSB] 2.5.168)."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def record(kind, body):
    head = bytes([kind & 0x7F | 0x80, kind >> 7]) if kind > 0x7F else bytes([kind])
    length = len(body)
    size = b""
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + body


def xlsb(m):
    parts = Parts()
    part = "xl/workbook.bin"
    sheets = [parts.link(part, f"worksheets/sheet{i}.bin", DOCUMENT + "/worksheet") for i in (1, 2)]
    parts.link("", part, DOCUMENT + "/officeDocument")
    parts.link(part, "sharedStrings.bin", DOCUMENT + "/sharedStrings")
    listed = record(143, b"")
    for state, name, link in ((0, m("sheet", "name"), sheets[0]), (2, m("hidden-sheet", "name"), sheets[1])):
        listed += record(156, struct.pack("<II", state, state + 1) + wide(link) + wide(name))
    parts.add(part, record(131, b"") + listed + record(144, b"") + record(132, b""),
              "application/vnd.ms-excel.sheet.binary.macroEnabled.main")
    parts.add("xl/sharedStrings.bin", record(159, struct.pack("<II", 1, 1)) + record(19, b"\0" + wide(m("cell")))
              + record(160, b""), "application/vnd.ms-excel.sharedStrings")
    def sheet(rows, more=b""):
        return record(129, b"") + record(145, b"") + rows + record(146, b"") + more + record(130, b"")
    cell = struct.pack("<II", 0, 0)
    page = struct.pack("<H", 0) + wide("&C" + m("header", "header")) + wide("&L" + m("footer", "footer")) + wide("") * 4
    parts.add("xl/worksheets/sheet1.bin", sheet(record(7, cell + struct.pack("<I", 0)) + record(6, cell + wide(m("inline"))),
                                                record(479, page)), "application/vnd.ms-excel.worksheet")
    parts.add("xl/worksheets/sheet2.bin", sheet(record(6, cell + wide(m("hidden", "hidden")))), "application/vnd.ms-excel.worksheet")
    parts.add("xl/comments1.bin", record(628, b"") + record(637, b"\0" + wide(m("comment", "comment"))) + record(629, b""),
              "application/vnd.ms-excel.comments")
    parts.link("xl/worksheets/sheet1.bin", "../comments1.bin", DOCUMENT + "/comments")
    properties(parts, m)
    return parts.zip()


# What else is written as one of them: a gap of the one is a gap of the other.
FAMILY = {"flat-opc.xml": "docx", "strict.docx": "docx", "docm": "docx", "dotx": "docx", "dotm": "docx",
          "strict.xlsx": "xlsx", "xlsm": "xlsx", "xltx": "xlsx", "xltm": "xlsx"}

FORMATS = {
    "docx": docx, "xlsx": xlsx, "pptx": pptx, "vsdx": vsdx, "xps": xps, "xlsb": xlsb, "flat-opc.xml": flat_opc,
    "strict.docx": lambda m: docx(m, strict=True), "strict.xlsx": lambda m: xlsx(m, strict=True),
    "docm": lambda m: docx(m, "word.document.macroEnabled.main"), "dotx": lambda m: docx(m, "wordprocessingml.template.main"),
    "dotm": lambda m: docx(m, "word.template.macroEnabledTemplate.main"),
    "xlsm": lambda m: xlsx(m, "excel.sheet.macroEnabled.main"), "xltx": lambda m: xlsx(m, "spreadsheetml.template.main"),
    "xltm": lambda m: xlsx(m, "excel.template.macroEnabled.main"),
    "pptm": lambda m: pptx(m, "powerpoint.presentation.macroEnabled.main"),
    "potx": lambda m: pptx(m, "presentationml.template.main"),
    "potm": lambda m: pptx(m, "powerpoint.template.macroEnabled.main"),
    "ppsx": lambda m: pptx(m, "presentationml.slideshow.main"),
    "ppsm": lambda m: pptx(m, "powerpoint.slideshow.macroEnabled.main"),
    "oxps": lambda m: xps(m, "application/vnd.openxps-"),
}
