#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A private Postfix with Vaguemestre in front of it, and a dozen messages: what becomes of each, and why.

Everything listens on loopback, lives in a temporary folder, and is gone at the end.
"""

import base64
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "e2e"))

from daemon import Daemon, SOURCE               # noqa: E402
from postfix import Postfix, usable             # noqa: E402
from sink import Sink                           # noqa: E402

OFFICER = "cdt.martin@defense.gouv.fr"
READER = "journaliste@example.org"


def mail(sender, subject, body="Bonjour,\n\nVeuillez trouver la suite du dossier.\n\nCordialement\n", extra="",
         to=READER):
    return (f"From: {sender}\nTo: {to}\nSubject: {subject}\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n"
            f"Message-ID: <{abs(hash(subject))}@defense.gouv.fr>\nMIME-Version: 1.0\n"
            f"Content-Type: text/plain; charset=utf-8\n{extra}\n{body}")


def attach(sender, subject, name, kind, octets):
    body = base64.encodebytes(octets).decode()
    return (f"From: {sender}\nTo: {READER}\nSubject: {subject}\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n"
            f"Message-ID: <{abs(hash(subject))}@defense.gouv.fr>\nMIME-Version: 1.0\n"
            "Content-Type: multipart/mixed; boundary=\"=_1\"\n\n"
            "--=_1\nContent-Type: text/plain; charset=utf-8\n\nCi-joint le document.\n"
            f"--=_1\nContent-Type: {kind}; name=\"{name}\"\nContent-Disposition: attachment; filename=\"{name}\"\n"
            f"Content-Transfer-Encoding: base64\n\n{body}--=_1--\n")


def docx(header, text):
    """The smallest Word document with a page header."""
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    r = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    files = {
        "[Content_Types].xml":
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{types}.document.main+xml"/>'
            f'<Override PartName="/word/header1.xml" ContentType="{types}.header+xml"/></Types>',
        "_rels/.rels":
            '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels":
            '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{office}/header" Target="header1.xml"/></Relationships>',
        "word/header1.xml": f'<?xml version="1.0"?><w:hdr {w}><w:p><w:r><w:t>{header}</w:t></w:r></w:p></w:hdr>',
        "word/document.xml":
            f'<?xml version="1.0"?><w:document {w} {r}><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p>'
            '<w:sectPr><w:headerReference w:type="default" r:id="r1"/></w:sectPr></w:body></w:document>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def locked_zip(folder):
    path = os.path.join(folder, "plan.zip")
    with open(os.path.join(folder, "plan.txt"), "w", encoding="utf-8") as file:
        file.write("Le plan.\n" * 50)
    subprocess.run(["zip", "-q", "-j", "-P", "motdepasse", path, os.path.join(folder, "plan.txt")], check=True)
    with open(path, "rb") as file:
        return file.read()


def ambiguous():
    """Some readers take the first encoding and see dull letters, others the second and see the marking."""
    hidden = base64.encodebytes("DIFFUSION RESTREINTE\n".encode()).decode()
    return mail(OFFICER, "Deux encodages", hidden,
                "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n")


def messages(folder):
    """What it shows, envelope sender, recipient, message."""
    ministry = "prefet@interieur.gouv.fr"
    return [
        ("Approved sender, nothing marked", OFFICER, READER, mail(OFFICER, "Communique")),
        ("Press office writing from gmail.com", "emapresse@gmail.com", READER,
         mail("EMA presse <emapresse@gmail.com>", "Point presse")),
        ("Approved envelope, gmail.com in From", OFFICER, READER, mail("emapresse@gmail.com", "Point presse 2")),
        ("Look-alike of an approved domain", "cdt.martin@xn--dfense-9ra.gouv.fr", READER,
         mail("Cdt Martin <cdt.martin@xn--dfense-9ra.gouv.fr>", "Urgent")),
        ("DIFFUSION RESTREINTE to a journalist", OFFICER, READER,
         mail(OFFICER, "Note", "DIFFUSION RESTREINTE\n\nNote de service.\n")),
        ("The same to another ministry", OFFICER, ministry,
         mail(OFFICER, "Note 2", "DIFFUSION RESTREINTE\n\nNote de service.\n", to=ministry)),
        ("The words in running prose", OFFICER, READER,
         mail(OFFICER, "Formation", "La formation explique quand on appose la mention diffusion restreinte.\n")),
        ("NATO SECRET in a Word page header", OFFICER, READER,
         attach(OFFICER, "Compte rendu", "cr.docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                docx("NATO SECRET", "Compte rendu de la reunion."))),
        ("Encrypted zip", OFFICER, READER,
         attach(OFFICER, "Plan", "plan.zip", "application/zip", locked_zip(folder))),
        ("Two transfer encodings", OFFICER, READER, ambiguous()),
        ("A program", OFFICER, READER,
         attach(OFFICER, "Outil", "outil.exe", "application/octet-stream", b"MZ" + bytes(200))),
        ("Contact at a free-mail provider", OFFICER, READER,
         mail(OFFICER, "Contact", "Pour toute question : emapresse (at) gmail.com\n")),
        ("A bounce", "", READER, mail("MAILER-DAEMON@defense.gouv.fr", "Non remis")),
    ]


def policy(top):
    """The policy as shipped, beside its lists and labels; only where it listens is the demonstration's own."""
    etc = os.path.join(SOURCE, "etc")
    shutil.copytree(os.path.join(etc, "labels.d"), os.path.join(top, "labels.d"))
    for name in os.listdir(etc):
        if name.endswith(".txt"):
            shutil.copy(os.path.join(etc, name), top)
    with open(os.path.join(etc, "policy.conf"), encoding="utf-8") as file:
        return re.sub(r"^(listen|user|audit_file|spool_directory)\b.*\n", "", file.read(), flags=re.MULTILINE)


