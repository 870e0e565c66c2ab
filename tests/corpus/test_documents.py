#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Documents of real producers: the mark is found in each format, place and store, or the document is told unread.

Prints one line a cell: format, place, "found" or the reason it was not read."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "e2e"))
from tap import Skip, run, true  # noqa: E402

SOURCE = os.path.abspath(os.environ.get("srcdir", os.path.join(HERE, os.pardir, os.pardir)))
BUILD = os.path.abspath(os.environ.get("builddir", SOURCE))
MARK = "DIFFUSION RESTREINTE"
LABEL = "fr:DIFFUSION RESTREINTE"
SECONDS = 120
NAMES = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
                 for n in ("office", "text", "style", "table", "meta"))

TEXT = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {NAMES} office:mimetype="application/vnd.oasis.opendocument.text" office:version="1.2">
<office:meta><meta:user-defined meta:name="Classification">%(property)s</meta:user-defined></office:meta>
<office:automatic-styles><style:page-layout style:name="p"><style:header-style/><style:footer-style/>
</style:page-layout></office:automatic-styles><office:master-styles>
<style:master-page style:name="Standard" style:page-layout-name="p">
<style:header><text:p>%(header)s</text:p></style:header><style:footer><text:p>%(footer)s</text:p></style:footer>
</style:master-page></office:master-styles><office:body><office:text><text:p>Compte rendu de la séance.</text:p>
<text:p>%(body)s</text:p><text:p>La suite du texte.</text:p></office:text></office:body></office:document>"""

SHEET = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {NAMES} office:mimetype="application/vnd.oasis.opendocument.spreadsheet" office:version="1.2">
<office:meta><meta:user-defined meta:name="Classification">%(property)s</meta:user-defined></office:meta>
<office:automatic-styles><style:page-layout style:name="p"><style:header-style/></style:page-layout>
<style:style style:name="h" style:family="table" style:master-page-name="Default">
<style:table-properties table:display="false"/></style:style></office:automatic-styles>
<office:master-styles><style:master-page style:name="Default" style:page-layout-name="p">
<style:header><text:p>%(header)s</text:p></style:header></style:master-page></office:master-styles>
<office:body><office:spreadsheet><table:table table:name="Un"><table:table-row>
<table:table-cell office:value-type="string"><text:p>%(body)s</text:p></table:table-cell></table:table-row>
</table:table><table:table table:name="Deux" table:style-name="h"><table:table-row>
<table:table-cell office:value-type="string"><text:p>%(hidden)s</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document>"""


def call(*words, **more):
    if shutil.which(words[0]) is None:
        raise Skip(f"{words[0]} is not installed")
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False, **more)
    true(done.returncode == 0, f"{words}: {done.stderr.decode(errors='replace')}")


def inspect(path, passwords=""):
    with tempfile.NamedTemporaryFile("w", suffix=".conf", encoding="utf-8") as policy:
        policy.write(f'include("{SOURCE}/etc/labels.d/fr.conf")\n{passwords}')
        policy.flush()
        done = subprocess.run([os.path.join(BUILD, "src", "vaguemestre"), "inspect", "--policy", policy.name, "--json",
                               "--document", path], stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
                              check=False)
    true(done.returncode in (0, 1), done.stderr.decode())
    return json.loads(done.stdout)


def look(path, cell):
    """Say what became of a cell of the table."""
    facts = inspect(path)
    found = any(label["label"] == LABEL for label in facts["labels"])
    reasons = sorted({part["reason"] for part in facts["parts"] if part["reason"]})
    print(f"# {cell}: {'found' if found else 'not found'}{' (' + ', '.join(reasons) + ')' if reasons else ''}")
    return found, reasons


def expect_found(path, cell):
    true(look(path, cell)[0], f"{cell}: not found")


def expect_reason(path, cell, reason):
    true(reason in look(path, cell)[1], f"{cell}: not told {reason}")


def office(folder, template, suffix, target, place):
    """Have LibreOffice write the template with the mark in one place."""
    keys = {key: "rien" for key in ("header", "footer", "body", "property", "hidden")}
    keys[place] = MARK
    source = os.path.join(folder, "d" + suffix)
    with open(source, "w", encoding="utf-8") as file:
        file.write(template % keys)
    call("soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", target,
         "--outdir", folder, source)
    return os.path.join(folder, "d." + target)


