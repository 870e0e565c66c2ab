#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Limits: each has its own reason; bombs of every kind end in bounded time and memory; what was read before counts."""

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import resource
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "e2e"))
sys.path.insert(0, os.path.join(HERE, os.pardir, "corpus"))
import archives  # noqa: E402
from tap import equal, run, true  # noqa: E402

SOURCE = os.path.abspath(os.environ.get("srcdir", os.path.join(HERE, os.pardir, os.pardir)))
BUILD = os.path.abspath(os.environ.get("builddir", SOURCE))
MARK = b"DIFFUSION RESTREINTE\n"
SECONDS = 60            # far above what any takes; a hang is what it is there for
MEMORY = 1200 << 20     # of the largest process: the cage's own cap and some

POLICY = f"""\
include("{SOURCE}/etc/labels.d/fr.conf")
limits {{ %s }}
"""


def inspect(content, name, limits="", document=True, more=""):
    """The facts of one file, under a policy with these limits."""
    with tempfile.TemporaryDirectory() as folder:
        policy, path = os.path.join(folder, "policy.conf"), os.path.join(folder, name)
        with open(policy, "w", encoding="utf-8") as file:
            file.write(POLICY % limits + more)
        with open(path, "wb") as file:
            file.write(content)
        kind = ["--document"] if document else []
        done = subprocess.run([os.path.join(BUILD, "src", "vaguemestre"), "inspect", "--policy", policy,
                               "--json", *kind, path],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)
    true(done.returncode in (0, 1), done.stderr.decode())
    return json.loads(done.stdout)


def reasons(facts):
    found = {part["reason"] for part in facts["parts"]} | {facts["scan_failure"]}
    return found - {None}


def is_found(facts):
    return any(label["label"] == "fr:DIFFUSION RESTREINTE" for label in facts["labels"])


def zipped(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def tarred(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def nested(levels):
    content = zipped([("note.txt", MARK)])
    for level in range(levels):
        content = zipped([(f"{level}.zip", content)])
    return content


def mail(content, name):
    return (b"From: a@defense.gouv.fr\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name="
            + name.encode() + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content))


def parts_within_depth_are_read():
    facts = inspect(nested(5), "a.zip", "depth = 8")
    equal(reasons(facts), set())
    true(is_found(facts), "the marking in the innermost archive")


def too_deep():
    facts = inspect(nested(12), "a.zip", "depth = 8")
    equal(reasons(facts), {"too-deep"})


def too_many_parts():
    members = [("first.txt", MARK)] + [(f"{i}.txt", b"x") for i in range(300)]
    for name, content in (("a.zip", zipped(members)), ("a.tar", tarred(members))):
        facts = inspect(content, name, "parts = 100")
        true("too-many" in reasons(facts), name)
        true(len(facts["parts"]) <= 100, name)
        true(is_found(facts), "what was read before counts: " + name)


def too_large_in_all():
    members = [("first.txt", MARK)] + [(f"{i}.bin", os.urandom(1 << 20)) for i in range(12)]
    for name, content in (("a.zip", zipped(members)), ("a.tar", tarred(members)),
                          ("a.tgz", gzip.compress(tarred(members), 1))):
        facts = inspect(content, name, "expanded = 8000000")
        true("too-large" in reasons(facts), f"{name}: {reasons(facts)}")
        true(is_found(facts), "what was read before counts: " + name)


def ratio():
    bomb = zipped([("first.txt", MARK), ("zeros.txt", b"a" * (64 << 20))])
    facts = inspect(bomb, "a.zip", "ratio = 100")
    true("too-large" in reasons(facts), str(reasons(facts)))
    true(is_found(facts), "what was read before counts")


def bombs_end():
    """A few hundred kilobytes that say they are gigabytes, each in its own way; none is called read."""
    zeros = bytes(256 << 20)
    flate = zlib.compress(zeros, 6)
    inner = zipped([("zeros", zeros[:32 << 20])])
    bombs = {
        "zeros.zip": zipped([("zeros", zeros)]),
        "zeros.gz": gzip.compress(zeros, 6),
        "zeros.bz2": bz2.compress(zeros, 9),
        "zeros.xz": lzma.compress(zeros, preset=1),
        "zeros.tgz": gzip.compress(tarred([("zeros", zeros)]), 6),
        "twice.gz": gzip.compress(gzip.compress(zeros, 6), 6),
        "many.zip": zipped([(f"{i}.zip", inner) for i in range(40)]),
        "docx.docx": zipped([("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w>" + b" " * (200 << 20))]),
        "laughs.xml": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "' + b"ha" * 1000 + b'">'
                      + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 100) for i in range(8))
                      + b"]><l>&i;</l>",
        "flate.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                     b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                     b"3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R>>endobj\n4 0 obj<</Filter/FlateDecode/Length "
                     + str(len(flate)).encode() + b">>stream\n" + flate
                     + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n",
    }
    for name, content in bombs.items():
        facts = inspect(content, name, "expanded = 100M")
        true(reasons(facts), f"{name} was called read: {facts['parts']}")
        facts = inspect(mail(content, name), "mail.eml", document=False)
        true(reasons(facts), f"{name} in a mail was called read: {facts['parts']}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    true(peak < MEMORY, f"{peak} octets at the peak")


def packed_by(folder, name, *words):
    """What a program makes of "zeros" in folder, or nothing where it is not installed."""
    if shutil.which(words[0]) is None:
        print(f"# {words[0]} is not installed: no {name}")
        return {}
    subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=True)
    with open(os.path.join(folder, name), "rb") as file:
        return {name: file.read()}


