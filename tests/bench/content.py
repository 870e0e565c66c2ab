#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What reading costs, kind by kind, beside clamd on the same messages in this run.

    content.py [--quick]

Both get each message over and over, one at a time: the daemon by the milter protocol, with its record on disk,
clamd by its own protocol, with its cache of clean files off. What counts is processor time, that of the whole
process tree, which other load on the machine changes little. clamd is started privately, with the official
signatures where they are installed, else with three of our own, which makes it cheaper than it is.
"""

import argparse
import base64
import io
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
sys.path.insert(0, HERE)

from bench import SENTENCE, load, mail, office, plain, policy  # noqa: E402
from daemon import Daemon  # noqa: E402

OFFICIAL = "/var/lib/clamav"
READY_S, SCAN_S = 120, 300
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
# What clamd is asked to read, too: above its defaults, so that it reads what we read.
CLAMD = """\
LocalSocket {top}/clamd.sock
DatabaseDirectory {database}
Foreground yes
DisableCache yes
MaxScanSize 1000M
MaxFileSize 200M
MaxThreads 2
"""
# Names and octets that no file here has.
SIGNATURES = "Bench.One:0:*:564147554d45535452452d4f4e45\nBench.Two:0:*:564147554d45535452452d54574f\n" \
             "Bench.Three:0:*:564147554d45535452452d5448524545\n"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Clamd:
    """A clamd of our own: clamd.scan(path), clamd.cpu_s()."""

    def __init__(self, folder):
        self.socket = os.path.join(folder, "clamd.sock")
        self.is_official = any(name.startswith("main.") for name in os.listdir(OFFICIAL)) \
            if os.path.isdir(OFFICIAL) else False
        database = OFFICIAL if self.is_official else os.path.join(folder, "signatures")
        if not self.is_official:
            os.mkdir(database)
            with open(os.path.join(database, "bench.ndb"), "w", encoding="ascii") as file:
                file.write(SIGNATURES)
        self.settings = os.path.join(folder, "clamd.conf")
        with open(self.settings, "w", encoding="ascii") as file:
            file.write(CLAMD.format(top=folder, database=database))
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(["clamd", "-c", self.settings], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + READY_S
        while not os.path.exists(self.socket):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("clamd did not start")
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def scan(self, path):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(SCAN_S)
            peer.connect(self.socket)
            peer.sendall(b"zSCAN " + path.encode() + b"\0")
            answer = b"".join(iter(lambda: peer.recv(4096), b""))
        if not answer.rstrip(b"\0").endswith(b": OK"):
            raise RuntimeError(answer.decode())

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            words = file.read().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) * TICK_S


def zipped(name, octets):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, octets)
    return out.getvalue()


def tarred(name, octets, packing):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{packing}") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(octets)
        archive.addfile(entry, io.BytesIO(octets))
    return out.getvalue()


def converted(folder, source, kind):
    """What LibreOffice makes of a file."""
    subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", kind,
                    "--outdir", folder, source], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   timeout=180)
    with open(os.path.splitext(source)[0] + "." + kind, "rb") as file:
        return file.read()


def sheet(folder, kind, rows):
    """A table that LibreOffice wrote."""
    source = os.path.join(folder, "table.csv")
    with open(source, "w", encoding="utf-8") as file:
        file.writelines(f"{row},{SENTENCE.strip()},{row * 7 % 1000},bureau {row}\n" for row in range(rows))
    return converted(folder, source, kind)


def repeated(docx, times):
    """The same document with its paragraphs times over: LibreOffice would take minutes for as many."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            octets = old.read(name)
            if name == "word/document.xml":
                begin, end = octets.index(b"<w:body>") + len(b"<w:body>"), octets.rindex(b"<w:sectPr")
                octets = octets[:begin] + octets[begin:end] * times + octets[end:]
            new.writestr(name, octets)
    return out.getvalue()


def pages(count):
    """A PDF of Ghostscript's, count pages full of text."""
    lines = "".join(f"60 {780 - 14 * n} moveto ({SENTENCE.encode('ascii', 'replace').decode()[:95]} {n}) show\n"
                    for n in range(50))
    source = f"%!PS\n1 1 {count} {{ pop /Times-Roman findfont 10 scalefont setfont\n{lines}showpage }} for\n"
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite",
                        f"-sOutputFile={out.name}", "-"], input=source.encode(), check=True, timeout=180)
        return out.read()


def letter(folder, kind, paragraphs, picture_bytes):
    """A document of LibreOffice's with a picture, whose pixels are noise."""
    side = int((picture_bytes / 3) ** 0.5)
    noise = random.Random(2)
    rows = b"".join(b"\0" + noise.randbytes(side * 3) for _ in range(side))

    def chunk(name, octets):
        return struct.pack(">I", len(octets)) + name + octets + struct.pack(">I", zlib.crc32(name + octets))

    png = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
           + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    page_with = ('<text:p><draw:frame text:anchor-type="as-char" svg:width="8cm" svg:height="8cm"><draw:image>'
                 f'<office:binary-data>{base64.b64encode(png).decode()}</office:binary-data></draw:image></draw:frame></text:p>')
    words = noise.choices([f"{word}{n}" for word in SENTENCE.split() for n in range(40)], k=paragraphs * 60)
    body = page_with + "".join(f"<text:p>{' '.join(words[n * 60:n * 60 + 60])}</text:p>" for n in range(paragraphs))
    source = os.path.join(folder, "letter.fodt")
    with open(source, "w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?><office:document '
                   'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
                   'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
                   'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
                   'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3" '
                   'office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>'
                   + body + "</office:text></office:body></office:document>")
    return converted(folder, source, kind)


