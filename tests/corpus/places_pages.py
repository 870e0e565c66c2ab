# SPDX-License-Identifier: EUPL-1.2
"""Pages, mail and other files written octet by octet, with a marking in every place (see places_office.py)."""

import base64
import io
import struct
import zipfile

from places_office import half


def html(m):
    first, second = half(m("split"))
    inner = base64.b64encode(m("data-uri").encode()).decode()
    return f"""<!DOCTYPE html><html><head><title>{m("title", "title")}</title>
<meta name="classification" content="{m("meta")}"><style>.u {{ text-transform: uppercase }} .h {{ display: none }}
.v {{ font-variant: small-caps }} @media all {{ .w {{ display: none }} }} div > .k {{ display: none }} p.c:before {{ content: "{m("css", "code")}" }}</style></head><body>
<p>{m("body")}</p><p>x</p><p><b>{first}</b>{second}</p><p>{m("soft")[:7]}&shy;{m("soft")[7:]}</p>
<p>{m("break")[:7]}<wbr>{m("break")[7:]}</p><p>{m("entity").replace("Z", "&#x5A;").replace(" ", "&nbsp;")}</p>
<p class="u">{m("caps").lower()}</p><p class="v">{m("small-caps").lower()}</p>
<p style="display:none">{m("hidden", "hidden")}</p><p class="h">{m("style-hidden", "hidden")}</p>
<p class="w">{m("media-hidden", "hidden")}</p><div><p class="k">{m("child-hidden", "hidden")}</p></div>
<p hidden>{m("attribute-hidden", "hidden")}</p><p style="color:#fff">{m("white", "hidden")}</p>
<!-- {m("comment", "hidden")} --><template><p>{m("template", "hidden")}</p></template>
<noscript>{m("noscript")}</noscript><img alt="{m("alt", "alternative")}" src="data:text/plain;base64,{inner}">
<p title="{m("tooltip", "alternative")}" aria-label="{m("aria", "alternative")}">x</p>
<a href="https://example.org/{m("link", "link").replace(" ", "%20")}">x</a><a href="mailto:a@example.org" name="n">x</a>
<table><tr><td>{m("cell")}</td></tr></table><textarea>{m("field", "field")}</textarea>
<select><option label="{m("option", "alternative")}"></select><iframe srcdoc="&lt;p&gt;{m("frame")}&lt;/p&gt;"></iframe>
<script>var a = "{m("script", "code")}";</script><svg><text>{m("drawing")}</text></svg></body></html>""".encode()


def mht(m):
    return (f'From: <Saved>\r\nSubject: {m("subject")}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; '
            'boundary="b"; type="text/html"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n'
            "Content-Transfer-Encoding: quoted-printable\r\nContent-Location: http://example.org/\r\n\r\n"
            f'<html><body><p>{m("page")[:9]}=\r\n{m("page")[9:]}</p></body></html>\r\n--b\r\nContent-Type: text/css\r\n'
            f'Content-Location: http://example.org/a.css\r\n\r\np {{ content: "{m("style")}" }}\r\n--b--\r\n').encode()


def eml(m):
    name = f"=?utf-8?Q?{m('encoded-name').replace(' ', '_')}.txt?="
    return (f'From: a@example.org\r\nTo: b@example.org\r\nSubject: =?utf-8?Q?{m("subject").replace(" ", "_")}?=\r\n'
            f'Keywords: {m("keywords")}\r\nComments: {m("comments")}\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n'
            'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
            f'{m("preamble")}\r\n--b\r\nContent-Type: multipart/related; boundary="c"\r\n\r\n--c\r\n'
            f'Content-Type: text/plain; charset=utf-8\r\n\r\n{m("text")}\r\n\r\n{m("two-lines")[:8]}\r\n{m("two-lines")[9:]}\r\n'
            f'--c\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{m("html")}</p>\r\n--c--\r\n--b\r\n'
            f'Content-Type: text/plain; name="{m("name")}.txt"\r\n\r\nx\r\n--b\r\nContent-Type: text/plain\r\nContent-Description: {m("description")}\r\n'
            f"Content-Disposition: attachment; filename*=utf-8''{m('file-name').replace(' ', '%20')}.txt\r\n"
            f'Content-Transfer-Encoding: base64\r\n\r\n{base64.b64encode(m("attachment").encode()).decode()}\r\n--b\r\n'
            f'Content-Type: text/plain\r\nContent-Disposition: attachment; filename="{name}"\r\n\r\nx\r\n--b\r\n'
            f'Content-Type: message/rfc822\r\n\r\nSubject: {m("inner-subject")}\r\n\r\n{m("inner-text")}\r\n--b--\r\n'
            f'{m("epilogue")}\r\n').encode()