def office_places(template, suffix, target, places):
    with tempfile.TemporaryDirectory() as folder:
        for place in places:
            expect_found(office(folder, template, suffix, target, place), f"{target} {place}")


def test_doc_places():
    office_places(TEXT, ".fodt", "doc", ("header", "footer", "body", "property"))


def test_rtf_places():
    office_places(TEXT, ".fodt", "rtf", ("header", "footer", "body", "property"))


def test_xls_places():
    office_places(SHEET, ".fods", "xls", ("header", "body", "hidden", "property"))


def test_pdf_places_and_writers():
    with tempfile.TemporaryDirectory() as folder:
        for place in ("header", "footer", "body"):
            path = office(folder, TEXT, ".fodt", "pdf", place)
            expect_found(path, f"pdf {place}")
        again = os.path.join(folder, "again.pdf")
        call("gs", "-q", "-sDEVICE=pdfwrite", "-o", again, path)
        expect_found(again, "pdf by Ghostscript")
        for cell, options in (("linearized", ["--linearize"]), ("object streams", ["--object-streams=generate"]),
                              ("AES-256, empty password", ["--encrypt", "", "owner", "256", "--"])):
            call("qpdf", *options, path, again)
            expect_found(again, f"pdf by qpdf, {cell}")
        call("qpdf", "--encrypt", "user", "owner", "256", "--", path, again)
        expect_reason(again, "pdf by qpdf, user password", "encrypted")
        with open(path, "rb") as file:
            whole = file.read()
        with open(again, "wb") as file:
            file.write(whole[:-300])     # cross-references and trailer
        expect_found(again, "pdf cut short")
        expect_reason(again, "pdf cut short", "damaged")


def test_pdf_fonts_without_maps_to_characters():
    """Samples by fonts/make.py: the embedded program names the glyphs, or nothing does and that is told."""
    folder = os.path.join(HERE, "fonts")
    names = sorted(name for name in os.listdir(folder) if name.endswith(".pdf"))
    true(len(names) == 14, names)
    for name in names:
        if "nameless" in name or name == "cid-identity.pdf":
            found, reasons = look(os.path.join(folder, name), name)
            true(not found and "unsupported" in reasons, f"{name}: {reasons}")
        else:
            found, reasons = look(os.path.join(folder, name), name)
            true(found and not reasons, f"{name}: {reasons}")


def test_pdf_of_tex():
    """Fonts of TeX: encodings of their own, and bitmaps whose glyphs have no names."""
    for name in ("note-ot1.pdf", "note-dvips.pdf", "note-pk.pdf"):
        found, reasons = look(os.path.join(HERE, "tex", name), name)
        true(found and not reasons, f"{name}: {reasons}")


def test_pdf_of_real_producers_without_their_maps():
    """ToUnicode, Encoding, or the text itself is taken out of what Ghostscript and LibreOffice write."""
    with tempfile.TemporaryDirectory() as folder:
        first, again, open_, bare = (os.path.join(folder, n) for n in ("a.pdf", "b.pdf", "c.pdf", "e.pdf"))
        postscript = f"/NimbusSans-Regular findfont 20 scalefont setfont 50 500 moveto ({MARK}) show showpage"
        call("gs", "-q", "-sDEVICE=pdfwrite", "-o", first, "-c", postscript)
        for cell, source in (("Ghostscript", first), ("LibreOffice", office(folder, TEXT, ".fodt", "pdf", "body"))):
            call("qpdf", "--qdf", "--object-streams=disable", source, open_)
            with open(open_, "rb") as file:
                whole = file.read()
            for key in (rb"/ToUnicode \d+ 0 R", rb"/Encoding (/\w+|\d+ 0 R)"):
                whole = re.sub(key, lambda found: b" " * len(found[0]), whole)
            with open(bare, "wb") as file:
                file.write(whole)
            found, reasons = look(bare, f"pdf by {cell} without maps")
            true(found or "unsupported" in reasons, f"{cell}: {reasons}")
        call("gs", "-q", "-sDEVICE=pdfwrite", "-dNoOutputFonts", "-o", again, first)
        expect_reason(again, "pdf by Ghostscript, letters as curves", "image-only")


