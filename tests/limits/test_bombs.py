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
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "e2e"))
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


def inspect(content, name, limits="", document=True):
    """The facts of one file, under a policy with these limits."""
    with tempfile.TemporaryDirectory() as folder:
        policy, path = os.path.join(folder, "policy.conf"), os.path.join(folder, name)
        with open(policy, "w", encoding="utf-8") as file:
            file.write(POLICY % limits)
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
              endless_structures_end, time_runs_out, memory_runs_out]))