def rtf(m):
    first, second = half(m("split"))
    hexadecimal = "".join(f"\\'{ord(c):02x}" for c in m("hex"))
    units = "".join(f"\\u{ord(c)}?" for c in m("unicode"))
    inner = m("object").encode()
    package = struct.pack("<III", 0x501, 2, 8) + b"Package\0" + struct.pack("<III", 0, 0, len(inner)) + inner
    return ("{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}{\\info{\\title " + m("title") + "}{\\keywords " + m("keywords")
            + "}{\\doccomm " + m("description") + "}}{\\*\\userprops{\\propname Classification}\\proptype30{\\staticval "
            + m("custom") + "}}{\\*\\docvar {v}{" + m("variable") + "}}{\\header " + m("header", "header")
            + "\\par}{\\footer " + m("footer", "footer") + "\\par}" + m("body") + "\\par x\\par {\\b " + first + "}" + second
            + "\\par " + hexadecimal + "\\par " + units + "\\par {\\caps " + m("caps").lower() + "}\\par {\\scaps "
            + m("small-caps").lower() + "}\\par {\\v " + m("hidden", "hidden") + "}\\par {\\deleted "
            + m("deleted", "deleted") + "}\\par x{\\footnote " + m("footnote", "note") + "}{\\*\\annotation "
            + m("comment", "comment") + "}{\\*\\bkmkstart " + m("bookmark", "name") + "}\\par {\\shp{\\*\\shpinst{\\sp{\\sn "
            "gtextUNICODE}{\\sv " + m("watermark", "watermark") + "}}{\\sp{\\sn wzDescription}{\\sv "
            + m("alt", "alternative") + "}}{\\shptxt " + m("textbox") + "\\par}}}\\trowd\\cellx1000 " + m("cell")
            + "\\cell\\row {\\field{\\*\\fldinst QUOTE " + m("field", "field") + "}{\\fldrslt " + m("field-result") + "}}"
            + "\\par {\\object{\\*\\objdata " + package.hex() + "}{\\result x}}{\\*\\unknown " + m("unknown", "hidden")
            + "}\\par}").encode()


class Pdf:
    """Objects by number, then a classic cross-reference table."""

    def __init__(self):
        self.objects = {}

    def add(self, number, text, stream=None):
        self.objects[number] = (text.encode("latin-1") if stream is None else
                                f"<< {text} /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")

    def tail(self, out, numbers, previous=""):
        places = {}
        for number in numbers:
            places[number] = len(out)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, self.objects[number])
        start = len(out)
        out += b"xref\n" + (b"" if previous else b"0 1\n0000000000 65535 f \n")
        for number in numbers:
            out += b"%d 1\n%010d 00000 n \n" % (number, places[number])
        out += (f"trailer\n<< /Root 1 0 R /Info 2 0 R /Size {max(self.objects) + 1} {previous}>>\n"
                f"startxref\n{start}\n%%EOF\n").encode()
        return out, start


def shown(text, x, y):
    return f"BT /F 12 Tf {x} {y} Td ({text}) Tj ET\n"