def test_pages_that_are_only_drawn():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.xps")
        call("gs", "-q", "-sDEVICE=xpswrite", "-o", path, "-c",
             f"/NimbusSans-Regular findfont 20 scalefont setfont 50 500 moveto ({MARK}) show showpage")
        expect_reason(path, "xps by Ghostscript, letters as shapes", "image-only")
        path = os.path.join(folder, "a.svg")
        with open(path, "w", encoding="utf-8") as file:
            file.write('<svg xmlns="http://www.w3.org/2000/svg"><path d="M 1 1 L 9 9 Z"/></svg>')
        expect_reason(path, "svg without text", "image-only")


def test_pdf_words_are_those_of_pdftotext():
    """Poppler as an oracle: every word it sees, we see."""
    with tempfile.TemporaryDirectory() as folder:
        path = office(folder, TEXT, ".fodt", "pdf", "body")
        if shutil.which("pdftotext") is None:
            raise Skip("pdftotext is not installed")
        words = subprocess.run(["pdftotext", path, "-"], capture_output=True, timeout=SECONDS, check=True).stdout
        for word in set(words.decode().split()):
            scheme = f'scheme "t" {{ label "W" {{ rank = 1 level = 1 marks = {{"{word}"}} }} }}\n'
            if word.isalpha() and len(word) > 3:
                facts = inspect(path, scheme)
                true(any(label["label"] == "t:W" for label in facts["labels"]), f"{word} is missing")


def test_archives_of_real_tools():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "noté.txt"), "w", encoding="utf-8") as file:
            file.write(MARK + "\n")
        for cell, words in (
                ("7z", ["7z", "a", "-bso0", "x.7z", "noté.txt"]), ("tar", ["tar", "cf", "x.tar", "noté.txt"]),
                ("tar.gz", ["tar", "czf", "x.tgz", "noté.txt"]), ("tar.xz", ["tar", "cJf", "x.txz", "noté.txt"]),
                ("tar.bz2", ["tar", "cjf", "x.tbz", "noté.txt"]),
                ("tar.zst", ["tar", "--zstd", "-cf", "x.tzst", "noté.txt"]),
                ("iso", ["genisoimage", "-quiet", "-J", "-r", "-o", "x.iso", "noté.txt"]),
                ("ar", ["ar", "rc", "x.a", "noté.txt"])):
            call(*words, cwd=folder)
            name = next(word for word in words if word.startswith("x."))
            expect_found(os.path.join(folder, name), cell)
        for cell, option in (("7z with a password", "-mhe=off"), ("7z with sealed names", "-mhe=on")):
            call("7z", "a", "-bso0", "-psecret", option, "sealed.7z", "noté.txt", cwd=folder)
            expect_reason(os.path.join(folder, "sealed.7z"), cell, "encrypted")
            os.unlink(os.path.join(folder, "sealed.7z"))


def test_signed_and_sealed_messages():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "e.txt"), "w", encoding="utf-8") as file:
            file.write(f"Content-Type: text/plain\r\n\r\n{MARK}\r\n")
        call("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-subj",
             "/CN=Test", "-days", "2", cwd=folder)
        call("openssl", "cms", "-sign", "-in", "e.txt", "-binary", "-nodetach", "-signer", "c.pem", "-inkey", "k.pem",
             "-outform", "DER", "-out", "s.p7m", cwd=folder)
        expect_found(os.path.join(folder, "s.p7m"), "S/MIME signed")
        call("openssl", "cms", "-encrypt", "-in", "e.txt", "-outform", "DER", "-out", "e.p7m", "c.pem", cwd=folder)
        expect_reason(os.path.join(folder, "e.p7m"), "S/MIME enveloped", "encrypted")


def test_image_metadata_of_exiftool():
    with tempfile.TemporaryDirectory() as folder:
        for suffix, tag in (("jpg", "-IPTC:Keywords"), ("jpg", "-XMP-dc:Rights"), ("jpg", "-EXIF:ImageDescription"),
                            ("jpg", "-Comment"), ("png", "-XMP-dc:Rights"), ("png", "-PNG:Comment"),
                            ("gif", "-Comment"), ("tif", "-XMP-dc:Rights"), ("webp", "-XMP-dc:Rights")):
            path = os.path.join(folder, "i." + suffix)
            call("convert", "-size", "60x40", "xc:white", path)
            call("exiftool", "-q", "-overwrite_original", f"{tag}={MARK}", path)
            expect_found(path, f"{suffix} {tag[1:]}")
            expect_reason(path, f"{suffix} pixels", "image-only")


if __name__ == "__main__":
    sys.exit(run([test for name, test in sorted(globals().items()) if name.startswith("test_")]))