def why(record):
    if record is None:
        return "no record"
    reasons = [reason for rule in record["rules"] if rule.get("decided") or rule["name"] == record["rule"]
               for reason in rule["because"]]
    watched = [f"{rule['name']} (observed)" for rule in record["rules"] if rule["mode"] == "observe"]
    words = [record["rule"] + ":" if record["rule"] else ""] + reasons[:1] + watched
    return " ".join(word for word in words if word) or "no rule met"


def show(rows):
    width = max(len(row[0]) for row in rows)
    print(f"\n{'MESSAGE':{width}}  {'VERDICT':11} {'SMTP':5} WHY")
    for name, verdict, code, reason in rows:
        print(f"{name:{width}}  {verdict:11} {code:<5} {reason}")


def main():
    reason = usable()
    if reason:
        print(f"The demonstration cannot run here: {reason}.", file=sys.stderr)
        return 1
    top = tempfile.mkdtemp(prefix="vm-demo-")
    rows, wrong = [], 0
    try:
        with Daemon(policy(top), top=top) as daemon, Sink() as sink, Postfix(sink.port, daemon.milter) as mta:
            for name, sender, recipient, message in messages(top):
                before = len(daemon.records("verdict"))
                code, _ = mta.send(sender, recipient, message)
                records = daemon.records("verdict")[before:]
                rows.append((name, records[-1]["verdict"] if records else "?", code, why(records[-1] if records else None)))
                wrong += not records
            held = len(mta.held())
            accepted = sum(row[1] in ("accept", "tag", "rewrite") for row in rows)
            sink.wait("Message-I", accepted)
            show(rows)
            print(f"\n{len(sink.received)} arrived at the receiving server, {held} rest in Postfix's hold queue.")
            print("\nWhat the log says:")
            print("".join(line for line in daemon.lines if " verdict " in line), end="")
            print("\nThe first refusal, as the sender reads it:")
            print(mta.send("emapresse@gmail.com", READER, mail("emapresse@gmail.com", "encore"))[1])
            wrong += len(sink.received) != accepted
    finally:
        shutil.rmtree(top, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