def pdf(m):
    pdf_ = Pdf()
    first, second = half(m("split"))
    older = shown(m("older-revision", "deleted"), 50, 600)
    pdf_.add(1, "<< /Type /Catalog /Pages 3 0 R /Metadata 10 0 R /Outlines 11 0 R /PageLabels << /Nums [0 << /P "
             f'({m("page-label")}) >>] >> /Names << /EmbeddedFiles << /Names [({m("attachment-name", "name")}) 13 0 R] >> '
             f'/JavaScript << /Names [(a) << /S /JavaScript /JS (var a = "{m("script", "code")}";) >>] >> >> '
             "/OCProperties << /OCGs [15 0 R] /D << /OFF [15 0 R] >> >> /AcroForm << /Fields [16 0 R] >> >>")
    pdf_.add(2, f'<< /Title ({m("title")}) /Keywords ({m("keywords")}) /Classification ({m("custom")}) >>')
    pdf_.add(3, "<< /Type /Pages /Kids [4 0 R] /Count 1 >>")
    pdf_.add(4, "<< /Type /Page /Parent 3 0 R /MediaBox [0 0 600 800] /Contents 5 0 R /Annots [17 0 R 18 0 R 16 0 R 20 0 R] "
             "/Resources << /Font << /F 6 0 R >> /XObject << /X 7 0 R >> /Properties << /L 15 0 R >> >> >>")
    pdf_.add(6, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    pdf_.add(7, "/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /Font << /F 6 0 R >> >>",
             shown(m("form"), 50, 500).encode())
    pdf_.add(10, "/Type /Metadata /Subtype /XML", f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/'
             '1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:rights>'
             f'{m("xmp")}</dc:rights></rdf:Description></rdf:RDF></x:xmpmeta>'.encode())
    pdf_.add(11, "<< /First 12 0 R /Last 12 0 R /Count 1 >>")
    pdf_.add(12, f'<< /Title ({m("outline")}) /Parent 11 0 R >>')
    pdf_.add(13, f'<< /Type /Filespec /F (a.txt) /Desc ({m("attachment-description")}) /EF << /F 14 0 R >> >>')
    pdf_.add(14, "/Type /EmbeddedFile", m("attachment").encode())
    pdf_.add(15, f'<< /Type /OCG /Name ({m("layer-name", "name")}) >>')
    pdf_.add(16, f'<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /TU ({m("field-tip")}) /V ({m("field", "field")}) '
             "/Rect [0 0 9 9] >>")
    pdf_.add(17, f'<< /Type /Annot /Subtype /Text /Contents ({m("comment", "comment")}) /Rect [0 0 9 9] >>')
    pdf_.add(18, "<< /Type /Annot /Subtype /Stamp /Rect [0 0 300 50] /AP << /N 19 0 R >> >>")
    pdf_.add(19, "/Type /XObject /Subtype /Form /BBox [0 0 300 50] /Resources << /Font << /F 6 0 R >> >>",
             shown(m("stamp"), 5, 5).encode())
    pdf_.add(20, f'<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://example.org/'
             f'{m("link").replace(" ", "%20")}) >> >>')
    pdf_.add(5, "", older.encode())
    out, start = pdf_.tail(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", sorted(pdf_.objects))
    words = m("spread").split(" ")
    content = (shown(m("body"), 50, 400) + f"BT /F 12 Tf 50 380 Td [({first}) -20 ({second})] TJ ET\n/X Do\n"
               + "".join(shown(word, 50 + 100 * i, 360) for i, word in enumerate(words))
               + "".join(shown(letter, 50 + 8 * i, 340) for i, letter in enumerate(m("letters")) if letter != " ")
               + "/Artifact << /Type /Pagination /Subtype /Header >> BDC\n" + shown(m("header", "header"), 50, 780) + "EMC\n"
               + "/Artifact << /Type /Pagination /Subtype /Watermark >> BDC\n" + shown(m("watermark", "watermark"), 50, 320)
               + "EMC\n/OC /L BDC\n" + shown(m("layer", "hidden"), 50, 300) + "EMC\n"
               + f'/Span << /ActualText ({m("actual-text")}) >> BDC\n' + shown("x", 50, 280) + "EMC\n"
               + f'/Figure << /Alt ({m("alt")}) >> BDC\n' + shown("y", 50, 260) + "EMC\n"
               + "BT 3 Tr /F 12 Tf 50 240 Td (" + m("invisible") + ") Tj ET 0 Tr\n" + shown(m("off-page", "hidden"), 50, 5000)
               + shown(m("footer"), 50, 20))
    pdf_.add(5, "", content.encode())
    out, _ = pdf_.tail(out, [5], f"/Prev {start} ")
    return out


def svg(m):
    first, second = half(m("split"))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><title>{m("title", "alternative")}</title>'
            f'<desc>{m("description", "alternative")}</desc><metadata>{m("metadata", "hidden")}</metadata>'
            f'<text x="1" y="9">{m("text")}</text><text y="20"><tspan>{first}</tspan><tspan>{second}</tspan></text>'
            f'<!-- {m("comment")} --><script>var a = "{m("script", "code")}";</script></svg>').encode()


def epub(m):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
                         '<rootfiles><rootfile full-path="c.opf" media-type="application/oebps-package+xml"/></rootfiles></container>')
        archive.writestr("c.opf", '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
                         f'<metadata><dc:title>{m("title")}</dc:title><dc:rights>{m("rights")}</dc:rights></metadata><manifest>'
                         '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/>'
                         "</spine></package>")
        archive.writestr("a.xhtml", '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>'
                         f'<p>{m("chapter")}</p><p style="display:none">{m("hidden", "hidden")}</p></body></html>')
        archive.writestr("toc.ncx", f'<ncx><navMap><navPoint><navLabel><text>{m("contents")}</text></navLabel></navPoint></navMap></ncx>')
    return out.getvalue()