def page(paragraphs):
    return ("<html><body>" + "".join(f"<p class='a'>{SENTENCE} <b>{n}</b></p>\n" for n in range(paragraphs))
            + "</body></html>").encode()


def documents(folder):
    """(kind, message, at most this share of clamd's processor time) from 1 KB to 50 MB."""
    chance = random.Random(1)
    yield "text", plain(1000), None
    yield "text", plain(100_000), None
    yield "text", plain(5_000_000), None
    yield "HTML", mail(("text/html; charset=utf-8", None, page(20))), None
    yield "HTML", mail(("text/html; charset=utf-8", None, page(4000))), None
    if shutil.which("soffice"):
        note = letter(folder, "docx", 60, 80_000)
        yield "docx, letter and picture", mail((WORD, "note.docx", note)), 1 / 4
        docx = [office(folder, "docx", count) for count in (10, 3000)]
        for octets in (*docx, repeated(docx[1], 40)):
            yield "docx", mail((WORD, "note.docx", octets)), 1 / 4
        for kind in ("odt", "doc", "rtf"):
            yield kind, mail(("application/octet-stream", f"note.{kind}", office(folder, kind, 3000))), None
        for kind in ("xlsx", "xls"):
            yield kind, mail(("application/octet-stream", f"table.{kind}", sheet(folder, kind, 5000))), None
        yield "PDF, letter and picture", mail(("application/pdf", "note.pdf", letter(folder, "pdf", 60, 250_000))), 1 / 2
        yield "PDF by LibreOffice", mail(("application/pdf", "note.pdf", office(folder, "pdf", 400))), 1 / 2
        for count in (1, 30, 1000):
            yield f"PDF, {count} pages", mail(("application/pdf", "note.pdf", pages(count))), 1 / 2
        nested = zipped("a.zip", zipped("note.docx", note))
        yield "zip in zip, letter", mail(("application/zip", "envoi.zip", nested)), 1 / 5
        nested = tarred("b.zip", zipped("a.tar", tarred("note.docx", note, "")), "gz")
        yield "tar.gz, zip, tar, letter", mail(("application/gzip", "envoi.tgz", nested)), 1 / 5
        nested = zipped("b.zip", zipped("a.zip", zipped("note.docx", docx[1])))
        yield "zip in zip in zip, docx", mail(("application/zip", "envoi.zip", nested)), 1 / 5
        nested = zipped("b.zip", zipped("page.html", page(20000)))
        yield "zip in zip, 3 MB HTML", mail(("application/zip", "envoi.zip", nested)), 1 / 5
    yield "binary", mail(("application/octet-stream", "data.bin", chance.randbytes(750_000))), None
    yield "binary", mail(("application/octet-stream", "data.bin", chance.randbytes(15 << 20))), 1 / 20
    yield "binary", mail(("application/octet-stream", "data.bin", chance.randbytes(37 << 20))), 1 / 20


def times_of(size, quick):
    """Often enough for a clock of hundredths of a second."""
    return max(3, min(400, (20 << 20) // size) // (4 if quick else 1))


def size_name(size):
    return f"{size >> 20} MB" if size >= 1 << 20 else f"{size >> 10} KB"


def clamd_ms(clamd, path, count):
    clamd.scan(path)
    begin = clamd.cpu_s()
    for _ in range(count):
        clamd.scan(path)
    return (clamd.cpu_s() - begin) / count * 1000


def measure(daemon, clamd, name, message, aim, path, quick):
    count = times_of(len(message), quick)
    with open(path, "wb") as file:
        file.write(message)
    load(daemon.listen, daemon.process.pid, path, max(1, count // 20), sessions=1)
    ours = load(daemon.listen, daemon.process.pid, path, count, sessions=1)
    line = f"{name:26} {size_name(len(message)):>7} {ours['cpu_us'] / 1000:9.2f} {len(message) / ours['cpu_us']:7.0f}"
    if ours["accepted"] < count:
        line += f"  (not accepted: {ours['rejected']:.0f} rejected, {ours['deferred']:.0f} deferred)"
    if clamd is not None:
        theirs = clamd_ms(clamd, path, count)
        ratio = ours["cpu_us"] / 1000 / theirs if theirs > 0 else 0
        line += f" {theirs:9.2f}  {ratio:5.2f}"
        if aim is not None and theirs > 0:
            line += f"  {aim:4.2f} {'reached' if ratio <= aim else 'NOT reached'}"
    print(line, flush=True)


def run(folder, clamd, quick):
    print(f"{'content':26} {'message':>7} {'CPU ms':>9} {'MB/s':>7} {'clamd ms':>9}  ratio  aim")
    with Daemon(policy()) as daemon:
        for name, message, aim in documents(folder):
            measure(daemon, clamd, name, message, aim, os.path.join(folder, "message.eml"), quick)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer of each")
    options, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="vm-content-") as folder:
        os.chmod(folder, 0o755)
        if shutil.which("clamd") is None:
            print("clamd is not installed (Debian: clamav-daemon): our own figures only")
            run(folder, None, options.quick)
            return 0
        with Clamd(folder) as clamd:
            print(f"clamd with {'the official signatures' if clamd.is_official else 'three signatures of our own'}")
            run(folder, clamd, options.quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