def archive_bombs():
    """Thirty-two megabytes of zeros by every format and method that packs."""
    bombs = {}
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "zeros"), "wb") as file:
            file.write(bytes(32 << 20))
        for method in ("LZMA", "LZMA2", "PPMd", "BZip2", "Deflate"):
            bombs |= packed_by(folder, method + ".7z", "7z", "a", "-mx=1", "-m0=" + method, method + ".7z", "zeros")
        for method in ("Deflate64", "BZip2", "LZMA", "PPMd"):
            bombs |= packed_by(folder, method + ".zip", "7z", "a", "-mx=1", "-mm=" + method, method + ".zip", "zeros")
        for option, suffix in (("bzip2", "bz2"), ("xz", "xz"), ("lzma", "lzma"), ("zstd", "zst"), ("lz4", "lz4"),
                               ("lzip", "lz"), ("compress", "Z")):
            bombs |= packed_by(folder, "zeros.tar." + suffix, "bsdtar", "--" + option, "-cf", "zeros.tar." + suffix, "zeros")
        for kind in ("newc", "xar", "iso9660", "ar"):
            bombs |= packed_by(folder, kind + ".gz", "bsdtar", "--gzip", "--format", kind, "-cf", kind + ".gz", "zeros")
        bombs |= packed_by(folder, "zeros.cab", "gcab", "-c", "-z", "zeros.cab", "zeros")
        home = os.path.join(folder, "home")
        os.mkdir(home, 0o700)
        for method in ("zip", "zlib", "bzip2"):
            bombs |= packed_by(folder, method + ".pgp", "gpg", "--homedir", home, "--batch", "--compress-algo", method,
                               "-o", method + ".pgp", "--store", "zeros")
    bombs["zeros.rpm"] = archives.rpm(b"p-1-1", bombs["newc.gz"])
    bombs["XZ.zip"] = archives.zipped(b"zeros", bytes(32 << 20), 95, lzma.compress(bytes(32 << 20), preset=1))
    bombs["zeros.hqx"] = binhex_bomb()
    return bombs


def binhex_bomb():
    """One octet, and two that say 255 times more, over and over."""
    alphabet = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
    octets = b"\x01a\0TEXTMACA\0\0" + struct.pack(">II", 32 << 20, 0) + b"\0\0\0" + b"\x90\xFF" * 130000
    octets += b"\0" * (-len(octets) % 3)
    text = bytearray()
    for at in range(0, len(octets), 3):
        bits = int.from_bytes(octets[at:at + 3], "big")
        text += bytes(alphabet[bits >> shift & 63] for shift in (18, 12, 6, 0))
    return b"(This file must be converted with BinHex 4.0)\n:" + bytes(text) + b":\n"


def bombs_of_archives_end():
    for name, content in archive_bombs().items():
        facts = inspect(content, name, "expanded = 8M ratio = 1000000")
        true("too-large" in reasons(facts), f"{name}: {reasons(facts)} {facts['parts']}")
        true(not facts["scan_failure"] == "crashed", name)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    true(peak < MEMORY, f"{peak} octets at the peak")


def endless_password_ends():
    """A document that makes each password cost a million rounds: half of the time is for them, and the rest is read."""
    with open(os.path.join(SOURCE, "tests/corpus/samples/agile.docx"), "rb") as file:
        content = file.read().replace(b'spinCount="100000"', b'spinCount="999999"')
    words = ", ".join(f'"{i}"' for i in range(2000))
    facts = inspect(content, "a.docx", "time = 4s", more=f"passwords = {{{words}}}")
    equal(reasons(facts), {"encrypted"})


def endless_structures_end():
    """Deep or wide, not large: time stays linear, and there is an answer."""
    things = {
        "open.html": b"<div>" * 200000 + b"DIFFUSION RESTREINTE",
        "attributes.html": b"<p " + b" ".join(b"a%d=b" % i for i in range(50000)) + b">DIFFUSION RESTREINTE",
        "deep.xml": b"<?xml version='1.0'?>" + b"<a>" * 200000,
        "lines.txt": b"\n" * (4 << 20) + MARK,
        "one-line.txt": b"a" * (8 << 20) + b"\n" + MARK,
        "brackets.txt": b"[(" * (1 << 20) + b"\n" + MARK,
    }
    for name, content in things.items():
        facts = inspect(content, name)
        true(facts["scanned"] or facts["scan_failure"], name)
        if name.endswith((".txt", ".html")):
            true(is_found(facts) or reasons(facts), f"{name}: the marking was passed over in silence")
    boundaries = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(5000))
    facts = inspect(b"From: a@defense.gouv.fr\r\nMIME-Version: 1.0\r\n" + boundaries, "mail.eml", document=False)
    true(reasons(facts), "5000 multiparts in one another")
    parts = b"--b\r\n\r\nx\r\n" * 50000
    facts = inspect(b"From: a@defense.gouv.fr\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                    + parts + b"--b--\r\n", "mail.eml", document=False)
    true("too-many" in reasons(facts), f"50000 parts: {reasons(facts)}")


def time_runs_out():
    content = b"From: a@defense.gouv.fr\r\n\r\n" + b"note de service, " * (4 << 20)
    facts = inspect(content, "mail.eml", "time = 100ms", document=False)
    true("timeout" in reasons(facts), str(reasons(facts)))


def memory_runs_out():
    """More memory than a scanner has is a scanner lost, or a limit told; never a message called read."""
    content = mail(os.urandom(40 << 20), "noise.bin")
    facts = inspect(content, "mail.eml", 'memory = 120000000', document=False)
    true(reasons(facts), "read without the memory for it")


sys.exit(run([parts_within_depth_are_read, too_deep, too_many_parts, too_large_in_all, ratio, bombs_end,
              bombs_of_archives_end, endless_password_ends, endless_structures_end, time_runs_out, memory_runs_out]))