def ics(m):
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n"
            f'SUMMARY:{m("summary")}\r\nDESCRIPTION:{m("description")[:8]}\r\n {m("description")[8:]}\r\n'
            f'LOCATION:{m("location")}\r\nX-NOTE:{m("extension")}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n').encode()


def vcf(m):
    return (f'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A B\r\nTITLE:{m("title")}\r\nNOTE:{m("note")}\r\nORG:{m("organisation")}\r\n'
            "END:VCARD\r\n").encode()


def archive(m):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive_:
        archive_.comment = m("comment", "comment").encode()
        member = zipfile.ZipInfo(m("member-name") + ".txt")
        member.comment = m("member-comment", "comment").encode()
        archive_.writestr(member, m("member"))
    return out.getvalue()


def compound(streams):
    """A compound file ([MS-CFB]) of small streams, all in sectors of the file; "a/b" stands in storage "a"."""
    free, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    names = [""]
    for path in sorted(streams):
        for i in range(path.count("/") + 1):
            name = "/".join(path.split("/")[:i + 1])
            if name not in names:
                names.append(name)
    sectors, chains, places = [], [], {}
    for name in names:
        if name in streams:
            data = streams[name].ljust(4096, b"\0")
            places[name] = len(sectors)
            blocks = [data[at:at + 512].ljust(512, b"\0") for at in range(0, len(data), 512)]
            chains += [len(sectors) + i + 1 for i in range(len(blocks) - 1)] + [end]
            sectors += blocks
    def children(parent):
        return [i for i, name in enumerate(names) if i and name.rpartition("/")[0] == parent]
    right, down = {}, {}
    for i, name in enumerate(names):
        inner = children(name) if i == 0 or name not in streams else []
        down[i] = inner[0] if inner else free
        right.update(zip(inner, inner[1:]))
    entries = b""
    for i, name in enumerate(names):
        short = ("Root Entry" if i == 0 else name.rpartition("/")[2]).encode("utf-16-le")
        size = max(len(streams.get(name, b"")), 4096) if name in streams else 0
        entries += (short.ljust(64, b"\0") + struct.pack("<HBBIII", len(short) + 2, 5 if i == 0 else 2 if size else 1, 1, free,
                                                         right.get(i, free), down[i]) + b"\0" * 36
                    + struct.pack("<IQ", places.get(name, end if i == 0 else 0), size))
    entries += b"\0" * (-len(entries) % 512)
    first = len(sectors)
    blocks = [entries[at:at + 512] for at in range(0, len(entries), 512)]
    chains += [first + i + 1 for i in range(len(blocks) - 1)] + [end]
    sectors += blocks
    tables = 1
    while len(chains) + tables > tables * 128:
        tables += 1
    table = struct.pack(f"<{tables * 128}I", *(chains + [fat_mark] * tables + [free] * (tables * 128 - len(chains) - tables)))
    places_of_tables = list(range(len(sectors), len(sectors) + tables)) + [free] * (109 - tables)
    header = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
              + struct.pack("<IIIIIIIII", 0, tables, first, 0, 4096, end, 0, end, 0)
              + struct.pack("<109I", *places_of_tables))
    return header + b"".join(sectors) + table


