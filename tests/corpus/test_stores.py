#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Every label store in every format that can hold it. Prints a table, store by format, and fails where a
cell differs from what vaguemestre-formats(7) says: "found", or listed there as a gap ("STORE in FORMAT")."""

import base64
import io
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from xml.sax.saxutils import escape

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("srcdir", os.path.join(HERE, "..", ".."))
BUILD = os.environ.get("builddir", os.path.join(HERE, "..", ".."))
TOOL = os.path.join(BUILD, "src", "vaguemestre")
MANUAL = os.path.join(SOURCE, "doc", "man", "vaguemestre-formats.7")
LIMIT_S = 120

GUID = "aaaaaaaa-0000-4000-8000-000000000001"
SITE = "bbbbbbbb-0000-4000-8000-000000000001"
POLICY = f'''scheme "corp" {{
    label "SEALED" {{
        rank = 3  level = 3  marks = {{"CORP SEALED"}}
        identifiers = {{"mip:{GUID}", "4774:CORP:SEALED", "oid:1.3.6.1.4.1.99999.1:9", "bails:Sealed Matter",
                       "sisl:cccccccc-0000-4000-8000-000000000001:id_sealed", "titus:urn:corp:level:S",
                       "pspf:2022.1.corp.example/SEALED", "pspf:SEALED", "ximf:SCELLE", "exchange:{GUID}", "exif:S", "ism:S",
                       "ical:CONFIDENTIAL", "sensitivity:Company-Confidential", "property:Classification=Code-9"}}
    }}
}}
'''

# --- the stores ---------------------------------------------------------------

LABEL_4774 = '''<slab:originatorConfidentialityLabel xmlns:slab="urn:nato:stanag:4774:confidentialitymetadatalabel:1:0">\
<slab:ConfidentialityInformation><slab:PolicyIdentifier>CORP</slab:PolicyIdentifier>\
<slab:Classification>SEALED</slab:Classification></slab:ConfidentialityInformation>\
<slab:CreationDateTime>2030-01-02T03:04:05Z</slab:CreationDateTime></slab:originatorConfidentialityLabel>'''
BINDING = f'''<mb:BindingInformation xmlns:mb="urn:nato:stanag:4778:bindinginformation:1:0"><mb:MetadataBindingContainer>\
<mb:MetadataBinding><mb:Metadata>{LABEL_4774}</mb:Metadata><mb:DataReference URI=""/></mb:MetadataBinding>\
</mb:MetadataBindingContainer></mb:BindingInformation>'''
SISL = '''<sisl sislVersion="0" policy="cccccccc-0000-4000-8000-000000000001" origin="userSelected" \
xmlns="http://www.boldonjames.com/2008/01/sie/internal/label"><element uid="id_sealed" value=""/></sisl>'''
TITUS = base64.b64encode(json.dumps({"Metadata": {"ns": "urn:corp", "id": GUID, "props": [
    {"n": "level", "vals": [{"value": "S"}]}]}}).encode()).decode()
BAILS = "urn:bails:IntellectualProperty:BusinessAuthorizationCategory:Name"

# Stores that are pairs of a name and a value, and so can stand wherever a format keeps such pairs.
PAIRS = {
    "mip": [(f"MSIP_Label_{GUID}_Enabled", "true"), (f"MSIP_Label_{GUID}_SiteId", SITE)],
    "mip marking": [("ClassificationContentMarkingHeaderText", "CORP SEALED")],
    "sisl": [("bjDocumentLabelXML", SISL[:200]), ("bjDocumentLabelXML-0", SISL[200:])],
    "sisl marking": [("bjDocumentSecurityLabel", "CORP SEALED")],
    "bails": [(BAILS, "Sealed Matter")],
    "protective marking": [("X-Protective-Marking", "VER=2018.4, NS=2022.1.corp.example, SEC=SEALED")],
    "named property": [("Classification", "Code-9")],
    "display property": [("Corp Classification", "CORP SEALED")],
}


def tlv(tag, *content):
    body = b"".join(content)
    size = len(body)
    head = bytes([size]) if size < 128 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + head + body


def oid(*arcs):
    body = bytes([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        octets = [arc & 127]
        while arc := arc >> 7:
            octets.append(arc & 127 | 128)
        body += bytes(reversed(octets))
    return tlv(6, body)


ESS = tlv(0x31, tlv(2, b"\x09"), oid(1, 3, 6, 1, 4, 1, 99999, 1))


def signed(content):
    """SignedData (RFC 5652, 5.1) of one signer whose signed attributes hold the label; its signature is none."""
    name = tlv(0x30, tlv(0x31, tlv(0x30, oid(2, 5, 4, 3), tlv(0x0C, b"Alice"))))
    sha256 = tlv(0x30, oid(2, 16, 840, 1, 101, 3, 4, 2, 1), tlv(5))
    label = tlv(0x30, oid(1, 2, 840, 113549, 1, 9, 16, 2, 2), tlv(0x31, ESS))
    kind = tlv(0x30, oid(1, 2, 840, 113549, 1, 9, 3), tlv(0x31, oid(1, 2, 840, 113549, 1, 7, 1)))
    digest = tlv(0x30, oid(1, 2, 840, 113549, 1, 9, 4), tlv(0x31, tlv(4, bytes(32))))
    signer = tlv(0x30, tlv(2, b"\1"), tlv(0x30, name, tlv(2, b"\1")), sha256, tlv(0xA0, kind, digest, label),
                 tlv(0x30, oid(1, 2, 840, 113549, 1, 1, 1), tlv(5)), tlv(4, bytes(64)))
    inner = tlv(0x30, oid(1, 2, 840, 113549, 1, 7, 1), *([tlv(0xA0, tlv(4, content))] if content else []))
    return tlv(0x30, oid(1, 2, 840, 113549, 1, 7, 2),
               tlv(0xA0, tlv(0x30, tlv(2, b"\1"), tlv(0x31, sha256), inner, tlv(0x31, signer))))


# --- the formats --------------------------------------------------------------

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = {
    "docx": ("word/document.xml", "wordprocessingml.document", '<w:document xmlns:w="http://schemas.openxmlformats.org/'
             'wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Texte</w:t></w:r></w:p></w:body></w:document>'),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet", '<workbook xmlns="http://schemas.openxmlformats.org/'
             'spreadsheetml/2006/main"><sheets/></workbook>'),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation", '<p:presentation xmlns:p="http://schemas.'
             'openxmlformats.org/presentationml/2006/main"/>'),
}


def packed(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def ooxml(kind, more, links=""):
    part, content_type, content = MAIN[kind]
    return packed([
        ("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
         '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
         f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/{part}" '
         f'ContentType="application/vnd.openxmlformats-officedocument.{content_type}.main+xml"/></Types>'),
        ("_rels/.rels", f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
         f'Target="{part}"/>{links}</Relationships>'), (part, content), *more])


def ooxml_pairs(kind):
    def make(pairs):
        properties = "".join(f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{i + 2}" '
                             f'name="{escape(name)}"><vt:lpwstr>{escape(value)}</vt:lpwstr></property>'
                             for i, (name, value) in enumerate(pairs))
        return ooxml(kind, [("docProps/custom.xml", '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/'
                             '2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/'
                             f'docPropsVTypes">{properties}</Properties>')],
                     f'<Relationship Id="r2" Type="{OFFICE}/custom-properties" Target="docProps/custom.xml"/>')
    return make


def odf(pairs):
    user = "".join(f'<meta:user-defined meta:name="{escape(name)}">{escape(value)}</meta:user-defined>'
                   for name, value in pairs)
    names = ('xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
             'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
             'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"')
    return packed([("mimetype", "application/vnd.oasis.opendocument.text"),
                   ("content.xml", f'<office:document-content {names}><office:body><office:text><text:p>Texte</text:p>'
                    '</office:text></office:body></office:document-content>'),
                   ("meta.xml", f'<office:document-meta {names}><office:meta>{user}</office:meta></office:document-meta>')])


def rtf(pairs):
    safe = lambda text: text.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
    return ("{\\rtf1\\ansi{\\*\\userprops " + "".join(f"{{\\propname {safe(name)}}}\\proptype30{{\\staticval {safe(value)}}}"
                                                    for name, value in pairs) + "}Texte\\par}").encode()


def pdf(info=b"", metadata=b""):
    objects = [b"<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>",
               b"<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n%s\nendstream" % (len(metadata), metadata),
               b"<< %s >>" % info]
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R /Info 5 0 R >>\nstartxref\n%d\n%%%%EOF\n"
                  % (table, len(out)))


def pdf_info(pairs):
    name = lambda text: "".join(c if c.isalnum() or c in "_-" else f"#{ord(c):02X}" for c in text)
    value = lambda text: text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return pdf(info=" ".join(f"/{name(n)} ({value(v)})" for n, v in pairs).encode())


def xmp(inside):
    return ('<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
            'xmlns:pdfx="http://ns.adobe.com/pdfx/1.3/" '
            'xmlns:mbxmp="urn:nato:stanag:4778:bindinginformation:1:0:xmp#">'
            f'{inside}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>').encode()


def xmp_pairs(pairs):
    name = lambda text: re.sub(r"[^A-Za-z0-9_.-]", "_", text)
    return xmp("".join(f"<pdfx:{name(n)}>{escape(v)}</pdfx:{name(n)}>" for n, v in pairs))


def png(metadata):
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) +
            chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata) + chunk(b"IDAT", zlib.compress(b"\0\0")) +
            chunk(b"IEND", b""))


def jpeg(metadata):
    segment = b"http://ns.adobe.com/xap/1.0/\0" + metadata
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + b"\xff\xd9"


def jpeg_exif():
    """One entry: SecurityClassification (0x9212), ASCII "S"."""
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHI", 0x9212, 2, 2) + b"S\0\0\0" + bytes(4)
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(tiff) + 8) + b"Exif\0\0" + tiff + b"\xff\xd9"


# --- messages -----------------------------------------------------------------

HEAD = "From: alice@corp.example\r\nTo: bob@example.org\r\n{fields}MIME-Version: 1.0\r\n"


def message(fields="", subject="Texte"):
    return (HEAD.format(fields=f"Subject: {subject}\r\n{fields}") + "\r\nTexte.\r\n").encode()


def attached(name, content, media="application/octet-stream"):
    body = base64.encodebytes(content).decode().replace("\n", "\r\n")
    return (HEAD.format(fields="Subject: Texte\r\n") + f"Content-Type: {media}\r\nContent-Transfer-Encoding: base64\r\n"
            f'Content-Disposition: attachment; filename="{name}"\r\n\r\n{body}').encode()


def sio(kind, octets):
    text = base64.b64encode(octets).decode()
    pieces = [text[at:at + 60] for at in range(0, len(text), 60)]
    return f'SIO-Label: type="{kind}"' + "".join(f';\r\n label*{n}="{piece}"' for n, piece in enumerate(pieces)) + "\r\n"


def folded(name, text):
    pieces = [text[at:at + 70] for at in range(0, len(text), 70)]
    return f"{name}: " + "\r\n ".join(pieces) + "\r\n"


PAIR_FORMATS = {"docx": ooxml_pairs("docx"), "xlsx": ooxml_pairs("xlsx"), "pptx": ooxml_pairs("pptx"), "odt": odf,
                "rtf": rtf, "pdf-info": pdf_info, "pdf-xmp": lambda pairs: pdf(metadata=xmp_pairs(pairs)),
                "png": lambda pairs: png(xmp_pairs(pairs)), "jpeg": lambda pairs: jpeg(xmp_pairs(pairs))}
EXTENSION = {"pdf-info": "pdf", "pdf-xmp": "pdf"}


def cells():
    """(store, format) to a message that holds the store."""
    for store, pairs in PAIRS.items():
        for form, make in PAIR_FORMATS.items():
            if store != "bails" or form not in ("png", "jpeg", "pdf-xmp"):   # ":" is no character of an XML name
                yield (store, form), attached("note." + EXTENSION.get(form, form), make(pairs))
    link = ('<Relationship Id="r3" Type="http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels" '
            'Target="docMetadata/LabelInfo.xml"/>')
    info = (f'<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata"><clbl:label '
            f'id="{{{GUID}}}" enabled="1" method="Privileged" siteId="{{{SITE}}}" removed="0"/></clbl:labelList>')
    for kind in MAIN:
        yield ("mip list", kind), attached("note." + kind, ooxml(kind, [("docMetadata/LabelInfo.xml", info)], link))
        yield ("4778", kind), attached("note." + kind, ooxml(kind, [("customXml/item1.xml", BINDING)]))
        yield ("sisl part", kind), attached("note." + kind, ooxml(kind, [("customXml/item1.xml", SISL)]))
    bound = xmp(f"<mbxmp:bindingInformation>{escape(BINDING)}</mbxmp:bindingInformation>")
    yield ("4778", "pdf-xmp"), attached("note.pdf", pdf(metadata=bound))
    yield ("4778", "png"), attached("note.png", png(bound))
    yield ("4778", "jpeg"), attached("note.jpg", jpeg(bound))
    yield ("4778", "sidecar"), attached("note.pdf.bdo", BINDING.encode())
    yield ("4778", "header"), message(sio(":xml", BINDING.encode()))
    yield ("4774", "header"), message(sio(":xml", LABEL_4774.encode()))
    yield ("ess", "header"), message(sio(":ess", ESS))
    yield ("x411", "header"), message(folded("X-X411", base64.b64encode(ESS).decode()))
    inner = b"Content-Type: text/plain\r\n\r\nTexte.\r\n"
    yield ("ess", "p7m"), attached("smime.p7m", signed(inner), "application/pkcs7-mime; smime-type=signed-data")
    yield ("ess", "p7s"), attached("smime.p7s", signed(b""), "application/pkcs7-signature")
    yield ("mip", "header"), message(folded("msip_labels", f"MSIP_Label_{GUID}_Enabled=true; MSIP_Label_{GUID}_SiteId={SITE}"))
    yield ("sisl", "header"), message(f"x-bjprotectivemarking: {SISL}\r\n")
    yield ("sisl marking", "header"), message("bjclassification: CORP SEALED\r\n")
    yield ("titus", "header"), message(folded("x-titus-metadata-40", TITUS))
    marking = "NS=2022.1.corp.example, SEC=SEALED"
    yield ("protective marking", "header"), message(f"X-Protective-Marking: VER=2018.4, {marking}\r\n")
    yield ("protective marking", "subject"), message(subject="Texte [SEC=SEALED, ACCESS=Legal-Privilege]")
    yield ("ximf", "header"), message("X-XIMF-Security-Classification: SCELLE\r\n")
    yield ("exchange", "header"), message(f"X-Microsoft-Classified: true\r\nX-Microsoft-ClassID: {GUID}\r\n")
    yield ("sensitivity", "header"), message("Sensitivity: Company-Confidential\r\n")
    yield ("display property", "header"), message("X-Corp-Classification: CORP SEALED\r\n")
    yield ("ical class", "ics"), attached("note.ics", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nCLASS:CONFIDENTIAL\r\n"
                                         b"SUMMARY:Texte\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "text/calendar")
    yield ("ical class", "vcf"), attached("note.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bob\r\nCLASS:CONFIDENTIAL\r\nEND:VCARD\r\n",
                                         "text/vcard")
    yield ("exif", "jpeg"), attached("note.jpg", jpeg_exif())
    yield ("ism", "xml"), attached("note.xml", b'<note xmlns:ism="urn:us:gov:ic:ism" ism:classification="S">Texte</note>')
    yield ("mark", "filename"), attached("CORP SEALED.txt", b"Texte.\r\n")


def inspect(folder, messages):
    policy = os.path.join(folder, "policy.conf")
    with open(policy, "w", encoding="utf-8") as file:
        file.write(POLICY)
    paths = []
    for number, content in enumerate(messages):
        paths.append(os.path.join(folder, f"{number}.eml"))
        with open(paths[-1], "wb") as file:
            file.write(content)
    done = subprocess.run([TOOL, "inspect", "--json", "--policy", policy, "--", *paths], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=LIMIT_S, check=False)
    judged = {found["path"]: found for found in map(json.loads, done.stdout.splitlines())}
    return [judged.get(path, {"labels": []}) for path in paths]


def listed_gaps():
    with open(MANUAL, encoding="utf-8") as file:
        return set(re.findall(r'^\.It Qq (.+?) in ([\w-]+)$', file.read(), re.M))


def is_found(judged):
    return any(label["label"] == "corp:SEALED" and label["confidence"] in ("likely", "certain")
               for label in judged["labels"])


def print_table(found):
    forms = sorted({form for _, form in found})
    width = max(len(store) for store, _ in found)
    print("# " + " " * width + " " + " ".join(forms))
    for store in sorted({store for store, _ in found}):
        row = [{True: "found", False: "GAP", None: "-"}[found.get((store, form))] for form in forms]
        print(f"# {store:{width}} " + " ".join(f"{cell:{len(form)}}" for cell, form in zip(row, forms)))


def main():
    todo = list(cells())
    with tempfile.TemporaryDirectory() as folder:
        found = {cell: is_found(judged) for (cell, _), judged in zip(todo, inspect(folder, [m for _, m in todo]))}
    gaps, failed = listed_gaps(), 0
    print_table(found)
    print(f"1..{len(found) + 1}")
    for number, (cell, good) in enumerate(found.items(), 1):
        as_told = good != (cell in gaps)
        failed += not as_told
        told = "listed as a gap" if cell in gaps else "no gap in the manual"
        print(f"{'ok' if as_told else 'not ok'} {number} - {cell[0]} in {cell[1]}: {'found' if good else 'not found'}, {told}")
    unknown = gaps - set(found)
    failed += bool(unknown)
    print(f"{'not ok' if unknown else 'ok'} {len(found) + 1} - the manual's gaps are cells {sorted(unknown) or ''}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
