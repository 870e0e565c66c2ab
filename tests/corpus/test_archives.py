#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Archives of every format and method: the mark in a member is found, and its name reported; what is sealed is told.

Prints one line an archive. Producers are the real ones where Debian has one, else archives.py."""

import gzip
import lzma
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "e2e"))
import archives  # noqa: E402
from tap import run, true  # noqa: E402
from test_sealed import MARK, call, inspect, is_found, reasons  # noqa: E402

NAME = "plan-note.txt"
CONTENT = (f"{MARK}\n" * 40).encode()


def write(folder, name, content):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)


def read(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def expect(folder, names, found=True, told=()):
    for name, facts in zip(names, inspect([os.path.join(folder, name) for name in names], [])):
        print(f"# {name}: {'found' if is_found(facts) else 'not found'} ({', '.join(reasons(facts)) or 'read'})")
        true(is_found(facts) == found, f"{name}: {'not ' if found else ''}found")
        true(reasons(facts) == list(told), f"{name}: {reasons(facts)}")
        true(not found or any(part["name"].endswith(NAME) for part in facts["parts"]),
             f"{name}: {[part['name'] for part in facts['parts']]}")
        true("." not in name or not any(part.get("mismatch") for part in facts["parts"]), f"{name}: a mismatch")


def with_note(test):
    def wrapped():
        with tempfile.TemporaryDirectory() as folder:
            write(folder, NAME, CONTENT)
            test(folder)
    wrapped.__name__ = test.__name__
    return wrapped


@with_note
def test_zip_methods(folder):
    for method in ("Copy", "Deflate", "Deflate64", "BZip2", "LZMA", "PPMd"):
        call("7z", "a", "-bso0", "-mm=" + method, method + ".zip", NAME, cwd=folder)
    write(folder, "XZ.zip", archives.zipped(NAME.encode(), CONTENT, 95, lzma.compress(CONTENT)))
    call("zstd", "-q", NAME, "-o", "packed.zst", cwd=folder)
    write(folder, "Zstandard.zip", archives.zipped(NAME.encode(), CONTENT, 93, read(folder, "packed.zst")))
    expect(folder, [method + ".zip" for method in ("Copy", "Deflate", "Deflate64", "BZip2", "LZMA", "PPMd", "XZ",
                                                   "Zstandard")])


@with_note
def test_large_deflate64(folder):
    """Matches and distances that only Deflate64 has, beside octets that no match covers."""
    noise = os.urandom(60000)
    write(folder, NAME, noise + bytes(70000) + noise + CONTENT)
    call("7z", "a", "-bso0", "-mm=Deflate64", "-mx=9", "large.zip", NAME, cwd=folder)
    facts = inspect([os.path.join(folder, "large.zip")], [])[0]
    true(not [reason for reason in reasons(facts) if reason != "unsupported"], str(reasons(facts)))
    true(not facts["ambiguities"], str(facts["ambiguities"]))
    true(is_found(facts), "the mark behind it")


@with_note
def test_zip_shapes(folder):
    call("zip", "-q", "-fz", "zip64.zip", NAME, cwd=folder)
    call("zip", "-q", "plain.zip", NAME, cwd=folder)
    write(folder, "split-marker.zip", b"PK00" + read(folder, "plain.zip"))
    expect(folder, ["zip64.zip", "split-marker.zip"])
    with open("/bin/true", "rb") as program:
        write(folder, "self-extracting", program.read() + read(folder, "plain.zip"))
    call("zip", "-q", "-A", "self-extracting", cwd=folder)
    call("7z", "a", "-bso0", "plain.7z", NAME, cwd=folder)
    with open("/bin/true", "rb") as program:
        write(folder, "self-extracting-7z", program.read() + read(folder, "plain.7z"))
    for name in ("self-extracting", "self-extracting-7z"):
        facts = inspect([os.path.join(folder, name)], [])[0]
        true(is_found(facts), f"{name}: not found")
        true(any(part.get("active") for part in facts["parts"]), f"{name}: not called a program")


@with_note
def test_archives_of_bsdtar(folder):
    names = []
    for kind in ("7zip", "ar", "cpio", "newc", "odc", "iso9660", "ustar", "pax", "gnutar", "v7", "xar"):
        suffix = {"7zip": "7z", "iso9660": "iso", "newc": "cpio", "odc": "cpio"}.get(kind, "tar" if "tar" in kind or kind in
                                                                                    ("pax", "v7") else kind)
        names.append(f"{kind}.{suffix}")
        call("bsdtar", "--format", kind, "-cf", names[-1], NAME, cwd=folder)
    for option, suffix in (("--bzip2", "tar.bz2"), ("--xz", "tar.xz"), ("--lzma", "tar.lzma"), ("--zstd", "tar.zst"),
                           ("--lz4", "tar.lz4"), ("--lzip", "tar.lz"), ("--compress", "tar.Z"), ("--gzip", "tgz")):
        names.append(f"filter.{suffix}")
        call("bsdtar", option, "-cf", names[-1], NAME, cwd=folder)
    expect(folder, names)


@with_note
def test_archives_of_their_own_programs(folder):
    call("gcab", "-c", "-z", "stored.cab", NAME, cwd=folder)
    call("gcab", "-c", "packed.cab", NAME, cwd=folder)
    call("genisoimage", "-quiet", "-J", "-r", "-o", "joliet.iso", NAME, cwd=folder)
    os.makedirs(os.path.join(folder, "p/DEBIAN"))
    os.makedirs(os.path.join(folder, "p/usr/share"))
    write(folder, "p/DEBIAN/control", b"Package: p\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: d\n")
    write(folder, "p/usr/share/" + NAME, CONTENT)
    call("dpkg-deb", "--root-owner-group", "-b", "p", "p.deb", cwd=folder)
    for method in ("LZMA", "LZMA2", "PPMd", "BZip2", "Deflate"):
        call("7z", "a", "-bso0", "-m0=" + method, method + ".7z", NAME, cwd=folder)
    expect(folder, ["stored.cab", "packed.cab", "joliet.iso", "p.deb", "LZMA.7z", "LZMA2.7z", "PPMd.7z", "BZip2.7z",
                    "Deflate.7z"])


@with_note
def test_archives_by_hand(folder):
    call("bsdtar", "--format", "newc", "-cf", "note.cpio", NAME, cwd=folder)
    write(folder, "stored.rpm", archives.rpm(b"p-1-1", gzip.compress(read(folder, "note.cpio"))))
    write(folder, "four.rar", archives.rar4(NAME.encode(), CONTENT))
    write(folder, "five.rar", archives.rar5(NAME.encode(), CONTENT))
    write(folder, "zero.lzh", archives.lha(NAME.encode(), CONTENT))
    expect(folder, ["stored.rpm", "four.rar", "five.rar", "zero.lzh"])


@with_note
def test_sealed_archives_are_told(folder):
    call("7z", "a", "-bso0", "-psecret", "-mhe=off", "data.7z", NAME, cwd=folder)
    call("7z", "a", "-bso0", "-psecret", "-mhe=on", "names.7z", NAME, cwd=folder)
    write(folder, "four.rar", archives.rar4(NAME.encode(), bytes(32), sealed=True))
    write(folder, "four-names.rar", archives.rar4(NAME.encode(), bytes(32), sealed_names=True))
    write(folder, "five-names.rar", archives.rar5(NAME.encode(), bytes(32), sealed_names=True))
    expect(folder, ["data.7z", "names.7z", "four.rar", "four-names.rar", "five-names.rar"], found=False,
           told=["encrypted"])
    call("zip", "-q", "-P", "secret", "some.zip", NAME, cwd=folder)
    write(folder, "clear.txt", CONTENT)
    call("zip", "-q", "some.zip", "clear.txt", cwd=folder)
    facts = inspect([os.path.join(folder, "some.zip")], [])[0]
    true(is_found(facts), "the member that is clear")
    true([part["where"] for part in facts["parts"] if part["reason"] == "encrypted"] == ["1", "1!" + NAME],
         str(facts["parts"]))


if __name__ == "__main__":
    sys.exit(run([test for name, test in sorted(globals().items()) if name.startswith("test_")]))
