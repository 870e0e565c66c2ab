#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What real producers sealed with a password: opened and searched when the policy knows it, told encrypted when not.

Prints one line a producer and method, under a policy with the password and under one without."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "e2e"))
import archives  # noqa: E402
from tap import Skip, run, true  # noqa: E402

SOURCE = os.path.abspath(os.environ.get("srcdir", os.path.join(HERE, os.pardir, os.pardir)))
BUILD = os.path.abspath(os.environ.get("builddir", SOURCE))
SAMPLES = os.path.join(SOURCE, "tests", "corpus", "samples")
MARK = "DIFFUSION RESTREINTE"
LABEL = "fr:DIFFUSION RESTREINTE"
PASSWORD = "sésame"
ASCII_PASSWORD = "Sesame 2026"     # where a producer takes no other
SECONDS = 120
NAMES = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "text", "table"))
TEXT = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {NAMES} office:mimetype="application/vnd.oasis.opendocument.text" office:version="1.2"><office:body>
<office:text><text:p>Compte rendu.</text:p><text:p>{MARK}</text:p></office:text></office:body></office:document>"""
SHEET = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {NAMES} office:mimetype="application/vnd.oasis.opendocument.spreadsheet" office:version="1.2">
<office:body><office:spreadsheet><table:table table:name="Un"><table:table-row><table:table-cell
office:value-type="string"><text:p>{MARK}</text:p></table:table-cell></table:table-row></table:table>
</office:spreadsheet></office:body></office:document>"""

# A setting of LibreOffice: OpenDocument 1.1, which seals with Blowfish and SHA-1.
OLDER_VERSION = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><item oor:path="/org.openoffice.Office.Common/Save/ODF">
<prop oor:name="DefaultVersion" oor:op="fuse"><value>2</value></prop></item></oor:items>"""


def call(*words, **more):
    if shutil.which(words[0]) is None:
        raise Skip(f"{words[0]} is not installed")
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False, **more)
    true(done.returncode == 0, f"{words}: {done.stderr.decode(errors='replace')}")


def inspect(paths, passwords):
    with tempfile.TemporaryDirectory() as folder:
        policy = os.path.join(folder, "policy.conf")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(f'include("{SOURCE}/etc/labels.d/fr.conf")\n')
            if passwords:
                file.write("passwords = {" + ", ".join(f'"{word}"' for word in passwords) + "}\n")
        done = subprocess.run([os.path.join(BUILD, "src", "vaguemestre"), "inspect", "--policy", policy, "--json",
                               "--document", *paths], stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
                              check=False)
    true(done.returncode in (0, 1), done.stderr.decode())
    return [json.loads(line) for line in done.stdout.splitlines()]


def is_found(facts):
    return any(label["label"] == LABEL for label in facts["labels"])


def reasons(facts):
    return sorted({part["reason"] for part in facts["parts"] if part["reason"]})


def expect_opened(paths):
    """With the password among others all is read and said to have been sealed; without it nothing is."""
    for path, facts in zip(paths, inspect(paths, ["faux", "", ASCII_PASSWORD, PASSWORD])):
        name = os.path.basename(path)
        print(f"# {name}: {'opened' if is_found(facts) else 'not opened'} ({', '.join(reasons(facts)) or 'read'})")
        true(is_found(facts), f"{name}: not opened")
        true(reasons(facts) == [], f"{name}: {reasons(facts)}")
        true(any(part.get("opened") for part in facts["parts"]), f"{name}: not said to have been sealed")
    for path, facts in zip(paths, inspect(paths, ["faux"])):
        name = os.path.basename(path)
        true("encrypted" in reasons(facts), f"{name}: not told encrypted, but {reasons(facts)}")
        true(not is_found(facts), f"{name}: found without the password")
        true(not any(part.get("opened") for part in facts["parts"]), f"{name}: said to be opened")


def office_python():
    """The Python that LibreOffice's module was built for."""
    for python in (sys.executable, "/usr/bin/python3"):
        if os.path.exists(python) and subprocess.run([python, "-c", "import uno"], stdin=subprocess.DEVNULL,
                                                     capture_output=True, timeout=SECONDS, check=False).returncode == 0:
            return python
    raise Skip("python3-uno is not installed")


def seal(profile, folder, kinds):
    call(office_python(), os.path.join(HERE, "seal_office.py"), profile, PASSWORD,
         *(f"{folder}/{source}={folder}/{target}={kind}" for source, target, kind in kinds))


def test_office_documents():
    with tempfile.TemporaryDirectory() as folder:
        def path(name):
            return os.path.join(folder, name)

        for name, content in (("t.fodt", TEXT), ("s.fods", SHEET)):
            with open(path(name), "w", encoding="utf-8") as file:
                file.write(content)
        kinds = (("t.fodt", "aes.odt", "writer8"), ("s.fods", "aes.ods", "calc8"),
                 ("t.fodt", "standard.docx", "MS Word 2007 XML"), ("s.fods", "standard.xlsx", "Calc MS Excel 2007 XML"),
                 ("t.fodt", "rc4.doc", "MS Word 97"), ("s.fods", "rc4.xls", "MS Excel 97"))
        seal(path("profile"), folder, kinds)
        older = (("t.fodt", "blowfish.odt", "writer8"),)
        os.makedirs(path("older/user"))
        with open(path("older/user/registrymodifications.xcu"), "w", encoding="utf-8") as file:
            file.write(OLDER_VERSION)
        seal(path("older"), folder, older)
        kinds += older
        expect_opened([path(target) for _, target, _ in kinds] + [os.path.join(SAMPLES, "agile.docx")])


def test_workbooks_of_cryptoapi():
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for bits in (40, 128):
            paths.append(os.path.join(folder, f"cryptoapi-{bits}.xls"))
            with open(paths[-1], "wb") as file:
                file.write(archives.sealed_xls(MARK, PASSWORD, bits))
        expect_opened(paths)


def test_pdf_revisions():
    with tempfile.TemporaryDirectory() as folder:
        plain = os.path.join(folder, "plain.pdf")
        with open(os.path.join(folder, "plain.ps"), "w", encoding="ascii") as file:
            file.write(f"%!PS\n/Helvetica findfont 12 scalefont setfont 72 700 moveto ({MARK}) show showpage\n")
        call("gs", "-q", "-sDEVICE=pdfwrite", "-o", plain, os.path.join(folder, "plain.ps"))
        paths = []
        for name, bits, options in (("r2", "40", []), ("r3", "128", ["--use-aes=n"]), ("r4", "128", ["--use-aes=y"]),
                                    ("r5", "256", ["--force-R5"]), ("r6", "256", [])):
            for who in ("user", "owner"):
                paths.append(os.path.join(folder, f"{name}-{who}.pdf"))
                keys = [PASSWORD, "x"] if who == "user" else ["x", PASSWORD]
                call("qpdf", "--allow-weak-crypto", "--encrypt", *keys, bits, *options, "--", plain, paths[-1])
        expect_opened(paths)


def test_zip_methods():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "note.txt"), "w", encoding="utf-8") as file:
            file.write((MARK + "\n") * 20)
        call("zip", "-q", "-P", PASSWORD, "infozip.zip", "note.txt", cwd=folder)
        for method in ("ZipCrypto", "AES128", "AES192", "AES256"):
            call("7z", "a", "-bso0", "-p" + ASCII_PASSWORD, "-mem=" + method, method + ".zip", "note.txt", cwd=folder)
        expect_opened([os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".zip")])


if __name__ == "__main__":
    sys.exit(run([test for name, test in sorted(globals().items()) if name.startswith("test_")]))
