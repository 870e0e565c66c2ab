#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Documents and pictures of real producers lose what they say of their author, and nothing else."""

import base64
import email
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "e2e")]
import tap  # noqa: E402
from daemon import Daemon  # noqa: E402
from test_rewriting import edited, edits_of, send  # noqa: E402

POLICY = """
senders { approved = {"defense.gouv.fr"} }
rule "pictures" { when = {uninspectable}  reason = {image-only}  action = tag  headers = {"X-Image: oui"} }
rule "strip" { when = {always}  action = rewrite  strip_metadata = true }
"""
AUTHOR = "Jeanne Dupont-Martin"
FLAT = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" office:version="1.3"
 office:mimetype="application/vnd.oasis.opendocument.text"><office:meta><dc:title>Le plan</dc:title>
 <dc:creator>{AUTHOR}</dc:creator><meta:initial-creator>{AUTHOR}</meta:initial-creator>
 <dc:description>note de {AUTHOR}</dc:description></office:meta>
 <office:body><office:text><text:p>Bonjour, voici le plan.</text:p></office:text></office:body></office:document>
"""
PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "meta.xml")
TYPES = {"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
         "odt": "application/vnd.oasis.opendocument.text", "jpg": "image/jpeg", "png": "image/png"}


def run(*command, **options):
    return subprocess.run(command, capture_output=True, timeout=180, check=True, **options).stdout


def message(name, octets):
    kind = TYPES[name.rsplit(".", 1)[1]]
    return ("From: agent@defense.gouv.fr\r\nTo: b@partner.example\r\nSubject: un plan\r\nMIME-Version: 1.0\r\n"
            "Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <m@defense.gouv.fr>\r\n"
            'Content-Type: multipart/mixed; boundary="=_b"\r\n\r\n--=_b\r\nContent-Type: text/plain\r\n\r\nvoici\r\n'
            f'--=_b\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename="{name}"\r\n'
            "Content-Transfer-Encoding: base64\r\n\r\n").encode() + \
        base64.encodebytes(octets).replace(b"\n", b"\r\n") + b"--=_b--\r\n"


class Producer:
    """A folder of documents, each with an author."""

    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "plan.fodt"), "w", encoding="utf-8") as file:
            file.write(FLAT)

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def document(self, kind):
        run("soffice", f"-env:UserInstallation=file://{self.folder}/profile", "--headless", "--convert-to", kind,
            "--outdir", self.folder, os.path.join(self.folder, "plan.fodt"))
        return self.read("plan." + kind)

    def picture(self, kind, *tags):
        path = os.path.join(self.folder, "photo." + kind)
        run("convert", "-size", "64x48", "plasma:red-blue", path)
        run("exiftool", "-overwrite_original", f"-Artist={AUTHOR}", f"-XMP-dc:Creator={AUTHOR}", f"-Comment={AUTHOR}",
            *tags, path)
        return self.read("photo." + kind)


def through(daemon, name, octets, number):
    """The file as it leaves; a second pass must find nothing to do."""
    before = message(name, octets)
    outcome = send(daemon, before, number)
    tap.equal(outcome.verdict, "accept", daemon.log())
    after = edited(before, outcome)
    again = send(daemon, after, number + 100)
    tap.equal([e for e in edits_of(again) if e[1] != "X-Image"], [], "second pass")
    return list(email.message_from_bytes(after).walk())[2].get_payload(decode=True)


def contents(octets):
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        tap.equal(archive.testzip(), None, "checksums")
        return {info.filename: archive.read(info) for info in archive.infolist()}


def raw_members(octets):
    """Local headers and packed data, as they stand, by name."""
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        infos = archive.infolist()
        ends = [info.header_offset for info in infos[1:]] + [archive.start_dir]
        return {info.filename: octets[info.header_offset:end] for info, end in zip(infos, ends)}


def pixels(producer, octets, kind):
    path = os.path.join(producer.folder, "shown." + kind)
    with open(path, "wb") as file:
        file.write(octets)
    return run("convert", path, "-auto-orient", "rgb:-")


def tests(producer, daemon):
    def document(kind, number):
        octets = producer.document(kind)
        before, raw_before = contents(octets), raw_members(octets)
        tap.true(any(AUTHOR.encode() in text for text in before.values()), "the author stands in it")
        stripped = through(daemon, "plan." + kind, octets, number)
        after, raw_after = contents(stripped), raw_members(stripped)
        tap.equal(list(after), list(before))
        tap.true(not any(AUTHOR.encode() in text for text in after.values()), "the author is gone")
        for name in before:
            if name not in PROPERTIES:
                tap.equal(raw_after[name], raw_before[name], name)
        tap.true(b"<dc:title>Le plan</dc:title>" in b"".join(after.values()), "the title stays")

    def a_word_document_of_libreoffice():
        document("docx", 1)

    def an_open_document():
        document("odt", 2)

    def picture(kind, number, *tags):
        octets = producer.picture(kind, *tags)
        tap.true(AUTHOR.encode() in octets, "the author stands in it")
        stripped = through(daemon, "photo." + kind, octets, number)
        tap.true(AUTHOR.encode() not in stripped, "the author is gone")
        tap.equal(pixels(producer, stripped, kind), pixels(producer, octets, kind), "pixels")
        return stripped

    def a_jpeg_photograph_keeps_its_pixels():
        picture("jpg", 3, "-GPSLatitude=48.85", "-GPSLatitudeRef=N", f"-IPTC:By-line={AUTHOR}")

    def a_turned_jpeg_stays_turned():
        stripped = picture("jpg", 4, "-Orientation#=6")
        tap.true(b"Exif" in stripped, "the orientation is kept")

    def a_png_picture_keeps_its_pixels():
        picture("png", 5)

    def a_signed_document_is_held():
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(producer.document("odt"))) as old, zipfile.ZipFile(made, "w") as new:
            for info in old.infolist():
                new.writestr(info, old.read(info))
            new.writestr("META-INF/documentsignatures.xml", "<document-signatures/>")
        outcome = send(daemon, message("plan.odt", made.getvalue()), 6)
        tap.equal((outcome.verdict, outcome.body), ("quarantine", None), daemon.log())

    return [a_word_document_of_libreoffice, an_open_document, a_jpeg_photograph_keeps_its_pixels,
            a_turned_jpeg_stays_turned, a_png_picture_keeps_its_pixels, a_signed_document_is_held]


def main():
    missing = [tool for tool in ("soffice", "convert", "exiftool") if shutil.which(tool) is None]
    if missing:
        return tap.run([], "not installed: " + ", ".join(missing))
    with tempfile.TemporaryDirectory() as folder, Daemon(POLICY) as daemon:
        return tap.run(tests(Producer(folder), daemon))


if __name__ == "__main__":
    sys.exit(main())