def msg(m):
    """A message as [MS-OXMSG] stores it: a stream for each text property."""
    def text(tag, value):
        return f"__substg1.0_{tag:04X}001F", value.encode("utf-16-le")
    attachment, recipient = "__attach_version1.0_#00000000/", "__recip_version1.0_#00000000/"
    def pad(value):
        return value + b"\0" * (-len(value) % 8)
    top = dict([text(0x001A, "IPM.Note"), text(0x0037, m("subject")), text(0x1000, m("body") + "\r\n"),
                text(0x0C1A, m("sender")), text(0x0E04, "b@example.org")])
    top["__substg1.0_10130102"] = f"<html><body><p>{m('html')}</p></body></html>".encode()
    # Streams are at least 4096 octets here, so texts go on in blanks.
    streams = {name: value.ljust(4096, b" ") if name.endswith("0102") else value + " ".encode("utf-16-le") * (
        (4096 - len(value)) // 2) for name, value in top.items()}
    streams["__properties_version1.0"] = pad(b"\0" * 32)
    for name, value in (text(0x3707, m("attachment-name") + ".txt"),):
        streams[attachment + name] = value + " ".encode("utf-16-le") * ((4096 - len(value)) // 2)
    streams[attachment + "__substg1.0_37010102"] = m("attachment").encode().ljust(4096, b" ")
    streams[attachment + "__properties_version1.0"] = b"\0" * 8
    for name, value in (text(0x3001, m("recipient")),):
        streams[recipient + name] = value + " ".encode("utf-16-le") * ((4096 - len(value)) // 2)
    streams[recipient + "__properties_version1.0"] = b"\0" * 8
    return compound(streams)


def lines(encoding="utf-8", comment="{}"):
    def write(m):
        return ("\n".join((m("first"), "x", "Une ligne.", comment.format(m("middle")), m("two-lines")[:8], m("two-lines")[9:],
                           "y", m("last"))) + "\n").encode(encoding)
    return write


FORMATS = {
    "html": html, "mht": mht, "eml": eml, "rtf": rtf, "pdf": pdf, "svg": svg, "epub": epub, "ics": ics, "vcf": vcf,
    "zip": archive, "msg": msg, "txt": lines(), "utf-16.txt": lines("utf-16"), "utf-32.txt": lines("utf-32"),
    "utf-7.txt": lines("utf-7"), "csv": lines(comment="1;{};2"), "md": lines(comment="# {}"), "tex": lines(comment="\\textbf{{{}}}"),
    "c": lines(comment="// {}"), "json": lambda m: ('{"a": "' + m("value") + '", "' + m("key") + '": 1}\n').encode(),
    "xml": lambda m: f'<a b="{m("attribute")}"><c>{m("text")}</c><!-- {m("comment")} --></a>'.encode(),
}
